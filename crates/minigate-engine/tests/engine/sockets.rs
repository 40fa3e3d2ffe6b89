//! WebSockets: handshake, messages, close.

use std::time::Duration;

use bytes::Bytes;
use http::HeaderMap;
use minigate_engine::{CloseFrame, Handshake, Message, Note, SendError, SocketEvent, Way};
use minigate_policy::{Call, Interface};
use minigate_testkit::{Record, ScriptedServer, Signal, Steps, close_frame, frame, hostile};

use crate::support::{Entry, WSS, app, closed_with, next_event, open, scripted, watch_socket};

#[tokio::test]
async fn a_socket_opens_carries_messages_both_ways_and_closes() {
    let script = Steps::over_tls()
        .upgrade(&[("X-Room", "7")])
        .write(frame(0x81, "welcome"))
        .write(frame(0x82, [1, 2, 3]))
        .read_frame()
        .read_frame()
        .read_frame()
        .write(close_frame(3001, "bye"));
    let server = scripted([script.close()]).await;
    let app = app().at(server.addr()).start();

    let (mut socket, opened) = open(&app).await;
    let call = socket.call();
    let welcome = next_event(&mut socket).await;
    let bytes = next_event(&mut socket).await;
    socket.send(Message::text("天气")).unwrap();
    socket.send(Message::Binary(Bytes::from_static(&[4, 5]))).unwrap();
    socket.close(CloseFrame::new(3001, "bye").unwrap()).unwrap();
    let seen = watch_socket_rest(socket).await;

    assert_eq!(opened.head.status, 101);
    assert_eq!(opened.head.fields.get("x-room").unwrap(), "7");
    assert!(opened.head.fields.iter().any(|(name, _)| name == "X-Room"));
    assert!(matches!(welcome, SocketEvent::Message(message) if message == Message::text("welcome")));
    assert!(matches!(bytes, SocketEvent::Message(Message::Binary(bytes)) if bytes[..] == [1, 2, 3]));
    assert_eq!(seen, ["sent 2", "3001 \"bye\""]);
    let frames = frames(&server);
    assert_eq!(
        frames,
        [
            (0x81, "天气".into()),
            (0x82, Bytes::from_static(&[4, 5])),
            (0x88, Bytes::from_static(b"\x0b\xb9bye")),
        ]
    );
    assert!(server.record().frames.iter().all(|frame| frame.masked));
    app.journal
        .until_call(call, |entry| *entry == Entry::Settled)
        .await;
    app.journal.assert_complete(call);
    let told = app.journal.of(call);
    let count = |way, opcode| {
        let like = |entry: &&Entry| matches!(entry, Entry::Message(own, number, _) if (*own, *number) == (way, opcode));
        told.iter().filter(like).count()
    };
    assert_eq!(
        [
            count(Way::Sent, 1),
            count(Way::Sent, 2),
            count(Way::Received, 1),
            count(Way::Received, 2)
        ],
        [1, 1, 1, 1]
    );
}

#[tokio::test]
async fn the_handshake_is_that_of_rfc_6455() {
    let server = scripted([Steps::over_tls().upgrade(&[]).read_close().close()]).await;
    let app = app().at(server.addr()).start();
    let mut headers = HeaderMap::new();
    headers.insert("x-token", "t".parse().unwrap());
    headers.insert("cookie", "a=1".parse().unwrap());

    let socket = app.connect(Handshake {
        headers,
        protocols: vec!["mqtt".to_owned(), "chat".to_owned()],
        deflate: true,
        ..Handshake::default()
    });
    server.until(|record| record.requests.len() == 1).await;
    drop(socket);

    let request = server.requests().remove(0);
    assert_eq!((request.method.as_str(), request.path.as_str()), ("GET", "/chat"));
    for (name, value) in [
        ("host", "api.example.com"),
        ("connection", "Upgrade"),
        ("upgrade", "websocket"),
        ("sec-websocket-version", "13"),
        ("sec-websocket-protocol", "mqtt, chat"),
        ("sec-websocket-extensions", "permessage-deflate"),
        (
            "referer",
            "https://servicewechat.com/wx0123456789abcdef/devtools/page-frame.html",
        ),
        ("origin", "https://servicewechat.com"),
        ("x-token", "t"),
        ("cookie", "a=1"),
    ] {
        assert_eq!(request.header(name), Some(value), "{name}");
    }
    assert_eq!(request.header("sec-websocket-key").unwrap().len(), 24);
    assert!(request.header("user-agent").unwrap().contains("MicroMessenger"));
    for absent in ["content-type", "accept-encoding", "content-length"] {
        assert_eq!(request.header(absent), None, "{absent}");
    }
}

