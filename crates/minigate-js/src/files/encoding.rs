//! Texts as bytes and bytes as texts, in the platform's encodings.

use std::{borrow::Cow, str::FromStr};

use data_encoding::{
    BASE64, BASE64_NOPAD, Encoding as Alphabet, HEXLOWER, HEXLOWER_PERMISSIVE, Specification,
};

use super::FileFault;

/// An encoding by which an app reads or writes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Encoding {
    /// Seven bits.
    Ascii,
    /// RFC 4648.
    Base64,
    /// Two digits for a byte.
    Hex,
    /// A character for a byte.
    Latin1,
    /// Little-endian.
    Utf16,
    /// What isn't UTF-8 becomes the replacement character.
    Utf8,
}

impl FromStr for Encoding {
    type Err = FileFault;

    fn from_str(name: &str) -> Result<Self, FileFault> {
        match name {
            "ascii" => Ok(Self::Ascii),
            "base64" => Ok(Self::Base64),
            "hex" => Ok(Self::Hex),
            "binary" | "latin1" => Ok(Self::Latin1),
            "ucs2" | "ucs-2" | "utf16le" | "utf-16le" => Ok(Self::Utf16),
            "utf8" | "utf-8" => Ok(Self::Utf8),
            _ => Err(FileFault::Invalid),
        }
    }
}

impl Encoding {
    /// The text that these bytes are.
    pub(crate) fn text(self, bytes: &[u8]) -> String {
        match self {
            Self::Ascii => bytes.iter().map(|byte| char::from(byte & 0x7f)).collect(),
            Self::Base64 => BASE64.encode(bytes),
            Self::Hex => HEXLOWER.encode(bytes),
            Self::Latin1 => bytes.iter().copied().map(char::from).collect(),
            Self::Utf16 => utf16(bytes),
            Self::Utf8 => utf8(bytes),
        }
    }

    /// The bytes that this text is.
    ///
    /// # Errors
    ///
    /// [`FileFault::Encoding`] where it isn't base64 or hexadecimal digits.
    pub(crate) fn bytes(self, text: String) -> Result<Vec<u8>, FileFault> {
        match self {
            Self::Ascii | Self::Latin1 => Ok(text.chars().map(|c| c as u32 as u8).collect()),
            Self::Base64 => base64(&text),
            Self::Hex => HEXLOWER_PERMISSIVE
                .decode(text.as_bytes())
                .map_err(|_| FileFault::Encoding),
            Self::Utf16 => Ok(text.encode_utf16().flat_map(u16::to_le_bytes).collect()),
            Self::Utf8 => Ok(text.into_bytes()),
        }
    }
}

/// Reads base64 as lenient as the platform: white space and missing padding don't matter.
pub(crate) fn base64(text: &str) -> Result<Vec<u8>, FileFault> {
    let text: Cow<'_, str> = if text.contains(|c: char| c.is_ascii_whitespace()) {
        text.split_ascii_whitespace().collect::<String>().into()
    } else {
        text.into()
    };
    let digits = text.trim_end_matches('=').as_bytes();
    lenient().decode(digits).map_err(|_| FileFault::Encoding)
}

/// Base64 without padding, whose last bits may be anything.
fn lenient() -> Alphabet {
    let specification = Specification {
        check_trailing_bits: false,
        ..BASE64_NOPAD.specification()
    };
    specification.encoding().unwrap_or(BASE64_NOPAD)
}

fn utf8(bytes: &[u8]) -> String {
    match simdutf8::basic::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => String::from_utf8_lossy(bytes).into_owned(),
    }
}

/// A last byte without its other half goes.
fn utf16(bytes: &[u8]) -> String {
    let units = bytes.as_chunks().0.iter().copied().map(u16::from_le_bytes);
    char::decode_utf16(units)
        .map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_encoding_reads_what_it_wrote() {
        for (name, text, bytes) in [
            ("utf8", "é", &b"\xc3\xa9"[..]),
            ("utf-8", "é", b"\xc3\xa9"),
            ("latin1", "é", b"\xe9"),
            ("binary", "é", b"\xe9"),
            ("ascii", "a", b"a"),
            ("utf16le", "é", b"\xe9\0"),
            ("ucs-2", "😀", b"\x3d\xd8\x00\xde"),
            ("hex", "00ff", b"\0\xff"),
            ("base64", "AP8=", b"\0\xff"),
        ] {
            let encoding: Encoding = name.parse().unwrap();

            assert_eq!(encoding.bytes(text.to_owned()).as_deref(), Ok(bytes), "{name}");
            assert_eq!(encoding.text(bytes), text, "{name}");
        }
    }

    #[test]
    fn broken_bytes_are_text_all_the_same() {
        assert_eq!(Encoding::Utf8.text(b"a\xff"), "a\u{fffd}");
        assert_eq!(Encoding::Utf16.text(b"\x3d\xd8a"), "\u{fffd}");
        assert_eq!(Encoding::Ascii.text(b"\xe1"), "a");
    }

    #[test]
    fn base64_is_read_leniently_and_other_text_is_refused() {
        for text in ["AP8", "AP8=", "A P\n8=", "AP9"] {
            assert_eq!(base64(text), Ok(vec![0, 255]), "{text}");
        }
        assert_eq!(base64("A*"), Err(FileFault::Encoding));
        assert_eq!(Encoding::Hex.bytes("0g".to_owned()), Err(FileFault::Encoding));
    }
}
