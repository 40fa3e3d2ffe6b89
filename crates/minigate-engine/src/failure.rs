//! Why a call got no answer, for its app and for people.

mod complaint;
mod en;
mod socket;
mod zh;

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use minigate_policy::diagnosis::{Diagnosis, Lang, tell};
use minigate_policy::{Denial, Interface, Rule};
use minigate_tls::TlsFault;

use crate::{Phase, ResolveError, Unstored};
pub use complaint::Complaint;

/// Why a call got no answer; one variant for each way, with what was seen.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Failure {
    /// The call, a redirect or an address broke a rule.
    #[error(transparent)]
    Denied(#[from] Denial),
    /// The time was up (rule N1).
    #[error("nothing after {after:?} ({phase:?})")]
    TimedOut {
        /// The limit that was reached.
        after: Duration,
        /// What it was waiting for.
        phase: Phase,
    },
    /// The app aborted it.
    #[error("aborted")]
    Aborted,
    /// The app is in the background (rule N5).
    #[error("interrupted")]
    Interrupted,
    /// All slots were taken and calls are not to wait (rule N4).
    #[error("no free slot: {limit} are taken")]
    TooManyCalls {
        /// Whose slots they are.
        interface: Interface,
        /// How many there are.
        limit: usize,
    },
    /// `CONNECT`, which would make a tunnel past the policy.
    #[error("the method {method} can't be used")]
    MethodRefused {
        /// The method.
        method: String,
    },
    /// The name has no address.
    #[error(transparent)]
    Unresolved(#[from] ResolveError),
    /// The network is gone, or went away under the call.
    #[error("no network to reach {host}: {how}")]
    Disconnected {
        /// The host.
        host: String,
        /// How that came.
        how: Disconnection,
    },
    /// No address took the connection.
    #[error("no connection to {host}: {peer}: {kind}")]
    NotConnected {
        /// The host.
        host: String,
        /// The last address that was tried.
        peer: SocketAddr,
        /// How it failed.
        kind: io::ErrorKind,
    },
    /// TLS couldn't be set up (rules T1 to T8).
    #[error("no TLS with {host}: {fault}")]
    Insecure {
        /// The host.
        host: String,
        /// What was wrong.
        fault: TlsFault,
    },
    /// A recording is played, and it has no answer.
    #[error("no answer to {method} {url} was recorded")]
    NotRecorded {
        /// The method.
        method: String,
        /// The URL.
        url: String,
        /// Method and URL of what was recorded and is most like it.
        nearest: Option<String>,
        /// Whether there was an answer, but too long a one to be kept.
        cut: bool,
    },
    /// The answer was cut off or broke the protocol.
    #[error("{host} broke off or broke the protocol: {breach}")]
    Broken {
        /// The host.
        host: String,
        /// What it did.
        breach: Breach,
    },
    /// The answer is larger than the engine takes.
    #[error("the body has more than {limit} bytes")]
    BodyTooLarge {
        /// The limit in bytes, content codings undone.
        limit: usize,
    },
    /// There is no file to be sent.
    #[error("there is no file `{path}`")]
    FileNotFound {
        /// The path as the app wrote it.
        path: String,
    },
    /// The file to be sent can't be opened.
    #[error("the file `{path}` can't be read: {reason}")]
    FileUnreadable {
        /// The path as the app wrote it.
        path: String,
        /// What the system says.
        reason: String,
    },
    /// The file became shorter, or unreadable, while it was sent.
    #[error("the body of {expected} bytes ended after {read}: {reason}")]
    FileChanged {
        /// How many bytes the request had promised.
        expected: u64,
        /// How many could be read.
        read: u64,
        /// What the system says.
        reason: String,
    },
    /// The file that is sent or received is larger than the platform allows.
    #[error("the file has more than {limit} bytes")]
    FileTooLarge {
        /// The limit in bytes, content codings undone.
        limit: u64,
    },
    /// The file that was received has no bytes, which fails on iOS.
    #[error("the file has no bytes")]
    FileEmpty,
    /// The file that was received can't be kept.
    #[error(transparent)]
    NotStored(#[from] Unstored),
    /// The text of the answer can't be converted (rule N6).
    #[error("the body is not {charset}")]
    Undecodable {
        /// The charset that it was read as.
        charset: &'static str,
    },
    /// A socket's handshake was answered with something else than 101, a redirect included.
    #[error("{host} answered the handshake with {status}")]
    HandshakeRefused {
        /// The host.
        host: String,
        /// The status of the answer.
        status: u16,
    },
    /// An open socket broke, or its server broke the protocol.
    #[error("the socket to {host} broke: {reason}")]
    SocketBroken {
        /// The host.
        host: String,
        /// What it was closed with: 1002, 1007, 1009, or 1006 where the connection was cut.
        code: u16,
        /// What happened.
        reason: String,
    },
    /// The network of an open socket went away.
    #[error("the socket to {host} has no network: {how}")]
    SocketCut {
        /// The host.
        host: String,
        /// How that came.
        how: Disconnection,
    },
    /// The server didn't agree to the close of a socket in time.
    #[error("{host} didn't agree to the close")]
    SocketUnanswered {
        /// The host.
        host: String,
    },
    /// The engine itself failed.
    #[error("internal error: {reason}")]
    Internal {
        /// What happened.
        reason: String,
    },
}

/// How a call came to have no network.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum Disconnection {
    /// There was none when it set out.
    #[error("there is none")]
    Offline,
    /// It was lost meanwhile.
    #[error("it was lost")]
    Lost,
    /// Another one took its place meanwhile; connections don't move with it.
    #[error("it was changed")]
    Switched,
}

/// How a server failed to give a whole, well-formed answer.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Breach {
    /// It closed before the first byte of an answer.
    #[error("closed without an answer")]
    Empty,
    /// It closed in the middle, or without the end that TLS demands.
    #[error("closed in the middle of the answer")]
    Truncated,
    /// It reset the connection.
    #[error("reset the connection")]
    Reset,
    /// The head of the answer is too large.
    #[error("sent too large a header")]
    HeadTooLarge,
    /// The answer isn't HTTP.
    #[error("sent no valid HTTP: {reason}")]
    Malformed {
        /// What the parser says.
        reason: String,
    },
    /// The h2 protocol was broken or the stream was refused.
    #[error("broke h2: {reason}")]
    Http2 {
        /// What the protocol says.
        reason: String,
    },
    /// It says that it switches to the WebSocket protocol, but not in the right way.
    #[error("answered the handshake wrongly: {reason}")]
    NotUpgraded {
        /// What is wrong with the answer.
        reason: String,
    },
    /// The body doesn't follow its content coding.
    #[error("sent a body that isn't {coding}: {reason}")]
    Coding {
        /// The coding.
        coding: String,
        /// What the decoder says.
        reason: String,
    },
}

