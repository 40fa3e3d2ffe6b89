//! App Transport Security, beyond what every platform demands (rule T7).

use minigate_policy::Rule;
use rustls::CipherSuite;
use rustls::pki_types::CertificateDer;
use serde::{Deserialize, Serialize};
use x509_parser::certificate::X509Certificate;
use x509_parser::oid_registry as oid;
use x509_parser::public_key::PublicKey;

use crate::NetError;
use crate::chain::{self, algorithm_name};

/// A demand of App Transport Security that isn't met.
///
/// TLS 1.2, forward secrecy and a name in the certificate need no entry: no connection of ours lacks them.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize, thiserror::Error)]
#[serde(rename_all = "kebab-case", rename_all_fields = "camelCase")]
#[non_exhaustive]
pub enum AtsDemand {
    /// The server's certificate is signed with RSA or ECDSA and SHA-256 or better.
    #[error("the certificate is signed with {algorithm}, not with RSA or ECDSA and SHA-256 or better")]
    Signature {
        /// What it is signed with.
        algorithm: String,
    },
    /// The server's key is RSA of 2048 bits or ECC of 256 bits at least.
    #[error("the server's key is {key}, not RSA-2048 or ECC-256 at least")]
    Key {
        /// Its kind and, of RSA and ECC, its length in bits.
        key: String,
    },
    /// A certificate issued since 2019-07-01 says that it is for servers.
    #[error("the certificate doesn't say that it is for servers (serverAuth)")]
    Purpose,
    /// A certificate issued since 2019-07-01 is valid for 825 days at most; since 2020-09-01 and below a root that
    /// comes with the system, for 398.
    #[error("the certificate is valid for {days} days, more than {limit}")]
    Lifetime {
        /// How long it is valid, in days of 86,400 s; a day that has begun counts.
        days: i64,
        /// The longest time, in days.
        limit: i64,
    },
    /// The connection uses a suite of Apple's list.
    #[error("the connection uses {}, which is not on the list", .suite.as_str().unwrap_or("an unknown suite"))]
    Suite {
        /// The suite that the server chose.
        #[serde(with = "crate::number::suite")]
        suite: CipherSuite,
    },
}

impl AtsDemand {
    /// The rule that is broken: T7.
    #[must_use]
    pub const fn rule(&self) -> Rule {
        Rule::T7
    }

    /// Its number among the demands: 2 the suite, 3 the signature, 4 the key, 5 the purpose, 6 the lifetime.
    ///
    /// 1 is TLS 1.2, which no connection of ours lacks.
    #[must_use]
    pub const fn number(&self) -> u8 {
        match self {
            Self::Suite { .. } => 2,
            Self::Signature { .. } => 3,
            Self::Key { .. } => 4,
            Self::Purpose => 5,
            Self::Lifetime { .. } => 6,
        }
    }

    pub(crate) const fn net_error(&self) -> NetError {
        match self {
            Self::Signature { .. } => NetError::CERT_WEAK_SIGNATURE_ALGORITHM,
            Self::Key { .. } => NetError::CERT_WEAK_KEY,
            Self::Purpose => NetError::CERT_INVALID,
            Self::Lifetime { .. } => NetError::CERT_VALIDITY_TOO_LONG,
            Self::Suite { .. } => NetError::SSL_VERSION_OR_CIPHER_MISMATCH,
        }
    }
}

/// Whether the root behind a certificate comes with the system; asked only where it matters, since it costs a
/// verification.
pub(crate) type IsPreinstalled<'a> = &'a dyn Fn() -> bool;

/// The first demand that a server's certificate doesn't meet.
pub(crate) fn unmet(leaf: &X509Certificate<'_>, preinstalled: IsPreinstalled<'_>) -> Option<AtsDemand> {
    signature(leaf)
        .or_else(|| key(leaf))
        .or_else(|| purpose(leaf))
        .or_else(|| lifetime(leaf, preinstalled))
}

/// Every demand of App Transport Security that a server's certificate doesn't meet, in the order of their numbers
/// (rule T7).
///
/// A root that comes with the system allows a shorter life than one that was added. Nothing of a certificate that can't
/// be read; [`Trust::judge`](crate::Trust::judge) says so.
#[must_use]
pub fn ats_unmet(leaf: &CertificateDer<'_>, is_preinstalled: bool) -> Vec<AtsDemand> {
    let Ok(leaf) = chain::read(leaf) else {
        return Vec::new();
    };
    let each = [
        signature(&leaf),
        key(&leaf),
        purpose(&leaf),
        lifetime(&leaf, &|| is_preinstalled),
    ];
    each.into_iter().flatten().collect()
}

