//! What holds for every app.

use std::sync::Arc;

use hyper::{Method, StatusCode};
use minigate_console::Settings;
use minigate_console::access::{Right, Role};
use serde_json::{Value, json};

use super::{Api, served};
use crate::database::{Database, on_both};
use crate::operators::register_that_is_away;
use crate::people::log;
use crate::served::Served;

on_both! {
    a_platforms_auditor_reads_what_operators_read
    the_audit_log_is_searched
    the_audit_log_is_exported
    operators_make_and_change_accounts
    an_account_is_changed_as_a_whole_or_not_at_all
    operators_say_who_somebody_is_at_the_provider
    operators_block_domains
    operators_import_filings
    d5_where_a_service_is_asked_it_is_named_and_nothing_is_imported
    operators_rotate_keys
    operators_retire_keys
    no_key_is_announced_that_runtimes_wouldnt_take
    operators_see_and_revoke_somebodys_tokens
    d5_what_is_published_without_a_filing_is_told
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
    let refused = me.post_nothing("/accounts/bob/invite").await;
    assert_eq!(refused.status, StatusCode::CONFLICT, "{}", refused.body);
    assert!(refused.body.contains("disabled"), "{}", refused.body);
    let changed = me
        .patch("/accounts/bob", json!({ "platform": null }))
        .await
        .json();
    assert_eq!(
        (&changed["platform"], &changed["displayName"]),
        (&Value::Null, &json!("Bobby"))
    );
}

async fn an_account_is_changed_as_a_whole_or_not_at_all(database: &Database) {
    let (served, store) = served(database).await;
    let me = Api::operator(&served, &store).await;
    me.post("/accounts", json!({ "name": "bob", "displayName": "Bob" }))
        .await;
    let before = me.get("/accounts/bob").await.json();
    let rows = log(&*store).await.len();
    let identity = json!({ "kind": "email", "value": "bob@example.com" });

    let unfit = json!({ "kind": "email", "value": "\u{7}" });
    let refused =
        json!({ "displayName": "Bobby", "platform": "auditor", "disabled": true, "identity": unfit });
    let refused = me.patch("/accounts/bob", refused).await;
    assert_eq!(
        refused.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "{}",
        refused.body
    );
    assert_eq!(me.get("/accounts/bob").await.json(), before);
    assert_eq!(log(&*store).await.len(), rows);

    let all =
        json!({ "displayName": "Bobby", "platform": "auditor", "disabled": true, "identity": identity });
    let changed = me.patch("/accounts/bob", all).await.json();
    assert_eq!(
        (
            &changed["displayName"],
            &changed["platform"],
            &changed["disabled"],
            &changed["identity"]
        ),
        (&json!("Bobby"), &json!("auditor"), &json!(true), &identity)
    );
    let log = log(&*store).await;
    assert_eq!(
        (log.len(), log[0].entry.action.as_str()),
        (rows + 1, "account.settings")
    );
}

