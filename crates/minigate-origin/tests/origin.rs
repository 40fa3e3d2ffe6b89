//! The mock origin over real sockets and TLS.

#![expect(clippy::unwrap_used, reason = "a helper of a test fails as the test does")]

use std::collections::BTreeSet;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Method, Request, StatusCode, Version, header};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::{http1, http2};
use hyper_util::rt::{TokioExecutor, TokioIo};
use minigate_origin::{Asked, Authority, Ending, Origin, Reply, Respond};
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::runtime::Handle;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

#[tokio::test]
async fn answers_over_http1() {
    let (origin, client) = echo(Duration::ZERO).await;

    let reply = client.h1("api.example.com", get("/v1?a=1")).await.unwrap();

    assert_eq!(reply.status, StatusCode::OK);
    assert_eq!(reply.body, "GET /v1");
    let asked = &origin.log()[0];
    assert_eq!(
        (asked.version, asked.host.as_str()),
        (Version::HTTP_11, "api.example.com")
    );
    assert_eq!(asked.query.as_deref(), Some("a=1"));
}

#[tokio::test]
async fn answers_over_h2() {
    let (origin, client) = echo(Duration::ZERO).await;

    let reply = client
        .h2("api.example.com", post("https://api.example.com/v1", "hello"))
        .await
        .unwrap();

    assert_eq!(reply.body, "POST /v1");
    let asked = &origin.log()[0];
    assert_eq!(
        (asked.version, asked.host.as_str()),
        (Version::HTTP_2, "api.example.com")
    );
    assert_eq!(
        (&asked.method, &asked.body),
        (&Method::POST, &Bytes::from("hello"))
    );
}

#[tokio::test]
async fn a_head_request_gets_the_head_alone() {
    let (_origin, client) = echo(Duration::ZERO).await;
    let request = |target| {
        Request::head(target)
            .header("host", "api.example.com")
            .body(Full::default())
            .unwrap()
    };

    let h1 = client.h1("api.example.com", request("/v1")).await.unwrap();
    let h2 = client
        .h2("api.example.com", request("https://api.example.com/v1"))
        .await
        .unwrap();

    for reply in [h1, h2] {
        assert_eq!(
            (
                reply.headers[header::CONTENT_LENGTH].to_str().unwrap(),
                reply.body.len()
            ),
            ("8", 0)
        );
    }
}

#[tokio::test]
async fn a_name_that_is_not_served_is_refused_in_the_handshake() {
    let (origin, client) = echo(Duration::ZERO).await;

    let refused = client.connect("evil.example", &[b"http/1.1"]).await;

    assert!(refused.unwrap_err().to_string().contains("AccessDenied"));
    assert!(origin.log().is_empty());
}

#[tokio::test]
async fn a_handshake_without_a_name_is_refused() {
    let (_origin, client) = echo(Duration::ZERO).await;

    let refused = client.connect("127.0.0.1", &[b"http/1.1"]).await;

    assert!(refused.unwrap_err().to_string().contains("AccessDenied"));
}

#[tokio::test]
async fn a_client_that_does_not_know_the_root_refuses_the_origin() {
    let (origin, _client) = echo(Duration::ZERO).await;
    let stranger = Client::of(&origin, &Authority::new().unwrap());

    let refused = stranger.connect("api.example.com", &[b"h2"]).await;

    assert!(refused.unwrap_err().to_string().contains("UnknownIssuer"));
}

#[tokio::test]
async fn of_a_large_body_only_the_start_is_kept() {
    let (origin, client) = echo(Duration::ZERO).await;
    let body = vec![0_u8; 40 << 20];
    let request = Request::post("https://api.example.com/v1")
        .body(Full::from(body))
        .unwrap();

    let reply = client.h2("api.example.com", request).await.unwrap();

    assert_eq!(reply.status, StatusCode::OK);
    let asked = origin.log().remove(0);
    assert_eq!((asked.body.len(), asked.length), (16 << 20, 40 << 20));
}

