//! The roots that any of the stores has.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use sha2::{Digest, Sha256};
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::ParsedExtension;
use x509_parser::prelude::FromDer;
use x509_parser::x509::X509Name;

use crate::data;

/// A root certificate that some store has, or had.
#[derive(Debug)]
pub struct Root {
    der: CertificateDer<'static>,
    fingerprint: Sha256Hash,
    identity: Identity,
    key: Sha256Hash,
    key_id: Option<Vec<u8>>,
    subject: Vec<u8>,
    name: String,
}

/// A SHA-256.
pub(crate) type Sha256Hash = [u8; 32];

/// What makes two certificates the same root: subject and public key, as verifiers see it.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) struct Identity(Sha256Hash);

/// Every root of every store, in the order of their fingerprints.
#[must_use]
pub fn roots() -> &'static [Root] {
    static ROOTS: LazyLock<Vec<Root>> = LazyLock::new(|| {
        CertificateDer::pem_slice_iter(data::ROOTS.as_bytes())
            .filter_map(|certificate| Root::read(certificate.ok()?))
            .collect()
    });
    &ROOTS
}

impl Root {
    fn read(der: CertificateDer<'static>) -> Option<Self> {
        let certificate = read(&der)?;
        Some(Self {
            fingerprint: hash(&der),
            identity: Identity::of(&certificate),
            key: key_hash(&certificate),
            key_id: subject_key_id(&certificate).map(<[u8]>::to_vec),
            subject: certificate.subject().as_raw().to_vec(),
            name: name(certificate.subject()),
            der,
        })
    }

    /// The root of this very certificate; another certificate with the same subject and key is another entry.
    #[must_use]
    pub fn find(certificate: &CertificateDer<'_>) -> Option<&'static Self> {
        Self::by_fingerprint(&hash(certificate))
    }

    pub(crate) fn by_fingerprint(fingerprint: &Sha256Hash) -> Option<&'static Self> {
        let found = roots().binary_search_by(|root| root.fingerprint.cmp(fingerprint));
        roots().get(found.ok()?)
    }

    /// The roots that a certificate names as its issuer, by subject and, where both sides give it, by key identifier.
    ///
    /// The signature isn't looked at. Nothing for what can't be read.
    #[must_use]
    pub fn issuers_of(certificate: &CertificateDer<'_>) -> Vec<&'static Self> {
        let Some(certificate) = read(certificate) else {
            return Vec::new();
        };
        let wanted = issuer_key_id(&certificate);
        let issuer = certificate.issuer().as_raw();
        let named = BY_SUBJECT.get(issuer).into_iter().flatten().copied();
        named.filter(|root| root.fits(wanted)).collect()
    }

    fn fits(&self, wanted: Option<&[u8]>) -> bool {
        match (wanted, self.key_id.as_deref()) {
            (Some(wanted), Some(has)) => wanted == has,
            _ => true,
        }
    }

    /// The certificate.
    #[must_use]
    pub const fn der(&self) -> &CertificateDer<'static> {
        &self.der
    }

    /// What it calls itself: its common name, or else its unit or organization.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// SHA-256 of the certificate, in lower-case hexadecimal.
    #[must_use]
    pub fn sha256(&self) -> String {
        data_encoding::HEXLOWER.encode(&self.fingerprint)
    }

    pub(crate) const fn identity(&self) -> Identity {
        self.identity
    }

    pub(crate) const fn key(&self) -> &Sha256Hash {
        &self.key
    }
}

static BY_SUBJECT: LazyLock<BTreeMap<&'static [u8], Vec<&'static Root>>> = LazyLock::new(|| {
    let mut by_subject = BTreeMap::<_, Vec<_>>::new();
    for root in roots() {
        by_subject.entry(root.subject.as_slice()).or_default().push(root);
    }
    by_subject
});

impl Identity {
    pub(crate) fn of(certificate: &X509Certificate<'_>) -> Self {
        let mut both = Sha256::new();
        both.update(certificate.subject().as_raw());
        both.update(certificate.public_key().raw);
        Self(both.finalize().into())
    }
}

/// Reads a certificate, which may be anyone's.
pub(crate) fn read<'a>(certificate: &'a CertificateDer<'_>) -> Option<X509Certificate<'a>> {
    let (_, certificate) = X509Certificate::from_der(certificate).ok()?;
    Some(certificate)
}

/// SHA-256 of a certificate's public key, algorithm included.
pub(crate) fn key_hash(certificate: &X509Certificate<'_>) -> Sha256Hash {
    hash(certificate.public_key().raw)
}

fn hash(bytes: &[u8]) -> Sha256Hash {
    Sha256::digest(bytes).into()
}

pub(crate) fn subject_key_id<'a>(certificate: &'a X509Certificate<'_>) -> Option<&'a [u8]> {
    certificate
        .iter_extensions()
        .find_map(|extension| match extension.parsed_extension() {
            ParsedExtension::SubjectKeyIdentifier(id) => Some(id.0),
            _ => None,
        })
}

pub(crate) fn issuer_key_id<'a>(certificate: &'a X509Certificate<'_>) -> Option<&'a [u8]> {
    certificate
        .iter_extensions()
        .find_map(|extension| match extension.parsed_extension() {
            ParsedExtension::AuthorityKeyIdentifier(id) => id.key_identifier.as_ref().map(|id| id.0),
            _ => None,
        })
}

fn name(subject: &X509Name<'_>) -> String {
    let mut names = subject
        .iter_common_name()
        .chain(subject.iter_organizational_unit())
        .chain(subject.iter_organization());
    names
        .find_map(|name| name.as_str().ok())
        .map_or_else(|| subject.to_string(), str::to_owned)
}
