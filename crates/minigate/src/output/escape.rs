//! Text of others on its way to a terminal.

use std::borrow::Cow;

/// The text with control characters and direction marks written out, so that it can't steer the terminal; line
/// breaks and tabs stay.
pub(super) fn escape(text: &str) -> Cow<'_, str> {
    if text.chars().any(steers) {
        text.chars()
            .map(|c| {
                if steers(c) {
                    c.escape_unicode().to_string()
                } else {
                    c.to_string()
                }
            })
            .collect()
    } else {
        Cow::Borrowed(text)
    }
}

fn steers(c: char) -> bool {
    let turns = matches!(c, '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}');
    turns || c.is_control() && !matches!(c, '\n' | '\t')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn foreign_text_cant_steer_the_terminal() {
        assert_eq!(escape("\u{1b}[31mred"), "\\u{1b}[31mred");
        assert_eq!(escape("a\u{202e}b\rc"), "a\\u{202e}b\\u{d}c");
        assert_eq!(escape("天气\tok\n"), "天气\tok\n");
    }
}
