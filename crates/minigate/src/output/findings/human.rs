//! Findings for people.

use minigate_policy::diagnosis::{Lang, Severity};

use super::super::{details, escape::line, paint};
use super::{FilePlace, Found, Tally};

/// All findings, and a last line that sums them up.
pub(crate) fn lines(found: &[Found<FilePlace>], tally: &Tally, lang: Lang) -> String {
    let each: String = found.iter().map(|found| of(found, lang)).collect();
    each + &summary(tally, lang)
}

fn of(found: &Found<FilePlace>, lang: Lang) -> String {
    let (paint, word) = severity(found.severity, lang);
    let place = &found.place.place;
    let head = format!(
        "{}:{}:{}: {paint}{word}{} {}\n  {}\n",
        line(&place.file),
        place.line,
        place.column,
        paint::RESET,
        found.name(),
        line(&found.told.headline)
    );
    let quote = found.place.quote.as_ref().map_or_else(String::new, |quote| {
        format!("  {}| {}{}\n", paint::DIM, line(quote), paint::RESET)
    });
    head + &quote + &details(&found.told.seen, &found.told.remedies, lang)
}

/// A severity's colour and word.
pub(in crate::output) fn severity(severity: Severity, lang: Lang) -> (anstyle::Style, &'static str) {
    match severity {
        Severity::Fail => (paint::FAIL, lang.pick("fail", "错误")),
        Severity::Warn => (paint::WARN, lang.pick("warn", "警告")),
        Severity::Note => (paint::DIM, lang.pick("note", "提示")),
    }
}

fn summary(tally: &Tally, lang: Lang) -> String {
    let Tally {
        files,
        calls,
        unknown,
        hidden,
        allowed,
        fail,
        warn,
        note,
        ..
    } = tally;
    let paint = match (fail, warn) {
        (0, 0) => paint::GOOD,
        (0, _) => paint::WARN,
        _ => paint::FAIL,
    };
    let (looked, allowed_too) = match lang {
        Lang::En => (
            format!(
                "{}, {}, {unknown} of them to URLs that can't be told",
                counted(*files, "file"),
                counted(*calls, "network call")
            ),
            format!(", {allowed} allowed"),
        ),
        Lang::Zh => (
            format!("{files} 个文件，{calls} 个网络调用，其中 {unknown} 个的 URL 无法推断"),
            format!("，放行 {allowed}"),
        ),
    };
    let in_packages = match lang {
        _ if *hidden == 0 => String::new(),
        Lang::En => format!("; and {hidden} in packages"),
        Lang::Zh => format!("；另有 {hidden} 个在 npm 包中"),
    };
    let allowed_too = if *allowed > 0 { allowed_too } else { String::new() };
    let counts = match lang {
        Lang::En => format!("{fail} fail, {warn} warn, {note} note{allowed_too}"),
        Lang::Zh => format!("错误 {fail}，警告 {warn}，提示 {note}{allowed_too}"),
    };
    format!(
        "{paint}{counts}{}  {}({looked}{in_packages}){}\n",
        paint::RESET,
        paint::DIM,
        paint::RESET
    )
}

fn counted(number: usize, what: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {what}{plural}")
}
