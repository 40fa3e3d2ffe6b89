//! What holds for every app.

use hyper::{Method, StatusCode};
use serde_json::{Value, json};

use super::{Api, served};
use crate::database::{Database, on_both};

on_both! {
    operators_make_and_change_accounts
    operators_block_domains
    operators_import_filings
    operators_rotate_keys
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
