//! The pages of what waits for approval, of the audit log, and of the block list.

use hyper::StatusCode;
use minigate_console::access::{Caller, Right, Role};
use minigate_console::store::{Change, Entry, Logged};
use minigate_console::{app, block};
use minigate_policy::Era;
use serde_json::json;

use crate::database::{Database, on_both};
use crate::served::{Browser, Served};
use crate::store::now;

on_both! {
    d2_a_draft_is_approved_where_it_waits
    d2_ones_own_draft_isnt_offered_where_two_are_needed
    only_the_draft_that_was_seen_is_approved
    whoever_sees_an_app_sees_its_draft_and_nobody_else
    the_log_is_read_by_filters_and_pages
    the_log_can_be_narrowed_and_downloaded
    a_download_is_the_whole_log_in_pieces
    an_apps_people_read_its_log_only
    an_apps_own_log_is_there_for_its_people_only
    hostile_text_in_the_log_is_text
    a_block_that_cant_be_is_told_and_kept_in_the_form
    a_domain_is_blocked_and_lifted
    only_operators_see_the_block_list
}

async fn d2_a_draft_is_approved_where_it_waits(database: &Database) {
    let served = Served::on(database).await;
    served.app("wx1").await;
    let mut owner = served.signed_in("ann", None, &[("wx1", Role::Owner)]).await;
    let mut developer = served.signed_in("dan", None, &[("wx1", Role::Developer)]).await;
    submit_draft(&mut developer, "wx1", "https://api.example.com").await;

    let shown = owner.get("/approvals").await;
    assert!(shown.body.contains("https://api.example.com"), "{}", shown.body);
    assert!(shown.body.contains("no pre-flight of these entries"));
    let seen = shown.field("revision").to_owned();
    let approved = answer(&mut owner, "wx1", "approve", &seen).await;

    assert_eq!(
        (approved.status, approved.location()),
        (StatusCode::SEE_OTHER, "/approvals")
    );
    assert!(owner.get("/approvals").await.body.contains("Nothing waits"));
    assert!(owner.get("/apps/wx1/draft").await.body.contains("approved by"));
}

async fn d2_ones_own_draft_isnt_offered_where_two_are_needed(database: &Database) {
    let served = Served::on(database).await;
    let by = Caller::local("root").allow(Right::Operate, None, now()).unwrap();
    let id = "wx1".parse().unwrap();
    app::create(served.console.store(), &id, "Shop", Era::Current, true, &by)
        .await
        .unwrap();
    let mut owner = served.signed_in("ann", None, &[("wx1", Role::Owner)]).await;
    submit_draft(&mut owner, "wx1", "https://api.example.com").await;

    let shown = owner.get("/approvals").await;
    assert!(shown.body.contains("your own draft"));
    assert!(!shown.body.contains("value=\"approve\""));
    let seen = shown.field("revision").to_owned();

    assert_eq!(
        answer(&mut owner, "wx1", "approve", &seen).await.status,
        StatusCode::FORBIDDEN
    );
    assert_eq!(
        answer(&mut owner, "wx1", "refuse", &seen).await.status,
        StatusCode::SEE_OTHER
    );
}

async fn only_the_draft_that_was_seen_is_approved(database: &Database) {
    let served = Served::on(database).await;
    served.app("wx1").await;
    let mut owner = served.signed_in("ann", None, &[("wx1", Role::Owner)]).await;
    submit_draft(&mut owner, "wx1", "https://api.example.com").await;

    let late = answer(&mut owner, "wx1", "approve", "1").await;

    assert_eq!(late.status, StatusCode::PRECONDITION_FAILED);
    assert!(owner.get("/approvals").await.body.contains("api.example.com"));
}

async fn whoever_sees_an_app_sees_its_draft_and_nobody_else(database: &Database) {
    let served = Served::on(database).await;
    served.app("wx1").await;
    served.app("wx2").await;
    let mut ann = served.signed_in("ann", None, &[("wx1", Role::Owner)]).await;
    let mut bob = served.signed_in("bob", None, &[("wx2", Role::Owner)]).await;
    let mut eve = served.signed_in("eve", Some(Role::Auditor), &[]).await;
    submit_draft(&mut ann, "wx1", "https://api.example.com").await;

    let seen = ann.get("/approvals").await.field("revision").to_owned();
    assert!(!bob.get("/approvals").await.body.contains("api.example.com"));
    assert_eq!(
        answer(&mut bob, "wx1", "approve", &seen).await.status,
        StatusCode::NOT_FOUND
    );
    let auditors = eve.get("/approvals").await.body;
    assert!(auditors.contains("api.example.com") && !auditors.contains("value=\"approve\""));
    assert_eq!(
        answer(&mut eve, "wx1", "approve", &seen).await.status,
        StatusCode::FORBIDDEN
    );
}

