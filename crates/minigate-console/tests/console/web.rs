//! What holds for every page.

use hyper::Method;
use hyper::StatusCode;
use minigate_console::access::Role;

use crate::database::{Database, on_both};
use crate::served::Served;

on_both! {
    it_lives_and_is_ready
    nothing_here_is_a_page_in_the_visitors_language
    language_and_colours_are_chosen_without_a_session
    what_another_site_sends_is_refused
    metrics_are_for_the_machine_itself
    what_goes_wrong_has_a_name_to_ask_by
    what_cant_be_read_is_told_in_the_readers_language
    a_console_that_is_about_to_end_says_so_and_goes_on_answering
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

async fn what_goes_wrong_has_a_name_to_ask_by(database: &Database) {
    let served = Served::on(database).await;
    let mut browser = served.browser();
    let mut ask = async |lang: &'static str| {
        let headers = [("accept-language", lang)];
        let answer = browser
            .ask(Method::GET, "/nowhere", &headers, String::new())
            .await;
        let id = answer.headers["x-request-id"].to_str().unwrap().to_owned();
        (answer.body, id)
    };

    let (english, first) = ask("en").await;
    let (chinese, second) = ask("zh-CN").await;

    assert!(
        english.contains(&format!("name this request: <code>{first}</code>")),
        "{english}"
    );
    assert!(
        chinese.contains(&format!("请提供请求编号： <code>{second}</code>")),
        "{chinese}"
    );
    assert_ne!(first, second);
}

async fn a_console_that_is_about_to_end_says_so_and_goes_on_answering(database: &Database) {
    let served = Served::on(database).await;
    let mut browser = served.browser();

    served.console.announce_end();

    let ready = browser.get("/readyz").await;
    assert_eq!(
        (ready.status, ready.body.as_str()),
        (StatusCode::SERVICE_UNAVAILABLE, "about to end\n")
    );
    assert_eq!(browser.get("/healthz").await.status, StatusCode::OK);
    assert_eq!(browser.get("/sign-in").await.status, StatusCode::OK);
}

async fn what_cant_be_read_is_told_in_the_readers_language(database: &Database) {
    let served = Served::on(database).await;
    served.app("wx1").await;
    let mut operator = served
        .signed_in("root", Some(Role::PlatformOperator), &[("wx1", Role::Owner)])
        .await;
    let long = "x".repeat(5_000);

    for (path, field) in [
        ("/apps/wx1/members", ("role", "king")),
        ("/apps/wx1/secret", ("do", "melt")),
        ("/apps/wx1/grants", ("do", "melt")),
        ("/apps/wx1/draft/step", ("step", "leap")),
        ("/approvals/wx1", ("step", "leap")),
        ("/apps/wx1/settings", ("reason", long.as_str())),
        ("/apps/wx1/propose", ("url", long.as_str())),
    ] {
        for (lang, wanted) in [("en", "This can't be read: "), ("zh", "无法读取：")] {
            operator.cookies.insert("lang".to_owned(), lang.to_owned());
            let fields = [
                ("name", "root"),
                ("interface", "request"),
                ("displayName", "x"),
                ("revision", "1"),
                field,
            ];
            let answer = operator.submit("/me/password", path, &fields).await;
            let unread = [StatusCode::BAD_REQUEST, StatusCode::UNPROCESSABLE_ENTITY];
            assert!(unread.contains(&answer.status), "{path}: {}", answer.body);
            let words = answer.in_words();
            let (_, told) = words
                .split_once(wanted)
                .unwrap_or_else(|| panic!("{path}: {}", answer.body));
            let sentence = told.split('<').next().unwrap();
            let is_chinese = sentence.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
            assert_eq!(is_chinese, lang == "zh", "{path}: {sentence}");
        }
    }
}
