//! One certificate, read for what any certificate says; pure.

use std::fmt;
use std::sync::LazyLock;

use data_encoding::HEXLOWER;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::{DistributionPointName, GeneralName, ParsedExtension};
use x509_parser::oid_registry::{
    OID_EC_P256, OID_KEY_TYPE_DSA, OID_KEY_TYPE_EC_PUBLIC_KEY, OID_NIST_EC_P384, OID_NIST_EC_P521,
    OID_PKCS1_RSASSAPSS, OID_PKIX_ACCESS_DESCRIPTOR_CA_ISSUERS, OID_PKIX_ACCESS_DESCRIPTOR_OCSP,
    OID_SIG_ED448, OID_SIG_ED25519, Oid, OidRegistry,
};
use x509_parser::prelude::FromDer;
use x509_parser::public_key::PublicKey;
use x509_parser::signature_algorithm::SignatureAlgorithm;
use x509_parser::x509::{AlgorithmIdentifier, SubjectPublicKeyInfo, X509Name};

/// What a certificate says of itself.
///
/// Names and addresses come from the certificate, so they are foreign text: escape them before printing.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CertificateFacts {
    /// Whose it is: the common name, else the whole name.
    pub subject: String,
    /// Who issued it, likewise.
    pub issuer: String,
    /// The issuer's number for it, hexadecimal.
    pub serial: String,
    /// SHA-256 of the whole, hexadecimal.
    pub fingerprint: String,
    /// The subject's key identifier, hexadecimal (RFC 5280 §4.2.1.2).
    pub key_id: Option<String>,
    /// The issuer's key identifier, hexadecimal (RFC 5280 §4.2.1.1).
    pub issuer_key_id: Option<String>,
    /// The first moment of its validity.
    pub not_before: Timestamp,
    /// The last one.
    pub not_after: Timestamp,
    /// Whether it names itself as its issuer.
    pub is_self_issued: bool,
    /// Whether it may issue others (RFC 5280 §4.2.1.9).
    pub is_authority: bool,
    /// The subject's key.
    pub key: Key,
    /// What it is signed with.
    pub signature: Signature,
    /// Where the issuer's certificate is published over HTTP.
    pub issuer_urls: Vec<String>,
    /// Where its state can be asked for (OCSP).
    pub ocsp_urls: Vec<String>,
    /// Where lists of revoked certificates are published.
    pub crl_urls: Vec<String>,
}

/// A public key.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Key {
    /// Its kind.
    pub kind: KeyKind,
    /// Its length in bits, where that says how strong it is.
    pub bits: Option<usize>,
}

/// The kind of a key.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum KeyKind {
    /// RSA.
    Rsa,
    /// NIST's P-256.
    P256,
    /// NIST's P-384.
    P384,
    /// NIST's P-521.
    P521,
    /// Ed25519.
    Ed25519,
    /// Ed448.
    Ed448,
    /// DSA.
    Dsa,
    /// Another one, by its name or object identifier.
    Other(String),
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match &self.kind {
            KeyKind::Rsa => "RSA",
            KeyKind::P256 => return f.write_str("P-256"),
            KeyKind::P384 => return f.write_str("P-384"),
            KeyKind::P521 => return f.write_str("P-521"),
            KeyKind::Ed25519 => return f.write_str("Ed25519"),
            KeyKind::Ed448 => return f.write_str("Ed448"),
            KeyKind::Dsa => "DSA",
            KeyKind::Other(name) => name,
        };
        match self.bits {
            Some(bits) => write!(f, "{name}-{bits}"),
            None => f.write_str(name),
        }
    }
}

/// What a certificate is signed with.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Signature {
    /// The algorithm's usual name, else its object identifier.
    pub algorithm: String,
    /// What is hashed with, where the algorithm leaves a choice and the choice is known.
    pub hash: Option<Hash>,
}

/// A hash, the broken ones first.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum Hash {
    /// MD2; broken.
    Md2,
    /// MD5; broken since 2004.
    Md5,
    /// SHA-1; broken since 2017.
    Sha1,
    /// SHA-224.
    Sha224,
    /// SHA-256.
    Sha256,
    /// SHA-384.
    Sha384,
    /// SHA-512.
    Sha512,
}

