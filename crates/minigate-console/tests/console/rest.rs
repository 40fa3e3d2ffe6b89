//! The API for programs, as a program uses it.

use std::collections::BTreeSet;
use std::sync::Arc;

use hyper::{Method, StatusCode};
use minigate_console::access::{Right, Role, Scopes};
use minigate_console::account::{Accounts, Members};
use minigate_console::store::Store;
use minigate_console::token::{NewToken, Tokens};
use serde_json::{Value, json};

use crate::database::{Database, on_both};
use crate::people::{hours, log, name, person, root};
use crate::served::{Answer, Served};
use crate::store::now;

on_both! {
    d2_a_draft_becomes_effective_by_the_api
    d3_a_bad_entry_is_a_problem_with_its_rule_and_its_remedy
    a_step_is_taken_only_on_the_draft_that_was_looked_at
    one_apps_token_cant_see_another_app
    a_token_without_the_scope_is_denied_and_that_is_audited
    a_token_that_has_ended_or_was_revoked_is_of_no_use
    what_the_frame_refuses_is_a_problem_too
    a_token_makes_narrower_tokens_that_end_with_it
    a_body_has_no_members_that_arent_described
    operators_make_apps
    operators_make_and_change_accounts
    operators_block_domains
    operators_import_filings
    operators_rotate_keys
    owners_rotate_and_freeze_the_app_secret
    owners_give_and_withdraw_a_grant
    owners_set_settings_and_members
    what_would_become_of_a_call_is_told
    a_long_list_comes_in_pages
    each_kind_of_problem_has_its_page
}

async fn d2_a_draft_becomes_effective_by_the_api(database: &Database) {
    let (served, store) = served(database).await;
    let me = Api::of(&served, &store, "ann", &[("wx1", Role::Owner)], &Right::ALL).await;

    let written = me
        .put(
            "/apps/wx1/draft",
            json!({ "lists": { "request": ["https://API.example.com"] }, "reason": "first" }),
        )
        .await;
    assert_eq!(written.status, StatusCode::OK, "{}", written.body);
    for step in ["submit", "approve", "publish"] {
        let done = me.post(&format!("/apps/wx1/draft/{step}"), json!({})).await;
        assert_eq!(done.status, StatusCode::OK, "{step}: {}", done.body);
    }

    let effective = me.get("/apps/wx1/domains").await.json();
    assert_eq!(effective["number"], 1);
    assert_eq!(effective["lists"]["request"], json!(["https://API.example.com"]));
    assert_eq!(effective["note"], "first");
    let csv = me.get("/apps/wx1/domains/export?form=csv").await;
    assert_eq!(csv.body, "interface,entry\nrequest,https://API.example.com\n");
    let removed = json!({ "text": csv.body, "form": "csv", "mode": "remove" });
    let imported = me.post("/apps/wx1/draft/import", removed).await.json();
    assert_eq!(imported["lists"]["request"], json!([]));
    let back = me.post("/apps/wx1/versions/1/roll-back", json!({})).await;
    assert_eq!(
        (back.status, back.kind()),
        (
            StatusCode::UNPROCESSABLE_ENTITY,
            "/problems/nothing-changes".to_owned()
        )
    );
    let difference = me.get("/apps/wx1/diff?from=0&to=1").await.json();
    assert_eq!(difference[0]["added"], json!(["https://API.example.com"]));
}