async fn the_log_is_read_by_filters_and_pages(database: &Database) {
    let served = Served::on(database).await;
    log_of_120(&served).await;
    let mut root = served.signed_in("root", Some(Role::PlatformOperator), &[]).await;

    let first = root.get("/audit?action=domains").await.body;
    assert!(first.contains("actor119") && first.contains("actor70") && !first.contains("actor69<"));
    let older = link(&first, "before=");
    let second = root.get(&format!("/audit?{older}")).await.body;
    assert!(second.contains("actor69") && second.contains("actor20") && !first.contains("actor19<"));
}

async fn the_log_can_be_narrowed_and_downloaded(database: &Database) {
    let served = Served::on(database).await;
    log_of_120(&served).await;
    let mut root = served.signed_in("root", Some(Role::PlatformOperator), &[]).await;

    let one = root
        .get("/audit?actor=actor7&since=2020-01-01&until=2099-01-01")
        .await
        .body;
    assert!(one.contains("actor7<") && !one.contains("actor70"));
    assert!(
        root.get("/audit?until=2001-01-01")
            .await
            .body
            .contains("no such entry")
    );
    assert_eq!(root.get("/audit?since=x").await.status, StatusCode::BAD_REQUEST);
    let csv = root.get("/audit.csv?action=domains.write").await;
    assert_eq!(csv.body.lines().count(), 121);
    assert_eq!(csv.headers["content-type"], "text/csv; charset=utf-8");
    let json: serde_json::Value =
        serde_json::from_str(&root.get("/audit.json?actor=actor7").await.body).unwrap();
    assert_eq!(json[0]["actor"], "actor7");
}

async fn a_download_is_the_whole_log_in_pieces(database: &Database) {
    let served = Served::on(database).await;
    log_of_120(&served).await;
    let mut root = served.signed_in("root", Some(Role::PlatformOperator), &[]).await;

    let json = root.get("/audit.json?action=domains.write").await;
    let none = root.get("/audit.json?actor=nobody").await;
    let no_line = root.get("/audit.csv?actor=nobody").await;

    assert!(!json.headers.contains_key("content-length"), "{:?}", json.headers);
    let rows: Vec<Logged> = serde_json::from_str(&json.body).unwrap();
    let actors: Vec<_> = rows.iter().map(|row| row.entry.actor.as_str()).collect();
    let all: Vec<_> = (0..120).rev().map(|number| format!("actor{number}")).collect();
    assert_eq!(actors, all);
    assert_eq!(none.body, "[]");
    assert_eq!(no_line.body.lines().count(), 1);
}

async fn an_apps_people_read_its_log_only(database: &Database) {
    let served = Served::on(database).await;
    served.app("wx1").await;
    served.app("wx2").await;
    let mut ann = served.signed_in("ann", None, &[("wx1", Role::Owner)]).await;
    let mut dan = served.signed_in("dan", None, &[("wx1", Role::Developer)]).await;
    let mut eve = served.signed_in("eve", Some(Role::Auditor), &[]).await;

    for path in ["/audit", "/audit.csv", "/audit.json", "/audit?action=app"] {
        let own = ann.get(path).await;
        assert_eq!(own.status, StatusCode::OK);
        assert!(own.body.contains("wx1") && !own.body.contains("wx2"), "{path}");
        assert_eq!(dan.get(path).await.status, StatusCode::FORBIDDEN, "{path}");
        assert!(eve.get(path).await.body.contains("wx2"), "{path}");
    }
}

async fn an_apps_own_log_is_there_for_its_people_only(database: &Database) {
    let served = Served::on(database).await;
    served.app("wx1").await;
    served.app("wx2").await;
    let mut ann = served.signed_in("ann", None, &[("wx1", Role::Owner)]).await;
    let mut dan = served.signed_in("dan", None, &[("wx1", Role::Developer)]).await;

    assert_eq!(ann.get("/audit?app=wx2").await.status, StatusCode::NOT_FOUND);
    assert_eq!(ann.get("/apps/wx2/audit").await.status, StatusCode::NOT_FOUND);
    assert_eq!(dan.get("/apps/wx1/audit").await.status, StatusCode::FORBIDDEN);
    assert!(ann.get("/apps/wx1/audit").await.body.contains("made the app"));
    assert!(!dan.get("/").await.body.contains("href=\"/audit\""));
}