fn signature(leaf: &X509Certificate<'_>) -> Option<AtsDemand> {
    let algorithm = &leaf.signature_algorithm.algorithm;
    let strong = [
        oid::OID_PKCS1_SHA256WITHRSA,
        oid::OID_PKCS1_SHA384WITHRSA,
        oid::OID_PKCS1_SHA512WITHRSA,
        // The verification before this one takes it with SHA-256 or better only.
        oid::OID_PKCS1_RSASSAPSS,
        oid::OID_SIG_ECDSA_WITH_SHA256,
        oid::OID_SIG_ECDSA_WITH_SHA384,
        oid::OID_SIG_ECDSA_WITH_SHA512,
    ];
    (!strong.contains(algorithm)).then(|| AtsDemand::Signature {
        algorithm: algorithm_name(algorithm),
    })
}

fn key(leaf: &X509Certificate<'_>) -> Option<AtsDemand> {
    let key = leaf.public_key();
    let (key, is_strong) = match key.parsed() {
        Ok(PublicKey::RSA(rsa)) => (format!("RSA-{}", rsa.key_size()), rsa.key_size() >= 2048),
        Ok(PublicKey::EC(point)) => (format!("ECC-{}", point.key_size()), point.key_size() >= 256),
        _ => (algorithm_name(&key.algorithm.algorithm), false),
    };
    (!is_strong).then_some(AtsDemand::Key { key })
}

fn purpose(leaf: &X509Certificate<'_>) -> Option<AtsDemand> {
    let says_so = leaf
        .extended_key_usage()
        .ok()
        .flatten()
        .is_some_and(|usage| usage.value.server_auth);
    (issued_at(leaf) >= JULY_2019 && !says_so).then_some(AtsDemand::Purpose)
}

fn lifetime(leaf: &X509Certificate<'_>, preinstalled: IsPreinstalled<'_>) -> Option<AtsDemand> {
    let issued = issued_at(leaf);
    // The last second counts (RFC 5280 §4.1.2.5), and so does a day that has only begun.
    let seconds = leaf.validity().not_after.timestamp() - issued + 1;
    let days = seconds.div_euclid(DAY) + i64::from(seconds.rem_euclid(DAY) > 0);
    let over = |limit: i64| (days > limit).then_some(AtsDemand::Lifetime { days, limit });
    if issued < JULY_2019 {
        return None;
    }
    over(825).or_else(|| over(398).filter(|_| issued >= SEPTEMBER_2020 && preinstalled()))
}

fn issued_at(leaf: &X509Certificate<'_>) -> i64 {
    leaf.validity().not_before.timestamp()
}

const DAY: i64 = 24 * 60 * 60;
/// 2019-07-01, midnight UTC.
const JULY_2019: i64 = 1_561_939_200;
/// 2020-09-01, midnight UTC.
const SEPTEMBER_2020: i64 = 1_598_918_400;

#[cfg(test)]
mod tests {
    use rcgen::{CertificateParams, ExtendedKeyUsagePurpose, KeyPair, date_time_ymd};
    use rustls::pki_types::CertificateDer;

    use super::*;
    use crate::chain::read;

    #[test]
    fn t7_a_root_that_comes_with_the_system_allows_398_days() {
        // The first and the last second both count.
        let longest = certificate(2020, 398 * DAY - 1);
        let longer = certificate(2020, 398 * DAY);

        assert_eq!(unmet(&read(&longest).unwrap(), &|| true), None);
        assert_eq!(
            unmet(&read(&longer).unwrap(), &|| true),
            Some(AtsDemand::Lifetime {
                days: 399,
                limit: 398
            })
        );
    }

    #[test]
    fn t7_a_root_that_was_added_allows_825_days() {
        let certificate = certificate(2020, 399 * DAY);

        assert_eq!(unmet(&read(&certificate).unwrap(), &|| false), None);
    }

    #[test]
    fn t7_a_certificate_from_before_september_2020_may_live_825_days() {
        let certificate = certificate(2019, 399 * DAY);

        assert_eq!(unmet(&read(&certificate).unwrap(), &|| true), None);
    }

    /// A certificate that begins in September of a year and ends so many seconds later.
    fn certificate(year: i32, seconds: i64) -> CertificateDer<'static> {
        let mut params = CertificateParams::new(["a.example".to_owned()]).unwrap();
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.not_before = date_time_ymd(year, 9, 1);
        params.not_after = params.not_before + std::time::Duration::from_secs(seconds.try_into().unwrap());
        params
            .self_signed(&KeyPair::generate().unwrap())
            .unwrap()
            .der()
            .clone()
    }
}
