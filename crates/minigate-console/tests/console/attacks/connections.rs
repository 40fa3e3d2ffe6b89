//! Bytes on a connection: shapes that proxies and servers read differently, clients that are slow, and too much of
//! everything.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::routing::get;
use futures_util::stream;
use hyper::client::conn::http2;
use hyper::{Request, StatusCode};
use hyper_util::rt::{TokioExecutor, TokioIo};
use minigate_console::router;
use minigate_console::serve::{Limits, serve_within};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::Notify;

use super::Ground;
use crate::database::{Database, on_both};

on_both! {
    what_is_too_large_is_refused_before_it_is_kept
    what_programs_send_too_large_is_refused_before_it_comes
    a_large_head_is_refused_without_harm
    a_request_names_one_host
    a_request_of_two_lengths_is_the_last_of_its_connection
    slow_clients_are_in_nobodys_way
    half_a_head_isnt_waited_for
    who_says_nothing_isnt_waited_for
    who_says_nothing_over_http2_isnt_waited_for
    who_never_reads_doesnt_keep_its_seat
    one_address_cant_take_every_seat
}

async fn what_is_too_large_is_refused_before_it_is_kept(database: &Database) {
    let mut ground = Ground::on(database).await;
    let address = ground.served.address;
    let cookie = format!("session={}", ground.owner.cookies["session"]);

    for path in [
        "/sign-in",
        "/preferences",
        "/apps/wx1/draft",
        "/apps/wx1/import",
        "/invited/x",
    ] {
        let head = format!(
            "POST {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncookie: {cookie}\r\n\
             content-type: application/x-www-form-urlencoded\r\n"
        );
        let declared = format!("{head}content-length: 99999999999\r\n\r\na=b");
        let status = status_of(&raw(address, declared.as_bytes()).await);
        assert_eq!(status, 413, "{path}");
        let mut chunked = format!("{head}transfer-encoding: chunked\r\n\r\n").into_bytes();
        for _ in 0..40 {
            chunked.extend_from_slice(b"10000\r\n");
            chunked.extend_from_slice(&[b'a'; 0x10000]);
            chunked.extend_from_slice(b"\r\n");
        }
        let status = status_of(&raw(address, &chunked).await);
        // The connection may end before the answer is read: the rest of the body is still on its way.
        assert!(
            (400..500).contains(&status) || status == 200 || status == 0,
            "{path}: {status}"
        );
    }

    assert_eq!(ground.owner.get("/apps/wx1").await.status, StatusCode::OK);
}

async fn what_programs_send_too_large_is_refused_before_it_comes(database: &Database) {
    let ground = Ground::on(database).await;
    let token = ground.token(database, "bob", None, &["wx1"]).await;
    let secret = ground.app_secret("wx1").await;
    let address = ground.served.address;
    let path = format!("/cgi-bin/token?grant_type=client_credential&appid=wx1&secret={secret}");
    let got: serde_json::Value =
        serde_json::from_str(&ground.served.browser().get(&path).await.body).unwrap();
    let access = got["access_token"].as_str().unwrap();

    for (path, status, said) in [
        (
            "/api/v1/apps/wx1/draft/import".to_owned(),
            413,
            "/problems/too-large",
        ),
        (format!("/wxa/modify_domain?access_token={access}"), 200, "45002"),
        ("/cgi-bin/stable_token".to_owned(), 200, "45002"),
    ] {
        let request = format!(
            "POST {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\nauthorization: Bearer {token}\r\n\
             content-type: application/json\r\ncontent-length: 1048577\r\n\r\n{{"
        );
        let answer = tokio::time::timeout(Duration::from_secs(5), raw(address, request.as_bytes())).await;
        let answer = answer.unwrap_or_else(|_| panic!("{path} waits"));
        assert!(
            status_of(&answer) == status && answer.contains(said),
            "{path}: {answer}"
        );
    }
}

async fn a_request_names_one_host(database: &Database) {
    let ground = Ground::on(database).await;
    let address = ground.served.address;

    for (version, hosts, status) in [
        ("1.1", "", 400),
        ("1.1", "host: x\r\nhost: x\r\n", 400),
        ("1.0", "host: x\r\nhost: y\r\n", 400),
        ("1.1", "host: somebody@x\r\n", 400),
        ("1.1", "host: a b\r\n", 400),
        ("1.1", "host: x/y\r\n", 400),
        ("1.0", "", 303),
        ("1.1", "host:\r\n", 303),
        ("1.1", "host: x:8880\r\n", 303),
        ("1.1", "host: [::1]:8880\r\n", 303),
    ] {
        for path in ["/", "http://x/"] {
            let request = format!("GET {path} HTTP/{version}\r\n{hosts}connection: close\r\n\r\n");
            let answer = raw(address, request.as_bytes()).await;
            assert_eq!(status_of(&answer), status, "{request}{answer}");
            assert!(answer.contains("\r\nx-request-id: "), "{request}{answer}");
            assert!(answer.contains("\r\nx-frame-options: DENY"), "{request}{answer}");
        }
    }
    for (path, status, told) in [
        ("/", 400, "content-type: text/html"),
        ("/api/v1/apps", 400, "content-type: application/problem+json"),
        ("/healthz", 400, "x-request-id: "),
        ("/wxa/modify_domain", 400, "x-request-id: "),
        ("/lists/wx1", 400, "content-length: 0"),
        ("/lists/wx1/events", 400, "x-request-id: "),
    ] {
        let request = format!("GET {path} HTTP/1.1\r\nconnection: close\r\n\r\n");
        let answer = raw(address, request.as_bytes()).await;
        assert_eq!(status_of(&answer), status, "{request}{answer}");
        assert!(answer.contains(told), "{request}{answer}");
    }
}

