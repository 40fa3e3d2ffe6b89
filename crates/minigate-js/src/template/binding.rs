//! An attribute's value: a text, or an expression of the simplest kinds.

use serde_json::Value;

/// What an attribute's value is.
#[derive(Debug, PartialEq)]
pub(super) enum Binding {
    /// Without `{{ }}`.
    Text(String),
    /// `{{true}}`, `{{3}}`, `{{'text'}}`.
    Literal(Value),
    /// `{{user.name}}`, `{{list[0]}}`: a path into the owner's data.
    Path(String),
    /// Anything else; nobody evaluates it.
    Expression,
}

impl Binding {
    pub(super) fn of(value: &str) -> Self {
        if !value.contains("{{") {
            return Self::Text(value.to_owned());
        }
        let inner = value
            .trim()
            .strip_prefix("{{")
            .and_then(|rest| rest.strip_suffix("}}"));
        let Some(inner) = inner.map(str::trim).filter(|inner| !inner.contains("{{")) else {
            return Self::Expression;
        };
        match literal(inner) {
            Some(literal) => Self::Literal(literal),
            None if is_path(inner) => Self::Path(inner.to_owned()),
            None => Self::Expression,
        }
    }
}

fn literal(text: &str) -> Option<Value> {
    let quoted = text
        .strip_prefix('\'')
        .and_then(|rest| rest.strip_suffix('\''))
        .filter(|inner| !inner.contains(['\'', '\\']));
    match (quoted, text) {
        (Some(inner), _) => Some(inner.into()),
        (None, "true" | "false" | "null") => serde_json::from_str(text).ok(),
        _ => text.parse::<serde_json::Number>().ok().map(Value::Number),
    }
}

fn is_path(text: &str) -> bool {
    text.split('.').all(is_step)
}

/// A name with any number of places in lists behind it.
fn is_step(text: &str) -> bool {
    let (name, places) = text
        .split_once('[')
        .map_or((text, ""), |(name, places)| (name, places));
    let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_' || c == '$')
        && name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '$');
    is_name && (!text.contains('[') || are_places(places))
}

/// `0]` or `0][1]`.
fn are_places(text: &str) -> bool {
    let Some(text) = text.strip_suffix(']') else {
        return false;
    };
    text.split("][")
        .all(|place| !place.is_empty() && place.chars().all(|c| c.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn tells_texts_literals_and_paths_from_other_expressions() {
        for (value, binding) in [
            ("a b", Binding::Text("a b".to_owned())),
            ("{{ true }}", Binding::Literal(json!(true))),
            ("{{-1.5}}", Binding::Literal(json!(-1.5))),
            ("{{'x'}}", Binding::Literal(json!("x"))),
            ("{{a.b_1[0][12].c}}", Binding::Path("a.b_1[0][12].c".to_owned())),
            ("{{a}}-{{b}}", Binding::Expression),
            ("x{{a}}", Binding::Expression),
            ("{{a ? 1 : 2}}", Binding::Expression),
            ("{{a[b]}}", Binding::Expression),
            ("{{a[0}}", Binding::Expression),
            ("{{a: b}}", Binding::Expression),
        ] {
            assert_eq!(Binding::of(value), binding, "{value}");
        }
    }
}
