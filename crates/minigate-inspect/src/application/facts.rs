//! What an application did.

use std::net::SocketAddr;

use minigate_engine::Failure;
use minigate_policy::diagnosis::{Diagnosis, Lang, tell};
use minigate_policy::{Denial, Verdict};
use minigate_tls::CertificateFault;
use serde::{Deserialize, Serialize};

use super::Content;

/// What an application did at one address.
///
/// URLs, header fields and reasons are the server's, so they are foreign text: escape them before printing.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Application {
    /// The URL that was called.
    pub target: String,
    /// Where.
    pub address: SocketAddr,
    /// The call itself, and each redirect.
    pub hops: Vec<Hop>,
    /// What came of it.
    pub answer: Answer,
}

/// One hop of a call.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Hop {
    /// Its URL; of a redirect that can't be followed, what the server wrote.
    pub url: String,
    /// Where it was; none where it wasn't reached.
    pub address: Option<SocketAddr>,
    /// The protocol of its answer, `HTTP/1.1` for instance.
    pub version: Option<String>,
    /// The status of its answer.
    pub status: Option<u16>,
    /// The fault of its certificate for which a release fails here (rule T1).
    pub certificate: Option<CertificateFault>,
    /// Why a release refuses to go here; nothing where it goes.
    pub refusals: Vec<Told>,
}

/// What came of a call.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", tag = "kind")]
pub enum Answer {
    /// The last hop answered.
    Http(Content),
    /// A socket stood.
    Open(Open),
    /// The server answered the handshake of a socket otherwise.
    NotUpgraded {
        /// What the run time says.
        told: Told,
    },
    /// The last hop wasn't gone: its refusals say why.
    Refused,
    /// The last hop brought no whole answer.
    Failed {
        /// What the run time says.
        told: Told,
    },
}

/// A socket that stood.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Open {
    /// The sub-protocol that the server chose of those that were offered.
    pub protocol: Option<String>,
    /// Whether messages are compressed (RFC 7692), where that was offered.
    pub deflate: bool,
    /// How it ended.
    pub farewell: Farewell,
}

/// How a socket ended that was closed with 1000 as soon as it stood.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", tag = "kind")]
pub enum Farewell {
    /// The server agreed.
    Agreed,
    /// The server had closed it already.
    ByServer {
        /// Its code.
        code: u16,
        /// Its reason.
        reason: String,
    },
    /// The server didn't answer in time.
    Unanswered,
    /// The server broke the protocol or the connection.
    Broken {
        /// What the run time says.
        told: Told,
    },
}

/// What the run time says, in each language.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Told {
    /// In English.
    pub en: Diagnosis,
    /// In Chinese.
    pub zh: Diagnosis,
}

impl Told {
    /// In one language.
    #[must_use]
    pub const fn of(&self, lang: Lang) -> &Diagnosis {
        match lang {
            Lang::En => &self.en,
            Lang::Zh => &self.zh,
        }
    }
}

impl From<&Failure> for Told {
    fn from(failure: &Failure) -> Self {
        Self {
            en: failure.tell(Lang::En),
            zh: failure.tell(Lang::Zh),
        }
    }
}

impl From<&Verdict> for Told {
    fn from(verdict: &Verdict) -> Self {
        Self {
            en: tell(verdict, Lang::En),
            zh: tell(verdict, Lang::Zh),
        }
    }
}

impl Application {
    /// The status of the last answer that came.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        self.hops.iter().rev().find_map(|hop| hop.status)
    }
}

impl Hop {
    pub(super) fn of(verdict: &Verdict) -> Self {
        Self {
            url: verdict.url.clone(),
            address: None,
            version: None,
            status: None,
            certificate: None,
            refusals: verdict.reason().map(|_| verdict.into()).into_iter().collect(),
        }
    }

    /// A hop that isn't gone.
    pub(super) fn refused(denial: &Denial) -> Self {
        Self::of(denial.verdict())
    }
}
