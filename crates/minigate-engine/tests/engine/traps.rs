//! Mistakes that others have made, each held off by a test. Those of uploads, downloads and sockets are with them.

use std::net::IpAddr;

use http::Method;
use minigate_engine::{Delivery, Exchange, Failure};
use minigate_policy::{Call, Interface, Reason, Rule};
use minigate_testkit::{FakeResolver, Leaf, Script, answer};

use crate::support::{
    Entry, HOST, OTHER, URL, app, kind, origin, presenting, reply, scripted, scripted_for, watch,
};

#[tokio::test]
async fn trap_02_two_apps_in_one_process_keep_their_own_lists() {
    let server = scripted([ok(), ok()]).await;
    let one = app().at(server.addr()).start();
    let mut other = app().at(server.addr());
    other.entries = vec![format!("https://{OTHER}")];
    let other = other.start();

    let allowed = one.get(URL).await;
    let denied = other
        .policy
        .judge(&Call::new(Interface::Request, URL))
        .unwrap_err();

    assert_eq!(kind(&allowed), "200 \"ok\"");
    assert_eq!(denied.rule(), Rule::D1);
}

#[tokio::test]
async fn trap_03_what_was_judged_is_dialled_and_nothing_is_looked_up_again() {
    let server = scripted([ok()]).await;
    let internal = scripted([ok()]).await;
    let resolver = FakeResolver::new()
        .with(HOST, [server.addr().ip()])
        .with(HOST, [internal.addr().ip()]);
    let origin = format!("https://{HOST}:{}", server.addr().port());
    let url = format!("{origin}/");
    let app = app().resolving(resolver).listing(origin).start();

    app.get(&url).await.unwrap();

    assert_eq!(app.resolver.queries(), [HOST]);
    assert_eq!((server.record().accepted, internal.record().accepted), (1, 0));
}

#[tokio::test]
async fn trap_04_a_relative_location_is_joined_to_the_url_of_its_own_hop() {
    let server = origin(|asked| match asked.path.as_str() {
        "/" => reply(302, &[("location", "/deep/old")], ""),
        "/deep/old" => reply(302, &[("location", "next")], ""),
        path => reply(200, &[], path.to_owned()),
    })
    .await;
    let app = app().at(server.addr()).start();

    let outcome = app.get(URL).await;

    assert_eq!(kind(&outcome), "200 \"/deep/next\"");
}

#[tokio::test]
async fn trap_05_a_call_that_streams_is_judged_at_each_hop_like_any_other() {
    let refused = scripted_for("evil.example", [ok()]).await;
    let first = scripted([redirect("https://evil.example/")]).await;
    let app = app()
        .at(first.addr())
        .host_at("evil.example", refused.addr())
        .start();
    let exchange = Exchange {
        delivery: Delivery::Chunked,
        ..Exchange::new(Method::GET)
    };

    let outcome = app.send(URL, exchange).await;

    assert_eq!(kind(&outcome), "denied: NotListed");
    assert_eq!(refused.record().accepted, 0);
}

#[tokio::test]
async fn trap_11_an_ipv4_address_inside_an_ipv6_one_is_judged_as_itself() {
    for inside in [
        "::ffff:192.168.1.1",
        "::192.168.1.1",
        "64:ff9b::192.168.1.1",
        "2002:c0a8:101::1",
        "2001:0:4136:e378:8000:63bf:3f57:fefe",
        "fe80::200:5efe:192.168.1.1",
    ] {
        let address: IpAddr = inside.parse().unwrap();
        let app = app()
            .resolving(FakeResolver::new().with(HOST, [address]))
            .released()
            .start();

        let outcome = app.get(URL).await;

        assert!(
            matches!(&outcome, Err(Failure::Denied(denial)) if matches!(denial.reason(), Reason::PrivateAddress { .. })),
            "{inside}: {outcome:?}"
        );
    }
}

#[tokio::test]
async fn trap_13_each_address_is_judged_and_tried_not_the_first_alone() {
    let server = scripted([ok()]).await;
    let port = server.addr().port();
    // Nothing listens there.
    let dead: IpAddr = "127.3.3.3".parse().unwrap();
    let origin = format!("https://{HOST}:{port}");
    let mixed = FakeResolver::new().with(HOST, ["93.184.215.14".parse().unwrap(), dead]);
    let released = app().resolving(mixed).listing(&origin).released().start();
    let both = FakeResolver::new().with(HOST, [dead, server.addr().ip()]);
    let trying = app().resolving(both).listing(&origin).start();

    let judged = released.get(&format!("{origin}/")).await;
    let tried = trying.get(&format!("{origin}/")).await;

    assert_eq!(kind(&judged), "denied: PrivateAddress");
    assert_eq!(kind(&tried), "200 \"ok\"");
}

#[tokio::test]
async fn trap_14_an_unknown_root_is_not_called_an_incomplete_chain() {
    for (expected, leaf) in [
        (Rule::T2, Leaf::for_name(HOST).from_unknown_root()),
        (Rule::T5, Leaf::for_name(HOST).with_intermediates(1).incomplete()),
    ] {
        let server = presenting(&leaf).await;

        let outcome = app().at(server.addr()).start().get(URL).await;

        assert_eq!(
            outcome.err().map(|failure| failure.rule()),
            Some(expected),
            "{leaf:?}"
        );
    }
}

#[tokio::test]
async fn trap_15_with_checks_off_the_fault_that_a_release_will_show_is_told() {
    let leaf = Leaf::for_name(HOST).expired();
    let server = presenting(&leaf).await;
    let app = app().at(server.addr()).skipping().start();

    let seen = watch(app.start_get(URL)).await;

    assert_eq!(kind(&seen.outcome), "200 \"ok\"");
    let spared = app
        .journal
        .count(|entry| matches!(entry, Entry::Secured(_, Some(fault)) if fault.rule() == Rule::T4));
    assert_eq!(spared, 1);
}

fn ok() -> Script {
    Script::answering(answer(200, &[], "ok"))
}

fn redirect(location: &str) -> Script {
    Script::answering(answer(302, &[("location", location)], ""))
}
