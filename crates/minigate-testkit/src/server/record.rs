//! What a server received.

use super::request::Received;
use crate::frame::Frame;

/// What a server has received so far, over all its connections.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Record {
    /// How many connections it accepted.
    pub accepted: usize,
    /// How many of them are over, whoever ended them, the handshake included.
    pub over: usize,
    /// The names that clients asked for (SNI), one for each handshake that was completed with a name.
    pub server_names: Vec<String>,
    /// The requests, in order of arrival.
    pub requests: Vec<Received>,
    /// The WebSocket frames, in order of arrival.
    pub frames: Vec<Frame>,
}
