//! The console's own TLS.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use minigate_console::account::first_start;
use minigate_console::serve::{Identity, Limits, acceptor, serve_within};
use rustls::crypto::aws_lc_rs::default_provider;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;
use tokio_rustls::{TlsAcceptor, TlsConnector};

use crate::database::{Database, on_both};
use crate::served::{PASSWORD, Served, form};
use crate::store::now;

on_both! {
    over_tls_cookies_are_for_this_host_and_tls_only
    what_isnt_tls_gets_no_answer
}

async fn over_tls_cookies_are_for_this_host_and_tls_only(database: &Database) {
    let (served, connector) = with_tls(database).await;
    let name = "operator".parse().unwrap();
    let first = first_start(served.console.store(), &name, now())
        .await
        .unwrap()
        .unwrap();
    let body = form(&[("password", PASSWORD), ("again", PASSWORD)]);
    let path = format!("/invited/{}", first.secret.reveal());

    let set = ask(&connector, served.address, "POST", &path, "", &body).await;
    let cookies: Vec<&str> = set
        .lines()
        .filter_map(|line| line.strip_prefix("set-cookie: "))
        .collect();
    let session = cookies
        .iter()
        .find(|cookie| cookie.starts_with("__Host-session="))
        .unwrap();
    let session = session.split(';').next().unwrap();
    let page = ask(&connector, served.address, "GET", "/", session, "").await;
    let plain = session.replace("__Host-", "");
    let planted = ask(&connector, served.address, "GET", "/", &plain, "").await;

    assert!(set.starts_with("HTTP/1.1 303"), "{set}");
    assert_eq!(cookies.len(), 2, "{cookies:?}");
    for cookie in &cookies {
        assert!(
            cookie.starts_with("__Host-") && cookie.contains("Secure"),
            "{cookie}"
        );
        assert!(
            cookie.contains("HttpOnly") && cookie.contains("Path=/") && !cookie.contains("Domain"),
            "{cookie}"
        );
    }
    assert!(page.starts_with("HTTP/1.1 200"), "{page}");
    assert!(
        page.contains("strict-transport-security: max-age=31536000"),
        "{page}"
    );
    assert!(planted.starts_with("HTTP/1.1 303"), "{planted}");
}

async fn what_isnt_tls_gets_no_answer(database: &Database) {
    let (served, connector) = with_tls(database).await;

    let mut stream = TcpStream::connect(served.address).await.unwrap();
    stream
        .write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n")
        .await
        .unwrap();
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;

    assert!(!answer.starts_with(b"HTTP"), "{answer:?}");
    let page = ask(&connector, served.address, "GET", "/sign-in", "", "").await;
    assert!(page.starts_with("HTTP/1.1 200"), "{page}");
}

#[tokio::test]
async fn who_says_nothing_after_the_handshake_isnt_waited_for() {
    let (tls, connector) = both_ends();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let limits = Limits {
        head: Duration::from_millis(50),
        ..Limits::default()
    };
    let forever = std::future::pending();
    tokio::spawn(serve_within(listener, Some(tls), Router::new(), limits, forever));

    for said in ["", "PRI * HT"] {
        let stream = TcpStream::connect(address).await.unwrap();
        let name = ServerName::try_from("localhost").unwrap();
        let mut stream = connector.connect(name, stream).await.unwrap();
        stream.write_all(said.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        let read = timeout(Duration::from_secs(20), stream.read_to_end(&mut answer)).await;
        assert!(read.is_ok() && answer.is_empty(), "{said:?}: {answer:?}");
    }
}

async fn with_tls(database: &Database) -> (Served, TlsConnector) {
    let (tls, connector) = both_ends();
    let served = Served::set_up(database.open().await, Some(tls), |settings| {
        settings.public_url.set_scheme("https").unwrap();
    })
    .await;
    (served, connector)
}

fn both_ends() -> (TlsAcceptor, TlsConnector) {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let identity = Identity::read(
        made.cert.pem().as_bytes(),
        made.signing_key.serialize_pem().as_bytes(),
    );
    let mut roots = RootCertStore::empty();
    roots.add(made.cert.der().clone()).unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(default_provider()));
    let config = config.with_safe_default_protocol_versions().unwrap();
    let config = config.with_root_certificates(roots).with_no_client_auth();
    let connector = TlsConnector::from(Arc::new(config));
    (acceptor(identity.unwrap()).unwrap(), connector)
}

async fn ask(
    connector: &TlsConnector,
    address: SocketAddr,
    method: &str,
    path: &str,
    cookie: &str,
    body: &str,
) -> String {
    let stream = TcpStream::connect(address).await.unwrap();
    let name = ServerName::try_from("localhost").unwrap();
    let mut stream = connector.connect(name, stream).await.unwrap();
    let request = format!(
        "{method} {path} HTTP/1.1\r\nhost: {address}\r\norigin: https://{address}\r\ncookie: {cookie}\r\n\
         content-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    String::from_utf8_lossy(&answer).into_owned()
}
