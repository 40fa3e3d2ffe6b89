//! What a token can do, and what it can't.

use hyper::StatusCode;
use minigate_console::access::{Right, Role};
use minigate_console::account::Accounts;
use serde_json::json;

use super::{Api, served};
use crate::database::{Database, on_both};
use crate::people::{hours, log, name, root};
use crate::store::now;

on_both! {
    one_apps_token_cant_see_another_app
    a_token_without_the_scope_is_denied_and_that_is_audited
    what_is_no_good_token_is_told_so
    a_token_that_was_revoked_is_of_no_use
    a_token_makes_narrower_tokens_that_end_with_it
    an_app_that_isnt_seen_is_refused_by_its_field
    whoever_makes_or_revokes_an_account_or_a_token_says_why
}

async fn whoever_makes_or_revokes_an_account_or_a_token_says_why(database: &Database) {
    let (served, store) = served(database).await;
    let me = Api::operator(&served, &store).await;
    let account = json!({ "name": "bob", "displayName": "Bob", "reason": "joins" });
    let token = json!({ "name": "narrow", "scopes": ["domains:read"], "endsAt": hours(1), "reason": "for the build" });

    me.post("/accounts", account).await;
    let made = me.post("/tokens", token.clone()).await.json();
    let path = format!("/tokens/{}", made["token"]["id"].as_str().unwrap());
    me.delete(&format!("{path}?reason=built")).await;
    let made = me.post("/tokens", token).await.json();
    let path = format!(
        "/accounts/operator/tokens/{}",
        made["token"]["id"].as_str().unwrap()
    );
    me.delete(&format!("{path}?reason=lost")).await;
    let unfit = json!({ "name": "eve", "displayName": "Eve", "reason": "a\u{7}b" });
    let unfit = me.post("/accounts", unfit).await;

    let rows = log(&*store).await;
    let told = rows
        .iter()
        .take(5)
        .map(|row| (row.entry.action.as_str(), row.entry.reason.as_deref()));
    let wanted = [
        ("token.revoke", Some("lost")),
        ("token.create", Some("for the build")),
        ("token.revoke", Some("built")),
        ("token.create", Some("for the build")),
        ("account.create", Some("joins")),
    ];
    assert_eq!(told.collect::<Vec<_>>(), wanted);
    assert_eq!(unfit.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", unfit.body);
}

async fn one_apps_token_cant_see_another_app(database: &Database) {
    let (served, store) = served(database).await;
    served.app("wx2").await;
    let mine = Api::of(&served, &store, "ann", &[("wx1", Role::Owner)], &Right::ALL).await;
    let both = [("wx1", Role::Owner), ("wx2", Role::Owner)];
    let both = Api::of(&served, &store, "bob", &both, &Right::ALL).await;
    let scoped = both.narrowed(&["domains:read"], Some(&["wx2"])).await;

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

async fn an_app_that_isnt_seen_is_refused_by_its_field(database: &Database) {
    let (served, store) = served(database).await;
    served.app("wx2").await;
    let me = Api::of(&served, &store, "ann", &[("wx1", Role::Owner)], &Right::ALL).await;

    for app in ["wx2", "wx3"] {
        let wanted =
            json!({ "name": "t", "scopes": ["domains:read"], "apps": ["wx1", app], "endsAt": hours(1) });
        let refused = me.post("/tokens", wanted).await;

        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        let problem = refused.json();
        assert_eq!(problem["field"], "apps");
        let told = format!("There is no app `{app}`, so no token can be made for it.");
        assert_eq!(problem["detail"], told);
    }
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

async fn what_is_no_good_token_is_told_so(database: &Database) {
    let (served, store) = served(database).await;
    let me = Api::of(&served, &store, "ann", &[("wx1", Role::Owner)], &Right::ALL).await;
    assert_eq!(me.get("/apps/wx1").await.status, StatusCode::OK);

    let root = root();
    let accounts = Accounts::of(&*store, &root, now());
    accounts.disable(&name("ann")).await.unwrap();

    for api in [&me, &me.with("mgt_guess"), &me.with("")] {
        let refused = api.get("/apps/wx1").await;
        assert_eq!(refused.status, StatusCode::UNAUTHORIZED);
        assert!(
            refused.body.contains("There is no good token"),
            "{}",
            refused.body
        );
        assert_eq!(refused.headers["www-authenticate"], "Bearer realm=\"minigate\"");
    }
    accounts.enable(&name("ann")).await.unwrap();
    assert_eq!(me.get("/apps/wx1").await.status, StatusCode::UNAUTHORIZED);
}

async fn a_token_that_was_revoked_is_of_no_use(database: &Database) {
    let (served, store) = served(database).await;
    let me = Api::of(&served, &store, "ann", &[("wx1", Role::Owner)], &Right::ALL).await;
    let other = me.narrowed(&["domains:read"], None).await;
    assert_eq!(other.get("/apps/wx1").await.status, StatusCode::OK);

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
