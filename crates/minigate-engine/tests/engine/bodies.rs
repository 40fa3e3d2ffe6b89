//! The journal of who wants bodies: what goes over the wire, whole.

use bytes::Bytes;
use http::Method;
use minigate_engine::{CallId, Exchange, Protocol};
use minigate_testkit::{Asked, Script, Steps, answer};

use crate::support::{App, Entry, OTHER, URL, app, origin, reply, scripted, scripted_for, watch};

async fn call(app: &App, exchange: Exchange) -> CallId {
    let task = app.start(URL, exchange);
    let call = task.call();
    watch(task).await;
    call
}

fn post(body: impl Into<Bytes>) -> Exchange {
    let mut exchange = Exchange {
        body: minigate_engine::Payload::from(body),
        ..Exchange::new(Method::POST)
    };
    exchange.headers.insert("x-b", "1".parse().unwrap());
    exchange.headers.insert("x-a", "2".parse().unwrap());
    exchange
}

/// The pieces that one kind of entry holds, put together.
fn joined(entries: &[Entry], piece: fn(&Entry) -> Option<&Bytes>) -> Vec<u8> {
    entries.iter().filter_map(piece).flatten().copied().collect()
}

fn uploaded(entries: &[Entry]) -> Vec<u8> {
    joined(entries, |entry| match entry {
        Entry::Uploaded(piece) => Some(piece),
        _ => None,
    })
}

fn received(entries: &[Entry]) -> Vec<u8> {
    joined(entries, |entry| match entry {
        Entry::Received(piece) => Some(piece),
        _ => None,
    })
}

fn asked(entries: &[Entry]) -> Vec<&Vec<(String, String)>> {
    entries
        .iter()
        .filter_map(|entry| match entry {
            Entry::Asked(fields) => Some(fields),
            _ => None,
        })
        .collect()
}

#[tokio::test]
async fn the_fields_are_those_of_the_wire_in_its_order() {
    let server = scripted([Script::answering(answer(200, &[], "ok"))]).await;
    let app = app().at(server.addr()).recording_bodies().start();

    for exchange in [
        Exchange::new(Method::GET),
        Exchange::new(Method::DELETE),
        post(""),
        post("hello"),
        Exchange {
            method: Method::GET,
            ..post("a body with GET")
        },
    ] {
        let call = call(&app, exchange).await;

        let sent = server.requests().pop().unwrap();
        assert_eq!(asked(&app.journal.of(call)), [&sent.headers]);
        assert_eq!(uploaded(&app.journal.of(call)), sent.body);
    }
}

#[tokio::test]
async fn h2_has_bodies_too() {
    let server = origin(|asked: &Asked| reply(200, &[], asked.body.clone())).await;
    let app = app().at(server.addr()).recording_bodies().start();
    let body = vec![b'x'; 300_000];

    let call = call(
        &app,
        Exchange {
            protocol: Protocol::Http2,
            ..post(body.clone())
        },
    )
    .await;

    let entries = app.journal.of(call);
    assert_eq!((uploaded(&entries), received(&entries)), (body.clone(), body));
}

#[tokio::test]
async fn a_coded_body_is_there_as_it_came() {
    let coded = [
        0x1f, 0x8b, 0x8, 0x0, 0x0, 0x0, 0x0, 0x0, 0x2, 0x3, 0x4b, 0x4, 0x0, 0x43, 0xbe, 0xb7, 0xe8, 0x1, 0x0,
        0x0, 0x0,
    ];
    let whole = answer(200, &[("content-encoding", "gzip")], coded.as_slice());
    let server = scripted([Script::answering(whole)]).await;
    let app = app().at(server.addr()).recording_bodies().start();

    let call = call(&app, Exchange::new(Method::GET)).await;

    let entries = app.journal.of(call);
    assert_eq!(received(&entries), coded);
    assert!(entries.contains(&Entry::Done(1)), "{entries:?}");
}

#[tokio::test]
async fn each_hop_has_its_own_request_and_body() {
    let there = answer(302, &[("location", "https://cdn.example.com/")], "moved");
    let first = scripted([Script::answering(there)]).await;
    let second = scripted_for(OTHER, [Script::answering(answer(200, &[], "here"))]).await;
    let app = app()
        .at(first.addr())
        .host_at(OTHER, second.addr())
        .recording_bodies()
        .start();

    let call = call(&app, post("form")).await;

    let entries = app.journal.of(call);
    let turn = entries
        .iter()
        .position(|entry| matches!(entry, Entry::Redirected(..)))
        .unwrap();
    let (before, after) = entries.split_at(turn);
    assert_eq!(
        (uploaded(before).as_slice(), asked(before).len()),
        (&b"form"[..], 1)
    );
    assert_eq!((uploaded(after).as_slice(), asked(after).len()), (&b""[..], 1));
    assert_eq!(received(before), b"moved");
    assert_eq!(received(after), b"here");
}

#[tokio::test]
async fn a_request_that_goes_out_again_is_there_again() {
    let once = Steps::over_tls()
        .read_request()
        .write(answer(200, &[], "1"))
        .read_head();
    let server = scripted([once.close(), Script::answering(answer(200, &[], "2"))]).await;
    let app = app().at(server.addr()).recording_bodies().start();
    call(&app, Exchange::new(Method::GET)).await;

    let call = call(&app, Exchange::new(Method::GET)).await;

    let entries = app.journal.of(call);
    assert_eq!(asked(&entries).len(), 2, "{entries:?}");
    assert_eq!(received(&entries), b"2");
}

#[tokio::test]
async fn nobody_pays_who_does_not_ask() {
    let server = scripted([Script::answering(answer(200, &[], "ok"))]).await;
    let app = app().at(server.addr()).start();

    let call = call(&app, post("hello")).await;

    let entries = app.journal.of(call);
    assert!(asked(&entries).is_empty() && uploaded(&entries).is_empty() && received(&entries).is_empty());
}
