//! The server that was drawn.

use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use rcgen::{BasicConstraints, CertificateParams, IsCa, KeyPair, SanType};
use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::pki_types::CertificateDer;
use rustls::server::ServerConfig;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::draw::{Clients, Draw, Issuer, Key, Manners, Sent};
use super::modern::{self, built};
use super::pki::{Ca, Pki, access, chain, intermediate};
use super::site::{Site, issue, plain, valid};
use crate::answer::answer;

/// A drawn server, ready for connections.
#[derive(Clone, Debug)]
pub(super) struct Drawn {
    config: Arc<ServerConfig>,
    manners: Manners,
    now: Timestamp,
}

impl Drawn {
    pub(super) fn new(draw: &Draw, pki: &Pki) -> Self {
        Self {
            config: config(draw, pki),
            manners: draw.manners,
            now: Timestamp::try_from(pki.now).expect("a laboratory is of this age"),
        }
    }

    /// Serves one connection.
    pub(super) async fn serve(self, mut tcp: TcpStream) -> io::Result<()> {
        match self.manners {
            Manners::Serves => modern::serve(tcp, self.config, self.now).await,
            Manners::ClosesAtOnce => tcp.shutdown().await,
            Manners::ClosesOnHello => {
                read_some(&mut tcp).await?;
                tcp.shutdown().await
            }
            Manners::AnswersInPlainHttp => {
                read_some(&mut tcp).await?;
                tcp.write_all(&answer(400, &[], "this is the plain port")).await?;
                tcp.shutdown().await
            }
        }
    }
}

/// A hello is one record, and comes at once.
async fn read_some(tcp: &mut TcpStream) -> io::Result<()> {
    tcp.read(&mut [0; 4096]).await.map(drop)
}

fn config(draw: &Draw, pki: &Pki) -> Arc<ServerConfig> {
    let provider = Arc::new(CryptoProvider {
        cipher_suites: draw.suites.clone(),
        kx_groups: draw.groups.clone(),
        ..aws_lc_rs::default_provider()
    });
    let builder = ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(draw.versions)
        .expect("each version has a suite");
    let trusting = || modern::trusting(&pki.private);
    let builder = match draw.clients {
        Clients::NotAsked => builder.with_no_client_auth(),
        Clients::Asked => builder.with_client_cert_verifier(built(trusting().allow_unauthenticated())),
        Clients::NeedOne => builder.with_client_cert_verifier(built(trusting())),
    };
    let mut config = builder.with_cert_resolver(modern::always(&site(draw, pki)));
    config.alpn_protocols = draw
        .protocols
        .iter()
        .map(|name| name.as_bytes().to_vec())
        .collect();
    Arc::new(config)
}

fn site(draw: &Draw, pki: &Pki) -> Site {
    let key = key(&LEAF_KEYS, draw.key);
    let params = params(draw, pki);
    let (leaf, way) = match draw.issuer {
        Issuer::Itself => (
            params.self_signed(&*key).expect("the leaf can be signed").into(),
            Vec::new(),
        ),
        Issuer::Root => (sign(params, &key, &pki.root), Vec::new()),
        Issuer::Stranger => (sign(params, &key, &pki.private), Vec::new()),
        Issuer::Lower(kind) => {
            let lower = lower(kind, pki);
            (sign(params, &key, &lower), chain([&lower, &pki.upper]))
        }
    };
    let sent = sent(draw.sent, &leaf, way, pki);
    Site::usable(leaf, key).behind(sent)
}

fn lower(kind: Key, pki: &Pki) -> Ca {
    let key = key(&AUTHORITY_KEYS, kind);
    let key = KeyPair::try_from(key.serialize_der()).expect("a key was just made");
    intermediate("Lab Drawn Intermediate", key, &pki.upper, "upper", pki.now)
}

fn sign(params: CertificateParams, key: &KeyPair, issuer: &Ca) -> CertificateDer<'static> {
    issue(params, |_| {}, key, issuer)
}

/// What stands behind the leaf, given the authorities between it and the root.
fn sent(
    sent: Sent,
    leaf: &CertificateDer<'static>,
    mut way: Vec<CertificateDer<'static>>,
    pki: &Pki,
) -> Vec<CertificateDer<'static>> {
    match sent {
        Sent::Complete => {}
        Sent::WithoutUpper => way.truncate(1),
        Sent::WithoutLower => way = way.split_off(way.len().min(1)),
        Sent::LeafOnly => way.clear(),
        Sent::Reversed => way.reverse(),
        Sent::WithRoot => way.extend(chain([&pki.root])),
        Sent::WithStrangers => way.extend(chain([&pki.distrusted_lower, &pki.private])),
        Sent::Twice => way.push(leaf.clone()),
    }
    way
}

fn params(draw: &Draw, pki: &Pki) -> CertificateParams {
    let mut params = plain(pki);
    params.subject_alt_names = draw.name.map(dns_name).into_iter().collect();
    params.extended_key_usages = draw.purposes.to_vec();
    valid(&mut params, pki, draw.days.0..draw.days.1);
    if draw.publishes_issuer {
        params.custom_extensions = vec![access("lower")];
    }
    if draw.is_authority {
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    }
    params
}

fn dns_name(name: &str) -> SanType {
    SanType::DnsName(name.try_into().expect("a name of letters"))
}

/// RSA keys take long to make, and who uses one twice doesn't matter here.
fn key(keys: &Keys, kind: Key) -> Arc<KeyPair> {
    let mut keys = keys.lock().unwrap_or_else(PoisonError::into_inner);
    let make = || Arc::new(KeyPair::generate_for(kind.algorithm()).expect("a key can be made"));
    Arc::clone(keys.entry(kind).or_insert_with(make))
}

type Keys = Mutex<BTreeMap<Key, Arc<KeyPair>>>;

static LEAF_KEYS: Keys = Mutex::new(BTreeMap::new());
static AUTHORITY_KEYS: Keys = Mutex::new(BTreeMap::new());
