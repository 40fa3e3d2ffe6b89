//! The lines that an app's domain lists need.

use maud::{Markup, html};
use minigate_inspect::check::Report;
use minigate_policy::diagnosis::Lang;

use super::text::foreign;
use super::words;

pub(super) fn entries(report: &Report, lang: Lang) -> Markup {
    html! {
        @if !report.entries.is_empty() {
            h3 { (words::ENTRIES.of(lang)) }
            table.entries {
                thead {
                    tr {
                        th scope="col" { (words::INTERFACE.of(lang)) }
                        th scope="col" { (words::ENTRY.of(lang)) }
                    }
                }
                tbody {
                    @for needed in &report.entries {
                        tr {
                            th scope="row" { code { (needed.interface.name()) } }
                            td { code { (foreign(&needed.entry.to_string())) } }
                        }
                    }
                }
            }
        }
    }
}
