//! Comparing what was recorded with what is asked: a placeholder stands for anything.

use std::sync::LazyLock;

use regex::bytes::Regex;
use serde_json::Value;

use crate::mask::is_placeholder;

/// Whether a URL is the recorded one; a placeholder stands for a part of a path or a query.
pub(crate) fn is_url(recorded: &str, asked: &str) -> bool {
    fits(recorded.as_bytes(), asked.as_bytes(), |gap| {
        !gap.iter().any(|byte| b"/?#&".contains(byte))
    })
}

/// Whether a body is the recorded one: the same text, or the same JSON in any order and spacing.
pub(crate) fn is_body(recorded: &[u8], asked: &[u8]) -> bool {
    if fits(recorded, asked, |_| true) {
        return true;
    }
    let (recorded, asked) = (serde_json::from_slice(recorded), serde_json::from_slice(asked));
    matches!((recorded, asked), (Ok(recorded), Ok(asked)) if is_value(&recorded, &asked))
}

fn is_value(recorded: &Value, asked: &Value) -> bool {
    match (recorded, asked) {
        (Value::String(text), _) if is_placeholder(text) => true,
        (Value::String(text), Value::String(other)) => is_body(text.as_bytes(), other.as_bytes()),
        (Value::Array(items), Value::Array(others)) => {
            items.len() == others.len()
                && items
                    .iter()
                    .zip(others)
                    .all(|(item, other)| is_value(item, other))
        }
        (Value::Object(members), Value::Object(others)) => {
            let is_there = |(name, member): (&String, &Value)| {
                others.get(name).is_some_and(|other| is_value(member, other))
            };
            members.len() == others.len() && members.iter().all(is_there)
        }
        _ => recorded == asked,
    }
}

/// Whether a text has the parts between the placeholders in their order, and what is between them will do.
fn fits(recorded: &[u8], asked: &[u8], mut will_do: impl FnMut(&[u8]) -> bool) -> bool {
    let mut places = PLACEHOLDER.find_iter(recorded).peekable();
    if places.peek().is_none() {
        return recorded == asked;
    }
    let mut parts = Vec::new();
    let mut start = 0;
    for place in places {
        parts.push(recorded.get(start..place.start()).unwrap_or_default());
        start = place.end();
    }
    let last = recorded.get(start..).unwrap_or_default();
    let Some(mut rest) = parts.first().and_then(|first| asked.strip_prefix(*first)) else {
        return false;
    };
    for part in parts.iter().skip(1) {
        let Some((gap, after)) = split_at(rest, part) else {
            return false;
        };
        if !will_do(gap) {
            return false;
        }
        rest = after;
    }
    rest.strip_suffix(last).is_some_and(will_do)
}

/// What stands before and after the first occurrence of a part.
fn split_at<'a>(text: &'a [u8], part: &[u8]) -> Option<(&'a [u8], &'a [u8])> {
    if part.is_empty() {
        return Some((&[], text));
    }
    let at = text.windows(part.len()).position(|window| window == part)?;
    Some((text.get(..at)?, text.get(at + part.len()..)?))
}

static PLACEHOLDER: LazyLock<Regex> = LazyLock::new(|| {
    #[expect(clippy::expect_used, reason = "every test uses it")]
    Regex::new("(?-u)masked-[0-9]+-+").expect("a pattern of ours is valid")
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_placeholder_in_a_url_stands_for_one_part() {
        let recorded = "https://a.example/u/masked-1-/x?token=masked-2-&page=1";

        assert!(is_url(recorded, "https://a.example/u/77/x?token=abc&page=1"));
        assert!(is_url(recorded, recorded));
        assert!(!is_url(recorded, "https://a.example/u/77/y/x?token=abc&page=1"));
        assert!(!is_url(recorded, "https://a.example/u/77/x?token=abc&page=2"));
        assert!(!is_url("https://a.example/masked-1-", "https://a.example/1/2"));
        assert!(!is_url("https://a.example/1", "https://a.example/12"));
    }

    #[test]
    fn bodies_are_compared_as_text_or_as_json() {
        assert!(is_body(
            br#"{"a": 1, "code": "masked-1-"}"#,
            br#"{"code":77,"a":1}"#
        ));
        assert!(!is_body(
            br#"{"a": 1, "code": "masked-1-"}"#,
            br#"{"code":77,"a":2}"#
        ));
        assert!(is_body(b"a=1&token=masked-1-", b"a=1&token=x"));
        assert!(!is_body(b"a=1", b"a=2"));
        assert!(is_body(b"", b""));
        assert!(!is_body(b"", b"x"));
    }
}
