//! Text on its way into the page. Whatever isn't ours passes through [`foreign`].

use jiff::Timestamp;
use maud::{Markup, html};

use super::super::super::escape::line;

/// Foreign text that can neither turn the direction of writing nor fill the page; the page's templates escape the rest.
pub(super) fn foreign(text: &str) -> String {
    bounded(text, LONGEST)
}

/// A sentence of ours that may quote foreign text: what stands between backquotes is set apart.
pub(super) fn sentence(text: &str) -> Markup {
    let is_paired = text.matches('`').count().is_multiple_of(2);
    let parts = text.split('`').take(MOST_PARTS).enumerate();
    html! {
        @for (number, part) in parts {
            @if is_paired && number % 2 == 1 { code { bdi { (foreign(part)) } } }
            @else { @if !is_paired && number > 0 { "`" } (bounded(part, LONGEST_SENTENCE)) }
        }
    }
}

/// The sentence of a headline, which begins in lower case.
pub(super) fn headline(text: &str) -> Markup {
    let mut letters = text.chars();
    match letters.next() {
        Some(first) => sentence(&(first.to_uppercase().to_string() + letters.as_str())),
        None => html! {},
    }
}

/// `2026-12-01 08:30 UTC`.
pub(super) fn moment(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M UTC").to_string()
}

/// `2026-12-01`.
pub(super) fn day(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d").to_string()
}

/// The beginning of a fingerprint or an identifier, in pairs: `5F:2A:…`.
pub(super) fn short(hex: &str) -> String {
    let digits: Vec<_> = hex.chars().take(16).collect();
    let pairs = digits.chunks(2).map(|pair| pair.iter().collect::<String>());
    let more = if hex.len() > 16 { ":…" } else { "" };
    pairs.collect::<Vec<_>>().join(":").to_ascii_uppercase() + more
}

/// A name that may break at its underscores.
pub(super) fn breakable(name: &str) -> Markup {
    html! {
        @for (number, part) in name.split('_').enumerate() {
            @if number > 0 { "_" wbr; }
            (part)
        }
    }
}

fn bounded(text: &str, longest: usize) -> String {
    let text = line(text);
    let mut letters = text.chars();
    let kept: String = letters.by_ref().take(longest).collect();
    let left = letters.count();
    if left == 0 {
        kept
    } else {
        format!("{kept}… (+{left})")
    }
}

const LONGEST: usize = 200;
const LONGEST_SENTENCE: usize = 1_000;
const MOST_PARTS: usize = 65;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn foreign_text_is_one_bounded_line_that_keeps_its_direction() {
        assert_eq!(foreign("a\u{202e}b\nc"), "a\\u{202e}b\\u{a}c");
        assert_eq!(foreign(&"x".repeat(300)), format!("{}… (+100)", "x".repeat(200)));
    }

    #[test]
    fn markup_in_a_sentence_stays_text() {
        let told = sentence("the name `<script>alert(1)</script>` isn't listed").into_string();

        assert_eq!(
            told,
            "the name <code><bdi>&lt;script&gt;alert(1)&lt;/script&gt;</bdi></code> isn't listed"
        );
    }

    #[test]
    fn a_fingerprint_is_shown_by_its_beginning() {
        assert_eq!(short("5f2a"), "5F:2A");
        assert_eq!(short("0123456789abcdef00"), "01:23:45:67:89:AB:CD:EF:…");
    }
}
