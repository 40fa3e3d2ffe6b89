//! Lists, written down.

use minigate_policy::{Interface, PlatformLists, WrittenLists};
use serde::Serialize;

use super::Form;

/// Lists as a text that [`Pasted::read`](super::Pasted::read) takes; the same lists give the same bytes. JSON is indented by
/// two blanks, and each form ends with a line break. [`Form::Lines`] has the entries of one interface only.
#[must_use]
pub fn export(lists: &WrittenLists, form: Form) -> String {
    match form {
        Form::Lines(interface) => lists
            .of(interface)
            .iter()
            .map(|entry| format!("{entry}\n"))
            .collect(),
        Form::Platform => json(&PlatformLists::from(lists.clone())),
        Form::Lists => json(lists),
        Form::Csv => csv(lists),
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
