//! One server.

use maud::{Markup, html};
use minigate_inspect::check::{Grade, Report};
use minigate_inspect::devices;
use minigate_inspect::matrix::Outcome;
use minigate_policy::Interface;
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
    let (fails, unknown) = (
        count(report, Outcome::Fails, lang),
        count(report, Outcome::Unknown, lang),
    );
    let is_told = grade == Grade::F && fails.is_some();
    let meaning = (!is_told).then(|| grade.meaning(lang).to_owned());
    let parts: Vec<_> = [meaning, fails, unknown].into_iter().flatten().collect();
    parts.join(lang.pick("; ", "；"))
}

/// `fails on 1 of 11 devices: Android 4.1–4.4 (uploadFile)`.
fn count(report: &Report, outcome: Outcome, lang: Lang) -> Option<String> {
    let such: Vec<_> = devices()
        .iter()
        .filter_map(|device| Some((device, report.on(device.id())?)))
        .filter(|(_, verdict)| verdict.row.outcome == outcome)
        .collect();
    let names = such.iter().map(|(device, verdict)| {
        let is_whole = verdict.interfaces.len() == report.interfaces.len();
        device.name(lang).to_owned() + &concerned(&verdict.interfaces, is_whole, lang)
    });
    let names = names.collect::<Vec<_>>().join(lang.pick(", ", "、"));
    let (number, all) = (such.len(), devices().len());
    let told = match (outcome, lang) {
        (Outcome::Unknown, Lang::En) => format!("unknown on {number} of {all} devices: {names}"),
        (Outcome::Unknown, Lang::Zh) => format!("{all} 种设备中有 {number} 种未知：{names}"),
        (_, Lang::En) if number == all => format!("fails on all {all} devices"),
        (_, Lang::Zh) if number == all => format!("全部 {all} 种设备均不可用"),
        (_, Lang::En) => format!("fails on {number} of {all} devices: {names}"),
        (_, Lang::Zh) => format!("{all} 种设备中有 {number} 种不可用：{names}"),
    };
    (number > 0).then_some(told)
}

fn concerned(interfaces: &[Interface], is_whole: bool, lang: Lang) -> String {
    if is_whole {
        return String::new();
    }
    let names: Vec<_> = interfaces.iter().map(|interface| interface.name()).collect();
    match lang {
        Lang::En => format!(" ({})", names.join(", ")),
        Lang::Zh => format!("（{}）", names.join("、")),
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