#[tokio::test]
async fn a_connection_can_end_without_an_answer() {
    let cases = [
        (Ending::Closed, io::ErrorKind::UnexpectedEof),
        (Ending::Reset, io::ErrorKind::ConnectionReset),
    ];
    for (ending, expected) in cases {
        let (_origin, client) = start(Echo {
            ending,
            ..Echo::default()
        })
        .await;
        let mut tls = client.connect("api.example.com", &[b"http/1.1"]).await.unwrap();

        tls.write_all(b"GET / HTTP/1.1\r\nhost: api.example.com\r\n\r\n")
            .await
            .unwrap();

        assert_eq!(tls.read_u8().await.unwrap_err().kind(), expected);
    }
}

#[tokio::test]
async fn a_connection_can_be_for_one_request() {
    let (_origin, client) = start(Echo {
        closes: true,
        ..Echo::default()
    })
    .await;
    let mut tls = client.connect("api.example.com", &[b"http/1.1"]).await.unwrap();

    tls.write_all(b"GET / HTTP/1.1\r\nhost: api.example.com\r\n\r\n")
        .await
        .unwrap();

    let mut answer = String::new();
    tls.read_to_string(&mut answer).await.unwrap();
    assert!(answer.ends_with("GET /"), "{answer}");
}

#[tokio::test(start_paused = true)]
async fn a_reply_waits_for_its_delay() {
    let (_origin, client) = echo(Duration::from_secs(7)).await;
    let start = tokio::time::Instant::now();

    client.h1("api.example.com", get("/v1")).await.unwrap();

    assert!(start.elapsed() >= Duration::from_secs(7));
}

#[tokio::test(start_paused = true)]
async fn a_body_that_does_not_arrive_is_waited_for_30_seconds() {
    let (origin, client) = echo(Duration::ZERO).await;
    let mut tls = client.connect("api.example.com", &[b"http/1.1"]).await.unwrap();
    let head = b"POST / HTTP/1.1\r\nhost: api.example.com\r\ncontent-length: 5\r\n\r\n";

    tls.write_all(head).await.unwrap();

    let mut status = [0; 12];
    tls.read_exact(&mut status).await.unwrap();
    assert_eq!(&status, b"HTTP/1.1 408");
    assert!(origin.log().is_empty());
}

