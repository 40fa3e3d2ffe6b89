//! What an app knows of its network.

#![expect(clippy::unwrap_used, reason = "what can't be set up fails the test")]

mod support;

use std::{cell::RefCell, collections::BTreeMap, rc::Rc, time::Duration};

use minigate_engine::{Clock, Conditions, Engine, Fault, HostFault, Network, NetworkType, Preset};
use minigate_js::{App, Launch, Line, Notice, Project};

use support::{Server, engine_setup, owned_app, project};

type Notices = Rc<RefCell<Vec<Notice>>>;

/// An app on a network that the test changes, with a script as its only file.
fn start(file: &str, script: &str, network: Network) -> (App, Conditions, Notices) {
    let (notices, conditions) = (Notices::default(), Conditions::new(network));
    let mut setup = engine_setup();
    setup.conditions = conditions.clone();
    setup.clock = Clock::manual();
    let project = match file {
        "game.js" => game(script),
        file => project(&[(file, script)]),
    };
    let mut app = owned_app(project, Engine::new(setup), &notices);
    app.launch(&Launch::default()).unwrap();
    (app, conditions, notices)
}

fn game(script: &str) -> Project {
    let files = [("game.json", "{}"), ("game.js", script)];
    let files = files.map(|(path, content)| (path.to_owned(), content.as_bytes().to_vec()));
    Project::from_files(BTreeMap::from(files)).unwrap()
}

/// Lets the app take what there is.
async fn go_on(app: &mut App) {
    app.run_for(Duration::ZERO).await;
}

fn lines(notices: &Notices) -> Vec<String> {
    let said = |notice: &Notice| match notice {
        Notice::Console(Line { text, .. }) => Some(text.clone()),
        _ => None,
    };
    notices.take().iter().filter_map(said).collect()
}

#[tokio::test]
async fn an_app_can_ask_for_the_type_of_its_network() {
    let script = "wx.getNetworkType({ success: (found) => console.log(JSON.stringify(found)) })";

    for (network, expected) in [
        (
            Preset::Slow3g.network(),
            r#"{"networkType":"3g","signalStrength":-105,"hasSystemProxy":false,"weakNet":false,"errMsg":"getNetworkType:ok"}"#,
        ),
        (
            Network {
                system_proxy: true,
                kind: NetworkType::Unknown,
                ..Network::default()
            },
            r#"{"networkType":"unknown","signalStrength":-50,"hasSystemProxy":true,"weakNet":false,"errMsg":"getNetworkType:ok"}"#,
        ),
    ] {
        let (mut app, _, notices) = start("app.js", script, network);
        go_on(&mut app).await;

        assert_eq!(lines(&notices), [expected]);
    }
}

#[tokio::test]
async fn an_app_can_ask_for_its_address_and_never_gets_the_machines_own() {
    let script = "wx.getLocalIPAddress().then((found) => console.log(JSON.stringify(found)), (e) => console.log(e.errMsg))";

    let (mut app, conditions, notices) = start("app.js", script, Network::default());
    go_on(&mut app).await;
    assert_eq!(
        lines(&notices),
        [r#"{"localip":"192.168.1.101","netmask":"255.255.255.0","errMsg":"getLocalIPAddress:ok"}"#]
    );

    drop((app, conditions));
    let (mut app, _, notices) = start("app.js", script, Preset::Offline.network());
    go_on(&mut app).await;
    assert_eq!(lines(&notices), ["getLocalIPAddress:fail no network"]);
}

#[tokio::test]
async fn apps_and_games_are_told_of_another_network_until_they_listen_no_more() {
    let script = "
        const listen = (news) => console.log(JSON.stringify(news));
        wx.onNetworkStatusChange(listen);
        wx.onNetworkStatusChange(listen);
        wx.onNetworkStatusChange(({ networkType }) => { if (networkType === '4g') wx.offNetworkStatusChange(listen) });";

    for file in ["app.js", "game.js"] {
        let (mut app, conditions, notices) = start(file, script, Network::default());
        for preset in [Preset::Offline, Preset::G4, Preset::Wifi] {
            go_on(&mut app).await;
            conditions.set(preset.network());
        }
        go_on(&mut app).await;

        let expected = [
            r#"{"isConnected":false,"networkType":"none"}"#,
            r#"{"isConnected":true,"networkType":"4g"}"#,
        ];
        assert_eq!(lines(&notices), expected, "{file}");
    }
}

#[tokio::test]
async fn an_app_is_told_when_its_calls_find_the_network_weak() {
    let mut server = Server::start(|_| unreachable_answer()).await;
    server.conditions = Conditions::new(Network {
        connect_timeout: Duration::from_millis(1),
        faults: vec![HostFault {
            host: "*".to_owned(),
            fault: Fault::NeverConnects,
        }],
        ..Network::default()
    });

    let run = server
        .run(
            "wx.onNetworkWeakChange((news) => console.log(JSON.stringify(news)));
             const call = (left) => wx.request({ url: 'https://api.test/', fail({ errMsg }) {
               console.log(errMsg);
               if (left) return call(left - 1);
               wx.getNetworkType({ success: ({ weakNet }) => console.log(weakNet) });
             } });
             call(2)",
        )
        .await;

    let timed_out = "request:fail -118:net::ERR_CONNECTION_TIMED_OUT";
    let text = run.text();
    let found: Vec<_> = text.lines().collect();
    assert_eq!(
        found.iter().filter(|line| **line == timed_out).count(),
        3,
        "{text}"
    );
    assert_eq!(
        found.iter().filter(|line| line.contains("weakNet")).count(),
        1,
        "{text}"
    );
    assert!(
        text.contains(r#"{"weakNet":true,"networkType":"wifi"}"#),
        "{text}"
    );
    assert!(found.contains(&"true"), "{text}");
}

fn unreachable_answer() -> minigate_testkit::Reply {
    minigate_testkit::Reply::default()
}
