//! What a call sends and how it wants its answer.

use http::{HeaderMap, Method};

use crate::{Note, Payload, Receiver};

/// The message of a call; where it goes is the permit's business.
#[derive(Debug)]
pub struct Exchange {
    /// The method; `CONNECT` is refused.
    pub method: Method,
    /// The fields that the app set. The engine leaves out those that it alone may set.
    pub headers: HeaderMap,
    /// The body; empty for none.
    pub body: Payload,
    /// What to do with a redirect.
    pub redirect: Redirect,
    /// How the body of the answer is handed over.
    pub delivery: Delivery,
    /// What the body of the answer becomes.
    pub expect: Expect,
    /// The protocols that are offered to the server.
    pub protocol: Protocol,
    /// What was corrected before the call came here, for its journal.
    pub notes: Vec<Note>,
}

impl Exchange {
    /// A message without fields and body, with the defaults of `wx.request`.
    #[must_use]
    pub fn new(method: Method) -> Self {
        Self {
            method,
            headers: HeaderMap::new(),
            body: Payload::default(),
            redirect: Redirect::default(),
            delivery: Delivery::default(),
            expect: Expect::default(),
            protocol: Protocol::default(),
            notes: Vec::new(),
        }
    }
}

/// What to do with an answer that points elsewhere.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Redirect {
    /// Go there, if the policy permits it.
    #[default]
    Follow,
    /// Give the answer to the app as it is.
    Manual,
}

/// How the body of an answer is handed over.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Delivery {
    /// Whole, in the reply.
    #[default]
    Whole,
    /// In pieces as they arrive; the reply's own body is empty, unless the profile's `chunked_data` is set. Has no effect
    /// where the body goes to a [`Receiver`].
    Chunked,
}

/// What the body of an answer becomes.
#[derive(Debug, Default)]
pub enum Expect {
    /// Text: converted to UTF-8, one byte order mark removed (rules N6 and N7).
    #[default]
    Text,
    /// The bytes as they are.
    Bytes,
    /// It is put down as it comes, so that its size doesn't matter; the call's task gets
    /// [`Event::Progress`](crate::Event::Progress).
    Stored(Box<dyn Receiver>),
}

/// The protocols that are offered to the server.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub enum Protocol {
    /// HTTP/1.1 only.
    #[default]
    Http1,
    /// h2 where the server speaks it, else HTTP/1.1.
    Http2,
}
