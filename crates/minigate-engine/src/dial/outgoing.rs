//! The body of a request on its way out.

mod feed;

use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};

use crate::journal::track::Track;
use crate::payload::Load;
use crate::progress::{Gauge, Progress};
use crate::{Failure, Step};
use feed::Feed;

/// A body that tells its call when the connection has taken all of it.
///
/// An empty body is never asked for anything, so the moment is when it is let go of.
pub(crate) struct Outgoing {
    content: Content,
    length: u64,
    rest: u64,
    listener: Option<Listener>,
}

enum Content {
    Bytes(Bytes),
    Stream(Feed),
}

/// Whom a body tells how it gets on; all bodies of one call tell the same.
#[derive(Clone)]
pub(crate) struct Listener {
    pub(crate) track: Arc<Track>,
    /// Where somebody wants to know how far it has come.
    pub(crate) gauge: Option<Arc<Gauge>>,
    /// Why it couldn't be read to its end: the connection then only says that something was amiss.
    pub(crate) fault: Arc<OnceLock<Failure>>,
}

impl Listener {
    /// What went wrong with a body is none of the next one's fault.
    pub(crate) fn begin_again(&mut self) {
        self.fault = Arc::default();
    }
}

/// The body couldn't be read to its end.
#[derive(Debug, thiserror::Error)]
#[error("the body of the request can't be read")]
pub(crate) struct Unread;

impl Outgoing {
    pub(crate) fn new(load: Load, listener: Listener) -> Self {
        let (content, length) = match load {
            Load::Bytes(bytes) => {
                let length = bytes.len() as u64;
                (Content::Bytes(bytes), length)
            }
            Load::Stream(opened) => {
                let length = opened.length;
                (Content::Stream(Feed::new(opened)), length)
            }
        };
        Self {
            content,
            length,
            rest: length,
            listener: Some(listener),
        }
    }

    /// It hasn't gone out after all.
    pub(crate) fn withdraw(mut self) {
        self.listener = None;
    }

    /// How many bytes it has.
    pub(crate) const fn length(&self) -> u64 {
        self.length
    }

    fn taken(&mut self, piece: &Bytes) {
        self.rest = self.rest.saturating_sub(piece.len() as u64);
        let Some(listener) = &self.listener else { return };
        listener.track.detail(&Step::Uploaded(piece));
        if let Some(gauge) = &listener.gauge {
            gauge.report(Progress {
                moved: self.length - self.rest,
                expected: Some(self.length),
            });
        }
    }

    fn fail(&mut self, failure: Failure) -> Unread {
        if let Some(listener) = self.listener.take() {
            // The first cause is the one that counts.
            let _ = listener.fault.set(failure);
        }
        Unread
    }
}

impl Content {
    fn poll_piece(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, Failure>>> {
        match self {
            Self::Bytes(rest) => {
                let size = rest.len().min(PIECE);
                let piece = rest.split_to(size);
                Poll::Ready((!piece.is_empty()).then_some(Ok(piece)))
            }
            Self::Stream(feed) => feed.poll_piece(cx),
        }
    }
}

impl Body for Outgoing {
    type Data = Bytes;
    type Error = Unread;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Unread>>> {
        let piece = match ready!(self.content.poll_piece(cx)) {
            Some(Ok(piece)) => piece,
            Some(Err(failure)) => return Poll::Ready(Some(Err(self.fail(failure)))),
            None => return Poll::Ready(None),
        };
        self.taken(&piece);
        Poll::Ready(Some(Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.rest == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.rest)
    }
}

impl Drop for Outgoing {
    fn drop(&mut self) {
        if let Some(listener) = self.listener.take().filter(|_| self.rest == 0) {
            listener.track.sent(self.length);
        }
    }
}

impl Track {
    fn sent(&self, bytes: u64) {
        self.time(|timing, now| timing.request_end = Some(now));
        self.step(&Step::Sent { bytes });
    }
}

/// A connection buffers some of these, no more, so that the last one is taken when nearly everything is out.
const PIECE: usize = 64 * 1024;
