//! Whom or what an entry of the log is about: an account, a token, a domain, a key, a version.

use maud::{Markup, html};
use serde_json::{Map, Value};

use crate::store::Entry;
use crate::web::pages::show;

/// The subject's names, as people read them; nothing where the app is the subject, or the actor.
pub(super) fn shown(entry: &Entry) -> Markup {
    let names = names(entry.before.as_ref(), entry.after.as_ref());
    html! {
        @for (place, name) in names.iter().take(SHOWN).enumerate() {
            @if place > 0 { " ·" }
            " " (show::entry(name))
        }
        @if names.len() > SHOWN { " …" }
    }
}

/// What tells an object from others of its kind.
pub(super) fn identity(value: &Value) -> Option<String> {
    let names: Vec<_> = identities(value.as_object()?).collect();
    (!names.is_empty()).then(|| names.join(" "))
}

/// Unchanged names count as well: whom a change concerns is seldom what it changes. Of a list, it is the elements that differ.
fn names(before: Option<&Value>, after: Option<&Value>) -> Vec<String> {
    match (before, after) {
        (_, Some(Value::Object(of))) | (Some(Value::Object(of)), _) => identities(of).collect(),
        (before, after) => {
            let (before, after) = (elements(before), elements(after));
            let added = after.iter().filter(|value| !before.contains(value));
            let gone = before.iter().filter(|value| !after.contains(value));
            let mut names: Vec<_> = added.chain(gone).filter_map(identity).collect();
            names.sort_unstable();
            names.dedup();
            names
        }
    }
}

fn identities(of: &Map<String, Value>) -> impl Iterator<Item = String> {
    // An app's own ID is said already; an owner's things can bear one name.
    let id = of.contains_key("owner").then_some(&"id");
    IDENTIFYING
        .iter()
        .chain(id)
        .filter_map(|member| match of.get(*member)? {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        })
}

fn elements(value: Option<&Value>) -> &[Value] {
    value.and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

const SHOWN: usize = 5;
/// The members by which whatever is written names itself; an owner's things bear the owner's name, too.
const IDENTIFYING: [&str; 8] = [
    "account", "owner", "name", "domain", "number", "key", "entry", "actor",
];

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_subject_is_named_though_its_name_doesnt_change() {
        let before = json!({ "name": "ann", "disabled": false });
        let after = json!({ "name": "ann", "disabled": true });

        assert_eq!(names(Some(&before), Some(&after)), ["ann"]);
        assert_eq!(names(Some(&before), None), ["ann"]);
        assert_eq!(names(None, Some(&json!({ "rows": 7 }))), Vec::<String>::new());
    }

    #[test]
    fn of_a_list_the_elements_that_differ_are_named() {
        let key = |name: &str, stage: &str| json!({ "key": name, "stage": stage });
        let before = json!([key("a", "signing")]);
        let after = json!([key("a", "signing"), key("b", "announced")]);

        assert_eq!(names(Some(&before), Some(&after)), ["b"]);
        assert_eq!(names(Some(&after), Some(&before)), ["b"]);
    }

    #[test]
    fn tokens_of_one_name_are_told_apart() {
        let token = |id: &str| json!({ "id": id, "owner": "ann", "name": "ci" });

        let both = names(Some(&json!([token("0a"), token("1b")])), Some(&json!([])));

        assert_eq!(both, ["ann ci 0a", "ann ci 1b"]);
    }

    #[test]
    fn hostile_names_are_text() {
        let entry = Entry::new("ann", "account.create").after(json!({ "name": "<script>\u{202e}" }));

        let shown = shown(&entry).into_string();

        assert!(
            !shown.contains("<script") && !shown.contains('\u{202e}'),
            "{shown}"
        );
    }
}
