//! A report as a page: one file that needs no script and loads nothing.

mod application;
mod ats;
mod chain;
mod cure;
mod entries;
mod findings;
mod grouped;
mod leaf;
mod matrix;
mod overview;
mod protocols;
mod target;
mod text;
mod words;

use maud::{DOCTYPE, Markup, PreEscaped, html};
use minigate_inspect::check::Report;
use minigate_policy::diagnosis::Lang;

use text::{foreign, moment};

/// The page of these reports.
pub(crate) fn html(reports: &[Report], lang: Lang) -> String {
    let title = title(reports, lang);
    let page = html! {
        (DOCTYPE)
        html lang=(lang.pick("en", "zh-CN")) {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(CONTENT_SECURITY_POLICY);
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="referrer" content="no-referrer";
                title { (title) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                main {
                    header { h1 { (title) } p.dim { (asked(reports, lang)) } }
                    @if reports.len() > 1 { (overview::overview(reports, lang)) }
                    @for (number, report) in reports.iter().enumerate() {
                        (target::target(report, number, lang))
                    }
                }
                (footer(lang))
            }
        }
    };
    page.into_string()
}

fn title(reports: &[Report], lang: Lang) -> String {
    match (reports, lang) {
        ([one], Lang::En) => format!("{} for mini-programs", foreign(&one.target)),
        ([one], Lang::Zh) => format!("小程序服务器检查：{}", foreign(&one.target)),
        (more, Lang::En) => format!("{} servers for mini-programs", more.len()),
        (more, Lang::Zh) => format!("小程序服务器检查：{} 个", more.len()),
    }
}

fn asked(reports: &[Report], lang: Lang) -> String {
    let at = reports.iter().map(|report| report.asked_at).min();
    let at = at.map(moment).unwrap_or_default();
    let version = env!("CARGO_PKG_VERSION");
    match lang {
        Lang::En => format!("minigate check {version}, {at}"),
        Lang::Zh => format!("minigate check {version}，{at}"),
    }
}

fn footer(lang: Lang) -> Markup {
    html! {
        footer {
            p { (words::RULES.of(lang)) }
            p { (words::DATA.of(lang)) }
        }
    }
}

const CONTENT_SECURITY_POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";
const STYLE: &str = include_str!("html/page.css");

#[cfg(test)]
mod tests;
