//! The devices' verdicts as a table: a row for each device, a column for each interface.

use maud::{Markup, html};
use minigate_inspect::check::{AddressReport, Report};
use minigate_inspect::devices;
use minigate_inspect::matrix::RowVerdict;
use minigate_policy::diagnosis::{Diagnosis, Lang};

use super::grouped::by_address;
use super::text::{foreign, headline};
use super::words;

pub(super) fn matrix(report: &Report, lang: Lang) -> Markup {
    html! {
        h3 { (words::MATRIX.of(lang)) }
        (by_address(report, lang, |address| Some(table(address, lang))))
    }
}

fn table(address: &AddressReport, lang: Lang) -> Markup {
    let causes = Causes::of(address, lang);
    html! {
        table.matrix {
            thead {
                tr {
                    th scope="col" { (words::DEVICE.of(lang)) }
                    @for verdicts in &address.verdicts { th scope="col" { code { (verdicts.interface.name()) } } }
                }
            }
            tbody {
                @for device in devices() {
                    tr {
                        th scope="row" { (device.name(lang)) }
                        @for verdicts in &address.verdicts {
                            @if let Some(row) = verdicts.rows.iter().find(|row| row.device == device.id()) {
                                (cell(row, &causes, lang))
                            } @else {
                                td { "–" }
                            }
                        }
                    }
                }
            }
        }
        (causes.legend())
    }
}

fn cell(row: &RowVerdict, causes: &Causes, lang: Lang) -> Markup {
    let (symbol, word) = words::outcome(row.outcome, lang);
    let told = row.cause.as_ref().map(|cause| cause.tell(lang));
    let hover = told.as_ref().map(|told| foreign(&told.headline));
    html! {
        td class=(words::outcome_class(row.outcome)) title=[hover] {
            span.mark { (symbol) " " (word) }
            @if let Some(number) = told.as_ref().and_then(|told| causes.number(told)) { " " sup { (number) } }
            @if let Some(version) = row.version { " " span.version { (version) } }
        }
    }
}

/// The causes in a table, each with the number by which the cells refer to it.
struct Causes(Vec<Diagnosis>);

impl Causes {
    fn of(address: &AddressReport, lang: Lang) -> Self {
        let mut causes = Vec::new();
        let rows = address.verdicts.iter().flat_map(|verdicts| &verdicts.rows);
        for told in rows.filter_map(|row| Some(row.cause.as_ref()?.tell(lang))) {
            if !causes.contains(&told) {
                causes.push(told);
            }
        }
        Self(causes)
    }

    fn number(&self, told: &Diagnosis) -> Option<usize> {
        let place = self.0.iter().position(|cause| cause == told)?;
        Some(place + 1)
    }

    fn legend(&self) -> Markup {
        html! {
            @if !self.0.is_empty() {
                ol.legend {
                    @for told in &self.0 {
                        li { @if let Some(rule) = told.rule { span.rule { (rule) } " " } (headline(&told.headline)) }
                    }
                }
            }
        }
    }
}
