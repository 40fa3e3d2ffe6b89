//! Connections that are kept, and when they may be used again.

use std::time::Duration;

use http::Method;
use minigate_engine::{Exchange, Protocol};
use minigate_testkit::{Script, Signal, Steps, answer};

use crate::support::{Entry, H2Behaviour, H2Server, OTHER, URL, app, kind, scripted, scripted_for, watch};

fn ok() -> Script {
    Script::answering(answer(200, &[], "ok"))
}

fn post() -> Exchange {
    Exchange {
        body: "x".into(),
        ..Exchange::new(Method::POST)
    }
}

/// Answers once, reads one request more and leaves without a word, as a server whose idle time is up.
fn leaves_at_the_second_request() -> Script {
    let first = Steps::over_tls().read_request().write(answer(200, &[], "first"));
    first.read_request().close()
}

#[tokio::test]
async fn calls_in_a_row_use_one_connection() {
    let server = scripted([ok()]).await;
    let app = app().at(server.addr()).start();

    let first = app.get(URL).await.unwrap();
    let second = app.get(URL).await.unwrap();

    assert_eq!((first.timing.reused, second.timing.reused), (false, true));
    assert_eq!(server.record().accepted, 1);
    assert_eq!(second.timing.peer, Some(server.addr()));
}

#[tokio::test]
async fn two_apps_never_share_a_connection() {
    let server = scripted([ok()]).await;

    for _ in 0..2 {
        let app = app().at(server.addr()).start();
        app.get(URL).await.unwrap();
        app.get(URL).await.unwrap();
    }

    assert_eq!(server.record().accepted, 2);
}

#[tokio::test]
async fn two_hosts_at_one_address_never_share_a_connection() {
    let server = scripted([ok()]).await;
    let app = app().at(server.addr()).host_at(OTHER, server.addr()).start();

    app.get(URL).await.unwrap();
    let other = app.get("https://cdn.example.com/").await;

    assert_eq!(kind(&other), "insecure: T3 WrongName");
}

#[tokio::test]
async fn a_server_that_says_close_is_not_asked_again() {
    let script = Steps::over_tls()
        .read_request()
        .write(answer(200, &[("connection", "close")], "ok"));
    let server = scripted([script.await_peer_close().close()]).await;
    let app = app().at(server.addr()).start();

    app.get(URL).await.unwrap();
    app.send(URL, post()).await.unwrap();

    assert_eq!(server.record().accepted, 2);
}

#[tokio::test]
async fn a_connection_that_closed_while_idle_is_not_used() {
    let go_on = Signal::new();
    let script = Steps::over_tls()
        .read_request()
        .write(answer(200, &[], "ok"))
        .wait_for(&go_on);
    let server = scripted([script.close(), ok()]).await;
    let app = app().at(server.addr()).start();

    app.get(URL).await.unwrap();
    go_on.tell();
    server.until(|record| record.over == 1).await;
    let outcome = app.send(URL, post()).await;

    assert_eq!(kind(&outcome), "200 \"ok\"");
}

#[tokio::test]
async fn a_connection_that_has_been_idle_for_long_is_not_used() {
    let server = scripted([ok()]).await;
    let app = app().at(server.addr()).start();

    for _ in 0..2 {
        app.get(URL).await.unwrap();
        pass(Duration::from_secs(56)).await;
    }

    assert_eq!(server.record().accepted, 2);
    server.until(|record| record.over == 1).await;
}

#[tokio::test]
async fn a_shared_connection_that_has_been_idle_for_long_is_not_used() {
    let server = H2Server::start(H2Behaviour::Ok).await;
    let app = app().at(server.addr()).start();

    for _ in 0..2 {
        app.get_h2(URL).await.unwrap();
        pass(Duration::from_secs(30)).await;
        app.get_h2(URL).await.unwrap();
        pass(Duration::from_secs(56)).await;
    }

    assert_eq!(server.accepted(), 2);
}

async fn pass(span: Duration) {
    tokio::time::pause();
    tokio::time::advance(span).await;
    tokio::time::resume();
}

