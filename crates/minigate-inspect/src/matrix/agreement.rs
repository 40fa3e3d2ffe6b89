//! What a device and a server agree on.

use minigate_tls::Abilities;
use rustls::{CipherSuite, NamedGroup, ProtocolVersion, SignatureScheme};

use super::{Cause, Outcome};
use crate::certificate::KeyKind;
use crate::offer::Offer;
use crate::probe::{Facts, Refusal, Session, Suite, Version, VersionFacts};

/// Why a row isn't simply well.
pub(super) type Finding = (Outcome, Cause);

/// What a client offers.
#[derive(Clone, Copy)]
pub(super) struct Client<'a> {
    versions: &'a [ProtocolVersion],
    suites: &'a [CipherSuite],
    groups: &'a [NamedGroup],
    schemes: &'a [SignatureScheme],
    pub(super) sni: bool,
    /// Whether App Transport Security has narrowed the suites (rule T7).
    ats: bool,
}

impl<'a> Client<'a> {
    pub(super) fn device(offer: &'a Offer) -> Self {
        Self {
            versions: &offer.versions,
            suites: &offer.suites,
            groups: &offer.groups,
            schemes: &offer.schemes,
            sni: offer.sni,
            ats: false,
        }
    }

    pub(super) fn runtime(abilities: &'a Abilities, ats: bool) -> Self {
        Self {
            versions: &abilities.versions,
            suites: &abilities.suites,
            groups: &abilities.groups,
            schemes: &abilities.schemes,
            sni: true,
            ats,
        }
    }
}

/// What both can do in the newest version that both speak.
pub(super) struct Agreement<'f> {
    pub(super) spoken: &'f VersionFacts,
    /// One at least, where the device's are known.
    pub(super) suites: Vec<Suite>,
}

/// Finds the version, and a suite and group of it; where nothing is known of the client, the server's newest version.
pub(super) fn agree<'f>(facts: &'f Facts, client: Option<Client<'_>>) -> Result<Agreement<'f>, Finding> {
    let mut newest_first = facts.versions.iter().rev();
    let newest = newest_first
        .find(|version| is_spoken(version))
        .ok_or_else(|| silence(facts))?;
    let Some(client) = client else {
        let suites = Vec::new();
        return Ok(Agreement {
            spoken: newest,
            suites,
        });
    };
    let mut common = facts.versions.iter().rev();
    let settled = common.find(|version| speaks(client, version) && (is_spoken(version) || is_open(version)));
    let spoken = settled.ok_or_else(|| no_version(facts, client))?;
    if is_open(spoken) {
        return Err(UNANSWERED);
    }
    let suites = common_suites(spoken, client)?;
    common_group(spoken, client, &suites)?;
    Ok(Agreement { spoken, suites })
}

/// What is said where a question wasn't answered that decides.
pub(super) const UNANSWERED: Finding = (Outcome::Unknown, Cause::Unanswered);

fn speaks(client: Client<'_>, spoken: &VersionFacts) -> bool {
    let version = ProtocolVersion::from(spoken.version.code());
    client.versions.contains(&version)
}

/// Whether nobody knows if the version is spoken.
fn is_open(facts: &VersionFacts) -> bool {
    facts.greeting.refusal().is_some_and(Refusal::is_unanswered)
}

fn is_spoken(facts: &VersionFacts) -> bool {
    facts.greeting.agreed().is_some()
}

/// What to say where no version came to anything.
///
/// A version that the server doesn't speak says less than one that fails otherwise.
fn silence(facts: &Facts) -> Finding {
    let refusals = || {
        let newest_first = facts.versions.iter().rev();
        newest_first.filter_map(|version| version.greeting.refusal())
    };
    let open = || refusals().find(|refusal| refusal.is_unanswered());
    let telling = || refusals().find(|refusal| !refusal.is_of_version());
    let found = open().or_else(telling).or_else(|| refusals().next()).cloned();
    let refusal = facts.plain_http.map(|_| Refusal::PlainHttp).or(found);
    refusal.map_or((Outcome::Unknown, Cause::NoChain), unspoken)
}

