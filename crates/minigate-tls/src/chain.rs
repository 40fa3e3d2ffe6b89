//! The certificates that a server sends, read for their meaning.

use std::net::IpAddr;

use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use x509_parser::certificate::X509Certificate;
use x509_parser::error::X509Error;
use x509_parser::extensions::{ExtendedKeyUsage, GeneralName, ParsedExtension};
use x509_parser::oid_registry::{self, Oid, OidRegistry};
use x509_parser::prelude::FromDer;
use x509_parser::x509::X509Name;

use crate::CertificateFault;

/// What a server presents, and what is expected of it.
#[derive(Clone, Copy)]
pub(crate) struct Presented<'a> {
    pub(crate) leaf: &'a CertificateDer<'a>,
    pub(crate) others: &'a [CertificateDer<'a>],
    pub(crate) name: &'a ServerName<'a>,
    pub(crate) now: UnixTime,
}

/// The certificates of a server that could be read.
pub(crate) struct Chain<'a> {
    pub(crate) leaf: X509Certificate<'a>,
    others: Vec<X509Certificate<'a>>,
}

impl<'a> Chain<'a> {
    pub(crate) fn read(presented: &Presented<'a>) -> Result<Self, CertificateFault> {
        let others = presented.others.iter();
        Ok(Self {
            leaf: read(presented.leaf)?,
            others: others.filter_map(|other| read(other).ok()).collect(),
        })
    }

    /// The certificates in the order in which they were sent.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &X509Certificate<'a>> {
        std::iter::once(&self.leaf).chain(&self.others)
    }

    /// The way up from the server's certificate, by issuer; what leads elsewhere is left aside.
    pub(crate) fn path(&self) -> Path<'_, 'a> {
        let mut below = Vec::new();
        let mut top = &self.leaf;
        // A way is no longer than what was sent, so a circle ends too.
        while below.len() < self.others.len() && !is_self_signed(top) {
            let Some(issuer) = self.issuer_of(top) else {
                break;
            };
            below.push((top, issuer));
            top = issuer;
        }
        Path { below, top }
    }

    /// Of an authority's certificates for one key, the first that outlives the server's own; an older one may be there
    /// still beside its renewal.
    fn issuer_of(&self, issued: &X509Certificate<'_>) -> Option<&X509Certificate<'a>> {
        let mut issuers = self.others.iter().filter(|other| has_issued(other, issued));
        let end = self.leaf.validity().not_after;
        let mut lasting = issuers
            .clone()
            .filter(|issuer| issuer.validity().not_after >= end);
        lasting.next().or_else(|| issuers.next())
    }
}