impl Hash {
    /// Whether somebody could make another certificate with the same signature.
    #[must_use]
    pub const fn is_broken(self) -> bool {
        matches!(self, Self::Md2 | Self::Md5 | Self::Sha1)
    }
}

impl CertificateFacts {
    /// Reads a certificate in DER.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn read(der: &[u8]) -> Result<Self, Unreadable> {
        Ok(Self::of(&parse(der)?, der))
    }

    pub(crate) fn of(certificate: &X509Certificate<'_>, der: &[u8]) -> Self {
        let validity = certificate.validity();
        let mut facts = Self {
            subject: name(certificate.subject()),
            issuer: name(certificate.issuer()),
            serial: HEXLOWER.encode(certificate.raw_serial()),
            fingerprint: HEXLOWER.encode(&Sha256::digest(der)),
            key_id: None,
            issuer_key_id: None,
            not_before: moment(validity.not_before.timestamp()),
            not_after: moment(validity.not_after.timestamp()),
            is_self_issued: false,
            is_authority: certificate.is_ca(),
            key: key(certificate.public_key()),
            signature: signature(&certificate.signature_algorithm),
            issuer_urls: Vec::new(),
            ocsp_urls: Vec::new(),
            crl_urls: Vec::new(),
        };
        for extension in certificate.iter_extensions() {
            facts.note(extension.parsed_extension());
        }
        // As the verification links certificates: where both are given, they tell an authority and its namesake apart.
        let is_own_key = match (&facts.key_id, &facts.issuer_key_id) {
            (Some(own), Some(issuer)) => own == issuer,
            _ => true,
        };
        facts.is_self_issued = is_own_key && certificate.subject().as_raw() == certificate.issuer().as_raw();
        facts
    }

    fn note(&mut self, extension: &ParsedExtension<'_>) {
        match extension {
            ParsedExtension::SubjectKeyIdentifier(id) => self.key_id = Some(HEXLOWER.encode(id.0)),
            ParsedExtension::AuthorityKeyIdentifier(id) => {
                self.issuer_key_id = id.key_identifier.as_ref().map(|id| HEXLOWER.encode(id.0));
            }
            ParsedExtension::AuthorityInfoAccess(access) => {
                for entry in access.iter() {
                    if entry.access_method == OID_PKIX_ACCESS_DESCRIPTOR_CA_ISSUERS {
                        self.issuer_urls.extend(url(&entry.access_location));
                    } else if entry.access_method == OID_PKIX_ACCESS_DESCRIPTOR_OCSP {
                        self.ocsp_urls.extend(url(&entry.access_location));
                    }
                }
            }
            ParsedExtension::CRLDistributionPoints(points) => {
                let points = points
                    .iter()
                    .filter_map(|point| point.distribution_point.as_ref());
                for point in points {
                    if let DistributionPointName::FullName(names) = point {
                        self.crl_urls.extend(names.iter().filter_map(url));
                    }
                }
            }
            _ => {}
        }
    }
}

/// Why a value of a certificate or a response can't be read.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize, thiserror::Error)]
#[error("it can't be read: {reason}")]
pub struct Unreadable {
    /// What is wrong.
    pub reason: String,
}

impl Unreadable {
    #[expect(clippy::needless_pass_by_value, reason = "errors are mapped by it")]
    pub(crate) fn because(reason: impl ToString) -> Self {
        Self {
            reason: reason.to_string(),
        }
    }
}

pub(crate) fn parse(der: &[u8]) -> Result<X509Certificate<'_>, Unreadable> {
    match X509Certificate::from_der(der) {
        Ok(([], certificate)) => Ok(certificate),
        Ok(_) => Err(Unreadable::because("bytes follow the certificate")),
        Err(error) => Err(Unreadable::because(error)),
    }
}

pub(crate) fn moment(second: i64) -> Timestamp {
    let farthest = if second < 0 {
        Timestamp::MIN
    } else {
        Timestamp::MAX
    };
    Timestamp::from_second(second).unwrap_or(farthest)
}

