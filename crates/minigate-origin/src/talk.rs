//! What a WebSocket of the origin says.

use bytes::Bytes;

/// How the origin speaks over a socket, once it has agreed to the handshake.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Talk {
    /// The sub-protocol to choose, if the client offers it.
    pub protocol: Option<String>,
    /// What it says first.
    pub greet: Vec<Said>,
    /// What it answers; the first that fits is given.
    pub replies: Vec<TalkReply>,
    /// Whether it sends back what no reply fits.
    pub echo: bool,
    /// How many messages it takes before it closes; `None`: it leaves that to the client.
    pub close_after: Option<u64>,
    /// How it closes then.
    pub close: Goodbye,
}

/// An answer to one message.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct TalkReply {
    /// The message.
    pub to: Said,
    /// What is said to that.
    pub send: Vec<Said>,
    /// How it closes after that, if it does.
    pub close: Option<Goodbye>,
}

/// A message.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Said {
    /// Text.
    Text(String),
    /// Bytes.
    Bytes(Bytes),
}

/// How a socket is closed.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Goodbye {
    /// The code, 1000 by default.
    pub code: u16,
    /// The reason.
    pub reason: String,
}

impl Default for Goodbye {
    fn default() -> Self {
        Self {
            code: 1000,
            reason: String::new(),
        }
    }
}
