//! What the network is like below the rules, on real sockets and TLS, by a clock that the test owns.

use std::num::NonZeroU64;
use std::time::Duration;

use http::Method;
use minigate_engine::{
    Clock, Closed, Conditions, Cut, Exchange, Fault, Handshake, HostFault, Loss, Message, Network,
    NetworkType, Outcome, Preset, Protocol, Socket, SocketEvent,
};
use minigate_testkit::{FakeResolver, Script, ScriptedServer, Steps, answer, frame, hostile};

use crate::support::{
    App, Entry, HOST, OTHER, Setting, URL, app, closed_with, finish_by, kind, next_event, open, origin,
    reply, rest, scripted, status, watch_socket,
};

/// What a call on a network like this ends with, and after how long.
async fn get_on(network: Network, server: &ScriptedServer) -> (String, Duration) {
    let (clock, app) = app_on(&Conditions::new(network), app().at(server.addr()));
    let (outcome, took) = finish_by(&clock, app.start_get(URL)).await;
    (kind(&outcome), took)
}

fn app_on(conditions: &Conditions, setting: Setting) -> (Clock, App) {
    let clock = Clock::manual();
    let app = setting.under(conditions, &clock).start();
    (clock, app)
}

async fn ok() -> ScriptedServer {
    scripted([Script::answering(answer(200, &[], "ok"))]).await
}

fn on_host(fault: Fault) -> Network {
    Network {
        faults: vec![HostFault {
            host: HOST.to_owned(),
            fault,
        }],
        ..Network::default()
    }
}

fn ms(span: Duration) -> u128 {
    span.as_millis()
}

/// What the loopback itself adds: each wait ends at the clock's next step.
const SLACK: u128 = 60;

#[tokio::test]
async fn a_network_without_faults_adds_nothing() {
    let server = ok().await;

    let (found, took) = get_on(Network::default(), &server).await;

    assert_eq!(found, "200 \"ok\"");
    assert!(ms(took) <= SLACK, "{took:?}");
}

#[tokio::test]
async fn looking_up_connecting_tls_and_the_answer_take_a_round_trip_each() {
    let server = ok().await;
    let network = Network {
        rtt: Duration::from_millis(300),
        ..Network::default()
    };

    let (found, took) = get_on(network, &server).await;

    assert_eq!(found, "200 \"ok\"");
    assert!((1200..1200 + SLACK).contains(&ms(took)), "{took:?}");
}

#[tokio::test]
async fn a_body_takes_as_long_as_the_rate_says() {
    let server = scripted([Script::answering(answer(200, &[], vec![b'x'; 100_000]))]).await;
    let network = Network {
        down: NonZeroU64::new(50_000),
        ..Network::default()
    };

    let (found, took) = get_on(network, &server).await;

    assert!(found.starts_with("200"));
    // The certificates take their time as well.
    assert!((2000..2300).contains(&ms(took)), "{took:?}");
}

#[tokio::test]
async fn an_upload_takes_as_long_as_the_rate_says() {
    let server = origin(|asked| reply(200, &[], asked.body.len().to_string())).await;
    let conditions = Conditions::new(Network {
        up: NonZeroU64::new(50_000),
        ..Network::default()
    });
    let (clock, app) = app_on(&conditions, app().at(server.addr()));
    let exchange = Exchange {
        body: vec![b'x'; 100_000].into(),
        ..Exchange::new(Method::POST)
    };

    let (outcome, took) = finish_by(&clock, app.start(URL, exchange)).await;

    assert_eq!(kind(&outcome), "200 \"100000\"");
    assert!((2000..2300).contains(&ms(took)), "{took:?}");
}

