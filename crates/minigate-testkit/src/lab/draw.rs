//! What a server is like that nobody thought up.

use fastrand::Rng;
use rcgen::SignatureAlgorithm;
use rcgen::{
    ExtendedKeyUsagePurpose, PKCS_ECDSA_P256_SHA256, PKCS_ECDSA_P384_SHA384, PKCS_ED25519, PKCS_RSA_SHA256,
};
use rustls::crypto::SupportedKxGroup;
use rustls::crypto::aws_lc_rs::{ALL_CIPHER_SUITES, kx_group};
use rustls::version::{TLS12, TLS13};
use rustls::{SupportedCipherSuite, SupportedProtocolVersion};

/// A server whose every property was drawn; the same seed draws the same.
///
/// Each property is as it should be more often than not, so that most servers have one fault or two.
#[derive(Clone, Debug)]
pub struct Draw {
    pub(super) versions: &'static [&'static SupportedProtocolVersion],
    pub(super) suites: Vec<SupportedCipherSuite>,
    pub(super) groups: Vec<&'static dyn SupportedKxGroup>,
    pub(super) protocols: &'static [&'static str],
    pub(super) clients: Clients,
    pub(super) manners: Manners,
    pub(super) key: Key,
    pub(super) issuer: Issuer,
    pub(super) sent: Sent,
    pub(super) days: (i64, i64),
    pub(super) name: Option<&'static str>,
    pub(super) purposes: &'static [ExtendedKeyUsagePurpose],
    pub(super) publishes_issuer: bool,
    pub(super) is_authority: bool,
}

/// Whether clients are asked for a certificate.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Clients {
    NotAsked,
    Asked,
    NeedOne,
}

/// What the server does with a connection.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Manners {
    Serves,
    AnswersInPlainHttp,
    ClosesAtOnce,
    ClosesOnHello,
}

/// The kind of a key.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) enum Key {
    Rsa,
    P256,
    P384,
    Ed25519,
}

/// Who signs the leaf.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Issuer {
    /// An authority with a key of this kind, two steps below the trusted root.
    Lower(Key),
    /// The trusted root.
    Root,
    /// A root that nobody trusts.
    Stranger,
    /// Its own key.
    Itself,
}

/// Which authorities are sent behind the leaf.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Sent {
    Complete,
    WithoutUpper,
    WithoutLower,
    LeafOnly,
    Reversed,
    WithRoot,
    WithStrangers,
    Twice,
}

impl Draw {
    /// Draws a server.
    pub fn of(seed: u64) -> Self {
        let mut rng = Rng::with_seed(seed);
        let versions = pick(&mut rng, &[BOTH_VERSIONS], &[ONLY_TLS12, ONLY_TLS13]);
        Self {
            versions,
            suites: suites(&mut rng, versions),
            groups: some(&mut rng, GROUPS),
            protocols: pick(&mut rng, &[BOTH_PROTOCOLS, &["http/1.1"]], &[&[], &["h2"]]),
            clients: pick(
                &mut rng,
                &[Clients::NotAsked],
                &[Clients::Asked, Clients::NeedOne],
            ),
            manners: manners(&mut rng),
            key: key(&mut rng),
            issuer: issuer(&mut rng),
            sent: sent(&mut rng),
            days: pick(
                &mut rng,
                &[(-10, 80), (-1, 390)],
                &[(-90, -1), (1, 91), (-10, 390), (-10, 900), (-80, 5)],
            ),
            name: pick(
                &mut rng,
                &[Some("api.example.com"), Some("*.example.com")],
                &[
                    None,
                    Some("other.example"),
                    Some("*.com"),
                    Some("*.api.example.com"),
                ],
            ),
            purposes: pick(&mut rng, &[SERVER], &[CLIENT, BOTH, &[]]),
            publishes_issuer: rng.bool(),
            is_authority: rng.u8(..) < 8,
        }
    }
}

