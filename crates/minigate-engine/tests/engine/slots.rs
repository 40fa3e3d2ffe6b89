//! Rule N4: ten calls at once, the others wait their turn.

use std::net::IpAddr;
use std::sync::Arc;

use futures_util::future::BoxFuture;
use http::Method;
use minigate_engine::{Exchange, ResolveError, Resolver, Task};
use minigate_policy::{Call, Interface, Overflow};
use minigate_testkit::{Script, ScriptedServer, Signal, Steps, answer};

use crate::support::{App, Entry, HOST, OTHER, URL, app, kind, scripted, scripted_for, watch};

/// A server that answers each request once it is told to.
async fn held(go_on: &Signal) -> ScriptedServer {
    let script = Steps::over_tls()
        .read_request()
        .wait_for(go_on)
        .write(answer(200, &[], "ok"));
    scripted([script.again()]).await
}

fn burst(app: &App, number: usize) -> Vec<Task> {
    (0..number).map(|n| app.start_get(&format!("{URL}{n}"))).collect()
}

#[tokio::test]
async fn n4_ten_of_twelve_calls_run_and_two_wait() {
    let go_on = Signal::new();
    let server = held(&go_on).await;
    let app = app().at(server.addr()).start();

    let tasks = burst(&app, 12);
    server.until(|record| record.requests.len() == 10).await;

    assert_eq!(server.record().accepted, 10);
    assert_eq!(app.journal.count(|entry| *entry == Entry::Started), 10);
    assert_eq!(app.journal.count(|entry| *entry == Entry::Queued), 2);
    (0..12).for_each(|_| go_on.tell());
    for task in tasks {
        let call = task.call();
        assert_eq!(kind(&watch(task).await.outcome), "200 \"ok\"");
        app.journal.assert_complete(call);
    }
    assert_eq!(
        server.record().accepted,
        10,
        "the two that waited used connections that were there"
    );
}

#[tokio::test]
async fn n4_calls_start_in_the_order_of_their_arrival() {
    let go_on = Signal::new();
    let server = held(&go_on).await;
    let mut setting = app().at(server.addr());
    setting.profile.calls_at_once = 1;
    let app = setting.start();

    let tasks = burst(&app, 20);
    (0..20).for_each(|_| go_on.tell());
    for task in tasks {
        watch(task).await;
    }

    let paths: Vec<_> = server
        .requests()
        .into_iter()
        .map(|request| request.path)
        .collect();
    let expected: Vec<_> = (0..20).map(|n| format!("/{n}")).collect();
    assert_eq!(paths, expected);
}

#[tokio::test]
async fn n4_each_interface_has_slots_of_its_own() {
    let go_on = Signal::new();
    let server = held(&go_on).await;
    let app = app().at(server.addr()).start();

    let requests = burst(&app, 10);
    let call = Call::new(Interface::DownloadFile, format!("https://{HOST}/file"));
    let download = app
        .engine
        .start(app.policy.judge(&call).unwrap(), Exchange::new(Method::GET));
    server.until(|record| record.requests.len() == 11).await;

    assert_eq!(server.record().accepted, 11);
    drop((requests, download));
}

#[tokio::test]
async fn n4_an_aborted_waiter_frees_nothing_that_it_didnt_hold() {
    let go_on = Signal::new();
    let server = held(&go_on).await;
    let mut setting = app().at(server.addr());
    setting.profile.calls_at_once = 1;
    let app = setting.start();

    let running = app.start_get("https://api.example.com/running");
    let aborted = app.start_get("https://api.example.com/aborted");
    let waiting = app.start_get("https://api.example.com/waiting");
    app.journal.until(2, |entry| *entry == Entry::Queued).await;
    aborted.abort();
    aborted.abort();
    let aborted = watch(aborted).await;

    assert_eq!(kind(&aborted.outcome), "Aborted");
    assert_eq!(app.journal.count(|entry| *entry == Entry::Started), 1);
    (0..2).for_each(|_| go_on.tell());
    assert_eq!(kind(&watch(running).await.outcome), "200 \"ok\"");
    assert_eq!(kind(&watch(waiting).await.outcome), "200 \"ok\"");
    let paths: Vec<_> = server
        .requests()
        .into_iter()
        .map(|request| request.path)
        .collect();
    assert_eq!(paths, ["/running", "/waiting"]);
}

#[tokio::test]
async fn n4_an_aborted_call_hands_its_slot_on() {
    let go_on = Signal::new();
    let server = held(&go_on).await;
    let mut setting = app().at(server.addr());
    setting.profile.calls_at_once = 1;
    let app = setting.start();

    let running = app.start_get(URL);
    server.until(|record| record.requests.len() == 1).await;
    let waiting = app.start_get(URL);
    running.abort();
    server.until(|record| record.requests.len() == 2).await;
    go_on.tell();

    assert_eq!(kind(&watch(waiting).await.outcome), "200 \"ok\"");
    assert_eq!(kind(&watch(running).await.outcome), "Aborted");
    server.until(|record| record.over == 1).await;
}

#[tokio::test]
async fn n4_an_abort_after_the_end_changes_nothing() {
    let server = scripted([Script::answering(answer(200, &[], "ok"))]).await;
    let app = app().at(server.addr()).start();

    let task = app.start_get(URL);
    app.journal.until(1, |entry| *entry == Entry::Settled).await;
    task.abort();

    assert_eq!(kind(&watch(task).await.outcome), "200 \"ok\"");
    assert_eq!(kind(&app.get(URL).await), "200 \"ok\"");
    assert_eq!(app.journal.count(|entry| *entry == Entry::Settled), 2);
}

#[tokio::test]
async fn n4_where_calls_are_not_to_wait_one_too_many_is_refused() {
    let go_on = Signal::new();
    let server = held(&go_on).await;
    let mut setting = app().at(server.addr());
    setting.profile.overflow = Overflow::Refuse;
    let app = setting.start();

    let tasks = burst(&app, 10);
    let refused = app.get(URL).await;
    (0..10).for_each(|_| go_on.tell());

    assert_eq!(kind(&refused), "TooManyCalls");
    for task in tasks {
        assert_eq!(kind(&watch(task).await.outcome), "200 \"ok\"");
    }
}

#[tokio::test]
async fn n4_a_panic_frees_its_slot() {
    struct Panics;
    impl Resolver for Panics {
        fn resolve<'a>(&'a self, _: &'a str) -> BoxFuture<'a, Result<Vec<IpAddr>, ResolveError>> {
            panic!("on purpose");
        }
    }
    let server = scripted_for(OTHER, [Script::answering(answer(200, &[], "ok"))]).await;
    let mut setting = app().host_at(OTHER, server.addr());
    setting.profile.calls_at_once = 1;
    let app = setting.start_asking(Arc::new(Panics));

    for _ in 0..3 {
        assert_eq!(kind(&app.get(URL).await), "Internal");
    }

    assert_eq!(kind(&app.get("https://cdn.example.com/").await), "200 \"ok\"");
}

#[tokio::test]
async fn n4_a_thousand_calls_all_end_once() {
    let server = scripted([Script::answering(answer(200, &[], "ok"))]).await;
    let app = app().at(server.addr()).start();

    for task in burst(&app, 1000) {
        let call = task.call();
        assert_eq!(kind(&watch(task).await.outcome), "200 \"ok\"");
        app.journal.assert_complete(call);
    }

    assert!(server.record().accepted <= 10);
}
