//! Drafts, and what is asked of lists.

use hyper::{Method, StatusCode};
use minigate_console::access::{Right, Role};
use serde_json::{Value, json};

use super::{Api, served};
use crate::database::{Database, on_both};
use crate::people::{hours, person};

on_both! {
    d2_a_draft_becomes_effective_by_the_api
    d2_rolling_back_holds_for_the_draft_that_was_looked_at
    d3_a_bad_entry_is_a_problem_with_its_rule_and_its_remedy
    a_step_is_taken_only_on_the_draft_that_was_looked_at
    what_would_become_of_a_call_is_told
    t10_a_preflight_is_begun_and_read
    a_draft_is_exported_and_imported_again
    an_import_of_nothing_changes_nothing
    what_waits_for_approval_is_listed_to_who_sees_the_app
    who_takes_something_away_says_why
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
    assert_eq!(effective["lists"]["request"], json!(["https://api.example.com"]));
    assert_eq!(effective["note"], "first");
    let csv = me.get("/apps/wx1/domains/export?format=csv").await;
    assert_eq!(csv.body, "interface,entry\nrequest,https://api.example.com\n");
    let removed = json!({ "text": csv.body, "format": "csv", "mode": "remove" });
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
    assert_eq!(difference[0]["added"], json!(["https://api.example.com"]));
}

async fn d2_rolling_back_holds_for_the_draft_that_was_looked_at(database: &Database) {
    let (served, store) = served(database).await;
    let me = Api::of(&served, &store, "ann", &[("wx1", Role::Owner)], &Right::ALL).await;
    let path = "/apps/wx1/versions/1/roll-back";
    for host in ["https://a.example.com", "https://b.example.com"] {
        me.put("/apps/wx1/draft", json!({ "lists": { "request": [host] } }))
            .await;
        for step in ["submit", "approve", "publish"] {
            me.post(&format!("/apps/wx1/draft/{step}"), json!({})).await;
        }
    }
    let draft = json!({ "lists": { "request": ["https://c.example.com"] } });
    let written = me.put("/apps/wx1/draft", draft).await;
    let tag = written.headers["etag"].to_str().unwrap();

    let refused = [("if-match", "\"1\""), ("if-none-match", "*")];
    for condition in refused {
        let moved = me.ask(Method::POST, path, Some(json!({})), &[condition]).await;
        assert_eq!(moved.status, StatusCode::PRECONDITION_FAILED, "{}", moved.body);
    }
    let back = me
        .ask(Method::POST, path, Some(json!({})), &[("if-match", tag)])
        .await;

    assert_eq!(back.json()["lists"]["request"], json!(["https://a.example.com"]));
}

