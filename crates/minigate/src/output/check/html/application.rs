//! What the application does, hop by hop.

use maud::{Markup, html};
use minigate_inspect::application::{
    Answer, Application, Charset, Content, Extent, Farewell, Hop, Open, Signal,
};
use minigate_inspect::check::Report;
use minigate_policy::diagnosis::Lang;

use super::grouped::by_address;
use super::text::{foreign, headline};
use super::words;

pub(super) fn applications(report: &Report, lang: Lang) -> Markup {
    let is_seen = report
        .addresses
        .iter()
        .any(|address| address.application.is_some());
    html! {
        @if is_seen {
            h3 { (words::APPLICATION.of(lang)) }
            (by_address(report, lang, |address| Some(of(address.application.as_ref()?, lang))))
        }
    }
}

fn of(application: &Application, lang: Lang) -> Markup {
    html! {
        @if !application.hops.is_empty() { (hops(&application.hops, lang)) }
        @match &application.answer {
            Answer::Http(content) => (body(content, lang)),
            Answer::Open(open) => (socket(open, lang)),
            Answer::NotUpgraded { told } | Answer::Failed { told } => p { (headline(&told.of(lang).headline)) },
            Answer::Refused => {}
        }
    }
}

fn hops(hops: &[Hop], lang: Lang) -> Markup {
    let labels = [words::URL, words::STATUS, words::HTTP, words::RELEASE];
    html! {
        table.hops {
            thead { tr { th scope="col" { "#" } @for label in labels { th scope="col" { (label.of(lang)) } } } }
            tbody { @for (number, hop) in hops.iter().enumerate() { (row(number, hop, lang)) } }
        }
    }
}

fn row(number: usize, hop: &Hop, lang: Lang) -> Markup {
    let dash = || "–".to_owned();
    let certificate = hop.certificate.as_ref().map(|fault| fault.tell(lang));
    let refusals = hop.refusals.iter().map(|told| told.of(lang).clone());
    let refusals: Vec<_> = refusals.chain(certificate).collect();
    html! {
        tr {
            th scope="row" { (number + 1) }
            td { code { bdi { (foreign(&hop.url)) } } }
            td { (hop.status.map_or_else(dash, |status| status.to_string())) }
            td { (hop.version.as_deref().map_or_else(dash, foreign)) }
            @if refusals.is_empty() {
                td.good { span.mark { "✓ " (lang.pick("goes", "允许")) } }
            } @else {
                td.fail {
                    span.mark { "✕ " (lang.pick("fails", "失败")) }
                    @for told in &refusals {
                        br; @if let Some(rule) = told.rule { span.rule { (rule) } " " } (headline(&told.headline))
                    }
                }
            }
        }
    }
}

fn body(content: &Content, lang: Lang) -> Markup {
    html! {
        dl.facts {
            div {
                dt { (words::CONTENT_TYPE.of(lang)) }
                dd { bdi { (content.content_type.as_deref().map_or_else(|| "–".to_owned(), foreign)) } }
            }
            @if let Some(charset) = &content.charset {
                div { dt { (words::CHARSET.of(lang)) } dd { (self::charset(charset, lang)) } }
            }
            div { dt { (words::BODY.of(lang)) } dd { (length(content, lang)) } }
            @if let Some(reason) = &content.not_json {
                div { dt { "JSON" } dd { span.fail { span.mark { "✕ " } } bdi { (foreign(reason)) } } }
            }
        }
    }
}

fn charset(charset: &Charset, lang: Lang) -> String {
    let read_as = foreign(&charset.read_as);
    let signal = match charset.signal {
        Signal::ByteOrderMark => lang.pick("told by a byte order mark", "由字节顺序标记指明"),
        Signal::ContentType => lang.pick("told by the content-type", "由 content-type 指明"),
        Signal::Markup => lang.pick("told by the markup", "由文档标记指明"),
        Signal::Validity => lang.pick("told by nothing; the bytes are valid", "没有指明，但字节有效"),
        Signal::Fallback => lang.pick("told by nothing, guessed", "没有指明，为猜测"),
    };
    let marks = match (charset.byte_order_marks, lang) {
        (0, _) => String::new(),
        (marks, Lang::En) => format!("; {marks} byte order marks"),
        (marks, Lang::Zh) => format!("；{marks} 个字节顺序标记"),
    };
    match lang {
        Lang::En => format!("{read_as}, {signal}{marks}"),
        Lang::Zh => format!("{read_as}，{signal}{marks}"),
    }
}

fn length(content: &Content, lang: Lang) -> String {
    let bytes = content.bytes;
    match (content.extent, lang) {
        (Extent::Whole, Lang::En) => format!("{bytes} bytes"),
        (Extent::Whole, Lang::Zh) => format!("{bytes} 字节"),
        (Extent::Start, Lang::En) => format!("more than {bytes} bytes"),
        (Extent::Start, Lang::Zh) => format!("超过 {bytes} 字节"),
        (Extent::Unfinished, Lang::En) => format!("{bytes} bytes, and no end in time"),
        (Extent::Unfinished, Lang::Zh) => format!("{bytes} 字节，未能及时结束"),
    }
}

fn socket(open: &Open, lang: Lang) -> Markup {
    html! {
        dl.facts {
            div {
                dt { (words::SOCKET.of(lang)) }
                dd { span.good { span.mark { "✓ " } } (lang.pick("opens", "可以连接")) "; " (farewell(&open.farewell, lang)) }
            }
            @if let Some(protocol) = &open.protocol {
                div { dt { "Sec-WebSocket-Protocol" } dd { bdi { (foreign(protocol)) } } }
            }
        }
    }
}

fn farewell(farewell: &Farewell, lang: Lang) -> String {
    match farewell {
        Farewell::Agreed => lang
            .pick("it closes when it is asked to", "按要求关闭")
            .to_owned(),
        Farewell::ByServer { code, reason } => {
            let reason = foreign(reason);
            match lang {
                Lang::En => format!("the server closes it at once: {code} {reason}"),
                Lang::Zh => format!("服务器立即关闭：{code} {reason}"),
            }
        }
        Farewell::Unanswered => lang
            .pick("the close isn't answered", "关闭没有得到应答")
            .to_owned(),
        Farewell::Broken { told } => foreign(&told.of(lang).headline),
    }
}
