//! Rule N5: in the background calls end after five seconds, and no new one begins.

use std::time::Duration;

use minigate_policy::Visibility;
use minigate_testkit::{Script, Signal, Steps, answer, hostile};

use crate::support::{Entry, URL, app, finish_in_time, kind, scripted, watch};

#[tokio::test]
async fn n5_running_and_waiting_calls_are_interrupted_five_seconds_after_the_app_hides() {
    let server = scripted([hostile::handshake_then_silence()]).await;
    let mut setting = app().at(server.addr()).by_hand();
    setting.profile.calls_at_once = 1;
    let app = setting.start();
    let (running, waiting) = (app.start_get(URL), app.start_get(URL));
    app.journal.until(1, |entry| *entry == Entry::Sent).await;

    app.engine.set_visibility(Visibility::Background);
    let (running, took) = finish_in_time(app.engine.clock(), running).await;

    assert_eq!(
        (kind(&running).as_str(), took),
        ("Interrupted", Duration::from_secs(5))
    );
    assert_eq!(kind(&watch(waiting).await.outcome), "Interrupted");
    server.until(|record| record.over == 1).await;
}

/// The platform's own times: called at 0 s and hidden at 1 s, an answer at 5.9 s is in time.
#[tokio::test]
async fn n5_a_call_that_ends_within_the_five_seconds_is_a_success() {
    let go_on = Signal::new();
    let script = Steps::over_tls()
        .read_request()
        .wait_for(&go_on)
        .write(answer(200, &[], "ok"));
    let server = scripted([script.close()]).await;
    let app = app().at(server.addr()).by_hand().start();
    let clock = app.engine.clock();
    let task = app.start_get(URL);
    app.journal.until(1, |entry| *entry == Entry::Sent).await;

    clock.advance(Duration::from_secs(1));
    app.engine.set_visibility(Visibility::Background);
    clock.advance(Duration::from_millis(4900));
    go_on.tell();

    assert_eq!(kind(&watch(task).await.outcome), "200 \"ok\"");
}

/// At 6.1 s it isn't: the call was over at 6 s.
#[tokio::test]
async fn n5_a_call_that_ends_after_the_five_seconds_was_interrupted_by_then() {
    let server = scripted([hostile::handshake_then_silence()]).await;
    let app = app().at(server.addr()).by_hand().start();
    let clock = app.engine.clock();
    let called = clock.now();
    let task = app.start_get(URL);
    app.journal.until(1, |entry| *entry == Entry::Sent).await;

    clock.advance(Duration::from_secs(1));
    app.engine.set_visibility(Visibility::Background);
    let (outcome, _) = finish_in_time(clock, task).await;

    assert_eq!(kind(&outcome), "Interrupted");
    assert_eq!(clock.now() - called, Duration::from_secs(6));
}

#[tokio::test]
async fn n5_a_new_call_fails_at_once_until_the_app_returns() {
    let server = scripted([Script::answering(answer(200, &[], "ok"))]).await;
    let app = app().at(server.addr()).by_hand().start();
    app.engine.set_visibility(Visibility::Background);

    let refused = app.get(URL).await;
    app.engine.set_visibility(Visibility::Foreground);
    let back = app.get(URL).await;

    assert_eq!(kind(&refused), "Interrupted");
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
    let app = app().at(server.addr()).by_hand().start();
    let task = app.start_get(URL);
    app.journal.until(1, |entry| *entry == Entry::Sent).await;

    app.engine.set_visibility(Visibility::Background);
    app.engine.set_visibility(Visibility::Foreground);
    app.engine.clock().advance(Duration::from_secs(10));
    go_on.tell();

    assert_eq!(kind(&watch(task).await.outcome), "200 \"ok\"");
}

#[tokio::test]
async fn n5_a_pinned_app_goes_on() {
    let server = scripted([Script::answering(answer(200, &[], "ok"))]).await;
    let app = app().at(server.addr()).by_hand().start();

    app.engine.set_visibility(Visibility::Pinned);
    app.engine.clock().advance(Duration::from_secs(3600));

    assert_eq!(kind(&app.get(URL).await), "200 \"ok\"");
}
