//! Scripted servers over real sockets and TLS.

use std::io::ErrorKind;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, StatusCode, Version};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::{http1, http2};
use hyper_util::rt::{TokioExecutor, TokioIo};
use minigate_testkit::{
    Authority, Leaf, Origin, Pace, Reply, Script, ScriptedServer, Signal, Steps, answer, polite,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::runtime::Handle;
use tokio::time::Instant;

use crate::client::{self, NAME};

#[tokio::test]
async fn answers_again_and_again_on_one_connection() {
    let stage = Stage::with([Script::answering(answer(200, &[("x-a", "1")], "hello"))]).await;
    let tls = client::connect(stage.server.addr(), &stage.authority, &[b"h2", b"http/1.1"])
        .await
        .unwrap();
    let (mut sender, connection) = http1::handshake(TokioIo::new(tls)).await.unwrap();
    let driver = tokio::spawn(connection);

    for path in ["/1", "/2"] {
        let request = Request::post(path)
            .header("referer", "https://servicewechat.com/")
            .body(Full::<Bytes>::from("body"));
        let response = sender.send_request(request.unwrap()).await.unwrap();
        assert_eq!(
            (response.status(), &response.headers()["x-a"]),
            (StatusCode::OK, &"1".parse().unwrap())
        );
        assert_eq!(response.into_body().collect().await.unwrap().to_bytes(), "hello");
    }

    drop(sender);
    driver.await.unwrap().unwrap();
    let requests = stage.server.requests();
    let paths: Vec<_> = requests
        .iter()
        .map(|request| (request.connection, request.path.as_str()))
        .collect();
    assert_eq!(paths, [(0, "/1"), (0, "/2")]);
    assert_eq!(requests[0].header("Referer"), Some("https://servicewechat.com/"));
    assert_eq!(requests[0].body, "body");
    assert!(requests[0].head.starts_with(b"POST /1 HTTP/1.1\r\n"));
    assert_eq!(stage.server.record().server_names, [NAME]);
}

#[tokio::test]
async fn each_connection_has_its_script_and_the_last_is_kept() {
    let says = |body| Steps::over_tls().read_request().write(body).close();
    let stage = Stage::with([says("first"), says("last")]).await;

    let mut answers = Vec::new();
    for _ in 0..3 {
        answers.push(stage.answer().await.unwrap());
    }

    assert_eq!(answers, ["first", "last", "last"]);
}

#[tokio::test]
async fn goes_on_when_told() {
    let signal = Signal::new();
    let steps = Steps::over_tls()
        .read_request()
        .write("a")
        .wait_for(&signal)
        .write("b");
    let stage = Stage::with([steps.close()]).await;
    let mut tls = client::ask(stage.server.addr(), &stage.authority).await.unwrap();
    let mut first = [0; 1];
    tls.read_exact(&mut first).await.unwrap();

    signal.tell();

    let mut rest = String::new();
    tls.read_to_string(&mut rest).await.unwrap();
    assert_eq!((&first, rest.as_str()), (b"a", "b"));
}

#[tokio::test]
async fn writes_a_byte_each_time_it_is_told() {
    let signal = Signal::new();
    let steps = Steps::over_tls()
        .read_request()
        .write_slowly("abc", Pace::On(signal.clone()));
    let stage = Stage::with([steps.close()]).await;
    let mut tls = client::ask(stage.server.addr(), &stage.authority).await.unwrap();

    for expected in b"abc" {
        signal.tell();

        assert_eq!(tls.read_u8().await.unwrap(), *expected);
    }
}

#[tokio::test(start_paused = true)]
async fn writes_in_time_on_a_clock_that_stands() {
    let pace = Pace::Every(Duration::from_secs(60));
    let stage = Stage::with([Steps::over_tls().read_request().write_slowly("abc", pace).close()]).await;
    let start = Instant::now();

    let answer = stage.answer().await;

    assert_eq!(answer.unwrap(), "abc");
    assert!(start.elapsed() >= Duration::from_secs(180));
}

#[tokio::test(start_paused = true)]
async fn pauses_on_a_clock_that_stands() {
    let steps = Steps::over_tls()
        .read_request()
        .pause(Duration::from_secs(3600))
        .write("late");
    let stage = Stage::with([steps.close()]).await;
    let start = Instant::now();

    let answer = stage.answer().await;

    assert_eq!(answer.unwrap(), "late");
    assert!(start.elapsed() >= Duration::from_secs(3600));
}

#[tokio::test]
async fn a_close_a_cut_and_a_reset_differ() {
    let steps = || Steps::over_tls().read_request().write("hello");
    let stage = Stage::with([steps().close(), steps().cut(), steps().reset()]).await;

    let closed = stage.answer().await;
    let cut = stage.answer().await;
    let reset = stage.answer().await;

    assert_eq!(closed.unwrap(), "hello");
    assert_eq!(cut.unwrap_err(), ErrorKind::UnexpectedEof);
    assert_eq!(reset.unwrap_err(), ErrorKind::ConnectionReset);
}

#[tokio::test]
async fn tells_when_the_peer_has_left() {
    let never = Signal::new();
    let stage = Stage::with([Steps::over_tls().read_request().wait_for(&never).close()]).await;
    let tls = client::ask(stage.server.addr(), &stage.authority).await.unwrap();
    let asked = stage.server.until(|record| record.requests.len() == 1).await;

    drop(tls);

    let left = stage.server.until(|record| record.over == 1).await;
    assert_eq!((asked.accepted, asked.over, left.accepted), (1, 0, 1));
}

#[tokio::test]
async fn reads_a_head_and_leaves_its_body() {
    let stage = Stage::with([Steps::over_tls().read_head().write("seen").close()]).await;
    let mut tls = client::connect(stage.server.addr(), &stage.authority, &[])
        .await
        .unwrap();

    tls.write_all(b"POST /big HTTP/1.1\r\ncontent-length: 1000000\r\n\r\nabc")
        .await
        .unwrap();

    let mut seen = String::new();
    tls.read_to_string(&mut seen).await.unwrap();
    let requests = stage.server.requests();
    assert_eq!(
        (seen.as_str(), requests[0].path.as_str(), requests[0].body.len()),
        ("seen", "/big", 0)
    );
}

#[tokio::test]
async fn nothing_outlives_the_server() {
    let before = Handle::current().metrics().num_alive_tasks();
    let stage = Stage::with([Steps::over_tls().read_request().write_forever("a").close()]).await;
    let mut tls = client::ask(stage.server.addr(), &stage.authority).await.unwrap();
    assert_eq!(tls.read_u8().await.unwrap(), b'a');

    drop(stage);

    while Handle::current().metrics().num_alive_tasks() > before {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_polite_server_speaks_h2() {
    let authority = Arc::new(Authority::new().unwrap());
    let site = polite(NAME, |asked| Reply {
        body: asked.path.clone().into(),
        ..Reply::default()
    });
    let origin = Origin::start(site, &authority).await.unwrap();
    let tls = client::connect(origin.addr(), &authority, &[b"h2"])
        .await
        .unwrap();
    let (mut sender, connection) = http2::handshake(TokioExecutor::new(), TokioIo::new(tls))
        .await
        .unwrap();
    let driver = tokio::spawn(connection);

    let request = Request::get(format!("https://{NAME}/v1"))
        .body(Full::<Bytes>::default())
        .unwrap();
    let response = sender.send_request(request).await.unwrap();

    assert_eq!(response.version(), Version::HTTP_2);
    assert_eq!(response.into_body().collect().await.unwrap().to_bytes(), "/v1");
    drop(sender);
    driver.await.unwrap().unwrap();
}

struct Stage {
    authority: Authority,
    server: ScriptedServer,
}

impl Stage {
    async fn with(scripts: impl IntoIterator<Item = Script>) -> Self {
        let authority = Authority::new().unwrap();
        let server = ScriptedServer::start(Leaf::for_name(NAME).issue(&authority), scripts).await;
        Self { authority, server }
    }

    async fn answer(&self) -> Result<String, ErrorKind> {
        let mut tls = client::ask(self.server.addr(), &self.authority).await.unwrap();
        let mut answer = String::new();
        match tls.read_to_string(&mut answer).await {
            Ok(_) => Ok(answer),
            Err(error) => Err(error.kind()),
        }
    }
}
