//! From the text of a recording to the bytes of the wire, where the recording doesn't have them.

use async_compression::tokio::bufread::{BrotliEncoder, GzipEncoder, ZlibEncoder, ZstdEncoder};
use bytes::Bytes;
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};
use tokio::io::{AsyncRead, AsyncReadExt};

/// A text in a charset, with byte order marks before it.
pub(super) fn charset(text: &str, label: &str, byte_order_marks: usize) -> Vec<u8> {
    let encoding = Encoding::for_label(label.trim().as_bytes()).unwrap_or(UTF_8);
    let text = "\u{FEFF}".repeat(byte_order_marks.min(MOST_MARKS)) + text;
    if encoding == UTF_16LE {
        return text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    }
    if encoding == UTF_16BE {
        return text.encode_utf16().flat_map(u16::to_be_bytes).collect();
    }
    encoding.encode(&text).0.into_owned()
}

/// A body in the codings that a `content-encoding` names; `None` where one of them isn't known.
pub(super) async fn content(body: Vec<u8>, content_encoding: &str) -> Option<Bytes> {
    let mut body = body;
    for name in content_encoding.split(',').map(str::trim) {
        body = match name.to_ascii_lowercase().as_str() {
            "" | "identity" => body,
            "gzip" | "x-gzip" => all(GzipEncoder::new(body.as_slice())).await?,
            "deflate" => all(ZlibEncoder::new(body.as_slice())).await?,
            "br" => all(BrotliEncoder::new(body.as_slice())).await?,
            "zstd" => all(ZstdEncoder::new(body.as_slice())).await?,
            _ => return None,
        };
    }
    Some(body.into())
}

async fn all(mut encoder: impl AsyncRead + Unpin) -> Option<Vec<u8>> {
    let mut coded = Vec::new();
    encoder.read_to_end(&mut coded).await.ok()?;
    Some(coded)
}

const MOST_MARKS: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_in_its_charset_again() {
        assert_eq!(charset("你好", "GBK", 0), b"\xC4\xE3\xBA\xC3");
        assert_eq!(charset("你", "UTF-16LE", 1), b"\xFF\xFE\x60\x4F");
        assert_eq!(charset("a", "no-such", 2), b"\xEF\xBB\xBF\xEF\xBB\xBFa");
    }

    #[tokio::test]
    async fn a_body_is_in_its_coding_again() {
        let coded = content(b"hello".to_vec(), "gzip").await.unwrap();

        assert_eq!(coded.get(..2), Some(&b"\x1f\x8b"[..]));
        assert_eq!(content(b"x".to_vec(), "identity").await.unwrap(), "x");
        assert!(content(b"x".to_vec(), "klingon").await.is_none());
    }
}
