//! What a server does on one connection.

use std::time::Duration;

use bytes::Bytes;

use crate::signal::{Pace, Signal};

/// The steps of one connection, in order; an ending makes a [`Script`] of them.
///
/// ```
/// use minigate_testkit::{Signal, Steps, answer};
///
/// let go_on = Signal::new();
/// let script = Steps::over_tls().read_request().wait_for(&go_on).write(answer(200, &[], "hello")).close();
/// ```
#[derive(Clone, Debug)]
pub struct Steps {
    opening: Opening,
    steps: Vec<Step>,
}

impl Steps {
    /// Shakes hands first.
    pub fn over_tls() -> Self {
        Self::after(Opening::Handshake)
    }

    /// Speaks without TLS.
    pub fn in_the_clear() -> Self {
        Self::after(Opening::Nothing)
    }

    /// Reads the client's hello and sends half of what it says to that; the steps follow without TLS.
    pub fn after_half_a_handshake() -> Self {
        Self::after(Opening::HalfHandshake)
    }

    fn after(opening: Opening) -> Self {
        Self {
            opening,
            steps: Vec::new(),
        }
    }

    /// Waits for anything at all from the peer.
    pub fn read_some(self) -> Self {
        self.then(Step::ReadSome)
    }

    /// Reads a request's head and records it; its body stays unread.
    pub fn read_head(self) -> Self {
        self.then(Step::ReadHead)
    }

    /// Reads a request with its body and records it.
    pub fn read_request(self) -> Self {
        self.then(Step::ReadRequest)
    }

    /// Reads a WebSocket's handshake, records it, and agrees to it, with these fields besides the right ones.
    pub fn upgrade(self, fields: &[(&str, &str)]) -> Self {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        self.then(Step::Upgrade {
            fields: fields.iter().map(owned).collect(),
        })
    }

    /// Reads a WebSocket frame and records it.
    pub fn read_frame(self) -> Self {
        self.then(Step::ReadFrame)
    }

    /// Reads WebSocket frames and records them, up to a close.
    pub fn read_close(self) -> Self {
        self.then(Step::ReadClose)
    }

    /// Writes bytes as they are.
    pub fn write(self, bytes: impl Into<Bytes>) -> Self {
        self.write_times(bytes, 1)
    }

    /// Writes the same bytes several times.
    pub fn write_times(self, bytes: impl Into<Bytes>, times: usize) -> Self {
        self.then(Step::Write {
            bytes: bytes.into(),
            times,
        })
    }

    /// Writes the same bytes until the peer leaves.
    pub fn write_forever(self, bytes: impl Into<Bytes>) -> Self {
        self.write_times(bytes, usize::MAX)
    }

    /// Writes byte by byte, waiting before each.
    pub fn write_slowly(self, bytes: impl Into<Bytes>, pace: Pace) -> Self {
        self.then(Step::WriteSlowly {
            bytes: bytes.into(),
            pace,
        })
    }

    /// Waits until the test says so, or the peer leaves.
    pub fn wait_for(self, signal: &Signal) -> Self {
        self.then(Step::Wait(Pace::On(signal.clone())))
    }

    /// Lets time pass on tokio's clock, unless the peer leaves.
    pub fn pause(self, span: Duration) -> Self {
        self.then(Step::Wait(Pace::Every(span)))
    }

    /// Reads and drops what comes until the peer leaves; with nothing before it, the server that never answers.
    pub fn await_peer_close(self) -> Self {
        self.then(Step::AwaitPeerClose)
    }

    /// Ends as it should: `close_notify`, then the end of TCP.
    pub fn close(self) -> Script {
        self.ending(Ending::Close)
    }

    /// Ends TCP without `close_notify`, as an attacker can.
    pub fn cut(self) -> Script {
        self.ending(Ending::Cut)
    }

    /// Ends with a TCP reset.
    pub fn reset(self) -> Script {
        self.ending(Ending::Reset)
    }

    /// Begins again with the first step on the same connection, until the peer leaves.
    pub fn again(self) -> Script {
        self.ending(Ending::Again)
    }

    fn then(mut self, step: Step) -> Self {
        self.steps.push(step);
        self
    }

    fn ending(self, ending: Ending) -> Script {
        Script {
            opening: self.opening,
            steps: self.steps,
            ending,
        }
    }
}

/// All that a server does on one connection.
#[derive(Clone, Debug)]
pub struct Script {
    pub(crate) opening: Opening,
    pub(crate) steps: Vec<Step>,
    pub(crate) ending: Ending,
}

impl Script {
    /// Gives the same bytes to every request, which keeps the connection alive.
    pub fn answering(answer: impl Into<Bytes>) -> Self {
        Steps::over_tls().read_request().write(answer).again()
    }
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Opening {
    Handshake,
    HalfHandshake,
    Nothing,
}

#[derive(Clone, Debug)]
pub(crate) enum Step {
    ReadSome,
    ReadHead,
    ReadRequest,
    Upgrade { fields: Vec<(String, String)> },
    ReadFrame,
    ReadClose,
    Write { bytes: Bytes, times: usize },
    WriteSlowly { bytes: Bytes, pace: Pace },
    Wait(Pace),
    AwaitPeerClose,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Ending {
    Close,
    Cut,
    Reset,
    Again,
}
