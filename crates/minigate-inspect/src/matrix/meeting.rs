//! A client and a server, whatever the client trusts.

use jiff::Timestamp;
use minigate_tls::CertificateFault;

use super::agreement::{Agreement, Client, Finding, UNANSWERED, agree, takes_key};
use super::{Cause, Outcome};
use crate::certificate::{Key, KeyKind};
use crate::chain::ChainFacts;
use crate::leaf::LeafFacts;
use crate::ocsp::{Revocation, Status};
use crate::probe::{ClientCertificate, Facts, Opened, Reach, Refusal, SentChain, Session, Version};

/// What a client offers, a server, and a moment.
pub(super) struct Meeting<'a> {
    pub(super) facts: &'a Facts,
    /// None where nobody knows what it offers.
    pub(super) client: Option<Client<'a>>,
    pub(super) now: Timestamp,
}

impl<'a> Meeting<'a> {
    /// The version that is agreed on; none where the client's aren't known.
    pub(super) fn version(&self) -> Option<Version> {
        self.client?;
        let agreement = agree(self.facts, self.client).ok()?;
        Some(agreement.spoken.version)
    }

    /// What both can do, where the port answers at all.
    pub(super) fn agreement(&self) -> Result<Agreement<'a>, Finding> {
        reached(&self.facts.reach)?;
        agree(self.facts, self.client)
    }

    /// The certificates that this client gets.
    pub(super) fn presented(&self, agreement: &Agreement<'_>) -> Result<(&'a SentChain, LeafFacts), Finding> {
        let names_host = self.client.is_none_or(|client| client.sni);
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
            .ok_or_else(|| unseen(agreement))?;
        let staple = opened.and_then(|opened| opened.staple.as_ref());
        let staple = staple.or_else(|| greeting?.agreed()?.staple.as_ref());
        let leaf = LeafFacts::read(sent, staple, &self.facts.host, self.now).map_err(|unreadable| {
            refused(CertificateFault::Malformed {
                reason: unreadable.reason,
            })
        })?;
        Ok((sent, leaf))
    }

    pub(super) fn key_taken(&self, agreement: &Agreement<'_>, leaf: &LeafFacts) -> Result<(), Finding> {
        let kind = &leaf.certificate.key.kind;
        match self.client {
            Some(client) if !takes_key(client, agreement.spoken.version, kind) => {
                let key = format!("{kind:?}");
                Err((Outcome::Fails, Cause::KeyNotTaken { key }))
            }
            _ => Ok(()),
        }
    }

    /// What is to be mended where nothing fails.
    pub(super) fn warning(
        &self,
        agreement: &Agreement<'_>,
        sent: &SentChain,
        leaf: &LeafFacts,
    ) -> Option<Cause> {
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

pub(super) fn opened<'f>(agreement: &Agreement<'f>) -> Option<&'f Opened> {
    agreement.spoken.session.as_ref().and_then(Session::opened)
}

/// What is said where no certificates came.
fn unseen(agreement: &Agreement<'_>) -> Finding {
    if is_unanswered(agreement) {
        return UNANSWERED;
    }
    (Outcome::Unknown, Cause::NoChain)
}

/// Whether nobody knows what a whole handshake would come to.
fn is_unanswered(agreement: &Agreement<'_>) -> bool {
    match &agreement.spoken.session {
        Some(Session::Refused(refusal)) => refusal.is_unanswered(),
        _ => false,
    }
}

/// Whether the server goes on after its certificate.
pub(super) fn served(agreement: &Agreement<'_>, leaf: &LeafFacts) -> Result<(), Finding> {
    let demanded = Err((Outcome::Fails, Cause::ClientCertificateDemanded));
    let Some(opened) = opened(agreement) else {
        if is_unanswered(agreement) {
            return Err(UNANSWERED);
        }
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
pub(super) fn ends_for_want_of_certificate(agreement: &Agreement<'_>) -> bool {
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

pub(super) fn refused(fault: CertificateFault) -> Finding {
    (Outcome::Fails, Cause::Certificate { fault })
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

/// Whether the authority itself says so, today.
pub(super) fn is_revoked(leaf: &LeafFacts, now: Timestamp) -> bool {
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
