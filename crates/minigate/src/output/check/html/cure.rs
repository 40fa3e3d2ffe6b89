//! What to change at the server.

use maud::{Markup, html};
use minigate_inspect::check::{AddressReport, Report};
use minigate_inspect::cure::{Change, Completion, Software, changes};
use minigate_policy::diagnosis::{Diagnosis, Lang};

use super::grouped::by_address;
use super::text::{headline, sentence};
use super::words;

pub(super) fn cure(report: &Report, lang: Lang) -> Markup {
    let mut completions = report
        .addresses
        .iter()
        .filter_map(|address| address.completion.as_ref());
    let is_incomplete = completions.any(Completion::is_needed);
    html! {
        @if is_incomplete || !report.needs.is_empty() { h3 { (words::CURE.of(lang)) } }
        @if is_incomplete { (by_address(report, lang, |address| completion(address, lang))) }
        @if !report.needs.is_empty() {
            @for software in Software::ALL { (of_software(software, report, lang)) }
        }
    }
}

/// The lines for each need, in the order of what to do.
fn of_software(software: Software, report: &Report, lang: Lang) -> Markup {
    let changes = report
        .needs
        .iter()
        .flat_map(|need| changes(*need, &report.host, lang));
    html! {
        details.change {
            summary { strong { (software.name()) } }
            @for change in changes.filter(|change| change.software == software) { (lines(&change)) }
        }
    }
}

fn completion(address: &AddressReport, lang: Lang) -> Option<Markup> {
    let completion = address
        .completion
        .as_ref()
        .filter(|completion| completion.is_needed())?;
    Some(html! {
        ul.plain { @for told in completion.tell(lang) { (told_line(&told)) } }
        (full_chain(completion, lang))
    })
}

fn told_line(told: &Diagnosis) -> Markup {
    html! {
        li {
            (headline(&told.headline))
            @if !told.seen.is_empty() { ul.seen { @for seen in told.seen.iter().take(MOST_SEEN) { li { (sentence(seen)) } } } }
        }
    }
}

/// The PEM is ours: base64, and lines before it whose foreign names are written in safe letters.
fn full_chain(completion: &Completion, lang: Lang) -> Markup {
    html! {
        @if let Some(pem) = &completion.full_chain {
            details.pem { summary { (words::FULL_CHAIN.of(lang)) } pre tabindex="0" { (pem) } }
        }
    }
}

fn lines(change: &Change) -> Markup {
    html! {
        p.dim { (headline(&change.place)) }
        pre tabindex="0" { (change.lines) }
        @if let Some(then) = &change.then { pre tabindex="0" { (then) } }
    }
}

const MOST_SEEN: usize = 12;
