//! One server.

use maud::{Markup, html};
use minigate_inspect::check::Report;
use minigate_inspect::devices;
use minigate_inspect::matrix::Outcome;
use minigate_policy::diagnosis::{Diagnosis, Lang, Severity};

use super::text::{foreign, headline};
use super::{ats, chain, cure, entries, findings, leaf, matrix, protocols, words};

/// Everything about one server, the answer first.
pub(super) fn target(report: &Report, number: usize, lang: Lang) -> Markup {
    let (letter, class) = words::grade(report.grade);
    html! {
        section.target id=(id(number)) {
            div.answer {
                div class={ "grade " (class) } role="img" aria-label={ (words::GRADE.of(lang)) " " (letter) } { (letter) }
                div {
                    h2 { bdi { (foreign(&report.target)) } }
                    p.verdict { (verdict(report, lang)) }
                    @if let Some(told) = first(report, lang) {
                        p { (headline(&told.headline)) @if let Some(rule) = told.rule { " " span.rule { (rule) } } }
                        @if let Some(remedy) = told.remedies.first() {
                            p.first { strong { (words::DO_FIRST.of(lang)) } " " (headline(remedy)) }
                        }
                    }
                }
            }
            (findings::findings(report, number, lang))
            @if report.unseen.is_none() {
                (matrix::matrix(report, lang))
                (chain::chains(report, lang))
                (cure::cure(report, lang))
                (leaf::leaves(report, lang))
                (ats::demands(report, lang))
                (protocols::protocols(report, lang))
            }
            (entries::entries(report, lang))
        }
    }
}

/// Where a server's section is.
pub(super) fn id(number: usize) -> String {
    format!("server-{}", number + 1)
}

/// The answer: whether it works, and on which devices it doesn't.
pub(super) fn verdict(report: &Report, lang: Lang) -> String {
    if report.unseen.is_some() {
        return lang.pick("Couldn’t be looked at", "无法检查").to_owned();
    }
    let on = |outcome: Outcome| {
        let ids = devices().iter().map(minigate_inspect::Device::id);
        let such = ids.filter(|id| {
            report
                .on(id)
                .is_some_and(|verdict| verdict.row.outcome == outcome)
        });
        words::device_names(&such.collect::<Vec<_>>(), lang)
    };
    let (fails, unknown) = (on(Outcome::Fails), on(Outcome::Unknown));
    let mut parts = Vec::new();
    if !fails.is_empty() {
        parts.push(match lang {
            Lang::En => format!("Fails on {fails}"),
            Lang::Zh => format!("在{fails}上失败"),
        });
    }
    if !unknown.is_empty() {
        parts.push(match lang {
            Lang::En => format!("unknown on {unknown}"),
            Lang::Zh => format!("{unknown}上未知"),
        });
    }
    let is_entry_wrong = report
        .findings
        .iter()
        .any(|finding| finding.severity == Severity::Fail && finding.devices.is_empty());
    match (parts.is_empty(), is_entry_wrong) {
        (true, false) => lang.pick("Works on every device", "在所有设备上可用").to_owned(),
        (true, true) => lang.pick("Fails on every device", "在所有设备上失败").to_owned(),
        (false, _) => parts.join(lang.pick("; ", "；")),
    }
}

/// What is worst, told, if anything is to be done about it.
pub(super) fn first(report: &Report, lang: Lang) -> Option<Diagnosis> {
    if let Some(unseen) = &report.unseen {
        return Some(unseen.tell(lang));
    }
    let first = report.findings.first()?;
    (first.severity > Severity::Note).then(|| first.tell(lang))
}
