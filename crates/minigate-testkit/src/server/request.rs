//! A request, as it came over the wire.

use std::io;

use bytes::{Buf, Bytes, BytesMut};
use httparse::Status;

/// A request that a server received.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Received {
    /// On which connection, counted from 0.
    pub connection: usize,
    /// The head as sent, with the empty line that ends it.
    pub head: Bytes,
    /// The method as sent.
    pub method: String,
    /// The request target as sent, the query included.
    pub path: String,
    /// The headers as sent, in order.
    pub headers: Vec<(String, String)>,
    /// The body without chunk framing; empty when the script read the head only.
    pub body: Bytes,
}

impl Received {
    /// The first header of a name, in whatever case it was sent.
    pub fn header(&self, name: &str) -> Option<&str> {
        first(&self.headers, name)
    }
}

/// A request's head, taken apart.
pub(super) struct Head {
    bytes: Bytes,
    method: String,
    path: String,
    headers: Vec<(String, String)>,
}

impl Head {
    /// Takes a head off the front, once it is there as a whole.
    pub(super) fn take(pending: &mut BytesMut) -> io::Result<Option<Self>> {
        let mut slots = [httparse::EMPTY_HEADER; MAX_HEADERS];
        let mut request = httparse::Request::new(&mut slots);
        let Status::Complete(length) = request.parse(pending).map_err(invalid)? else {
            return Ok(None);
        };
        let method = request.method.unwrap_or_default().to_owned();
        let path = request.path.unwrap_or_default().to_owned();
        let headers = request.headers.iter().map(owned).collect();
        let bytes = pending.split_to(length).freeze();
        Ok(Some(Self {
            bytes,
            method,
            path,
            headers,
        }))
    }

    /// Takes the body off the front, once it is there as a whole.
    pub(super) fn take_body(&self, pending: &mut BytesMut) -> io::Result<Option<Bytes>> {
        if first(&self.headers, "transfer-encoding").is_some() {
            return take_chunks(pending);
        }
        let length = first(&self.headers, "content-length")
            .map_or(Ok(0), str::parse)
            .map_err(invalid)?;
        Ok((pending.len() >= length).then(|| pending.split_to(length).freeze()))
    }

    pub(super) fn into_received(self, connection: usize, body: Bytes) -> Received {
        let Self {
            bytes: head,
            method,
            path,
            headers,
        } = self;
        Received {
            connection,
            head,
            method,
            path,
            headers,
            body,
        }
    }
}

fn take_chunks(pending: &mut BytesMut) -> io::Result<Option<Bytes>> {
    let mut rest = pending.as_ref();
    let mut body = BytesMut::new();
    loop {
        let Status::Complete((start, size)) = httparse::parse_chunk_size(rest).map_err(invalid_chunk)? else {
            return Ok(None);
        };
        let size = usize::try_from(size).map_err(invalid)?;
        let Some((chunk, after)) = rest.get(start..).and_then(|rest| rest.split_at_checked(size)) else {
            return Ok(None);
        };
        // Trailers aren't looked for: the empty line follows the last chunk at once.
        let Some(after) = after.strip_prefix(b"\r\n") else {
            return Ok(None);
        };
        body.extend_from_slice(chunk);
        rest = after;
        if size == 0 {
            pending.advance(pending.len() - rest.len());
            return Ok(Some(body.freeze()));
        }
    }
}

fn first<'a>(headers: &'a [(String, String)], name: &str) -> Option<&'a str> {
    headers
        .iter()
        .find(|header| header.0.eq_ignore_ascii_case(name))
        .map(|header| header.1.as_str())
}

fn owned(header: &httparse::Header<'_>) -> (String, String) {
    (
        header.name.to_owned(),
        String::from_utf8_lossy(header.value).into_owned(),
    )
}

fn invalid(error: impl std::error::Error + Send + Sync + 'static) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, error)
}

fn invalid_chunk(_: httparse::InvalidChunkSize) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "invalid chunk size")
}

const MAX_HEADERS: usize = 256;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_taken_with_its_body_and_no_more() {
        let mut pending = BytesMut::from("POST /a?b=1 HTTP/1.1\r\nContent-Length: 5\r\n\r\nhelloGET /");

        let head = Head::take(&mut pending).unwrap().unwrap();
        let body = head.take_body(&mut pending).unwrap().unwrap();

        let received = head.into_received(0, body);
        assert_eq!(
            (received.method.as_str(), received.path.as_str()),
            ("POST", "/a?b=1")
        );
        assert_eq!(
            (received.header("content-length"), &*received.body),
            (Some("5"), &b"hello"[..])
        );
        assert_eq!(pending, "GET /");
    }

    #[test]
    fn a_chunked_body_is_put_together() {
        let head = "POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n";
        let mut pending = BytesMut::from(head);
        pending.extend_from_slice(b"3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\nrest");

        let head = Head::take(&mut pending).unwrap().unwrap();
        let body = head.take_body(&mut pending).unwrap();

        assert_eq!(body.unwrap(), "hello");
        assert_eq!(pending, "rest");
    }

    #[test]
    fn what_is_incomplete_is_left_alone() {
        for incomplete in ["GET / HT", "POST / HTTP/1.1\r\ncontent-length: 5\r\n"] {
            let mut pending = BytesMut::from(incomplete);

            assert!(Head::take(&mut pending).unwrap().is_none());
            assert_eq!(pending, incomplete);
        }
    }

    #[test]
    fn an_incomplete_body_is_left_alone() {
        for (header, part) in [
            ("content-length: 5", "hell"),
            ("transfer-encoding: chunked", "5\r\nhello\r\n0\r\n"),
        ] {
            let mut pending = BytesMut::from(format!("POST / HTTP/1.1\r\n{header}\r\n\r\n{part}").as_str());

            let head = Head::take(&mut pending).unwrap().unwrap();

            assert!(head.take_body(&mut pending).unwrap().is_none());
            assert_eq!(pending, part);
        }
    }
}