async fn operators_say_who_somebody_is_at_the_provider(database: &Database) {
    let (served, store) = served(database).await;
    let me = Api::operator(&served, &store).await;
    for name in ["bob", "carol"] {
        me.post("/accounts", json!({ "name": name, "displayName": name }))
            .await;
    }
    let identity = json!({ "kind": "email", "value": "bob@example.com" });

    let linked = me.patch("/accounts/bob", json!({ "identity": identity })).await;
    let taken = me.patch("/accounts/carol", json!({ "identity": identity })).await;
    let unfit = json!({ "identity": { "kind": "subject", "value": "\u{7}" } });
    let unfit = me.patch("/accounts/carol", unfit).await;
    let gone = me.patch("/accounts/bob", json!({ "identity": null })).await;

    assert_eq!(linked.json()["identity"], identity);
    assert_eq!(taken.status, StatusCode::CONFLICT, "{}", taken.body);
    assert_eq!(unfit.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", unfit.body);
    assert_eq!(gone.json()["identity"], Value::Null);
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
    let large: String = (0..60_000)
        .map(|number| format!("example-number-{number}.com\n"))
        .collect();
    assert!(large.len() > 1 << 20);
    let merged = me.send(Method::POST, "/filings?import=merge", large, &csv).await;
    assert_eq!(merged.json()["count"], 60_000, "{}", merged.body);
    let terms = json!({ "notFiled": "warns", "unknown": "stops" });
    assert_eq!(me.put("/filings/terms", terms.clone()).await.json(), terms);
    assert_eq!(me.get("/filings").await.json()["terms"], terms);
}

async fn d5_where_a_service_is_asked_it_is_named_and_nothing_is_imported(database: &Database) {
    let (register, origin) = register_that_is_away();
    let store = database.open().await;
    let edit = |settings: &mut Settings| settings.register = Some(register);
    let served = Served::set_up(Arc::clone(&store), None, edit).await;
    let me = Api::operator(&served, &store).await;

    let before = me.get("/filings").await.json();
    me.get("/filings/of/example.com").await;
    let after = me.get("/filings").await.json();
    let csv = [("content-type", "text/csv")];
    let path = "/filings?import=replace";
    let refused = me
        .send(Method::POST, path, "example.com\n".to_owned(), &csv)
        .await;

    let unasked = json!({ "origin": origin, "lastAnswer": null });
    assert_eq!(
        (&before["register"], &before["service"]),
        (&json!("given"), &unasked)
    );
    let fault = after["service"]["lastAnswer"]["fault"].as_str().unwrap();
    assert!(fault.contains("can't be reached"), "{after}");
    assert_eq!(refused.status, StatusCode::CONFLICT, "{}", refused.body);
    assert!(
        refused.body.contains("/problems/given-register"),
        "{}",
        refused.body
    );
    assert_eq!(me.get("/filings").await.json()["imported"], Value::Null);
}

async fn d5_what_is_published_without_a_filing_is_told(database: &Database) {
    let (served, store) = served(database).await;
    let me = Api::operator(&served, &store).await;
    let register = "filed.com\n".to_owned();
    let csv = [("content-type", "text/csv")];
    me.send(Method::POST, "/filings?import=replace", register, &csv)
        .await;
    let terms = json!({ "notFiled": "warns", "unknown": "stops" });
    me.put("/filings/terms", terms).await;
    let lists = json!({ "request": ["https://api.other.com", "https://filed.com"] });
    me.put("/apps/wx1/draft", json!({ "lists": lists })).await;

    for step in ["submit", "approve"] {
        me.post(&format!("/apps/wx1/draft/{step}"), json!({})).await;
    }
    let published = me.post("/apps/wx1/draft/publish", json!({})).await.json();

    let unfiled = &published["unfiled"];
    assert_eq!(unfiled[0]["told"], "`other.com` has no ICP filing", "{published}");
    assert_eq!(unfiled.as_array().unwrap().len(), 1);
    let row = me.get("/audit?action=domains.publish").await.json();
    assert_eq!(row["items"][0]["after"]["unfiled"][0]["domain"], "other.com");
    let mut eve = served.signed_in("eve", Some(Role::Auditor), &[]).await;
    for page in ["/apps/wx1", "/apps/wx1/versions/1"] {
        let shown = eve.get(page).await.in_words();
        assert!(shown.contains("`other.com` has no ICP filing"), "{shown}");
    }
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

async fn operators_see_and_revoke_somebodys_tokens(database: &Database) {
    let (served, store) = served(database).await;
    let me = Api::operator(&served, &store).await;
    let ann = Api::of(&served, &store, "ann", &[("wx1", Role::Owner)], &Right::ALL).await;

    let tokens = me.get("/accounts/ann/tokens").await.json();
    assert_eq!(tokens[0]["owner"], "ann");
    let id = tokens[0]["id"].as_str().unwrap();
    assert_eq!(
        ann.get("/accounts/ann/tokens").await.status,
        StatusCode::FORBIDDEN
    );
    let revoked = me.delete(&format!("/accounts/ann/tokens/{id}")).await;

    assert_eq!(revoked.status, StatusCode::NO_CONTENT, "{}", revoked.body);
    assert_eq!(ann.get("/apps/wx1").await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(
        me.get("/accounts/nobody/tokens").await.status,
        StatusCode::NOT_FOUND
    );
    assert_eq!(
        me.post_nothing("/accounts/ann/end-sessions").await.status,
        StatusCode::NO_CONTENT
    );
}

async fn operators_retire_keys(database: &Database) {
    let (served, store) = served(database).await;
    let me = Api::operator(&served, &store).await;
    me.post_nothing("/keys/announce?reason=it%20leaks").await;
    let keys = me.post("/keys/rotate", json!({ "holdSeconds": 60 })).await.json();
    let key = |stage: &str| {
        let mut each = keys.as_array().unwrap().iter();
        let found = each.find(|key| key["stage"] == stage).unwrap();
        found["key"].as_str().unwrap().to_owned()
    };
    let signs = me.delete(&format!("/keys/{}", key("signing"))).await;
    assert_eq!(signs.status, StatusCode::CONFLICT, "{}", signs.body);
    let gone = format!("/keys/{}?reason=it%20leaked", key("retired"));
    assert_eq!(me.delete(&gone).await.json().as_array().unwrap().len(), 1);
    assert_eq!(me.delete(&gone).await.status, StatusCode::NOT_FOUND);
    let rows = me.get("/audit?limit=1").await.json();
    assert_eq!(
        (&rows["items"][0]["action"], &rows["items"][0]["reason"]),
        (&json!("keys.retire"), &json!("it leaked"))
    );
}

async fn no_key_is_announced_that_runtimes_wouldnt_take(database: &Database) {
    let (served, store) = served(database).await;
    let me = Api::operator(&served, &store).await;
    for days in 1..16 {
        let hold = json!({ "holdSeconds": days * 86_400 });
        me.post_nothing("/keys/announce").await;
        assert_eq!(me.post("/keys/rotate", hold).await.status, StatusCode::OK);
    }

    let full = me.post_nothing("/keys/announce").await;

    assert_eq!(
        (full.status, full.kind()),
        (StatusCode::CONFLICT, "/problems/conflict".to_owned())
    );
    let first = me.get("/keys").await.json()[0]["key"].clone();
    let (told, first) = (full.json()["detail"].clone(), first.as_str().unwrap());
    assert!(told.as_str().unwrap().contains(first), "{told}");
}

async fn the_audit_log_is_searched(database: &Database) {
    let (_served, owner) = an_owner_and_their_log(database).await;
    let counted = async |path: &str| {
        let rows = owner.get(path).await.json();
        rows["items"].as_array().map(Vec::len)
    };

    // An owner without the platform's right sees their apps' rows.
    assert!(counted("/audit").await > Some(2));
    assert_eq!(counted("/audit?action=app.settings").await, Some(1));
    assert_eq!(counted("/audit?action=app").await, Some(2));
    assert_eq!(counted("/audit?since=2999-01-01T00:00:00Z").await, Some(0));
    assert_eq!(counted("/audit?until=2000-01-01T00:00:00Z").await, Some(0));
    assert_eq!(counted("/audit?actor=app:wx1").await, Some(0));
    assert_eq!(owner.get("/audit?action=A").await.status, StatusCode::BAD_REQUEST);
}

async fn the_audit_log_is_exported(database: &Database) {
    let (_served, owner) = an_owner_and_their_log(database).await;

    let csv = owner
        .get("/audit/export?format=csv&action=app.settings")
        .await
        .body;
    let json = owner.get("/audit/export?format=json&app=wx1").await.json();
    let other = owner.get("/audit/export?format=csv&app=wx2").await;

    assert!(csv.starts_with("\u{feff}sequence,at,actor"), "{csv}");
    assert!(csv.contains("'=1+1") && csv.lines().count() == 2, "{csv}");
    let rows = json.as_array().unwrap();
    assert!(rows.iter().any(|row| row["reason"] == "=1+1"), "{json}");
    assert_eq!(other.status, StatusCode::NOT_FOUND);
}

async fn an_owner_and_their_log(database: &Database) -> (Served, Api) {
    let (served, store) = served(database).await;
    let operator = Api::operator(&served, &store).await;
    operator
        .patch("/apps/wx1", json!({ "name": "Shop 2", "reason": "=1+1" }))
        .await;
    let owner = Api::of(&served, &store, "ann", &[("wx1", Role::Owner)], &Right::ALL).await;
    (served, owner)
}

async fn a_platforms_auditor_reads_what_operators_read(database: &Database) {
    let (served, store) = served(database).await;
    let auditor = Api::with_roles(&served, &store, "eve", Some(Role::Auditor), &[], &Right::ALL).await;
    let owner = Api::of(&served, &store, "ann", &[("wx1", Role::Owner)], &Right::ALL).await;

    for path in [
        "/accounts",
        "/accounts/eve",
        "/accounts/eve/tokens",
        "/blocks",
        "/keys",
        "/filings",
    ] {
        assert_eq!(auditor.get(path).await.status, StatusCode::OK, "{path}");
        assert_eq!(owner.get(path).await.status, StatusCode::FORBIDDEN, "{path}");
    }
    let renamed = auditor
        .patch("/accounts/eve", json!({ "displayName": "Eve" }))
        .await;
    assert_eq!(renamed.status, StatusCode::FORBIDDEN);
}
