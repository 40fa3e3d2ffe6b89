//! Bytes to text, without any I/O.

mod bom;
mod charset;
pub(crate) mod coding;

use bytes::Bytes;
use encoding_rs::{Encoding, UTF_8};
use futures_util::FutureExt;
use minigate_policy::Undecodable;
use tokio::io::AsyncReadExt;

use crate::Failure;

/// Text in UTF-8.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Text(Bytes);

impl Text {
    /// The text as bytes, which are valid UTF-8.
    #[must_use]
    pub const fn as_bytes(&self) -> &Bytes {
        &self.0
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        simdutf8::basic::from_utf8(&self.0).unwrap_or_default()
    }

    pub(crate) fn into_bytes(self) -> Bytes {
        self.0
    }

    /// The bytes as text, where they are valid UTF-8.
    pub(crate) fn checked(bytes: Bytes) -> Option<Self> {
        simdutf8::basic::from_utf8(&bytes).is_ok().then_some(Self(bytes))
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        Self(text.into())
    }
}

/// How bytes became text (rules N6 and N7).
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Decoding {
    /// The encoding's WHATWG name, `UTF-8` or `GBK` for instance.
    pub charset: &'static str,
    /// What told the encoding.
    pub signal: Signal,
    /// Whether the replacement character stands in for something.
    pub replaced: bool,
    /// How many byte order marks led the body; one of them is removed.
    pub byte_order_marks: usize,
}

/// What told the encoding of a text.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Signal {
    /// A byte order mark.
    ByteOrderMark,
    /// `charset` in `content-type`.
    ContentType,
    /// A `<meta>` element or an XML declaration.
    Markup,
    /// Nothing; the bytes are valid UTF-8.
    Validity,
    /// Nothing; the profile's fallback was taken.
    Fallback,
}

/// Makes text of a body: converted to UTF-8 (rule N6), with one byte order mark removed (rule N7).
///
/// `fallback` is the encoding of what declares none and isn't UTF-8.
///
/// # Errors
/// [`Failure::Undecodable`] where the bytes don't fit their encoding and that is to fail.
pub fn to_text(
    body: &Bytes,
    content_type: Option<&str>,
    fallback: &str,
    undecodable: Undecodable,
) -> Result<(Text, Decoding), Failure> {
    let (encoding, signal) = charset::detect(body, content_type, fallback);
    let byte_order_marks = bom::count(body, encoding);
    let unmarked = bom::strip_one(body, encoding);
    let (text, replaced) = convert(&unmarked, encoding);
    if replaced && undecodable == Undecodable::Fail {
        return Err(Failure::Undecodable {
            charset: encoding.name(),
        });
    }
    Ok((
        text,
        Decoding {
            charset: encoding.name(),
            signal,
            replaced,
            byte_order_marks,
        },
    ))
}

/// Undoes the codings that `content-encoding` names of a body that is there as a whole; at most `limit` bytes.
///
/// Nothing where a coding isn't known, or the body isn't in it or too long.
pub fn undo_codings(body: &[u8], content_encoding: &[&str], limit: usize) -> Option<Bytes> {
    let codings = coding::parse(content_encoding.iter().copied()).ok()?;
    let mut plain = Vec::new();
    let undone = async {
        let mut reader = coding::undo(body, &codings).await.take(limit as u64 + 1);
        reader.read_to_end(&mut plain).await
    };
    // Bytes that are there are never waited for.
    undone.now_or_never()?.ok()?;
    (plain.len() <= limit).then(|| plain.into())
}

fn convert(body: &Bytes, encoding: &'static Encoding) -> (Text, bool) {
    if encoding == UTF_8 && simdutf8::basic::from_utf8(body).is_ok() {
        return (Text(body.clone()), false);
    }
    let (text, replaced) = encoding.decode_without_bom_handling(body);
    (Text(Bytes::from(text.into_owned())), replaced)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(body: &[u8], content_type: Option<&str>) -> (String, Decoding) {
        let body = Bytes::copy_from_slice(body);
        let (text, decoding) = to_text(&body, content_type, "gb18030", Undecodable::Replace).unwrap();
        (text.as_str().to_owned(), decoding)
    }

    const NI_HAO_GBK: &[u8] = b"\xC4\xE3\xBA\xC3";

    #[test]
    fn n6_the_declared_charset_is_converted() {
        let (found, decoding) = text(NI_HAO_GBK, Some("text/plain; charset=GBK"));

        assert_eq!(found, "你好");
        assert_eq!((decoding.charset, decoding.signal), ("GBK", Signal::ContentType));
        assert!(!decoding.replaced);
    }

    #[test]
    fn n6_an_undeclared_charset_is_valid_utf8_or_the_fallback() {
        assert_eq!(text("你好".as_bytes(), None).1.signal, Signal::Validity);
        let (found, decoding) = text(NI_HAO_GBK, Some("application/json"));
        assert_eq!((found.as_str(), decoding.signal), ("你好", Signal::Fallback));
    }

    #[test]
    fn n6_markup_tells_its_charset() {
        let html = [b"<html><META charset='gbk'>".as_slice(), NI_HAO_GBK].concat();
        let xml = [
            b"<?xml version=\"1.0\" encoding=\"GB2312\"?>".as_slice(),
            NI_HAO_GBK,
        ]
        .concat();
        let http_equiv =
            [b"<meta http-equiv=content-type content=\"text/html; charset=big5\">".as_slice()].concat();

        assert_eq!(text(&html, Some("text/html")).1.signal, Signal::Markup);
        assert!(text(&xml, Some("text/xml")).0.ends_with("你好"));
        assert_eq!(text(&http_equiv, Some("text/html")).1.charset, "Big5");
    }

    #[test]
    fn n6_what_cant_be_converted_is_replaced_or_fails_by_profile() {
        let body = Bytes::from_static(NI_HAO_GBK);
        let utf8 = Some("text/plain; charset=utf-8");

        let (found, decoding) = text(&body, utf8);
        let failed = to_text(&body, utf8, "gb18030", Undecodable::Fail);

        assert!(found.contains('\u{FFFD}') && decoding.replaced);
        assert!(matches!(failed, Err(Failure::Undecodable { charset: "UTF-8" })));
    }

    #[test]
    fn n7_one_byte_order_mark_is_removed_and_only_one() {
        assert_eq!(text(b"\xEF\xBB\xBF{}", None).0, "{}");
        let (found, decoding) = text(b"\xEF\xBB\xBF\xEF\xBB\xBF{}", None);
        assert_eq!((found.as_str(), decoding.byte_order_marks), ("\u{FEFF}{}", 2));
        let ten = b"\xEF\xBB\xBF".repeat(10);
        assert_eq!(text(&ten, None).0.chars().count(), 9);
    }

    #[test]
    fn n7_a_byte_order_mark_wins_over_the_header() {
        let (found, decoding) = text(b"\xFF\xFE\x60\x4F", Some("text/plain; charset=gbk"));

        assert_eq!(
            (found.as_str(), decoding.charset, decoding.signal),
            ("你", "UTF-16LE", Signal::ByteOrderMark)
        );
    }

    #[test]
    fn an_unknown_charset_is_as_good_as_none() {
        assert_eq!(
            text(b"ok", Some("text/plain; charset=klingon")).1.signal,
            Signal::Validity
        );
        assert_eq!(
            text(b"ok", Some("text/plain; charset=\"utf-8\"")).1.signal,
            Signal::ContentType
        );
        assert_eq!(text(b"", None).0, "");
    }
}
