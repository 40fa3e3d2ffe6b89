//! Pre-flights, as the pages begin and show them.

use std::sync::Arc;

use hyper::StatusCode;
use minigate_console::access::Role;
use minigate_console::preflight::Hosts;
use minigate_policy::AppId;
use minigate_testkit::lab::{self, Lab};

use crate::database::{Database, on_both};
use crate::people::log;
use crate::preflight::inspector;
use crate::served::{Browser, Served};

on_both! {
    t10_a_preflight_is_begun_and_its_picture_shown
    t4_what_a_preflight_finds_is_told_in_the_pages_language
    t10_a_page_under_way_is_loaded_anew_without_a_script
    t10_whoever_cant_write_cant_begin_one
}

async fn t10_a_preflight_is_begun_and_its_picture_shown(database: &Database) {
    let lab = Lab::at(lab::now());
    let server = lab.start(lab::fault("complete")).await;
    let entry = format!("https://{}:{}", server.host(), server.addr().port());
    let (served, mut dev) = looked_at(database, &lab, server.host(), &entry).await;

    let begun = dev.submit(PAGE, PAGE, &[("reason", "before the sale")]).await;
    served.console.settle().await;
    let shown = dev.get(PAGE).await.body;

    let log = log(served.console.store()).await;
    let row = log.iter().find(|row| row.entry.action == "preflight.begin");
    assert_eq!(row.unwrap().entry.reason.as_deref(), Some("before the sale"));
    assert_eq!((begun.status, begun.location()), (StatusCode::SEE_OTHER, PAGE));
    // The laboratory's clock is not the console's, which is told as something to mend.
    assert!(shown.contains("Passed") && shown.contains(&entry), "{shown}");
    assert!(
        shown.contains("class=\"grade warn\"") && shown.contains("✓ works"),
        "{shown}"
    );
    assert!(!shown.contains("http-equiv=\"refresh\""));
}

async fn t4_what_a_preflight_finds_is_told_in_the_pages_language(database: &Database) {
    let lab = Lab::at(lab::now());
    let server = lab.start(lab::fault("expired")).await;
    let entry = format!("https://{}:{}", server.host(), server.addr().port());
    let (served, mut dev) = looked_at(database, &lab, server.host(), &entry).await;
    dev.submit(PAGE, PAGE, &[]).await;
    served.console.settle().await;

    let english = dev.get(PAGE).await.body;
    dev.cookies.insert("lang".to_owned(), "zh".to_owned());
    let chinese = dev.get(PAGE).await.body;

    assert!(
        english.contains("Not passed") && english.contains("What to do first"),
        "{english}"
    );
    assert!(
        english.contains(">T4<") && english.contains("✕ fails"),
        "{english}"
    );
    assert!(
        chinese.contains("未通过") && chinese.contains("✕ 失败"),
        "{chinese}"
    );
}

async fn t10_a_page_under_way_is_loaded_anew_without_a_script(database: &Database) {
    let lab = Lab::at(lab::now());
    let (served, mut dev) = looked_at(database, &lab, "nobody.com", "https://a.com").await;
    let id: AppId = "wx1".parse().unwrap();
    let by = crate::domains::by_at("<b>somebody</b>", crate::store::now());
    // It is begun and never run, as by a process that has died since.
    let _begun = minigate_console::preflight::begin(served.console.store(), &id, &by)
        .await
        .unwrap();

    let shown = dev.get(PAGE).await.body;
    let again = dev.submit("/apps/wx1", PAGE, &[]).await;

    assert!(
        shown.contains("<noscript><meta http-equiv=\"refresh\""),
        "{shown}"
    );
    assert!(
        shown.contains("data-under-way") && shown.contains("&lt;b&gt;somebody"),
        "{shown}"
    );
    assert!(shown.contains("Hosts: 0/1"), "{shown}");
    assert_eq!(again.status, StatusCode::SEE_OTHER);
}

async fn t10_whoever_cant_write_cant_begin_one(database: &Database) {
    let lab = Lab::at(lab::now());
    let (served, _dev) = looked_at(database, &lab, "nobody.com", "https://a.com").await;
    served.app("wx2").await;
    let mut auditor = served.signed_in("eve", None, &[("wx1", Role::Auditor)]).await;
    let mut other = served.signed_in("mallory", None, &[("wx2", Role::Owner)]).await;

    let read = auditor.get(PAGE).await;
    let begun = auditor.submit("/apps/wx1", PAGE, &[]).await;
    let foreign = (other.get(PAGE).await, other.submit("/apps/wx2", PAGE, &[]).await);
    let nothing = other.submit("/apps/wx2", "/apps/wx2/preflight", &[]).await;

    assert!(read.status == StatusCode::OK && !read.body.contains("Run the pre-flight"));
    assert_eq!(begun.status, StatusCode::FORBIDDEN);
    assert_eq!(
        (foreign.0.status, foreign.1.status),
        (StatusCode::NOT_FOUND, StatusCode::NOT_FOUND)
    );
    assert_eq!(nothing.status, StatusCode::NOT_FOUND);
}

async fn looked_at(database: &Database, lab: &Lab, host: &str, entry: &str) -> (Served, Browser) {
    let inspector = Arc::new(inspector(lab, host, Hosts::Any));
    let served = Served::with_inspector(database.open().await, inspector).await;
    served.app("wx1").await;
    let mut dev = served.signed_in("dan", None, &[("wx1", Role::Developer)]).await;
    let fields = [("request", entry), ("do", "save")];
    let saved = dev.submit("/apps/wx1/draft", "/apps/wx1/draft", &fields).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.body);
    (served, dev)
}

const PAGE: &str = "/apps/wx1/preflight";
