//! Content codings (RFC 9110 §8.4).

use std::pin::Pin;

use async_compression::tokio::bufread::{
    BrotliDecoder, DeflateDecoder, GzipDecoder, ZlibDecoder, ZstdDecoder,
};
use async_compression::zstd::DParameter;
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

/// Why the codings of a body can't be undone.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Unfit {
    /// One of them isn't known.
    Unknown { coding: String },
    /// They are too many to be honest.
    TooMany { codings: String },
}

/// The codings of a `content-encoding` field in the order in which they were applied.
pub(crate) fn parse<'a>(fields: impl Iterator<Item = &'a str>) -> Result<Vec<Coding>, Unfit> {
    let names: Vec<_> = fields
        .flat_map(|field| field.split(','))
        .map(|name| name.trim().to_ascii_lowercase())
        .filter(|name| !name.is_empty() && name != "identity")
        .collect();
    if names.len() > MOST {
        return Err(Unfit::TooMany {
            codings: names.join(", "),
        });
    }
    names
        .into_iter()
        .map(|name| Coding::of(&name).ok_or(Unfit::Unknown { coding: name }))
        .collect()
}

/// A reader whose codings are undone one after the other, the last one applied first.
pub(crate) async fn undo<'a>(body: impl AsyncBufRead + Send + Unpin + 'a, codings: &[Coding]) -> Undone<'a> {
    let mut reader: Undone<'a> = Box::pin(body);
    for coding in codings.iter().rev() {
        let decoded: Pin<Box<dyn AsyncRead + Send + 'a>> = match coding {
            Coding::Gzip => {
                let mut decoder = GzipDecoder::new(reader);
                decoder.multiple_members(true);
                Box::pin(decoder)
            }
            Coding::Brotli => Box::pin(BrotliDecoder::new(reader)),
            Coding::Zstd => {
                let mut decoder =
                    ZstdDecoder::with_params(reader, &[DParameter::window_log_max(ZSTD_WINDOW)]);
                decoder.multiple_members(true);
                Box::pin(decoder)
            }
            Coding::Deflate => inflate(reader).await,
        };
        reader = Box::pin(BufReader::new(decoded));
    }
    reader
}

/// A body whose codings have been undone.
pub(crate) type Undone<'a> = Pin<Box<dyn AsyncBufRead + Send + 'a>>;

/// `deflate` means the zlib format (RFC 9110 §8.4.1.2), but some servers send the bare one: the first byte tells.
async fn inflate(mut reader: Undone<'_>) -> Pin<Box<dyn AsyncRead + Send + '_>> {
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

/// As much of the past as a frame may refer to: 8 MiB, by its logarithm (RFC 9659 §3).
const ZSTD_WINDOW: u32 = 23;

/// More than two stacked codings have no use but to multiply.
const MOST: usize = 2;

/// The compression method in the low half of a zlib stream's first byte (RFC 1950 §2.2).
const ZLIB_DEFLATE: u8 = 8;
