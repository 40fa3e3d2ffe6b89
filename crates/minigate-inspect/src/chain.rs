//! Certificates as a server sends them, against how they belong together; pure.
//!
//! Whether a chain is accepted isn't said here but by [`Trust::judge`](minigate_tls::Trust::judge), with the roots of
//! whoever is meant; a missing intermediate, an unknown root and a self-signed certificate are faults of its own there.
//! This tells what stands behind the verdict, and what the server should send instead.
//!
//! ```
//! use minigate_inspect::chain::{ChainFacts, End};
//! use minigate_inspect::probe::SentChain;
//!
//! let facts = ChainFacts::read(&SentChain(Vec::new()));
//! assert_eq!(facts.end, End::Nothing);
//! ```

use serde::{Deserialize, Serialize};

use crate::certificate::{CertificateFacts, Unreadable};
use crate::probe::SentChain;
use crate::root::Root;

/// What a server sends, and how it belongs together.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ChainFacts {
    /// The certificates in the order in which they were sent.
    pub sent: Vec<Sent>,
    /// The way up from the server's certificate, by places in `sent`: each is followed by its issuer.
    ///
    /// That is also the order in which they should be sent (RFC 8446 §4.4.2).
    pub way: Vec<usize>,
    /// Whether the way goes straight down the list; nearly all clients find it otherwise too, some old ones don't.
    pub is_in_order: bool,
    /// What lies beside the way.
    pub superfluous: Vec<Superfluous>,
    /// How the way ends.
    pub end: End,
}

/// One certificate as it was sent.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Sent {
    /// It can be read.
    Read(Box<CertificateFacts>),
    /// It can't.
    Unreadable(Unreadable),
}

impl Sent {
    /// What it says, where it can be read.
    #[must_use]
    pub fn facts(&self) -> Option<&CertificateFacts> {
        match self {
            Self::Read(facts) => Some(facts),
            Self::Unreadable(_) => None,
        }
    }
}

/// A certificate that nobody needs.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Superfluous {
    /// Its place.
    pub place: usize,
    /// Why nobody needs it.
    pub why: Why,
}

/// Why nobody needs a certificate.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Why {
    /// It has been sent before.
    Duplicate {
        /// There.
        of: usize,
    },
    /// Whoever trusts it has it (RFC 8446 §4.4.2).
    Root,
    /// It has issued nothing on the way.
    Unrelated,
    /// It can't be read.
    Unreadable,
}

/// How the way up ends.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum End {
    /// Nothing was sent.
    Nothing,
    /// The server's certificate can't be read.
    Unreadable,
    /// The server's certificate vouches for itself.
    SelfSigned,
    /// A root was sent along.
    RootSent {
        /// Its place.
        place: usize,
    },
    /// The issuer of the last one wasn't sent: a root, if the chain is complete, else a missing intermediate.
    NotSent(Wanted),
}

/// An issuer that wasn't sent.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Wanted {
    /// The place of the certificate that it issued.
    pub issued: usize,
    /// Its name.
    pub subject: String,
    /// Its key identifier, hexadecimal.
    pub key_id: Option<String>,
    /// Where it is published over HTTP.
    pub urls: Vec<String>,
}

impl ChainFacts {
    /// Reads what a server sent.
    #[must_use]
    pub fn read(chain: &SentChain) -> Self {
        let way = minigate_tls::way_up(&chain.certificates());
        let sent: Vec<_> = chain.0.iter().map(|der| sent(&der.0)).collect();
        Self {
            is_in_order: way.iter().enumerate().all(|(step, place)| step == *place),
            superfluous: superfluous(chain, &sent, &way),
            end: end(&sent, &way),
            sent,
            way,
        }
    }
}

/// Whether the way leads to a root of some system's store, whose authorities are bound by what is agreed in public.
pub(crate) fn ends_publicly(chain: &SentChain) -> bool {
    let certificates = chain.certificates();
    let way = minigate_tls::way_up(&certificates);
    let top = way.last().and_then(|top| certificates.get(*top));
    top.is_some_and(|top| Root::find(top).is_some() || !Root::issuers_of(top).is_empty())
}

fn sent(der: &[u8]) -> Sent {
    match CertificateFacts::read(der) {
        Ok(facts) => Sent::Read(Box::new(facts)),
        Err(unreadable) => Sent::Unreadable(unreadable),
    }
}

fn superfluous(chain: &SentChain, sent: &[Sent], way: &[usize]) -> Vec<Superfluous> {
    let places = 1..sent.len();
    let found = places.filter_map(|place| {
        let why = why(chain, sent, way, place)?;
        Some(Superfluous { place, why })
    });
    found.collect()
}

fn why(chain: &SentChain, sent: &[Sent], way: &[usize], place: usize) -> Option<Why> {
    let der = chain.0.get(place)?;
    if let Some(of) = chain.0.iter().take(place).position(|other| other == der) {
        return Some(Why::Duplicate { of });
    }
    let Some(facts) = sent.get(place)?.facts() else {
        return Some(Why::Unreadable);
    };
    match (way.contains(&place), facts.is_self_issued) {
        (true, true) => Some(Why::Root),
        (true, false) => None,
        (false, _) => Some(Why::Unrelated),
    }
}

fn end(sent: &[Sent], way: &[usize]) -> End {
    let Some(&last) = way.last() else {
        return if sent.is_empty() {
            End::Nothing
        } else {
            End::Unreadable
        };
    };
    match sent.get(last).and_then(Sent::facts) {
        None => End::Unreadable,
        Some(top) if top.is_self_issued && last == 0 => End::SelfSigned,
        Some(top) if top.is_self_issued => End::RootSent { place: last },
        Some(top) => End::NotSent(Wanted {
            issued: last,
            subject: top.issuer.clone(),
            key_id: top.issuer_key_id.clone(),
            urls: top.issuer_urls.clone(),
        }),
    }
}
