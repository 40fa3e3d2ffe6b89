//! What a server in memory does with a connection.

use std::time::Duration;

use arbitrary::Arbitrary;
use futures_util::FutureExt;
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};
use tokio::time::sleep;

use crate::stage::{HOSTS, Serve};

/// A connection's life.
#[derive(Arbitrary, Clone, Debug)]
pub(crate) enum Act {
    Refuse,
    Serve(Vec<Step>),
}

/// What a server does next.
#[derive(Arbitrary, Clone, Debug)]
pub(crate) enum Step {
    /// Reads until a head has come, or something like it.
    Read,
    /// Writes bytes that may be anything.
    Write(Vec<u8>),
    /// Writes the head of an answer, right or nearly so.
    Head(Head),
    /// Writes a piece of a chunked body.
    Chunk(Vec<u8>),
    /// Ends a chunked body.
    LastChunk,
    /// Writes so many bytes.
    Fill(u16),
    /// Waits, so many tenths of a second.
    Pause(u16),
    /// Writes a whole answer, as most do.
    Ok,
    /// Begins again with the first step.
    Again,
}

/// The head of an answer.
#[derive(Arbitrary, Clone, Debug)]
pub(crate) struct Head {
    status: Status,
    fields: Vec<Field>,
}

#[derive(Arbitrary, Clone, Copy, Debug)]
enum Status {
    Ok,
    Continue,
    EarlyHints,
    Switching,
    NoContent,
    Found,
    SeeOther,
    NotModified,
    Temporary,
    NotFound,
    Other(u16),
}

#[derive(Arbitrary, Clone, Debug)]
enum Field {
    Length(u16),
    Chunked,
    Close,
    Gzip,
    Deflate,
    Brotli,
    Zstd,
    Utf8,
    Gbk,
    Utf16,
    Json,
    Location(u8, u8),
    Elsewhere(String),
    Any(Vec<u8>, Vec<u8>),
}

impl Act {
    pub(crate) fn serve(self) -> Option<Serve> {
        match self {
            Self::Refuse => None,
            Self::Serve(steps) => Some(Box::new(|stream| serve(stream, steps).boxed())),
        }
    }
}

/// Answers every request as it should be.
pub(crate) fn polite() -> Serve {
    Box::new(|stream| serve(stream, vec![Step::Read, Step::Ok, Step::Again]).boxed())
}

async fn serve(mut stream: DuplexStream, steps: Vec<Step>) {
    for _ in 0..MOST_ROUNDS {
        for step in &steps {
            if matches!(step, Step::Again) {
                break;
            }
            if perform(step, &mut stream).await.is_none() {
                return;
            }
        }
        if !steps.iter().any(|step| matches!(step, Step::Again)) {
            return;
        }
    }
}

/// `None` where the other end has gone.
async fn perform(step: &Step, stream: &mut DuplexStream) -> Option<()> {
    let bytes = match step {
        Step::Read => return read(stream).await,
        Step::Pause(tenths) => {
            sleep(Duration::from_millis(u64::from(*tenths) * 100)).await;
            return Some(());
        }
        Step::Write(bytes) => bytes.clone(),
        Step::Head(head) => head.bytes(),
        Step::Chunk(bytes) => [format!("{:x}\r\n", bytes.len()).as_bytes(), bytes, b"\r\n"].concat(),
        Step::LastChunk => b"0\r\n\r\n".to_vec(),
        Step::Fill(size) => vec![b'x'; usize::from(*size)],
        Step::Ok => b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok".to_vec(),
        Step::Again => Vec::new(),
    };
    stream.write_all(&bytes).await.ok()
}

async fn read(stream: &mut DuplexStream) -> Option<()> {
    let mut read = Vec::new();
    while !read.windows(4).any(|bytes| bytes == b"\r\n\r\n") {
        if stream.read_buf(&mut read).await.ok()? == 0 {
            return None;
        }
    }
    Some(())
}

impl Head {
    fn bytes(&self) -> Vec<u8> {
        let mut head = format!("HTTP/1.1 {} Fuzzed\r\n", self.status.code()).into_bytes();
        for field in &self.fields {
            field.write(&mut head);
            head.extend_from_slice(b"\r\n");
        }
        head.extend_from_slice(b"\r\n");
        head
    }
}

impl Status {
    const fn code(self) -> u16 {
        match self {
            Self::Ok => 200,
            Self::Continue => 100,
            Self::EarlyHints => 103,
            Self::Switching => 101,
            Self::NoContent => 204,
            Self::Found => 302,
            Self::SeeOther => 303,
            Self::NotModified => 304,
            Self::Temporary => 307,
            Self::NotFound => 404,
            Self::Other(code) => code,
        }
    }
}

impl Field {
    fn write(&self, head: &mut Vec<u8>) {
        let text = match self {
            Self::Length(length) => format!("content-length: {length}"),
            Self::Chunked => "transfer-encoding: chunked".to_owned(),
            Self::Close => "connection: close".to_owned(),
            Self::Gzip => "content-encoding: gzip".to_owned(),
            Self::Deflate => "content-encoding: deflate".to_owned(),
            Self::Brotli => "content-encoding: br".to_owned(),
            Self::Zstd => "content-encoding: zstd".to_owned(),
            Self::Utf8 => "content-type: text/plain; charset=utf-8".to_owned(),
            Self::Gbk => "content-type: text/html; charset=gbk".to_owned(),
            Self::Utf16 => "content-type: text/plain; charset=utf-16".to_owned(),
            Self::Json => "content-type: application/json".to_owned(),
            Self::Location(host, path) => {
                let host = HOSTS[usize::from(*host) % 2];
                format!("location: http://{host}/{path}")
            }
            Self::Elsewhere(location) => format!("location: {location}"),
            Self::Any(name, value) => {
                head.extend_from_slice(name);
                head.extend_from_slice(b": ");
                head.extend_from_slice(value);
                return;
            }
        };
        head.extend_from_slice(text.as_bytes());
    }
}

const MOST_ROUNDS: usize = 64;
