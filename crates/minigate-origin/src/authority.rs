//! A certificate authority that lives as long as its process.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DistinguishedName, DnType, ExtendedKeyUsagePurpose,
    IsCa, Issuer, KeyPair, KeyUsagePurpose, date_time_ymd,
};
use rustls::pki_types::CertificateDer;
use rustls::sign::CertifiedKey;

use crate::certificate::Certificate;

/// A throw-away certificate authority: a root and the leaves that it issued, P-256, all in memory.
///
/// Its keys are never written anywhere, so trusting the root is harmless once the process has ended.
pub struct Authority {
    root: CertifiedIssuer<'static, KeyPair>,
    made_at: SystemTime,
    leaves: Mutex<BTreeMap<(String, Certificate), Arc<CertifiedKey>>>,
}

impl Authority {
    /// Makes an authority whose certificates are valid now.
    ///
    /// # Errors
    /// [`AuthorityError::NotIssued`] when no key can be made.
    pub fn new() -> Result<Self, AuthorityError> {
        #[expect(
            clippy::disallowed_methods,
            reason = "real clients check the certificates, and they go by the real clock; tests that set the time use `at`"
        )]
        Self::at(SystemTime::now())
    }

    /// Makes an authority at a moment of the caller's choice.
    ///
    /// The root is valid for a year, a leaf for 90 days, both from the day before, so that a clock which is a bit slow
    /// does no harm.
    ///
    /// # Errors
    /// [`AuthorityError::NotIssued`] when no key can be made.
    pub fn at(now: SystemTime) -> Result<Self, AuthorityError> {
        let root = root(now).map_err(|source| AuthorityError::not_issued(ROOT_NAME, source))?;
        Ok(Self {
            root,
            made_at: now,
            leaves: Mutex::default(),
        })
    }

    /// The moment around which the certificates are valid.
    pub fn made_at(&self) -> SystemTime {
        self.made_at
    }

    /// The root certificate, DER.
    pub fn root_der(&self) -> &CertificateDer<'static> {
        self.root.der()
    }

    /// The root certificate, PEM.
    pub fn root_pem(&self) -> String {
        self.root.pem()
    }

    /// Signs with the root's key, for certificates of other shapes than [`Authority::leaf`] issues.
    pub fn issuer(&self) -> &Issuer<'static, KeyPair> {
        &self.root
    }

    /// The leaf certificate of a DNS name with its key; issued once, then kept.
    ///
    /// # Errors
    /// [`AuthorityError::NotIssued`] when `name` can't stand in a certificate, [`AuthorityError::KeyRefused`] when
    /// the TLS library doesn't take the key.
    pub fn leaf(&self, name: &str) -> Result<Arc<CertifiedKey>, AuthorityError> {
        self.certificate(name, Certificate::Good)
    }

    /// The certificate of a DNS name with a fault, or without; issued once, then kept.
    ///
    /// # Errors
    /// As [`Authority::leaf`].
    pub fn certificate(&self, name: &str, kind: Certificate) -> Result<Arc<CertifiedKey>, AuthorityError> {
        let mut leaves = self.leaves.lock().unwrap_or_else(PoisonError::into_inner);
        let wanted = (name.to_owned(), kind);
        if let Some(leaf) = leaves.get(&wanted) {
            return Ok(Arc::clone(leaf));
        }
        let leaf = Arc::new(kind.issue(name, self)?);
        leaves.insert(wanted, Arc::clone(&leaf));
        Ok(leaf)
    }
}

impl fmt::Debug for Authority {
    // The keys stay out of logs.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Authority")
            .field("made_at", &self.made_at)
            .finish_non_exhaustive()
    }
}

