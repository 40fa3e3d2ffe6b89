//! Byte order marks.

use bytes::Bytes;
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};

/// How many marks of its encoding lead the body.
pub(super) fn count(body: &[u8], encoding: &'static Encoding) -> usize {
    match mark(encoding) {
        Some(mark) => body.chunks(mark.len()).take_while(|chunk| *chunk == mark).count(),
        None => 0,
    }
}

/// The body without its first mark; a second one stays (rule N7).
pub(super) fn strip_one(body: &Bytes, encoding: &'static Encoding) -> Bytes {
    match mark(encoding) {
        Some(mark) if body.starts_with(mark) => body.slice(mark.len()..),
        _ => body.clone(),
    }
}

/// Only the Unicode encodings have one, and GB18030, which the encoding standard doesn't sniff for.
fn mark(encoding: &'static Encoding) -> Option<&'static [u8]> {
    if encoding == UTF_8 {
        Some(b"\xEF\xBB\xBF")
    } else if encoding == UTF_16LE {
        Some(b"\xFF\xFE")
    } else if encoding == UTF_16BE {
        Some(b"\xFE\xFF")
    } else {
        None
    }
}
