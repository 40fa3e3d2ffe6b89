//! What an application did.

use std::net::SocketAddr;

use minigate_engine::Failure;
use minigate_policy::diagnosis::{Diagnosis, Lang, tell};
use minigate_policy::{Denial, Finding, Rule, Verdict};
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
        let verdict = in_a_release(verdict);
        Self {
            en: tell(&verdict, Lang::En),
            zh: tell(&verdict, Lang::Zh),
        }
    }
}

/// The check is skipped to see further, which is nobody's concern; and which hop it is, the fault says.
fn in_a_release(verdict: &Verdict) -> Verdict {
    let mut verdict = verdict.clone();
    verdict.hop = 0;
    if let Finding::Spared { reason } = verdict.finding {
        verdict.finding = Finding::Refused { reason };
    }
    verdict
}

impl Application {
    /// The same as a system loads it without a call: no list counts where it goes, and no run time makes a text of it.
    pub(crate) fn of_resource(mut self) -> Self {
        let gone = self.hops.iter_mut().filter(|hop| hop.address.is_some());
        for hop in gone {
            hop.refusals.retain(|told| told.en.rule != Some(Rule::D1));
        }
        if let Answer::Http(content) = &mut self.answer {
            content.charset = None;
            content.not_json = None;
        }
        self
    }

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

#[cfg(test)]
mod tests {
    use minigate_policy::{Call, Interface, Policy};

    use super::*;
    use crate::application::{ApplicationFault, Extent, Kind};

    #[test]
    fn t11_what_concerns_calls_only_is_none_of_a_resource() {
        let policy = Policy::new("wx0123456789abcdef".parse().unwrap());
        let hop = |url: &str, address: &str| Hop {
            address: address.parse().ok(),
            ..Hop::of(&policy.explain(&Call::new(Interface::Request, url)))
        };
        let application = Application {
            target: "https://a.example.com/".to_owned(),
            address: "93.184.216.34:443".parse().unwrap(),
            hops: vec![
                hop("https://a.example.com/", "93.184.216.34:443"),
                hop("http://b.example.com/", "93.184.216.34:443"),
                hop("https://[", ""),
            ],
            answer: Answer::Http(Content {
                content_type: None,
                announced: Kind::Json,
                bytes: 1,
                extent: Extent::Whole,
                charset: None,
                not_json: Some("no".to_owned()),
            }),
        };

        let faults = application.of_resource().faults();

        let refused = faults.iter().map(|fault| match fault {
            ApplicationFault::HopRefused { hop, .. } => *hop,
            other => panic!("{other:?}"),
        });
        assert_eq!(refused.collect::<Vec<_>>(), [1, 2]);
    }
}
