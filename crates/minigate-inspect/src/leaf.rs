//! A server's own certificate; pure.
//!
//! ```
//! use minigate_inspect::leaf::LeafFacts;
//! use minigate_inspect::probe::SentChain;
//!
//! // Of a probe: `facts.chain()` and the staple of the same handshake.
//! let nothing = LeafFacts::read(&SentChain(Vec::new()), None, "api.example.com", jiff::Timestamp::UNIX_EPOCH);
//! assert!(nothing.is_err());
//! ```

use data_encoding::HEXLOWER;
use jiff::Timestamp;
use rustls::CertificateError;
use rustls::client::verify_server_name;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::server::ParsedCertificate;
use serde::{Deserialize, Serialize};
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::ParsedExtension;
use x509_parser::oid_registry::Oid;
use x509_parser::prelude::FromDer;

use crate::certificate::{CertificateFacts, Unreadable, parse};
use crate::lifetime::Lifetime;
use crate::ocsp::Revocation;
use crate::probe::{Der, SentChain};

/// What a server's certificate says, and what it is worth for a host.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LeafFacts {
    /// What any certificate says.
    pub certificate: CertificateFacts,
    /// The names and addresses that it is for (RFC 5280 §4.2.1.6).
    pub names: Vec<String>,
    /// The common name of its subject, which hasn't counted since RFC 6125.
    pub common_name: Option<String>,
    /// Whether the host is among them (rule T3).
    pub name_match: NameMatch,
    /// How long it is valid, and whether that is allowed.
    pub lifetime: Lifetime,
    /// What it may be used for, by the names of RFC 5280 §4.2.1.12; none where it doesn't say.
    pub purposes: Vec<String>,
    /// The stamps of logs within it (RFC 6962).
    pub stamps: Stamps,
    /// Whether it demands a stapled response (RFC 7633).
    pub must_staple: bool,
    /// Whether it is revoked, as far as the server tells it.
    pub revocation: Revocation,
}

/// Whether a certificate is for a host.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase", tag = "kind")]
pub enum NameMatch {
    /// It names the host, or an address that is meant.
    Exact,
    /// It names all hosts of the domain.
    Wildcard {
        /// As `*.example.com`.
        pattern: String,
    },
    /// It isn't for the host: a wildcard stands for one label, and the host has more, or none.
    WildcardDepth {
        /// As `*.example.com`.
        pattern: String,
    },
    /// It isn't for the host: only its subject's common name is.
    CommonNameOnly,
    /// It isn't for the host.
    None,
    /// The verification can't read the certificate or its names, so none of them counts.
    Unreadable {
        /// What it says.
        reason: String,
    },
}

impl NameMatch {
    /// Whether the verification takes it.
    #[must_use]
    pub const fn is_match(&self) -> bool {
        matches!(self, Self::Exact | Self::Wildcard { .. })
    }
}

/// Proofs that a certificate was published. They aren't verified: that takes the logs' keys.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Stamps {
    /// The log of each stamp, by its identifier, hexadecimal.
    pub logs: Vec<String>,
    /// The earliest of the stamps.
    pub earliest: Option<Timestamp>,
}

impl LeafFacts {
    /// Reads the first certificate of a chain, with what was stapled to it.
    ///
    /// # Errors
    /// Where there is none, or it can't be read.
    pub fn read(
        chain: &SentChain,
        staple: Option<&Der>,
        host: &str,
        now: Timestamp,
    ) -> Result<Self, Unreadable> {
        let der = &chain
            .0
            .first()
            .ok_or_else(|| Unreadable::because("there is none"))?
            .0;
        let leaf = parse(der)?;
        let certificate = CertificateFacts::of(&leaf, der);
        let names = minigate_tls::names(&leaf);
        let common_name = common_name(&leaf);
        Ok(Self {
            name_match: name_match(der, host, &names, common_name.as_deref()),
            lifetime: Lifetime::of(&certificate, now),
            purposes: purposes(&leaf),
            stamps: stamps(&leaf),
            must_staple: must_staple(&leaf),
            revocation: staple.map_or(Revocation::NotStapled, |staple| {
                Revocation::read(&staple.0, der, issuer(chain))
            }),
            certificate,
            names,
            common_name,
        })
    }
}

fn issuer(chain: &SentChain) -> Option<&[u8]> {
    let place = *minigate_tls::way_up(&chain.certificates()).get(1)?;
    chain.0.get(place).map(|der| der.0.as_slice())
}