#[tokio::test]
async fn n3_and_the_engines_own_fields_cant_be_set() {
    let server = scripted([Steps::over_tls().upgrade(&[]).read_close().close()]).await;
    let app = app().at(server.addr()).start();
    let mut headers = HeaderMap::new();
    for (name, value) in [
        ("referer", "https://evil.example/"),
        ("connection", "keep-alive, x"),
        ("upgrade", "h2c"),
        ("host", "evil.example"),
        ("transfer-encoding", "chunked"),
        ("sec-websocket-key", "AAAA"),
        ("sec-websocket-protocol", "smuggled"),
        ("sec-websocket-extensions", "x"),
        ("sec-fetch-site", "none"),
    ] {
        headers.insert(name, value.parse().unwrap());
    }

    let socket = app.connect(Handshake {
        headers,
        ..Handshake::default()
    });
    server.until(|record| record.requests.len() == 1).await;
    drop(socket);

    let request = server.requests().remove(0);
    assert_eq!(
        request.header("referer"),
        Some("https://servicewechat.com/wx0123456789abcdef/devtools/page-frame.html")
    );
    assert_eq!(request.header("host"), Some("api.example.com"));
    for absent in [
        "transfer-encoding",
        "sec-websocket-protocol",
        "sec-websocket-extensions",
        "sec-fetch-site",
    ] {
        assert_eq!(request.header(absent), None, "{absent}");
    }
    let notes = app.journal.notes();
    assert!(notes.contains(&Note::RefererDropped {
        name: "referer".to_owned()
    }));
    assert_eq!(notes.len(), 9, "{notes:?}");
}

#[tokio::test]
async fn the_server_chooses_one_of_the_protocols_that_were_offered() {
    let script = Steps::over_tls().upgrade(&[("Sec-WebSocket-Protocol", "chat")]);
    let server = scripted([script.await_peer_close().close()]).await;
    let app = app().at(server.addr()).start();

    let mut socket = app.connect(Handshake {
        protocols: vec!["mqtt".to_owned(), "chat".to_owned()],
        ..Handshake::default()
    });

    assert!(matches!(next_event(&mut socket).await, SocketEvent::Accepted));
    let SocketEvent::Opened(opened) = next_event(&mut socket).await else {
        panic!("not open");
    };
    assert_eq!(opened.protocol.as_deref(), Some("chat"));
}

#[tokio::test]
async fn a_message_in_many_frames_arrives_whole_with_pings_in_between() {
    let mut steps = Steps::over_tls()
        .upgrade(&[])
        .write(frame(0x01, "天".as_bytes().split_at(2).0));
    for number in 0..100_u8 {
        steps = steps.write(frame(0x00, [])).write(frame(0x89, [number]));
    }
    let script = steps
        .write(frame(0x80, "天气".as_bytes().split_at(2).1))
        .read_close();
    let server = scripted([script.close()]).await;
    let app = app().at(server.addr()).start();

    let (mut socket, _) = open(&app).await;
    let message = next_event(&mut socket).await;
    server.until(|record| record.frames.len() >= 100).await;
    drop(socket);

    assert!(matches!(message, SocketEvent::Message(message) if message == Message::text("天气")));
    let pongs: Vec<_> = frames(&server).into_iter().take(100).collect();
    let expected: Vec<_> = (0..100_u8)
        .map(|number| (0x8A, Bytes::copy_from_slice(&[number])))
        .collect();
    assert_eq!(pongs, expected);
}

