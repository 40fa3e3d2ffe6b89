//! Requests that another site's page has a browser send.

use hyper::{Method, StatusCode};

use super::{Ground, routes};
use crate::database::{Database, on_both};
use crate::served::{Answer, Browser, PASSWORD, form};

on_both! {
    every_change_needs_the_sessions_token
    nobody_is_signed_in_by_another_site
    a_read_doesnt_become_a_change
}

async fn every_change_needs_the_sessions_token(database: &Database) {
    let mut ground = Ground::on(database).await;
    let token = ground.operator.get("/me/password").await.field("csrf").to_owned();
    let before = ground.deeds().await;

    for route in routes::all() {
        if !route.changes || route.is_open() {
            continue;
        }
        let path = route.of("wx2");
        for (name, headers, body) in forgeries(&token) {
            let answer = send(&mut ground.operator, &path, &headers, &body).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path}: {name}");
        }
    }

    assert_eq!(ground.deeds().await, before);
    assert_eq!(ground.operator.get("/").await.status, StatusCode::OK);
}

type Forgery = (&'static str, Vec<(&'static str, String)>, String);

fn forgeries(token: &str) -> Vec<Forgery> {
    let header = |name, value: &str| (name, value.to_owned());
    let urlencoded = header("content-type", "application/x-www-form-urlencoded");
    let with_token = form(&[("csrf", token), ("reason", "x")]);
    let multipart =
        "--x\r\ncontent-disposition: form-data; name=\"csrf\"\r\n\r\nguess\r\n--x--\r\n".to_owned();
    vec![
        (
            "no token, and nothing says where from",
            vec![urlencoded.clone()],
            form(&[("reason", "x")]),
        ),
        (
            "another's token in a header",
            vec![header("x-csrf-token", "guess"), urlencoded.clone()],
            with_token.clone(),
        ),
        (
            "an empty token in a header",
            vec![header("x-csrf-token", ""), urlencoded.clone()],
            with_token.clone(),
        ),
        (
            "multipart",
            vec![header("content-type", "multipart/form-data; boundary=x")],
            multipart,
        ),
        (
            "plain text",
            vec![header("content-type", "text/plain")],
            with_token.clone(),
        ),
        (
            "json",
            vec![header("content-type", "application/json")],
            format!(r#"{{"csrf":"{token}"}}"#),
        ),
        ("no type", Vec::new(), with_token.clone()),
        (
            "cross-site",
            vec![header("sec-fetch-site", "cross-site"), urlencoded.clone()],
            with_token.clone(),
        ),
        (
            "a sibling",
            vec![header("sec-fetch-site", "same-site"), urlencoded.clone()],
            with_token.clone(),
        ),
        (
            "another origin",
            vec![header("origin", "https://evil.example"), urlencoded.clone()],
            with_token.clone(),
        ),
        (
            "a sandbox",
            vec![header("origin", "null"), urlencoded],
            with_token,
        ),
    ]
}

async fn nobody_is_signed_in_by_another_site(database: &Database) {
    let ground = Ground::on(database).await;
    let mut victim = ground.served.browser();
    let body = form(&[("name", "ann"), ("password", PASSWORD)]);
    let kind = ("content-type", "application/x-www-form-urlencoded".to_owned());

    for from in [
        ("origin", "https://evil.example"),
        ("origin", "null"),
        ("sec-fetch-site", "cross-site"),
    ] {
        let headers = [kind.clone(), (from.0, from.1.to_owned())];
        let answer = send(&mut victim, "/sign-in", &headers, &body).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{from:?}");
    }

    assert!(victim.cookies.is_empty());
}

async fn a_read_doesnt_become_a_change(database: &Database) {
    let mut ground = Ground::on(database).await;
    let token = ground.operator.get("/me/password").await.field("csrf").to_owned();
    let before = ground.deeds().await;

    for route in routes::all() {
        if !route.changes || route.is_open() {
            continue;
        }
        let path = format!("{}?_method=POST&csrf={token}&step=submit", route.of("wx2"));
        for method in [Method::GET, Method::HEAD] {
            let headers = [("x-http-method-override", "POST"), ("x-method-override", "POST")];
            let answer = ground.operator.ask(method, &path, &headers, String::new()).await;
            assert!(!answer.status.is_server_error(), "{path}");
        }
    }

    assert_eq!(ground.deeds().await, before);
    assert_eq!(ground.operator.get("/").await.status, StatusCode::OK);
}

async fn send(browser: &mut Browser, path: &str, headers: &[(&'static str, String)], body: &str) -> Answer {
    let headers: Vec<_> = headers
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    browser.ask(Method::POST, path, &headers, body.to_owned()).await
}
