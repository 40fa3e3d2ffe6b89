//! What differs between two values of JSON, line by line.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use maud::{Markup, html};
use minigate_policy::diagnosis::Lang;
use serde_json::Value;

use super::subject;
use crate::text::Text;
use crate::web::pages::show::harmless;

/// A line that only one of the two has.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) struct Changed {
    path: String,
    side: Side,
    value: String,
}

#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
enum Side {
    Before,
    After,
}

/// What only one of the two says, in the order of the paths; the order of a list's values counts for nothing.
pub(super) fn changes(before: Option<&Value>, after: Option<&Value>) -> Vec<Changed> {
    let lines = |value: Option<&Value>| {
        let mut lines = BTreeSet::new();
        if let Some(value) = value {
            collect(value, &mut String::new(), &mut lines);
        }
        lines
    };
    let (before, after) = (lines(before), lines(after));
    let only = |side, these: &BTreeSet<(String, String)>, those: &BTreeSet<(String, String)>| {
        let only: Vec<_> = these.difference(those).cloned().collect();
        only.into_iter()
            .map(move |(path, value)| Changed { path, side, value })
    };
    let mut changes: Vec<_> = only(Side::Before, &before, &after)
        .chain(only(Side::After, &after, &before))
        .collect();
    changes.sort_unstable();
    changes
}

/// The lines, as people read them.
pub(super) fn list(changes: &[Changed], lang: Lang) -> Markup {
    html! {
        ul.diff {
            @for change in changes.iter().take(SHOWN) {
                @match change.side {
                    Side::Before => li.removed { span.hidden { (BEFORE.of(lang)) " " } (line(change)) },
                    Side::After => li.added { span.hidden { (AFTER.of(lang)) " " } (line(change)) },
                }
            }
        }
        @if changes.len() > SHOWN { p.dim { "… " (changes.len() - SHOWN) " " (MORE.of(lang)) } }
    }
}

fn line(change: &Changed) -> Markup {
    html! {
        @if !change.path.is_empty() { span.dim { (harmless(&change.path)) " " } }
        bdi { (harmless(&change.value)) }
    }
}

/// Each value that has no parts, with the way to it. A list's values stand at the list's own path; an element that has a
/// name stands by it, so that what belongs together can be told.
fn collect(value: &Value, path: &mut String, lines: &mut BTreeSet<(String, String)>) {
    match value {
        Value::Null => {}
        Value::Object(fields) => {
            for (name, value) in fields {
                let length = path.len();
                path.push_str(if path.is_empty() { "" } else { "." });
                path.push_str(name);
                collect(value, path, lines);
                path.truncate(length);
            }
        }
        Value::Array(values) => {
            for value in values {
                let length = path.len();
                if let Some(name) = subject::identity(value) {
                    let _ = write!(path, "[{name}]");
                }
                collect(value, path, lines);
                path.truncate(length);
            }
        }
        Value::String(text) => drop(lines.insert((path.clone(), text.clone()))),
        other => drop(lines.insert((path.clone(), other.to_string()))),
    }
}

const SHOWN: usize = 200;
const AFTER: Text = Text("after", "变更后");
const BEFORE: Text = Text("before", "变更前");
const MORE: Text = Text("more lines; the downloads have them", "行未显示，可下载查看");

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_what_differs_is_told() {
        let before = json!({ "lists": { "request": ["https://a.com", "https://b.com"] }, "number": 1 });
        let after = json!({ "lists": { "request": ["https://b.com", "https://c.com"] }, "number": 1 });

        let shown = list(&changes(Some(&before), Some(&after)), Lang::En).into_string();

        assert!(shown.contains("https://a.com") && shown.contains("https://c.com"));
        assert!(!shown.contains("https://b.com") && !shown.contains("number"));
    }

    #[test]
    fn an_elements_lines_stay_together() {
        let key = |name: &str, stage: &str| json!({ "key": name, "stage": stage });
        let before = json!([key("a", "signing"), key("b", "announced")]);
        let after = json!([key("a", "retired"), key("b", "signing")]);

        let changes = changes(Some(&before), Some(&after));

        let lines: Vec<_> = changes
            .iter()
            .map(|changed| (changed.path.as_str(), changed.value.as_str()))
            .collect();
        assert_eq!(
            lines,
            [
                ("[a].stage", "signing"),
                ("[a].stage", "retired"),
                ("[b].stage", "announced"),
                ("[b].stage", "signing")
            ]
        );
    }

    #[test]
    fn hostile_values_and_names_are_text() {
        let after = json!({ "<img src=x>\u{202e}": "<script>" });

        let shown = list(&changes(None, Some(&after)), Lang::Zh).into_string();

        assert!(!shown.contains("<img") && !shown.contains("<script") && !shown.contains('\u{202e}'));
    }
}
