//! What a request says: rule N3, and the fields that only the engine may set.

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use minigate_engine::{Exchange, Note, Protocol};
use minigate_testkit::{Asked, Script, Signal, Steps, answer};

use crate::support::{
    App, HOST, OTHER, URL, app, kind, origin, reply, scripted, scripted_for, status, watch,
};

const REFERER: &str = "https://servicewechat.com/wx0123456789abcdef/devtools/page-frame.html";

fn ok() -> Script {
    Script::answering(answer(200, &[], "ok"))
}

fn with(method: Method, fields: &[(&str, &str)], body: &'static str) -> Exchange {
    let mut headers = HeaderMap::new();
    for (name, value) in fields {
        let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
        headers.append(name, HeaderValue::from_str(value).unwrap());
    }
    Exchange {
        headers,
        body: body.into(),
        ..Exchange::new(method)
    }
}

#[tokio::test]
async fn n3_every_hop_has_the_fixed_referer_and_only_that() {
    let first = answer(302, &[("location", "https://cdn.example.com/")], "");
    let first = scripted([Script::answering(first)]).await;
    let second = scripted_for(OTHER, [ok()]).await;
    let app = app().at(first.addr()).host_at(OTHER, second.addr()).start();

    app.send(
        URL,
        with(Method::GET, &[("ReFeReR", "https://evil.example/")], ""),
    )
    .await
    .unwrap();

    for server in [first, second] {
        let request = server.requests().remove(0);
        let referers: Vec<_> = request
            .headers
            .iter()
            .filter(|(name, _)| name.eq_ignore_ascii_case("referer"))
            .map(|(_, value)| value.as_str())
            .collect();
        assert_eq!(referers, [REFERER]);
    }
    assert!(matches!(
        app.journal.notes().as_slice(),
        [Note::RefererDropped { .. }]
    ));
}

#[tokio::test]
async fn n3_h2_has_the_fixed_referer_too() {
    let server = origin(|asked: &Asked| {
        reply(
            200,
            &[],
            asked.headers.get("referer").unwrap().as_bytes().to_vec(),
        )
    })
    .await;
    let app = app().at(server.addr()).start();

    let exchange = Exchange {
        protocol: Protocol::Http2,
        ..with(Method::GET, &[("referer", "x")], "")
    };

    assert_eq!(kind(&app.send(URL, exchange).await), format!("200 {REFERER:?}"));
    assert_eq!(server.log()[0].version, http::Version::HTTP_2);
}

const FRAMING: &[(&str, &str)] = &[
    ("host", "evil.example"),
    ("content-length", "3"),
    ("transfer-encoding", "chunked"),
    ("connection", "close, x-own"),
    ("keep-alive", "timeout=1"),
    ("proxy-connection", "close"),
    ("proxy-authorization", "Basic eDp5"),
    ("proxy-authenticate", "x"),
    ("te", "trailers"),
    ("trailer", "x-own"),
    ("upgrade", "websocket"),
    ("http2-settings", "AAA"),
    ("expect", "100-continue"),
    ("via", "1.1 evil"),
];

#[tokio::test]
async fn fields_that_frame_a_message_are_dropped_with_a_note() {
    let server = scripted([ok()]).await;
    let app = app().at(server.addr()).start();

    let outcome = app.send(URL, with(Method::POST, FRAMING, "hello")).await;

    assert_eq!(status(&outcome), 200);
    let request = server.requests().remove(0);
    let own = ["host", "content-length"];
    for (name, _) in FRAMING.iter().filter(|(name, _)| !own.contains(name)) {
        assert_eq!(request.header(name), None, "{name}");
    }
    assert_eq!(request.header("host"), Some(HOST));
    assert_eq!(
        (request.header("content-length"), &*request.body),
        (Some("5"), &b"hello"[..])
    );
    let mut dropped: Vec<_> = app
        .journal
        .notes()
        .into_iter()
        .filter_map(|note| match note {
            Note::HeaderDropped { name } => Some(name),
            _ => None,
        })
        .collect();
    dropped.sort();
    let mut expected: Vec<_> = FRAMING.iter().map(|(name, _)| (*name).to_owned()).collect();
    expected.sort();
    assert_eq!(dropped, expected);
}

#[tokio::test]
async fn fields_that_frame_a_message_dont_break_h2() {
    let server = origin(|asked: &Asked| reply(200, &[], asked.body.clone())).await;
    let app = app().at(server.addr()).start();

    let exchange = Exchange {
        protocol: Protocol::Http2,
        ..with(Method::POST, FRAMING, "hello")
    };

    assert_eq!(kind(&app.send(URL, exchange).await), "200 \"hello\"");
    assert_eq!(server.log()[0].host, HOST);
}

