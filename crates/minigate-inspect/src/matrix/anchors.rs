//! The roots of each version of a system, ready to judge by.

use std::collections::BTreeMap;

use jiff::Timestamp;
use minigate_policy::CertificateCheck;
use minigate_tls::{CertificateFault, Roots, RootsError, Trust};
use rustls::pki_types::CertificateDer;

use crate::device::{Device, devices};
use crate::root::{Root, roots};
use crate::store::{Holding, Store};

/// The roots of every store that some device has.
#[derive(Debug)]
pub(super) struct Anchors {
    stores: BTreeMap<&'static str, Held>,
    known: Trust,
    /// Roots that every device is taken to come with.
    pub(super) beside: Vec<CertificateDer<'static>>,
    added: Vec<CertificateDer<'static>>,
}

#[derive(Debug)]
struct Held {
    surely: Trust,
    perhaps: Trust,
}

/// Certificates, and what is expected of them.
#[derive(Clone, Copy)]
pub(super) struct Question<'a> {
    pub(super) sent: &'a [CertificateDer<'a>],
    pub(super) host: &'a str,
    pub(super) check: CertificateCheck,
    pub(super) at: Timestamp,
}

impl Anchors {
    pub(super) fn new(
        beside: Vec<CertificateDer<'static>>,
        added: Vec<CertificateDer<'static>>,
    ) -> Result<Self, RootsError> {
        let mut anchors = Self {
            stores: BTreeMap::new(),
            known: trust(roots().iter(), &beside, &added)?,
            beside,
            added,
        };
        for store in devices().iter().flat_map(Device::stores) {
            let held = Held::of(store, &anchors)?;
            anchors.stores.insert(store.id.as_str(), held);
        }
        Ok(anchors)
    }

    /// The roots that every device is taken to have, in whichever way.
    pub(super) fn given(&self) -> impl Iterator<Item = &CertificateDer<'static>> {
        self.beside.iter().chain(&self.added)
    }

    /// Whether a way leads to a root of a store.
    pub(super) fn reach(&self, store: &Store, question: Question<'_>) -> Holding {
        let Some(held) = self.stores.get(store.id.as_str()) else {
            return Holding::Unknown;
        };
        if is_anchored(&held.surely, question) {
            Holding::Yes
        } else if is_anchored(&held.perhaps, question) {
            Holding::Unknown
        } else {
            Holding::No
        }
    }

    /// What is wrong by the roots of a store, those included of which it isn't certain.
    pub(super) fn judge(&self, store: &Store, question: Question<'_>) -> Result<(), CertificateFault> {
        let held = self.stores.get(store.id.as_str());
        question.put(held.map_or(&self.known, |held| &held.perhaps))
    }

    /// What is wrong by every root that is known.
    pub(super) fn judge_by_known(&self, question: Question<'_>) -> Result<(), CertificateFault> {
        question.put(&self.known)
    }
}

impl Held {
    fn of(store: &'static Store, anchors: &Anchors) -> Result<Self, RootsError> {
        let possible = roots()
            .iter()
            .filter(|root| store.has(root.identity()) != Holding::No);
        Ok(Self {
            surely: trust(store.anchors(), &anchors.beside, &anchors.added)?,
            perhaps: trust(possible, &anchors.beside, &anchors.added)?,
        })
    }
}

impl Question<'_> {
    fn put(self, trust: &Trust) -> Result<(), CertificateFault> {
        trust.judge(self.check, self.sent, self.host, self.at)
    }
}

fn trust(
    roots: impl Iterator<Item = &'static Root>,
    beside: &[CertificateDer<'static>],
    added: &[CertificateDer<'static>],
) -> Result<Trust, RootsError> {
    let all = roots.map(|root| root.der().clone()).chain(beside.iter().cloned());
    let roots = Roots::preinstalled_on(all)?;
    Ok(Trust::new(roots.with_added(added.iter().cloned())))
}

fn is_anchored(trust: &Trust, question: Question<'_>) -> bool {
    question.put(trust).err().is_none_or(|fault| !is_dead_end(&fault))
}

/// Whether a fault says that no way leads to a root.
pub(super) const fn is_dead_end(fault: &CertificateFault) -> bool {
    matches!(
        fault,
        CertificateFault::UnknownRoot { .. }
            | CertificateFault::MissingIntermediate { .. }
            | CertificateFault::NotSignedByIssuer { .. }
            | CertificateFault::SelfSigned { forbidden: false, .. }
    )
}
