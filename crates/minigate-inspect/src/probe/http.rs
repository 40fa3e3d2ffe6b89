//! One request, of whose answer only the head is read.

use std::io;

use jiff::Timestamp;
use jiff::fmt::rfc2822;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::time::{Instant, timeout_at};

/// The head of an answer.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Head {
    pub(super) status: u16,
    pub(super) date: Option<Timestamp>,
}

/// Asks for the head of `/`, and reads it by the deadline.
pub(super) async fn ask<S>(stream: &mut S, host: &str, deadline: Instant) -> io::Result<Head>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    timeout_at(deadline, exchange(stream, host)).await?
}

async fn exchange<S: AsyncRead + AsyncWrite + Unpin>(stream: &mut S, host: &str) -> io::Result<Head> {
    let request =
        format!("HEAD / HTTP/1.1\r\nhost: {host}\r\nuser-agent: minigate\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    stream.flush().await?;
    let mut received = Vec::new();
    while received.len() < LONGEST_HEAD {
        if stream.read_buf(&mut received).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        if let Some(head) = read(&received)? {
            return Ok(head);
        }
    }
    Err(io::ErrorKind::FileTooLarge.into())
}

fn read(received: &[u8]) -> io::Result<Option<Head>> {
    let mut fields = [httparse::EMPTY_HEADER; MOST_FIELDS];
    let mut answer = httparse::Response::new(&mut fields);
    match answer.parse(received) {
        Ok(httparse::Status::Complete(_)) => {}
        Ok(httparse::Status::Partial) => return Ok(None),
        Err(error) => return Err(io::Error::other(error)),
    }
    let date = answer
        .headers
        .iter()
        .find(|field| field.name.eq_ignore_ascii_case("date"));
    Ok(answer.code.map(|status| Head {
        status,
        date: date.and_then(|date| moment(date.value)),
    }))
}

/// A date of HTTP is one of e-mail too (RFC 9110 §5.6.7).
fn moment(date: &[u8]) -> Option<Timestamp> {
    let parsed = rfc2822::DateTimeParser::new().parse_timestamp(date);
    parsed.ok()
}

const LONGEST_HEAD: usize = 16 << 10;
const MOST_FIELDS: usize = 100;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_a_head_once_it_is_whole() {
        let head = b"HTTP/1.1 204 No Content\r\nDate: Tue, 01 Dec 2026 00:00:00 GMT\r\n\r\n";

        let (part, _) = head.split_at(40);

        assert_eq!(read(part).unwrap(), None);
        assert_eq!(
            read(head).unwrap(),
            Some(Head {
                status: 204,
                date: Some("2026-12-01T00:00:00Z".parse().unwrap()),
            })
        );
    }

    #[test]
    fn a_date_that_is_none_is_left_out() {
        let head = b"HTTP/1.1 200 OK\r\ndate: yesterday\r\n\r\n";

        assert_eq!(
            read(head).unwrap(),
            Some(Head {
                status: 200,
                date: None
            })
        );
    }
}