async fn hostile_text_in_the_log_is_text(database: &Database) {
    let served = Served::on(database).await;
    let entry = Entry::new("=cmd|'/c calc'!A1", "<script>alert(1)</script>")
        .from("\u{202e}evil")
        .because("\"><img src=x onerror=alert(2)>")
        .after(json!({ "<svg onload=alert(3)>": "</details><script>alert(4)</script>" }));
    let store = served.console.store();
    store.commit(&Change::new(entry), now()).await.unwrap();
    let mut root = served.signed_in("root", Some(Role::PlatformOperator), &[]).await;

    let shown = root.get("/audit?actor=%22%3E%3Cscript%3E&app=").await.body;
    assert!(!shown.contains("\"><script>"));
    let shown = root.get("/audit").await.body;
    for bad in ["<script>alert", "<img src=x", "<svg onload", "\u{202e}"] {
        assert!(!shown.contains(bad), "{bad}");
    }
    let injected = root.get("/audit?actor=x%27%20OR%201%3D1--").await;
    assert!(injected.status == StatusCode::OK && injected.body.contains("no such entry"));
    assert!(root.get("/audit.csv").await.body.contains("\"'=cmd"));
}

async fn a_block_that_cant_be_is_told_and_kept_in_the_form(database: &Database) {
    let served = Served::on(database).await;
    let mut root = served.signed_in("root", Some(Role::PlatformOperator), &[]).await;

    let bad = [("domain", "evil com"), ("reason", "<b>spam</b>"), ("until", "")];
    let refused = root.submit("/blocks", "/blocks", &bad).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.body.contains("&lt;b&gt;spam"), "{}", refused.body);
    let over = [
        ("domain", "evil.com"),
        ("reason", "spam"),
        ("until", "2001-01-01"),
    ];
    let over = root.submit("/blocks", "/blocks", &over).await;
    assert_eq!(over.status, StatusCode::UNPROCESSABLE_ENTITY);
}

async fn a_domain_is_blocked_and_lifted(database: &Database) {
    let served = Served::on(database).await;
    served.app("wx1").await;
    let mut root = served.signed_in("root", Some(Role::PlatformOperator), &[]).await;
    submit_draft(&mut root, "wx1", "https://api.evil.com").await;
    for step in ["approve", "publish"] {
        let fields = [("step", step)];
        root.submit("/apps/wx1/draft", "/apps/wx1/draft/step", &fields)
            .await;
    }

    let good = [("domain", "evil.com"), ("reason", "<b>spam</b>"), ("until", "")];
    let added = root.submit("/blocks", "/blocks", &good).await;
    assert_eq!(added.status, StatusCode::SEE_OTHER);
    let shown = root.get("/blocks").await.body;
    assert!(
        shown.contains("evil.com") && shown.contains("href=\"/apps/wx1\""),
        "{shown}"
    );
    assert!(!shown.contains("<b>spam"));

    let lifted = root
        .submit("/blocks", "/blocks/lift", &[("domain", "evil.com")])
        .await;
    assert_eq!(lifted.status, StatusCode::SEE_OTHER);
    assert!(block::blocks(served.console.store()).await.unwrap().is_empty());
}

async fn only_operators_see_the_block_list(database: &Database) {
    let served = Served::on(database).await;
    served.app("wx1").await;
    let mut ann = served.signed_in("ann", None, &[("wx1", Role::Owner)]).await;

    assert_eq!(ann.get("/blocks").await.status, StatusCode::FORBIDDEN);
    let fields = [("domain", "evil.com"), ("reason", "x")];
    let sent = ann.submit("/", "/blocks", &fields).await;
    assert_eq!(sent.status, StatusCode::FORBIDDEN);
    assert!(block::blocks(served.console.store()).await.unwrap().is_empty());
}

async fn submit_draft(browser: &mut Browser, app: &str, entry: &str) {
    let page = format!("/apps/{app}/draft");
    let fields = [("request", entry), ("reason", "new <i>shop</i>"), ("do", "save")];
    browser.submit(&page, &page, &fields).await;
    let step = format!("{page}/step");
    let sent = browser.submit(&page, &step, &[("step", "submit")]).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.body);
}

async fn log_of_120(served: &Served) {
    for number in 0..120 {
        let entry = Entry::new(format!("actor{number}"), "domains.write").about("wx1");
        let change = Change::new(entry);
        served.console.store().commit(&change, now()).await.unwrap();
    }
}

async fn answer(browser: &mut Browser, app: &str, step: &str, seen: &str) -> crate::served::Answer {
    let fields = [("step", step), ("revision", seen)];
    browser.submit("/", &format!("/approvals/{app}"), &fields).await
}

/// The first link of a page whose query has this in it.
fn link(page: &str, part: &str) -> String {
    let queries = page.split("href=\"?").skip(1);
    let queries = queries.map(|rest| rest.split('"').next().unwrap());
    let found = queries.into_iter().find(|query| query.contains(part));
    found.expect("a link").replace("&amp;", "&")
}
