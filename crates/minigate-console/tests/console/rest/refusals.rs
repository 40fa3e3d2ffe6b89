//! What is refused, and how.

use hyper::{Method, StatusCode};
use minigate_console::access::{Right, Role};
use serde_json::json;

use super::{Api, served};
use crate::database::{Database, on_both};
use crate::people::hours;

on_both! {
    what_the_frame_refuses_is_a_problem_too
    a_body_has_no_members_that_arent_described
    what_cant_be_taken_is_told_apart_from_what_cant_be_read
    an_object_is_no_list_and_a_setting_isnt_null
    what_stands_there_twice_is_refused
    a_wrong_field_is_named_with_its_choices
    parameters_are_what_the_document_says
    each_kind_of_problem_has_its_page
    a_missing_scope_is_told_apart_from_a_missing_role
    what_cant_be_read_is_told_in_chinese_too
}

async fn what_the_frame_refuses_is_a_problem_too(database: &Database) {
    let (served, store) = served(database).await;
    let me = Api::of(&served, &store, "ann", &[("wx1", Role::Owner)], &Right::ALL).await;
    let large = json!({ "text": "a".repeat(1024 * 1024), "format": "csv" });

    for (method, path, body, headers, status) in [
        (Method::GET, "/nowhere", None, vec![], 404),
        (Method::DELETE, "/apps", None, vec![], 405),
        (
            Method::PUT,
            "/apps/wx1/draft",
            Some(json!({ "lists": {} })),
            vec![("content-type", "text/plain")],
            415,
        ),
        (Method::POST, "/apps/wx1/judge", Some(large), vec![], 413),
        (Method::PUT, "/apps/wx1/draft", Some(json!([])), vec![], 400),
        (Method::GET, "/apps?limit=0", None, vec![], 400),
        (Method::GET, "/apps?limit=101", None, vec![], 400),
        (Method::GET, "/apps?other=1", None, vec![], 400),
        (Method::GET, "/apps/wx1/versions/x", None, vec![], 404),
        (
            Method::PUT,
            "/apps/wx1/draft",
            Some(json!({ "lists": {} })),
            vec![("if-none-match", "x")],
            400,
        ),
    ] {
        let refused = me.ask(method.clone(), path, body, &headers).await;
        assert_eq!(
            refused.status.as_u16(),
            status,
            "{method} {path}: {}",
            refused.body
        );
        assert_eq!(
            refused.headers["content-type"], "application/problem+json",
            "{path}"
        );
        assert_eq!(refused.json()["status"], status, "{path}");
        assert_eq!(refused.headers.contains_key("allow"), status == 405);
    }
}

async fn a_body_has_no_members_that_arent_described(database: &Database) {
    let (served, store) = served(database).await;
    let me = Api::operator(&served, &store).await;

    for (method, path, body) in [
        (
            Method::POST,
            "/apps",
            json!({ "id": "wx3", "name": "A", "owner": "me" }),
        ),
        (Method::PATCH, "/apps/wx1", json!({ "effective": 7 })),
        (
            Method::PUT,
            "/apps/wx1/draft",
            json!({ "lists": { "requests": [] } }),
        ),
        (Method::POST, "/apps/wx1/draft/submit", json!({ "why": "so" })),
        (
            Method::POST,
            "/accounts",
            json!({ "name": "eve", "displayName": "Eve", "password": "x" }),
        ),
        (
            Method::PUT,
            "/apps/wx1/members/ann",
            json!({ "role": "platformOperator" }),
        ),
    ] {
        let refused = me.ask(method, path, Some(body), &[]).await;
        assert_eq!(
            (refused.status, refused.kind()),
            (StatusCode::BAD_REQUEST, "/problems/malformed".to_owned()),
            "{path}"
        );
    }
}

