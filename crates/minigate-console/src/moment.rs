//! Moments that follow from others.

use jiff::{SignedDuration, Timestamp};

/// A moment so long after another.
pub(crate) fn after(at: Timestamp, span: SignedDuration) -> Timestamp {
    at.checked_add(span).unwrap_or(Timestamp::MAX)
}
