//! What a server presents.

use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use minigate_origin::set_validity;
use rcgen::{
    CertificateParams, CrlDistributionPoint, CustomExtension, ExtendedKeyUsagePurpose, Issuer, KeyPair,
    KeyUsagePurpose, PublicKeyData, SerialNumber, SignatureAlgorithm, SigningKey,
};
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;

use super::pki::{Ca, Pki, access, chain, common_name};
use super::rsa::RsaKey;
use super::stamps::stamps;

/// A chain and the key of its first certificate.
#[derive(Clone, Debug)]
pub(super) struct Site {
    pub(super) chain: Vec<CertificateDer<'static>>,
    pub(super) key: SiteKey,
    pub(super) staple: Option<Vec<u8>>,
}

/// The key of a site, as the server can use it.
#[derive(Clone, Debug)]
pub(super) enum SiteKey {
    /// One that the TLS library takes.
    Usable(Arc<KeyPair>),
    /// One that only our own server takes.
    Raw(RsaKey),
}

impl SiteKey {
    fn usable(&self) -> Option<&KeyPair> {
        match self {
            Self::Usable(key) => Some(key),
            Self::Raw(_) => None,
        }
    }

    pub(super) const fn raw(&self) -> Option<&RsaKey> {
        match self {
            Self::Usable(_) => None,
            Self::Raw(key) => Some(key),
        }
    }
}

impl Site {
    /// A leaf of the lower intermediate, with both intermediates behind it.
    pub(super) fn complete(pki: &Pki) -> Self {
        Self::altered(pki, |_| {})
    }

    /// The same with another leaf.
    pub(super) fn altered(pki: &Pki, alter: impl FnOnce(&mut CertificateParams)) -> Self {
        Self::of_key(pki, KeyPair::generate().expect("a key can be made"), alter)
    }

    /// The same with a key of this kind.
    pub(super) fn of_kind(pki: &Pki, kind: &'static SignatureAlgorithm) -> Self {
        Self::of_key(
            pki,
            KeyPair::generate_for(kind).expect("a key can be made"),
            |_| {},
        )
    }

    fn of_key(pki: &Pki, key: KeyPair, alter: impl FnOnce(&mut CertificateParams)) -> Self {
        let leaf = issue(public(pki, "lower"), alter, &key, &pki.lower);
        Self::usable(leaf, key).behind(chain([&pki.lower, &pki.upper]))
    }

    /// A leaf of another authority, with nothing behind it.
    pub(super) fn issued_by(pki: &Pki, authority: &Ca, alter: impl FnOnce(&mut CertificateParams)) -> Self {
        let key = KeyPair::generate().expect("a key can be made");
        let leaf = issue(plain(pki), alter, &key, authority);
        Self::usable(leaf, key)
    }

    /// A leaf that vouches for itself.
    pub(super) fn self_signed(pki: &Pki) -> Self {
        let key = KeyPair::generate().expect("a key can be made");
        let leaf = plain(pki).self_signed(&key).expect("the leaf can be signed");
        Self::usable(leaf.into(), key)
    }

    /// A leaf of the RSA intermediate with an RSA key.
    pub(super) fn rsa(pki: &Pki, key: RsaKey) -> Self {
        let leaf = issue(public(pki, "rsa"), |_| {}, &key, &pki.rsa);
        Self {
            chain: vec![leaf, pki.rsa.der().clone()],
            key: SiteKey::Raw(key),
            staple: None,
        }
    }

    /// A leaf of the RSA intermediate with a key that the TLS library takes, signed again by `sign`.
    pub(super) fn signed_again(
        pki: &Pki,
        sign: impl FnOnce(&CertificateDer<'_>) -> CertificateDer<'static>,
    ) -> Self {
        let key = KeyPair::generate().expect("a key can be made");
        let leaf = issue(public(pki, "rsa"), |_| {}, &key, &pki.rsa);
        Self::usable(sign(&leaf), key).behind(vec![pki.rsa.der().clone()])
    }

    pub(super) fn usable(leaf: CertificateDer<'static>, key: impl Into<Arc<KeyPair>>) -> Self {
        Self {
            chain: vec![leaf],
            key: SiteKey::Usable(key.into()),
            staple: None,
        }
    }

    /// With these certificates after those that it has.
    pub(super) fn behind(mut self, others: Vec<CertificateDer<'static>>) -> Self {
        self.chain.extend(others);
        self
    }

    /// With these certificates after the leaf, and no others.
    pub(super) fn only(mut self, others: Vec<CertificateDer<'static>>) -> Self {
        self.chain.truncate(1);
        self.behind(others)
    }

    /// Its private key (PKCS#8).
    pub(super) fn key_pem(&self) -> String {
        let key = self.key.usable().expect("the TLS library takes the key");
        key.serialize_pem()
    }

    /// The same for the TLS library.
    pub(super) fn certified(&self) -> Arc<CertifiedKey> {
        let key = self.key.usable().expect("the TLS library takes the key");
        let key = PrivateKeyDer::try_from(key.serialize_der()).expect("a key was just made");
        let mut certified = CertifiedKey::from_der(self.chain.clone(), key, &aws_lc_rs::default_provider())
            .expect("the TLS library takes a key that was just made");
        certified.ocsp.clone_from(&self.staple);
        Arc::new(certified)
    }
}

pub(super) fn issue(
    mut params: CertificateParams,
    alter: impl FnOnce(&mut CertificateParams),
    key: &impl PublicKeyData,
    issuer: &Issuer<'_, impl SigningKey>,
) -> CertificateDer<'static> {
    alter(&mut params);
    params
        .signed_by(key, issuer)
        .expect("the leaf can be signed")
        .into()
}

/// A leaf as public authorities make them: published issuer, revocation lists, two stamps.
fn public(pki: &Pki, issuer_file: &str) -> CertificateParams {
    let mut params = plain(pki);
    params.crl_distribution_points = vec![CrlDistributionPoint {
        uris: vec![format!("http://ca.example/{issuer_file}.crl")],
    }];
    params.custom_extensions = vec![access(issuer_file), stamps(pki.day(-10))];
    params
}

pub(super) fn plain(pki: &Pki) -> CertificateParams {
    let mut params =
        CertificateParams::new([super::HOST.to_owned()]).expect("the host can stand in a certificate");
    params.distinguished_name = common_name(super::HOST);
    params.serial_number = Some(SerialNumber::from(SERIAL));
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.use_authority_key_identifier_extension = true;
    valid(&mut params, pki, -10..80);
    params
}

/// Makes a certificate valid for whole days, counted from now; its last second belongs to its life.
pub(super) fn valid(params: &mut CertificateParams, pki: &Pki, days: Range<i64>) {
    let last_second = pki.day(days.end) - Duration::from_secs(1);
    set_validity(params, pki.day(days.start), last_second);
}

/// Demands that the server staples an OCSP response (RFC 7633).
pub(super) fn must_staple() -> CustomExtension {
    // One feature: `status_request`.
    CustomExtension::from_oid_content(TLS_FEATURE, vec![0x30, 3, 2, 1, 5])
}

const TLS_FEATURE: &[u64] = &[1, 3, 6, 1, 5, 5, 7, 1, 24];
/// Of every leaf.
pub(super) const SERIAL: u64 = 0x4D47;
