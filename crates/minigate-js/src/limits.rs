//! What an app may use up before it is stopped.

use std::time::Duration;

/// What one app may use; the defaults suit a thread with a stack of 2 MiB.
///
/// A limit that ends the app (`memory`, `turn`) leaves the process and its other apps untouched. The others only make
/// the call fail that went too far.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Limits {
    /// Bytes on the app's JavaScript heap. 256 MiB unless told otherwise.
    pub memory: usize,
    /// Bytes of native stack for JavaScript. 512 KiB unless told otherwise; more needs a thread with a larger stack.
    pub stack: usize,
    /// Real time for one turn: one entry into the app and all Promise jobs that it leads to. 5 s unless told otherwise.
    pub turn: Duration,
    /// Timers that wait at the same time. 10,000 unless told otherwise.
    pub timers: usize,
    /// Calls that wait for their answer at the same time. 20,000 unless told otherwise.
    pub pending_calls: usize,
    /// Bytes of the request bodies of all calls that wait. 128 MiB unless told otherwise.
    pub pending_bytes: usize,
    /// Bytes of one source file. 16 MiB unless told otherwise.
    pub module: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            memory: 256 * MIB,
            stack: 512 * 1024,
            turn: Duration::from_secs(5),
            timers: 10_000,
            pending_calls: 20_000,
            pending_bytes: 128 * MIB,
            module: 16 * MIB,
        }
    }
}

/// A limit that an app ran into, with its value.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Limit {
    /// The heap is full; ends the app.
    #[error(
        "the app needs more than {bytes} bytes of memory; raise the limit `memory` if it should have them"
    )]
    Memory {
        /// The limit, in bytes.
        bytes: usize,
    },
    /// One turn took too long, mostly because of an endless loop; ends the app.
    #[error(
        "the app ran for {} ms without a pause, perhaps in an endless loop; raise the limit `turn` if it should go on",
        .span.as_millis()
    )]
    Turn {
        /// The limit.
        span: Duration,
    },
    /// A timer more than allowed; that `setTimeout` throws.
    #[error("the app has {count} timers already; raise the limit `timers` if it needs more")]
    Timers {
        /// The limit.
        count: usize,
    },
    /// A call more than allowed; that call fails.
    #[error("the app waits for {count} calls already; raise the limit `pending_calls` if it needs more")]
    PendingCalls {
        /// The limit.
        count: usize,
    },
    /// More bytes on their way than allowed; that call fails.
    #[error(
        "the bodies of waiting calls exceed {bytes} bytes; raise the limit `pending_bytes` if they should not"
    )]
    PendingBytes {
        /// The limit, in bytes.
        bytes: usize,
    },
}

const MIB: usize = 1024 * 1024;