/// The way up among certificates as a server sent them, by their places: the server's own first, each followed by its
/// issuer.
///
/// Links are by name and key identifier, as the verification's are; signatures aren't looked at. It ends at a
/// certificate that names itself as its issuer, or at one whose issuer wasn't sent. Certificates that can't be read
/// are on no way, and if the first can't be, there is none.
///
/// ```
/// assert!(minigate_tls::way_up(&[]).is_empty());
/// ```
#[must_use]
pub fn way_up(sent: &[CertificateDer<'_>]) -> Vec<usize> {
    let Some((Ok(leaf), others)) = sent.split_first().map(|(first, others)| (read(first), others)) else {
        return Vec::new();
    };
    let others = others.iter().enumerate();
    let readable = others.filter_map(|(place, other)| Some((place + 1, read(other).ok()?)));
    let (places, others): (Vec<_>, Vec<_>) = readable.unzip();
    let chain = Chain { leaf, others };
    let path = chain.path();
    let issuers = path.below.iter().filter_map(|(_, issuer)| {
        let place = chain.others.iter().position(|other| std::ptr::eq(other, *issuer));
        places.get(place?).copied()
    });
    std::iter::once(0).chain(issuers).collect()
}

/// The way up from a server's certificate.
pub(crate) struct Path<'c, 'a> {
    /// Each certificate whose issuer was sent, with that issuer.
    below: Vec<(&'c X509Certificate<'a>, &'c X509Certificate<'a>)>,
    /// The last certificate; whoever issued it wasn't sent, unless it did so itself.
    pub(crate) top: &'c X509Certificate<'a>,
}

impl<'c, 'a> Path<'c, 'a> {
    /// The first certificate which the key of its issuer didn't sign.
    pub(crate) fn break_point(&self) -> Option<&'c X509Certificate<'a>> {
        let mut links = self.below.iter();
        let broken = links.find(|(issued, issuer)| {
            let verdict = issued.verify_signature(Some(issuer.public_key()));
            verdict == Err(X509Error::SignatureVerificationError)
        });
        broken.map(|(issued, _)| *issued)
    }
}

/// Reads one certificate.
pub(crate) fn read<'a>(der: &'a CertificateDer<'_>) -> Result<X509Certificate<'a>, CertificateFault> {
    X509Certificate::from_der(der)
        .map(|(_, certificate)| certificate)
        .map_err(|error| CertificateFault::Malformed {
            reason: error.to_string(),
        })
}

/// Whether a certificate says that its own key signed it.
///
/// Signatures aren't looked at: keys that are too weak for that sign themselves too. Where both key identifiers are
/// given they tell an authority and its namesake apart.
pub(crate) fn is_self_signed(certificate: &X509Certificate<'_>) -> bool {
    has_issued(certificate, certificate)
}

fn has_issued(issuer: &X509Certificate<'_>, issued: &X509Certificate<'_>) -> bool {
    let fits = match (key_id(issuer), issuer_key_id(issued)) {
        (Some(has), Some(wants)) => has == wants,
        _ => true,
    };
    fits && issuer.subject().as_raw() == issued.issuer().as_raw()
}

fn key_id<'a>(certificate: &'a X509Certificate<'_>) -> Option<&'a [u8]> {
    certificate
        .iter_extensions()
        .find_map(|extension| match extension.parsed_extension() {
            ParsedExtension::SubjectKeyIdentifier(id) => Some(id.0),
            _ => None,
        })
}

/// The key identifier of the issuer, where the certificate gives it (RFC 5280 §4.2.1.1).
pub(crate) fn issuer_key_id<'a>(certificate: &'a X509Certificate<'_>) -> Option<&'a [u8]> {
    certificate
        .iter_extensions()
        .find_map(|extension| match extension.parsed_extension() {
            ParsedExtension::AuthorityKeyIdentifier(id) => id.key_identifier.as_ref().map(|id| id.0),
            _ => None,
        })
}

/// Where the issuer's certificate is published over HTTP, which is the one way that people can follow.
pub(crate) fn ca_issuers_url(certificate: &X509Certificate<'_>) -> Option<String> {
    let access = certificate
        .iter_extensions()
        .find_map(|extension| match extension.parsed_extension() {
            ParsedExtension::AuthorityInfoAccess(access) => Some(access),
            _ => None,
        })?;
    access
        .iter()
        .filter(|entry| entry.access_method == oid_registry::OID_PKIX_ACCESS_DESCRIPTOR_CA_ISSUERS)
        .find_map(|entry| match entry.access_location {
            GeneralName::URI(url) if url.starts_with("http") => Some(url.to_owned()),
            _ => None,
        })
}

/// The names and addresses that a certificate is for, in its own order (rule T3).
///
/// They are the certificate's words: escape them before printing.
#[must_use]
pub fn names(certificate: &X509Certificate<'_>) -> Vec<String> {
    let Ok(Some(names)) = certificate.subject_alternative_name() else {
        return Vec::new();
    };
    let names = names.value.general_names.iter();
    names
        .filter_map(|name| match name {
            GeneralName::DNSName(name) => Some((*name).to_owned()),
            GeneralName::IPAddress(bytes) => address(bytes).map(|address| address.to_string()),
            _ => None,
        })
        .collect()
}

fn address(bytes: &[u8]) -> Option<IpAddr> {
    <[u8; 4]>::try_from(bytes)
        .map(IpAddr::from)
        .or_else(|_| <[u8; 16]>::try_from(bytes).map(IpAddr::from))
        .ok()
}

/// The common name of a certificate's subject.
pub(crate) fn common_name(certificate: &X509Certificate<'_>) -> Option<String> {
    first_common_name(certificate.subject())
}

/// What people call a subject or issuer: its common name, else the whole of it.
pub(crate) fn name_of(name: &X509Name<'_>) -> String {
    first_common_name(name).unwrap_or_else(|| name.to_string())
}

fn first_common_name(name: &X509Name<'_>) -> Option<String> {
    let text = name.iter_common_name().next()?.as_str().ok()?;
    Some(text.to_owned())
}

/// The purposes that a certificate is for, by their names in RFC 5280.
pub(crate) fn purposes(certificate: &X509Certificate<'_>) -> Vec<String> {
    let Ok(Some(usage)) = certificate.extended_key_usage() else {
        return Vec::new();
    };
    let usage: &ExtendedKeyUsage<'_> = usage.value;
    let known = [
        (usage.any, "anyExtendedKeyUsage"),
        (usage.server_auth, "serverAuth"),
        (usage.client_auth, "clientAuth"),
        (usage.code_signing, "codeSigning"),
        (usage.email_protection, "emailProtection"),
        (usage.time_stamping, "timeStamping"),
        (usage.ocsp_signing, "OCSPSigning"),
    ];
    let known = known
        .iter()
        .filter(|(is_set, _)| *is_set)
        .map(|(_, name)| (*name).to_owned());
    known.chain(usage.other.iter().map(Oid::to_id_string)).collect()
}

/// The usual name of an algorithm, else its object identifier.
pub(crate) fn algorithm_name(algorithm: &Oid<'_>) -> String {
    OidRegistry::default()
        .with_crypto()
        .with_x509()
        .get(algorithm)
        .map_or_else(|| algorithm.to_id_string(), |entry| entry.sn().to_owned())
}
