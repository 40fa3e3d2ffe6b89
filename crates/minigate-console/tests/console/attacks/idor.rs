//! Another app, by its ID in an address.

use hyper::{Method, StatusCode};
use minigate_console::access::Role;
use serde_json::{Value, json};

use super::operations::{self, Operation};
use super::{Ground, routes};
use crate::database::{Database, on_both};
use crate::served::{Answer, Browser};

on_both! {
    another_app_is_one_that_isnt_there
    who_may_only_read_changes_nothing
    another_app_is_one_that_isnt_there_for_a_token
    a_token_of_one_app_is_told_of_no_other
    somebody_elses_token_is_one_that_isnt_there
    an_apps_server_acts_on_its_own_app_only
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
            assert_eq!(told(&answer).replace("wx2", "wx9"), told(&nothing), "{theirs}");
        }
        if route.changes {
            let answer = ground.owner.post(&theirs, &fields(&csrf)).await;
            let nothing = ground.owner.post(&nobodys, &fields(&csrf)).await;
            assert!(answer.status.is_client_error(), "{theirs}: {}", answer.status);
            assert_eq!(answer.status, nothing.status, "{theirs}");
            assert_eq!(told(&answer).replace("wx2", "wx9"), told(&nothing), "{theirs}");
        }
    }

    assert_eq!(ground.deeds().await, before);
}

