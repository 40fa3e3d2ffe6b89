//! Rule D4: what is dialled is exactly what was looked up and judged.

use std::net::{IpAddr, SocketAddr};

use minigate_engine::{AddressSource, Failure, ResolveError};
use minigate_policy::{AddressClass, Reason};
use minigate_testkit::{FakeResolver, Script, ScriptedServer, answer};
use tokio::time::Instant;

use crate::support::{Entry, HOST, Setting, app, finish_on_stopped_clock, kind, scripted};

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

async fn server() -> ScriptedServer {
    scripted([Script::answering(answer(200, &[], "ok"))]).await
}

/// An app whose domain is looked up; the server's port is in the URL.
fn looking_up(resolver: FakeResolver, server: &ScriptedServer) -> (Setting, String) {
    let origin = format!("https://{HOST}:{}", server.addr().port());
    let url = format!("{origin}/");
    (app().resolving(resolver).listing(origin), url)
}

#[tokio::test]
async fn d4_a_connection_goes_to_the_one_answer_of_its_one_query() {
    let server = server().await;
    let resolver = FakeResolver::new()
        .with(HOST, [server.addr().ip()])
        .with(HOST, [ip("192.168.1.1")]);
    let (setting, url) = looking_up(resolver, &server);
    let app = setting.start();

    app.get(&url).await.unwrap();
    let second = app.get(&url).await.unwrap();

    assert_eq!(
        app.resolver.queries(),
        [HOST],
        "the second call shares the connection and doesn't ask again"
    );
    assert_eq!(second.timing.peer, Some(server.addr()));
    assert_eq!(
        app.journal
            .count(|entry| *entry == Entry::Connected(server.addr())),
        1
    );
}

#[tokio::test]
async fn d4_a_resolver_that_flips_cant_lead_into_the_local_network() {
    let server = server().await;
    let public = ip("2002:808:808::1");
    let resolver = FakeResolver::new()
        .with(HOST, [public])
        .with(HOST, [server.addr().ip()]);
    let (setting, url) = looking_up(resolver, &server);
    let app = setting.released().start();

    let task = app.start_get(&url);
    app.journal
        .until(1, |entry| matches!(entry, Entry::Resolved(..)))
        .await;
    let outcome = finish_on_stopped_clock(task).await.outcome;

    assert!(outcome.is_err());
    assert_eq!(app.resolver.queries(), [HOST]);
    assert_eq!(server.record().accepted, 0);
}

#[tokio::test]
async fn d4_the_second_query_of_a_rebinding_is_judged_like_the_first() {
    let server = server().await;
    let resolver = FakeResolver::new().with(HOST, [server.addr().ip()]);
    let (setting, url) = looking_up(resolver, &server);
    let app = setting.released().start();

    for _ in 0..2 {
        let outcome = app.get(&url).await;

        let Err(Failure::Denied(denial)) = &outcome else {
            panic!("{outcome:?}");
        };
        let addresses = vec![(server.addr().ip(), AddressClass::Loopback)];
        let reason = Reason::PrivateAddress {
            host: HOST.to_owned(),
            addresses,
            public: 0,
        };
        assert_eq!(denial.reason(), &reason);
    }
    assert_eq!(server.record().accepted, 0);
}

#[tokio::test]
async fn d4_one_private_answer_among_public_ones_refuses_them_all() {
    let server = server().await;
    let resolver = FakeResolver::new().with(HOST, [ip("1.1.1.1"), server.addr().ip()]);
    let (setting, url) = looking_up(resolver, &server);

    let outcome = setting.released().start().get(&url).await;

    assert_eq!(kind(&outcome), "denied: PrivateAddress");
    assert_eq!(server.record().accepted, 0);
}

#[tokio::test]
async fn d4_in_development_an_unreachable_answer_gives_way_to_the_next() {
    let server = server().await;
    let resolver = FakeResolver::new().with(HOST, [ip("127.0.0.2"), server.addr().ip()]);
    let (setting, url) = looking_up(resolver, &server);
    let app = setting.start();
    let started = Instant::now();

    let outcome = app.get(&url).await;

    assert_eq!(kind(&outcome), "200 \"ok\"");
    assert!(started.elapsed().as_millis() < 10_000);
}

