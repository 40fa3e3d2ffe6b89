//! WebSockets of the mock origin, from an `answers.toml` to a client.

#![expect(clippy::unwrap_used, reason = "a helper of a test fails as the test does")]

use std::fs;
use std::sync::Arc;

use futures_util::{SinkExt, StreamExt};
use minigate_origin::{Answers, Authority, Origin};
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use yawc::{Frame, OpCode, Options, WebSocket};

const ANSWERS: &str = r#"
[[answer]]
when.path = "/chat"
give.headers = { x-room = "7" }
give.socket.protocol = "chat"
give.socket.greet = ["hello", { room = 7 }, [1, 2, 255]]
give.socket.replies = [
  { to = "ping", send = ["pong", "pong"] },
  { to = [0], send = [[1]] },
  { to = "bye", close = { code = 3001, reason = "see you" } },
]
give.socket.echo = true

[[answer]]
when.path = "/two"
give.socket.close = { after = 2, code = 4000, reason = "enough" }

[[answer]]
when.path = "/full"
give.socket.close = {}
"#;

#[tokio::test]
async fn a_socket_greets_replies_echoes_and_says_goodbye() {
    let server = Server::start().await;
    let mut socket = server.socket("/chat", Options::default()).await;

    for message in ["ping", "other"] {
        socket.send(Frame::text(message)).await.unwrap();
    }
    socket.send(Frame::binary([0].as_slice().to_vec())).await.unwrap();
    socket.send(Frame::text("bye")).await.unwrap();

    assert_eq!(
        all(socket).await,
        [
            "Text hello",
            "Text {\"room\":7}",
            "Binary \u{1}\u{2}\u{fffd}",
            "Text pong",
            "Text pong",
            "Text other",
            "Binary \u{1}",
            "Close 3001 see you",
        ]
    );
}

#[tokio::test]
async fn a_socket_closes_after_so_many_messages_or_at_once() {
    let server = Server::start().await;

    let mut two = server.socket("/two", Options::default()).await;
    two.send(Frame::text("1")).await.unwrap();
    two.send(Frame::text("2")).await.unwrap();
    let full = server.socket("/full", Options::default()).await;

    assert_eq!(all(two).await, ["Close 4000 enough"]);
    assert_eq!(all(full).await, ["Close 1000 "]);
}

#[tokio::test]
async fn messages_are_deflated_where_the_client_offers_that() {
    let server = Server::start().await;
    let mut socket = server
        .socket("/chat", Options::default().with_balanced_compression())
        .await;
    let long = "again and again ".repeat(1000);

    socket.send(Frame::text(long.clone())).await.unwrap();
    socket.send(Frame::text("bye")).await.unwrap();

    assert_eq!(all(socket).await[3], format!("Text {long}"));
}

#[tokio::test]
async fn a_clients_close_is_answered_with_its_own_code() {
    let server = Server::start().await;
    let mut socket = server.socket("/two", Options::default()).await;

    let close = Frame::close(yawc::close::CloseCode::from(4999), "mine");
    socket.send(close).await.unwrap();

    assert_eq!(all(socket).await, ["Close 4999 mine"]);
}

#[tokio::test]
async fn the_handshake_agrees_to_what_was_offered_and_a_plain_request_is_refused() {
    let server = Server::start().await;
    let handshake = "GET /chat HTTP/1.1\r\nhost: api.example.com\r\nconnection: keep-alive, Upgrade\r\nupgrade: WebSocket\r\n\
                     sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
                     sec-websocket-protocol: mqtt, chat\r\n\r\n";

    let agreed = server.head(handshake).await;
    let refused = server
        .head("GET /chat HTTP/1.1\r\nhost: api.example.com\r\n\r\n")
        .await;

    for line in [
        "http/1.1 101 switching protocols",
        "x-room: 7",
        "sec-websocket-accept: s3pplmbitxaq9kygzzhzrbk+xoo=",
        "sec-websocket-protocol: chat",
    ] {
        assert!(agreed.lines().any(|said| said == line), "{line}: {agreed}");
    }
    assert!(refused.starts_with("http/1.1 426"), "{refused}");
}

#[test]
fn a_close_that_no_side_may_send_is_refused_when_answers_are_loaded() {
    for (close, problem) in [
        (
            "{ code = 1006 }",
            "can't be closed with 1006 and a reason of 0 bytes",
        ),
        ("{ code = 999 }", "can't be closed with 999"),
        ("{ after = -1 }", "invalid value"),
        ("{ untill = 1 }", "unknown field"),
    ] {
        let text = format!("[[answer]]\ngive.socket.close = {close}\n");
        let error = Answers::load(mock(&text).path()).unwrap_err().to_string();
        assert!(error.contains(problem), "{error}");
    }
    let both = "[[answer]]\ngive.text = 'x'\ngive.socket.echo = true\n";
    let error = Answers::load(mock(both).path()).unwrap_err().to_string();
    assert!(
        error.contains("`give.socket`: the answer already has a body"),
        "{error}"
    );
}

/// Every message up to the close, in short.
async fn all(mut socket: WebSocket<TlsStream<TcpStream>>) -> Vec<String> {
    let mut said = Vec::new();
    while let Some(frame) = socket.next().await {
        if frame.opcode() == OpCode::Close {
            let code = frame.close_code().map_or(1005, u16::from);
            said.push(format!(
                "Close {code} {}",
                frame.close_reason().unwrap().unwrap_or_default()
            ));
        } else {
            said.push(format!(
                "{:?} {}",
                frame.opcode(),
                String::from_utf8_lossy(frame.payload())
            ));
        }
    }
    said
}

struct Server {
    origin: Origin,
    authority: Arc<Authority>,
    _mock: TempDir,
}

impl Server {
    async fn start() -> Self {
        let authority = Arc::new(Authority::new().unwrap());
        let mock = mock(ANSWERS);
        let answers = Answers::load(mock.path()).unwrap();
        let origin = Origin::start(answers, &authority).await.unwrap();
        Self {
            origin,
            authority,
            _mock: mock,
        }
    }

    async fn socket(&self, path: &str, options: Options) -> WebSocket<TlsStream<TcpStream>> {
        let url = format!("wss://api.example.com{path}").parse().unwrap();
        WebSocket::handshake(url, self.connect().await, options)
            .await
            .unwrap()
    }

    /// What is answered up to the empty line, in lower case.
    async fn head(&self, request: &str) -> String {
        let mut stream = self.connect().await;
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(stream.read_u8().await.unwrap());
        }
        String::from_utf8_lossy(&head).to_lowercase()
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "a test's own client, not an app's connection"
    )]
    async fn connect(&self) -> TlsStream<TcpStream> {
        let mut roots = RootCertStore::empty();
        roots.add(self.authority.root_der().clone()).unwrap();
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let tcp = TcpStream::connect(self.origin.addr()).await.unwrap();
        let name = ServerName::try_from("api.example.com").unwrap();
        TlsConnector::from(Arc::new(config))
            .connect(name, tcp)
            .await
            .unwrap()
    }
}

fn mock(answers: &str) -> TempDir {
    let mock = TempDir::new().unwrap();
    let domain = mock.path().join("api.example.com");
    fs::create_dir(&domain).unwrap();
    fs::write(domain.join("answers.toml"), answers).unwrap();
    mock
}
