//! Texts that would be SQL, or another line of a head.

use hyper::{Method, StatusCode};
use minigate_console::access::Role;
use serde_json::json;

use super::{Ground, operations, routes};
use crate::database::{Database, on_both};
use crate::served::form;

on_both! {
    no_text_is_part_of_a_statement_or_a_head
    no_text_that_a_program_sends_is_part_of_either
    no_text_that_an_apps_server_sends_is_part_of_either
    no_text_is_another_header
    no_control_character_is_kept_or_asked_for
    nobody_is_led_elsewhere
}

async fn no_text_is_part_of_a_statement_or_a_head(database: &Database) {
    let mut ground = Ground::on(database).await;
    let csrf = ground.owner.get("/apps/wx1/draft").await.field("csrf").to_owned();
    let before: Vec<String> = about_wx2(&ground).await;

    for payload in HOSTILE {
        let encoded = form(&[("x", payload)])[2..].to_owned();
        for route in routes::all() {
            if route.ends_the_session() {
                continue;
            }
            let query = NAMES.map(|name| format!("{name}={encoded}")).join("&");
            for path in [format!("{}?{query}", route.of("wx1")), route.filled(&encoded)] {
                let answer = ground.owner.get(&path).await;
                assert!(!answer.status.is_server_error(), "{path}: {}", answer.status);
                assert!(!answer.headers.contains_key("set-cookie"), "{path}");
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

async fn no_text_that_a_program_sends_is_part_of_either(database: &Database) {
    let mut ground = Ground::on(database).await;
    let operators = ground
        .token(database, "bob", Some(Role::PlatformOperator), &[])
        .await;
    let before = about_wx2(&ground).await;

    for payload in HOSTILE {
        let encoded = form(&[("x", payload)])[2..].replace('+', "%20");
        for operation in operations::all() {
            ground.pass();
            let mut sent = Vec::new();
            for path in [operation.of("wx1"), operation.filled(&encoded)] {
                for query in operation.queries_with(payload) {
                    sent.push((format!("{path}?{query}"), operation.body()));
                }
                for body in operation.bodies_with(payload) {
                    sent.push((format!("{path}?{}", operation.query()), body));
                }
            }
            for (target, body) in sent {
                let mut program = ground.served.browser();
                let answer = operation
                    .ask(&mut program, Some(&operators), &target, body.clone())
                    .await;
                let (status, method) = (answer.status, &operation.method);
                assert!(
                    !status.is_server_error(),
                    "{method} {target} {body}: {}",
                    answer.body
                );
                assert!(
                    !answer.headers.contains_key("set-cookie"),
                    "{method} {target} {body}"
                );
                assert_ne!(status, StatusCode::TOO_MANY_REQUESTS, "{method} {target}");
                assert_ne!(status, StatusCode::UNAUTHORIZED, "{method} {target}");
            }
        }
    }

    assert_eq!(about_wx2(&ground).await, before);
    let wx2 = ground.operator.get("/apps/wx2").await;
    assert!(wx2.body.contains("two.example.com"), "{}", wx2.body);
}

async fn no_text_that_an_apps_server_sends_is_part_of_either(database: &Database) {
    let ground = Ground::on(database).await;
    let secret = ground.app_secret("wx1").await;
    let mut server = ground.served.browser();
    let path = format!("/cgi-bin/token?grant_type=client_credential&appid=wx1&secret={secret}");
    let got: serde_json::Value = serde_json::from_str(&server.get(&path).await.body).unwrap();
    let token = got["access_token"].as_str().unwrap();
    let before = ground.deeds().await;

    for payload in HOSTILE {
        let evil = form(&[
            ("grant_type", "client_credential"),
            ("appid", payload),
            ("secret", payload),
            ("access_token", payload),
        ]);
        for path in routes::of_the_platform() {
            for (target, body) in [
                (format!("{path}?{evil}"), json!({ "action": "get" })),
                (
                    format!("{path}?access_token={token}"),
                    json!({ "grant_type": "client_credential", "appid": payload, "secret": payload, "action": "add", "requestdomain": [payload], "wsrequestdomain": [payload] }),
                ),
                (
                    format!("{path}?access_token={token}"),
                    json!({ "action": payload }),
                ),
            ] {
                for method in [Method::GET, Method::POST] {
                    let answer = server.ask(method.clone(), &target, &[], body.to_string()).await;
                    assert_eq!(
                        answer.status,
                        StatusCode::OK,
                        "{method} {target}: {}",
                        answer.body
                    );
                    assert!(
                        !answer.body.contains("access_token\":"),
                        "{method} {target}: {}",
                        answer.body
                    );
                }
            }
        }
    }

    assert_eq!(ground.deeds().await, before);
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

/// One database takes a NUL, the other doesn't: with one in the log, nothing could be moved there any more.
async fn no_control_character_is_kept_or_asked_for(database: &Database) {
    let mut ground = Ground::on(database).await;
    let csrf = ground.operator.get("/settings").await.field("csrf").to_owned();
    let before = ground.deeds().await;

    for (path, more) in [
        ("/apps/wx1/settings", vec![("name", "Shop")]),
        (
            "/apps/wx1/draft",
            vec![("do", "save"), ("request", "https://new.example.com")],
        ),
        ("/accounts/ann", vec![("do", "disable")]),
    ] {
        let mut fields = vec![("csrf", csrf.as_str()), ("reason", "a\0b")];
        fields.extend(more);
        let answer = ground.operator.post(path, &fields).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{path}: {}", answer.body);
    }
    for filter in ["app", "actor", "action"] {
        let answer = ground.operator.get(&format!("/audit?{filter}=%00")).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{filter}");
    }

    assert_eq!(ground.deeds().await, before);
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

const HOSTILE: [&str; 7] = [
    "' OR '1'='1",
    "'; DROP TABLE record; --",
    "\") OR 1=1 --",
    "%_' ESCAPE '",
    "\\",
    "\0",
    "x\r\nset-cookie: planted=1\r\n\r\n<script>",
];
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
    "format",
    "next",
    "before",
    "actor",
    "action",
    "domain",
];