/// Why a certificate couldn't be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AuthorityError {
    /// The certificate couldn't be built or signed.
    #[error("no certificate can be issued for `{name}`: {source}")]
    NotIssued {
        /// The name that it was to carry.
        name: String,
        /// What the certificate library said.
        source: rcgen::Error,
    },
    /// The TLS library doesn't take the key.
    #[error("the key of `{name}` is refused: {source}")]
    KeyRefused {
        /// The name on the certificate.
        name: String,
        /// What the TLS library said.
        source: rustls::Error,
    },
}

impl AuthorityError {
    pub(crate) fn not_issued(name: &str, source: rcgen::Error) -> Self {
        Self::NotIssued {
            name: name.to_owned(),
            source,
        }
    }
}

/// Makes a certificate valid from one moment to another, to the second; a moment before 1970 counts as 1970.
pub fn set_validity(params: &mut CertificateParams, from: SystemTime, until: SystemTime) {
    let epoch = date_time_ymd(1970, 1, 1);
    params.not_before = epoch + from.duration_since(UNIX_EPOCH).unwrap_or_default();
    params.not_after = epoch + until.duration_since(UNIX_EPOCH).unwrap_or_default();
}

/// What a leaf's certificate says where nothing is wrong with it.
pub(crate) fn leaf_params(name: &str, now: SystemTime) -> Result<CertificateParams, rcgen::Error> {
    let mut params = CertificateParams::new([name.to_owned()])?;
    params.distinguished_name = common_name(name);
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.use_authority_key_identifier_extension = true;
    set_validity(&mut params, now - DAY, now + LEAF_LIFE);
    Ok(params)
}

fn root(now: SystemTime) -> Result<CertifiedIssuer<'static, KeyPair>, rcgen::Error> {
    let key = KeyPair::generate()?;
    let mut params = CertificateParams::default();
    params.distinguished_name = common_name(&root_name(&key));
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    set_validity(&mut params, now - DAY, now + ROOT_LIFE);
    CertifiedIssuer::self_signed(params, key)
}

/// Differs from root to root: a client that trusts a namesake would report a bad signature, not an unknown issuer.
fn root_name(key: &KeyPair) -> String {
    let unique: String = key
        .public_key_raw()
        .iter()
        .skip(1)
        .take(4)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!("{ROOT_NAME} {unique}")
}

pub(crate) fn common_name(name: &str) -> DistinguishedName {
    let mut names = DistinguishedName::new();
    names.push(DnType::CommonName, name);
    names
}

const ROOT_NAME: &str = "minigate throw-away authority";
const DAY: Duration = Duration::from_secs(24 * 60 * 60);
const LEAF_LIFE: Duration = Duration::from_secs(90 * 24 * 60 * 60);
const ROOT_LIFE: Duration = Duration::from_secs(365 * 24 * 60 * 60);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn issues_a_leaf_once() {
        let authority = Authority::new().unwrap();

        let first = authority.leaf("api.example.com").unwrap();
        let second = authority.leaf("api.example.com").unwrap();
        let other = authority.leaf("cdn.example.com").unwrap();

        assert!(Arc::ptr_eq(&first, &second));
        assert_ne!(first.cert, other.cert);
    }

    #[test]
    fn two_authorities_have_different_roots() {
        let one = Authority::new().unwrap();
        let other = Authority::new().unwrap();

        assert_ne!(one.root_der(), other.root_der());
        assert!(one.root_pem().starts_with("-----BEGIN CERTIFICATE-----"));
    }

    #[test]
    fn refuses_a_name_that_no_certificate_can_carry() {
        let authority = Authority::new().unwrap();

        let refused = authority.leaf("天气.example");

        assert!(matches!(refused, Err(AuthorityError::NotIssued { name, .. }) if name == "天气.example"));
    }

    #[test]
    fn keeps_its_keys_out_of_debug_output() {
        let authority = Authority::at(UNIX_EPOCH + DAY).unwrap();

        let shown = format!("{authority:?}");

        assert_eq!(
            shown,
            "Authority { made_at: SystemTime { tv_sec: 86400, tv_nsec: 0 }, .. }"
        );
    }
}