/// Without the request's own name, which differs.
fn told(answer: &Answer) -> String {
    let id = answer.headers["x-request-id"].to_str().unwrap();
    answer.body.replace(id, "")
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

async fn another_app_is_one_that_isnt_there_for_a_token(database: &Database) {
    let ground = Ground::on(database).await;
    let owners = ground.token(database, "bob", None, &["wx1"]).await;
    let both = ground.token(database, "bea", None, &["wx1", "wx2"]).await;
    let narrow = narrowed(&ground, &both).await;
    let before = ground.deeds().await;

    for token in [owners, narrow] {
        for operation in operations::all()
            .iter()
            .filter(|operation| operation.is_of_an_app())
        {
            ground.pass();
            let theirs = ask(&ground, operation, &token, "wx2").await;
            let nobodys = ask(&ground, operation, &token, "wx9").await;
            assert_eq!(
                theirs.status,
                StatusCode::NOT_FOUND,
                "{operation:?}: {}",
                theirs.body
            );
            assert_eq!(theirs.body.replace("wx2", "wx9"), nobodys.body, "{operation:?}");
            let mine = ask(&ground, operation, "mgt_nobodys", "wx1").await;
            assert_eq!(mine.status, StatusCode::UNAUTHORIZED, "{operation:?}");
        }
    }

    assert_eq!(ground.deeds().await, before);
}

async fn a_token_of_one_app_is_told_of_no_other(database: &Database) {
    let ground = Ground::on(database).await;
    let both = ground.token(database, "bea", None, &["wx1", "wx2"]).await;
    let narrow = narrowed(&ground, &both).await;
    let owners = ground.token(database, "bob", None, &["wx1"]).await;

    for token in [narrow, owners] {
        for operation in operations::all()
            .iter()
            .filter(|operation| operation.method == Method::GET)
        {
            ground.pass();
            let path = operation.of("wx1");
            let mut queries = operation.queries_with("wx2");
            queries.push("app=wx2".to_owned());
            for query in queries {
                let mut browser = ground.served.browser();
                let target = format!("{path}?{query}");
                let answer = operation
                    .ask(&mut browser, Some(&token), &target, String::new())
                    .await;
                assert!(!answer.status.is_server_error(), "{target}: {}", answer.body);
                assert!(
                    !answer.body.contains("two.example.com"),
                    "{target}: {}",
                    answer.body
                );
                let names_it = answer.status.is_success() && answer.body.contains("wx2");
                assert!(!names_it, "{target}: {}", answer.body);
            }
        }
    }
}

async fn somebody_elses_token_is_one_that_isnt_there(database: &Database) {
    let ground = Ground::on(database).await;
    let theirs = ground.token(database, "bea", None, &["wx2"]).await;
    let mine = ground.token(database, "bob", None, &["wx1"]).await;
    let path = "/api/v1/tokens";
    let listed = bearer(&ground, Method::GET, path, &theirs).await.body;
    let listed: Value = serde_json::from_str(&listed).unwrap();
    let id = listed[0]["id"].as_str().unwrap();

    let revoked = bearer(&ground, Method::DELETE, &format!("{path}/{id}"), &mine).await;
    let nobodys = bearer(
        &ground,
        Method::DELETE,
        &format!("{path}/{}", "0".repeat(id.len())),
        &mine,
    )
    .await;

    assert_eq!(revoked.status, StatusCode::NOT_FOUND, "{}", revoked.body);
    assert_eq!(revoked.body.replace(id, &"0".repeat(id.len())), nobodys.body);
    let still = bearer(&ground, Method::GET, path, &theirs).await;
    assert_eq!(still.status, StatusCode::OK);
}

async fn an_apps_server_acts_on_its_own_app_only(database: &Database) {
    let ground = Ground::on(database).await;
    let (mine, theirs) = (ground.app_secret("wx1").await, ground.app_secret("wx2").await);
    let before = of_wx2(&ground).await;
    let mut server = ground.served.browser();

    let got = token_of(&mut server, "wx1", &mine).await;
    let crossed = token_of(&mut server, "wx2", &mine).await;
    let token = got["access_token"].as_str().unwrap();
    for path in routes::of_the_platform() {
        for (query, body) in [
            ("appid=wx2", json!({ "action": "get" })),
            (
                "appid=wx2&app=wx2",
                json!({ "action": "set", "appid": "wx2", "app": "wx2", "requestdomain": ["https://evil.example.com"] }),
            ),
            (
                "authorizer_appid=wx2",
                json!({ "action": "get", "authorizer_appid": "wx2", "appid": "wx2", "secret": mine, "grant_type": "client_credential" }),
            ),
        ] {
            let target = format!("{path}?access_token={token}&{query}");
            let answer = server.ask(Method::POST, &target, &[], body.to_string()).await;
            assert_eq!(answer.status, StatusCode::OK, "{target}: {}", answer.body);
            assert!(
                !answer.body.contains("two.example.com"),
                "{target}: {}",
                answer.body
            );
            assert!(
                !answer.body.contains("access_token\":"),
                "{target}: {}",
                answer.body
            );
        }
    }

    assert_eq!(crossed["errcode"], 40_125, "{crossed}");
    assert_eq!(of_wx2(&ground).await, before);
    assert!(token_of(&mut server, "wx2", &theirs).await["access_token"].is_string());
}

/// What was done to the second app.
async fn of_wx2(ground: &Ground) -> Vec<String> {
    let deeds = ground.deeds().await.into_iter();
    deeds.filter(|deed| deed.contains("wx2")).collect()
}

async fn token_of(server: &mut Browser, app: &str, secret: &str) -> Value {
    let path = format!("/cgi-bin/token?grant_type=client_credential&appid={app}&secret={secret}");
    serde_json::from_str(&server.get(&path).await.body).unwrap()
}

/// A token for the first app only, made with one that isn't so limited.
async fn narrowed(ground: &Ground, wide: &str) -> String {
    let wanted = json!({
        "name": "narrow",
        "scopes": ["domains:read", "domains:write", "domains:approve", "domains:publish", "app:manage", "audit:read"],
        "apps": ["wx1"],
        "endsAt": crate::people::hours(1),
    });
    let headers = [
        ("authorization", format!("Bearer {wide}")),
        ("content-type", "application/json".to_owned()),
    ];
    let headers: Vec<_> = headers
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    let made = ground
        .served
        .browser()
        .ask(Method::POST, "/api/v1/tokens", &headers, wanted.to_string())
        .await;
    let made: Value = serde_json::from_str(&made.body).unwrap();
    made["secret"]
        .as_str()
        .unwrap_or_else(|| panic!("{made}"))
        .to_owned()
}

async fn bearer(ground: &Ground, method: Method, path: &str, token: &str) -> Answer {
    let bearer = format!("Bearer {token}");
    let headers = [("authorization", bearer.as_str())];
    ground
        .served
        .browser()
        .ask(method, path, &headers, String::new())
        .await
}

async fn ask(ground: &Ground, operation: &Operation, token: &str, app: &str) -> Answer {
    let target = format!("{}?{}", operation.of(app), operation.query());
    let mut browser = ground.served.browser();
    operation
        .ask(&mut browser, Some(token), &target, operation.body())
        .await
}

/// What the addresses of the pages have, all at once.
const QUERY: &str = "of=effective&format=csv&from=1&to=1&interface=request&url=https://evil.example.com/&domain=https://evil.example.com";

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
        ("format", "lines"),
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