#[tokio::test]
async fn frames_may_come_byte_by_byte_and_right_behind_the_handshake() {
    let go_on = Signal::new();
    let script = Steps::over_tls()
        .upgrade(&[])
        .write([frame(0x81, "first"), frame(0x01, "sec")].concat())
        .write_slowly(
            [frame(0x80, "ond"), close_frame(1000, "")].concat(),
            minigate_testkit::Pace::On(go_on.clone()),
        );
    let server = scripted([script.read_close().close()]).await;
    let app = app().at(server.addr()).start();
    (0..20).for_each(|_| go_on.tell());

    let seen = watch_socket(app.connect(Handshake::default())).await;

    assert_eq!(seen.messages, [Message::text("first"), Message::text("second")]);
    assert_eq!(closed_with(&seen.closed), "1000 \"\"");
    server.until(|record| record.frames.len() == 1).await;
    assert_eq!(frames(&server), [(0x88, Bytes::from_static(&[3, 0xE8]))]);
}

#[tokio::test]
async fn deflate_is_agreed_on_both_ways_and_only_where_it_was_offered() {
    let text = "the same words again and again, ".repeat(100);
    let deflated = hostile::deflate(text.as_bytes());
    let script = Steps::over_tls()
        .upgrade(&[(
            "Sec-WebSocket-Extensions",
            "permessage-deflate; server_no_context_takeover",
        )])
        .write(frame(0xC1, &deflated))
        .write(frame(0xC1, &deflated))
        .read_frame()
        .read_close();
    let server = scripted([script.close()]).await;
    let app = app().at(server.addr()).start();

    let mut socket = app.connect(Handshake {
        deflate: true,
        ..Handshake::default()
    });
    assert!(matches!(next_event(&mut socket).await, SocketEvent::Accepted));
    let SocketEvent::Opened(opened) = next_event(&mut socket).await else {
        panic!("not open");
    };
    for _ in 0..2 {
        let event = next_event(&mut socket).await;
        assert!(matches!(event, SocketEvent::Message(message) if message == Message::text(text.clone())));
    }
    socket.send(Message::text(text.clone())).unwrap();
    server.until(|record| !record.frames.is_empty()).await;

    assert!(opened.deflate);
    let sent = frames(&server).remove(0);
    assert_eq!(sent.0, 0xC1);
    assert!(sent.1.len() < text.len() / 10, "{}", sent.1.len());
}

#[tokio::test]
async fn trap_10_the_servers_code_and_reason_arrive() {
    for (code, reason) in [
        (1000, "done"),
        (1001, ""),
        (1013, "later"),
        (3999, "天"),
        (4000, "x"),
    ] {
        let script = Steps::over_tls()
            .upgrade(&[])
            .write(close_frame(code, reason))
            .read_close();
        let server = scripted([script.close()]).await;
        let app = app().at(server.addr()).start();

        let seen = watch_socket(app.connect(Handshake::default())).await;

        assert_eq!(closed_with(&seen.closed), format!("{code} {reason:?}"));
        server.until(|record| record.frames.len() == 1).await;
        assert_eq!(
            server.record().frames[0].close_code(),
            Some(code),
            "the close is answered"
        );
    }
}

#[tokio::test]
async fn a_close_without_a_code_is_1005() {
    let script = Steps::over_tls().upgrade(&[]).write(frame(0x88, "")).read_close();
    let server = scripted([script.close()]).await;
    let app = app().at(server.addr()).start();

    let seen = watch_socket(app.connect(Handshake::default())).await;

    assert_eq!(closed_with(&seen.closed), "1005 \"\"");
}

