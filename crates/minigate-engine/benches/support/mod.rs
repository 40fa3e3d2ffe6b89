//! An origin on a thread of its own, and an app that may call it.

pub(crate) mod connector;

use std::convert::Infallible;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Request, Response};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::server::conn::{http1, http2};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use minigate_engine::{Engine, Override, Setup};
use minigate_policy::{DomainLists, Policy, Profile, WrittenLists};
use minigate_testkit::Authority;
use minigate_tls::{RootSource, Roots, Trust};
use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs;
use rustls::sign::SingleCertAndKey;
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::{Builder, Runtime};
use tokio_rustls::TlsAcceptor;

pub(crate) const HOST: &str = "api.example.com";
pub(crate) const URL: &str = "https://api.example.com/";

/// A running origin.
pub(crate) struct Served {
    pub(crate) addr: SocketAddr,
    pub(crate) authority: Authority,
    _runtime: Runtime,
}

impl Served {
    pub(crate) fn start() -> Self {
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let authority = Authority::new().unwrap();
        let tls = TlsAcceptor::from(Arc::new(config(&authority)));
        let listener = runtime
            .block_on(TcpListener::bind((Ipv4Addr::LOCALHOST, 0)))
            .unwrap();
        let addr = listener.local_addr().unwrap();
        runtime.spawn(async move {
            while let Ok((tcp, _)) = listener.accept().await {
                tokio::spawn(serve(tls.clone(), tcp));
            }
        });
        Self {
            addr,
            authority,
            _runtime: runtime,
        }
    }
}

fn config(authority: &Authority) -> ServerConfig {
    let leaf = authority.leaf(HOST).unwrap();
    let mut config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_cert_resolver(Arc::new(SingleCertAndKey::from(Arc::unwrap_or_clone(leaf))));
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    config
}

async fn serve(tls: TlsAcceptor, tcp: TcpStream) {
    tcp.set_nodelay(true).unwrap();
    let stream = tls.accept(tcp).await.unwrap();
    let is_h2 = stream.get_ref().1.alpn_protocol() == Some(b"h2");
    let (io, service) = (TokioIo::new(stream), service_fn(reply));
    // How a connection ends is of no interest here.
    if is_h2 {
        let _ = http2::Builder::new(TokioExecutor::new())
            .serve_connection(io, service)
            .await;
    } else {
        let _ = http1::Builder::new().serve_connection(io, service).await;
    }
}

async fn reply(_: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    let mut response = Response::new(Full::new(Bytes::from_static(ITEMS)));
    let json = HeaderValue::from_static("application/json; charset=utf-8");
    response.headers_mut().insert(CONTENT_TYPE, json);
    Ok(response)
}

const ITEMS: &[u8] = br#"{"items":[{"id":1,"name":"one","price":1999},{"id":2,"name":"two","price":2999},{"id":3,"name":"three","price":3999},{"id":4,"name":"four","price":4999},{"id":5,"name":"five","price":5999},{"id":6,"name":"six","price":6999}],"next":null}"#;

/// The client's own thread.
pub(crate) fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}

/// The engine of an app that may call the origin.
pub(crate) fn app(served: &Served) -> (Policy, Engine) {
    let written = WrittenLists {
        request: vec![format!("https://{HOST}")],
        ..WrittenLists::default()
    };
    let policy = Policy::new("wx1".parse().unwrap()).with_lists(DomainLists::parse(&written, 20).unwrap());
    let roots = Roots::load(&[RootSource::Added {
        name: "throw-away".to_owned(),
        content: served.authority.root_pem().into_bytes(),
    }]);
    let mut setup = Setup::new(Profile::default(), Trust::new(roots.unwrap()));
    setup.overrides = vec![Override::host_to(HOST, served.addr)];
    (policy, Engine::new(setup))
}
