//! The record of each call: every step, with its time.

mod losses;
pub(crate) mod track;

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode, Version};
use minigate_policy::{Interface, Verdict};
use minigate_tls::CertificateFault;
use tokio::time::Instant;
use url::Url;

use crate::{AddressSource, Agreement, Closed, Decoding, Head, Outcome};

/// A call's name within its engine, in order of the calls.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct CallId(pub(crate) u64);

impl fmt::Display for CallId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Sees every step of every call of an engine: the one source of logs, panels and reports.
///
/// It is called on the app's own thread, so it must be quick.
pub trait Journal: Send + Sync {
    /// A step was taken.
    fn record(&self, call: CallId, at: Instant, step: &Step<'_>);

    /// Whether it wants [`Step::Asked`], [`Step::Uploaded`] and [`Step::Received`], too: what goes over the wire, whole.
    /// Asked once for each call. By default it doesn't, and then they cost nothing.
    fn wants_bodies(&self) -> bool {
        false
    }
}

/// A journal that nobody reads.
#[derive(Clone, Copy, Debug)]
pub struct NoJournal;

impl Journal for NoJournal {
    fn record(&self, _: CallId, _: Instant, _: &Step<'_>) {}
}

/// One step of a call. `Called` comes first, `Settled` last, both exactly once.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Step<'a> {
    /// The app called.
    Called {
        /// The interface.
        interface: Interface,
        /// The method.
        method: &'a Method,
        /// What its judgement found.
        verdict: &'a Verdict,
    },
    /// Something was corrected or left out.
    Noted(&'a Note),
    /// All slots are taken: it waits.
    Queued,
    /// It has a slot.
    Started,
    /// A connection is begun, since none that is there will do.
    Dialling,
    /// The name was looked up.
    Resolved {
        /// The name.
        host: &'a str,
        /// Its addresses.
        addresses: &'a [IpAddr],
        /// Where they come from.
        source: AddressSource,
    },
    /// A connection stands.
    Connected {
        /// The other end.
        peer: SocketAddr,
    },
    /// TLS stands.
    Secured {
        /// `TLSv1.3` or `TLSv1.2`.
        version: &'a str,
        /// The cipher suite.
        suite: &'a str,
        /// The protocol that was agreed on by ALPN.
        protocol: Option<&'a str>,
        /// What would have failed if the check weren't skipped (rule S3).
        spared: Option<&'a CertificateFault>,
    },
    /// A connection of an earlier call is used again.
    Reused {
        /// The other end.
        peer: SocketAddr,
        /// What would have failed on it if the check weren't skipped (rule S3).
        spared: Option<&'a CertificateFault>,
    },
    /// A hop's request goes out, or goes out again on another connection; only where bodies are wanted.
    Asked {
        /// The method.
        method: &'a Method,
        /// Where to.
        url: &'a Url,
        /// The protocol.
        version: Version,
        /// All fields in the order of the wire; on h2 without those that begin with a colon.
        headers: &'a HeaderMap,
    },
    /// The connection has taken a piece of the request's body; only where bodies are wanted.
    Uploaded(&'a Bytes),
    /// The request is out.
    Sent {
        /// The size of its body.
        bytes: u64,
    },
    /// The head of the answer is in.
    FirstByte {
        /// Status and header.
        head: &'a Head,
    },
    /// A piece of the answer's body is in, content codings in place; only where bodies are wanted. Where a redirect is
    /// followed, its body comes only as far as it is read.
    Received(&'a Bytes),
    /// A message of a socket was sent or has come; control frames aren't told.
    Message {
        /// From where to where.
        way: Way,
        /// What it is (RFC 6455 §5.2): 1 text, 2 binary.
        opcode: u8,
        /// Its payload, whole and uncompressed.
        data: &'a [u8],
    },
    /// A side of a socket closes it; the other one's agreement isn't told.
    Closing {
        /// From where to where.
        way: Way,
        /// The code; 1005 for none.
        code: u16,
        /// The reason.
        reason: &'a str,
    },
    /// The answer pointed elsewhere, and that was permitted.
    Redirected {
        /// Its status.
        status: StatusCode,
        /// What the judgement of the next hop found.
        verdict: &'a Verdict,
    },
    /// The body is in.
    Done {
        /// Its size, content codings undone.
        bytes: u64,
    },
    /// The body was made into text.
    Decoded(&'a Decoding),
    /// A socket's handshake is done.
    Opened(&'a Agreement),
    /// A socket that was open has ended; one that the app dropped or that was interrupted only settles.
    Closed(&'a Closed),
    /// The call has ended.
    Settled(&'a Outcome),
}

/// The direction of a socket's message.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Way {
    /// From the app to the server.
    Sent,
    /// From the server to the app.
    Received,
}

/// Something that was corrected or left out, and is worth knowing.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Note {
    /// The `referer` that the app set was dropped (rule N3).
    RefererDropped {
        /// As the app spelled it.
        name: String,
    },
    /// The `content-type` that the app set was replaced by the one that a form with a file has.
    TypeReplaced {
        /// As the app wrote it.
        found: String,
    },
    /// A field that belongs to the connection was dropped.
    HeaderDropped {
        /// Its name.
        name: String,
    },
    /// The body's coding isn't known; the app got the bytes as they came (rule N8).
    CodingUnknown {
        /// Its name.
        coding: String,
    },
    /// The time-out was longer than the longest (rule N1).
    TimeoutCapped {
        /// What was asked for.
        asked: Duration,
        /// What it became.
        used: Duration,
    },
    /// A time-out that is no positive number was passed over (rule N2).
    TimeoutIgnored {
        /// As the app wrote it.
        value: String,
    },
    /// An option that has no effect here.
    OptionIgnored {
        /// Its name.
        name: String,
    },
    /// The answer was to be JSON and isn't; the app got the text.
    NotJson {
        /// What the parser says, with the place of the fault.
        error: String,
    },
}

/// What a call was waiting for.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Phase {
    /// A slot.
    #[default]
    Queue,
    /// The addresses of a name.
    Resolve,
    /// A connection.
    Connect,
    /// The TLS handshake.
    Handshake,
    /// The head of the answer.
    Head,
    /// The body of the answer.
    Body,
}
