//! h2: one connection for many calls, and servers that break it.

use h2::Reason;
use http::{Method, Version};
use minigate_engine::{Exchange, Protocol};
use minigate_testkit::{Asked, Script, Signal, Steps, answer, hostile};

use crate::support::{
    Entry, H2Behaviour, H2Server, URL, app, finish_on_stopped_clock, is_one_of, kind, origin, reply,
    scripted, watch,
};

fn h2_get() -> Exchange {
    Exchange {
        protocol: Protocol::Http2,
        ..Exchange::new(Method::GET)
    }
}

#[tokio::test]
async fn ten_calls_at_once_share_the_connection_that_the_first_opens() {
    let server = origin(|_: &Asked| reply(200, &[], "ok")).await;
    let app = app().at(server.addr()).start();

    let tasks: Vec<_> = (0..10).map(|_| app.start(URL, h2_get())).collect();
    for task in tasks {
        let reply = watch(task).await.outcome.unwrap();
        assert_eq!(reply.head.version, Version::HTTP_2);
    }
    let later = app.get_h2(URL).await.unwrap();

    assert!(later.timing.reused);
    assert_eq!(app.journal.connections(), 1);
    assert_eq!(
        app.journal
            .count(|entry| matches!(entry, Entry::Secured(Some(protocol), _) if protocol == "h2")),
        1
    );
    assert!(server.log().iter().all(|asked| asked.version == Version::HTTP_2));
}

#[tokio::test]
async fn h2_is_spoken_only_where_it_is_asked_for() {
    let server = origin(|_: &Asked| reply(200, &[], "ok")).await;
    let app = app().at(server.addr()).start();

    let h1 = app.get(URL).await.unwrap();
    let h2 = app.get_h2(URL).await.unwrap();

    assert_eq!(
        (h1.head.version, h2.head.version),
        (Version::HTTP_11, Version::HTTP_2)
    );
    assert_eq!(app.journal.connections(), 2);
}

#[tokio::test]
async fn a_server_without_h2_is_spoken_to_in_http1() {
    let server = scripted([Script::answering(answer(200, &[], "ok"))]).await;
    let app = app().at(server.addr()).start();

    let tasks: Vec<_> = (0..10).map(|_| app.start(URL, h2_get())).collect();
    for task in tasks {
        let reply = watch(task).await.outcome.unwrap();
        assert_eq!(reply.head.version, Version::HTTP_11);
    }

    assert!(app.journal.connections() <= 10);
}

#[tokio::test]
async fn a_burst_doesnt_queue_up_behind_a_server_without_h2() {
    let go_on = Signal::new();
    let held = Steps::over_tls()
        .read_request()
        .wait_for(&go_on)
        .write(answer(200, &[], "ok"))
        .again();
    let server = scripted([held.clone(), hostile::silence(), held]).await;
    let app = app().at(server.addr()).start();

    let tasks: Vec<_> = (0..10).map(|_| app.start(URL, h2_get())).collect();
    server.until(|record| record.requests.len() == 9).await;
    (0..9).for_each(|_| go_on.tell());
    app.journal.until(9, |entry| *entry == Entry::Settled).await;

    assert_eq!(server.record().accepted, 10);
    drop(tasks);
}

#[tokio::test]
async fn what_a_server_does_to_h2_is_a_failure_and_never_a_hang() {
    for (behaviour, expected) in [
        (H2Behaviour::Ok, "200 \"ok\""),
        (H2Behaviour::ResetHead(Reason::INTERNAL_ERROR), "broken: h2"),
        (H2Behaviour::ResetHead(Reason::REFUSED_STREAM), "broken: h2"),
        (H2Behaviour::ResetBody(Reason::INTERNAL_ERROR), "broken: h2"),
        (H2Behaviour::ResetBody(Reason::NO_ERROR), "broken: h2"),
        (H2Behaviour::ResetBody(Reason::CANCEL), "broken: h2"),
        (
            H2Behaviour::GoAway(Reason::ENHANCE_YOUR_CALM),
            "broken: h2 | broken: reset",
        ),
        (
            H2Behaviour::GoAway(Reason::NO_ERROR),
            "broken: h2 | broken: reset",
        ),
        (H2Behaviour::Fields(100), "200 \"ok\""),
        (H2Behaviour::Fields(2000), "broken: h2"),
        (H2Behaviour::WrongLength, "broken: h2"),
    ] {
        let server = H2Server::start(behaviour).await;
        let app = app().at(server.addr()).start();

        let found = kind(&app.get_h2(URL).await);
        assert!(is_one_of(&found, expected), "{behaviour:?}: {found}");
    }
}

#[tokio::test]
async fn n1_a_silent_h2_server_times_out() {
    let server = H2Server::start(H2Behaviour::Silence).await;
    let app = app().at(server.addr()).start();

    let task = app.start(URL, h2_get());
    app.journal.until(1, |entry| *entry == Entry::Sent).await;

    assert_eq!(
        kind(&finish_on_stopped_clock(task).await.outcome),
        "timed out: Head"
    );
}

#[tokio::test]
async fn a_request_that_was_refused_unseen_is_repeated_whatever_its_method() {
    let server = H2Server::start(H2Behaviour::RefuseSecond).await;
    let app = app().at(server.addr()).start();
    let post = Exchange {
        method: Method::POST,
        body: "x".into(),
        ..h2_get()
    };

    let first = app.get_h2(URL).await;
    let second = app.send(URL, post).await;

    assert_eq!(
        (kind(&first), kind(&second)),
        ("200 \"ok\"".to_owned(), "200 \"ok\"".to_owned())
    );
    assert_eq!(server.accepted(), 2);
}