impl Failure {
    /// The rule that it comes from; where no rule was broken, N8: `fail` is for calls that got no answer.
    #[must_use]
    pub fn rule(&self) -> Rule {
        match self {
            Self::Denied(denial) => denial.rule(),
            Self::TimedOut { .. } => Rule::N1,
            Self::Interrupted => Rule::N5,
            Self::TooManyCalls { .. } => Rule::N4,
            Self::Undecodable { .. } => Rule::N6,
            Self::Insecure { fault, .. } => fault.rule(),
            Self::Aborted
            | Self::MethodRefused { .. }
            | Self::Unresolved(_)
            | Self::Disconnected { .. }
            | Self::NotConnected { .. }
            | Self::NotRecorded { .. }
            | Self::Broken { .. }
            | Self::BodyTooLarge { .. }
            | Self::FileNotFound { .. }
            | Self::FileUnreadable { .. }
            | Self::FileChanged { .. }
            | Self::FileTooLarge { .. }
            | Self::FileEmpty
            | Self::NotStored(_)
            | Self::HandshakeRefused { .. }
            | Self::SocketBroken { .. }
            | Self::SocketCut { .. }
            | Self::SocketUnanswered { .. }
            | Self::Internal { .. } => Rule::N8,
        }
    }

    pub(crate) fn internal(error: &impl std::fmt::Display) -> Self {
        Self::Internal {
            reason: error.to_string(),
        }
    }

    /// What happened and what to do, for people (rule S4).
    #[must_use]
    pub fn tell(&self, lang: Lang) -> Diagnosis {
        if let Self::Denied(denial) = self {
            return tell(denial.verdict(), lang);
        }
        let (headline, remedies) = match lang {
            Lang::En => (en::headline(self), en::remedies(self)),
            Lang::Zh => (zh::headline(self), zh::remedies(self)),
        };
        Diagnosis {
            rule: Some(self.rule()),
            headline,
            seen: Vec::new(),
            remedies,
        }
    }
}
