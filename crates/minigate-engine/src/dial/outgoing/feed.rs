//! A stream that is read where blocking is allowed, one piece ahead of the connection.

use std::io::{self, Read};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use tokio::task::{JoinHandle, spawn_blocking};

use super::PIECE;
use crate::{Failure, Opened};

pub(super) struct Feed {
    /// Nothing reads once all has been read.
    reading: Option<JoinHandle<Piece>>,
    length: u64,
    rest: u64,
}

type Reader = Box<dyn Read + Send>;
type Piece = (Reader, io::Result<Vec<u8>>);

impl Feed {
    pub(super) fn new(opened: Opened) -> Self {
        let mut feed = Self {
            reading: None,
            length: opened.length,
            rest: opened.length,
        };
        feed.go_on(opened.reader);
        feed
    }

    /// The next piece; none once as many bytes have come as were promised.
    pub(super) fn poll_piece(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, Failure>>> {
        let Some(reading) = &mut self.reading else {
            return Poll::Ready(None);
        };
        let read = ready!(Pin::new(reading).poll(cx));
        self.reading = None;
        Poll::Ready(Some(self.take(read)))
    }

    fn take(&mut self, read: Result<Piece, tokio::task::JoinError>) -> Result<Bytes, Failure> {
        let (reader, piece) = read.map_err(|error| Failure::internal(&error))?;
        let before = self.length - self.rest;
        let piece = piece.map_err(|error| Failure::FileChanged {
            expected: self.length,
            read: before,
            reason: error.to_string(),
        })?;
        self.rest -= piece.len() as u64;
        self.go_on(reader);
        Ok(piece.into())
    }

    fn go_on(&mut self, mut reader: Reader) {
        if self.rest > 0 {
            let size = self.rest.min(PIECE as u64);
            self.reading = Some(spawn_blocking(move || {
                let piece = read_exactly(&mut reader, size);
                (reader, piece)
            }));
        }
    }
}

fn read_exactly(reader: &mut Reader, size: u64) -> io::Result<Vec<u8>> {
    let mut piece = Vec::with_capacity(PIECE);
    let read = reader.take(size).read_to_end(&mut piece)?;
    if (read as u64) < size {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(piece)
}
