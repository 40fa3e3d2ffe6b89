//! Server certificates of every shape, right and wrong.

use std::ops::Range;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use minigate_origin::{Authority, set_validity};
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, CustomExtension, DistinguishedName, DnType,
    ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose, PKCS_RSA_SHA256,
};
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::CertificateDer;
use rustls::sign::CertifiedKey;

/// A server certificate to be issued: P-256, valid, complete, until it is told otherwise.
///
/// ```
/// use minigate_testkit::{Authority, Leaf};
///
/// let authority = Authority::new().unwrap();
/// let expired = Leaf::for_name("api.example.com").expired().issue(&authority);
/// ```
#[derive(Clone, Debug)]
pub struct Leaf {
    common_name: String,
    alternative_names: Vec<String>,
    days: Range<i64>,
    key: LeafKey,
    signer: Signer,
    intermediates: usize,
    chain: Chain,
}

impl Leaf {
    /// A certificate for a DNS name, issued by the root itself.
    pub fn for_name(name: &str) -> Self {
        Self {
            common_name: name.to_owned(),
            alternative_names: vec![name.to_owned()],
            days: -1..89,
            key: LeafKey::P256,
            signer: Signer::Root,
            intermediates: 0,
            chain: Chain::Complete,
        }
    }

    /// Ended yesterday.
    pub fn expired(self) -> Self {
        self.valid_days(-90..-1)
    }

    /// Begins tomorrow.
    pub fn not_yet_valid(self) -> Self {
        self.valid_days(1..91)
    }

    /// Valid from one day to another, counted from the moment when the authority was made.
    pub fn valid_days(self, days: Range<i64>) -> Self {
        Self { days, ..self }
    }

    /// Names another site.
    pub fn wrong_name(self) -> Self {
        Self {
            alternative_names: vec!["other.example".to_owned()],
            ..self
        }
    }

    /// Carries the name as its subject's common name only, without alternative names (RFC 9525 §2.1: not enough).
    pub fn common_name_only(self) -> Self {
        Self {
            alternative_names: Vec::new(),
            ..self
        }
    }

    /// Names all siblings of the site: `*.example.com` for `api.example.com`.
    pub fn wildcard(self) -> Self {
        let parent = self.common_name.split_once('.').map_or("", |(_, parent)| parent);
        Self {
            alternative_names: vec![format!("*.{parent}")],
            ..self
        }
    }

    /// Signed by its own key.
    pub fn self_signed(self) -> Self {
        Self {
            signer: Signer::Itself,
            ..self
        }
    }

    /// Issued by a root that nobody knows.
    pub fn from_unknown_root(self) -> Self {
        Self {
            signer: Signer::Stranger,
            ..self
        }
    }

    /// With so many intermediate certificates between root and leaf, all sent.
    ///
    /// The leaf then says where its issuer's certificate is published, as those of public authorities do.
    pub fn with_intermediates(self, intermediates: usize) -> Self {
        Self {
            intermediates,
            ..self
        }
    }

    /// The server leaves out the intermediates.
    pub fn incomplete(self) -> Self {
        Self {
            chain: Chain::LeafOnly,
            ..self
        }
    }

    /// With an RSA key of 2048 bits.
    pub fn rsa(self) -> Self {
        Self {
            key: LeafKey::Rsa2048,
            ..self
        }
    }

    /// Issues it: the chain as the server sends it, without the root, and its key.
    ///
    /// # Panics
    /// When a name can't stand in a certificate.
    pub fn issue(&self, authority: &Authority) -> Arc<CertifiedKey> {
        let stranger = Authority::at(authority.made_at()).expect("an authority can be made");
        let root = if self.signer == Signer::Stranger {
            stranger.issuer()
        } else {
            authority.issuer()
        };
        let key = self.key.generate();
        let intermediates = issue_intermediates(self.intermediates, root, authority.made_at());
        let issuer = intermediates.last().map_or(root, |intermediate| intermediate);
        let leaf = self.sign(&key, issuer, authority.made_at());
        let sent = intermediates
            .iter()
            .rev()
            .map(|intermediate| intermediate.der().clone());
        let chain = match self.chain {
            Chain::Complete => [leaf].into_iter().chain(sent).collect(),
            Chain::LeafOnly => vec![leaf],
        };
        let certified = CertifiedKey::from_der(chain, key.into(), &aws_lc_rs::default_provider());
        Arc::new(certified.expect("the TLS library takes a key that was just made"))
    }

