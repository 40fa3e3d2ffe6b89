//! Rules N4 and N5 for sockets, and what is left of one that has ended.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use minigate_engine::{Failure, Handshake, Message, ResolveError, Resolver, SendError, Socket, SocketEvent};
use minigate_policy::{Interface, Visibility};
use minigate_testkit::{Script, Signal, Steps, frame, hostile};
use tokio::time::Instant;

use crate::support::{
    App, Entry, HOST, OTHER, URL, app, closed_with, kind, next_event, open, scripted, scripted_for,
    watch_socket,
};

/// Agrees to a socket and waits for its end.
fn patient() -> Script {
    Steps::over_tls().upgrade(&[]).await_peer_close().close()
}

/// Reads a handshake and never answers.
fn mute() -> Script {
    Steps::over_tls().read_head().await_peer_close().close()
}

#[tokio::test]
async fn a_socket_more_than_allowed_fails_at_once_with_the_documented_words() {
    let server = scripted([patient()]).await;
    let app = app().at(server.addr()).start();
    let mut sockets = Vec::new();
    for _ in 0..5 {
        sockets.push(open(&app).await.0);
    }

    let sixth = watch_socket(app.connect(Handshake::default())).await;

    assert!(!sixth.accepted);
    assert!(matches!(
        sixth.closed.failure,
        Some(Failure::TooManyCalls {
            interface: Interface::ConnectSocket,
            limit: 5
        })
    ));
    sockets.pop();
    until_a_slot_is_free(&app).await;
    assert_eq!(server.record().accepted, 6);
}

#[tokio::test]
async fn trap_6_a_slot_comes_free_once_however_a_socket_ends() {
    let ends = [
        Steps::over_tls().upgrade(&[]).close(),
        Steps::over_tls().upgrade(&[]).reset(),
        Steps::over_tls().upgrade(&[]).write(frame(0xB1, "")).close(),
        Steps::over_tls().upgrade(&[]).write(frame(0x88, "")).close(),
        Steps::over_tls()
            .read_head()
            .write("HTTP/1.1 403 No\r\ncontent-length: 0\r\n\r\n")
            .close(),
        hostile::reset_on_accept(),
    ];
    for script in ends {
        let server = scripted([script, patient()]).await;
        let mut setting = app().at(server.addr());
        setting.profile.sockets_at_once = 1;
        let app = setting.start();

        let ended = watch_socket(app.connect(Handshake::default())).await;
        let (_second, _) = open(&app).await;
        let third = watch_socket(app.connect(Handshake::default())).await;

        assert!(ended.accepted);
        assert!(
            matches!(third.closed.failure, Some(Failure::TooManyCalls { limit: 1, .. })),
            "freed twice"
        );
    }
}

#[tokio::test]
async fn trap_6_a_panic_frees_a_sockets_slot() {
    struct Panics;
    impl Resolver for Panics {
        fn resolve<'a>(&'a self, _: &'a str) -> BoxFuture<'a, Result<Vec<IpAddr>, ResolveError>> {
            panic!("on purpose");
        }
    }
    let mut setting = app().host_at(OTHER, scripted_for(OTHER, [patient()]).await.addr());
    setting.profile.sockets_at_once = 1;
    let app = setting.start_asking(Arc::new(Panics));

    for _ in 0..3 {
        let seen = watch_socket(app.connect(Handshake::default())).await;
        assert_eq!(closed_with(&seen.closed), "1006 \"\": Internal");
    }
}

#[tokio::test]
async fn sockets_and_calls_have_slots_of_their_own() {
    let server = scripted([
        Script::answering(minigate_testkit::answer(200, &[], "ok")),
        patient(),
    ])
    .await;
    let mut setting = app().at(server.addr());
    setting.profile.sockets_at_once = 1;
    setting.profile.calls_at_once = 1;
    setting.profile.shared_slots = true;
    let app = setting.start();

    assert_eq!(kind(&app.get(URL).await), "200 \"ok\"");
    let (_socket, _) = open(&app).await;

    assert_eq!(kind(&app.get(URL).await), "200 \"ok\"");
    assert_eq!(
        server.record().accepted,
        2,
        "a socket's connection serves nothing else"
    );
}

#[tokio::test]
async fn n5_an_open_socket_is_cut_five_seconds_after_the_app_hides() {
    let server = scripted([patient()]).await;
    let app = app().at(server.addr()).start();
    let (socket, _) = open(&app).await;
    let hidden = Instant::now();

    app.engine.set_visibility(Visibility::Background);
    socket.send(Message::text("within the five seconds")).unwrap();
    let (seen, took) = on_a_stopped_clock(socket, hidden).await;

    assert_eq!(seen, "1006 \"interrupted\": Interrupted");
    assert!(
        took >= Duration::from_secs(5) && took < Duration::from_secs(6),
        "{took:?}"
    );
    server.until(|record| record.over == 1).await;
}

