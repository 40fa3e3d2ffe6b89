//! The body of an answer: read, content codings undone, bounded.

use std::io;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures_util::TryStreamExt;
use http::Response;
use http_body_util::{BodyExt, BodyStream};
use hyper::body::{Body as _, Frame, Incoming};
use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncReadExt};
use tokio::time::timeout;
use tokio_util::io::StreamReader;

use super::breach;
use super::depot::Depot;
use crate::decode::coding::{self, Coding, Unfit};
use crate::journal::track::Track;
use crate::task::Emitter;
use crate::{Breach, Failure, Note, Step, Stored};

/// What becomes of the bytes of a body.
pub(super) struct Delivered<'a> {
    /// Who gets them as they come.
    pub(super) pieces: Option<&'a Emitter>,
    /// Where they are kept.
    pub(super) kept: Kept,
}

/// Where the bytes of a body are kept.
pub(super) enum Kept {
    /// Nowhere.
    No,
    /// In memory, so many at most.
    Whole(usize),
    /// Put down.
    Stored(Box<Depot>),
}

/// A body that is in.
pub(super) struct Read {
    /// Where its bytes are, or the bytes themselves as far as they were collected.
    pub(super) content: Content,
    /// How many there were.
    pub(super) bytes: u64,
}

/// What is left of a body that is in.
pub(super) enum Content {
    Bytes(Bytes),
    Stored(Stored),
}

/// Reads a body to its end.
pub(super) async fn read(
    response: Response<Incoming>,
    host: &str,
    delivered: Delivered<'_>,
    track: &Track,
) -> Result<Read, Failure> {
    let codings = codings(&response, host, track)?;
    let mut sink = Sink {
        delivered,
        collected: BytesMut::new(),
        bytes: 0,
    };
    if codings.is_empty() {
        read_plain(response.into_body(), host, &mut sink, track).await?;
    } else {
        // Boxed, since it is large and most calls do without.
        let reading = read_coded(response.into_body(), host, &codings, &mut sink, track);
        Box::pin(reading).await?;
    }
    sink.finish().await
}

/// Reads a body away that is short and at hand, where that is cheaper than a new connection; false for any other.
pub(super) async fn discard(response: Response<Incoming>, track: &Track) -> bool {
    let most = response.body().size_hint().upper();
    if most.is_none_or(|most| most > SHORT) {
        return false;
    }
    let mut body = response.into_body();
    let read = timeout(AT_HAND, async {
        while let Some(frame) = body.frame().await {
            track.received(&frame?);
        }
        Ok::<_, hyper::Error>(())
    });
    matches!(read.await, Ok(Ok(())))
}

struct Sink<'a> {
    delivered: Delivered<'a>,
    collected: BytesMut,
    bytes: u64,
}

impl Sink<'_> {
    async fn take(&mut self, bytes: Bytes) -> Result<(), Failure> {
        self.bytes += bytes.len() as u64;
        if let Kept::Whole(limit) = self.delivered.kept
            && self.bytes > limit as u64
        {
            return Err(Failure::BodyTooLarge { limit });
        }
        if let Some(emitter) = self.delivered.pieces {
            emitter.emit_piece(bytes.clone()).await;
        }
        match &mut self.delivered.kept {
            Kept::No => {}
            Kept::Whole(_) => self.collect(bytes),
            Kept::Stored(depot) => depot.take(bytes).await?,
        }
        Ok(())
    }

    async fn finish(self) -> Result<Read, Failure> {
        let content = match self.delivered.kept {
            Kept::Stored(depot) => Content::Stored(depot.finish().await?),
            Kept::No | Kept::Whole(_) => Content::Bytes(self.collected.freeze()),
        };
        Ok(Read {
            content,
            bytes: self.bytes,
        })
    }

    /// The first piece, which mostly is the only one, is taken as it is.
    fn collect(&mut self, bytes: Bytes) {
        if self.collected.is_empty() {
            self.collected = bytes.into();
        } else {
            self.collected.extend_from_slice(&bytes);
        }
    }
}

fn codings(response: &Response<Incoming>, host: &str, track: &Track) -> Result<Vec<Coding>, Failure> {
    // HEAD, 204 and 304 name the coding of a body that doesn't come.
    if response.body().is_end_stream() {
        return Ok(Vec::new());
    }
    let fields = response.headers().get_all(http::header::CONTENT_ENCODING).iter();
    match coding::parse(fields.filter_map(|value| value.to_str().ok())) {
        Ok(codings) => Ok(codings),
        // As in Fetch ("handle content codings"): servers name charsets and the like there.
        Err(Unfit::Unknown { coding }) => {
            track.step(&Step::Noted(&Note::CodingUnknown { coding }));
            Ok(Vec::new())
        }
        Err(Unfit::TooMany { codings }) => Err(miscoded(host, codings, "there are too many codings")),
    }
}

async fn read_plain(
    mut body: Incoming,
    host: &str,
    sink: &mut Sink<'_>,
    track: &Track,
) -> Result<(), Failure> {
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| breach::during_body(host, &error))?;
        track.received(&frame);
        if let Ok(bytes) = frame.into_data() {
            sink.take(bytes).await?;
        }
    }
    Ok(())
}

async fn read_coded(
    body: Incoming,
    host: &str,
    codings: &[Coding],
    sink: &mut Sink<'_>,
    track: &Track,
) -> Result<(), Failure> {
    let corrupt = |error| corrupt(host, codings, &error);
    let data = BodyStream::new(body)
        .inspect_ok(|frame| track.received(frame))
        .try_filter_map(async |frame| Ok(frame.into_data().ok()))
        .map_err(io::Error::other);
    let mut body = StreamReader::new(Box::pin(data));
    if is_at_end(&mut body).await.map_err(corrupt)? {
        return Ok(());
    }
    let mut reader = coding::undo(&mut body, codings).await;
    loop {
        let mut piece = BytesMut::with_capacity(PIECE);
        if reader.read_buf(&mut piece).await.map_err(corrupt)? == 0 {
            break;
        }
        sink.take(piece.freeze()).await?;
    }
    drop(reader);
    // A decoder stops at the end of its stream, and the message may break off behind it.
    if is_at_end(&mut body).await.map_err(corrupt)? {
        Ok(())
    } else {
        Err(miscoded(host, names(codings), "more bytes follow its end"))
    }
}

impl Track {
    fn received(&self, frame: &Frame<Bytes>) {
        if let Some(piece) = frame.data_ref() {
            self.detail(&Step::Received(piece));
        }
    }
}

async fn is_at_end(body: &mut (impl AsyncBufRead + Unpin)) -> io::Result<bool> {
    Ok(body.fill_buf().await?.is_empty())
}

/// The transport broke, or the bytes don't follow their coding.
fn corrupt(host: &str, codings: &[Coding], error: &io::Error) -> Failure {
    let transport = error.get_ref().and_then(|error| error.downcast_ref());
    match transport {
        Some(error) => breach::during_body(host, error),
        None => miscoded(host, names(codings), &error.to_string()),
    }
}

fn names(codings: &[Coding]) -> String {
    let names: Vec<_> = codings.iter().map(|coding| coding.name()).collect();
    names.join(", ")
}

fn miscoded(host: &str, coding: String, reason: &str) -> Failure {
    Failure::Broken {
        host: host.to_owned(),
        breach: Breach::Coding {
            coding,
            reason: reason.to_owned(),
        },
    }
}

const SHORT: u64 = 64 * 1024;
const PIECE: usize = 16 * 1024;

/// How long the rest of a redirect's body may take; a new connection costs about as much.
const AT_HAND: Duration = Duration::from_millis(100);
