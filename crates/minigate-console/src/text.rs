//! Words of the console in both languages.

use minigate_policy::diagnosis::Lang;
use unicode_properties::GeneralCategory::{Control, Format, LineSeparator, ParagraphSeparator};
use unicode_properties::UnicodeGeneralCategory;

/// A text in both languages; one without the other doesn't compile.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Text(pub(crate) &'static str, pub(crate) &'static str);

impl Text {
    /// In one of them.
    pub(crate) const fn of(self, lang: Lang) -> &'static str {
        lang.pick(self.0, self.1)
    }
}

/// Whether a text can be what people call something: 1 to 100 characters, all of which can be seen.
///
/// With control and format characters two names could differ and look alike, or turn the direction of writing.
pub(crate) fn is_name(text: &str) -> bool {
    (1..=100).contains(&text.chars().count()) && !text.chars().any(is_invisible)
}

/// Whether a character steers what is shown and isn't shown itself (Unicode's categories Cc, Cf, Zl and Zp).
pub(crate) fn is_invisible(letter: char) -> bool {
    let category = letter.general_category();
    matches!(category, Control | Format | LineSeparator | ParagraphSeparator)
}

/// That a text can't be a name, or that there is none: an empty one can't be quoted.
pub(crate) fn unfit_en(text: &str, what: &str) -> String {
    if text.is_empty() {
        format!("the {what} is missing")
    } else {
        format!("`{text}` is no {what}")
    }
}

/// The same in Chinese.
pub(crate) fn unfit_zh(text: &str, what: &str) -> String {
    if text.is_empty() {
        format!("缺少{what}")
    } else {
        format!("`{text}` 不能作为{what}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_no_character_that_cant_be_seen() {
        for name in ["Shop", "小店 2 号", "Café 🍵", "متجر"] {
            assert!(is_name(name), "{name:?}");
        }
        for unfit in [
            "",
            "a\u{7}",
            "a\u{200b}b",
            "\u{202e}a",
            "a\u{ad}b",
            "\u{feff}a",
            "a\u{2028}b",
            "a\u{e0041}",
        ] {
            assert!(!is_name(unfit), "{unfit:?}");
        }
    }
}