#[tokio::test]
async fn calls_on_one_h2_connection_share_the_rate() {
    let server = origin(|_| reply(200, &[], vec![b'x'; 50_000])).await;
    let conditions = Conditions::new(Network {
        down: NonZeroU64::new(50_000),
        rtt: Duration::from_millis(100),
        ..Network::default()
    });
    let (clock, app) = app_on(&conditions, app().at(server.addr()));
    let h2 = || Exchange {
        protocol: Protocol::Http2,
        ..Exchange::new(Method::GET)
    };

    let start = clock.now();
    let (first, second) = (app.start(URL, h2()), app.start(URL, h2()));
    let first = finish_by(&clock, first).await.0;
    let second = finish_by(&clock, second).await.0;

    assert_eq!(
        (status(&first), status(&second), app.journal.connections()),
        (200, 200, 1)
    );
    assert!(ms(clock.now() - start) >= 2000);
}

#[tokio::test]
async fn lost_packets_make_an_answer_late() {
    let server = scripted([Script::answering(answer(200, &[], vec![b'x'; 200_000]))]).await;
    let network = Network {
        rtt: Duration::from_millis(20),
        loss: Loss::share(0.05).unwrap(),
        seed: 1,
        ..Network::default()
    };

    let (found, took) = get_on(network, &server).await;

    assert!(found.starts_with("200"));
    assert!(ms(took) >= 80 + 200, "{took:?}");
}

#[tokio::test]
async fn without_a_network_a_call_fails_at_once() {
    let resolver = FakeResolver::new().with_silence(HOST);
    let (clock, app) = app_on(
        &Conditions::new(Preset::Offline.network()),
        app().resolving(resolver),
    );

    let (outcome, took) = finish_by(&clock, app.start_get(URL)).await;

    assert_eq!((kind(&outcome).as_str(), ms(took)), ("disconnected: Offline", 0));
    assert!(app.resolver.queries().is_empty());
}

#[tokio::test]
async fn a_name_that_cant_be_looked_up_fails_where_it_is_named() {
    let server = ok().await;
    let setting = app().at(server.addr()).host_at(OTHER, server.addr());
    let (clock, app) = app_on(&Conditions::new(on_host(Fault::NoAddress)), setting);

    let (faulty, _) = finish_by(&clock, app.start_get(URL)).await;
    let (other, _) = finish_by(&clock, app.start_get("https://cdn.example.com/")).await;

    assert_eq!(kind(&faulty), "unresolved: failed");
    assert_eq!(kind(&other), "insecure: T3 WrongName");
}

#[tokio::test]
async fn a_slow_look_up_is_waited_for() {
    let server = ok().await;

    let (found, took) = get_on(on_host(Fault::SlowLookup(Duration::from_secs(3))), &server).await;

    assert_eq!(found, "200 \"ok\"");
    assert!((3000..3000 + SLACK).contains(&ms(took)), "{took:?}");
}

#[tokio::test]
async fn a_host_that_cant_be_connected_to_fails_as_the_system_would_say() {
    let server = ok().await;
    for (fault, expected) in [
        (Fault::Refused, "not connected: ConnectionRefused"),
        (Fault::Unreachable, "not connected: HostUnreachable"),
    ] {
        let (found, took) = get_on(on_host(fault), &server).await;

        assert_eq!(found, expected);
        assert!(ms(took) <= SLACK, "{took:?}");
    }
    assert_eq!(server.record().accepted, 0);
}

#[tokio::test]
async fn the_system_gives_up_connecting_where_no_rule_does_before() {
    let server = ok().await;
    let network = Network {
        connect_timeout: Duration::from_secs(20),
        ..on_host(Fault::NeverConnects)
    };

    let (found, took) = get_on(network, &server).await;

    assert_eq!(found, "not connected: TimedOut");
    assert!((20_000..20_000 + SLACK).contains(&ms(took)), "{took:?}");
}

#[tokio::test]
async fn n1_a_call_whose_connection_never_stands_times_out() {
    let server = ok().await;

    let (found, took) = get_on(on_host(Fault::NeverConnects), &server).await;

    assert_eq!(found, "timed out: Connect");
    assert!((60_000..60_000 + SLACK).contains(&ms(took)), "{took:?}");
}

