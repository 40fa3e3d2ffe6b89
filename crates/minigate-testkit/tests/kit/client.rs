//! A plain client that trusts a throw-away authority.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use minigate_testkit::Authority;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

/// The name that every test asks for.
pub(crate) const NAME: &str = "api.example.com";

/// Shakes hands for [`NAME`], offering these protocols.
pub(crate) async fn connect(
    addr: SocketAddr,
    authority: &Authority,
    alpn: &[&[u8]],
) -> io::Result<TlsStream<TcpStream>> {
    let mut roots = RootCertStore::empty();
    roots.add(authority.root_der().clone()).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = alpn.iter().map(|protocol| protocol.to_vec()).collect();
    let name = ServerName::try_from(NAME).unwrap();
    TlsConnector::from(Arc::new(config))
        .connect(name, dial(addr).await?)
        .await
}

/// Connects and asks for `/`, without waiting for the answer.
pub(crate) async fn ask(addr: SocketAddr, authority: &Authority) -> io::Result<TlsStream<TcpStream>> {
    let mut tls = connect(addr, authority, &[b"http/1.1"]).await?;
    tls.write_all(format!("GET / HTTP/1.1\r\nhost: {NAME}\r\n\r\n").as_bytes())
        .await?;
    Ok(tls)
}

#[expect(
    clippy::disallowed_methods,
    reason = "a test's own client, not an app's connection"
)]
async fn dial(addr: SocketAddr) -> io::Result<TcpStream> {
    TcpStream::connect(addr).await
}
