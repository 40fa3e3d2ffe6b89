//! Where the body of an answer is put down instead of being handed over.

use std::fmt;

use crate::Head;

/// Takes the body of one answer, piece by piece, and keeps it.
///
/// Its methods are called in order, one at a time, where blocking is allowed. Dropping it before
/// [`finish`](Self::finish) has returned gives the body up, and nothing of it may stay behind; that happens whenever a
/// call ends early, be it by an abort, a time-out, the background rule or a broken answer.
pub trait Receiver: fmt::Debug + Send {
    /// The body of the answer with this head is about to come; redirects that are followed are passed over.
    ///
    /// # Errors
    /// Why nothing can be put down; the call fails with [`Failure::NotStored`](crate::Failure::NotStored).
    fn begin(&mut self, head: &Head) -> Result<(), Unstored>;

    /// The next piece, content codings undone.
    ///
    /// # Errors
    /// Why it can't be put down; the call fails.
    fn write(&mut self, bytes: &[u8]) -> Result<(), Unstored>;

    /// The body is whole: keeps it, and says where it is.
    ///
    /// # Errors
    /// Why it can't be kept; the call fails.
    fn finish(self: Box<Self>) -> Result<String, Unstored>;
}

/// A body that has been put down.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Stored {
    /// Where, in the words of the [`Receiver`].
    pub location: String,
    /// How many bytes.
    pub bytes: u64,
}

/// Why a body can't be put down.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Unstored {
    /// The app may not write there.
    #[error("`{path}` can't be written by an app")]
    Forbidden {
        /// The path as the app wrote it.
        path: String,
    },
    /// The app's files would take more room than they may.
    #[error("the app's files would take more room than they may")]
    QuotaExceeded,
    /// The disk is full, or can't be written.
    #[error("{reason}")]
    Failed {
        /// What the system says.
        reason: String,
    },
}
