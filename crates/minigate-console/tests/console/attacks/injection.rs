//! Texts that would be SQL, or another line of a head.

use hyper::StatusCode;

use super::{Ground, routes};
use crate::database::{Database, on_both};
use crate::served::form;

on_both! {
    no_text_is_part_of_a_statement
    no_text_is_another_header
    nobody_is_led_elsewhere
}

async fn no_text_is_part_of_a_statement(database: &Database) {
    let mut ground = Ground::on(database).await;
    let csrf = ground.owner.get("/apps/wx1/draft").await.field("csrf").to_owned();
    let before: Vec<String> = about_wx2(&ground).await;

    for payload in [
        "' OR '1'='1",
        "'; DROP TABLE record; --",
        "\") OR 1=1 --",
        "%_' ESCAPE '",
        "\\",
        "\0",
    ] {
        let encoded = form(&[("x", payload)])[2..].to_owned();
        for route in routes::all() {
            if route.ends_the_session() {
                continue;
            }
            let query = NAMES.map(|name| format!("{name}={encoded}")).join("&");
            for path in [format!("{}?{query}", route.of("wx1")), route.filled(&encoded)] {
                let answer = ground.owner.get(&path).await;
                assert!(!answer.status.is_server_error(), "{path}: {}", answer.status);
                let mut fields = vec![("csrf", csrf.as_str())];
                fields.extend(NAMES.map(|name| (name, payload)));
                let answer = ground.owner.post(&path, &fields).await;
                assert!(!answer.status.is_server_error(), "{path}: {}", answer.status);
            }
        }
    }

    assert_eq!(about_wx2(&ground).await, before);
    assert_eq!(ground.owner.get("/apps/wx2").await.status, StatusCode::NOT_FOUND);
    assert!(
        ground
            .operator
            .get("/apps/wx2")
            .await
            .body
            .contains("two.example.com")
    );
}

async fn about_wx2(ground: &Ground) -> Vec<String> {
    let deeds = ground.deeds().await.into_iter();
    deeds.filter(|deed| deed.contains("wx2")).collect()
}

async fn no_text_is_another_header(database: &Database) {
    let ground = Ground::on(database).await;
    let evil = "/a\r\nset-cookie: planted=1\r\n\r\n<script>";

    for (path, fields) in [
        (
            "/sign-in",
            vec![
                ("name", "ann"),
                ("password", crate::served::PASSWORD),
                ("next", evil),
            ],
        ),
        (
            "/preferences",
            vec![("lang", evil), ("theme", evil), ("back", evil)],
        ),
    ] {
        let mut browser = ground.served.browser();
        let answer = browser.post(path, &fields).await;
        assert_eq!(answer.location(), "/", "{path}");
        assert!(!browser.cookies.contains_key("planted"), "{path}");
    }
    let encoded = form(&[("next", evil)]);
    let led = ground.served.browser().get(&format!("/apps/wx1?{encoded}")).await;
    assert!(led.location().starts_with("/sign-in?next=") && !led.headers.contains_key("set-cookie"));
}

async fn nobody_is_led_elsewhere(database: &Database) {
    let ground = Ground::on(database).await;

    for next in [
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "javascript:alert(1)",
        "https:evil.example",
        "\u{2f}\u{2f}evil.example",
        "/%0d//evil.example\r",
    ] {
        let fields = [
            ("name", "ann"),
            ("password", crate::served::PASSWORD),
            ("next", next),
        ];
        let answer = ground.served.browser().post("/sign-in", &fields).await;
        assert_eq!(
            (answer.status, answer.location()),
            (StatusCode::SEE_OTHER, "/"),
            "{next:?}"
        );
        let page = ground
            .served
            .browser()
            .get(&format!("/sign-in?{}", form(&[("next", next)])))
            .await;
        assert_eq!(page.field("next"), "/", "{next:?}");
    }
}

const NAMES: [&str; 20] = [
    "id",
    "name",
    "after",
    "from",
    "to",
    "number",
    "app",
    "interface",
    "url",
    "request",
    "do",
    "step",
    "reason",
    "text",
    "form",
    "next",
    "before",
    "actor",
    "action",
    "domain",
];
