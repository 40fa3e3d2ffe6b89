//! What the origin sends back.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode, header};

use crate::talk::Talk;

/// A reply, whole; its length and framing are the server's business.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Reply {
    /// The status, 200 by default.
    pub status: StatusCode,
    /// The headers, without `content-length` and other framing.
    pub headers: HeaderMap,
    /// The body; isn't sent in answer to `HEAD`.
    pub body: Bytes,
    /// How long to wait before the head is sent.
    pub delay: Duration,
    /// What becomes of the connection then.
    pub ending: Ending,
    /// What is said over a WebSocket: the reply agrees to its handshake, whatever its status, and refuses other requests.
    pub socket: Option<Talk>,
}

/// What becomes of a connection when it is time to answer.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Ending {
    /// The reply is sent.
    #[default]
    Answered,
    /// It is closed without an answer.
    Closed,
    /// It is reset without an answer; over h2 only the request's stream is.
    Reset,
}

impl Reply {
    /// A JSON reply.
    pub fn json(status: StatusCode, value: &serde_json::Value) -> Self {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(JSON_TYPE));
        Self {
            status,
            headers,
            body: value.to_string().into(),
            delay: Duration::ZERO,
            ending: Ending::Answered,
            socket: None,
        }
    }
}

pub(crate) const JSON_TYPE: &str = "application/json; charset=utf-8";
pub(crate) const TEXT_TYPE: &str = "text/plain; charset=utf-8";
