//! Moments that follow from others.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

/// A moment so long after another.
pub(crate) fn after(at: Timestamp, span: SignedDuration) -> Timestamp {
    at.checked_add(span).unwrap_or(Timestamp::MAX)
}

/// A moment so long before another.
pub(crate) fn before(at: Timestamp, span: Duration) -> Timestamp {
    at.checked_sub(span).unwrap_or(Timestamp::MIN)
}