impl Key {
    pub(super) fn algorithm(self) -> &'static SignatureAlgorithm {
        match self {
            Self::Rsa => &PKCS_RSA_SHA256,
            Self::P256 => &PKCS_ECDSA_P256_SHA256,
            Self::P384 => &PKCS_ECDSA_P384_SHA384,
            Self::Ed25519 => &PKCS_ED25519,
        }
    }
}

/// One of the usual in five of six draws, else one of the odd.
fn pick<T: Copy>(rng: &mut Rng, usual: &[T], odd: &[T]) -> T {
    let from = if rng.u8(..6) > 0 { usual } else { odd };
    rng.choice(from).copied().expect("there is a choice")
}

/// All of them in half of the draws, else one at least.
fn some<T: Copy>(rng: &mut Rng, all: &[T]) -> Vec<T> {
    if rng.bool() {
        return all.to_vec();
    }
    let mut left = all.to_vec();
    rng.shuffle(&mut left);
    left.truncate(rng.usize(1..=all.len()));
    left
}

/// A version without a suite isn't spoken.
fn suites(rng: &mut Rng, versions: &[&SupportedProtocolVersion]) -> Vec<SupportedCipherSuite> {
    let of = |version: &&SupportedProtocolVersion| {
        let suites = ALL_CIPHER_SUITES.iter().copied();
        suites
            .filter(|suite| suite.version() == *version)
            .collect::<Vec<_>>()
    };
    versions
        .iter()
        .flat_map(|version| some(rng, &of(version)))
        .collect()
}

fn manners(rng: &mut Rng) -> Manners {
    let odd = [
        Manners::AnswersInPlainHttp,
        Manners::ClosesAtOnce,
        Manners::ClosesOnHello,
    ];
    if rng.u8(..20) == 0 {
        return rng.choice(odd).expect("there is a choice");
    }
    Manners::Serves
}

fn key(rng: &mut Rng) -> Key {
    rng.choice([Key::Rsa, Key::P256, Key::P384, Key::Ed25519])
        .expect("there is a choice")
}

fn issuer(rng: &mut Rng) -> Issuer {
    let usual = [Issuer::Lower(Key::P256), Issuer::Lower(key(rng)), Issuer::Root];
    pick(rng, &usual, &[Issuer::Stranger, Issuer::Itself])
}

fn sent(rng: &mut Rng) -> Sent {
    let harmless = [
        Sent::Complete,
        Sent::Reversed,
        Sent::WithRoot,
        Sent::WithStrangers,
        Sent::Twice,
    ];
    pick(
        rng,
        &harmless,
        &[Sent::WithoutUpper, Sent::WithoutLower, Sent::LeafOnly],
    )
}

const BOTH_VERSIONS: &[&SupportedProtocolVersion] = &[&TLS12, &TLS13];
const ONLY_TLS12: &[&SupportedProtocolVersion] = &[&TLS12];
const ONLY_TLS13: &[&SupportedProtocolVersion] = &[&TLS13];
const BOTH_PROTOCOLS: &[&str] = &["h2", "http/1.1"];
const SERVER: &[ExtendedKeyUsagePurpose] = &[ExtendedKeyUsagePurpose::ServerAuth];
const CLIENT: &[ExtendedKeyUsagePurpose] = &[ExtendedKeyUsagePurpose::ClientAuth];
const BOTH: &[ExtendedKeyUsagePurpose] = &[
    ExtendedKeyUsagePurpose::ClientAuth,
    ExtendedKeyUsagePurpose::ServerAuth,
];
/// The last two are in no client's hello, nor in a probe's.
const GROUPS: &[&dyn SupportedKxGroup] = &[
    kx_group::X25519MLKEM768,
    kx_group::X25519,
    kx_group::SECP256R1,
    kx_group::SECP384R1,
    kx_group::SECP256R1MLKEM768,
    kx_group::MLKEM768,
    kx_group::MLKEM1024,
];
