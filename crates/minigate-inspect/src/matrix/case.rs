//! One device and one server.

use minigate_policy::CertificateCheck;
use minigate_tls::CertificateFault;
use rustls::pki_types::CertificateDer;

use super::agreement::{Agreement, Finding};
use super::anchors::{Anchors, Question, is_dead_end};
use super::meeting::{Meeting, is_revoked, refused, served};
use super::{Cause, Outcome};
use crate::chain::{ChainFacts, End};
use crate::device::{Device, Intermediates};
use crate::distrust::{DistrustRule, distrust_rules, first_met};
use crate::leaf::LeafFacts;
use crate::offer::Offer;
use crate::presence::Presence;
use crate::probe::{SentChain, Suite, Version};
use crate::root::Root;
use crate::store::{Holding, Store};

/// A device, a server, and a moment.
pub(super) struct Case<'a> {
    pub(super) anchors: &'a Anchors,
    pub(super) rules: &'a [DistrustRule],
    pub(super) device: &'static Device,
    pub(super) offer: Option<&'static Offer>,
    pub(super) meeting: Meeting<'a>,
}

impl Case<'_> {
    /// Goes the way of a connection, up to the first failure; what can wait is said where nothing fails.
    pub(super) fn judge(&self) -> Result<(), Finding> {
        let agreement = self.meeting.agreement()?;
        let (sent, leaf) = self.meeting.presented(&agreement)?;
        self.meeting.key_taken(&agreement, &leaf)?;
        let certificates = sent.certificates();
        let store = self.anchored(&certificates, &leaf)?;
        let tolerated = self.accepted(store, &certificates, &leaf)?;
        ats_suite(self.device, &agreement)?;
        self.not_distrusted(&certificates, &leaf)?;
        if self.device.heeds_revocation() && is_revoked(&leaf, self.meeting.now) {
            return Err((Outcome::Fails, Cause::Revoked));
        }
        served(&agreement, &leaf)?;
        let warning = tolerated.or_else(|| self.meeting.warning(&agreement, sent, &leaf));
        warning.map_or(Ok(()), |cause| Err((Outcome::Warning, cause)))?;
        self.offer
            .map(drop)
            .ok_or((Outcome::Unknown, Cause::OfferUnknown))
    }

    /// A version of the row whose roots the way leads to, as it does for all of them.
    ///
    /// The moment is one at which the server's certificate is valid, so that its end doesn't hide what stands behind.
    fn anchored(&self, sent: &[CertificateDer<'_>], leaf: &LeafFacts) -> Result<&'static Store, Finding> {
        let question = self.question(sent, leaf);
        let stores = self.device.stores().iter().copied();
        let found: Vec<_> = stores
            .map(|store| (store, self.anchors.reach(store, question)))
            .collect();
        let with = |wanted: Holding| {
            let stores = found.iter().filter(move |(_, holding)| *holding == wanted);
            stores.map(|(store, _)| *store).collect::<Vec<_>>()
        };
        let (held, unknown, lacking) = (with(Holding::Yes), with(Holding::Unknown), with(Holding::No));
        match (held.first(), unknown.first(), lacking.first()) {
            (Some(store), None, None) => Ok(store),
            (Some(_), _, Some(_)) => Err(partly(sent, &held, &lacking)),
            (_, Some(_), _) => Err(unknown_root(sent, &unknown)),
            (_, None, _) => Err(self.dead_end(question, leaf)),
        }
    }

    /// Why no version of the row has a root for the chain.
    fn dead_end(&self, question: Question<'_>, leaf: &LeafFacts) -> Finding {
        match self.anchors.judge_by_known(question) {
            Err(fault) if is_dead_end(&fault) => {
                let may_have_it = self.device.intermediates() == Intermediates::May
                    && matches!(fault, CertificateFault::MissingIntermediate { .. });
                let is_well = leaf.name_match.is_match() && question.at == self.meeting.now;
                let outcome = if may_have_it && is_well {
                    Outcome::Warning
                } else {
                    Outcome::Fails
                };
                (outcome, Cause::Certificate { fault })
            }
            _ => (Outcome::Fails, self.absent(question.sent)),
        }
    }

    fn absent(&self, sent: &[CertificateDer<'_>]) -> Cause {
        let root = known_root(sent);
        let presence = root.map(|root| self.device.holds(root.der()));
        let (since, until) = match presence {
            Some(Presence::Absent { since, until }) => (since, until),
            _ => (None, None),
        };
        Cause::RootAbsent {
            root: root_name(sent),
            since: since.map(|store| store.name.clone()),
            until: until.map(|store| store.name.clone()),
        }
    }

    /// What the verification says; a fault that this device overlooks comes back as a warning.
    fn accepted(
        &self,
        store: &Store,
        sent: &[CertificateDer<'_>],
        leaf: &LeafFacts,
    ) -> Result<Option<Cause>, Finding> {
        let timeless = self.question(sent, leaf);
        let whole = Question {
            check: check(self.device, self.device.ats()),
            at: self.meeting.now,
            ..timeless
        };
        let is_last = |fault: &CertificateFault| matches!(fault, CertificateFault::WeakKey { .. });
        let found = self.anchors.judge(store, timeless).err();
        let found = found.filter(|fault| !is_last(fault));
        let Some(fault) = found.or_else(|| self.anchors.judge(store, whole).err()) else {
            return Ok(None);
        };
        match self.outcome(&fault) {
            Outcome::Warning => Ok(Some(Cause::Certificate { fault })),
            outcome => Err((outcome, Cause::Certificate { fault })),
        }
    }

    /// What the device makes of a fault: some take short keys and old signatures, which the verification can't check.
    fn outcome(&self, fault: &CertificateFault) -> Outcome {
        match fault {
            CertificateFault::WeakKey { bits } => self.offer.map_or(Outcome::Unknown, |offer| {
                let is_taken = u32::try_from(*bits).is_ok_and(|bits| bits >= offer.least_rsa_bits);
                if is_taken {
                    Outcome::Warning
                } else {
                    Outcome::Fails
                }
            }),
            CertificateFault::WeakSignature { algorithm } => {
                let algorithm = algorithm.to_ascii_lowercase();
                let (takes_sha1, takes_md5) = self.offer.map_or((true, false), |offer| {
                    (offer.sha1_certificates, offer.md5_certificates)
                });
                let may_be_taken = !self.device.ats()
                    && ((takes_sha1 && algorithm.contains("sha1"))
                        || (takes_md5 && algorithm.contains("md5")));
                if may_be_taken {
                    Outcome::Unknown
                } else {
                    Outcome::Fails
                }
            }
            _ => Outcome::Fails,
        }
    }

    fn question<'q>(&'q self, sent: &'q [CertificateDer<'q>], leaf: &LeafFacts) -> Question<'q> {
        let life = &leaf.certificate;
        Question {
            sent,
            host: &self.meeting.facts.host,
            check: check(self.device, false),
            at: self.meeting.now.max(life.not_before).min(life.not_after),
        }
    }

    fn not_distrusted(&self, sent: &[CertificateDer<'_>], leaf: &LeafFacts) -> Result<(), Finding> {
        let mut all = sent.to_vec();
        for root in self.anchors.given() {
            all.push(root.clone());
        }
        let way = minigate_tls::way_up(&all);
        let way: Vec<_> = way.iter().filter_map(|place| all.get(*place).cloned()).collect();
        let rules = distrust_rules().iter().chain(self.rules);
        let scts: Vec<_> = leaf.stamps.earliest.into_iter().collect();
        let Some(rule) = first_met(rules, self.device, &way, self.meeting.now, &scts) else {
            return Ok(());
        };
        let cause = Cause::Distrusted {
            by: rule.program,
            authority: rule.authority.clone(),
            since: rule.in_force,
            condition: rule.condition,
            source: rule.source.clone(),
        };
        Err((Outcome::Fails, cause))
    }
}

const fn check(device: &Device, ats: bool) -> CertificateCheck {
    CertificateCheck {
        skipped: false,
        ats,
        self_signed_never: device.self_signed_never(),
    }
}

/// Whether App Transport Security takes a suite of a version (rule T7).
pub(crate) fn meets_ats(version: Version, suite: Suite) -> bool {
    let is_ecdhe = |name: &str| name.starts_with("TLS_ECDHE_") && name.contains("_AES_");
    version == Version::Tls13 || suite.name().is_some_and(is_ecdhe)
}

/// App Transport Security takes suites of one list: ECDHE with AES, and those of TLS 1.3 (rule T7).
fn ats_suite(device: &Device, agreement: &Agreement<'_>) -> Result<(), Finding> {
    let is_listed = |suite: &Suite| meets_ats(agreement.spoken.version, *suite);
    match agreement.suites.first() {
        Some(suite) if device.ats() && !agreement.suites.iter().any(is_listed) => {
            Err(refused(CertificateFault::Ats {
                unmet: minigate_tls::AtsDemand::Suite {
                    suite: suite.0.into(),
                },
            }))
        }
        _ => Ok(()),
    }
}

fn partly(sent: &[CertificateDer<'_>], with: &[&Store], without: &[&Store]) -> Finding {
    let cause = Cause::RootPartly {
        root: root_name(sent),
        with: names(with),
        without: names(without),
    };
    (Outcome::Fails, cause)
}

fn unknown_root(sent: &[CertificateDer<'_>], versions: &[&Store]) -> Finding {
    let cause = Cause::RootUnknown {
        root: root_name(sent),
        versions: names(versions),
    };
    (Outcome::Unknown, cause)
}

fn names(stores: &[&Store]) -> Vec<String> {
    stores.iter().map(|store| store.name.clone()).collect()
}

/// The known root nearest to the end of the way.
fn known_root(sent: &[CertificateDer<'_>]) -> Option<&'static Root> {
    let way = minigate_tls::way_up(sent);
    let mut way = way.iter().rev().filter_map(|place| sent.get(*place));
    way.find_map(|certificate| {
        Root::find(certificate).or_else(|| Root::issuers_of(certificate).into_iter().next())
    })
}

fn root_name(sent: &[CertificateDer<'_>]) -> String {
    if let Some(root) = known_root(sent) {
        return root.name().to_owned();
    }
    let chain = SentChain(sent.iter().map(|der| crate::probe::Der(der.to_vec())).collect());
    match ChainFacts::read(&chain).end {
        End::NotSent(wanted) => wanted.subject,
        End::Nothing | End::Unreadable | End::SelfSigned | End::RootSent { .. } => String::new(),
    }
}
