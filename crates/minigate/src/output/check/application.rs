//! What the application does: each hop, and what came of the last.

use minigate_inspect::application::{
    Answer, Application, Charset, Content, Extent, Farewell, Hop, Open, Signal,
};
use minigate_policy::diagnosis::Lang;

use super::super::escape::line;
use super::super::paint;
use super::server::row;

pub(super) fn lines(application: &Application, lang: Lang) -> String {
    let hops: String = application.hops.iter().map(|hop| of_hop(hop, lang)).collect();
    let answer = match &application.answer {
        Answer::Http(content) => of_content(content, lang),
        Answer::Open(open) => of_socket(open, lang),
        Answer::NotUpgraded { told } | Answer::Failed { told } => line(&told.of(lang).headline).into_owned(),
        Answer::Refused => lang.pick("not gone further", "不再继续").to_owned(),
    };
    row(lang.pick("application", "应用"), "") + &hops + &format!("    {answer}\n")
}

/// `https://api.example.com/ → 301 HTTP/2.0`, and why a release wouldn't go there.
fn of_hop(hop: &Hop, lang: Lang) -> String {
    let status = hop
        .status
        .map_or_else(|| "–".to_owned(), |status| status.to_string());
    let version = hop.version.as_deref().unwrap_or_default();
    let mut text = format!("    {} → {status} {}\n", line(&hop.url), line(version));
    for refusal in &hop.refusals {
        let told = refusal.of(lang);
        let rule = told.rule.map_or_else(String::new, |rule| format!("{rule} "));
        text += &format!(
            "      {}{rule}{}{}\n",
            paint::FAIL,
            line(&told.headline),
            paint::RESET
        );
    }
    if let Some(fault) = &hop.certificate {
        text += &format!(
            "      {}{} {}{}\n",
            paint::DIM,
            fault.rule(),
            line(&fault.tell(lang).headline),
            paint::RESET
        );
    }
    text
}

/// `application/json, 512 bytes, UTF-8 (declared)`.
fn of_content(content: &Content, lang: Lang) -> String {
    let comma = lang.pick(", ", "，");
    let kind = content
        .content_type
        .as_deref()
        .unwrap_or_else(|| lang.pick("no content-type", "没有 content-type"));
    let more = if content.extent == Extent::Whole { "" } else { "+" };
    let bytes = match lang {
        Lang::En => format!("{}{more} bytes", content.bytes),
        Lang::Zh => format!("{}{more} 字节", content.bytes),
    };
    let charset = content.charset.as_ref().map(|charset| of_charset(charset, lang));
    let parts: Vec<_> = [Some(line(kind).into_owned()), Some(bytes), charset]
        .into_iter()
        .flatten()
        .collect();
    parts.join(comma)
}

fn of_charset(charset: &Charset, lang: Lang) -> String {
    let signal = match charset.signal {
        Signal::ByteOrderMark => lang.pick("byte order mark", "字节顺序标记"),
        Signal::ContentType => lang.pick("declared", "已声明"),
        Signal::Markup => lang.pick("declared in the markup", "在标记中声明"),
        Signal::Validity => lang.pick("not declared, but valid", "未声明，但有效"),
        Signal::Fallback => lang.pick("a guess", "猜测"),
    };
    match lang {
        Lang::En => format!("{} ({signal})", charset.read_as),
        Lang::Zh => format!("{}（{signal}）", charset.read_as),
    }
}

fn of_socket(open: &Open, lang: Lang) -> String {
    let farewell = match &open.farewell {
        Farewell::Agreed => lang.pick("closed in agreement", "正常关闭").to_owned(),
        Farewell::ByServer { code, .. } => match lang {
            Lang::En => format!("closed by the server with {code}"),
            Lang::Zh => format!("服务器以 {code} 关闭"),
        },
        Farewell::Unanswered => lang
            .pick("the close isn't answered", "关闭没有得到回应")
            .to_owned(),
        Farewell::Broken { told } => line(&told.of(lang).headline).into_owned(),
    };
    let opened = lang.pick("the socket opens", "套接字可以打开");
    format!("{opened}{}{farewell}", lang.pick(", ", "，"))
}
