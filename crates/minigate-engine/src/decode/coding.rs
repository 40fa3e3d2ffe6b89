//! Content codings (RFC 9110 §8.4).

use std::pin::Pin;

use async_compression::tokio::bufread::{
    BrotliDecoder, DeflateDecoder, GzipDecoder, ZlibDecoder, ZstdDecoder,
};
use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncRead, BufReader};

/// One content coding.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Coding {
    Gzip,
    Brotli,
    Zstd,
    Deflate,
}

impl Coding {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
            Self::Brotli => "br",
            Self::Zstd => "zstd",
            Self::Deflate => "deflate",
        }
    }

    fn of(name: &str) -> Option<Self> {
        match name {
            "gzip" | "x-gzip" => Some(Self::Gzip),
            "br" => Some(Self::Brotli),
            "zstd" => Some(Self::Zstd),
            "deflate" => Some(Self::Deflate),
            _ => None,
        }
    }
}

/// The codings of a `content-encoding` field in the order in which they were applied.
///
/// # Errors
/// The name of a coding that isn't known, or the whole field where there are too many.
pub(crate) fn parse<'a>(fields: impl Iterator<Item = &'a str>) -> Result<Vec<Coding>, String> {
    let names: Vec<_> = fields
        .flat_map(|field| field.split(','))
        .map(|name| name.trim().to_ascii_lowercase())
        .filter(|name| !name.is_empty() && name != "identity")
        .collect();
    if names.len() > MOST {
        return Err(names.join(", "));
    }
    names
        .into_iter()
        .map(|name| Coding::of(&name).ok_or(name))
        .collect()
}

/// A reader whose codings are undone one after the other, the last one applied first.
pub(crate) async fn undo(body: impl AsyncBufRead + Send + Unpin + 'static, codings: &[Coding]) -> Undone {
    let mut reader: Undone = Box::pin(body);
    for coding in codings.iter().rev() {
        let decoded: Pin<Box<dyn AsyncRead + Send>> = match coding {
            Coding::Gzip => {
                let mut decoder = GzipDecoder::new(reader);
                decoder.multiple_members(true);
                Box::pin(decoder)
            }
            Coding::Brotli => Box::pin(BrotliDecoder::new(reader)),
            Coding::Zstd => Box::pin(ZstdDecoder::new(reader)),
            Coding::Deflate => inflate(reader).await,
        };
        reader = Box::pin(BufReader::new(decoded));
    }
    reader
}

/// A body whose codings have been undone.
pub(crate) type Undone = Pin<Box<dyn AsyncBufRead + Send>>;

/// `deflate` means the zlib format (RFC 9110 §8.4.1.2), but some servers send the bare one: the first byte tells.
async fn inflate(mut reader: Undone) -> Pin<Box<dyn AsyncRead + Send>> {
    // A failed read comes again, and fails again, when the body is read.
    let first = reader
        .fill_buf()
        .await
        .ok()
        .and_then(|bytes| bytes.first().copied());
    if first.is_some_and(|byte| byte & 0x0F == ZLIB_DEFLATE) {
        Box::pin(ZlibDecoder::new(reader))
    } else {
        Box::pin(DeflateDecoder::new(reader))
    }
}

/// More than two stacked codings have no use but to multiply.
const MOST: usize = 2;

/// The compression method in the low half of a zlib stream's first byte (RFC 1950 §2.2).
const ZLIB_DEFLATE: u8 = 8;