async fn d3_a_bad_entry_is_a_problem_with_its_rule_and_its_remedy(database: &Database) {
    let (served, store) = served(database).await;
    let me = Api::of(&served, &store, "ann", &[("wx1", Role::Developer)], &Right::ALL).await;
    let lists = json!({ "lists": { "request": ["https://good.example.com", "http://bad.example.com"] } });

    let refused = me.put("/apps/wx1/draft", lists.clone()).await;

    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(refused.headers["content-type"], "application/problem+json");
    let problem = refused.json();
    assert_eq!(problem["type"], "/problems/lists");
    let entry = &problem["entries"][0];
    assert_eq!(
        (&entry["rule"], &entry["entry"]),
        (&json!("D3"), &json!("http://bad.example.com"))
    );
    assert_eq!(entry["remedy"], "write `https://bad.example.com`");
    assert_eq!(me.get("/apps/wx1/draft").await.status, StatusCode::NOT_FOUND);
    let chinese = me
        .ask(
            Method::PUT,
            "/apps/wx1/draft",
            Some(lists),
            &[("accept-language", "zh-CN")],
        )
        .await;
    assert_eq!(
        chinese.json()["entries"][0]["remedy"],
        "写作 `https://bad.example.com`"
    );
    let pasted = json!({ "text": "https://a.example.com\nws://b.example.com", "form": "lines", "interface": "request", "mode": "add" });
    let pasted = me.post("/apps/wx1/draft/import", pasted).await;
    assert_eq!(
        (pasted.status, &pasted.json()["entries"][0]["rule"]),
        (StatusCode::UNPROCESSABLE_ENTITY, &json!("D3"))
    );
    let typed = json!({ "text": "https://a.example.com\nhttp://b.example.com", "form": "lines", "interface": "request" });
    let judged = me.post("/apps/wx1/judge", typed).await.json();
    assert_eq!(
        (&judged["good"], &judged["lines"][1]["faults"][0]["rule"]),
        (&json!(false), &json!("D3"))
    );
    assert_eq!(judged["quotas"][0]["limit"], 200);
}

async fn a_step_is_taken_only_on_the_draft_that_was_looked_at(database: &Database) {
    let (served, store) = served(database).await;
    let me = Api::of(&served, &store, "ann", &[("wx1", Role::Owner)], &Right::ALL).await;
    let lists = |host: &str| json!({ "lists": { "request": [host] } });
    let first = me
        .ask(
            Method::PUT,
            "/apps/wx1/draft",
            Some(lists("https://a.example.com")),
            &[("if-none-match", "*")],
        )
        .await;
    let looked = first.headers["etag"].to_str().unwrap().to_owned();

    let again = me
        .ask(
            Method::PUT,
            "/apps/wx1/draft",
            Some(lists("https://b.example.com")),
            &[("if-none-match", "*")],
        )
        .await;
    assert_eq!(again.status, StatusCode::PRECONDITION_FAILED);
    let second = me
        .ask(
            Method::PUT,
            "/apps/wx1/draft",
            Some(lists("https://b.example.com")),
            &[("if-match", &looked)],
        )
        .await;
    assert_eq!(second.status, StatusCode::OK, "{}", second.body);

    for (method, path, body) in [
        (Method::POST, "/apps/wx1/draft/submit", Some(json!({}))),
        (
            Method::PUT,
            "/apps/wx1/draft",
            Some(lists("https://c.example.com")),
        ),
        (Method::DELETE, "/apps/wx1/draft", None),
    ] {
        let late = me.ask(method, path, body, &[("if-match", &looked)]).await;
        assert_eq!(
            (late.status, late.kind()),
            (StatusCode::PRECONDITION_FAILED, "/problems/moved".to_owned())
        );
    }
    let looked = second.headers["etag"].to_str().unwrap().to_owned();
    let submitted = me
        .ask(
            Method::POST,
            "/apps/wx1/draft/submit",
            Some(json!({})),
            &[("if-match", &looked)],
        )
        .await;
    assert_eq!(submitted.json()["state"], "submitted");
}