async fn a_large_head_is_refused_without_harm(database: &Database) {
    let mut ground = Ground::on(database).await;
    let address = ground.served.address;

    let many_cookies = "a=b; ".repeat(20_000);
    let many_headers = (0..500)
        .map(|number| format!("x-{number}: y\r\n"))
        .collect::<String>();
    for head in [
        format!("cookie: {many_cookies}\r\n"),
        many_headers,
        format!("x: {}\r\n", "y".repeat(200_000)),
    ] {
        let request = format!("GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n{head}\r\n");
        let status = status_of(&raw(address, request.as_bytes()).await);
        assert!(status == 431 || status == 0, "{status}");
    }
    let long = format!("GET /{} HTTP/1.1\r\nhost: x\r\n\r\n", "a".repeat(200_000));
    let status = status_of(&raw(address, long.as_bytes()).await);
    assert!(status == 414 || status == 431 || status == 0, "{status}");

    assert_eq!(ground.owner.get("/").await.status, StatusCode::OK);
}

async fn a_request_of_two_lengths_is_the_last_of_its_connection(database: &Database) {
    let ground = Ground::on(database).await;
    let hidden = "GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n";

    for head in [
        format!(
            "content-length: {}\r\ntransfer-encoding: chunked\r\n",
            5 + hidden.len()
        ),
        "transfer-encoding: chunked\r\ncontent-length: 5\r\n".to_owned(),
        "transfer-encoding: chunked, identity\r\n".to_owned(),
        "transfer-encoding: xchunked\r\n".to_owned(),
        "content-length: 5\r\ncontent-length: 6\r\n".to_owned(),
        "content-length: +5\r\n".to_owned(),
        "transfer-encoding : chunked\r\n".to_owned(),
        "x: y\r\n transfer-encoding: chunked\r\ncontent-length: 5\r\n".to_owned(),
    ] {
        let request = format!("POST /preferences HTTP/1.1\r\nhost: x\r\n{head}\r\n0\r\n\r\n{hidden}");
        let answer = raw(ground.served.address, request.as_bytes()).await;
        assert_eq!(answer.matches("HTTP/1.1 ").count(), 1, "{head}: {answer}");
        assert!(!answer.ends_with("ok\n"), "{head}: {answer}");
    }
}

async fn slow_clients_are_in_nobodys_way(database: &Database) {
    let mut ground = Ground::on(database).await;
    let cookie = format!("session={}", ground.owner.cookies["session"]);
    let mut held = Vec::new();
    for _ in 0..60 {
        let head = open(ground.served.address, b"GET / HTTP/1.1\r\nhost: x\r\nx: ").await;
        let body = format!(
            "POST /apps/wx1/draft HTTP/1.1\r\nhost: x\r\ncookie: {cookie}\r\n\
             content-type: application/x-www-form-urlencoded\r\ncontent-length: 1000\r\n\r\ncsrf="
        );
        let body = open(ground.served.address, body.as_bytes()).await;
        // Never reads what it asks for, many times over.
        let greedy = "GET /sign-in HTTP/1.1\r\nhost: x\r\n\r\n".repeat(50);
        let greedy = open(ground.served.address, greedy.as_bytes()).await;
        held.extend([head, body, greedy]);
    }

    let page = tokio::time::timeout(Duration::from_secs(20), ground.owner.get("/apps/wx1")).await;
    let saved = ground.owner.submit(
        "/apps/wx1/draft",
        "/apps/wx1/draft",
        &[("request", "https://three.example.com"), ("do", "save")],
    );
    let saved = tokio::time::timeout(Duration::from_secs(20), saved).await;

    assert_eq!(page.unwrap().status, StatusCode::OK);
    assert_eq!(saved.unwrap().status, StatusCode::SEE_OTHER);
    drop(held);
}