#[tokio::test]
async fn trap_8_a_close_that_the_server_doesnt_answer_ends_by_itself() {
    let server = scripted([hostile::deaf_socket()]).await;
    let app = app().at(server.addr()).start();
    let (socket, _) = open(&app).await;

    socket.close(CloseFrame::default()).unwrap();
    tokio::time::pause();
    let seen = watch_socket_rest(socket).await;
    tokio::time::resume();

    assert_eq!(seen, ["1006 \"\": SocketUnanswered"]);
    server.until(|record| record.over == 1).await;
}

#[tokio::test]
async fn a_server_that_hangs_up_when_it_is_told_goodbye_has_agreed() {
    for script in [
        Steps::over_tls().upgrade(&[]).read_close().close(),
        Steps::over_tls().upgrade(&[]).read_close().cut(),
        Steps::over_tls().upgrade(&[]).read_close().reset(),
    ] {
        let server = scripted([script]).await;
        let app = app().at(server.addr()).start();
        let (socket, _) = open(&app).await;

        socket.close(CloseFrame::new(3000, "bye").unwrap()).unwrap();

        assert_eq!(watch_socket_rest(socket).await, ["3000 \"bye\""]);
    }
}

#[tokio::test]
async fn a_socket_that_still_connects_is_closed_at_once_with_the_apps_own_words() {
    let server = scripted([Steps::over_tls().read_head().await_peer_close().close()]).await;
    let app = app().at(server.addr()).start();
    let socket = app.connect(Handshake::default());
    server.until(|record| record.requests.len() == 1).await;

    socket
        .close(CloseFrame::new(3000, "changed my mind").unwrap())
        .unwrap();
    assert_eq!(socket.send(Message::text("late")), Err(SendError::NotOpen));
    let seen = watch_socket(socket).await;

    assert_eq!(closed_with(&seen.closed), "3000 \"changed my mind\"");
    server.until(|record| record.over == 1).await;
}

#[tokio::test]
async fn messages_that_were_sent_before_the_close_go_out_before_it() {
    let script = Steps::over_tls().upgrade(&[]).read_close().write(frame(0x88, ""));
    let server = scripted([script.close()]).await;
    let app = app().at(server.addr()).start();
    let (socket, _) = open(&app).await;

    for number in 0..50 {
        socket.send(Message::text(number.to_string())).unwrap();
    }
    socket.close(CloseFrame::new(4999, "last").unwrap()).unwrap();
    assert_eq!(socket.send(Message::text("late")), Err(SendError::NotOpen));
    let seen = watch_socket_rest(socket).await;

    assert_eq!(seen, ["sent 50", "4999 \"last\""]);
    assert_eq!(frames(&server).len(), 51);
}

#[tokio::test]
async fn a_sender_faster_than_its_server_is_stopped_at_the_bound() {
    let server = scripted([Steps::over_tls().upgrade(&[]).wait_for(&Signal::new()).close()]).await;
    let mut setting = app().at(server.addr());
    setting.limits.send_queue = 1 << 20;
    let app = setting.start();
    let (socket, _) = open(&app).await;
    let kilobytes = Message::Binary(Bytes::from(vec![7; 64 << 10]));

    let mut taken = 0;
    let full = loop {
        match socket.send(kilobytes.clone()) {
            Ok(()) => taken += 1,
            Err(full) => break full,
        }
        assert!(taken < 1000);
    };

    assert_eq!(full, SendError::QueueFull { limit: 1 << 20 });
    assert!((8..=16).contains(&taken), "{taken}");
}

