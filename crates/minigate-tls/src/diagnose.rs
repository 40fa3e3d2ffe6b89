//! Why a chain was refused.

use jiff::Timestamp;
use rustls::CertificateError;
use rustls::pki_types::UnixTime;
use x509_parser::certificate::X509Certificate;
use x509_parser::oid_registry::Oid;
use x509_parser::prelude::FromDer;

use crate::chain::{
    Chain, Presented, algorithm_name, ca_issuers_url, common_name, is_self_signed, issuer_key_id, name_of,
    names, purposes,
};
use crate::roots::{Roots, is_public_root};
use crate::{CertificateFault, ChainFlaw};

/// Tells why the verification refused what a server presented.
///
/// A certificate that vouches for itself is told first, whatever else is wrong with it: no other cure helps.
pub(crate) fn diagnose(error: &rustls::Error, presented: &Presented<'_>, roots: &Roots) -> CertificateFault {
    match Chain::read(presented) {
        Ok(chain) if is_self_signed(&chain.leaf) && !is_trusted(&chain.leaf, roots) => {
            self_signed(&chain.leaf, false)
        }
        Ok(chain) => told_by(error, &chain, presented, roots),
        Err(unreadable) => unreadable,
    }
}

/// The fault of a certificate that vouches for itself.
pub(crate) fn self_signed(leaf: &X509Certificate<'_>, forbidden: bool) -> CertificateFault {
    CertificateFault::SelfSigned {
        subject: name_of(leaf.subject()),
        forbidden,
    }
}

fn is_trusted(certificate: &X509Certificate<'_>, roots: &Roots) -> bool {
    roots.have_key(certificate.subject().as_raw(), certificate.public_key().raw)
}

fn told_by(
    error: &rustls::Error,
    chain: &Chain<'_>,
    presented: &Presented<'_>,
    roots: &Roots,
) -> CertificateFault {
    let rustls::Error::InvalidCertificate(error) = error else {
        return refused(ChainFlaw::other(error));
    };
    let now = timestamp(presented.now);
    match error {
        CertificateError::ExpiredContext { not_after, .. } => expired(chain, *not_after, now),
        CertificateError::NotValidYetContext { not_before, .. } => not_yet_valid(chain, *not_before, now),
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            wrong_name(chain, presented)
        }
        CertificateError::UnknownIssuer => dead_end(chain.path().top, roots),
        CertificateError::BadSignature => bad_signature(chain, roots),
        CertificateError::InvalidPurpose | CertificateError::InvalidPurposeContext { .. } => {
            CertificateFault::NotForServers {
                subject: name_of(chain.leaf.subject()),
                purposes: purposes(&chain.leaf),
            }
        }
        CertificateError::UnsupportedSignatureAlgorithmContext {
            signature_algorithm_id,
            ..
        } => weak_signature(signature_algorithm_id),
        CertificateError::BadEncoding | CertificateError::UnhandledCriticalExtension => {
            CertificateFault::Malformed {
                reason: error.to_string(),
            }
        }
        _ if chain.leaf.is_ca() => CertificateFault::AuthorityAsServer {
            subject: name_of(chain.leaf.subject()),
        },
        other => refused(ChainFlaw::of(other)),
    }
}

fn expired(chain: &Chain<'_>, not_after: UnixTime, now: Timestamp) -> CertificateFault {
    let not_after = timestamp(not_after);
    CertificateFault::Expired {
        subject: subject_of(chain, |one| {
            one.validity().not_after.timestamp() == not_after.as_second()
        }),
        not_after,
        now,
    }
}

fn not_yet_valid(chain: &Chain<'_>, not_before: UnixTime, now: Timestamp) -> CertificateFault {
    let not_before = timestamp(not_before);
    CertificateFault::NotYetValid {
        subject: subject_of(chain, |one| {
            one.validity().not_before.timestamp() == not_before.as_second()
        }),
        not_before,
        now,
    }
}

fn subject_of(chain: &Chain<'_>, is_meant: impl Fn(&X509Certificate<'_>) -> bool) -> String {
    let meant = chain.iter().find(|one| is_meant(one)).unwrap_or(&chain.leaf);
    name_of(meant.subject())
}

fn wrong_name(chain: &Chain<'_>, presented: &Presented<'_>) -> CertificateFault {
    CertificateFault::WrongName {
        wanted: presented.name.to_str().into_owned(),
        presented: names(&chain.leaf),
        common_name: common_name(&chain.leaf),
    }
}

fn bad_signature(chain: &Chain<'_>, roots: &Roots) -> CertificateFault {
    let path = chain.path();
    path.break_point()
        .map_or_else(|| dead_end(path.top, roots), not_signed)
}

/// Tells a certificate that the server leaves out (rule T5) apart from a root that isn't trusted (rule T2).
///
/// Both end at an issuer that is neither sent nor trusted, so it takes judgement. It is an untrusted root if it vouches
/// for itself or is one of Mozilla's roots, and a missing certificate if its authority publishes it: public authorities
/// have to publish and never issue from the root, private ones seldom publish and often issue from the root.
fn dead_end(top: &X509Certificate<'_>, roots: &Roots) -> CertificateFault {
    let issuer = top.issuer();
    if !is_self_signed(top) {
        if roots.have_subject(issuer.as_raw()) {
            return not_signed(top);
        }
        if let Some(url) = ca_issuers_url(top).filter(|_| !is_public_root(issuer.as_raw())) {
            return missing_intermediate(top, url);
        }
    }
    CertificateFault::UnknownRoot {
        issuer: name_of(issuer),
    }
}

fn missing_intermediate(top: &X509Certificate<'_>, ca_issuers_url: String) -> CertificateFault {
    CertificateFault::MissingIntermediate {
        subject: name_of(top.subject()),
        issuer: name_of(top.issuer()),
        issuer_key_id: issuer_key_id(top).map(hexadecimal),
        ca_issuers_url,
    }
}

fn not_signed(top: &X509Certificate<'_>) -> CertificateFault {
    CertificateFault::NotSignedByIssuer {
        subject: name_of(top.subject()),
        issuer: name_of(top.issuer()),
    }
}

fn weak_signature(algorithm_id: &[u8]) -> CertificateFault {
    CertificateFault::WeakSignature {
        algorithm: Oid::from_der(algorithm_id).map_or_else(
            |_| hexadecimal(algorithm_id),
            |(_, algorithm)| algorithm_name(&algorithm),
        ),
    }
}

const fn refused(reason: ChainFlaw) -> CertificateFault {
    CertificateFault::Refused { reason }
}

fn timestamp(time: UnixTime) -> Timestamp {
    i64::try_from(time.as_secs())
        .ok()
        .and_then(|second| Timestamp::from_second(second).ok())
        .unwrap_or(Timestamp::MAX)
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