#[tokio::test]
async fn n5_a_socket_that_connects_is_interrupted_five_seconds_after_the_app_hides() {
    let server = scripted([mute()]).await;
    let app = app().at(server.addr()).start();
    let socket = app.connect(Handshake::default());
    server.until(|record| record.requests.len() == 1).await;
    let hidden = Instant::now();

    app.engine.set_visibility(Visibility::Background);
    let (seen, took) = on_a_stopped_clock(socket, hidden).await;

    assert_eq!(seen, "1006 \"interrupted\": Interrupted");
    assert!(
        took >= Duration::from_secs(5) && took < Duration::from_secs(6),
        "{took:?}"
    );
}

#[tokio::test]
async fn n5_a_new_socket_fails_at_once_until_the_app_returns() {
    let server = scripted([patient()]).await;
    let app = app().at(server.addr()).start();
    app.engine.set_visibility(Visibility::Background);

    let refused = watch_socket(app.connect(Handshake::default())).await;
    app.engine.set_visibility(Visibility::Foreground);
    let (socket, _) = open(&app).await;

    assert!(!refused.accepted);
    assert_eq!(closed_with(&refused.closed), "1006 \"interrupted\": Interrupted");
    assert_eq!(server.record().accepted, 1);
    drop(socket);
}

#[tokio::test]
async fn n5_returning_in_time_or_being_pinned_saves_a_socket() {
    let go_on = Signal::new();
    let script = Steps::over_tls()
        .upgrade(&[])
        .wait_for(&go_on)
        .write(frame(0x81, "still here"));
    let server = scripted([script.await_peer_close().close()]).await;
    let app = app().at(server.addr()).start();
    let (mut socket, _) = open(&app).await;

    app.engine.set_visibility(Visibility::Background);
    app.engine.set_visibility(Visibility::Pinned);
    tokio::time::pause();
    tokio::time::advance(Duration::from_secs(60)).await;
    tokio::time::resume();
    go_on.tell();

    assert!(matches!(next_event(&mut socket).await, SocketEvent::Message(_)));
}

#[tokio::test]
async fn a_socket_that_has_ended_takes_nothing() {
    let server = scripted([Steps::over_tls().upgrade(&[]).cut()]).await;
    let app = app().at(server.addr()).start();
    let (mut socket, _) = open(&app).await;

    let end = next_event(&mut socket).await;

    assert!(matches!(end, SocketEvent::Closed(_)));
    assert_eq!(socket.send(Message::text("late")), Err(SendError::NotOpen));
    assert!(socket.close(minigate_engine::CloseFrame::default()).is_err());
}

#[tokio::test]
async fn dropping_a_socket_or_the_engine_closes_the_connection() {
    let server = scripted([patient()]).await;
    let app = app().at(server.addr()).start();

    let (socket, _) = open(&app).await;
    drop(socket);
    server.until(|record| record.over == 1).await;
    let connecting = app.connect(Handshake::default());
    drop(connecting);
    let (socket, _) = open(&app).await;
    drop(app);
    drop(socket);

    server
        .until(|record| record.over == record.accepted && record.over >= 2)
        .await;
}

#[tokio::test]
async fn a_thousand_sockets_leave_nothing_behind() {
    let script = Steps::over_tls().upgrade(&[]).read_close().write(frame(0x88, ""));
    let server = scripted([script.close()]).await;
    let app = app().at(server.addr()).start();
    let tasks = || tokio::runtime::Handle::current().metrics().num_alive_tasks();
    let cycle = async || {
        let (socket, _) = open(&app).await;
        socket.send(Message::text("hello")).unwrap();
        socket.close(minigate_engine::CloseFrame::default()).unwrap();
        assert_eq!(closed_with(&socket.closed().await.unwrap()), "1000 \"\"");
    };
    for _ in 0..10 {
        cycle().await;
    }
    server.until(|record| record.over == 10).await;
    let before = (tasks(), descriptors());

    for _ in 0..1000 {
        cycle().await;
    }

    server.until(|record| record.over == 1010).await;
    let after = (tasks(), descriptors());
    // Other tests of the process have descriptors of their own, but not a thousand.
    assert!(after.0 <= before.0 + 2, "tasks: {before:?} → {after:?}");
    assert!(after.1 <= before.1 + 500, "descriptors: {before:?} → {after:?}");
}

#[tokio::test]
async fn t1_a_socket_checks_the_certificate_like_every_call() {
    let server = scripted_for(OTHER, [patient()]).await;
    let app = app().host_at(HOST, server.addr()).start();

    let seen = watch_socket(app.connect(Handshake::default())).await;

    assert_eq!(closed_with(&seen.closed), "1006 \"\": Insecure");
    assert!(server.requests().is_empty());
}

async fn until_a_slot_is_free(app: &App) {
    loop {
        let mut socket = app.connect(Handshake::default());
        if matches!(next_event(&mut socket).await, SocketEvent::Accepted) {
            app.journal.until(6, |entry| *entry == Entry::Opened).await;
            return;
        }
    }
}

async fn on_a_stopped_clock(socket: Socket, since: Instant) -> (String, Duration) {
    tokio::time::pause();
    let closed = socket.closed().await.unwrap();
    let took = since.elapsed();
    tokio::time::resume();
    (closed_with(&closed), took)
}

fn descriptors() -> usize {
    std::fs::read_dir("/proc/self/fd").map_or(0, Iterator::count)
}
