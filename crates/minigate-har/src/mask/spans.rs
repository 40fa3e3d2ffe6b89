//! Replacing parts of a text.

use std::ops::Range;

/// A part of a text and what comes instead.
pub(super) struct Span {
    pub(super) place: Range<usize>,
    pub(super) instead: Vec<u8>,
}

/// The text with its parts replaced, which are in order and don't overlap. Nothing where there are none.
pub(super) fn replace(text: &[u8], spans: &[Span]) -> Option<Vec<u8>> {
    if spans.is_empty() {
        return None;
    }
    let mut replaced = Vec::with_capacity(text.len());
    let mut done = 0;
    for span in spans {
        replaced.extend_from_slice(text.get(done..span.place.start).unwrap_or_default());
        replaced.extend_from_slice(&span.instead);
        done = span.place.end;
    }
    replaced.extend_from_slice(text.get(done..).unwrap_or_default());
    Some(replaced)
}