fn common_name(leaf: &X509Certificate<'_>) -> Option<String> {
    let name = leaf.subject().iter_common_name().next()?;
    name.as_str().ok().map(ToOwned::to_owned)
}

/// The verdict is the verification's own; only the reason is found here.
fn name_match(der: &[u8], host: &str, names: &[String], common_name: Option<&str>) -> NameMatch {
    let wildcard = |fits: fn(&str, &str) -> bool| {
        let patterns = names.iter().filter(|name| name.starts_with("*."));
        patterns.clone().find(|pattern| fits(pattern, host)).cloned()
    };
    let is_for = match is_for(der, host) {
        Ok(is_for) => is_for,
        Err(reason) => return NameMatch::Unreadable { reason },
    };
    if is_for {
        let is_named = names.iter().any(|name| is_same(name, host));
        let pattern = (!is_named).then(|| wildcard(is_under)).flatten();
        return pattern.map_or(NameMatch::Exact, |pattern| NameMatch::Wildcard { pattern });
    }
    if let Some(pattern) = wildcard(is_under) {
        return NameMatch::WildcardDepth { pattern };
    }
    if names.is_empty() && common_name.is_some_and(|name| is_same(name, host)) {
        return NameMatch::CommonNameOnly;
    }
    NameMatch::None
}

fn is_for(der: &[u8], host: &str) -> Result<bool, String> {
    let der = CertificateDer::from(der);
    let certificate = ParsedCertificate::try_from(&der).map_err(|error| error.to_string())?;
    let Ok(name) = ServerName::try_from(host) else {
        return Ok(false);
    };
    match verify_server_name(&certificate, &name) {
        Ok(()) => Ok(true),
        Err(rustls::Error::InvalidCertificate(
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
        )) => Ok(false),
        Err(other) => Err(other.to_string()),
    }
}

fn is_same(name: &str, host: &str) -> bool {
    name.trim_end_matches('.')
        .eq_ignore_ascii_case(host.trim_end_matches('.'))
}

/// Whether a host lies somewhere below the domain of a wildcard, or is that domain.
fn is_under(pattern: &str, host: &str) -> bool {
    let domain = pattern.trim_start_matches('*').to_ascii_lowercase();
    format!(".{}", host.trim_end_matches('.').to_ascii_lowercase()).ends_with(&domain)
}

fn purposes(leaf: &X509Certificate<'_>) -> Vec<String> {
    let Ok(Some(usage)) = leaf.extended_key_usage() else {
        return Vec::new();
    };
    let usage = usage.value;
    let known = [
        (usage.any, "anyExtendedKeyUsage"),
        (usage.server_auth, "serverAuth"),
        (usage.client_auth, "clientAuth"),
        (usage.code_signing, "codeSigning"),
        (usage.email_protection, "emailProtection"),
        (usage.time_stamping, "timeStamping"),
        (usage.ocsp_signing, "OCSPSigning"),
    ];
    let known = known.iter().filter(|(is_set, _)| *is_set);
    let known = known.map(|(_, name)| (*name).to_owned());
    known.chain(usage.other.iter().map(Oid::to_id_string)).collect()
}

fn stamps(leaf: &X509Certificate<'_>) -> Stamps {
    let stamps = leaf
        .iter_extensions()
        .find_map(|extension| match extension.parsed_extension() {
            ParsedExtension::SCT(stamps) => Some(stamps),
            _ => None,
        });
    let stamps = stamps.map(Vec::as_slice).unwrap_or_default();
    let earliest = stamps.iter().map(|stamp| stamp.timestamp).min();
    Stamps {
        logs: stamps
            .iter()
            .map(|stamp| HEXLOWER.encode(stamp.id.key_id))
            .collect(),
        earliest: earliest.and_then(|at| Timestamp::from_millisecond(at.try_into().ok()?).ok()),
    }
}

fn must_staple(leaf: &X509Certificate<'_>) -> bool {
    let feature = leaf
        .iter_extensions()
        .find(|extension| extension.oid == TLS_FEATURE);
    let features = feature.and_then(|feature| <Vec<u32>>::from_der(feature.value).ok());
    features.is_some_and(|(_, features)| features.contains(&STATUS_REQUEST))
}

const TLS_FEATURE: Oid<'static> = x509_parser::der_parser::oid!(1.3.6.1.5.5.7.1.24);
const STATUS_REQUEST: u32 = 5;