async fn what_waits_for_approval_is_listed_to_who_sees_the_app(database: &Database) {
    let (served, store) = served(database).await;
    let ann = Api::of(&served, &store, "ann", &[("wx1", Role::Developer)], &Right::ALL).await;
    served.app("wx2").await;
    let eve = Api::of(&served, &store, "eve", &[("wx2", Role::Owner)], &Right::ALL).await;
    let operator = Api::operator(&served, &store).await;
    let lists = json!({ "lists": { "request": ["https://api.example.com"] } });
    ann.put("/apps/wx1/draft", lists).await;

    let before = operator.get("/approvals").await.json();
    ann.post("/apps/wx1/draft/submit", json!({})).await;
    let [anns, eves, all] = [
        ann.get("/approvals").await.json(),
        eve.get("/approvals").await.json(),
        operator.get("/approvals?limit=1").await.json(),
    ];

    assert_eq!(before["items"], json!([]));
    assert_eq!(eves, json!({ "items": [], "next": null }));
    assert_eq!((&anns, &all["next"]), (&all, &Value::Null));
    let waiting = &all["items"][0];
    assert_eq!(
        (
            &waiting["app"],
            &waiting["draft"]["state"],
            &waiting["draft"]["author"]
        ),
        (&json!("wx1"), &json!("submitted"), &json!("ann"))
    );
    let revision = format!("\"{}\"", waiting["revision"]);
    assert_eq!(
        ann.get("/apps/wx1/draft").await.headers["etag"],
        revision.as_str()
    );
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
    let pasted = json!({ "text": "https://a.example.com\nws://b.example.com", "format": "lines", "interface": "request", "mode": "add" });
    let pasted = me.post("/apps/wx1/draft/import", pasted).await;
    assert_eq!(
        (pasted.status, &pasted.json()["entries"][0]["rule"]),
        (StatusCode::UNPROCESSABLE_ENTITY, &json!("D3"))
    );
    let typed = json!({ "text": "https://a.example.com\nhttp://b.example.com", "format": "lines", "interface": "request" });
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
    assert!(again.body.contains("There is a draft already"), "{}", again.body);
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

async fn t10_a_preflight_is_begun_and_read(database: &Database) {
    let (served, store) = served(database).await;
    let me = Api::of(&served, &store, "ann", &[("wx1", Role::Owner)], &Right::ALL).await;
    let nothing = me.get("/apps/wx1/preflight").await.json();
    assert_eq!(nothing, json!({ "running": null, "found": null }));
    let none = me.post_nothing("/apps/wx1/preflight").await;
    assert_eq!(none.status, StatusCode::NOT_FOUND, "there is no draft");
    me.put(
        "/apps/wx1/draft",
        json!({ "lists": { "request": ["https://api.example.com"] } }),
    )
    .await;

    let begun = me.post_nothing("/apps/wx1/preflight").await;
    served.console.settle().await;

    assert_eq!(begun.status, StatusCode::ACCEPTED, "{}", begun.body);
    assert_eq!(begun.headers["location"], "/api/v1/apps/wx1/preflight");
    let found = me.get("/apps/wx1/preflight").await.json();
    assert_eq!(found["running"], Value::Null);
    let found = &found["found"];
    assert_eq!((&found["passed"], &found["by"]), (&json!(false), &json!("ann")));
    assert_eq!(found["entries"][0]["entry"], "https://api.example.com");
    let host = &found["hosts"][0];
    assert_eq!(host["entry"], "https://api.example.com");
    assert!(!host["findings"].as_array().unwrap().is_empty(), "{host}");
    assert_eq!(me.get("/certificates?days=1000").await.json(), json!([]));
}

async fn an_import_of_nothing_changes_nothing(database: &Database) {
    let (served, store) = served(database).await;
    let me = Api::of(&served, &store, "ann", &[("wx1", Role::Owner)], &Right::ALL).await;
    let lists = json!({ "request": ["https://a.com"], "connectSocket": ["wss://a.com"] });
    me.put("/apps/wx1/draft", json!({ "lists": lists })).await;
    let before = me.get("/apps/wx1/draft").await.headers["etag"].clone();
    let import = async |text: &str, format: &str, mode: &str| {
        let text = json!({ "text": text, "format": format, "interface": "request", "mode": mode });
        me.post("/apps/wx1/draft/import", text).await
    };

    for mode in ["add", "remove", "replace"] {
        for (text, format) in [
            ("", "lines"),
            (" \n# ours\n", "lines"),
            ("interface,entry\n", "csv"),
            ("{}", "lists"),
            ("{}", "platform"),
        ] {
            let refused = import(text, format, mode).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
            let told = "There is nothing to import: the text has no entry.";
            assert_eq!(refused.json()["detail"], told);
        }
    }
    assert_eq!(me.get("/apps/wx1/draft").await.headers["etag"], before);
    let emptied = import(r#"{"request":[]}"#, "lists", "replace").await;
    assert_eq!(emptied.json()["lists"]["request"], json!([]));
}

async fn a_draft_is_exported_and_imported_again(database: &Database) {
    let (served, store) = served(database).await;
    let me = Api::of(&served, &store, "ann", &[("wx1", Role::Owner)], &Right::ALL).await;
    let lists = json!({ "request": ["https://a.example.com"], "connectSocket": ["wss://b.example.com"] });
    me.put("/apps/wx1/draft", json!({ "lists": lists })).await;

    for format in ["csv", "platform", "lists"] {
        let exported = me.get(&format!("/apps/wx1/draft/export?format={format}")).await;
        assert_eq!(exported.status, StatusCode::OK, "{}", exported.body);
        let text = json!({ "text": exported.body, "format": format, "mode": "replace" });
        let imported = me.post("/apps/wx1/draft/import", text).await.json();
        assert_eq!(imported["lists"]["request"], lists["request"], "{format}");
        assert_eq!(
            imported["lists"]["connectSocket"], lists["connectSocket"],
            "{format}"
        );
    }
    assert_eq!(me.delete("/apps/wx1/draft").await.status, StatusCode::NO_CONTENT);
    let none = me.get("/apps/wx1/draft/export?format=csv").await;
    assert_eq!(none.status, StatusCode::NOT_FOUND);
}

async fn who_takes_something_away_says_why(database: &Database) {
    let (served, store) = served(database).await;
    let me = Api::operator(&served, &store).await;
    person(&store, "bob", None).await;
    me.put(
        "/apps/wx1/draft",
        json!({ "lists": { "request": ["https://a.example.com"] } }),
    )
    .await;
    me.put(
        "/apps/wx1/members/bob",
        json!({ "role": "developer", "reason": "so" }),
    )
    .await;
    me.put("/blocks/evil.example.com", json!({ "reason": "malware" }))
        .await;
    let grant = json!({ "releases": ["develop"], "until": hours(1), "reason": "no domain yet" });
    me.put("/apps/wx1/grant", grant).await;

    for path in [
        "/apps/wx1/draft",
        "/apps/wx1/members/bob",
        "/apps/wx1/grant",
        "/blocks/evil.example.com",
    ] {
        let unfit = me.delete(&format!("{path}?reason=a%07b")).await;
        assert_eq!(unfit.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", unfit.body);
        let gone = me.delete(&format!("{path}?reason=it%20is%20over")).await;
        assert_eq!(gone.status, StatusCode::NO_CONTENT, "{path}: {}", gone.body);
        let row = &me.get("/audit?limit=1").await.json()["items"][0];
        assert_eq!(row["reason"], "it is over", "{path}: {row}");
    }
    me.patch("/accounts/bob", json!({ "disabled": true, "reason": "left" }))
        .await;
    let row = &me.get("/audit?limit=1").await.json()["items"][0];
    assert_eq!(
        (&row["action"], &row["reason"]),
        (&json!("account.disable"), &json!("left"))
    );
}
