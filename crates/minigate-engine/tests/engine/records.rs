//! The journal: every step, in order.

use http::Method;
use minigate_engine::{CallId, Exchange, Note, Protocol};
use minigate_testkit::{Asked, FakeResolver, Script, ScriptedServer, answer};

use crate::support::{App, Entry, HOST, OTHER, URL, app, origin, reply, scripted, scripted_for, watch};

async fn server() -> ScriptedServer {
    scripted([Script::answering(answer(200, &[], "ok"))]).await
}

async fn steps(app: &App, url: &str, exchange: Exchange) -> Vec<String> {
    let task = app.start(url, exchange);
    let call: CallId = task.call();
    watch(task).await;
    app.journal.assert_complete(call);
    app.journal.names(call)
}

#[tokio::test]
async fn a_success_has_every_step_in_order() {
    let server = server().await;
    let origin = format!("https://{HOST}:{}", server.addr().port());
    let resolver = FakeResolver::new().with(HOST, [server.addr().ip()]);
    let app = app().resolving(resolver).listing(&origin).start();

    let first = steps(&app, &origin, Exchange::new(Method::GET)).await;
    let second = steps(&app, &origin, Exchange::new(Method::GET)).await;

    let fresh = [
        "Called",
        "Started",
        "Dialling",
        "Resolved",
        "Connected",
        "Secured",
        "Sent",
        "FirstByte",
        "Done",
        "Decoded",
        "Settled",
    ];
    let reused = [
        "Called",
        "Started",
        "Reused",
        "Sent",
        "FirstByte",
        "Done",
        "Decoded",
        "Settled",
    ];
    assert_eq!(first, fresh);
    assert_eq!(second, reused);
}

#[tokio::test]
async fn a_posted_body_is_sent_once() {
    let server = server().await;
    let app = app().at(server.addr()).start();

    let exchange = Exchange {
        body: vec![b'a'; 3 << 20].into(),
        ..Exchange::new(Method::POST)
    };
    let names = steps(&app, URL, exchange).await;

    assert_eq!(names.iter().filter(|name| *name == "Sent").count(), 1);
}

#[tokio::test]
async fn h2_has_the_same_steps() {
    let server = origin(|_: &Asked| reply(200, &[], "ok")).await;
    let app = app().at(server.addr()).start();

    let exchange = Exchange {
        protocol: Protocol::Http2,
        ..Exchange::new(Method::GET)
    };
    let names = steps(&app, URL, exchange).await;

    let expected = [
        "Called",
        "Started",
        "Dialling",
        "Resolved",
        "Connected",
        "Secured",
        "Sent",
        "FirstByte",
        "Done",
        "Decoded",
        "Settled",
    ];
    assert_eq!(names, expected);
}

#[tokio::test]
async fn a_redirect_stands_between_its_hops() {
    let there = answer(302, &[("location", "https://cdn.example.com/")], "");
    let first = scripted([Script::answering(there)]).await;
    let second = scripted_for(OTHER, [Script::answering(answer(200, &[], "ok"))]).await;
    let app = app().at(first.addr()).host_at(OTHER, second.addr()).start();

    let names = steps(&app, URL, Exchange::new(Method::GET)).await;

    let hop = [
        "Dialling",
        "Resolved",
        "Connected",
        "Secured",
        "Sent",
        "FirstByte",
    ];
    let expected = [
        &["Called", "Started"],
        &hop[..],
        &["Redirected"],
        &hop[..],
        &["Done", "Decoded", "Settled"],
    ]
    .concat();
    assert_eq!(names, expected);
}

#[tokio::test]
async fn a_failure_ends_with_its_settlement() {
    let app = app().at("127.0.0.1:1".parse().unwrap()).start();

    let names = steps(&app, URL, Exchange::new(Method::GET)).await;

    assert_eq!(names, ["Called", "Started", "Dialling", "Resolved", "Settled"]);
}

#[tokio::test]
async fn notes_of_the_caller_and_of_the_permit_come_right_after_the_call() {
    let server = server().await;
    let app = app().at(server.addr()).start();
    let note = Note::OptionIgnored {
        name: "enableCache".to_owned(),
    };
    let call = minigate_policy::Call::new(minigate_policy::Interface::Request, URL)
        .with_timeout(Some(std::time::Duration::from_secs(90)));

    let exchange = Exchange {
        notes: vec![note.clone()],
        ..Exchange::new(Method::GET)
    };
    let task = app.engine.start(app.policy.judge(&call).unwrap(), exchange);
    let call = task.call();
    watch(task).await;

    let steps = app.journal.of(call);
    assert_eq!(steps[1], Entry::Noted(note));
    assert!(
        matches!(&steps[2], Entry::Noted(Note::TimeoutCapped { asked, used }) if (asked.as_secs(), used.as_secs()) == (90, 60))
    );
    assert_eq!(steps[3], Entry::Started);
}

#[tokio::test]
async fn times_are_those_of_the_last_hop() {
    let first = answer(302, &[("location", "https://cdn.example.com/")], "");
    let first = scripted([Script::answering(first)]).await;
    let second = scripted_for(OTHER, [Script::answering(answer(200, &[], "ok"))]).await;
    let app = app().at(first.addr()).host_at(OTHER, second.addr()).start();
    app.get("https://cdn.example.com/").await.unwrap();

    let timing = app.get(URL).await.unwrap().timing;

    assert!(timing.reused, "the last hop's connection had served before");
    assert_eq!(timing.peer, Some(second.addr()));
    assert_eq!(
        (timing.connect_start, timing.tls_start, timing.tls_end),
        (None, None, None)
    );
    let moments = [
        timing.invoked,
        timing.started,
        timing.redirect_start,
        timing.redirect_end,
        timing.fetch_start,
        timing.request_start,
        timing.request_end,
        timing.response_start,
        timing.response_end,
    ];
    assert!(moments.iter().all(Option::is_some), "{timing:?}");
    assert!(moments.is_sorted(), "{timing:?}");
    assert!(timing.sent > 100 && timing.received > 30, "{timing:?}");
}
