//! Apps: settings, members, AppSecrets, grants.

use hyper::StatusCode;
use minigate_console::access::{Right, Role};
use serde_json::{Value, json};

use super::{Api, served};
use crate::database::{Database, on_both};
use crate::people::{hours, log, person};

on_both! {
    operators_make_apps
    owners_rotate_and_freeze_the_app_secret
    an_app_secret_is_set_as_a_whole_or_not_at_all
    making_an_app_and_its_secret_has_a_reason
    owners_give_and_withdraw_a_grant
    owners_set_settings_and_members
    a_long_list_comes_in_pages
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
    let keys = me.post("/apps", json!({ "id": "keys", "name": "Keys" })).await;
    assert_eq!(
        (keys.status, keys.kind()),
        (StatusCode::UNPROCESSABLE_ENTITY, "/problems/invalid".to_owned())
    );
    assert!(keys.body.contains("/lists/keys"), "{}", keys.body);
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

async fn an_app_secret_is_set_as_a_whole_or_not_at_all(database: &Database) {
    let (served, store) = served(database).await;
    let me = Api::of(&served, &store, "ann", &[("wx1", Role::Owner)], &Right::ALL).await;
    me.post("/apps/wx1/secret/rotate", json!({})).await;
    me.patch("/apps/wx1/secret", json!({ "frozen": true })).await;
    let rows = log(&*store).await.len();
    let nets = vec!["203.0.113.0/24"; 201];

    let too_many = json!({ "frozen": false, "allowedFrom": nets });
    let too_many = me.patch("/apps/wx1/secret", too_many).await;
    let nothing = me.patch("/apps/wx1/secret", json!({})).await;
    assert_eq!(too_many.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(nothing.json()["frozen"], true, "{}", nothing.body);
    assert_eq!(log(&*store).await.len(), rows);

    let both = json!({ "frozen": false, "allowedFrom": ["203.0.113.0/24"] });
    me.patch("/apps/wx1/secret", both).await;
    let log = log(&*store).await;
    let row = &log[0].entry;
    assert_eq!((log.len(), row.action.as_str()), (rows + 1, "secret.settings"));
    assert_eq!(row.before.as_ref().unwrap()["frozen"], true);
    assert_eq!(row.after.as_ref().unwrap()["frozen"], false);
}

async fn making_an_app_and_its_secret_has_a_reason(database: &Database) {
    let (served, store) = served(database).await;
    let me = Api::operator(&served, &store).await;

    me.post("/apps", json!({ "id": "wx7", "name": "New", "reason": "opened" }))
        .await;
    me.post("/apps/wx7/secret/rotate", json!({ "reason": "first" }))
        .await;
    me.patch("/apps/wx7/secret", json!({ "frozen": true, "reason": "leaked" }))
        .await;

    let rows = log(&*store).await;
    let reasons = rows.iter().filter(|row| row.entry.app.as_deref() == Some("wx7"));
    let reasons: Vec<_> = reasons.map(|row| row.entry.reason.as_deref()).collect();
    assert_eq!(reasons, [Some("leaked"), Some("first"), Some("opened")]);
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
