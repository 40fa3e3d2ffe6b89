//! A check for people: the answer first, then the devices, what to do in order, and what was seen.

use minigate_inspect::check::{Finding, Grade, Report};
use minigate_inspect::{Device, Severity, devices};
use minigate_policy::diagnosis::{Diagnosis, Lang};

use super::super::findings::severity;
use super::super::{details, escape::line, paint};
use super::{answer, cure, matrix, server};

/// One report; of the whole one nothing is left out.
pub(in crate::output) fn human(report: &Report, is_whole: bool, lang: Lang) -> String {
    let mut text = answer(report, lang);
    if is_whole && !report.addresses.is_empty() {
        text += &matrix::table(report, lang);
    }
    let least = if is_whole { Severity::Note } else { Severity::Warn };
    let told = report.findings.iter().filter(|finding| finding.severity >= least);
    for finding in told {
        text += &of_finding(finding, report, lang);
    }
    if is_whole {
        text += &cure::lines(report, lang);
        text += &server::lines(report, lang);
    }
    text
}

/// The first line: the grade, the server, and what it comes to.
fn answer(report: &Report, lang: Lang) -> String {
    let (paint, letter) = match report.grade {
        Some(grade) => (colour(grade), grade.to_string()),
        None => (paint::FAIL, "?".to_owned()),
    };
    let verdict = match (&report.unseen, report.grade) {
        (Some(unseen), _) => {
            let told = unseen.tell(lang);
            let hint = told.remedies.first().map_or("", String::as_str);
            let word = lang.pick("couldn't look", "无法检查");
            format!("{word}: {}; {hint}", line(&told.headline))
        }
        (None, Some(grade)) => verdict(report, grade, lang),
        (None, None) => String::new(),
    };
    format!(
        "{paint}{letter}{}  {}  {verdict}\n",
        paint::RESET,
        line(&report.url)
    )
}

const fn colour(grade: Grade) -> anstyle::Style {
    match grade {
        Grade::A => paint::GOOD,
        Grade::B | Grade::C => paint::WARN,
        Grade::F => paint::FAIL,
    }
}

/// `fails on 3 of 11 devices: the worst cause`.
fn verdict(report: &Report, grade: Grade, lang: Lang) -> String {
    let worst = report
        .findings
        .first()
        .filter(|worst| worst.severity > Severity::Note);
    let leading = match grade {
        // What is to be mended isn't why some device may fail.
        Grade::A | Grade::B => lang.pick("; to mend: ", "；待改进："),
        Grade::C | Grade::F => lang.pick(": ", "："),
    };
    let cause = |worst: &Finding| {
        let place = answer::place(worst, report, lang);
        format!("{place}{leading}{}", headline(&worst.tell(lang)))
    };
    answer::verdict(report, grade, lang) + &worst.map_or_else(String::new, cause)
}

fn headline(told: &Diagnosis) -> String {
    let rule = told.rule.map_or_else(String::new, |rule| format!("{rule} "));
    format!("{rule}{}", line(&told.headline))
}

/// What is wrong, whom it concerns, and what to do.
fn of_finding(finding: &Finding, report: &Report, lang: Lang) -> String {
    let (paint, word) = severity(finding.severity, lang);
    let told = finding.tell(lang);
    let rule = told.rule.map_or_else(String::new, |rule| format!(" {rule}"));
    format!(
        "{paint}{word}{}{rule} {}{}\n  {}\n",
        paint::RESET,
        finding.name(),
        concerned(finding, report, lang),
        line(&told.headline)
    ) + &details(&told.seen, &told.remedies, lang)
}

/// The devices, interfaces and addresses, where it isn't all of them.
fn concerned(finding: &Finding, report: &Report, lang: Lang) -> String {
    let comma = lang.pick(", ", "、");
    let mut parts = Vec::new();
    if !finding.devices.is_empty() && finding.devices.len() < devices().len() {
        let found = finding.devices.iter().filter_map(|id| Device::find(id));
        parts.push(
            found
                .map(|device| device.name(lang))
                .collect::<Vec<_>>()
                .join(comma),
        );
    }
    if !finding.interfaces.is_empty() && finding.interfaces.len() < report.interfaces.len() {
        let names: Vec<_> = finding
            .interfaces
            .iter()
            .map(|interface| interface.name())
            .collect();
        parts.push(names.join(comma));
    }
    if !finding.addresses.is_empty() && finding.addresses.len() < report.addresses.len() {
        let names: Vec<_> = finding.addresses.iter().map(ToString::to_string).collect();
        parts.push(names.join(comma));
    }
    if parts.is_empty() {
        return String::new();
    }
    format!(
        " {}— {}{}",
        paint::DIM,
        parts.join(lang.pick("; ", "；")),
        paint::RESET
    )
}