async fn one_apps_token_cant_see_another_app(database: &Database) {
    let (served, store) = served(database).await;
    served.app("wx2").await;
    let mine = Api::of(&served, &store, "ann", &[("wx1", Role::Owner)], &Right::ALL).await;
    let scoped = mine.narrowed(&["domains:read"], Some(&["wx2"])).await;

    for path in [
        "",
        "/domains",
        "/draft",
        "/versions",
        "/members",
        "/secret",
        "/grant",
        "/diff?from=0&to=0",
    ] {
        let (there, nowhere) = (
            mine.get(&format!("/apps/wx2{path}")).await,
            mine.get(&format!("/apps/nowhere{path}")).await,
        );
        assert_eq!(
            (there.status, &there.body),
            (StatusCode::NOT_FOUND, &nowhere.body),
            "{path}"
        );
        assert_eq!(
            scoped.get(&format!("/apps/wx1{path}")).await.status,
            StatusCode::NOT_FOUND,
            "{path}"
        );
    }
    let written = mine.put("/apps/wx2/draft", json!({ "lists": {} })).await;
    assert_eq!(written.status, StatusCode::NOT_FOUND);
    let listed = mine.get("/apps").await.json();
    assert_eq!(listed["items"].as_array().unwrap().len(), 1);
    assert_eq!(mine.get("/audit?app=wx2").await.status, StatusCode::NOT_FOUND);
}

async fn a_token_without_the_scope_is_denied_and_that_is_audited(database: &Database) {
    let (served, store) = served(database).await;
    let me = Api::of(&served, &store, "ann", &[("wx1", Role::Owner)], &[Right::Read]).await;

    let denied = me.put("/apps/wx1/draft", json!({ "lists": {} })).await;

    assert_eq!(
        (denied.status, denied.kind()),
        (StatusCode::FORBIDDEN, "/problems/denied".to_owned())
    );
    for path in [
        "/accounts",
        "/audit",
        "/audit?app=wx1",
        "/blocks",
        "/keys",
        "/filings",
    ] {
        assert_eq!(me.get(path).await.status, StatusCode::FORBIDDEN, "{path}");
    }
    let rows = log(&*store).await;
    let row = rows
        .iter()
        .find(|row| row.entry.action == "access.denied")
        .unwrap();
    assert!(row.entry.origin.as_ref().unwrap().contains("token test"));
}

async fn a_token_that_has_ended_or_was_revoked_is_of_no_use(database: &Database) {
    let (served, store) = served(database).await;
    let me = Api::of(&served, &store, "ann", &[("wx1", Role::Owner)], &Right::ALL).await;
    let other = me.narrowed(&["domains:read"], None).await;
    assert_eq!(other.get("/apps/wx1").await.status, StatusCode::OK);

    let root = root();
    Accounts::of(&*store, &root, now())
        .disable(&name("ann"))
        .await
        .unwrap();

    for api in [&me, &other, &me.with("mgt_guess"), &me.with("")] {
        let refused = api.get("/apps/wx1").await;
        assert_eq!(refused.status, StatusCode::UNAUTHORIZED);
        assert_eq!(refused.headers["www-authenticate"], "Bearer realm=\"minigate\"");
    }
    Accounts::of(&*store, &root, now())
        .enable(&name("ann"))
        .await
        .unwrap();
    let family = me.get("/tokens").await.json();
    let id = family
        .as_array()
        .unwrap()
        .iter()
        .find(|token| token["parent"].is_null())
        .unwrap()["id"]
        .clone();
    let revoked = me.delete(&format!("/tokens/{}", id.as_str().unwrap())).await;
    assert_eq!(revoked.status, StatusCode::NO_CONTENT);
    // What was made with it ends with it.
    for api in [&me, &other] {
        assert_eq!(api.get("/apps/wx1").await.status, StatusCode::UNAUTHORIZED);
    }
}

