//! The authorities of the laboratory.

use std::time::{Duration, SystemTime};

use minigate_origin::set_validity;
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, CustomExtension, DistinguishedName, DnType, IsCa,
    Issuer, KeyPair, KeyUsagePurpose, SigningKey,
};
use rustls::pki_types::CertificateDer;

use super::der::{self, OBJECT_IDENTIFIER};
use super::rsa::RsaKey;

pub(super) type Ca = CertifiedIssuer<'static, KeyPair>;

/// Every authority, made once for a laboratory.
pub(super) struct Pki {
    pub(super) now: SystemTime,
    pub(super) root: Ca,
    /// Issued by the root.
    pub(super) upper: Ca,
    /// Issued by the upper one; issues leaves.
    pub(super) lower: Ca,
    /// Issued by the root; issues leaves with RSA.
    pub(super) rsa: CertifiedIssuer<'static, RsaKey>,
    /// Nobody's root but its own.
    pub(super) private: Ca,
    /// A root that a test declares distrusted.
    pub(super) distrusted: Ca,
    /// Issued by the distrusted root.
    pub(super) distrusted_lower: Ca,
}

impl Pki {
    pub(super) fn at(now: SystemTime) -> Self {
        let root = root("Lab Root", now);
        let upper = intermediate("Lab Upper Intermediate", key(), &root, "root", now);
        let lower = intermediate("Lab Lower Intermediate", key(), &upper, "upper", now);
        let rsa = intermediate("Lab RSA Intermediate", RsaKey::authority(), &root, "root", now);
        let distrusted = self::root("Lab Distrusted Root", now);
        let distrusted_lower = intermediate(
            "Lab Distrusted Intermediate",
            key(),
            &distrusted,
            "distrusted",
            now,
        );
        Self {
            now,
            upper,
            lower,
            rsa,
            private: self::root("Lab Private Root", now),
            distrusted,
            distrusted_lower,
            root,
        }
    }

    /// So many days from now.
    pub(super) fn day(&self, days: i64) -> SystemTime {
        day(self.now, days)
    }
}

/// The certificates of these authorities.
pub(super) fn chain<const N: usize>(authorities: [&Ca; N]) -> Vec<CertificateDer<'static>> {
    authorities.map(|authority| authority.der().clone()).into()
}

fn root(name: &str, now: SystemTime) -> Ca {
    CertifiedIssuer::self_signed(authority(name, now), key()).expect("a root can sign itself")
}

pub(super) fn intermediate<S: SigningKey>(
    name: &str,
    key: S,
    issuer: &Issuer<'_, KeyPair>,
    issuer_file: &str,
    now: SystemTime,
) -> CertifiedIssuer<'static, S> {
    let mut params = authority(name, now);
    params.use_authority_key_identifier_extension = true;
    params.custom_extensions = vec![access(issuer_file)];
    CertifiedIssuer::signed_by(params, key, issuer).expect("an intermediate can be signed")
}

fn authority(name: &str, now: SystemTime) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = common_name(name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    set_validity(&mut params, day(now, -2000), day(now, 2000));
    params
}

/// Where the issuer's certificate and the state of its certificates are published (RFC 5280 §4.2.2.1).
pub(super) fn access(issuer_file: &str) -> CustomExtension {
    let issuer = issuer_url(issuer_file);
    let content = der::sequence(&[
        described(OCSP, "http://ocsp.example/"),
        described(CA_ISSUERS, &issuer),
    ]);
    CustomExtension::from_oid_content(AUTHORITY_INFO_ACCESS, content)
}

/// Where a certificate is published.
pub(super) fn issuer_url(file: &str) -> String {
    format!("http://ca.example/{file}.der")
}

fn described(method: u8, url: &str) -> Vec<u8> {
    let method = [ACCESS_DESCRIPTION, &[method]].concat();
    der::sequence(&[
        der::value(OBJECT_IDENTIFIER, &method),
        der::value(URI, url.as_bytes()),
    ])
}

pub(super) fn common_name(name: &str) -> DistinguishedName {
    let mut names = DistinguishedName::new();
    names.push(DnType::CommonName, name);
    names
}

fn key() -> KeyPair {
    KeyPair::generate().expect("a key can be made")
}

fn day(now: SystemTime, days: i64) -> SystemTime {
    let span = Duration::from_secs(days.unsigned_abs() * 24 * 60 * 60);
    if days < 0 { now - span } else { now + span }
}

const AUTHORITY_INFO_ACCESS: &[u64] = &[1, 3, 6, 1, 5, 5, 7, 1, 1];
/// 1.3.6.1.5.5.7.48
const ACCESS_DESCRIPTION: &[u8] = &[0x2B, 6, 1, 5, 5, 7, 0x30];
const OCSP: u8 = 1;
const CA_ISSUERS: u8 = 2;
/// The tag of a URI among general names (RFC 5280 §4.2.1.6).
const URI: u8 = 0x86;