async fn what_cant_be_taken_is_told_apart_from_what_cant_be_read(database: &Database) {
    let (served, store) = served(database).await;
    let me = Api::operator(&served, &store).await;
    me.post("/apps/wx1/secret/rotate", json!({ "graceSeconds": 60.0 }))
        .await;
    me.post_nothing("/keys/announce").await;
    let long = format!("/blocks/a.example.com?reason={}x", "%20".repeat(1_000));

    for (method, path, body, headers) in [
        (
            Method::POST,
            "/tokens",
            Some(
                json!({ "name": "t", "scopes": ["domains:read"], "apps": vec!["wx1"; 101], "endsAt": hours(1) }),
            ),
            vec![],
        ),
        (Method::DELETE, long.as_str(), None, vec![]),
        (
            Method::PUT,
            "/blocks/0",
            Some(json!({ "reason": "malware" })),
            vec![],
        ),
        (Method::DELETE, "/blocks/localhost", None, vec![]),
        (Method::GET, "/filings/of/1.2.3.4", None, vec![]),
        (
            Method::POST,
            "/keys/rotate",
            Some(json!({ "holdSeconds": 31_536_001 })),
            vec![],
        ),
        (
            Method::PATCH,
            "/apps/wx1/secret",
            Some(json!({ "allowedFrom": [""] })),
            vec![],
        ),
        (
            Method::PATCH,
            "/apps/wx1",
            Some(json!({ "reason": "a\u{7}b" })),
            vec![],
        ),
        (Method::GET, "/apps/wx1/domains/export?format=lines", None, vec![]),
        (
            Method::PUT,
            "/apps/wx1/draft",
            Some(json!({ "lists": {} })),
            vec![("if-match", "*"), ("if-none-match", "*")],
        ),
    ] {
        let refused = me.ask(method, path, body, &headers).await;
        assert_eq!(
            (refused.status, refused.kind()),
            (StatusCode::UNPROCESSABLE_ENTITY, "/problems/invalid".to_owned()),
            "{path}: {}",
            refused.body
        );
    }
    let kept = me.get("/keys").await.json();
    assert_eq!(
        kept.as_array().unwrap().len(),
        2,
        "the keys weren't rotated: {kept}"
    );
    let rotated = me.post("/keys/rotate", json!({ "holdSeconds": 60.0 })).await;
    assert_eq!(rotated.status, StatusCode::OK, "{}", rotated.body);
}

async fn an_object_is_no_list_and_a_setting_isnt_null(database: &Database) {
    let (served, store) = served(database).await;
    let me = Api::operator(&served, &store).await;

    for (method, path, body) in [
        (Method::PATCH, "/accounts/operator", json!([null, null, true])),
        (
            Method::PUT,
            "/apps/wx1/draft",
            json!({ "lists": [["https://a.example.com"]] }),
        ),
        (Method::PATCH, "/apps/wx1", json!({ "twoPeople": null })),
        (Method::PATCH, "/apps/wx1/secret", json!({ "frozen": null })),
        (Method::PATCH, "/accounts/operator", json!({ "disabled": null })),
        (Method::POST, "/keys/rotate", json!({ "holdSeconds": 0.5 })),
        (Method::POST, "/keys/rotate", json!({ "holdSeconds": -1 })),
    ] {
        let refused = me.ask(method, path, Some(body), &[]).await;
        assert_eq!(
            refused.status,
            StatusCode::BAD_REQUEST,
            "{path}: {}",
            refused.body
        );
    }
}

