//! The verdict on each device, as a table.

use comfy_table::presets::NOTHING;
use comfy_table::{Cell, Color, ContentArrangement, Table};
use minigate_inspect::check::{AddressReport, Report};
use minigate_inspect::devices;
use minigate_inspect::matrix::{Outcome, RowVerdict};
use minigate_policy::diagnosis::Lang;

use super::super::paint;

/// One table, or one for each group of addresses that come to the same.
pub(super) fn table(report: &Report, lang: Lang) -> String {
    let groups = groups(&report.addresses);
    let tables = groups.iter().filter_map(|group| {
        let heading = if groups.len() > 1 {
            heading(group)
        } else {
            String::new()
        };
        Some(format!("{heading}{}\n", of_address(group.first()?, lang)))
    });
    format!("\n{}", tables.collect::<String>())
}

/// Addresses whose every verdict is the same.
fn groups(addresses: &[AddressReport]) -> Vec<Vec<&AddressReport>> {
    let mut groups = Vec::<Vec<&AddressReport>>::new();
    for address in addresses {
        let is_same = |group: &&mut Vec<&AddressReport>| {
            group.first().is_some_and(|first| cells(first) == cells(address))
        };
        match groups.iter_mut().find(is_same) {
            Some(group) => group.push(address),
            None => groups.push(vec![address]),
        }
    }
    groups
}

fn heading(group: &[&AddressReport]) -> String {
    let addresses: Vec<_> = group
        .iter()
        .map(|report| report.facts.address.to_string())
        .collect();
    format!("{}{}{}\n", paint::DIM, addresses.join(" "), paint::RESET)
}

fn cells(report: &AddressReport) -> Vec<String> {
    let rows = report.verdicts.iter().flat_map(|verdicts| &verdicts.rows);
    rows.map(|row| cell(row, Lang::En)).collect()
}

fn of_address(report: &AddressReport, lang: Lang) -> String {
    let mut table = Table::new();
    table
        .load_style(NOTHING)
        .set_content_arrangement(ContentArrangement::Disabled)
        // What isn't wanted on a terminal is taken out where everything is written.
        .enforce_styling();
    let names = report.verdicts.iter().map(|verdicts| verdicts.interface.name());
    table.set_header(std::iter::once("").chain(names));
    for (place, device) in devices().iter().enumerate() {
        let rows = report
            .verdicts
            .iter()
            .filter_map(|verdicts| verdicts.rows.get(place));
        let verdicts = rows.map(|row| Cell::new(cell(row, lang)).fg(colour(row.outcome)));
        table.add_row(std::iter::once(Cell::new(device.name(lang))).chain(verdicts));
    }
    table
        .lines()
        .map(|line| format!("  {}\n", line.trim_end()))
        .collect()
}

/// `works 1.3`, `fails T5`.
pub(super) fn cell(row: &RowVerdict, lang: Lang) -> String {
    let word = match row.outcome {
        Outcome::Works => lang.pick("works", "可用"),
        Outcome::Warning => lang.pick("warns", "警告"),
        Outcome::Unknown => lang.pick("unknown", "未知"),
        Outcome::Fails => lang.pick("fails", "不可用"),
    };
    let rule = row.cause.as_ref().and_then(minigate_inspect::matrix::Cause::rule);
    let rule = rule.map_or_else(String::new, |rule| format!(" {rule}"));
    let version = row.version.filter(|_| row.outcome != Outcome::Fails);
    let version = version.map_or_else(String::new, |version| format!(" {version}"));
    format!("{word}{version}{rule}")
}

const fn colour(outcome: Outcome) -> Color {
    match outcome {
        Outcome::Works => Color::Green,
        Outcome::Warning | Outcome::Unknown => Color::Yellow,
        Outcome::Fails => Color::Red,
    }
}
