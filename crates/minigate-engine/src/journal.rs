//! The record of each call: every step, with its time.

pub(crate) mod track;

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use http::{Method, StatusCode};
use minigate_policy::{Interface, Verdict};
use minigate_tls::CertificateFault;
use tokio::time::Instant;

use crate::{AddressSource, Decoding, Outcome};

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
    /// The request is out.
    Sent,
    /// The head of the answer is in.
    FirstByte {
        /// Its status.
        status: StatusCode,
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
        bytes: usize,
    },
    /// The body was made into text.
    Decoded(&'a Decoding),
    /// The call has ended.
    Settled(&'a Outcome),
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
