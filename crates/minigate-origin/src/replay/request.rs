//! A request over HTTP/1.1, read within bounds.

use std::io;

use bytes::{Buf, Bytes, BytesMut};
use tokio::io::{AsyncRead, AsyncReadExt};

/// A request, whole.
pub(super) struct Request {
    pub(super) method: String,
    /// As sent: a path with its query.
    pub(super) target: String,
    pub(super) headers: Vec<(String, String)>,
    /// Its beginning, where it is very long.
    pub(super) body: Bytes,
}

impl Request {
    /// The first value of a field, whatever the letter case of its name.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        let found = self
            .headers
            .iter()
            .find(|(own, _)| own.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }
}

/// Reads the next request; nothing at the end of the stream.
pub(super) async fn read(
    stream: &mut (impl AsyncRead + Unpin),
    pending: &mut BytesMut,
) -> io::Result<Option<Request>> {
    let mut request = loop {
        if let Some(request) = take_head(pending)? {
            break request;
        }
        if pending.len() > LONGEST_HEAD {
            return Err(invalid("the head of the request is too long"));
        }
        if stream.read_buf(pending).await? == 0 {
            return Ok(None);
        }
    };
    let length = request.header("content-length").map_or(Ok(0), str::parse::<u64>);
    let length = length.map_err(|_| invalid("the length of the request is no number"))?;
    request.body = read_body(stream, pending, length).await?;
    Ok(Some(request))
}

fn take_head(pending: &mut BytesMut) -> io::Result<Option<Request>> {
    let mut slots = [httparse::EMPTY_HEADER; MOST_FIELDS];
    let mut parsed = httparse::Request::new(&mut slots);
    let status = parsed
        .parse(pending)
        .map_err(|error| invalid(&error.to_string()))?;
    let httparse::Status::Complete(length) = status else {
        return Ok(None);
    };
    let field = |header: &httparse::Header<'_>| {
        let value = String::from_utf8_lossy(header.value).into_owned();
        (header.name.to_owned(), value)
    };
    let request = Request {
        method: parsed.method.unwrap_or_default().to_owned(),
        target: parsed.path.unwrap_or_default().to_owned(),
        headers: parsed.headers.iter().map(field).collect(),
        body: Bytes::new(),
    };
    pending.advance(length);
    Ok(Some(request))
}

/// Takes the whole body off the stream and keeps its beginning.
async fn read_body(
    stream: &mut (impl AsyncRead + Unpin),
    pending: &mut BytesMut,
    length: u64,
) -> io::Result<Bytes> {
    let mut kept = BytesMut::new();
    let mut rest = length;
    while rest > 0 {
        if pending.is_empty() && stream.read_buf(pending).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let size = usize::try_from(rest).unwrap_or(usize::MAX).min(pending.len());
        let piece = pending.split_to(size);
        rest -= size as u64;
        let room = LONGEST_BODY.saturating_sub(kept.len()).min(piece.len());
        kept.extend_from_slice(piece.get(..room).unwrap_or_default());
    }
    Ok(kept.freeze())
}

fn invalid(reason: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, reason)
}

const LONGEST_HEAD: usize = 256 << 10;
const LONGEST_BODY: usize = 16 << 20;
const MOST_FIELDS: usize = 256;
