//! One server.

use maud::{Markup, html};
use minigate_inspect::check::{Grade, Report};
use minigate_inspect::devices;
use minigate_policy::diagnosis::{Diagnosis, Lang, Severity};

use super::super::answer;
use super::text::{foreign, headline};
use super::{application, ats, chain, cure, entries, findings, leaf, matrix, protocols, words};

/// Everything about one server, the answer first.
pub(super) fn target(report: &Report, number: usize, lang: Lang) -> Markup {
    let (letter, class) = words::grade(report.grade);
    html! {
        section.target id=(id(number)) {
            div.answer {
                div class={ "grade " (class) } role="img" aria-label={ (words::GRADE.of(lang)) " " (letter) } { (letter) }
                div {
                    h2 { bdi { (foreign(&report.target)) } }
                    p.verdict { (headline(&verdict(report, lang))) }
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
                (application::applications(report, lang))
            }
            (entries::entries(report, lang))
        }
    }
}

/// Where a server's section is.
pub(super) fn id(number: usize) -> String {
    format!("server-{}", number + 1)
}

/// The answer: what it comes to, and on which devices it doesn't work.
pub(super) fn verdict(report: &Report, lang: Lang) -> String {
    let Some(grade) = report.grade else {
        return lang.pick("couldn't be looked at", "无法检查").to_owned();
    };
    let failing = answer::failing(report);
    let names = answer::names(&failing, lang);
    let is_partly =
        !failing.is_empty() && failing.len() < devices().len() && !answer::fails_everywhere(report);
    let named = match (grade, lang) {
        (Grade::F, Lang::En) if is_partly => format!(" ({names})"),
        (Grade::F, Lang::Zh) if is_partly => format!("（{names}）"),
        _ => String::new(),
    };
    answer::verdict(report, grade, lang) + &named
}

/// What is worst, told, if anything is to be done about it.
pub(super) fn first(report: &Report, lang: Lang) -> Option<Diagnosis> {
    if let Some(unseen) = &report.unseen {
        return Some(unseen.tell(lang));
    }
    let first = report.findings.first()?;
    (first.severity > Severity::Note).then(|| first.tell(lang))
}
