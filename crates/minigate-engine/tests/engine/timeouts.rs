//! Rule N1: a call ends in time, whatever it waits for, and leaves nothing behind.

use std::time::Duration;

use http::Method;
use minigate_engine::{Exchange, Failure, Phase, Protocol};
use minigate_policy::{Call, Interface};
use minigate_testkit::{FakeResolver, Pace, Script, Signal, Steps, answer, hostile};
use tokio::time::Instant;

use crate::support::{
    Entry, HOST, Setting, URL, app, finish_in_time, finish_on_stopped_clock, kind, rest, scripted, watch,
};

const MINUTE: Duration = Duration::from_secs(60);

#[tokio::test]
async fn n1_a_call_that_waits_for_an_address_times_out() {
    let setting = app().resolving(FakeResolver::new().with_silence(HOST));

    times_out(setting, |entry| *entry == Entry::Started, Phase::Resolve).await;
}

#[tokio::test]
async fn n1_a_call_that_waits_for_a_handshake_times_out_and_closes() {
    for script in [hostile::silence(), hostile::half_a_handshake_then_silence()] {
        let server = scripted([script]).await;

        times_out(
            app().at(server.addr()),
            |entry| matches!(entry, Entry::Connected(_)),
            Phase::Handshake,
        )
        .await;

        server.until(|record| record.over == 1).await;
    }
}

#[tokio::test]
async fn n1_a_call_that_waits_for_an_answer_times_out_and_closes() {
    let server = scripted([hostile::handshake_then_silence()]).await;

    times_out(
        app().at(server.addr()),
        |entry| *entry == Entry::Sent,
        Phase::Head,
    )
    .await;

    server.until(|record| record.over == 1).await;
}

#[tokio::test]
async fn n1_a_call_that_waits_for_a_body_times_out_and_closes() {
    let script = Steps::over_tls()
        .read_request()
        .write("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhello")
        .await_peer_close();
    let server = scripted([script.close()]).await;

    times_out(
        app().at(server.addr()),
        |entry| *entry == Entry::FirstByte(200),
        Phase::Body,
    )
    .await;

    server.until(|record| record.over == 1).await;
}

