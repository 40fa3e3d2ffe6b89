//! What a server should send instead.

use serde::{Deserialize, Serialize};

use super::{Misfit, Unfetched};
use crate::chain::Why;

/// What a server should send instead of what it sent.
///
/// Names and URLs come from certificates, so they are foreign text: escape them before printing. The PEM is safe to
/// print and to put into a file as it is.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Completion {
    /// The certificates that the server leaves out, the lowest first.
    pub missing: Vec<Missing>,
    /// Those that it had better leave out.
    pub superfluous: Vec<LeftOut>,
    /// Whether what it sends is in order (RFC 8446 §4.4.2).
    pub is_in_order: bool,
    /// How the way up ends.
    pub end: Ending,
    /// What to send, in PEM: the server's certificate, each one's issuer after it, the root left out. A line before
    /// each says whose it is. None where the way doesn't lead to an end.
    pub full_chain: Option<String>,
}

impl Completion {
    /// Whether the server should send anything else than it does.
    #[must_use]
    pub const fn is_needed(&self) -> bool {
        !self.missing.is_empty() || !self.superfluous.is_empty() || !self.is_in_order
    }
}

/// A certificate that the server leaves out.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Missing {
    /// Its name.
    pub subject: String,
    /// Its key identifier, hexadecimal.
    pub key_id: Option<String>,
    /// Whose certificate it has issued.
    pub issued: String,
    /// Where it can be had.
    pub urls: Vec<String>,
    /// The certificate.
    pub pem: Option<String>,
    /// Where it was found.
    pub source: Option<Source>,
    /// Why it wasn't.
    pub why_not: Option<WhyNot>,
}

/// Where a missing certificate was found.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", tag = "kind")]
pub enum Source {
    /// The same host sends it at another address, or with another version of TLS.
    AtHand,
    /// Its authority publishes it.
    Fetched {
        /// There.
        url: String,
    },
}

/// Why a missing certificate wasn't found.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", tag = "kind")]
pub enum WhyNot {
    /// Nothing was to be fetched.
    Offline,
    /// The way is longer than any honest one.
    TooHigh {
        /// How many certificates were added.
        limit: usize,
    },
    /// None of the URLs gave it.
    Unfetched {
        /// What each of them came to, in their order; the first four are tried.
        tried: Vec<(String, Unfetched)>,
    },
}

/// A certificate that nobody needs.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LeftOut {
    /// Its place among what was sent.
    pub place: usize,
    /// Whose it is, where it can be read.
    pub subject: Option<String>,
    /// Why nobody needs it.
    pub why: Why,
}

/// How the way up ends, with what could be added.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", tag = "kind")]
pub enum Ending {
    /// Nothing was sent.
    Nothing,
    /// The server's certificate can't be read.
    Unreadable,
    /// The server's certificate vouches for itself; no chain makes up for that.
    SelfSigned,
    /// At a root that some device has, or one that was given.
    Root {
        /// Its name.
        name: String,
    },
    /// At a root that no device has; no chain makes up for that.
    UnknownRoot {
        /// Its name.
        name: String,
    },
    /// At a name that nobody sent a certificate of, and nothing says where there is one: a root, or what is missing.
    Unpublished {
        /// That name.
        name: String,
    },
    /// At a certificate that is missing still.
    Open,
}

impl From<Misfit> for Unfetched {
    fn from(misfit: Misfit) -> Self {
        Self::Misfit { misfit }
    }
}
