//! The console's stream of changes.

use std::io;
use std::time::Duration;

use bytes::Bytes;
use futures_util::{Stream, StreamExt, stream};
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use serde::Deserialize;
use sse_stream::Sse;
use tokio::time::timeout;

/// The tag of the list that an event tells of, where it is one.
pub(super) fn tag(event: &Sse) -> Option<String> {
    let News { tag } = serde_json::from_str(event.data.as_deref()?).ok()?;
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    (tag.len() <= LONGEST_TAG && tag.chars().all(fits)).then_some(tag)
}

#[derive(Deserialize)]
struct News {
    tag: String,
}

/// The bytes of a stream, which ends where nothing comes for too long; heartbeats are something.
pub(super) fn frames(body: Incoming, silence: Duration) -> impl Stream<Item = io::Result<Bytes>> {
    let body = Limited::new(body, MOST_HEARD).into_data_stream();
    stream::unfold(body, move |mut body| async move {
        let frame = timeout(silence, body.next()).await.ok().flatten()?;
        Some((frame.map_err(io::Error::other), body))
    })
}

/// Of one stream, before it is opened anew: so a line without an end can't fill the memory.
const MOST_HEARD: usize = 1024 * 1024;
const LONGEST_TAG: usize = 64;
