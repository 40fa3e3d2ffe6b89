//! A body as it came, before it is read.

use bytes::Bytes;

use super::Extent;

/// What came of an answer's body.
pub(super) struct Found<'a> {
    /// The field of its head.
    pub(super) content_type: Option<&'a str>,
    /// As much of it as was read, content codings undone.
    pub(super) body: Bytes,
    /// Whether that is all.
    pub(super) extent: Extent,
    /// The charset that the run time tries last.
    pub(super) fallback: &'a str,
}

impl Found<'_> {
    /// The body without the letter that may be cut.
    pub(super) fn whole_letters(&self) -> Bytes {
        if self.extent == Extent::Whole {
            return self.body.clone();
        }
        let length = match simdutf8::compat::from_utf8(&self.body) {
            Ok(_) => self.body.len(),
            Err(error) if error.error_len().is_none() => error.valid_up_to(),
            Err(_) => self.length_to_sign(),
        };
        self.body.slice(..length)
    }

    /// Up to the last byte that is part of a longer letter in no charset of single bytes and pairs; units of UTF-16 stay
    /// whole.
    fn length_to_sign(&self) -> usize {
        let is_utf16 = self.body.starts_with(b"\xFF\xFE") || self.body.starts_with(b"\xFE\xFF");
        let sign = self.body.iter().rposition(|byte| *byte < FIRST_TRAIL);
        if is_utf16 {
            // A pair of units may be cut still, which is one letter of a hundred thousand.
            self.body.len() & !1
        } else {
            sign.map_or(self.body.len(), |at| at + 1)
        }
    }
}

/// The lowest byte that follows another one in a letter: digits do in GB 18030.
const FIRST_TRAIL: u8 = 0x30;