/// Waits for the last sign of life, lets the rest of the minute pass, and calls again: the slot is free.
async fn times_out(mut setting: Setting, last_sign: fn(&Entry) -> bool, expected: Phase) {
    setting.profile.calls_at_once = 1;
    let app = setting.by_hand().start();

    for call in 1..=2 {
        let task = app.start_get(URL);
        app.journal.until(call, last_sign).await;
        let (outcome, took) = finish_in_time(app.engine.clock(), task).await;

        assert_eq!(took, MINUTE);

        match outcome {
            Err(Failure::TimedOut { after, phase }) => assert_eq!((after, phase), (MINUTE, expected)),
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn n1_redirects_dont_extend_the_time() {
    let script = Steps::over_tls()
        .read_request()
        .pause(Duration::from_secs(25))
        .write(answer(302, &[("location", "/again")], ""))
        .again();
    let server = scripted([script]).await;
    let app = app().at(server.addr()).start();
    let started = Instant::now();

    let task = app.start_get(URL);
    server.until(|record| record.requests.len() == 1).await;
    let outcome = finish_on_stopped_clock(task).await.outcome;

    assert_eq!(kind(&outcome), "timed out: Head");
    assert!(started.elapsed() < MINUTE + Duration::from_secs(10));
    assert_eq!(server.requests().len(), 3);
}

#[tokio::test]
async fn n1_a_slow_trickle_doesnt_extend_the_time() {
    let server = scripted([hostile::slow_headers(Pace::Every(Duration::from_secs(1)))]).await;
    let app = app().at(server.addr()).by_hand().start();

    let task = app.start_get(URL);
    app.journal.until(1, |entry| *entry == Entry::Sent).await;

    assert_eq!(
        kind(&finish_in_time(app.engine.clock(), task).await.0),
        "timed out: Head"
    );
}

/// On a phone the network runs beside the app's code.
#[tokio::test]
async fn n1_the_apps_own_turn_takes_no_time_from_a_call() {
    let go_on = Signal::new();
    let script = Steps::over_tls()
        .read_request()
        .wait_for(&go_on)
        .write(answer(200, &[], "ok"));
    let server = scripted([script.close()]).await;
    let app = app().at(server.addr()).by_hand().start();
    let task = app.start_within(Duration::from_secs(2), URL);
    app.journal.until(1, |entry| *entry == Entry::Sent).await;

    let turn = app.engine.turn();
    app.engine.clock().advance(Duration::from_secs(3));
    drop(turn);
    rest().await;
    go_on.tell();

    assert_eq!(kind(&watch(task).await.outcome), "200 \"ok\"");
}

#[tokio::test]
async fn n1_a_call_that_is_made_in_a_long_turn_has_its_whole_time_after_it() {
    let server = scripted([hostile::handshake_then_silence()]).await;
    let app = app().at(server.addr()).by_hand().start();
    let clock = app.engine.clock();

    let turn = app.engine.turn();
    let task = app.start_within(Duration::from_secs(2), URL);
    clock.advance(Duration::from_secs(3));
    drop(turn);
    app.journal.until(1, |entry| *entry == Entry::Sent).await;
    let (outcome, took) = finish_in_time(clock, task).await;

    assert_eq!(
        (kind(&outcome).as_str(), took),
        ("timed out: Head", Duration::from_secs(2))
    );
}

/// A handshake needs the thread several times, so it isn't enough to look once at what has come.
#[tokio::test]
async fn n1_a_handshake_isnt_out_of_time_because_of_a_turn() {
    let server = scripted([Script::answering(answer(200, &[], "ok"))]).await;
    let app = app().at(server.addr()).by_hand().start();
    let task = app.start_within(Duration::from_secs(2), URL);
    app.journal
        .until(1, |entry| matches!(entry, Entry::Connected(_)))
        .await;

    let turn = app.engine.turn();
    app.engine.clock().advance(Duration::from_secs(3));
    drop(turn);

    assert_eq!(kind(&watch(task).await.outcome), "200 \"ok\"");
}

#[tokio::test]
async fn n2_a_calls_own_time_holds() {
    let server = scripted([hostile::handshake_then_silence()]).await;
    let app = app().at(server.addr()).by_hand().start();

    let task = app.start_within(Duration::from_secs(7), URL);
    app.journal.until(1, |entry| *entry == Entry::Sent).await;
    let (outcome, took) = finish_in_time(app.engine.clock(), task).await;

    assert_eq!(kind(&outcome), "timed out: Head");
    assert_eq!(took, Duration::from_secs(7));
}

#[tokio::test]
async fn n1_waiting_for_a_slot_counts_only_where_the_profile_says_so() {
    for (counts, expected) in [(true, "timed out: Queue"), (false, "timed out: Head")] {
        let server = scripted([hostile::handshake_then_silence()]).await;
        let mut setting = app().at(server.addr()).by_hand();
        setting.profile.calls_at_once = 1;
        setting.profile.timeout_counts_queue = counts;
        let app = setting.start();

        let first = app.start_get(URL);
        let second = app.start_within(Duration::from_secs(30), URL);
        app.journal.until(1, |entry| *entry == Entry::Sent).await;
        let (second, _) = finish_in_time(app.engine.clock(), second).await;

        assert_eq!(kind(&second), expected);
        drop(first);
    }
}

#[tokio::test]
async fn n1_waiting_for_the_connection_of_another_call_is_connecting() {
    let server = scripted([hostile::silence()]).await;
    let app = app().at(server.addr()).by_hand().start();
    let h2 = || Exchange {
        protocol: Protocol::Http2,
        ..Exchange::new(Method::GET)
    };

    let first = app.start(URL, h2());
    app.journal
        .until(1, |entry| matches!(entry, Entry::Connected(_)))
        .await;
    let call = Call::new(Interface::Request, URL).with_timeout(Some(Duration::from_millis(500)));
    let second = app.engine.start(app.policy.judge(&call).unwrap(), h2());
    let (second, _) = finish_in_time(app.engine.clock(), second).await;

    assert_eq!(kind(&second), "timed out: Connect");
    drop(first);
}

#[tokio::test]
async fn an_aborted_call_closes_its_connection() {
    let server = scripted([hostile::handshake_then_silence()]).await;
    let app = app().at(server.addr()).start();

    let task = app.start_get(URL);
    app.journal.until(1, |entry| *entry == Entry::Sent).await;
    task.abort();
    let outcome = task.outcome().await.unwrap();

    assert_eq!(kind(&outcome), "Aborted");
    server.until(|record| record.over == 1).await;
}

#[tokio::test]
async fn a_dropped_call_closes_its_connection() {
    let go_on = Signal::new();
    let script = Steps::over_tls()
        .read_request()
        .wait_for(&go_on)
        .write(answer(200, &[], "late"))
        .close();
    let server = scripted([script, Script::answering(answer(200, &[], "ok"))]).await;
    let app = app().at(server.addr()).start();

    let task = app.start_get(URL);
    app.journal.until(1, |entry| *entry == Entry::Sent).await;
    drop(task);
    server.until(|record| record.over == 1).await;

    assert_eq!(kind(&app.get(URL).await), "200 \"ok\"");
    assert_eq!(app.journal.count(|entry| *entry == Entry::Settled), 2);
}
