//! Text of others on its way to a terminal.

use std::borrow::Cow;

/// One line of foreign text: control characters, direction marks and line breaks are written out, so that it can
/// neither steer the terminal nor pass for a line of ours; what is very long is cut.
pub(super) fn line(text: &str) -> Cow<'_, str> {
    escape(text, |c| {
        steers(c) || matches!(c, '\n' | '\t' | '\u{2028}' | '\u{2029}')
    })
}

/// Foreign text of several lines; whoever prints it sets them off.
pub(super) fn block(text: &str) -> Cow<'_, str> {
    escape(text, steers)
}

/// JSON whose strings neither steer the terminal nor turn the direction of writing.
pub(super) fn json(text: &str) -> Cow<'_, str> {
    if !text.chars().any(steers) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        if steers(c) {
            // Control characters and direction marks are all in the first plane.
            escaped += &format!("\\u{:04x}", u32::from(c));
        } else {
            escaped.push(c);
        }
    }
    Cow::Owned(escaped)
}

fn escape(text: &str, is_escaped: impl Fn(char) -> bool) -> Cow<'_, str> {
    let is_long = text.len() > LONGEST;
    if !is_long && !text.chars().any(&is_escaped) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::new();
    for c in text.chars().take(if is_long { LONGEST } else { usize::MAX }) {
        if is_escaped(c) {
            escaped.extend(c.escape_unicode());
        } else {
            escaped.push(c);
        }
    }
    if is_long {
        escaped += &format!("… ({} bytes)", text.len());
    }
    Cow::Owned(escaped)
}

fn steers(c: char) -> bool {
    let turns =
        matches!(c, '\u{061C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}');
    turns || c.is_control() && !matches!(c, '\n' | '\t')
}

const LONGEST: usize = 10_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn foreign_text_cant_steer_the_terminal() {
        assert_eq!(block("\u{1b}[31mred"), "\\u{1b}[31mred");
        assert_eq!(line("a\u{202e}b\rc"), "a\\u{202e}b\\u{d}c");
        assert_eq!(line("\u{61c}a"), "\\u{61c}a");
        assert_eq!(block("天气\tok\n"), "天气\tok\n");
    }

    #[test]
    fn foreign_text_cant_pass_for_a_line_of_ours() {
        assert_eq!(line("https://a.com/\nok 200"), "https://a.com/\\u{a}ok 200");
    }

    #[test]
    fn very_long_text_is_cut() {
        assert!(line(&"x".repeat(1_000_000)).len() < 11_000);
    }
}
