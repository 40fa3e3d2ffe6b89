//! Why somebody does something, in their words.

/// A text that is no reason: longer than 1,000 characters, or with control characters other than line breaks.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct UnfitReason;

/// What is kept of what was said; none where nothing was.
pub(crate) fn optional(said: &str) -> Result<Option<String>, UnfitReason> {
    let is_fit = said.chars().count() <= LONGEST && !said.chars().any(|c| c.is_control() && c != '\n');
    let said = said.trim();
    match (is_fit, said.is_empty()) {
        (false, _) => Err(UnfitReason),
        (true, true) => Ok(None),
        (true, false) => Ok(Some(said.to_owned())),
    }
}

/// A reason that has to be there.
pub(crate) fn required(said: &str) -> Result<String, UnfitReason> {
    optional(said)?.ok_or(UnfitReason)
}

const LONGEST: usize = 1_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_short_and_without_control_characters() {
        assert_eq!(optional(" two\nlines "), Ok(Some("two\nlines".to_owned())));
        assert_eq!(optional(" "), Ok(None));
        assert_eq!(optional(&"长".repeat(1_000)).map(|said| said.is_some()), Ok(true));
        for unfit in [&"长".repeat(1_001), "a\0b", "a\u{1b}[31m", "\u{85}"] {
            assert_eq!(optional(unfit), Err(UnfitReason), "{unfit:?}");
        }
    }
}
