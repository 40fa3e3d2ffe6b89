//! The body of a request on its way out.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};

use crate::Step;
use crate::journal::track::Track;

/// A body that tells its call when the connection has taken all of it.
///
/// An empty body is never asked for anything, so the moment is when it is let go of.
pub(crate) struct Outgoing {
    rest: Bytes,
    track: Option<Arc<Track>>,
}

impl Outgoing {
    pub(crate) fn new(body: Bytes, track: &Arc<Track>) -> Self {
        Self {
            rest: body,
            track: Some(Arc::clone(track)),
        }
    }

    /// It hasn't gone out after all.
    pub(crate) fn withdraw(mut self) {
        self.track = None;
    }
}

impl Body for Outgoing {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let size = self.rest.len().min(PIECE);
        let piece = self.rest.split_to(size);
        if piece.is_empty() {
            return Poll::Ready(None);
        }
        if let Some(track) = &self.track {
            track.detail(&Step::Uploaded(&piece));
        }
        Poll::Ready(Some(Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.rest.len() as u64)
    }
}

impl Drop for Outgoing {
    fn drop(&mut self) {
        if let Some(track) = self.track.take().filter(|_| self.rest.is_empty()) {
            track.sent();
        }
    }
}

impl Track {
    fn sent(&self) {
        self.time(|timing, now| timing.request_end = Some(now));
        self.step(&Step::Sent);
    }
}

/// A connection buffers some of these, no more, so that the last one is taken when nearly everything is out.
const PIECE: usize = 64 * 1024;