pub(crate) fn name(name: &X509Name<'_>) -> String {
    let common = name.iter_common_name().next().and_then(|name| name.as_str().ok());
    common.map_or_else(|| name.to_string(), ToOwned::to_owned)
}

/// People can follow HTTP only; some authorities publish over LDAP too.
fn url(name: &GeneralName<'_>) -> Option<String> {
    match name {
        GeneralName::URI(url) if url.starts_with("http") => Some((*url).to_owned()),
        _ => None,
    }
}

fn key(key: &SubjectPublicKeyInfo<'_>) -> Key {
    let algorithm = &key.algorithm.algorithm;
    if let Ok(PublicKey::RSA(rsa)) = key.parsed() {
        return Key {
            kind: KeyKind::Rsa,
            bits: Some(bits(rsa.modulus)),
        };
    }
    let kind = if *algorithm == OID_KEY_TYPE_EC_PUBLIC_KEY {
        curve(&key.algorithm)
    } else if *algorithm == OID_SIG_ED25519 {
        KeyKind::Ed25519
    } else if *algorithm == OID_SIG_ED448 {
        KeyKind::Ed448
    } else if *algorithm == OID_KEY_TYPE_DSA {
        KeyKind::Dsa
    } else {
        KeyKind::Other(algorithm_name(algorithm))
    };
    Key {
        bits: kind.bits(),
        kind,
    }
}

impl KeyKind {
    const fn bits(&self) -> Option<usize> {
        match self {
            Self::P256 => Some(256),
            Self::P384 => Some(384),
            Self::P521 => Some(521),
            _ => None,
        }
    }
}

fn curve(algorithm: &AlgorithmIdentifier<'_>) -> KeyKind {
    let curve = algorithm
        .parameters
        .as_ref()
        .and_then(|curve| curve.as_oid().ok());
    match curve {
        Some(curve) if curve == OID_EC_P256 => KeyKind::P256,
        Some(curve) if curve == OID_NIST_EC_P384 => KeyKind::P384,
        Some(curve) if curve == OID_NIST_EC_P521 => KeyKind::P521,
        Some(curve) => KeyKind::Other(algorithm_name(&curve)),
        None => KeyKind::Other(algorithm_name(&algorithm.algorithm)),
    }
}

fn bits(number: &[u8]) -> usize {
    let zeros = number.iter().take_while(|byte| **byte == 0).count();
    let first = number.get(zeros).map_or(0, |byte| byte.leading_zeros() as usize);
    (number.len() - zeros) * 8 - first
}

fn signature(algorithm: &AlgorithmIdentifier<'_>) -> Signature {
    let name = algorithm_name(&algorithm.algorithm);
    let hashed_by = if algorithm.algorithm == OID_PKCS1_RSASSAPSS {
        match SignatureAlgorithm::try_from(algorithm) {
            Ok(SignatureAlgorithm::RSASSA_PSS(params)) => algorithm_name(params.hash_algorithm_oid()),
            _ => String::new(),
        }
    } else {
        name.clone()
    };
    Signature {
        hash: hash(&hashed_by),
        algorithm: name,
    }
}

/// The hash that an algorithm's name names.
fn hash(algorithm: &str) -> Option<Hash> {
    let name = algorithm.to_ascii_lowercase().replace('-', "");
    let known = [
        ("md2", Hash::Md2),
        ("md5", Hash::Md5),
        ("sha1", Hash::Sha1),
        ("sha224", Hash::Sha224),
        ("sha256", Hash::Sha256),
        ("sha384", Hash::Sha384),
        ("sha512", Hash::Sha512),
    ];
    known
        .into_iter()
        .find(|(part, _)| name.contains(part))
        .map(|(_, hash)| hash)
}

pub(crate) fn algorithm_name(algorithm: &Oid<'_>) -> String {
    static KNOWN: LazyLock<OidRegistry<'static>> =
        LazyLock::new(|| OidRegistry::default().with_crypto().with_x509());
    KNOWN
        .get(algorithm)
        .map_or_else(|| algorithm.to_id_string(), |entry| entry.sn().to_owned())
}
