//! Rule N5: in the background calls end after five seconds, and no new one begins.

use std::time::Duration;

use minigate_policy::Visibility;
use minigate_testkit::{Script, Signal, Steps, answer, hostile};
use tokio::time::Instant;

use crate::support::{Entry, URL, app, finish_on_stopped_clock, kind, scripted, watch};

#[tokio::test]
async fn n5_running_and_waiting_calls_are_interrupted_five_seconds_after_the_app_hides() {
    let server = scripted([hostile::handshake_then_silence()]).await;
    let mut setting = app().at(server.addr());
    setting.profile.calls_at_once = 1;
    let app = setting.start();
    let (running, waiting) = (app.start_get(URL), app.start_get(URL));
    app.journal.until(1, |entry| *entry == Entry::Sent).await;

    app.engine.set_visibility(Visibility::Background);
    let hidden = Instant::now();
    let running = finish_on_stopped_clock(running).await.outcome;
    let took = hidden.elapsed();

    assert_eq!(kind(&running), "Interrupted");
    assert_eq!(kind(&watch(waiting).await.outcome), "Interrupted");
    assert!(
        took >= Duration::from_secs(5) && took < Duration::from_secs(6),
        "{took:?}"
    );
    server.until(|record| record.over == 1).await;
}

#[tokio::test]
async fn n5_a_call_that_ends_within_the_five_seconds_is_a_success() {
    let go_on = Signal::new();
    let script = Steps::over_tls()
        .read_request()
        .wait_for(&go_on)
        .write(answer(200, &[], "ok"));
    let server = scripted([script.close()]).await;
    let app = app().at(server.addr()).start();
    let task = app.start_get(URL);
    app.journal.until(1, |entry| *entry == Entry::Sent).await;

    app.engine.set_visibility(Visibility::Background);
    go_on.tell();

    assert_eq!(kind(&watch(task).await.outcome), "200 \"ok\"");
}

#[tokio::test]
async fn n5_a_new_call_fails_at_once_until_the_app_returns() {
    let server = scripted([Script::answering(answer(200, &[], "ok"))]).await;
    let app = app().at(server.addr()).start();
    app.engine.set_visibility(Visibility::Background);
    let hidden = Instant::now();

    let refused = app.get(URL).await;
    let took = hidden.elapsed();
    app.engine.set_visibility(Visibility::Foreground);
    let back = app.get(URL).await;

    assert_eq!(kind(&refused), "Interrupted");
    assert!(took < Duration::from_secs(5), "{took:?}");
    assert_eq!(kind(&back), "200 \"ok\"");
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn n5_returning_in_time_saves_a_call() {
    let go_on = Signal::new();
    let script = Steps::over_tls()
        .read_request()
        .wait_for(&go_on)
        .write(answer(200, &[], "ok"));
    let server = scripted([script.close()]).await;
    let app = app().at(server.addr()).start();
    let task = app.start_get(URL);
    app.journal.until(1, |entry| *entry == Entry::Sent).await;

    app.engine.set_visibility(Visibility::Background);
    app.engine.set_visibility(Visibility::Foreground);
    tokio::time::pause();
    tokio::time::advance(Duration::from_secs(10)).await;
    tokio::time::resume();
    go_on.tell();

    assert_eq!(kind(&watch(task).await.outcome), "200 \"ok\"");
}

#[tokio::test]
async fn n5_a_pinned_app_goes_on() {
    let server = scripted([Script::answering(answer(200, &[], "ok"))]).await;
    let app = app().at(server.addr()).start();

    app.engine.set_visibility(Visibility::Pinned);

    assert_eq!(kind(&app.get(URL).await), "200 \"ok\"");
}
