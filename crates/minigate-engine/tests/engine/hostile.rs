//! Servers that do what no server should.

use std::collections::BTreeMap;
use std::time::Duration;

use bytes::Bytes;
use http::Method;
use minigate_engine::{Exchange, Expect};
use minigate_testkit::hostile::{self, Hostile};
use minigate_testkit::{FakeResolver, Script, ScriptedServer, Steps};
use tokio::time::Instant;

use crate::support::{
    App, Entry, OTHER, Seen, URL, app, finish_on_stopped_clock, is_one_of, kind, scripted, scripted_for,
    watch,
};

/// What each hostile server comes to: the one answer that is right, or the failure that names what it did.
/// Two, divided by a bar, where it is up to the network which comes first.
const EXPECTED: &[(&str, &str)] = &[
    ("answer_before_request", "200 \"unasked\" | broken: malformed"),
    ("bad_chunk_size", "broken: malformed"),
    ("bare_carriage_return", "broken: malformed"),
    ("broken_gzip", "broken: coding"),
    ("cut_in_body", "broken: truncated"),
    ("cut_in_chunks", "broken: truncated"),
    ("cut_in_handshake", "insecure: Closed"),
    ("duplicate_content_length", "broken: malformed"),
    ("endless_body", "BodyTooLarge"),
    ("endless_chunk_extension", "broken: malformed"),
    ("endless_header", "broken: head too large"),
    ("endless_informational", "broken: head too large"),
    ("endless_trailers", "broken: malformed"),
    ("gbk_said_to_be_utf8", "200 \"\u{fffd}\u{fffd}\u{fffd}\""),
    ("gzip_bomb", "BodyTooLarge"),
    ("gzip_of_gzip", "broken: coding"),
    ("half_a_handshake_then_silence", "timed out: Handshake"),
    ("handshake_then_silence", "timed out: Head"),
    ("huge_headers", "broken: head too large"),
    ("largest_content_length", "broken: malformed"),
    ("length_and_chunks", "200 \"hi\""),
    ("long_body", "200 \"aaaaa\""),
    ("negative_content_length", "broken: malformed"),
    ("not_http", "broken: malformed"),
    ("nul_in_header", "broken: malformed"),
    ("overflowing_chunk_size", "broken: malformed"),
    ("plain_http_on_the_tls_port", "insecure: NotTls"),
    ("redirect_loop", "denied: TooManyRedirects"),
    ("redirect_nowhere", "302 \"\""),
    ("redirect_to_address", "denied: NoDomain"),
    ("redirect_to_file", "denied: InvalidUrl"),
    ("redirect_to_other_host", "denied: NotListed"),
    ("redirect_to_plain_http", "denied: WrongScheme"),
    ("reset_in_body", "broken: reset"),
    (
        "reset_on_accept",
        "insecure: Reset | not connected: ConnectionReset",
    ),
    ("short_body", "broken: truncated"),
    ("silence", "timed out: Handshake"),
    ("slow_body", "timed out: Body"),
    ("slow_headers", "timed out: Head"),
    ("status_out_of_range", "broken: malformed"),
    (
        "ten_boms",
        "200 \"\\u{feff}\\u{feff}\\u{feff}\\u{feff}\\u{feff}\\u{feff}\\u{feff}\\u{feff}\\u{feff}{}\"",
    ),
    ("two_answers_to_one_request", "200 \"first\""),
    ("unasked_upgrade", "broken: malformed"),
];

#[tokio::test]
async fn every_hostile_server_comes_to_what_is_expected_of_it() {
    let mut expected: BTreeMap<_, _> = EXPECTED.iter().copied().collect();

    for server in hostile::all() {
        let found = kind(&call_once(&server).await.outcome);

        let expected = expected.remove(server.name).unwrap();
        assert!(
            is_one_of(&found, expected),
            "{}: {found}, expected {expected}",
            server.name
        );
    }

    assert_eq!(expected, BTreeMap::new());
}

#[tokio::test]
async fn n4_every_way_of_failing_frees_its_slot() {
    let good = scripted([Script::answering(minigate_testkit::answer(200, &[], "ok"))]).await;
    let mut setting = app().at(good.addr()).limited_to(LIMIT);
    setting.profile.domains_per_interface = 100;
    setting.resolver = FakeResolver::new().with(OTHER, [good.addr().ip()]);
    let mut servers = Vec::new();
    for hostile in hostile::all() {
        let server = scripted_for(OTHER, [hostile.script]).await;
        let origin = format!("https://{OTHER}:{}", server.addr().port());
        setting = setting.listing(&origin);
        servers.push((hostile.name, origin, server));
    }
    let app = setting.start();

    for (name, origin, _) in servers.iter().cycle().take(3 * servers.len()) {
        see(&app, name, origin).await;
    }

    assert_eq!(kind(&app.get(URL).await), "200 \"ok\"");
}

const LIMIT: usize = 1 << 20;

async fn call_once(server: &Hostile) -> Seen {
    let origin = scripted([server.script.clone()]).await;
    let app = app().at(origin.addr()).limited_to(LIMIT).start();
    see(&app, server.name, URL).await
}

/// Calls, and stops the clock once the server has nothing more to say.
async fn see(app: &App, name: &str, url: &str) -> Seen {
    let started = Instant::now();
    let task = app.start_get(url);
    let call = task.call();
    let seen = match last_sign_of_life(name) {
        Some(sign) => {
            app.journal.until_call(call, sign).await;
            finish_on_stopped_clock(task).await
        }
        None => watch(task).await,
    };
    app.journal.assert_complete(call);
    assert!(
        started.elapsed() <= Duration::from_secs(61),
        "{name} took {:?}",
        started.elapsed()
    );
    seen
}

/// What is the last that is heard of a server that goes silent or slow.
fn last_sign_of_life(name: &str) -> Option<fn(&Entry) -> bool> {
    match name {
        "silence" | "half_a_handshake_then_silence" => Some(|entry| matches!(entry, Entry::Connected(_))),
        "handshake_then_silence" | "slow_headers" => Some(|entry| matches!(entry, Entry::Sent)),
        "slow_body" => Some(|entry| matches!(entry, Entry::FirstByte(_))),
        _ => None,
    }
}

#[tokio::test]
async fn a_body_that_ends_with_the_connection_needs_the_end_of_tls() {
    let start = || {
        Steps::over_tls()
            .read_request()
            .write("HTTP/1.1 200 OK\r\nconnection: close\r\n\r\nhello")
    };
    let whole = scripted([start().close()]).await;
    let cut = scripted([start().cut()]).await;

    let whole = app().at(whole.addr()).start().get(URL).await;
    let cut = app().at(cut.addr()).start().get(URL).await;

    assert_eq!(kind(&whole), "200 \"hello\"");
    assert_eq!(kind(&cut), "broken: truncated");
}

#[tokio::test]
async fn a_body_of_exactly_the_limit_is_taken() {
    for (size, expected) in [(LIMIT, "200"), (LIMIT + 1, "BodyTooLarge")] {
        let body = Bytes::from(vec![b'a'; size]);
        let server: ScriptedServer =
            scripted([Script::answering(minigate_testkit::answer(200, &[], body))]).await;
        let app = app().at(server.addr()).limited_to(LIMIT).start();

        let exchange = Exchange {
            expect: Expect::Bytes,
            ..Exchange::new(Method::GET)
        };
        let outcome = app.send(URL, exchange).await;

        assert!(kind(&outcome).starts_with(expected), "{size}");
    }
}
