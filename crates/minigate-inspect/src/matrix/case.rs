//! One device and one server.

use jiff::Timestamp;
use minigate_policy::CertificateCheck;
use minigate_tls::CertificateFault;
use rustls::pki_types::CertificateDer;

use super::agreement::{Agreement, Finding, agree, takes_key};
use super::anchors::{Anchors, Question, is_dead_end};
use super::{Cause, Outcome};
use crate::certificate::{Key, KeyKind};
use crate::chain::{ChainFacts, End};
use crate::device::{Device, Intermediates};
use crate::distrust::{DistrustRule, distrust_rules, first_met};
use crate::leaf::LeafFacts;
use crate::ocsp::{Revocation, Status};
use crate::offer::Offer;
use crate::presence::Presence;
use crate::probe::{ClientCertificate, Facts, Opened, Reach, Refusal, SentChain, Session, Suite, Version};
use crate::root::Root;
use crate::store::{Holding, Store};

/// A device, a server, and a moment.
pub(super) struct Case<'a> {
    pub(super) anchors: &'a Anchors,
    pub(super) rules: &'a [DistrustRule],
    pub(super) device: &'static Device,
    pub(super) facts: &'a Facts,
    pub(super) offer: Option<&'static Offer>,
    pub(super) now: Timestamp,
}

impl<'a> Case<'a> {
    /// The version that is agreed on; none where the device's aren't known.
    pub(super) fn version(&self) -> Option<Version> {
        self.offer?;
        let agreement = agree(self.facts, self.offer).ok()?;
        Some(agreement.spoken.version)
    }

    /// Goes the way of a connection, up to the first failure; what can wait is said where nothing fails.
    pub(super) fn judge(&self) -> Result<(), Finding> {
        reached(&self.facts.reach)?;
        let agreement = agree(self.facts, self.offer)?;
        let (sent, leaf) = self.presented(&agreement)?;
        self.key_taken(&agreement, &leaf)?;
        let certificates = sent.certificates();
        let store = self.anchored(&certificates, &leaf)?;
        let tolerated = self.accepted(store, &certificates, &leaf)?;
        ats_suite(self.device, &agreement)?;
        self.not_distrusted(&certificates, &leaf)?;
        served(&agreement, &leaf)?;
        let warning = tolerated.or_else(|| self.warning(&agreement, sent, &leaf));
        warning.map_or(Ok(()), |cause| Err((Outcome::Warning, cause)))?;
        self.offer
            .map(drop)
            .ok_or((Outcome::Unknown, Cause::OfferUnknown))
    }

    fn presented(&self, agreement: &Agreement<'_>) -> Result<(&'a SentChain, LeafFacts), Finding> {
        let names_host = self.offer.is_none_or(|offer| offer.sni);
        let greeting = if names_host {
            Some(&agreement.spoken.greeting)
        } else {
            self.facts.without_name.as_ref()
        };
        let opened = opened(agreement).filter(|_| names_host);
        let place = opened
            .and_then(|opened| opened.chain)
            .or_else(|| greeting?.agreed()?.chain);
        let sent = place
            .and_then(|place| self.facts.chains.get(place))
            .ok_or((Outcome::Unknown, Cause::NoChain))?;
        let staple = opened.and_then(|opened| opened.staple.as_ref());
        let staple = staple.or_else(|| greeting?.agreed()?.staple.as_ref());
        let leaf = LeafFacts::read(sent, staple, &self.facts.host, self.now).map_err(|unreadable| {
            refused(CertificateFault::Malformed {
                reason: unreadable.reason,
            })
        })?;
        Ok((sent, leaf))
    }