#[tokio::test]
async fn an_answer_breaks_off_where_the_conditions_say_so() {
    let server = scripted([Script::answering(answer(200, &[], vec![b'x'; 50_000]))]).await;
    for (fault, expected) in [
        (Fault::ResetAfter(0), "broken: reset"),
        (Fault::ResetAfter(20_000), "broken: reset"),
        (Fault::CloseAfter(0), "broken: empty"),
        (Fault::CloseAfter(20_000), "broken: truncated"),
    ] {
        let (found, _) = get_on(on_host(fault), &server).await;

        assert_eq!(found, expected, "{fault:?}");
    }
}

#[tokio::test]
async fn n1_a_half_open_connection_fails_only_when_the_time_is_up() {
    let server = ok().await;
    let conditions = Conditions::new(Network::default());
    let (clock, app) = app_on(&conditions, app().at(server.addr()));
    finish_by(&clock, app.start_get(URL)).await.0.unwrap();

    conditions.set(Network {
        silent: true,
        ..Network::default()
    });
    let (outcome, took) = finish_by(&clock, app.start_get(URL)).await;

    assert_eq!(kind(&outcome), "timed out: Head");
    assert!((60_000..60_000 + SLACK).contains(&ms(took)), "{took:?}");
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn what_was_held_back_arrives_when_the_network_speaks_again() {
    let server = ok().await;
    let silent = Network {
        silent: true,
        ..Network::default()
    };
    let conditions = Conditions::new(silent);
    let (clock, app) = app_on(&conditions, app().at(server.addr()));
    let task = app.start_get(URL);
    rest().await;

    clock.advance(Duration::from_secs(30));
    conditions.set(Network::default());
    let (outcome, took) = finish_by(&clock, task).await;

    assert_eq!(kind(&outcome), "200 \"ok\"");
    assert!(ms(took) <= SLACK, "{took:?}");
}

/// A call that waits for its answer, and an idle connection to another host, when something happens to the network.
async fn midway(method: Method, happens: impl FnOnce(&Conditions)) -> (Outcome, App, Clock, ScriptedServer) {
    let silent_then_ok = [
        hostile::handshake_then_silence(),
        Script::answering(answer(200, &[], "ok")),
    ];
    let server = scripted(silent_then_ok).await;
    let conditions = Conditions::new(Network::default());
    let (clock, app) = app_on(&conditions, app().at(server.addr()));
    let task = app.start(URL, Exchange::new(method));
    while app.journal.count(|entry| *entry == Entry::Sent) == 0 {
        rest().await;
    }

    happens(&conditions);
    let (outcome, took) = finish_by(&clock, task).await;

    assert!(ms(took) <= SLACK, "{took:?}");
    (outcome, app, clock, server)
}

#[tokio::test]
async fn a_switch_of_network_ends_what_is_under_way_and_nothing_is_repeated() {
    for method in [Method::GET, Method::POST] {
        let (outcome, app, clock, server) =
            midway(method, |conditions| conditions.set(Preset::G4.network())).await;

        assert_eq!(kind(&outcome), "disconnected: Switched");
        server.until(|record| record.over == 1).await;
        let (again, _) = finish_by(&clock, app.start_get(URL)).await;
        assert_eq!(kind(&again), "200 \"ok\"");
        assert_eq!(server.record().accepted, 2);
    }
}

#[tokio::test]
async fn losing_the_network_ends_what_is_under_way() {
    let (outcome, app, clock, _server) = midway(Method::GET, |conditions| {
        conditions.set(Preset::Offline.network());
    })
    .await;

    assert_eq!(kind(&outcome), "disconnected: Lost");
    let (again, _) = finish_by(&clock, app.start_get(URL)).await;
    assert_eq!(kind(&again), "disconnected: Offline");
}

#[tokio::test]
async fn a_reset_of_everything_is_one_of_the_connection() {
    let (outcome, ..) = midway(Method::POST, |conditions| conditions.cut(Cut::Reset)).await;

    assert_eq!(kind(&outcome), "broken: reset");
}

#[tokio::test]
async fn the_network_can_go_while_a_call_connects() {
    let server = ok().await;
    let conditions = Conditions::new(Network {
        rtt: Duration::from_secs(5),
        ..Network::default()
    });
    let (clock, app) = app_on(&conditions, app().at(server.addr()));
    let task = app.start_get(URL);
    rest().await;

    conditions.set(Preset::Offline.network());
    let (outcome, took) = finish_by(&clock, task).await;

    assert_eq!(kind(&outcome), "disconnected: Lost");
    assert!(ms(took) <= SLACK);
}

#[tokio::test]
async fn connections_that_wait_in_the_pool_dont_survive_a_switch() {
    let go_on = Steps::over_tls().read_request().write(answer(200, &[], "ok"));
    let server = scripted([go_on.again()]).await;
    let conditions = Conditions::new(Network::default());
    let (clock, app) = app_on(&conditions, app().at(server.addr()));
    finish_by(&clock, app.start_get(URL)).await.0.unwrap();
    let (kept, _) = finish_by(&clock, app.start_get(URL)).await;

    conditions.set(Network {
        kind: NetworkType::G5,
        ..Network::default()
    });
    let (fresh, _) = finish_by(&clock, app.start_get(URL)).await;

    assert!(kept.unwrap().timing.reused);
    assert!(!fresh.unwrap().timing.reused);
    server.until(|record| record.over == 1).await;
}

#[tokio::test]
async fn a_socket_ends_with_the_network_that_it_was_made_on() {
    for (preset, expected) in [(Preset::G4, "Switched"), (Preset::Offline, "Lost")] {
        let server = scripted([Steps::over_tls().upgrade(&[]).await_peer_close().close()]).await;
        let conditions = Conditions::new(Network::default());
        let app = app()
            .at(server.addr())
            .under(&conditions, &Clock::manual())
            .start();
        let (socket, _) = open(&app).await;

        conditions.set(preset.network());
        let closed = watch_rest(socket).await;

        assert_eq!(closed_with(&closed), "1006 \"\": SocketCut");
        assert!(format!("{:?}", closed.failure).contains(expected), "{closed:?}");
    }
}

#[tokio::test]
async fn a_message_takes_half_a_round_trip() {
    let script = Steps::over_tls()
        .upgrade(&[])
        .read_frame()
        .write(frame(0x81, "pong"));
    let server = scripted([script.await_peer_close().close()]).await;
    let conditions = Conditions::new(Network::default());
    let (clock, app) = app_on(&conditions, app().at(server.addr()));
    let (mut socket, _) = open(&app).await;
    conditions.set(Network {
        rtt: Duration::from_millis(400),
        ..Network::default()
    });

    let start = clock.now();
    socket.send(Message::text("ping")).unwrap();
    let event = loop {
        tokio::select! {
            biased;
            event = next_event(&mut socket) => break event,
            () = rest() => clock.advance(Duration::from_millis(5)),
        }
    };

    assert!(matches!(event, SocketEvent::Message(message) if message == Message::text("pong")));
    let took = clock.now() - start;
    assert!((400..400 + SLACK).contains(&ms(took)), "{took:?}");
}

#[tokio::test]
async fn a_socket_cant_be_connected_without_a_network() {
    let (_, app) = app_on(&Conditions::new(Preset::Offline.network()), app());

    let seen = watch_socket(app.connect(Handshake::default())).await;

    assert!(seen.accepted && seen.opened.is_none());
    assert_eq!(closed_with(&seen.closed), "1006 \"\": Disconnected");
}

async fn watch_rest(mut socket: Socket) -> Closed {
    loop {
        if let SocketEvent::Closed(closed) = next_event(&mut socket).await {
            return *closed;
        }
    }
}
