//! What a device and a server agree on.

use rustls::{CipherSuite, NamedGroup, ProtocolVersion, SignatureScheme};

use super::{Cause, Outcome};
use crate::certificate::KeyKind;
use crate::offer::Offer;
use crate::probe::{Facts, Refusal, Suite, Version, VersionFacts};

/// Why a row isn't simply well.
pub(super) type Finding = (Outcome, Cause);

/// What both can do in the newest version that both speak.
pub(super) struct Agreement<'f> {
    pub(super) spoken: &'f VersionFacts,
    /// One at least, where the device's are known.
    pub(super) suites: Vec<Suite>,
}

/// Finds the version, and a suite and group of it; where nothing is known of the device, the server's newest version.
pub(super) fn agree<'f>(facts: &'f Facts, offer: Option<&Offer>) -> Result<Agreement<'f>, Finding> {
    let mut spoken = facts.versions.iter().rev().filter(|version| is_spoken(version));
    let newest = spoken.clone().next().ok_or_else(|| silence(facts))?;
    let Some(offer) = offer else {
        let suites = Vec::new();
        return Ok(Agreement {
            spoken: newest,
            suites,
        });
    };
    let speaks = |spoken: &&VersionFacts| offer.speaks(ProtocolVersion::from(spoken.version.code()));
    let spoken = spoken.find(speaks).ok_or_else(|| no_version(facts, offer))?;
    let suites = common_suites(spoken, offer)?;
    common_group(spoken, offer, &suites)?;
    Ok(Agreement { spoken, suites })
}

fn is_spoken(facts: &VersionFacts) -> bool {
    facts.greeting.agreed().is_some()
}

/// What to say where no version came to anything.
fn silence(facts: &Facts) -> Finding {
    let mut refusals = facts
        .versions
        .iter()
        .rev()
        .filter_map(|version| version.greeting.refusal());
    let refusal = facts.plain_http.map(|_| Refusal::PlainHttp);
    match refusal.or_else(|| refusals.next().cloned()) {
        Some(refusal) => {
            let is_known = !matches!(refusal, Refusal::NotAsked);
            let outcome = if is_known {
                Outcome::Fails
            } else {
                Outcome::Unknown
            };
            (outcome, Cause::NoHandshake { refusal })
        }
        None => (Outcome::Unknown, Cause::NoChain),
    }
}

fn no_version(facts: &Facts, offer: &Offer) -> Finding {
    let spoken = facts.versions.iter().filter(|version| is_spoken(version));
    let of_device = offer.versions.iter();
    let cause = Cause::NoCommonVersion {
        device: of_device
            .filter_map(|version| Version::of_code(u16::from(*version)))
            .collect(),
        server: spoken.map(|version| version.version).collect(),
    };
    (Outcome::Fails, cause)
}

fn common_suites(spoken: &VersionFacts, offer: &Offer) -> Result<Vec<Suite>, Finding> {
    let mut taken = spoken.suites.list.clone();
    let greeted = spoken.greeting.agreed().map(|agreed| agreed.suite);
    taken.extend(greeted.filter(|suite| !spoken.suites.list.contains(suite)));
    let offered = |suite: &Suite| offer.has_suite(CipherSuite::from(suite.0));
    let common: Vec<_> = taken.iter().copied().filter(offered).collect();
    if common.is_empty() {
        let version = spoken.version;
        let cause = Cause::NoCommonSuite {
            version,
            server: taken,
        };
        return Err((certain(spoken.suites.is_complete), cause));
    }
    Ok(common)
}

fn common_group(spoken: &VersionFacts, offer: &Offer, suites: &[Suite]) -> Result<(), Finding> {
    let taken = &spoken.groups;
    let is_common = taken
        .list
        .iter()
        .any(|group| offer.has_group(NamedGroup::from(group.0)));
    let is_needed = suites.iter().all(|suite| suite.needs_group());
    if is_common || !is_needed || taken.list.is_empty() {
        return Ok(());
    }
    let version = spoken.version;
    let server = taken.list.clone();
    Err((
        certain(taken.is_complete),
        Cause::NoCommonGroup { version, server },
    ))
}

/// A list that a bound has ended says nothing of what it lacks.
const fn certain(is_complete: bool) -> Outcome {
    if is_complete {
        Outcome::Fails
    } else {
        Outcome::Unknown
    }
}

/// Whether a device takes proofs by this kind of key.
///
/// Before TLS 1.3 a curve has to be among the groups too (RFC 8422 §5.1).
pub(super) fn takes_key(offer: &Offer, version: Version, kind: &KeyKind) -> bool {
    let named = |start: &str| {
        let mut names = offer.schemes.iter().filter_map(SignatureScheme::as_str);
        names.any(|name| name.starts_with(start))
    };
    let is_13 = version == Version::Tls13;
    let curve = |scheme: &str, group: NamedGroup| {
        if is_13 {
            named(scheme)
        } else {
            offer.has_group(group) && (offer.schemes.is_empty() || named("ECDSA_"))
        }
    };
    match kind {
        KeyKind::Rsa if is_13 => named("RSA_PSS_"),
        KeyKind::Rsa => offer.schemes.is_empty() || named("RSA_"),
        KeyKind::P256 => curve("ECDSA_NISTP256_", NamedGroup::secp256r1),
        KeyKind::P384 => curve("ECDSA_NISTP384_", NamedGroup::secp384r1),
        KeyKind::P521 => curve("ECDSA_NISTP521_", NamedGroup::secp521r1),
        KeyKind::Ed25519 => version >= Version::Tls12 && named("ED25519"),
        KeyKind::Ed448 => version >= Version::Tls12 && named("ED448"),
        KeyKind::Dsa | KeyKind::Other(_) => !is_13,
    }
}