    fn key_taken(&self, agreement: &Agreement<'_>, leaf: &LeafFacts) -> Result<(), Finding> {
        let kind = &leaf.certificate.key.kind;
        match self.offer {
            Some(offer) if !takes_key(offer, agreement.spoken.version, kind) => {
                let key = format!("{kind:?}");
                Err((Outcome::Fails, Cause::KeyNotTaken { key }))
            }
            _ => Ok(()),
        }
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
                let is_well = leaf.name_match.is_match() && question.at == self.now;
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
            at: self.now,
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
            host: &self.facts.host,
            check: check(self.device, false),
            at: self.now.max(life.not_before).min(life.not_after),
        }
    }

    fn not_distrusted(&self, sent: &[CertificateDer<'_>], leaf: &LeafFacts) -> Result<(), Finding> {
        let all: Vec<_> = sent.iter().chain(&self.anchors.beside).cloned().collect();
        let way = minigate_tls::way_up(&all);
        let way: Vec<_> = way.iter().filter_map(|place| all.get(*place).cloned()).collect();
        let rules = distrust_rules().iter().chain(self.rules);
        let scts: Vec<_> = leaf.stamps.earliest.into_iter().collect();
        let Some(rule) = first_met(rules, self.device, &way, self.now, &scts) else {
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

    fn warning(&self, agreement: &Agreement<'_>, sent: &SentChain, leaf: &LeafFacts) -> Option<Cause> {
        let version = agreement.spoken.version;
        let (days_left, not_after) = (leaf.lifetime.days_left, leaf.certificate.not_after);
        let found = [
            is_revoked(leaf, self.now).then_some(Cause::Revoked),
            (version < Version::Tls12).then_some(Cause::OldVersion { version }),
            (days_left < SOON).then_some(Cause::EndsSoon { days_left, not_after }),
            (!ChainFacts::read(sent).is_in_order).then_some(Cause::WrongOrder),
        ];
        found.into_iter().flatten().next()
    }
}

fn reached(reach: &Reach) -> Result<(), Finding> {
    let cause = match reach {
        Reach::Reached { .. } => return Ok(()),
        Reach::Unreachable { reason } => Cause::Unreachable {
            reason: reason.clone(),
        },
        Reach::TimedOut => Cause::TimedOut,
    };
    Err((Outcome::Fails, cause))
}

const fn check(device: &Device, ats: bool) -> CertificateCheck {
    CertificateCheck {
        skipped: false,
        ats,
        self_signed_never: device.self_signed_never(),
    }
}

fn opened<'f>(agreement: &Agreement<'f>) -> Option<&'f Opened> {
    agreement.spoken.session.as_ref().and_then(Session::opened)
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

/// Whether the server goes on after its certificate.
fn served(agreement: &Agreement<'_>, leaf: &LeafFacts) -> Result<(), Finding> {
    let demanded = Err((Outcome::Fails, Cause::ClientCertificateDemanded));
    let Some(opened) = opened(agreement) else {
        return if ends_for_want_of_certificate(agreement) {
            demanded
        } else {
            Ok(())
        };
    };
    if !opened.proves_key && is_provable(&leaf.certificate.key) {
        return Err((Outcome::Fails, Cause::KeyNotProven));
    }
    match opened.client_certificate {
        ClientCertificate::Demanded => demanded,
        ClientCertificate::NotAsked | ClientCertificate::Asked => Ok(()),
    }
}

/// Whether the server asks for a certificate and then refuses the handshake, as it can before TLS 1.3.
///
/// Its alert can be lost: a connection that is closed with something unread is reset.
fn ends_for_want_of_certificate(agreement: &Agreement<'_>) -> bool {
    let asks = agreement.spoken.greeting.agreed();
    let refused = agreement.spoken.session.as_ref();
    asks.is_some_and(|agreed| agreed.asks_client_certificate)
        && matches!(
            refused,
            Some(Session::Refused(
                Refusal::Alert { .. } | Refusal::Closed | Refusal::CutOff { .. } | Refusal::Reset { .. }
            ))
        )
}

/// Whether the probe can verify what such a key signs.
fn is_provable(key: &Key) -> bool {
    match key.kind {
        KeyKind::Rsa => key.bits.is_some_and(|bits| (2048..=8192).contains(&bits)),
        KeyKind::P256 | KeyKind::P384 | KeyKind::P521 | KeyKind::Ed25519 => true,
        KeyKind::Ed448 | KeyKind::Dsa | KeyKind::Other(_) => false,
    }
}

fn refused(fault: CertificateFault) -> Finding {
    (Outcome::Fails, Cause::Certificate { fault })
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

/// Whether the authority itself says so, today.
fn is_revoked(leaf: &LeafFacts, now: Timestamp) -> bool {
    match &leaf.revocation {
        Revocation::Told(told) => {
            matches!(told.status, Status::Revoked { .. })
                && told.is_signed != Some(false)
                && told.is_current(now)
        }
        _ => false,
    }
}

/// Fewer whole days than this are told ahead.
const SOON: i64 = 14;