    fn sign(&self, key: &KeyPair, issuer: &Issuer<'_, KeyPair>, now: SystemTime) -> CertificateDer<'static> {
        let names = self.alternative_names.clone();
        let mut params = CertificateParams::new(names).expect("the names can stand in a certificate");
        params.distinguished_name = common_name(&self.common_name);
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        set_validity(&mut params, day(now, self.days.start), day(now, self.days.end));
        if self.intermediates > 0 {
            params.custom_extensions.push(published_issuer());
        }
        let signed = match self.signer {
            Signer::Itself => params.self_signed(key),
            Signer::Root | Signer::Stranger => params.signed_by(key, issuer),
        };
        signed.expect("the certificate can be signed").into()
    }
}

#[derive(Clone, Copy, Debug)]
enum LeafKey {
    P256,
    Rsa2048,
}

impl LeafKey {
    fn generate(self) -> KeyPair {
        let key = match self {
            Self::P256 => KeyPair::generate(),
            // The size that aws-lc takes when none is named.
            Self::Rsa2048 => KeyPair::generate_for(&PKCS_RSA_SHA256),
        };
        key.expect("a key can be made")
    }
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Signer {
    Root,
    Itself,
    Stranger,
}

#[derive(Clone, Copy, Debug)]
enum Chain {
    Complete,
    LeafOnly,
}

/// The intermediates from the root's side to the leaf's.
fn issue_intermediates(
    count: usize,
    root: &Issuer<'static, KeyPair>,
    now: SystemTime,
) -> Vec<CertifiedIssuer<'static, KeyPair>> {
    let mut issued: Vec<CertifiedIssuer<'static, KeyPair>> = Vec::new();
    for number in 1..=count {
        let mut params = CertificateParams::default();
        params.distinguished_name = common_name(&format!("minigate throw-away intermediate {number}"));
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        set_validity(&mut params, day(now, -1), day(now, 180));
        let key = LeafKey::P256.generate();
        let issuer = issued.last().map_or(root, |intermediate| intermediate);
        let intermediate = CertifiedIssuer::signed_by(params, key, issuer);
        issued.push(intermediate.expect("an intermediate can be signed"));
    }
    issued
}

/// The authority information access extension (RFC 5280 §4.2.2.1) with one caIssuers URL.
fn published_issuer() -> CustomExtension {
    let url = [&[0x86, ISSUER_URL.len() as u8], ISSUER_URL].concat();
    let method = [CA_ISSUERS_METHOD, &url].concat();
    let description = [&[0x30, method.len() as u8], method.as_slice()].concat();
    let content = [&[0x30, description.len() as u8], description.as_slice()].concat();
    CustomExtension::from_oid_content(AUTHORITY_INFO_ACCESS, content)
}

const AUTHORITY_INFO_ACCESS: &[u64] = &[1, 3, 6, 1, 5, 5, 7, 1, 1];
/// id-ad-caIssuers in DER.
const CA_ISSUERS_METHOD: &[u8] = &[0x06, 0x08, 0x2B, 0x06, 0x01, 0x05, 0x05, 0x07, 0x30, 0x02];
const ISSUER_URL: &[u8] = b"http://ca.example/issuer.der";

fn common_name(name: &str) -> DistinguishedName {
    let mut names = DistinguishedName::new();
    names.push(DnType::CommonName, name);
    names
}

fn day(now: SystemTime, days: i64) -> SystemTime {
    let span = Duration::from_secs(days.unsigned_abs() * 24 * 60 * 60);
    if days < 0 { now - span } else { now + span }
}