#[tokio::test]
async fn a_server_faster_than_the_app_is_held_back() {
    let server = scripted([hostile::endless_frames(frame(0x82, vec![7; 64 << 10]))]).await;
    let app = app().at(server.addr()).start();
    let (mut socket, _) = open(&app).await;
    let call = socket.call();

    // What fits is at most the window and what stands between.
    let received = || {
        let is_message = |entry: &Entry| matches!(entry, Entry::Message(..));
        app.journal
            .of(call)
            .iter()
            .filter(|entry| is_message(entry))
            .count()
    };
    app.journal
        .until(16, |entry| matches!(entry, Entry::Message(..)))
        .await;
    for _ in 0..1000 {
        tokio::task::yield_now().await;
    }
    let untaken = received();
    for _ in 0..100 {
        assert!(matches!(next_event(&mut socket).await, SocketEvent::Message(_)));
    }

    assert!(untaken <= 20, "{untaken}");
    assert!(received() >= 100);
    drop(socket);
    server.until(|record| record.over == 1).await;
}

#[tokio::test]
async fn a_server_that_pings_without_end_doesnt_grow_the_answers() {
    let server = scripted([hostile::endless_frames(frame(0x89, [7; 125]))]).await;
    let app = app().at(server.addr()).start();
    let (socket, _) = open(&app).await;

    for _ in 0..2000 {
        tokio::task::yield_now().await;
    }
    drop(socket);

    server.until(|record| record.over == 1).await;
}

#[tokio::test]
async fn a_message_at_the_bound_passes_and_a_larger_one_closes_with_1009() {
    let script = Steps::over_tls()
        .upgrade(&[])
        .write(frame(0x82, vec![7; 1000]))
        .write(frame(0x82, vec![7; 1001]))
        .read_close();
    let server = scripted([script.close()]).await;
    let mut setting = app().at(server.addr());
    setting.limits.message = 1000;
    let app = setting.start();

    let seen = watch_socket(app.connect(Handshake::default())).await;

    assert_eq!(seen.messages.len(), 1);
    assert_eq!(closed_with(&seen.closed), "1009 \"\": SocketBroken");
    server.until(|record| record.frames.len() == 1).await;
    assert_eq!(server.record().frames[0].close_code(), Some(1009));
}

#[tokio::test]
async fn d3_a_socket_takes_wss_only_and_d1_its_own_list() {
    let app = app().start();

    for url in [
        "https://api.example.com/",
        "ws://api.example.com/",
        "wss://evil.example/",
    ] {
        let denial = app
            .policy
            .judge(&Call::new(Interface::ConnectSocket, url))
            .unwrap_err();
        let seen = watch_socket(app.engine.refuse_socket(denial)).await;

        assert!(!seen.accepted, "{url}");
        assert_eq!(closed_with(&seen.closed), "1006 \"\": Denied", "{url}");
    }
    assert!(app.resolver.queries().is_empty());
}

#[tokio::test]
async fn n1_the_handshake_has_a_time_limit_and_an_open_socket_has_none() {
    let server = scripted([Steps::over_tls().read_head().await_peer_close().close()]).await;
    let app = app().at(server.addr()).start();
    let socket = app.connect_within(Duration::from_secs(3));
    server.until(|record| record.requests.len() == 1).await;

    tokio::time::pause();
    let seen = watch_socket(socket).await;
    tokio::time::resume();

    assert!(seen.accepted && seen.opened.is_none());
    assert_eq!(closed_with(&seen.closed), "1006 \"\": TimedOut");
    server.until(|record| record.over == 1).await;
}

#[tokio::test]
async fn n1_an_open_socket_outlives_its_time_out() {
    let go_on = Signal::new();
    let script = Steps::over_tls()
        .upgrade(&[])
        .wait_for(&go_on)
        .write(frame(0x81, "still here"));
    let server = scripted([script.read_close().close()]).await;
    let app = app().at(server.addr()).start();
    let mut socket = app.connect_within(Duration::from_secs(3));
    assert!(matches!(next_event(&mut socket).await, SocketEvent::Accepted));
    assert!(matches!(next_event(&mut socket).await, SocketEvent::Opened(_)));

    tokio::time::pause();
    tokio::time::advance(Duration::from_secs(3600)).await;
    tokio::time::resume();
    go_on.tell();

    assert!(matches!(next_event(&mut socket).await, SocketEvent::Message(_)));
}

