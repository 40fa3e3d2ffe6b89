//! A server of TLS 1.2 and 1.3 that answers over HTTP.

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::server::conn::{http1, http2};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use jiff::Timestamp;
use rustls::crypto::aws_lc_rs;
use rustls::server::danger::ClientCertVerifier;
use rustls::server::{ClientCertVerifierBuilder, ClientHello, ResolvesServerCert, WebPkiClientVerifier};
use rustls::sign::CertifiedKey;
use rustls::{RootCertStore, ServerConfig, SupportedProtocolVersion};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;

use super::Chain;
use super::pki::{Ca, Pki};
use super::site::Site;

/// How such a server behaves beside its certificates.
#[derive(Clone, Copy, Debug)]
pub(super) struct Modern {
    pub(super) versions: &'static [&'static SupportedProtocolVersion],
    pub(super) clients: Clients,
    /// Speaks HTTP/2 too.
    pub(super) h2: bool,
}

/// Whether clients need a certificate.
#[derive(Clone, Copy, Debug)]
pub(super) enum Clients {
    NeedNone,
    NeedOne,
}

/// What it presents by name: the first site for the laboratory's host, the second for everybody else.
#[derive(Debug)]
pub(super) struct ByName(Mutex<Arc<CertifiedKey>>, Arc<CertifiedKey>);

impl ByName {
    pub(super) fn new(site: &Site, other: &Site) -> Arc<Self> {
        Arc::new(Self(Mutex::new(site.certified()), other.certified()))
    }

    /// What those are sent who name the host.
    pub(super) fn chain(&self) -> Chain {
        self.named().cert.clone()
    }

    /// Sends another chain from now on, with the same key.
    pub(super) fn swap(&self, chain: Chain) {
        let key = Arc::clone(&self.named().key);
        *self.named() = Arc::new(CertifiedKey::new(chain, key));
    }

    fn named(&self) -> MutexGuard<'_, Arc<CertifiedKey>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ResolvesServerCert for ByName {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let is_named = hello.server_name() == Some(super::HOST);
        Some(if is_named {
            Arc::clone(&self.named())
        } else {
            Arc::clone(&self.1)
        })
    }
}

/// The configuration of a server that presents these sites.
pub(super) fn config(modern: Modern, pki: &Pki, sites: Arc<ByName>) -> Arc<ServerConfig> {
    let builder = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_protocol_versions(modern.versions)
        .expect("the provider knows these versions");
    let builder = match modern.clients {
        Clients::NeedNone => builder.with_no_client_auth(),
        Clients::NeedOne => builder.with_client_cert_verifier(built(trusting(&pki.private))),
    };
    let mut config = builder.with_cert_resolver(sites);
    config.alpn_protocols = if modern.h2 {
        vec![b"h2".to_vec(), b"http/1.1".to_vec()]
    } else {
        vec![b"http/1.1".to_vec()]
    };
    Arc::new(config)
}

/// Takes clients with certificates of one authority.
pub(super) fn trusting(authority: &Ca) -> ClientCertVerifierBuilder {
    let mut roots = RootCertStore::empty();
    roots.add(authority.der().clone()).expect("a root was just made");
    WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::new(aws_lc_rs::default_provider()))
}

pub(super) fn built(builder: ClientCertVerifierBuilder) -> Arc<dyn ClientCertVerifier> {
    builder.build().expect("there is a root")
}

/// Presents one site to everybody.
pub(super) fn always(site: &Site) -> Arc<dyn ResolvesServerCert> {
    ByName::new(site, site)
}

/// Serves one connection: every request gets an empty answer with the laboratory's time.
pub(super) async fn serve(tcp: TcpStream, config: Arc<ServerConfig>, now: Timestamp) -> io::Result<()> {
    tcp.set_nodelay(true)?;
    let tls = TlsAcceptor::from(config).accept(tcp).await?;
    let is_h2 = tls.get_ref().1.alpn_protocol() == Some(b"h2");
    let service = service_fn(move |_: Request<Incoming>| async move { answer(now) });
    let io = TokioIo::new(tls);
    let served = if is_h2 {
        http2::Builder::new(TokioExecutor::new())
            .serve_connection(io, service)
            .await
    } else {
        http1::Builder::new().serve_connection(io, service).await
    };
    served.map_err(io::Error::other)
}

fn answer(now: Timestamp) -> Result<Response<Full<Bytes>>, http::Error> {
    Response::builder()
        .header("date", now.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string())
        .header("content-type", "text/plain; charset=utf-8")
        .body(Full::default())
}
