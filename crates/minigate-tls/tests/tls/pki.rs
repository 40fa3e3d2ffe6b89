//! Authorities and the certificates that they issue.

use std::sync::Arc;

use minigate_tls::{RootSource, Roots, Trust};
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, CustomExtension, DistinguishedName, DnType,
    ExtendedKeyUsagePurpose, IsCa, KeyPair, date_time_ymd,
};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, UnixTime};
use rustls::time_provider::TimeProvider;

/// The host that tests call.
pub(crate) const HOST: &str = "api.example.com";
/// When every test takes place: 2026-12-01, midnight UTC.
pub(crate) const NOW: u64 = 1_796_083_200;
/// Where authorities of these tests publish their certificates.
pub(crate) const PUBLISHED_AT: &str = "http://ca.example.com/r3.der";

/// An authority with its certificate.
pub(crate) type Ca = CertifiedIssuer<'static, KeyPair>;

/// What a server presents.
#[derive(Clone)]
pub(crate) struct Site {
    pub(crate) chain: Vec<CertificateDer<'static>>,
    pub(crate) key: Arc<PrivateKeyDer<'static>>,
}

impl Site {
    /// The same with further certificates behind.
    pub(crate) fn with(mut self, others: &[&Ca]) -> Self {
        self.chain.extend(others.iter().map(|other| other.der().clone()));
        self
    }
}

/// A root authority of this name.
pub(crate) fn root(name: &str) -> Ca {
    Ca::self_signed(authority(name), KeyPair::generate().unwrap()).unwrap()
}

/// An authority between a root and a server.
pub(crate) fn intermediate(name: &str, issuer: &Ca) -> Ca {
    intermediate_with(name, issuer, |_| {})
}

/// The same, altered.
pub(crate) fn intermediate_with(name: &str, issuer: &Ca, alter: impl FnOnce(&mut CertificateParams)) -> Ca {
    let mut params = authority(name);
    alter(&mut params);
    Ca::signed_by(params, KeyPair::generate().unwrap(), issuer).unwrap()
}

/// An authority's certificate, issued by another one.
pub(crate) fn cross(name: &str, subject: &Ca, issuer: &Ca) -> CertificateDer<'static> {
    let certificate = authority(name).signed_by(subject.key(), issuer).unwrap();
    certificate.der().clone()
}

/// A server's certificate for [`HOST`], with nothing behind it.
pub(crate) fn leaf(issuer: &Ca) -> Site {
    leaf_with(issuer, |_| {})
}

/// The same, altered.
pub(crate) fn leaf_with(issuer: &Ca, alter: impl FnOnce(&mut CertificateParams)) -> Site {
    leaf_with_key(issuer, &KeyPair::generate().unwrap(), alter)
}

/// The same with a key of the test's choice.
pub(crate) fn leaf_with_key(issuer: &Ca, key: &KeyPair, alter: impl FnOnce(&mut CertificateParams)) -> Site {
    let mut params = server();
    alter(&mut params);
    Site {
        chain: vec![params.signed_by(key, issuer).unwrap().der().clone()],
        key: Arc::new(PrivateKeyDer::try_from(key.serialize_der()).unwrap()),
    }
}

/// A server's certificate for [`HOST`] that vouches for itself.
pub(crate) fn self_signed(alter: impl FnOnce(&mut CertificateParams)) -> Site {
    let key = KeyPair::generate().unwrap();
    let mut params = server();
    alter(&mut params);
    Site {
        chain: vec![params.self_signed(&key).unwrap().der().clone()],
        key: Arc::new(PrivateKeyDer::try_from(key.serialize_der()).unwrap()),
    }
}

/// Lets a certificate say where its issuer's is published.
pub(crate) fn publish(params: &mut CertificateParams) {
    let access = [
        &[0x06, 8][..],
        CA_ISSUERS,
        &[0x86, u8::try_from(PUBLISHED_AT.len()).unwrap()],
        PUBLISHED_AT.as_bytes(),
    ];
    let content = sequence(&sequence(&access.concat()));
    params
        .custom_extensions
        .push(CustomExtension::from_oid_content(AUTHORITY_INFO_ACCESS, content));
}

/// Trusts one authority, at [`NOW`].
pub(crate) fn trust(root: &Ca) -> Trust {
    trust_der(root.der())
}

/// Trusts one certificate, at [`NOW`].
pub(crate) fn trust_der(root: &CertificateDer<'_>) -> Trust {
    trust_at(root, NOW)
}

/// Trusts one certificate, at a moment of the test's choice.
pub(crate) fn trust_at(root: &CertificateDer<'_>, now: u64) -> Trust {
    let source = RootSource::Added {
        name: "root.der".to_owned(),
        content: root.to_vec(),
    };
    trust_sources_at(&[source], now)
}

/// Trusts these sources, at [`NOW`].
pub(crate) fn trust_sources(sources: &[RootSource]) -> Trust {
    trust_sources_at(sources, NOW)
}

fn trust_sources_at(sources: &[RootSource], now: u64) -> Trust {
    Trust::with_clock(Roots::load(sources).unwrap(), Arc::new(Still(now)))
}

/// A clock that stands still.
#[derive(Debug)]
struct Still(u64);

impl TimeProvider for Still {
    fn current_time(&self) -> Option<UnixTime> {
        Some(UnixTime::since_unix_epoch(std::time::Duration::from_secs(self.0)))
    }
}

/// A subject of this common name.
fn named(name: &str) -> DistinguishedName {
    let mut subject = DistinguishedName::new();
    subject.push(DnType::CommonName, name);
    subject
}

/// What an authority's certificate says.
pub(crate) fn authority(name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = named(name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.not_before = date_time_ymd(2020, 1, 1);
    params.not_after = date_time_ymd(2040, 1, 1);
    params.use_authority_key_identifier_extension = true;
    params
}

/// What the certificate of [`HOST`] says.
pub(crate) fn server() -> CertificateParams {
    let mut params = CertificateParams::new([HOST.to_owned()]).unwrap();
    params.distinguished_name = named(HOST);
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.not_before = date_time_ymd(2026, 11, 1);
    params.not_after = date_time_ymd(2027, 2, 1);
    params.use_authority_key_identifier_extension = true;
    params
}

fn sequence(content: &[u8]) -> Vec<u8> {
    [&[0x30, u8::try_from(content.len()).unwrap()], content].concat()
}

/// 1.3.6.1.5.5.7.48.2
const CA_ISSUERS: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 0x30, 2];
const AUTHORITY_INFO_ACCESS: &[u64] = &[1, 3, 6, 1, 5, 5, 7, 1, 1];
