//! What a probe finds, as plain data.

use std::net::SocketAddr;

use data_encoding::BASE64;
use jiff::{SignedDuration, Timestamp};
use rustls::pki_types::CertificateDer;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::numbers::{Alert, Group, Scheme, Suite, Version};

/// What one address of a host does.
///
/// Everything in it that is text comes from the server or its certificates: escape it before printing.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Facts {
    /// The host that was asked for.
    pub host: String,
    /// The address that was asked.
    pub address: SocketAddr,
    /// When the first question left.
    pub asked_at: Timestamp,
    /// Whether the port takes connections at all; where it doesn't, nothing else is known.
    pub reach: Reach,
    /// What each version of TLS came to, the oldest first: four entries, or none where nobody answers.
    pub versions: Vec<VersionFacts>,
    /// Each chain that was sent, once; the others refer to it by its place.
    pub chains: Vec<SentChain>,
    /// What a client that doesn't name the host (SNI) gets, where TLS is spoken at all.
    pub without_name: Option<Greeting>,
    /// What plain HTTP on the port is answered with, asked where no version of TLS is spoken.
    pub plain_http: Option<u16>,
}

/// Whether a port takes connections.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase", tag = "kind")]
#[non_exhaustive]
pub enum Reach {
    /// It does.
    #[serde(rename_all = "camelCase")]
    Reached {
        /// How long the first connection took.
        took: SignedDuration,
    },
    /// It doesn't.
    Unreachable {
        /// What the system says.
        reason: String,
    },
    /// Nothing answered within the bound.
    TimedOut,
}

/// What one version of TLS came to.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct VersionFacts {
    /// The version.
    pub version: Version,
    /// The answer to a hello that offers this version and everything else that there is.
    pub greeting: Greeting,
    /// The suites that the server takes, the one first that it prefers.
    pub suites: Offered<Suite>,
    /// The groups in which it exchanges keys, the one first that it prefers.
    pub groups: Offered<Group>,
    /// A whole handshake, and what follows it, where the library speaks the version: 1.2 and 1.3.
    pub session: Option<Session>,
}

/// What a server takes, found by taking away what it chose until it gives up.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Offered<T> {
    /// In the order in which the server chose.
    pub list: Vec<T>,
    /// Whether the server gave up; else a bound ended the list.
    pub is_complete: bool,
}

impl<T> Default for Offered<T> {
    fn default() -> Self {
        Self {
            list: Vec::new(),
            is_complete: false,
        }
    }
}

/// The answer to one hello.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase", tag = "kind")]
pub enum Greeting {
    /// The server agrees.
    Agreed(Agreed),
    /// It doesn't.
    Refused(Refusal),
}

impl Greeting {
    /// What was agreed, if anything.
    #[must_use]
    pub const fn agreed(&self) -> Option<&Agreed> {
        match self {
            Self::Agreed(agreed) => Some(agreed),
            Self::Refused(_) => None,
        }
    }

    /// Why nothing was agreed.
    #[must_use]
    pub const fn refusal(&self) -> Option<&Refusal> {
        match self {
            Self::Agreed(_) => None,
            Self::Refused(refusal) => Some(refusal),
        }
    }
}

/// What a server agrees to in its first flight.
///
/// With TLS 1.3 that is version, suite and group; the rest is encrypted and stands in [`Session`].
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Agreed {
    /// The version.
    pub version: Version,
    /// The suite.
    pub suite: Suite,
    /// The group, where the suite needs one.
    pub group: Option<Group>,
    /// The length of the prime in bits, where the group isn't a named one (RFC 5246 §7.4.3).
    pub prime_bits: Option<usize>,
    /// What the key exchange is signed with, told since TLS 1.2.
    pub scheme: Option<Scheme>,
    /// The protocol above (ALPN), if one was agreed; `h2` and `http/1.1` are offered.
    pub protocol: Option<String>,
    /// The chain, by its place in [`Facts::chains`].
    pub chain: Option<usize>,
    /// The stapled OCSP response, as sent (RFC 6066 §8).
    pub staple: Option<Der>,
    /// How many bytes of stamps come beside the certificate (RFC 6962 §3.3.1).
    pub stamps: usize,
    /// Whether the server asks for a client's certificate.
    pub asks_client_certificate: bool,
    /// Whether the session has an identifier, by which it could be resumed.
    pub has_session_id: bool,
    /// Whether the server will give a ticket (RFC 5077).
    pub promises_ticket: bool,
    /// Whether renegotiation is secure (RFC 5746).
    pub renegotiates_securely: bool,
    /// Whether the keys depend on the whole handshake (RFC 7627).
    pub extends_master_secret: bool,
    /// Warnings on the way, eight at most.
    pub warnings: Vec<Alert>,
}

impl Agreed {
    /// Nothing but a version and a suite.
    pub(super) const fn bare(version: Version, suite: Suite) -> Self {
        Self {
            version,
            suite,
            group: None,
            prime_bits: None,
            scheme: None,
            protocol: None,
            chain: None,
            staple: None,
            stamps: 0,
            asks_client_certificate: false,
            has_session_id: false,
            promises_ticket: false,
            renegotiates_securely: false,
            extends_master_secret: false,
            warnings: Vec::new(),
        }
    }
}

