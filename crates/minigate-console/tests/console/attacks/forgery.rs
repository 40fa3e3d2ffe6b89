//! Requests that another site's page has a browser send.

use hyper::{Method, StatusCode};

use super::{Ground, operations, routes};
use crate::database::{Database, on_both};
use crate::served::{Answer, Browser, PASSWORD, form};

on_both! {
    every_change_needs_the_sessions_token
    what_needs_no_session_isnt_sent_by_another_site
    a_session_is_of_no_use_to_programs
    nobody_is_signed_in_by_another_site
    a_read_doesnt_become_a_change
}

async fn every_change_needs_the_sessions_token(database: &Database) {
    let mut ground = Ground::on(database).await;
    let token = ground.operator.get("/me/password").await.field("csrf").to_owned();
    let another = ground.owner.get("/me/password").await.field("csrf").to_owned();
    let before = ground.deeds().await;

    for route in routes::all() {
        if !route.changes || route.is_open() {
            continue;
        }
        let path = route.of("wx2");
        for (name, headers, body) in forgeries(&token, &another) {
            let answer = send(&mut ground.operator, &path, &headers, &body).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path}: {name}");
        }
    }

    assert_eq!(ground.deeds().await, before);
    assert_eq!(ground.operator.get("/").await.status, StatusCode::OK);
}

type Forgery = (&'static str, Vec<(&'static str, String)>, String);

fn forgeries(token: &str, another: &str) -> Vec<Forgery> {
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
            "the token of somebody else's session",
            vec![urlencoded.clone()],
            form(&[("csrf", another), ("reason", "x")]),
        ),
        (
            "that token in a header",
            vec![header("x-csrf-token", another), urlencoded.clone()],
            with_token.clone(),
        ),
        (
            "a guess in a header",
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

async fn what_needs_no_session_isnt_sent_by_another_site(database: &Database) {
    let ground = Ground::on(database).await;
    let before = ground.deeds().await;
    let open: Vec<_> = routes::all()
        .into_iter()
        .filter(|route| route.changes && route.is_open())
        .collect();

    for route in &open {
        for from in [
            ("origin", "https://evil.example"),
            ("origin", "null"),
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-site", "same-site"),
        ] {
            let kind = ("content-type", "application/x-www-form-urlencoded".to_owned());
            let headers = [kind, (from.0, from.1.to_owned())];
            let mut victim = ground.served.browser();
            let answer = send(&mut victim, &route.of("wx1"), &headers, "lang=zh&theme=dark").await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{route:?} {from:?}");
            assert!(victim.cookies.is_empty(), "{route:?} {from:?}");
        }
    }

    assert!(open.len() >= 3, "{open:?}");
    assert_eq!(ground.deeds().await, before);
}

async fn a_session_is_of_no_use_to_programs(database: &Database) {
    let mut ground = Ground::on(database).await;
    let token = ground.operator.get("/me/password").await.field("csrf").to_owned();
    let before = ground.deeds().await;

    for operation in operations::all() {
        let target = format!("{}?{}&csrf={token}", operation.of("wx2"), operation.query());
        let answer = operation
            .ask(&mut ground.operator, None, &target, operation.body())
            .await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{operation:?}");
    }

    assert_eq!(ground.deeds().await, before);
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