async fn what_the_frame_refuses_is_a_problem_too(database: &Database) {
    let (served, store) = served(database).await;
    let me = Api::of(&served, &store, "ann", &[("wx1", Role::Owner)], &Right::ALL).await;
    let large = json!({ "text": "a".repeat(1024 * 1024), "form": "csv" });

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

async fn a_token_makes_narrower_tokens_that_end_with_it(database: &Database) {
    let (served, store) = served(database).await;
    let me = Api::of(
        &served,
        &store,
        "ann",
        &[("wx1", Role::Owner)],
        &[Right::Read, Right::Write],
    )
    .await;
    let wanted = |scopes: &[&str], ends_at| json!({ "name": "child", "scopes": scopes, "endsAt": ends_at });

    for (scopes, ends_at) in [
        (["domains:read", "domains:publish"].as_slice(), hours(1)),
        (["domains:read"].as_slice(), hours(3)),
    ] {
        let wider = me.post("/tokens", wanted(scopes, ends_at)).await;
        assert_eq!(wider.status, StatusCode::FORBIDDEN, "{}", wider.body);
    }
    let child = me.narrowed(&["domains:read"], None).await;

    assert_eq!(
        child.put("/apps/wx1/draft", json!({ "lists": {} })).await.status,
        StatusCode::FORBIDDEN
    );
    let grandchild = child.post("/tokens", wanted(&["domains:read"], hours(1))).await;
    assert_eq!(grandchild.status, StatusCode::FORBIDDEN);
    assert_eq!(child.get("/tokens").await.json().as_array().unwrap().len(), 1);
    assert_eq!(me.get("/tokens").await.json().as_array().unwrap().len(), 2);
    let parent = me.get("/tokens").await.json();
    let parent = parent
        .as_array()
        .unwrap()
        .iter()
        .find(|token| token["parent"].is_null())
        .unwrap()
        .clone();
    let revoked = child
        .delete(&format!("/tokens/{}", parent["id"].as_str().unwrap()))
        .await;
    assert_eq!(revoked.status, StatusCode::NOT_FOUND);
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

async fn operators_make_apps(database: &Database) {
    let (served, store) = served(database).await;
    let me = Api::operator(&served, &store).await;

    let app = me
        .post("/apps", json!({ "id": "wx9", "name": "Nine", "era": "guide" }))
        .await;
    assert_eq!(
        (app.status, app.headers["location"].to_str().unwrap()),
        (StatusCode::CREATED, "/api/v1/apps/wx9")
    );
    let again = me.post("/apps", json!({ "id": "wx9", "name": "Nine" })).await;
    assert_eq!(
        (again.status, again.kind()),
        (StatusCode::CONFLICT, "/problems/exists".to_owned())
    );
}

async fn operators_make_and_change_accounts(database: &Database) {
    let (served, store) = served(database).await;
    let me = Api::operator(&served, &store).await;

    let account = me
        .post("/accounts", json!({ "name": "bob", "displayName": "Bob" }))
        .await;
    assert_eq!(account.status, StatusCode::CREATED, "{}", account.body);
    let invited = me.post_nothing("/accounts/bob/invite").await.json();
    assert!(invited["url"].as_str().unwrap().contains("/invited/"));
    let changed = me
        .patch(
            "/accounts/bob",
            json!({ "displayName": "Bobby", "platform": "auditor", "disabled": true }),
        )
        .await
        .json();
    assert_eq!(
        (&changed["platform"], &changed["disabled"]),
        (&json!("auditor"), &json!(true))
    );
    let changed = me
        .patch("/accounts/bob", json!({ "platform": null }))
        .await
        .json();
    assert_eq!(
        (&changed["platform"], &changed["displayName"]),
        (&Value::Null, &json!("Bobby"))
    );
}

async fn operators_block_domains(database: &Database) {
    let (served, store) = served(database).await;
    let me = Api::operator(&served, &store).await;

    let blocked = me
        .put("/blocks/evil.example.com", json!({ "reason": "malware" }))
        .await;
    assert_eq!(blocked.status, StatusCode::OK, "{}", blocked.body);
    let refused = me
        .put(
            "/apps/wx1/draft",
            json!({ "lists": { "request": ["https://a.evil.example.com"] } }),
        )
        .await;
    assert_eq!(
        (refused.kind(), &refused.json()["entries"][0]["rule"]),
        ("/problems/blocked".to_owned(), &json!("D2"))
    );
    assert_eq!(
        me.get("/blocks").await.json()["items"][0]["domain"],
        "evil.example.com"
    );
    assert_eq!(
        me.delete("/blocks/evil.example.com").await.status,
        StatusCode::NO_CONTENT
    );
    assert_eq!(
        me.delete("/blocks/evil.example.com").await.status,
        StatusCode::NOT_FOUND
    );
}

async fn operators_import_filings(database: &Database) {
    let (served, store) = served(database).await;
    let me = Api::operator(&served, &store).await;

    let csv = [("content-type", "text/csv")];
    let imported = me
        .send(
            Method::POST,
            "/filings?import=replace",
            "filed.com,ICP 1\n".to_owned(),
            &csv,
        )
        .await;
    assert_eq!(imported.json()["count"], 1, "{}", imported.body);
    assert_eq!(
        me.get("/filings/of/api.filed.com").await.json()["licence"],
        "ICP 1"
    );
    let terms = json!({ "notFiled": "warns", "unknown": "stops" });
    assert_eq!(me.put("/filings/terms", terms.clone()).await.json(), terms);
    assert_eq!(me.get("/filings").await.json()["terms"], terms);
}

async fn operators_rotate_keys(database: &Database) {
    let (served, store) = served(database).await;
    let me = Api::operator(&served, &store).await;

    assert_eq!(me.get("/keys").await.json()[0]["stage"], "signing");
    assert_eq!(
        me.post("/keys/rotate", json!({ "holdSeconds": 60 })).await.status,
        StatusCode::CONFLICT
    );
    assert_eq!(me.post_nothing("/keys/announce").await.status, StatusCode::OK);
    let keys = me.post("/keys/rotate", json!({ "holdSeconds": 60 })).await.json();
    assert!(
        keys.as_array()
            .unwrap()
            .iter()
            .any(|key| key["stage"] == "retired")
    );
    let rows = me.get("/audit?limit=1").await.json();
    assert_eq!(rows["items"][0]["action"], "keys.rotate");
}

async fn owners_set_settings_and_members(database: &Database) {
    let (served, store) = served(database).await;
    let me = Api::of(&served, &store, "ann", &[("wx1", Role::Owner)], &Right::ALL).await;
    person(&store, "bob", None).await;

    let settings = json!({ "name": "Other", "twoPeople": true, "preflightRequired": true });
    let app = me.patch("/apps/wx1", settings).await.json();
    assert_eq!(
        (&app["name"], &app["twoPeople"], &app["preflightRequired"]),
        (&json!("Other"), &json!(true), &json!(true))
    );
    assert_eq!(
        me.put("/apps/wx1/members/bob", json!({ "role": "developer" }))
            .await
            .status,
        StatusCode::NO_CONTENT
    );
    assert_eq!(
        me.get("/apps/wx1/members").await.json()[1],
        json!({ "account": "bob", "role": "developer" })
    );
    assert_eq!(
        me.delete("/apps/wx1/members/bob").await.status,
        StatusCode::NO_CONTENT
    );
    assert_eq!(
        me.put("/apps/wx1/members/nobody", json!({ "role": "owner" }))
            .await
            .status,
        StatusCode::NOT_FOUND
    );
    assert_eq!(
        me.delete("/apps/wx1/members/ann").await.status,
        StatusCode::CONFLICT
    );
}

async fn owners_rotate_and_freeze_the_app_secret(database: &Database) {
    let (served, store) = served(database).await;
    let me = Api::of(&served, &store, "ann", &[("wx1", Role::Owner)], &Right::ALL).await;

    assert_eq!(me.get("/apps/wx1/secret").await.status, StatusCode::NOT_FOUND);
    let made = me.post("/apps/wx1/secret/rotate", json!({})).await.json();
    assert_eq!(made["appSecret"].as_str().unwrap().len(), 32);
    let state = me
        .patch(
            "/apps/wx1/secret",
            json!({ "frozen": true, "allowedFrom": ["203.0.113.0/24"] }),
        )
        .await
        .json();
    assert_eq!(
        (&state["frozen"], &state["allowedFrom"]),
        (&json!(true), &json!(["203.0.113.0/24"]))
    );
    let state = me
        .patch("/apps/wx1/secret", json!({ "allowedFrom": null }))
        .await
        .json();
    assert_eq!(
        (&state["frozen"], &state["allowedFrom"]),
        (&json!(true), &Value::Null)
    );
}

async fn owners_give_and_withdraw_a_grant(database: &Database) {
    let (served, store) = served(database).await;
    let me = Api::of(&served, &store, "ann", &[("wx1", Role::Owner)], &Right::ALL).await;

    let grant = json!({ "releases": ["develop"], "until": hours(24), "reason": "no domain yet" });
    assert_eq!(me.put("/apps/wx1/grant", grant).await.status, StatusCode::OK);
    assert_eq!(
        me.get("/apps/wx1/grant").await.json()["releases"],
        json!(["develop"])
    );
    assert_eq!(me.delete("/apps/wx1/grant").await.status, StatusCode::NO_CONTENT);
    assert_eq!(me.get("/apps/wx1/grant").await.status, StatusCode::NOT_FOUND);
}

async fn what_would_become_of_a_call_is_told(database: &Database) {
    let (served, store) = served(database).await;
    let me = Api::of(&served, &store, "ann", &[("wx1", Role::Developer)], &Right::ALL).await;
    let question = json!({ "interface": "request", "url": "https://api.example.com/items" });

    let told = me.post("/apps/wx1/what-if", question.clone()).await.json();

    assert_eq!(
        (&told["allowed"], &told["rule"]),
        (&json!(false), &json!("D1")),
        "{told}"
    );
    let proposed = me.post("/apps/wx1/proposals", question.clone()).await.json();
    assert_eq!(proposed["lists"]["request"], json!(["https://api.example.com"]));
    let mut of_draft = question;
    of_draft["lists"] = json!("draft");
    assert_eq!(
        me.post("/apps/wx1/what-if", of_draft).await.json()["allowed"],
        true
    );
}

async fn a_long_list_comes_in_pages(database: &Database) {
    let (served, store) = served(database).await;
    let me = Api::operator(&served, &store).await;
    for id in ["wx2", "wx3"] {
        served.app(id).await;
    }

    let first = me.get("/apps?limit=2").await.json();
    assert_eq!(
        (first["items"].as_array().unwrap().len(), &first["next"]),
        (2, &json!("wx2"))
    );
    let second = me.get("/apps?limit=2&after=wx2").await.json();
    assert_eq!(
        (&second["items"][0]["id"], &second["next"]),
        (&json!("wx3"), &Value::Null)
    );
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

#[test]
fn the_document_in_the_repository_is_the_codes() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/console-openapi.json");
    let made = minigate_console::openapi();
    if std::env::var_os("UPDATE_TABLES").is_some() {
        std::fs::write(path, made).unwrap();
    }

    let kept = std::fs::read_to_string(path).unwrap_or_default();

    assert!(
        kept == made,
        "UPDATE_TABLES=1 writes docs/console-openapi.json anew"
    );
}

#[test]
fn everything_in_the_document_is_described() {
    let document: Value = serde_json::from_str(minigate_console::openapi()).unwrap();

    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
    for (path, operations) in document["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            assert!(operation["summary"].is_string(), "{method} {path}");
            assert!(operation["responses"]["401"].is_object(), "{method} {path}");
        }
    }
    for (name, schema) in document["components"]["schemas"].as_object().unwrap() {
        assert!(schema["description"].is_string(), "{name}");
    }
}

/// Someone's program.
pub(crate) struct Api {
    address: std::net::SocketAddr,
    pub(crate) secret: String,
}

async fn served(database: &Database) -> (Served, Arc<dyn Store>) {
    let store = database.open().await;
    let served = Served::with(Arc::clone(&store)).await;
    served.app("wx1").await;
    (served, store)
}

impl Api {
    /// A token of somebody with these roles, for two hours.
    pub(crate) async fn of(
        served: &Served,
        store: &Arc<dyn Store>,
        who: &str,
        apps: &[(&str, Role)],
        rights: &[Right],
    ) -> Self {
        Self::with_roles(served, store, who, None, apps, rights).await
    }

    pub(crate) async fn operator(served: &Served, store: &Arc<dyn Store>) -> Self {
        let operator = Some(Role::PlatformOperator);
        Self::with_roles(served, store, "operator", operator, &[], &Right::ALL).await
    }

    pub(crate) async fn with_roles(
        served: &Served,
        store: &Arc<dyn Store>,
        who: &str,
        platform: Option<Role>,
        apps: &[(&str, Role)],
        rights: &[Right],
    ) -> Self {
        let begun = person(store, who, platform).await;
        let root = root();
        for (app, role) in apps {
            let app = app.parse().unwrap();
            Members::of(&**store, &app, &root, now())
                .set(&name(who), *role)
                .await
                .unwrap();
        }
        let at = served.console.now();
        let new = NewToken {
            name: "test".to_owned(),
            scopes: Scopes {
                rights: rights.iter().copied().collect::<BTreeSet<_>>(),
                apps: None,
            },
            ends_at: at + jiff::SignedDuration::from_hours(2),
        };
        let (_, secret) = Tokens::of(&**store)
            .create(&begun.session, &new, at)
            .await
            .unwrap();
        Self {
            address: served.address,
            secret: secret.reveal().to_owned(),
        }
    }

    fn with(&self, secret: &str) -> Self {
        Self {
            address: self.address,
            secret: secret.to_owned(),
        }
    }

    /// A token that is made with this one, for an hour.
    async fn narrowed(&self, scopes: &[&str], apps: Option<&[&str]>) -> Self {
        let wanted = json!({ "name": "narrow", "scopes": scopes, "apps": apps, "endsAt": hours(1) });
        let made = self.post("/tokens", wanted).await;
        assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
        self.with(made.json()["secret"].as_str().unwrap())
    }

    async fn get(&self, path: &str) -> Answer {
        self.ask(Method::GET, path, None, &[]).await
    }

    async fn put(&self, path: &str, body: Value) -> Answer {
        self.ask(Method::PUT, path, Some(body), &[]).await
    }

    async fn post(&self, path: &str, body: Value) -> Answer {
        self.ask(Method::POST, path, Some(body), &[]).await
    }

    async fn post_nothing(&self, path: &str) -> Answer {
        self.ask(Method::POST, path, None, &[]).await
    }

    async fn patch(&self, path: &str, body: Value) -> Answer {
        self.ask(Method::PATCH, path, Some(body), &[]).await
    }

    async fn delete(&self, path: &str) -> Answer {
        self.ask(Method::DELETE, path, None, &[]).await
    }

    async fn ask(&self, method: Method, path: &str, body: Option<Value>, headers: &[(&str, &str)]) -> Answer {
        let mut all = headers.to_vec();
        if body.is_some() && !headers.iter().any(|(name, _)| *name == "content-type") {
            all.push(("content-type", "application/json"));
        }
        let body = body.map(|body| body.to_string()).unwrap_or_default();
        self.send(method, path, body, &all).await
    }

    async fn send(&self, method: Method, path: &str, body: String, headers: &[(&str, &str)]) -> Answer {
        let bearer = format!("Bearer {}", self.secret);
        let mut all = headers.to_vec();
        all.push(("authorization", &bearer));
        let mut client = Served::client(self.address);
        client.ask(method, &format!("/api/v1{path}"), &all, body).await
    }
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }

    /// The type of a problem.
    fn kind(&self) -> String {
        self.json()["type"].as_str().unwrap_or_default().to_owned()
    }
}