/// Why a server and a hello didn't come together.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize, thiserror::Error)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", tag = "why")]
#[non_exhaustive]
pub enum Refusal {
    /// The server says why.
    #[error("the server refuses: {alert}")]
    Alert {
        /// Its reason.
        alert: Alert,
    },
    /// The server answers with another version than the one that was offered.
    #[error("the server answers with version 0x{code:04x}")]
    OtherVersion {
        /// That version's number.
        code: u16,
    },
    /// The server takes a suite that wasn't offered.
    #[error("the server takes {suite}, which wasn't offered")]
    OtherSuite {
        /// That suite.
        suite: Suite,
    },
    /// The answer is plain HTTP.
    #[error("the server answers in plain HTTP")]
    PlainHttp,
    /// The answer is something else.
    #[error("the server doesn't answer in TLS")]
    NotTls {
        /// Its first bytes, hexadecimal; sixteen at most.
        head: String,
    },
    /// The server closed the connection without a word.
    #[error("the server closes the connection")]
    Closed,
    /// The server closed the connection in the middle of its answer.
    #[error("the server breaks off after {bytes} bytes")]
    CutOff {
        /// What had come until then.
        bytes: usize,
    },
    /// The connection was reset.
    #[error("the connection was reset after {bytes} bytes")]
    Reset {
        /// What had come until then.
        bytes: usize,
    },
    /// Nothing came within the bound.
    #[error("the server says nothing")]
    Silent,
    /// The answer wasn't whole within the bound.
    #[error("the server stops after {bytes} bytes")]
    Stalled {
        /// What had come until then.
        bytes: usize,
    },
    /// The answer is longer than any honest one.
    #[error("the server sends more than {limit} bytes")]
    TooMuch {
        /// The bound.
        limit: usize,
    },
    /// The chain has more certificates than any honest one.
    #[error("the server sends more than {limit} certificates")]
    TooManyCertificates {
        /// The bound.
        limit: usize,
    },
    /// The answer breaks the protocol.
    #[error("the server breaks the protocol: {reason}")]
    Malformed {
        /// How.
        reason: String,
    },
    /// The time for this address was up before the question.
    #[error("there was no time to ask")]
    NotAsked,
    /// The connection was lost, and so was one with a question that the server had answered before.
    #[error("the server didn't take all connections")]
    TurnedAway,
    /// The address takes no further connection.
    #[error("no further connection: {reason}")]
    Unreachable {
        /// What the system says.
        reason: String,
    },
}

impl Refusal {
    /// Whether nobody knows what the server would have answered.
    #[must_use]
    pub const fn is_unanswered(&self) -> bool {
        matches!(self, Self::NotAsked | Self::TurnedAway)
    }

    /// Whether the connection came to nothing, be it that the server refuses or that it had no room.
    pub(super) const fn is_lost(&self) -> bool {
        self.is_cut() || self.is_unanswered() || matches!(self, Self::Silent | Self::Stalled { .. })
    }

    /// Whether the connection was ended without a word.
    pub(super) const fn is_cut(&self) -> bool {
        matches!(
            self,
            Self::Closed | Self::CutOff { .. } | Self::Reset { .. } | Self::Unreachable { .. }
        )
    }

    /// Whether the server only wants another version.
    #[must_use]
    pub const fn is_of_version(&self) -> bool {
        matches!(
            self,
            Self::OtherVersion { .. }
                | Self::Alert {
                    alert: Alert::PROTOCOL_VERSION
                }
        )
    }
}

/// A whole handshake, and what follows it.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase", tag = "kind")]
pub enum Session {
    /// It came about; whether its certificates are any good is another matter.
    Opened(Opened),
    /// It didn't.
    Refused(Refusal),
}

impl Session {
    /// What was found, if it came about.
    #[must_use]
    pub const fn opened(&self) -> Option<&Opened> {
        match self {
            Self::Opened(opened) => Some(opened),
            Self::Refused(_) => None,
        }
    }
}

/// What is known after a whole handshake.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Opened {
    /// The suite.
    pub suite: Suite,
    /// The group.
    pub group: Option<Group>,
    /// What the server proves its key with.
    pub scheme: Option<Scheme>,
    /// Whether that proof holds; a key of fewer than 2048 bits of RSA proves nothing.
    pub proves_key: bool,
    /// The protocol above, where `h2` and `http/1.1` are offered.
    pub protocol: Option<String>,
    /// Whether the server takes a client that offers `http/1.1` alone, as a call does unless its app wants HTTP/2.
    pub takes_http1: bool,
    /// The chain, by its place in [`Facts::chains`].
    pub chain: Option<usize>,
    /// The stapled OCSP response, as sent.
    pub staple: Option<Der>,
    /// Whether a certificate of the client is wanted.
    pub client_certificate: ClientCertificate,
    /// Whether a second handshake resumed the session; unknown where there was none.
    pub resumes: Option<bool>,
    /// What `HEAD /` is answered with.
    pub http: Option<HttpAnswer>,
    /// How long the handshake took, from the hello on.
    pub took: SignedDuration,
}

/// Whether a server wants its clients' certificates.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum ClientCertificate {
    /// It doesn't ask.
    NotAsked,
    /// It asks, and answers without one too.
    Asked,
    /// It asks, and serves nobody without one: it ends the connection, or answers 400.
    Demanded,
}

/// The head of an answer over HTTP.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct HttpAnswer {
    /// Its status.
    pub status: u16,
    /// How far the server's clock is ahead by its `Date`, whole seconds; it is behind where this is negative.
    pub clock_ahead: Option<SignedDuration>,
}

/// Certificates exactly as a server sent them.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(transparent)]
pub struct SentChain(pub Vec<Der>);

impl SentChain {
    /// The certificates for the TLS library.
    #[must_use]
    pub fn certificates(&self) -> Vec<CertificateDer<'_>> {
        self.0
            .iter()
            .map(|der| CertificateDer::from(der.0.as_slice()))
            .collect()
    }
}

/// A value in DER; written down as base64.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Der(pub Vec<u8>);

impl Serialize for Der {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&BASE64.encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for Der {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        BASE64
            .decode(text.as_bytes())
            .map(Self)
            .map_err(serde::de::Error::custom)
    }
}
