//! All servers at a glance.

use maud::{Markup, html};
use minigate_inspect::check::Report;
use minigate_policy::diagnosis::Lang;

use super::target::{first, id, verdict};
use super::text::{foreign, headline};
use super::words;

pub(super) fn overview(reports: &[Report], lang: Lang) -> Markup {
    html! {
        div.wide tabindex="0" role="region" aria-label=(words::TARGET.of(lang)) {
            table.overview {
                thead {
                    tr {
                        @for label in [words::GRADE, words::TARGET, words::ANSWER, words::DO_FIRST] {
                            th scope="col" { (label.of(lang)) }
                        }
                    }
                }
                tbody {
                    @for (number, report) in reports.iter().enumerate() { (row(report, number, lang)) }
                }
            }
        }
    }
}

fn row(report: &Report, number: usize, lang: Lang) -> Markup {
    let (letter, class) = words::grade(report.grade);
    let first = first(report, lang);
    let remedy = first.as_ref().and_then(|told| told.remedies.first());
    html! {
        tr {
            td { span class={ "grade small " (class) } { (letter) } }
            th scope="row" { a href={ "#" (id(number)) } { bdi { (foreign(&report.target)) } } }
            td {
                (headline(&verdict(report, lang)))
                @if let Some(told) = &first { br; span.dim { (headline(&told.headline)) } }
            }
            td { @if let Some(remedy) = remedy { (headline(remedy)) } @else { "–" } }
        }
    }
}
