//! What a call ends with.

use std::net::SocketAddr;
use std::time::SystemTime;

use bytes::Bytes;
use http::{StatusCode, Version};
use minigate_policy::Verdict;

use crate::{Decoding, Failure, Fields, Stored, Text};

/// The end of a call: any answer is a success, whatever its status (rule N8).
pub type Outcome = Result<Reply, Failure>;

/// The status line and header of an answer.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Head {
    /// The status code.
    pub status: StatusCode,
    /// The header fields.
    pub fields: Fields,
    /// The protocol.
    pub version: Version,
}

/// An answer.
#[derive(Clone, Debug)]
pub struct Reply {
    /// Status and header.
    pub head: Head,
    /// The body.
    pub body: Body,
    /// When what happened.
    pub timing: Timing,
    /// The verdict of each hop, that of the call itself first.
    pub hops: Vec<Verdict>,
}

/// The body of an answer.
#[derive(Clone, Debug)]
pub enum Body {
    /// Text in UTF-8, and how it came to be.
    Text(Text, Decoding),
    /// Bytes as the server sent them, content codings undone.
    Bytes(Bytes),
    /// Put down by the call's [`Receiver`](crate::Receiver).
    Stored(Stored),
}

/// When what happened to a call, for the platform's `profile`; what didn't happen is `None`.
///
/// Steps that happen on each hop are those of the last one.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Timing {
    /// The app called.
    pub invoked: Option<SystemTime>,
    /// A slot was free.
    pub started: Option<SystemTime>,
    /// The first redirect was followed.
    pub redirect_start: Option<SystemTime>,
    /// The last redirect was followed.
    pub redirect_end: Option<SystemTime>,
    /// The hop began.
    pub fetch_start: Option<SystemTime>,
    /// The name was asked for.
    pub resolve_start: Option<SystemTime>,
    /// The name was answered.
    pub resolve_end: Option<SystemTime>,
    /// The first address was dialled.
    pub connect_start: Option<SystemTime>,
    /// The connection stood, TLS not included.
    pub connected: Option<SystemTime>,
    /// The connection stood, TLS included.
    pub connect_end: Option<SystemTime>,
    /// The TLS handshake began.
    pub tls_start: Option<SystemTime>,
    /// The TLS handshake was done.
    pub tls_end: Option<SystemTime>,
    /// The request was handed to the connection.
    pub request_start: Option<SystemTime>,
    /// The request was sent.
    pub request_end: Option<SystemTime>,
    /// The head of the answer came.
    pub response_start: Option<SystemTime>,
    /// The last byte came.
    pub response_end: Option<SystemTime>,
    /// The other end.
    pub peer: Option<SocketAddr>,
    /// Whether the connection had served a call before.
    pub reused: bool,
    /// Bytes sent on the connection for this call's last hop, TLS not counted.
    pub sent: u64,
    /// Bytes received on the connection for this call's last hop, TLS not counted.
    pub received: u64,
}
