//! What holds for every page.

use hyper::Method;
use hyper::StatusCode;

use crate::database::{Database, on_both};
use crate::served::Served;

on_both! {
    it_lives_and_is_ready
    nothing_here_is_a_page_in_the_visitors_language
    language_and_colours_are_chosen_without_a_session
    what_another_site_sends_is_refused
    metrics_are_for_the_machine_itself
}

async fn it_lives_and_is_ready(database: &Database) {
    let served = Served::on(database).await;
    let mut browser = served.browser();

    assert_eq!(browser.get("/healthz").await.status, StatusCode::OK);
    assert_eq!(browser.get("/readyz").await.body, "ready\n");
}

async fn nothing_here_is_a_page_in_the_visitors_language(database: &Database) {
    let served = Served::on(database).await;
    let mut browser = served.browser();

    let english = browser.get("/nowhere").await;
    let chinese = browser
        .ask(
            Method::GET,
            "/nowhere",
            &[("accept-language", "fr, zh-CN;q=0.9")],
            String::new(),
        )
        .await;

    assert_eq!(english.status, StatusCode::NOT_FOUND);
    assert!(english.body.contains("There is nothing here"), "{}", english.body);
    assert!(chinese.body.contains("lang=\"zh-CN\"") && chinese.body.contains("这里什么也没有"));
    assert_eq!(english.headers["x-frame-options"], "DENY");
    assert_eq!(english.headers["cache-control"], "no-store");
}

async fn language_and_colours_are_chosen_without_a_session(database: &Database) {
    let served = Served::on(database).await;
    let mut browser = served.browser();

    let chosen = browser
        .post(
            "/preferences",
            &[("lang", "zh"), ("theme", "dark"), ("back", "//evil.example")],
        )
        .await;
    let page = browser.get("/nowhere").await;

    assert_eq!((chosen.status, chosen.location()), (StatusCode::SEE_OTHER, "/"));
    assert!(page.body.contains("data-theme=\"dark\"") && page.body.contains("lang=\"zh-CN\""));
}

async fn what_another_site_sends_is_refused(database: &Database) {
    let served = Served::on(database).await;
    let mut browser = served.browser();

    let sent = browser
        .ask(
            Method::POST,
            "/preferences",
            &[
                ("sec-fetch-site", "cross-site"),
                ("content-type", "application/x-www-form-urlencoded"),
            ],
            "lang=zh&theme=dark&back=/".to_owned(),
        )
        .await;

    assert_eq!(sent.status, StatusCode::FORBIDDEN);
    assert!(browser.cookies.is_empty());
}

async fn metrics_are_for_the_machine_itself(database: &Database) {
    let served = Served::on(database).await;
    let mut browser = served.browser();
    browser.get("/readyz").await;

    let told = browser.get("/metrics").await;
    let lent = browser
        .ask(
            Method::GET,
            "/metrics",
            &[("x-forwarded-for", "203.0.113.9")],
            String::new(),
        )
        .await;

    assert_eq!(told.status, StatusCode::OK);
    assert!(
        told.body
            .contains("minigate_console_requests_total{method=\"GET\""),
        "{}",
        told.body
    );
    assert!(
        told.body.contains("minigate_console_store_seconds_count"),
        "{}",
        told.body
    );
    assert_eq!(lent.status, StatusCode::NOT_FOUND);
}
