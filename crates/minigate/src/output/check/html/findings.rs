//! What was found, the worst first.

use maud::{Markup, html};
use minigate_inspect::check::{Finding, Report};
use minigate_policy::diagnosis::{Lang, Severity};

use super::target::id;
use super::text::{headline, sentence};
use super::words;

pub(super) fn findings(report: &Report, number: usize, lang: Lang) -> Markup {
    html! {
        @if !report.findings.is_empty() {
            h3 { (words::FINDINGS.of(lang)) }
            ol.findings {
                @for finding in &report.findings { (of(finding, report, lang)) }
            }
        } @else if report.unseen.is_none() {
            p id={ (id(number)) "-well" } { (words::NOTHING_FOUND.of(lang)) }
        }
    }
}

fn of(finding: &Finding, report: &Report, lang: Lang) -> Markup {
    let told = finding.tell(lang);
    let (symbol, word) = words::severity(finding.severity, lang);
    html! {
        li class=(class(finding.severity)) {
            p.head {
                span.mark { (symbol) " " (word) }
                @if let Some(rule) = told.rule { " " span.rule { (rule) } }
                " " strong { (headline(&told.headline)) }
                " " code.name { (finding.name()) }
            }
            p.dim { (whom(finding, report, lang)) }
            @if !told.seen.is_empty() {
                ul.seen { @for seen in told.seen.iter().take(MOST_SEEN) { li { (sentence(seen)) } } }
            }
            ul.remedies { @for remedy in &told.remedies { li { (headline(remedy)) } } }
        }
    }
}

/// The devices, interfaces and addresses that it is about, as far as that isn't all of them.
fn whom(finding: &Finding, report: &Report, lang: Lang) -> String {
    let ids: Vec<_> = finding.devices.iter().map(String::as_str).collect();
    let mut parts = Vec::new();
    if !ids.is_empty() {
        parts.push(words::device_names(&ids, lang));
    }
    if !finding.interfaces.is_empty() {
        let names = finding.interfaces.iter().map(|interface| interface.name());
        parts.push(names.collect::<Vec<_>>().join(lang.pick(", ", "、")));
    }
    if report.addresses.len() > 1 && !finding.addresses.is_empty() {
        let addresses = finding.addresses.iter().take(MOST_SEEN).map(ToString::to_string);
        parts.push(addresses.collect::<Vec<_>>().join(lang.pick(", ", "、")));
    }
    parts.join(" · ")
}

pub(super) const fn class(severity: Severity) -> &'static str {
    match severity {
        Severity::Fail => "fail",
        Severity::Warn => "warn",
        Severity::Note => "note",
    }
}

const MOST_SEEN: usize = 12;