/// What a refused handshake means; nothing where it wasn't answered.
pub(super) fn unspoken(refusal: Refusal) -> Finding {
    if refusal.is_unanswered() {
        return UNANSWERED;
    }
    (Outcome::Fails, Cause::NoHandshake { refusal })
}

fn no_version(facts: &Facts, client: Client<'_>) -> Finding {
    let spoken = facts.versions.iter().filter(|version| is_spoken(version));
    let of_device = client.versions.iter();
    let cause = Cause::NoCommonVersion {
        device: of_device
            .filter_map(|version| Version::of_code(u16::from(*version)))
            .collect(),
        server: spoken.map(|version| version.version).collect(),
    };
    (Outcome::Fails, cause)
}

fn common_suites(spoken: &VersionFacts, client: Client<'_>) -> Result<Vec<Suite>, Finding> {
    let mut taken = spoken.suites.list.clone();
    let greeted = spoken.greeting.agreed().map(|agreed| agreed.suite);
    let opened = spoken
        .session
        .as_ref()
        .and_then(Session::opened)
        .map(|opened| opened.suite);
    for suite in greeted.into_iter().chain(opened) {
        if !taken.contains(&suite) {
            taken.push(suite);
        }
    }
    let offered = |suite: &Suite| client.suites.contains(&CipherSuite::from(suite.0));
    let common: Vec<_> = taken.iter().copied().filter(offered).collect();
    if common.is_empty() && !spoken.suites.is_complete {
        return Err(UNANSWERED);
    }
    if common.is_empty() {
        let version = spoken.version;
        let cause = Cause::NoCommonSuite {
            version,
            server: taken,
            ats: client.ats,
        };
        return Err((Outcome::Fails, cause));
    }
    Ok(common)
}

fn common_group(spoken: &VersionFacts, client: Client<'_>, suites: &[Suite]) -> Result<(), Finding> {
    let greeted = spoken.greeting.agreed().and_then(|agreed| agreed.group);
    let opened = spoken.session.as_ref().and_then(Session::opened);
    let opened = opened.and_then(|opened| opened.group);
    let mut taken = spoken.groups.list.iter().copied().chain(greeted).chain(opened);
    let is_common = taken.any(|group| client.groups.contains(&NamedGroup::from(group.0)));
    let is_needed = suites.iter().all(|suite| suite.needs_group());
    if is_common || !is_needed {
        return Ok(());
    }
    // A list that a bound has ended says nothing of what it lacks.
    if !spoken.groups.is_complete || !spoken.suites.is_complete {
        return Err(UNANSWERED);
    }
    if spoken.groups.list.is_empty() {
        return Ok(());
    }
    Err((
        Outcome::Fails,
        Cause::NoCommonGroup {
            version: spoken.version,
            server: spoken.groups.list.clone(),
            ats: client.ats,
        },
    ))
}

/// Whether a device takes proofs by this kind of key.
///
/// Before TLS 1.3 a curve has to be among the groups too (RFC 8422 §5.1).
pub(super) fn takes_key(client: Client<'_>, version: Version, kind: &KeyKind) -> bool {
    let named = |start: &str| {
        let mut names = client.schemes.iter().filter_map(SignatureScheme::as_str);
        names.any(|name| name.starts_with(start))
    };
    let is_13 = version == Version::Tls13;
    let curve = |scheme: &str, group: NamedGroup| {
        if is_13 {
            named(scheme)
        } else {
            client.groups.contains(&group) && (client.schemes.is_empty() || named("ECDSA_"))
        }
    };
    match kind {
        KeyKind::Rsa if is_13 => named("RSA_PSS_"),
        KeyKind::Rsa => client.schemes.is_empty() || named("RSA_"),
        KeyKind::P256 => curve("ECDSA_NISTP256_", NamedGroup::secp256r1),
        KeyKind::P384 => curve("ECDSA_NISTP384_", NamedGroup::secp384r1),
        KeyKind::P521 => curve("ECDSA_NISTP521_", NamedGroup::secp521r1),
        KeyKind::Ed25519 => version >= Version::Tls12 && named("ED25519"),
        KeyKind::Ed448 => version >= Version::Tls12 && named("ED448"),
        KeyKind::Dsa | KeyKind::Other(_) => !is_13,
    }
}
