//! When an app is told that its network changed or became weak, from the times that its calls really took.

use std::time::Duration;

use futures_util::FutureExt;
use minigate_engine::{
    Clock, Conditions, Fault, HostFault, Loss, Network, NetworkEvent, NetworkType, Preset,
};
use minigate_testkit::{Script, ScriptedServer, Steps, answer};

use crate::support::{App, HOST, URL, app, finish_by, scripted};

/// A server that wants a new connection for each call.
async fn closing() -> ScriptedServer {
    let headers = [("connection", "close")];
    scripted([Script::answering(answer(200, &headers, "ok"))]).await
}

async fn app_on(network: Network, server: &ScriptedServer) -> (Conditions, Clock, App) {
    let (conditions, clock) = (Conditions::new(network), Clock::manual());
    let app = app().at(server.addr()).under(&conditions, &clock).start();
    (conditions, clock, app)
}

/// Whether calls one after another bring a notice, each.
async fn notices(app: &App, clock: &Clock, calls: usize) -> Vec<Option<bool>> {
    let mut network = app.engine.network();
    let mut notices = Vec::new();
    for _ in 0..calls {
        let _ = finish_by(clock, app.start_get(URL)).await;
        notices.push(network.changed().now_or_never().map(|event| match event {
            NetworkEvent::Weak(view) => view.is_weak,
            NetworkEvent::Status(view) => panic!("{view:?}"),
        }));
    }
    notices
}

fn rtt(ms: u64) -> Network {
    Network {
        rtt: Duration::from_millis(ms),
        ..Network::default()
    }
}

#[tokio::test]
async fn three_slow_connects_make_the_network_weak() {
    let server = closing().await;
    let (_, clock, app) = app_on(rtt(405), &server).await;

    assert_eq!(notices(&app, &clock, 3).await, [None, None, Some(true)]);
    assert!(app.engine.network().now().is_weak);
}

#[tokio::test]
async fn quick_connects_dont() {
    let server = closing().await;
    let (_, clock, app) = app_on(rtt(390), &server).await;

    assert_eq!(notices(&app, &clock, 8).await, [None; 8]);
}

#[tokio::test]
async fn slow_answers_on_a_kept_connection_count_as_well() {
    let again = Steps::over_tls()
        .read_request()
        .write(answer(200, &[], "ok"))
        .again();
    let server = scripted([again]).await;
    let (conditions, clock, app) = app_on(rtt(10), &server).await;
    assert_eq!(notices(&app, &clock, 1).await, [None]);

    conditions.set(rtt(500));

    assert_eq!(notices(&app, &clock, 3).await, [None, None, Some(true)]);
    assert_eq!(server.record().accepted, 1);
}

#[tokio::test]
async fn a_weak_network_recovers_with_the_calls_that_show_it() {
    let server = closing().await;
    let (conditions, clock, app) = app_on(rtt(500), &server).await;
    assert_eq!(notices(&app, &clock, 3).await.last(), Some(&Some(true)));

    conditions.set(rtt(10));

    let mut expected = [None; 6];
    expected[5] = Some(false);
    assert_eq!(notices(&app, &clock, 6).await, expected);
}

#[tokio::test]
async fn three_connects_that_time_out_make_the_network_weak() {
    let server = closing().await;
    let network = Network {
        connect_timeout: Duration::from_secs(1),
        faults: vec![HostFault {
            host: HOST.to_owned(),
            fault: Fault::NeverConnects,
        }],
        ..Network::default()
    };
    let (_, clock, app) = app_on(network, &server).await;

    assert_eq!(notices(&app, &clock, 3).await, [None, None, Some(true)]);
}

#[tokio::test]
async fn three_calls_that_lost_packets_make_the_network_weak() {
    let body = vec![b'x'; 100_000];
    let headers = [("connection", "close")];
    let server = scripted([Script::answering(answer(200, &headers, body))]).await;
    let network = Network {
        loss: Loss::share(0.2).unwrap(),
        ..Network::default()
    };
    let (_, clock, app) = app_on(network, &server).await;

    assert_eq!(notices(&app, &clock, 3).await, [None, None, Some(true)]);
}

#[tokio::test]
async fn a_call_that_never_came_to_the_network_says_nothing_of_it() {
    let server = closing().await;
    let (_, clock, app) = app_on(Preset::Offline.network(), &server).await;

    assert_eq!(notices(&app, &clock, 4).await, [None; 4]);
}

#[tokio::test]
async fn another_type_of_network_is_told_once() {
    let server = closing().await;
    let (conditions, _, app) = app_on(Preset::Wifi.network(), &server).await;
    let mut network = app.engine.network();

    conditions.set(Preset::Offline.network());

    let Some(NetworkEvent::Status(view)) = network.changed().now_or_never() else {
        panic!("nothing was told");
    };
    assert_eq!(view.kind, NetworkType::None);
    assert_eq!(network.changed().now_or_never(), None);
    conditions.set(Network {
        signal: -1,
        ..Preset::Offline.network()
    });
    assert_eq!(network.changed().now_or_never(), None);
}