#[tokio::test]
async fn a_requests_own_length_is_stated_where_a_server_may_insist_on_it() {
    for (method, body, expected) in [
        (Method::GET, "", None),
        (Method::HEAD, "", None),
        (Method::DELETE, "", None),
        (Method::OPTIONS, "", None),
        (Method::TRACE, "", None),
        (Method::POST, "", Some("0")),
        (Method::PUT, "", Some("0")),
        (Method::PATCH, "", Some("0")),
        (Method::GET, "x", Some("1")),
        (Method::POST, "你好", Some("6")),
        (Method::DELETE, "x", Some("1")),
    ] {
        let server = scripted([ok()]).await;
        let app = app().at(server.addr()).start();

        let outcome = app.send(URL, with(method.clone(), &[], body)).await;

        assert_eq!(status(&outcome), 200, "{method}");
        let request = server.requests().remove(0);
        assert_eq!(request.header("content-length"), expected, "{method} {body}");
        assert_eq!(request.header("transfer-encoding"), None);
        assert_eq!(
            (request.method.as_str(), &*request.body),
            (method.as_str(), body.as_bytes())
        );
    }
}

#[tokio::test]
async fn connect_is_refused_before_anything_leaves() {
    let server = scripted([ok()]).await;
    let app = app().at(server.addr()).start();

    assert_eq!(
        kind(&app.send(URL, with(Method::CONNECT, &[], "")).await),
        "MethodRefused"
    );
    assert_eq!(server.record().accepted, 0);
}

#[tokio::test]
async fn a_request_has_the_usual_fields_unless_the_app_sets_them() {
    let server = scripted([ok()]).await;
    let app = app().at(server.addr()).start();

    let own = [
        ("user-agent", "own"),
        ("accept", "text/plain"),
        ("accept-encoding", "identity"),
    ];
    app.get(URL).await.unwrap();
    app.send(URL, with(Method::GET, &own, "")).await.unwrap();

    let [default, set] = &server.requests()[..] else {
        panic!("two requests");
    };
    assert!(default.header("user-agent").unwrap().contains("MicroMessenger"));
    assert_eq!(default.header("accept"), Some("*/*"));
    assert_eq!(default.header("accept-encoding"), Some("gzip, deflate, br, zstd"));
    for (name, value) in own {
        assert_eq!(set.header(name), Some(value));
    }
}

#[tokio::test]
async fn a_request_target_keeps_path_and_query_and_loses_the_fragment() {
    let server = scripted([ok()]).await;
    let app = app().at(server.addr()).start();

    app.get("https://user:secret@api.example.com/a%20b/你?q=1&r=%2F#frag")
        .await
        .unwrap();

    assert_eq!(server.requests()[0].path, "/a%20b/%E4%BD%A0?q=1&r=%2F");
    assert_eq!(server.requests()[0].header("authorization"), None);
}

#[tokio::test]
async fn an_unusual_port_is_part_of_the_host_field() {
    let server = scripted([ok()]).await;
    let origin = format!("https://{HOST}:8443");
    let app = app().listing(&origin).at(server.addr()).start();

    app.get(&format!("{origin}/")).await.unwrap();

    assert_eq!(server.requests()[0].header("host"), Some("api.example.com:8443"));
}

#[tokio::test]
async fn an_answer_before_the_end_of_the_request_is_taken() {
    let body = Bytes::from(vec![b'a'; 8 << 20]);
    let early = Steps::over_tls()
        .read_head()
        .write(answer(413, &[], "too much"))
        .wait_for(&Signal::new());
    let server = scripted([early.close(), ok()]).await;
    let app = app().at(server.addr()).start();

    let exchange = Exchange {
        body: body.into(),
        ..Exchange::new(Method::POST)
    };
    let refused = app.send(URL, exchange).await;
    let next = next_within_time(&app).await;

    assert_eq!(kind(&refused), "413 \"too much\"");
    assert_eq!(
        next, "200 \"ok\"",
        "the next call doesn't wait for a connection that is still sending"
    );
    server.until(|record| record.over == 1).await;
}

async fn next_within_time(app: &App) -> String {
    let task = app.start_within(std::time::Duration::from_secs(10), URL);
    kind(&watch(task).await.outcome)
}