#[tokio::test]
async fn every_hostile_server_ends_a_socket_once_and_as_it_should() {
    for hostile in hostile::sockets() {
        let server = scripted([hostile.script]).await;
        let mut setting = app().at(server.addr());
        setting.limits.message = 1 << 20;
        let app = setting.start();

        let socket = app.connect(Handshake {
            deflate: true,
            ..Handshake::default()
        });
        let call = socket.call();
        let seen = tokio::time::timeout(Duration::from_secs(20), watch_socket(socket)).await;

        let seen = seen.unwrap_or_else(|_| panic!("{} doesn't end", hostile.name));
        let opens = hostile.end != hostile::SocketEnd::NeverOpens;
        let code = match hostile.end {
            hostile::SocketEnd::Closes(code) => code,
            hostile::SocketEnd::NeverOpens => 1006,
        };
        assert_eq!(seen.opened.is_some(), opens, "{}: {seen:?}", hostile.name);
        assert_eq!(seen.closed.code, code, "{}: {seen:?}", hostile.name);
        assert!(seen.closed.failure.is_some(), "{}", hostile.name);
        assert!(seen.messages.is_empty(), "{}: {:?}", hostile.name, seen.messages);
        app.journal.assert_complete(call);
        let record = server.until(|record| record.over == record.accepted).await;
        assert!(
            told_the_server(&record, code),
            "{}: {:?}",
            hostile.name,
            record.frames
        );
    }
}

#[tokio::test]
async fn a_server_that_breaks_the_protocol_loses_nothing_that_came_before() {
    let script = Steps::over_tls()
        .upgrade(&[])
        .write([frame(0x81, "good"), frame(0xB1, "bad")].concat())
        .read_close();
    let server = scripted([script.close()]).await;
    let app = app().at(server.addr()).start();

    let seen = watch_socket(app.connect(Handshake::default())).await;

    assert_eq!(seen.messages, [Message::text("good")]);
    assert_eq!(seen.closed.code, 1002);
}

#[tokio::test]
async fn a_url_may_have_any_port_and_a_query() {
    let server = scripted([Steps::over_tls().upgrade(&[]).await_peer_close().close()]).await;
    let app = app().at(server.addr()).start();
    let call = Call::new(Interface::ConnectSocket, format!("{WSS}?a=1&b=%E5%A4%A9#part"));

    let socket = app
        .engine
        .connect(app.policy.judge(&call).unwrap(), Handshake::default());
    server.until(|record| record.requests.len() == 1).await;
    drop(socket);

    assert_eq!(server.requests()[0].path, "/chat?a=1&b=%E5%A4%A9");
}

/// A close that isn't 1006 went to the server as it was told to the app.
fn told_the_server(record: &Record, code: u16) -> bool {
    code == 1006
        || record
            .frames
            .last()
            .is_some_and(|frame| frame.close_code() == Some(code))
}

fn frames(server: &ScriptedServer) -> Vec<(u8, Bytes)> {
    let frames = server.record().frames.into_iter();
    frames.map(|frame| (frame.first, frame.payload)).collect()
}

/// What is left to happen, without messages.
async fn watch_socket_rest(mut socket: minigate_engine::Socket) -> Vec<String> {
    use futures_util::StreamExt;
    let (mut sent, mut seen) = (0, Vec::new());
    while let Some(event) = socket.next().await {
        match event {
            SocketEvent::Sent(count) => sent += count,
            SocketEvent::Closed(closed) => seen.push(closed_with(&closed)),
            other => panic!("{other:?}"),
        }
    }
    if sent > 0 {
        seen.insert(0, format!("sent {sent}"));
    }
    seen
}
