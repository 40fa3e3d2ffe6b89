//! The body of a request: bytes, or a stream that is opened for each time that it is sent.

use std::fmt;
use std::io::{self, Read};
use std::sync::Arc;

use bytes::Bytes;

use crate::Failure;

/// The body of a request.
#[derive(Clone, Debug)]
pub enum Payload {
    /// Bytes that are at hand; empty for no body.
    Bytes(Bytes),
    /// Bytes that are read while they are sent, so that their number doesn't matter. The call's task gets
    /// [`Event::Progress`](crate::Event::Progress).
    Stream(Arc<dyn Source>),
}

/// Where a stream comes from.
///
/// It is opened anew for each time that it is sent: a redirect that keeps the method (307, 308) sends it again.
pub trait Source: fmt::Debug + Send + Sync {
    /// What people are told that it is: a path as the app wrote it.
    fn name(&self) -> &str;

    /// Opens it at its start; called where blocking is allowed.
    ///
    /// # Errors
    /// Whatever keeps it from being read. [`io::ErrorKind::NotFound`] gives [`Failure::FileNotFound`], anything else
    /// [`Failure::FileUnreadable`].
    fn open(&self) -> io::Result<Opened>;
}

/// A stream that has been opened.
pub struct Opened {
    /// Gives its bytes; used where blocking is allowed.
    pub reader: Box<dyn Read + Send>,
    /// How many bytes it gives. The request promises so many: one that ends before fails with
    /// [`Failure::FileChanged`], and what follows is left alone.
    pub length: u64,
}

/// A body that is ready to be sent once.
pub(crate) enum Load {
    Bytes(Bytes),
    Stream(Opened),
}

impl Payload {
    /// Makes it ready, off the thread of the loop; a stream of more than `limit` bytes is refused.
    pub(crate) async fn load(&self, limit: Option<u64>) -> Result<Load, Failure> {
        let source = match self {
            Self::Bytes(bytes) => return Ok(Load::Bytes(bytes.clone())),
            Self::Stream(source) => Arc::clone(source),
        };
        let opened = tokio::task::spawn_blocking(move || open(&*source)).await;
        let opened = opened.map_err(|error| Failure::internal(&error))??;
        match limit.filter(|limit| opened.length > *limit) {
            Some(limit) => Err(Failure::FileTooLarge { limit }),
            None => Ok(Load::Stream(opened)),
        }
    }

    pub(crate) const fn is_stream(&self) -> bool {
        matches!(self, Self::Stream(_))
    }
}

fn open(source: &dyn Source) -> Result<Opened, Failure> {
    source.open().map_err(|error| {
        let path = source.name().to_owned();
        match error.kind() {
            io::ErrorKind::NotFound => Failure::FileNotFound { path },
            _ => Failure::FileUnreadable {
                path,
                reason: error.to_string(),
            },
        }
    })
}

impl Default for Payload {
    fn default() -> Self {
        Self::Bytes(Bytes::new())
    }
}

impl<B: Into<Bytes>> From<B> for Payload {
    fn from(bytes: B) -> Self {
        Self::Bytes(bytes.into())
    }
}
