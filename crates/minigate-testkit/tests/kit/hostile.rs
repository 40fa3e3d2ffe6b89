//! The hostile servers do what they are said to do.

use std::io;
use std::time::Duration;

use minigate_testkit::hostile::{self, Ends, Hostile};
use minigate_testkit::{Authority, Leaf, Script, ScriptedServer};
use tokio::io::AsyncReadExt;
use tokio::time::timeout;

use crate::client::{self, NAME};

#[tokio::test]
async fn some_end_by_themselves() {
    for hostile in ending(Ends::ByItself) {
        let exchange = exchange(hostile.script).await;

        assert!(exchange.received.len() < MOST, "{}", hostile.name);
    }
}

// The time that a client is patient passes at once on a clock that stands.
#[tokio::test(start_paused = true)]
async fn others_leave_it_to_the_client() {
    for hostile in ending(Ends::ByTheClient) {
        let name = hostile.name;

        let ended = timeout(Duration::from_secs(5), exchange(hostile.script)).await;

        assert!(
            ended.is_err() || ended.is_ok_and(|exchange| exchange.received.len() >= MOST),
            "{name}"
        );
    }
}

#[tokio::test]
async fn a_cut_and_a_reset_are_seen_after_the_bytes_before_them() {
    let cut = exchange(hostile::cut_in_body()).await;
    let reset = exchange(hostile::reset_in_body()).await;

    assert!(cut.received.ends_with(b"\r\n\r\nhello"));
    assert_eq!(cut.ended.unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
    assert_eq!(reset.ended.unwrap_err().kind(), io::ErrorKind::ConnectionReset);
}

#[tokio::test]
async fn a_handshake_can_break() {
    let cases = [
        (hostile::cut_in_handshake(), "tls handshake eof"),
        (
            hostile::plain_http_on_the_tls_port(),
            "received corrupt message of type InvalidContentType",
        ),
    ];
    for (script, expected) in cases {
        let exchange = exchange(script).await;

        let error = exchange.ended.unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }
}

#[tokio::test]
async fn bodies_arrive_as_they_are() {
    let gbk = exchange(hostile::gbk_said_to_be_utf8()).await;
    let boms = exchange(hostile::ten_boms()).await;
    let bomb = exchange(hostile::gzip_bomb(1 << 10)).await;

    assert!(gbk.received.ends_with(b"\xc4\xe3\xba\xc3"));
    assert!(boms.received.ends_with(("\u{feff}".repeat(10) + "{}").as_bytes()));
    assert!(bomb.received.len() < 2 << 20);
}

#[tokio::test]
async fn headers_of_100_megabytes_end_at_last() {
    let authority = Authority::new().unwrap();
    let server = start(&authority, hostile::huge_headers()).await;
    let mut tls = client::ask(server.addr(), &authority).await.unwrap();

    let mut buffer = vec![0; 1 << 20];
    let mut total = 0;
    loop {
        match tls.read(&mut buffer).await.unwrap() {
            0 => break,
            read => total += read,
        }
    }

    assert_eq!(
        total,
        "HTTP/1.1 200 OK\r\n".len() + 100_000_000 + "content-length: 0\r\n\r\n".len()
    );
}

fn ending(ends: Ends) -> Vec<Hostile> {
    hostile::all()
        .into_iter()
        .filter(|hostile| hostile.ends == ends)
        .collect()
}

struct Exchange {
    received: Vec<u8>,
    ended: io::Result<()>,
}

/// Asks, and takes whatever comes, up to [`MOST`] bytes.
async fn exchange(script: Script) -> Exchange {
    let authority = Authority::new().unwrap();
    let server = start(&authority, script).await;
    let mut received = Vec::new();
    let ended = match client::ask(server.addr(), &authority).await {
        Ok(tls) => tls.take(MOST as u64).read_to_end(&mut received).await.map(|_| ()),
        Err(error) => Err(error),
    };
    Exchange { received, ended }
}

async fn start(authority: &Authority, script: Script) -> ScriptedServer {
    ScriptedServer::start(Leaf::for_name(NAME).issue(authority), [script]).await
}

const MOST: usize = 16 << 20;