#[tokio::test]
async fn a_head_past_the_limit_is_refused() {
    let (origin, client) = echo(Duration::ZERO).await;
    let request = Request::get("/").header("x-filler", "a".repeat(64 << 10));

    let reply = client
        .h1("api.example.com", request.body(Full::default()).unwrap())
        .await
        .unwrap();

    assert_eq!(reply.status, StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE);
    assert!(origin.log().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_client_that_does_not_shake_hands_is_left() {
    let (origin, _client) = echo(Duration::ZERO).await;
    let mut silent = dial(origin.addr()).await.unwrap();

    let read = silent.read(&mut [0]).await;

    assert_eq!(read.unwrap(), 0);
}

#[tokio::test]
async fn nothing_outlives_the_origin() {
    let authority = Arc::new(Authority::new().unwrap());
    let before = Handle::current().metrics().num_alive_tasks();
    let origin = Origin::start(
        Echo {
            delay: Duration::from_secs(3600),
            ..Echo::default()
        },
        &authority,
    )
    .await
    .unwrap();
    let client = Client::of(&origin, &authority);
    let calls = [
        tokio::spawn(client.clone().h1_owned("api.example.com", get("/slow"))),
        tokio::spawn(client.h2_owned("api.example.com", get("https://api.example.com/slow"))),
    ];
    while origin.log().len() < calls.len() {
        tokio::task::yield_now().await;
    }

    drop(origin);

    for call in calls {
        assert!(call.await.unwrap().is_err());
    }
    while Handle::current().metrics().num_alive_tasks() > before {
        tokio::task::yield_now().await;
    }
}

#[derive(Default)]
struct Echo {
    delay: Duration,
    ending: Ending,
    closes: bool,
}

impl Respond for Echo {
    fn domains(&self) -> BTreeSet<String> {
        ["api.example.com".to_owned()].into()
    }

    fn reply(&self, asked: &Asked) -> Reply {
        let body = format!("{} {}", asked.method, asked.path).into();
        Reply {
            body,
            delay: self.delay,
            ending: self.ending,
            ..Reply::default()
        }
    }

    fn keeps_connections(&self) -> bool {
        !self.closes
    }
}

async fn echo(delay: Duration) -> (Origin, Client) {
    start(Echo {
        delay,
        ..Echo::default()
    })
    .await
}

async fn start(echo: Echo) -> (Origin, Client) {
    let authority = Arc::new(Authority::new().unwrap());
    let origin = Origin::start(echo, &authority).await.unwrap();
    let client = Client::of(&origin, &authority);
    (origin, client)
}

fn get(target: &str) -> Request<Full<Bytes>> {
    Request::get(target)
        .header("host", "api.example.com")
        .body(Full::default())
        .unwrap()
}

fn post(target: &str, body: &'static str) -> Request<Full<Bytes>> {
    Request::post(target).body(Full::from(body)).unwrap()
}

#[derive(Debug)]
struct Received {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
}

type Failure = Box<dyn std::error::Error + Send + Sync>;

#[derive(Clone)]
struct Client {
    addr: SocketAddr,
    roots: Arc<RootCertStore>,
}

impl Client {
    fn of(origin: &Origin, authority: &Authority) -> Self {
        let mut roots = RootCertStore::empty();
        roots.add(authority.root_der().clone()).unwrap();
        Self {
            addr: origin.addr(),
            roots: Arc::new(roots),
        }
    }

    async fn connect(&self, name: &str, alpn: &[&[u8]]) -> io::Result<TlsStream<TcpStream>> {
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let mut config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(Arc::clone(&self.roots))
            .with_no_client_auth();
        config.alpn_protocols = alpn.iter().map(|protocol| protocol.to_vec()).collect();
        let name = ServerName::try_from(name.to_owned()).unwrap();
        TlsConnector::from(Arc::new(config))
            .connect(name, dial(self.addr).await?)
            .await
    }

    async fn h1(&self, name: &str, request: Request<Full<Bytes>>) -> Result<Received, Failure> {
        let tls = self.connect(name, &[b"http/1.1"]).await?;
        let (mut sender, connection) = http1::handshake(TokioIo::new(tls)).await?;
        let driver = tokio::spawn(connection);
        let reply = receive(sender.send_request(request).await?).await;
        drop(sender);
        driver.await??;
        reply
    }

    async fn h1_owned(self, name: &str, request: Request<Full<Bytes>>) -> Result<Received, Failure> {
        self.h1(name, request).await
    }

    async fn h2(&self, name: &str, request: Request<Full<Bytes>>) -> Result<Received, Failure> {
        let tls = self.connect(name, &[b"h2", b"http/1.1"]).await?;
        let (mut sender, connection) = http2::handshake(TokioExecutor::new(), TokioIo::new(tls)).await?;
        let driver = tokio::spawn(connection);
        let reply = receive(sender.send_request(request).await?).await;
        drop(sender);
        driver.await??;
        reply
    }

    async fn h2_owned(self, name: &str, request: Request<Full<Bytes>>) -> Result<Received, Failure> {
        self.h2(name, request).await
    }
}

async fn receive(response: http::Response<hyper::body::Incoming>) -> Result<Received, Failure> {
    let (parts, body) = response.into_parts();
    let body = body.collect().await?.to_bytes();
    Ok(Received {
        status: parts.status,
        headers: parts.headers,
        body,
    })
}

#[expect(
    clippy::disallowed_methods,
    reason = "a test's own client, not an app's connection"
)]
async fn dial(addr: SocketAddr) -> io::Result<TcpStream> {
    TcpStream::connect(addr).await
}