#[tokio::test]
async fn a_get_that_meets_a_closing_connection_is_repeated() {
    let server = scripted([leaves_at_the_second_request(), ok()]).await;
    let app = app().at(server.addr()).start();

    app.get(URL).await.unwrap();
    let reply = app.get(URL).await;

    assert_eq!(kind(&reply), "200 \"ok\"");
    assert!(
        !reply.unwrap().timing.reused,
        "the answer came over a new connection"
    );
    assert_eq!(server.record().accepted, 2);
}

#[tokio::test]
async fn a_post_that_may_have_been_processed_is_not_repeated() {
    let server = scripted([leaves_at_the_second_request(), ok()]).await;
    let app = app().at(server.addr()).start();

    app.get(URL).await.unwrap();
    let outcome = app.send(URL, post()).await;

    assert_eq!(kind(&outcome), "broken: empty");
    assert_eq!(server.record().accepted, 1);
}

#[tokio::test]
async fn a_get_that_was_answered_in_part_is_not_repeated() {
    let first = Steps::over_tls().read_request().write(answer(200, &[], "first"));
    let server = scripted([first.read_request().write("HTTP/1.1 2").close(), ok()]).await;
    let app = app().at(server.addr()).start();

    app.get(URL).await.unwrap();

    assert_eq!(kind(&app.get(URL).await), "broken: truncated");
    assert_eq!(server.record().accepted, 1);
}

#[tokio::test]
async fn a_get_is_repeated_once_at_most() {
    let leave = Steps::over_tls().read_request().close();
    let server = scripted([leaves_at_the_second_request(), leave, ok()]).await;
    let app = app().at(server.addr()).start();

    app.get(URL).await.unwrap();

    assert_eq!(kind(&app.get(URL).await), "broken: empty");
    assert_eq!(server.record().accepted, 2);
}

#[tokio::test]
async fn a_redirect_between_two_hosts_keeps_both_connections() {
    let there = answer(302, &[("location", "https://cdn.example.com/")], "moved");
    let first = scripted([Script::answering(there)]).await;
    let second = scripted_for(OTHER, [ok()]).await;
    let app = app().at(first.addr()).host_at(OTHER, second.addr()).start();

    for _ in 0..3 {
        app.get(URL).await.unwrap();
    }

    assert_eq!((first.record().accepted, second.record().accepted), (1, 1));
}

#[tokio::test]
async fn an_answer_that_nobody_asked_for_spoils_its_connection() {
    let smuggled = Steps::over_tls()
        .read_request()
        .write(answer(200, &[], "first"))
        .write(answer(200, &[], "smuggled"));
    let server = scripted([smuggled.await_peer_close().close(), ok()]).await;
    let app = app().at(server.addr()).start();

    assert_eq!(kind(&app.get(URL).await), "200 \"first\"");
    server.until(|record| record.over == 1).await;
    assert_eq!(kind(&app.get(URL).await), "200 \"ok\"");
}

#[tokio::test]
async fn a_first_connection_that_is_aborted_lets_the_next_call_connect() {
    let hangs = minigate_testkit::hostile::silence();
    let server = scripted([hangs, ok()]).await;
    let app = app().at(server.addr()).start();

    let first = app.start(URL, h2());
    let second = app.start(URL, h2());
    app.journal
        .until(1, |entry| matches!(entry, Entry::Connected(_)))
        .await;
    first.abort();

    assert_eq!(kind(&watch(second).await.outcome), "200 \"ok\"");
    assert_eq!(kind(&watch(first).await.outcome), "Aborted");
}

#[tokio::test]
async fn a_first_connection_that_hangs_doesnt_keep_the_others_waiting() {
    let server = scripted([minigate_testkit::hostile::silence(), ok()]).await;
    let app = app().at(server.addr()).start();

    let hanging = app.start(URL, h2());
    let second = app.start(URL, h2());
    app.journal
        .until(1, |entry| matches!(entry, Entry::Connected(_)))
        .await;
    pass(Duration::from_secs(1)).await;

    assert_eq!(kind(&watch(second).await.outcome), "200 \"ok\"");
    drop(hanging);
}

fn h2() -> Exchange {
    Exchange {
        protocol: Protocol::Http2,
        ..Exchange::new(Method::GET)
    }
}
