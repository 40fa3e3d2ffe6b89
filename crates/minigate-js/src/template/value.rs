//! The value of an attribute: text, with expressions in it.

use serde::Serialize;

/// What an attribute's value is. Whoever reads it knows the expressions by their numbers.
#[derive(Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub(super) enum Value {
    /// Without `{{ }}`.
    Text(String),
    /// One expression and nothing else: its value, of whatever type.
    Expression(usize),
    /// A text that is put together.
    Parts(Vec<Value>),
}

/// A part of an attribute's value.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Part<'t> {
    /// As it stands.
    Text(&'t str),
    /// What stands between `{{` and `}}`.
    Expression(&'t str),
}

/// Takes an attribute's value apart, in order; what is opened and never closed is text.
pub fn parts(value: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut rest = value;
    while let Some((before, after)) = rest.split_once("{{") {
        let Some(end) = end_of(after) else { break };
        let (Some(inner), Some(behind)) = (after.get(..end), after.get(end + "}}".len()..)) else {
            break;
        };
        parts.extend((!before.is_empty()).then_some(Part::Text(before)));
        parts.push(Part::Expression(inner));
        rest = behind;
    }
    parts.extend((!rest.is_empty()).then_some(Part::Text(rest)));
    parts
}

/// The expressions so far, each with the scope of its file; and the scope of those that come.
pub(super) struct Written<'e> {
    pub(super) expressions: &'e mut Vec<(String, usize)>,
    pub(super) scope: usize,
}

impl Value {
    /// Reads a value, and appends its expressions.
    pub(super) fn read(text: &str, written: &mut Written<'_>) -> Self {
        let parts = parts(text).into_iter().map(|part| match part {
            Part::Text(text) => Self::Text(text.to_owned()),
            Part::Expression(inner) => Self::expression(inner.trim(), written),
        });
        let mut parts: Vec<_> = parts.collect();
        // A space beside the brackets makes a text of it.
        match (parts.pop(), parts.is_empty()) {
            (Some(only), true) => only,
            (Some(last), false) => {
                parts.push(last);
                Self::Parts(parts)
            }
            (None, _) => Self::Text(String::new()),
        }
    }

    /// Reads the members that a template is handed: `{{a, b: c, ...d}}` is an object without its brackets.
    pub(super) fn read_members(text: &str, written: &mut Written<'_>) -> Self {
        let inner = text
            .trim()
            .strip_prefix("{{")
            .and_then(|text| text.strip_suffix("}}"));
        Self::expression(&format!("{{{}}}", inner.unwrap_or_default()), written)
    }

    fn expression(text: &str, written: &mut Written<'_>) -> Self {
        let Written { expressions, scope } = written;
        expressions.push((text.to_owned(), *scope));
        Self::Expression(expressions.len() - 1)
    }
}

/// Where an expression ends: at the first `}}` outside of its own brackets and quotes.
fn end_of(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let (mut depth, mut quote) = (0_usize, None);
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        match (quote, byte) {
            (Some(_), b'\\') => at += 1,
            (Some(open), _) if open == byte => quote = None,
            (Some(_), _) => {}
            (None, b'\'' | b'"') => quote = Some(byte),
            (None, b'{') => depth += 1,
            (None, b'}') if depth > 0 => depth -= 1,
            (None, b'}') if bytes.get(at + 1) == Some(&b'}') => return Some(at),
            (None, _) => {}
        }
        at += 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn tells_texts_expressions_and_mixtures() {
        for (text, value, expressions) in [
            ("a b", json!("a b"), vec![]),
            ("{{ a.b }}", json!(0), vec!["a.b"]),
            ("{{a}} ", json!([0, " "]), vec!["a"]),
            ("x{{a}}-{{b}}", json!(["x", 0, "-", 1]), vec!["a", "b"]),
            ("{{ {a: {b: 1}} }}", json!(0), vec!["{a: {b: 1}}"]),
            ("{{ '}}' + \"\\\"}}\" }}", json!(0), vec!["'}}' + \"\\\"}}\""]),
            ("{{a", json!("{{a"), vec![]),
            ("{{é}}", json!(0), vec!["é"]),
        ] {
            let mut read = Vec::new();
            let mut written = Written {
                expressions: &mut read,
                scope: 1,
            };

            let found = Value::read(text, &mut written);

            assert_eq!(
                (serde_json::to_value(found).unwrap(), read),
                (value, expressions.iter().map(|e| ((*e).to_owned(), 1)).collect())
            );
        }
    }
}
