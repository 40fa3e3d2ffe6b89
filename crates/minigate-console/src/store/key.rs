//! What a record is found by.

use std::fmt;
use std::str::FromStr;

use super::StoreError;

/// Segments with `/` between them, the kind of the record first: `app/wx0123456789abcdef`.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Key(String);

/// The text is no key.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("`{0}` is no key: it has 1 to 200 characters of ASCII, none of them a control character or a blank")]
pub struct BadKey(String);

impl Key {
    /// A key of segments; an ID can be one, since it has no `/`.
    pub(crate) fn of(segments: &[&str]) -> Result<Self, StoreError> {
        let text = segments.join("/");
        text.parse().map_err(|error: BadKey| StoreError::Corrupt {
            place: text,
            reason: error.to_string(),
        })
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The first text that is greater than all that begin with this one.
    pub(super) fn end(&self) -> String {
        // Every character of a key is less than this one.
        format!("{}\u{7f}", self.0)
    }
}

impl FromStr for Key {
    type Err = BadKey;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let is_key = (1..=LONGEST).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic());
        if is_key {
            Ok(Self(text.to_owned()))
        } else {
            Err(BadKey(text.chars().take(LONGEST).collect()))
        }
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

const LONGEST: usize = 200;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_has_no_blanks_and_an_end() {
        assert!("a b".parse::<Key>().is_err());
        assert!("".parse::<Key>().is_err());
        assert!("a/é".parse::<Key>().is_err());

        let key: Key = "app/".parse().unwrap();
        assert!(key.as_str() < "app/~~~" && "app/~~~" < key.end().as_str() && *key.end() < *"app0");
    }
}