#[tokio::test]
async fn d4_a_declared_host_may_be_private() {
    let server = server().await;
    let resolver = FakeResolver::new().with(HOST, [server.addr().ip()]);
    let (mut setting, url) = looking_up(resolver, &server);
    setting.private_hosts = vec![HOST.to_owned()];

    let outcome = setting.released().start().get(&url).await;

    assert_eq!(kind(&outcome), "200 \"ok\"");
}

#[tokio::test]
async fn d4_no_embedding_of_a_private_address_is_dialled() {
    for (address, class) in [
        ("127.0.0.1", AddressClass::Loopback),
        ("10.0.0.1", AddressClass::Private),
        ("169.254.169.254", AddressClass::LinkLocal),
        ("198.18.0.7", AddressClass::FakeIp),
        ("::1", AddressClass::Loopback),
        ("::ffff:127.0.0.1", AddressClass::Loopback),
        ("::127.0.0.1", AddressClass::Loopback),
        ("64:ff9b::127.0.0.1", AddressClass::Loopback),
        ("2002:7f00:1::", AddressClass::Loopback),
        ("2001:0:4136:e378:8000:63bf:80ff:fffe", AddressClass::Loopback),
        ("2606:4700::5efe:127.0.0.1", AddressClass::Loopback),
    ] {
        let server = server().await;
        let (setting, url) = looking_up(FakeResolver::new().with(HOST, [ip(address)]), &server);
        let app = setting.released().start();

        let outcome = app.get(&url).await;

        let Err(Failure::Denied(denial)) = &outcome else {
            panic!("{address}: {outcome:?}");
        };
        let addresses = vec![(ip(address), class)];
        let reason = Reason::PrivateAddress {
            host: HOST.to_owned(),
            addresses,
            public: 0,
        };
        assert_eq!(denial.reason(), &reason);
        assert_eq!(
            (app.journal.connections(), server.record().accepted),
            (0, 0),
            "{address}"
        );
    }
}

#[tokio::test]
async fn d4_a_redirect_is_judged_by_address_too() {
    let server = server().await;
    let port = server.addr().port();
    let location = format!("https://inner.example.com:{port}/");
    let first = scripted([Script::answering(answer(302, &[("location", &location)], ""))]).await;
    let resolver = FakeResolver::new().with("inner.example.com", [server.addr().ip()]);
    let setting = app()
        .resolving(resolver)
        .at(first.addr())
        .listing(location.trim_end_matches('/'));

    let outcome = setting.released().start().get("https://api.example.com/").await;

    assert_eq!(kind(&outcome), "denied: PrivateAddress");
    assert_eq!(server.record().accepted, 0);
}

#[tokio::test]
async fn what_the_resolver_cant_find_has_a_failure_of_its_own() {
    let server = server().await;
    let failure = ResolveError::Failed {
        host: HOST.to_owned(),
        reason: "SERVFAIL".to_owned(),
    };
    for (resolver, expected) in [
        (FakeResolver::new(), "unresolved: not found"),
        (FakeResolver::new().with(HOST, []), "unresolved: not found"),
        (
            FakeResolver::new().with_failure(HOST, failure),
            "unresolved: failed",
        ),
    ] {
        let (setting, url) = looking_up(resolver, &server);

        assert_eq!(kind(&setting.start().get(&url).await), expected);
    }
}

#[tokio::test]
async fn nobody_listening_is_told() {
    let closed: SocketAddr = {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        listener.local_addr().unwrap()
    };

    let outcome = app().at(closed).start().get("https://api.example.com/").await;

    assert_eq!(kind(&outcome), "not connected: ConnectionRefused");
}

#[tokio::test]
async fn an_override_comes_before_the_resolver_and_is_told() {
    let server = server().await;
    let app = app().at(server.addr()).released().start();

    app.get("https://api.example.com/").await.unwrap();

    let resolved = Entry::Resolved(vec![server.addr().ip()], AddressSource::Override);
    assert_eq!(app.journal.count(|entry| *entry == resolved), 1);
    assert_eq!(app.resolver.queries(), [""; 0]);
}