async fn half_a_head_isnt_waited_for(database: &Database) {
    let ground = Ground::on(database).await;
    let limits = Limits {
        head: Duration::from_millis(50),
        ..Limits::default()
    };
    let address = served_within(&ground, limits).await;

    // Both end although the client says nothing more: the console is the one that closes.
    let half = raw(address, b"GET / HTTP/1.1\r\nhost: x\r\nx: ").await;
    let idle = raw(address, b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n").await;

    assert!(half.is_empty() || half.starts_with("HTTP/1.1 408"), "{half}");
    assert!(idle.ends_with("ok\n"), "{idle}");
}

async fn who_says_nothing_isnt_waited_for(database: &Database) {
    let ground = Ground::on(database).await;
    let limits = Limits {
        head: Duration::from_millis(50),
        ..Limits::default()
    };
    let address = served_within(&ground, limits).await;
    let preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
    let settings = format!("{preface}\0\0\0\x04\0\0\0\0\0");

    for said in ["", "P", "PRI * HT", preface, &settings] {
        let answer = tokio::time::timeout(Duration::from_secs(20), raw(address, said.as_bytes())).await;
        assert!(!answer.expect(said).contains("HTTP/1.1 200"), "{said}");
    }
}

async fn who_says_nothing_over_http2_isnt_waited_for(database: &Database) {
    let ground = Ground::on(database).await;
    let limits = Limits {
        head: Duration::from_millis(50),
        ..Limits::default()
    };
    let address = served_within(&ground, limits).await;
    let stream = TokioIo::new(TcpStream::connect(address).await.unwrap());
    let (mut client, connection) = http2::handshake(TokioExecutor::new(), stream).await.unwrap();
    let connection = tokio::spawn(connection);
    let request = Request::get("http://x/healthz").body(String::new()).unwrap();

    let answered = client.send_request(request).await.unwrap().status();
    // It goes on answering the console's pings, but asks nothing more.
    let ended = tokio::time::timeout(Duration::from_secs(20), connection).await;

    assert_eq!(answered, StatusCode::OK);
    ended.expect("it ends").unwrap().unwrap();
}

#[tokio::test]
async fn an_answer_that_takes_long_is_waited_for() {
    let limits = Limits {
        head: Duration::from_millis(50),
        ..Limits::default()
    };
    let done = Arc::new(Notify::new());
    let slow = Router::new()
        .route("/healthz", get(async || "ok\n"))
        .route("/slow", get(slow))
        .with_state(Arc::clone(&done));
    let address = served(slow, limits).await;

    let mut waiting = open(
        address,
        b"GET /slow HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n",
    )
    .await;
    waiting.read_u8().await.unwrap();
    // Once one that came later is closed, this one has waited for as long.
    raw(address, b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n").await;
    done.notify_one();
    let mut answer = String::new();
    waiting.read_to_string(&mut answer).await.unwrap();

    assert!(answer.contains("late"), "{answer}");
}

/// An answer whose head is there at once.
async fn slow(State(done): State<Arc<Notify>>) -> Body {
    Body::from_stream(stream::once(async move {
        done.notified().await;
        io::Result::Ok("late")
    }))
}

async fn who_never_reads_doesnt_keep_its_seat(database: &Database) {
    let ground = Ground::on(database).await;
    let limits = Limits {
        connections: 1,
        stall: Duration::from_millis(50),
        ..Limits::default()
    };
    let address = served_within(&ground, limits).await;
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4096).unwrap();
    let mut greedy = socket.connect(address).await.unwrap();
    // More answers than the buffers of both ends hold; once they are full, no more requests are read.
    let requests = "GET /sign-in HTTP/1.1\r\nhost: x\r\n\r\n".repeat(10_000);
    let asking = tokio::spawn(async move {
        let _ = greedy.write_all(requests.as_bytes()).await;
        greedy
    });

    let next = raw(
        address,
        b"GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n",
    );
    let next = tokio::time::timeout(Duration::from_secs(30), next).await;

    assert!(next.unwrap().ends_with("ok\n"));
    drop(asking.await.unwrap());
}

async fn one_address_cant_take_every_seat(database: &Database) {
    let ground = Ground::on(database).await;
    let limits = Limits {
        connections_of_one: 3,
        ..Limits::default()
    };
    let address = served_within(&ground, limits).await;
    let ask = b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n";

    let mut held = Vec::new();
    for _ in 0..3 {
        let mut stream = open(address, ask).await;
        stream.read_u8().await.unwrap();
        held.push(stream);
    }
    let fourth = raw(address, ask).await;
    held.pop();

    assert_eq!(fourth, "");
    let again = b"GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    // The seat comes free once the console has seen that the connection ended.
    while raw(address, again).await.is_empty() {
        tokio::task::yield_now().await;
    }
}

async fn served_within(ground: &Ground, limits: Limits) -> SocketAddr {
    served(router(Arc::clone(&ground.served.console)), limits).await
}

async fn served(router: Router, limits: Limits) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(serve_within(
        listener,
        None,
        router,
        limits,
        std::future::pending(),
    ));
    address
}

async fn open(address: SocketAddr, bytes: &[u8]) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(bytes).await.unwrap();
    stream
}

/// What comes back until the console closes the connection.
async fn raw(address: SocketAddr, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let (mut reader, mut writer) = stream.split();
    let mut answer = Vec::new();
    let write = async {
        // The console may close before it has all.
        let _ = writer.write_all(bytes).await;
    };
    let read = async {
        let _ = reader.read_to_end(&mut answer).await;
    };
    tokio::join!(write, read);
    String::from_utf8_lossy(&answer).into_owned()
}

fn status_of(answer: &str) -> u16 {
    let status = answer.split(' ').nth(1);
    status.map_or(0, |status| status.parse().unwrap())
}