async fn what_stands_there_twice_is_refused(database: &Database) {
    let (served, store) = served(database).await;
    let me = Api::of(&served, &store, "ann", &[("wx1", Role::Owner)], &Right::ALL).await;
    let json = [("content-type", "application/json")];

    for (body, member) in [
        (r#"{"lists":{},"lists":{"request":["https://a.com"]}}"#, "lists"),
        (
            r#"{"lists":{"request":[],"request":["https://a.com"]}}"#,
            "request",
        ),
    ] {
        let path = "/apps/wx1/draft";
        let refused = me.send(Method::PUT, path, body.to_owned(), &json).await;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{}", refused.body);
        let told = format!("the member `{member}` stands there twice");
        assert!(refused.body.contains(&told), "{}", refused.body);
    }
    assert_eq!(me.get("/apps/wx1/draft").await.status, StatusCode::NOT_FOUND);
    for (format, text) in [
        ("lists", r#"{"request":[],"request":["https://a.com"]}"#),
        ("platform", r#"{"udpdomain":["udp://a.com"],"udpdomain":[]}"#),
    ] {
        let import = json!({ "text": text, "format": format, "mode": "add" });
        let refused = me.post("/apps/wx1/draft/import", import).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.body.contains("stands there twice"), "{}", refused.body);
    }
    let chinese = [json[0], ("accept-language", "zh-CN")];
    let import = json!({ "text": r#"{"a":1,"a":1}"#, "format": "lists", "mode": "add" }).to_string();
    for (path, body) in [
        ("draft/import", import.as_str()),
        ("proposals", r#"{"a":1,"a":1}"#),
    ] {
        let path = format!("/apps/wx1/{path}");
        let refused = me.send(Method::POST, &path, body.to_owned(), &chinese).await;
        let told = refused.json()["detail"].as_str().unwrap().to_owned();
        assert!(told.contains("`a` 重复") && !told.contains("twice"), "{told}");
    }
}

async fn a_wrong_field_is_named_with_its_choices(database: &Database) {
    let (served, store) = served(database).await;
    let me = Api::of(&served, &store, "ann", &[("wx1", Role::Owner)], &Right::ALL).await;

    let mode = json!({ "text": "https://a.com", "format": "csv", "mode": "put" });
    let mode = me.post("/apps/wx1/draft/import", mode).await.json();
    let format = me.get("/apps/wx1/domains/export?format=xml").await.json();
    let number = me.get("/apps?limit=x").await.json();
    let inner = json!({ "lists": { "request": [1] } });
    let inner = me.put("/apps/wx1/draft", inner).await.json();
    let scope = json!({ "name": "t", "scopes": ["all"], "endsAt": hours(1) });
    let scope = me.post("/tokens", scope).await.json();

    assert_eq!(
        (&mode["field"], &mode["choices"]),
        (&json!("mode"), &json!(["add", "remove", "replace"]))
    );
    assert_eq!(
        mode["detail"],
        "This can't be read: `put` isn't among the choices of `mode`, which are `add`, `remove`, `replace`."
    );
    assert_eq!(
        (&format["field"], &format["choices"]),
        (&json!("format"), &json!(["lines", "platform", "lists", "csv"]))
    );
    assert_eq!((&number["field"], number.get("choices")), (&json!("limit"), None));
    assert_eq!(inner["field"], "lists");
    assert_eq!(scope["field"], "scopes[0]");
    assert_eq!(scope["choices"].as_array().unwrap().len(), Right::ALL.len());
}

async fn parameters_are_what_the_document_says(database: &Database) {
    let (served, store) = served(database).await;
    let me = Api::operator(&served, &store).await;
    let long = format!("/blocks?after={}", "a".repeat(254));

    for path in [
        "/audit?after=0",
        "/audit?actor=A%20B",
        "/apps?after=a.b",
        "/accounts?after=A",
        "/blocks?after=A",
        long.as_str(),
        "/apps/wx1/versions?after=4294967296",
    ] {
        let refused = me.get(path).await;
        assert_eq!(
            refused.status,
            StatusCode::BAD_REQUEST,
            "{path}: {}",
            refused.body
        );
    }
    for tag in ["null", "42", "\"x\"", "\"1\", \"2\"", ""] {
        let tags = [("if-match", tag)];
        let refused = me.ask(Method::DELETE, "/apps/wx1/draft", None, &tags).await;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{tag}: {}", refused.body);
    }
}

async fn each_kind_of_problem_has_its_page(database: &Database) {
    let (served, store) = served(database).await;
    let me = Api::of(&served, &store, "ann", &[], &[Right::Read]).await;
    let problem = me.get("/apps/wx1").await.kind();
    let mut browser = served.browser();

    let page = browser.get(&problem).await;

    assert_eq!(page.status, StatusCode::OK);
    assert!(page.body.contains("There is nothing here"));
    assert_eq!(browser.get("/problems/other").await.status, StatusCode::NOT_FOUND);
}

async fn a_missing_scope_is_told_apart_from_a_missing_role(database: &Database) {
    let (served, store) = served(database).await;
    let owner = [("wx1", Role::Owner)];
    let narrow = Api::of(&served, &store, "ann", &owner, &[Right::Read]).await;
    let developer = Api::of(&served, &store, "dev", &[("wx1", Role::Developer)], &Right::ALL).await;

    let scope = narrow.patch("/apps/wx1", json!({ "name": "x" })).await;
    let role = developer.patch("/apps/wx1", json!({ "name": "x" })).await;
    let platform = developer.get("/accounts").await;

    assert_eq!(
        scope.json()["detail"],
        "The token's scopes don't hold `app:manage` for wx1. Its owner has the right: use a token that is made with this scope."
    );
    assert_eq!(
        role.json()["detail"],
        "dev has no right `app:manage` in wx1. An owner of the app or a platform operator can give it."
    );
    assert_eq!(
        platform.json()["detail"],
        "dev has no right `audit:read` for the whole platform. A platform operator can give it."
    );
}

async fn what_cant_be_read_is_told_in_chinese_too(database: &Database) {
    let (served, store) = served(database).await;
    let me = Api::operator(&served, &store).await;

    for (method, path, body) in [
        (Method::GET, "/apps?limit=101", None),
        (Method::GET, "/apps?limit=x", None),
        (Method::GET, "/certificates?days=0", None),
        (Method::GET, "/audit?after=0", None),
        (Method::GET, "/audit?app=x%20y", None),
        (Method::GET, "/blocks?after=A", None),
        (Method::POST, "/apps", Some(json!({ "id": "x y", "name": "n" }))),
        (
            Method::POST,
            "/accounts",
            Some(json!({ "name": "A B", "displayName": "n" })),
        ),
        (
            Method::POST,
            "/apps/wx1/judge",
            Some(json!({ "text": "a", "format": "lines" })),
        ),
        (
            Method::POST,
            "/apps/wx1/what-if",
            Some(json!({ "interface": "foo", "url": "https://a.com" })),
        ),
        (Method::PUT, "/apps/wx1/draft", Some(json!({ "lists": 1 }))),
    ] {
        let refused = me.ask(method, path, body, &[("accept-language", "zh-CN")]).await;

        let told = refused.json()["detail"].as_str().unwrap().to_owned();
        assert!(refused.status.is_client_error(), "{path}: {told}");
        let han = told
            .chars()
            .filter(|c| ('\u{4e00}'..='\u{9fff}').contains(c))
            .count();
        assert!(han >= 5 && told.ends_with('。'), "{path}: {told}");
    }
}
