//! Another app, by its ID in an address.

use hyper::StatusCode;
use minigate_console::access::Role;

use super::{Ground, routes};
use crate::database::{Database, on_both};

on_both! {
    another_app_is_one_that_isnt_there
    who_may_only_read_changes_nothing
}

async fn another_app_is_one_that_isnt_there(database: &Database) {
    let mut ground = Ground::on(database).await;
    let before = ground.deeds().await;
    let csrf = ground.owner.get("/apps/wx1/draft").await.field("csrf").to_owned();

    for route in routes::all() {
        if !route.is_of_an_app() {
            continue;
        }
        let (theirs, nobodys) = (route.of("wx2"), route.of("wx9"));
        if route.reads {
            let answer = ground.owner.get(&format!("{theirs}?{QUERY}")).await;
            let nothing = ground.owner.get(&format!("{nobodys}?{QUERY}")).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{theirs}");
            assert_eq!(answer.body.replace("wx2", "wx9"), nothing.body, "{theirs}");
        }
        if route.changes {
            let answer = ground.owner.post(&theirs, &fields(&csrf)).await;
            let nothing = ground.owner.post(&nobodys, &fields(&csrf)).await;
            assert!(answer.status.is_client_error(), "{theirs}: {}", answer.status);
            assert_eq!(answer.status, nothing.status, "{theirs}");
            assert_eq!(answer.body.replace("wx2", "wx9"), nothing.body, "{theirs}");
        }
    }

    assert_eq!(ground.deeds().await, before);
}

async fn who_may_only_read_changes_nothing(database: &Database) {
    let ground = Ground::on(database).await;
    let mut auditor = ground
        .served
        .signed_in("aud", None, &[("wx2", Role::Auditor)])
        .await;
    let csrf = auditor.get("/me/password").await.field("csrf").to_owned();
    let before = ground.deeds().await;

    for route in routes::all() {
        if route.is_of_an_app() && route.changes {
            let path = route.of("wx2");
            let answer = auditor.post(&path, &fields(&csrf)).await;
            assert!(!answer.status.is_server_error(), "{path}: {}", answer.status);
        }
    }

    assert_eq!(ground.deeds().await, before);
}

/// What the addresses of the pages have, all at once.
const QUERY: &str = "of=effective&form=csv&from=1&to=1&interface=request&url=https://evil.example.com/&domain=https://evil.example.com";

/// What the forms of the pages have, all at once.
fn fields(csrf: &str) -> Vec<(&str, &str)> {
    vec![
        ("csrf", csrf),
        ("do", "save"),
        ("request", "https://evil.example.com"),
        ("connectSocket", ""),
        ("uploadFile", ""),
        ("downloadFile", ""),
        ("text", "request,https://evil.example.com"),
        ("form", "lines"),
        ("mode", "replace"),
        ("interface", "request"),
        ("url", "https://evil.example.com/"),
        ("domain", "https://evil.example.com"),
        ("step", "submit"),
        ("reason", "mine"),
        ("name", "ann"),
        ("role", "owner"),
        ("days", "1"),
        ("hours", "1"),
    ]
}
