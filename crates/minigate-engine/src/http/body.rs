//! The body of an answer: read, content codings undone, bounded.

use std::io;

use bytes::{Bytes, BytesMut};
use futures_util::TryStreamExt;
use http::Response;
use http_body_util::{BodyExt, BodyStream};
use hyper::body::{Body as _, Incoming};
use tokio::io::AsyncReadExt;
use tokio_util::io::StreamReader;

use super::breach;
use crate::decode::coding::{self, Coding};
use crate::task::Emitter;
use crate::{Breach, Event, Failure};

/// What becomes of the bytes of a body.
pub(super) enum Delivered<'a> {
    /// They are collected, up to so many.
    Whole { limit: usize },
    /// They are handed on as they come.
    Chunks(&'a Emitter),
}

/// Reads a body to its end.
pub(super) async fn read(
    response: Response<Incoming>,
    host: &str,
    delivered: Delivered<'_>,
) -> Result<Bytes, Failure> {
    let codings = codings(&response, host)?;
    let mut sink = Sink {
        delivered,
        collected: BytesMut::new(),
    };
    if codings.is_empty() {
        read_plain(response.into_body(), host, &mut sink).await?;
    } else {
        read_coded(response.into_body(), host, &codings, &mut sink).await?;
    }
    Ok(sink.collected.freeze())
}

/// Whether a body is so short that reading it away is cheaper than a new connection.
pub(super) fn is_short(response: &Response<Incoming>) -> bool {
    response
        .body()
        .size_hint()
        .upper()
        .is_some_and(|most| most <= SHORT)
}

/// Reads a short body away; false where that failed.
pub(super) async fn discard(response: Response<Incoming>) -> bool {
    response.into_body().collect().await.is_ok()
}

struct Sink<'a> {
    delivered: Delivered<'a>,
    collected: BytesMut,
}

impl Sink<'_> {
    fn take(&mut self, bytes: Bytes) -> Result<(), Failure> {
        match self.delivered {
            Delivered::Chunks(emitter) => emitter.emit(Event::Chunk(bytes)),
            Delivered::Whole { limit } if self.collected.len() + bytes.len() > limit => {
                return Err(Failure::BodyTooLarge { limit });
            }
            Delivered::Whole { .. } if self.collected.is_empty() => self.collected = bytes.into(),
            Delivered::Whole { .. } => self.collected.extend_from_slice(&bytes),
        }
        Ok(())
    }
}

fn codings(response: &Response<Incoming>, host: &str) -> Result<Vec<Coding>, Failure> {
    let fields = response.headers().get_all(http::header::CONTENT_ENCODING).iter();
    let known = coding::parse(fields.filter_map(|value| value.to_str().ok()));
    let codings = known.map_err(|coding| Failure::Broken {
        host: host.to_owned(),
        breach: Breach::Coding {
            coding,
            reason: "the coding is not known".to_owned(),
        },
    })?;
    // HEAD, 204 and 304 name the coding of a body that doesn't come.
    Ok(if response.body().is_end_stream() {
        Vec::new()
    } else {
        codings
    })
}

async fn read_plain(mut body: Incoming, host: &str, sink: &mut Sink<'_>) -> Result<(), Failure> {
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| breach::during_body(host, &error))?;
        if let Ok(bytes) = frame.into_data() {
            sink.take(bytes)?;
        }
    }
    Ok(())
}

async fn read_coded(
    body: Incoming,
    host: &str,
    codings: &[Coding],
    sink: &mut Sink<'_>,
) -> Result<(), Failure> {
    let data = BodyStream::new(body)
        .try_filter_map(async |frame| Ok(frame.into_data().ok()))
        .map_err(io::Error::other);
    let mut reader = coding::undo(StreamReader::new(Box::pin(data)), codings).await;
    loop {
        let mut piece = BytesMut::with_capacity(PIECE);
        let read = reader
            .read_buf(&mut piece)
            .await
            .map_err(|error| corrupt(host, codings, &error))?;
        if read == 0 {
            return Ok(());
        }
        sink.take(piece.freeze())?;
    }
}

/// The transport broke, or the bytes don't follow their coding.
fn corrupt(host: &str, codings: &[Coding], error: &io::Error) -> Failure {
    if let Some(error) = error
        .get_ref()
        .and_then(|error| error.downcast_ref::<hyper::Error>())
    {
        return breach::during_body(host, error);
    }
    let names: Vec<_> = codings.iter().map(|coding| coding.name()).collect();
    let breach = Breach::Coding {
        coding: names.join(", "),
        reason: error.to_string(),
    };
    Failure::Broken {
        host: host.to_owned(),
        breach,
    }
}

const SHORT: u64 = 64 * 1024;
const PIECE: usize = 16 * 1024;
