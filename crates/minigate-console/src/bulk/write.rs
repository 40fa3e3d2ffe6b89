//! Lists, written down.

use minigate_policy::{Interface, PlatformLists, WrittenLists};
use serde::Serialize;

use super::Format;

/// Lists as a text that [`Pasted::read`](super::Pasted::read) takes; the same lists give the same bytes. JSON is indented by
/// two blanks, and each format ends with a line break. [`Format::Lines`] has the entries of one interface only.
#[must_use]
pub fn export(lists: &WrittenLists, format: Format) -> String {
    match format {
        Format::Lines(interface) => lists
            .of(interface)
            .iter()
            .map(|entry| format!("{entry}\n"))
            .collect(),
        Format::Platform => json(&PlatformLists::from(lists.clone())),
        Format::Lists => json(lists),
        Format::Csv => csv(lists),
    }
}

fn csv(lists: &WrittenLists) -> String {
    let rows = Interface::ALL.into_iter().flat_map(|interface| {
        let entries = lists.of(interface).iter();
        entries.map(move |entry| format!("{interface},{entry}\n"))
    });
    std::iter::once("interface,entry\n".to_owned())
        .chain(rows)
        .collect()
}

fn json(lists: &impl Serialize) -> String {
    // Lists of texts can always be written.
    let mut text = serde_json::to_string_pretty(lists).unwrap_or_default();
    text.push('\n');
    text
}
