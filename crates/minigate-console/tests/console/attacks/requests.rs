//! Heads of requests that lie, and paths that lead out.

use hyper::{Method, StatusCode};

use super::{Ground, routes};
use crate::database::{Database, on_both};
use crate::people::log;
use crate::served::{Served, form};

on_both! {
    the_host_header_leads_nobody_elsewhere
    who_isnt_a_trusted_proxy_cant_say_for_whom_it_asks
    who_isnt_a_trusted_proxy_doesnt_name_its_requests
    assets_are_only_those_that_there_are
    methods_that_nobody_needs_do_nothing
}

async fn the_host_header_leads_nobody_elsewhere(database: &Database) {
    let mut ground = Ground::on(database).await;

    for header in [
        "host",
        "x-forwarded-host",
        "forwarded",
        "x-original-url",
        "x-rewrite-url",
    ] {
        for path in ["/", "/apps/wx1", "/sign-in", "/nowhere", "/lists/wx1"] {
            let headers = [(header, "evil.example")];
            for browser in [&mut ground.owner, &mut ground.served.browser()] {
                let answer = browser.ask(Method::GET, path, &headers, String::new()).await;
                assert!(!answer.body.contains("evil.example"), "{header}: {path}");
                assert!(!answer.location().contains("evil.example"), "{header}: {path}");
            }
        }
    }
}

async fn who_isnt_a_trusted_proxy_cant_say_for_whom_it_asks(database: &Database) {
    let direct = Served::on(database).await;
    refused_from(&direct, "203.0.113.9").await;
    let store = database.open().await;
    let behind = Served::set_up(store, None, |settings| {
        settings.trusted_proxies = vec!["127.0.0.1/32".parse().unwrap()];
    })
    .await;
    refused_from(&behind, "6.6.6.6, 203.0.113.9").await;
    refused_from(&behind, "<script>, 198.51.100.7").await;
    refused_from(&behind, "not an address").await;

    let rows = log(behind.console.store()).await;
    let origins: Vec<_> = rows
        .iter()
        .rev()
        .filter_map(|row| row.entry.origin.as_deref())
        .collect();
    assert_eq!(origins, ["127.0.0.1", "203.0.113.9", "198.51.100.7", "127.0.0.1"]);
}

async fn who_isnt_a_trusted_proxy_doesnt_name_its_requests(database: &Database) {
    let served = Served::on(database).await;
    let headers = [("x-request-id", "somebody-elses")];

    let mut browser = served.browser();
    for path in ["/nowhere", "/healthz", "/sign-in"] {
        let answer = browser.ask(Method::GET, path, &headers, String::new()).await;
        assert_eq!(answer.headers["x-request-id"].len(), 32, "{path}");
        assert!(!answer.body.contains("somebody-elses"), "{path}");
    }
}

async fn refused_from(served: &Served, forwarded: &str) {
    let headers = [
        ("content-type", "application/x-www-form-urlencoded"),
        ("x-forwarded-for", forwarded),
        ("x-real-ip", "6.6.6.6"),
        ("forwarded", "for=6.6.6.6"),
    ];
    let body = form(&[("name", "nobody"), ("password", "nothing at all")]);
    let answer = served
        .browser()
        .ask(Method::POST, "/sign-in", &headers, body)
        .await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
}

async fn assets_are_only_those_that_there_are(database: &Database) {
    let ground = Ground::on(database).await;

    for path in [
        "/assets/../Cargo.toml",
        "/assets/%2e%2e/%2e%2e/etc/passwd",
        "/assets/..%2f..%2fetc/passwd",
        "/assets/..%5c..%5cetc/passwd",
        "/assets//etc/passwd",
        "/assets/",
        "/assets/%00",
        "/assets/x/console.css",
    ] {
        let answer = ground.served.browser().get(path).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        assert!(!answer.body.contains("root:"), "{path}");
    }
}

async fn methods_that_nobody_needs_do_nothing(database: &Database) {
    let mut ground = Ground::on(database).await;
    let before = ground.deeds().await;

    for route in routes::all() {
        let path = route.of("wx1");
        for method in ["HEAD", "OPTIONS", "TRACE", "PUT", "DELETE", "PATCH", "PROPFIND"] {
            let headers = [("x-secret", "an echo")];
            let method: Method = method.parse().unwrap();
            let answer = ground
                .owner
                .ask(method.clone(), &path, &headers, String::new())
                .await;
            assert!(
                !answer.status.is_server_error(),
                "{method} {path}: {}",
                answer.status
            );
            assert!(!answer.body.contains("an echo"), "{method} {path}");
            assert!(
                method == Method::HEAD || answer.status.is_client_error(),
                "{method} {path}: {}",
                answer.status
            );
            assert!(
                method != Method::HEAD || answer.body.is_empty(),
                "{method} {path}"
            );
        }
    }

    assert_eq!(ground.deeds().await, before);
    assert_eq!(ground.owner.get("/").await.status, StatusCode::OK);
}
