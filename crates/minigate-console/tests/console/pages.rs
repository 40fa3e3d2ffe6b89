//! The pages, as somebody without a script uses them.

use std::sync::Arc;

use async_trait::async_trait;
use hyper::{Method, StatusCode};
use minigate_console::access::Role;
use minigate_console::account::first_start;
use minigate_console::filing::{Filing, FilingRegister, FilingUnknown};
use minigate_policy::Domain;

use crate::database::{Database, on_both};
use crate::served::{Browser, PASSWORD, Served, form};
use crate::store::now;

on_both! {
    whoever_isnt_signed_in_is_led_to_the_sign_in_and_back
    a_link_sets_a_password_once
    d2_a_draft_becomes_effective_on_the_pages
    d3_a_bad_entry_is_told_and_nothing_is_lost_or_saved
    d5_a_draft_is_saved_before_its_filings_are_there
    d2_a_version_is_rolled_back_to
    d2_rolling_back_replaces_no_draft_unseen
    d2_rolling_back_says_that_a_draft_is_gone
    an_auditor_has_no_steps_to_take
    d2_a_blocked_entry_is_marked_among_the_effective_ones
    a_first_draft_is_offered_once
    a_query_that_means_nothing_is_told
    what_was_typed_as_a_name_comes_back_in_bounds
    two_versions_stay_chosen_where_they_are_compared
    d2_an_answer_holds_for_the_draft_that_was_looked_at
    d2_a_draft_isnt_saved_over_another_unseen
    a_form_without_the_sessions_token_changes_nothing
    one_apps_people_cant_see_another_app
    hostile_names_are_text
}

async fn whoever_isnt_signed_in_is_led_to_the_sign_in_and_back(database: &Database) {
    let served = Served::on(database).await;
    served.app("wx1").await;
    served.signed_in("ann", None, &[("wx1", Role::Owner)]).await;
    let mut browser = served.browser();

    let led = browser.get("/apps/wx1?a=b").await;
    assert_eq!(
        (led.status, led.location()),
        (StatusCode::SEE_OTHER, "/sign-in?next=%2Fapps%2Fwx1%3Fa%3Db")
    );
    let wrong = browser
        .post(
            "/sign-in",
            &[
                ("name", "ann"),
                ("password", "wrong wrong wrong"),
                ("next", "/apps/wx1"),
            ],
        )
        .await;
    assert_eq!(wrong.status, StatusCode::FORBIDDEN);
    assert!(wrong.body.contains("Name or password is wrong"));
    let right = browser
        .post(
            "/sign-in",
            &[("name", "ann"), ("password", PASSWORD), ("next", "/apps/wx1")],
        )
        .await;

    assert_eq!(
        (right.status, right.location()),
        (StatusCode::SEE_OTHER, "/apps/wx1")
    );
    assert_eq!(browser.get("/apps/wx1").await.status, StatusCode::OK);
}

async fn a_link_sets_a_password_once(database: &Database) {
    let served = Served::on(database).await;
    let name = "operator".parse().unwrap();
    let first = first_start(served.console.store(), &name, now()).await;
    let link = format!("/invited/{}", first.unwrap().unwrap().secret.reveal());
    let mut browser = served.browser();

    let shown = browser.get(&link).await;
    assert!(shown.body.contains("operator"));
    let short = browser
        .post(&link, &[("password", "short"), ("again", "short")])
        .await;
    assert_eq!(short.status, StatusCode::UNPROCESSABLE_ENTITY);
    let set = browser
        .post(&link, &[("password", PASSWORD), ("again", PASSWORD)])
        .await;
    assert_eq!(set.status, StatusCode::SEE_OTHER);
    assert_eq!(browser.get("/").await.status, StatusCode::OK);

    let again = served
        .browser()
        .post(&link, &[("password", PASSWORD), ("again", PASSWORD)])
        .await;
    assert_eq!(again.status, StatusCode::NOT_FOUND);
}

async fn d2_a_draft_becomes_effective_on_the_pages(database: &Database) {
    let served = Served::on(database).await;
    served.app("wx1").await;
    let mut owner = served.signed_in("ann", None, &[("wx1", Role::Owner)]).await;

    let fields = [
        ("request", "https://api.example.com"),
        ("connectSocket", "wss://push.example.com"),
        ("do", "save"),
    ];
    let saved = owner.submit("/apps/wx1/draft", "/apps/wx1/draft", &fields).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.body);
    for step in ["submit", "approve", "publish"] {
        let done = owner
            .submit(
                "/apps/wx1/draft",
                "/apps/wx1/draft/step",
                &[("step", step), ("reason", "first")],
            )
            .await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{step}: {}", done.body);
    }

    let page = owner.get("/apps/wx1").await;
    assert!(
        page.body.contains("version 1") && page.body.contains("wss://push.example.com"),
        "{}",
        page.body
    );
    assert!(page.body.contains("1 / 50"), "{}", page.body);
}

async fn d3_a_bad_entry_is_told_and_nothing_is_lost_or_saved(database: &Database) {
    let served = Served::on(database).await;
    served.app("wx1").await;
    let mut owner = served.signed_in("ann", None, &[("wx1", Role::Developer)]).await;

    let fields = [
        ("request", "https://good.example.com\nhttp://bad.example.com"),
        ("do", "save"),
    ];
    let refused = owner.submit("/apps/wx1/draft", "/apps/wx1/draft", &fields).await;

    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.body.contains("Nothing has been saved"));
    assert!(
        refused
            .body
            .contains("https://good.example.com\nhttp://bad.example.com")
    );
    assert!(refused.body.contains(">D3<"), "{}", refused.body);
    assert!(!owner.get("/apps/wx1").await.body.contains("good.example.com"));
}

async fn d2_a_version_is_rolled_back_to(database: &Database) {
    let served = Served::on(database).await;
    served.app("wx1").await;
    let mut owner = served.signed_in("ann", None, &[("wx1", Role::Owner)]).await;
    publish(&mut owner, "https://a.example.com").await;
    publish(&mut owner, "https://b.example.com").await;

    let back = owner
        .submit(
            "/apps/wx1/versions/1",
            "/apps/wx1/versions/1/roll-back",
            &[("reason", "b fails")],
        )
        .await;
    assert_eq!(back.location(), "/apps/wx1/draft");
    for step in ["submit", "approve", "publish"] {
        owner
            .submit("/apps/wx1/draft", "/apps/wx1/draft/step", &[("step", step)])
            .await;
    }

    let timeline = owner.get("/apps/wx1/versions").await.body;
    assert!(timeline.contains("Version 3"), "{timeline}");
    let difference = owner.get("/apps/wx1/diff?from=1&to=3").await.body;
    assert!(difference.contains("No difference."));
}

async fn d2_a_blocked_entry_is_marked_among_the_effective_ones(database: &Database) {
    let served = Served::on(database).await;
    served.app("wx1").await;
    let mut owner = served.signed_in("ann", None, &[("wx1", Role::Owner)]).await;
    let lists = [
        ("request", "https://a.example.com\nhttps://b.com"),
        ("do", "save"),
    ];
    owner.submit("/apps/wx1/draft", "/apps/wx1/draft", &lists).await;
    for step in ["submit", "approve", "publish"] {
        owner
            .submit("/apps/wx1/draft", "/apps/wx1/draft/step", &[("step", step)])
            .await;
    }
    assert!(!owner.get("/apps/wx1").await.body.contains(">blocked<"));
    let mut root = served.signed_in("root", Some(Role::PlatformOperator), &[]).await;

    let block = [("domain", "example.com"), ("reason", "phishing")];
    root.submit("/blocks", "/blocks", &block).await;

    for path in ["/apps/wx1", "/apps/wx1/versions/1"] {
        let page = owner.get(path).await.body;
        assert_eq!(page.matches(">blocked<").count(), 1, "{path}");
        assert!(page.contains("phishing"), "{path}");
    }
}

async fn a_form_without_the_sessions_token_changes_nothing(database: &Database) {
    let served = Served::on(database).await;
    served.app("wx1").await;
    let mut owner = served.signed_in("ann", None, &[("wx1", Role::Owner)]).await;
    let mut other = served.signed_in("bob", None, &[("wx1", Role::Owner)]).await;
    let anothers = other.get("/apps/wx1/draft").await.field("csrf").to_owned();

    let fields = |token| {
        [
            ("csrf", token),
            ("request", "https://api.example.com"),
            ("do", "save"),
        ]
    };
    for token in ["", "guess", anothers.as_str()] {
        let answer = owner.post("/apps/wx1/draft", &fields(token)).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{token}");
    }
    let headers = [("content-type", "text/plain")];
    let body = form(&[("request", "https://api.example.com"), ("do", "save")]);
    let plain = owner.ask(Method::POST, "/apps/wx1/draft", &headers, body).await;

    assert_eq!(plain.status, StatusCode::FORBIDDEN);
    assert!(
        !owner
            .get("/apps/wx1/draft")
            .await
            .body
            .contains("api.example.com")
    );
}

async fn one_apps_people_cant_see_another_app(database: &Database) {
    let served = Served::on(database).await;
    served.app("wx1").await;
    served.app("wx2").await;
    let mut ann = served.signed_in("ann", None, &[("wx1", Role::Owner)]).await;

    assert!(!ann.get("/").await.body.contains("wx2"));
    for path in [
        "/apps/wx2",
        "/apps/wx2/draft",
        "/apps/wx2/versions",
        "/apps/wx2/versions/1",
        "/apps/wx2/diff?from=1&to=1",
    ] {
        let answer = ann.get(path).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        assert!(!answer.body.contains("Shop"), "{path}");
    }
    let sent = ann
        .submit(
            "/apps/wx1/draft",
            "/apps/wx2/draft",
            &[("request", "https://api.example.com"), ("do", "save")],
        )
        .await;
    assert_eq!(sent.status, StatusCode::NOT_FOUND);
}

async fn hostile_names_are_text(database: &Database) {
    let served = Served::on(database).await;
    let mut root = served.signed_in("root", Some(Role::PlatformOperator), &[]).await;
    let name = "<script>alert(1)</script>\"'";

    let unseen = [("id", "wx8"), ("name", "Shop\u{200b}"), ("era", "current")];
    let unseen = root.submit("/", "/apps", &unseen).await;
    assert_eq!(unseen.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(root.get("/apps").await.location(), "/");
    let made = root
        .submit("/", "/apps", &[("id", "wx9"), ("name", name), ("era", "current")])
        .await;
    assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.body);
    let draft = root
        .submit(
            "/apps/wx9/draft",
            "/apps/wx9/draft",
            &[
                ("request", "</textarea><script>alert(2)</script>"),
                ("do", "check"),
            ],
        )
        .await;

    for page in [
        root.get("/").await.body,
        root.get("/apps/wx9").await.body,
        draft.body,
    ] {
        assert!(!page.contains("<script>alert"), "{page}");
        assert!(!page.contains('\u{202e}'));
    }
}

async fn d5_a_draft_is_saved_before_its_filings_are_there(database: &Database) {
    let store = database.open().await;
    let served = Served::set_up(store, None, |settings| settings.register = Some(Arc::new(Away))).await;
    served.app("wx1").await;
    let mut owner = served.signed_in("ann", None, &[("wx1", Role::Owner)]).await;
    let page = "/apps/wx1/draft";

    let checked = owner
        .submit(
            page,
            page,
            &[("request", "https://api.example.com"), ("do", "check")],
        )
        .await;
    let saved = owner
        .submit(
            page,
            page,
            &[("request", "https://api.example.com"), ("do", "save")],
        )
        .await;
    let broken = owner
        .submit(page, page, &[("request", "https://10.0.0.1"), ("do", "save")])
        .await;
    for step in ["submit", "approve"] {
        owner
            .submit(page, "/apps/wx1/draft/step", &[("step", step)])
            .await;
    }
    let published = owner
        .submit(page, "/apps/wx1/draft/step", &[("step", "publish")])
        .await;

    assert_eq!(checked.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        checked.body.contains("<span class=\"tag warn\">D5</span>"),
        "{}",
        checked.body
    );
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.body);
    assert_eq!(broken.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(published.status, StatusCode::SERVICE_UNAVAILABLE);
}

async fn an_auditor_has_no_steps_to_take(database: &Database) {
    let served = Served::on(database).await;
    served.app("wx1").await;
    let mut owner = served.signed_in("ann", None, &[("wx1", Role::Owner)]).await;
    let mut auditor = served.signed_in("eve", None, &[("wx1", Role::Auditor)]).await;
    let page = "/apps/wx1/draft";
    owner
        .submit(
            page,
            page,
            &[("request", "https://api.example.com"), ("do", "save")],
        )
        .await;

    let seen = auditor.get(page).await;

    assert!(seen.body.contains("https://api.example.com"), "{}", seen.body);
    assert!(!seen.body.contains("/draft/step"), "{}", seen.body);
}

/// A register that can't be asked.
#[derive(Debug)]
struct Away;

#[async_trait]
impl FilingRegister for Away {
    async fn licence(&self, _: &Domain) -> Filing {
        let why = FilingUnknown::NotAsked;
        Filing::Unknown { why }
    }
}

async fn d2_rolling_back_replaces_no_draft_unseen(database: &Database) {
    let served = Served::on(database).await;
    served.app("wx1").await;
    let mut owner = served.signed_in("ann", None, &[("wx1", Role::Owner)]).await;
    let mut bob = served.signed_in("bob", None, &[("wx1", Role::Developer)]).await;
    let page = "/apps/wx1/draft";
    let save = |host| [("request", host), ("do", "save")];
    publish(&mut owner, "https://a.example.com").await;
    publish(&mut owner, "https://b.example.com").await;
    let (version, back) = ("/apps/wx1/versions/1", "/apps/wx1/versions/1/roll-back");
    let seen = owner.get(version).await;
    bob.submit(page, page, &save("https://bob.example.com")).await;

    let unseen = [("csrf", seen.field("csrf")), ("reason", "b fails")];
    let refused = owner.post(back, &unseen).await;

    let shown = ["Not rolled back", "bob", "value=\"b fails\"", "It is lost"];
    assert!(
        shown.iter().all(|text| refused.body.contains(text)),
        "{}",
        refused.body
    );
    assert!(bob.get(page).await.body.contains("https://bob.example.com"));
    let seen = [
        ("csrf", refused.field("csrf")),
        ("opened", refused.field("opened")),
    ];
    bob.submit(page, page, &save("https://late.example.com")).await;
    let stale = owner.post(back, &seen).await;
    let moved = StatusCode::PRECONDITION_FAILED;
    assert_eq!((refused.status, stale.status), (moved, moved));
    let done = owner.submit(version, back, &[]).await;
    assert_eq!(done.location(), page, "{}", done.body);
    assert!(!owner.get(page).await.body.contains("https://late.example.com"));
}

async fn d2_rolling_back_says_that_a_draft_is_gone(database: &Database) {
    let served = Served::on(database).await;
    served.app("wx1").await;
    let mut owner = served.signed_in("ann", None, &[("wx1", Role::Owner)]).await;
    let mut bob = served.signed_in("bob", None, &[("wx1", Role::Developer)]).await;
    let page = "/apps/wx1/draft";
    publish(&mut owner, "https://a.example.com").await;
    publish(&mut owner, "https://b.example.com").await;
    let (version, back) = ("/apps/wx1/versions/1", "/apps/wx1/versions/1/roll-back");
    let fields = [("request", "https://bob.example.com"), ("do", "save")];
    bob.submit(page, page, &fields).await;
    let shown = owner.get(version).await;
    let seen = [("csrf", shown.field("csrf")), ("opened", shown.field("opened"))];
    let discarded = bob
        .submit(page, &format!("{page}/step"), &[("step", "discard")])
        .await;

    let gone = owner.post(back, &seen).await;

    assert_eq!(
        (discarded.status, gone.status),
        (StatusCode::SEE_OTHER, StatusCode::PRECONDITION_FAILED)
    );
    assert!(
        gone.body.contains("the draft that you saw is gone"),
        "{}",
        gone.body
    );
}

async fn a_query_that_means_nothing_is_told(database: &Database) {
    let served = Served::on(database).await;
    let mut auditor = served.signed_in("ann", Some(Role::Auditor), &[]).await;

    for path in ["/audit?action=zzz", "/certificates?days=1"] {
        let told = auditor.get(path).await;
        assert_eq!(told.status, StatusCode::BAD_REQUEST, "{path}");
    }
    for path in [
        "/audit?action=domains",
        "/audit?action=domains.publish",
        "/certificates?days=30",
    ] {
        assert_eq!(auditor.get(path).await.status, StatusCode::OK, "{path}");
    }
}

async fn what_was_typed_as_a_name_comes_back_in_bounds(database: &Database) {
    let served = Served::on(database).await;
    let name = "x".repeat(500_000);

    let refused = served
        .browser()
        .post("/sign-in", &[("name", &name), ("password", "wrong wrong wrong")])
        .await;

    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert!(refused.body.contains("value=\"xxx") && refused.body.len() < 10_000);
}

async fn two_versions_stay_chosen_where_they_are_compared(database: &Database) {
    let served = Served::on(database).await;
    served.app("wx1").await;
    let mut owner = served.signed_in("ann", None, &[("wx1", Role::Owner)]).await;
    for host in [
        "https://a.example.com",
        "https://b.example.com",
        "https://c.example.com",
    ] {
        publish(&mut owner, host).await;
    }

    let compared = owner.get("/apps/wx1/diff?from=1&to=2").await.body;

    let chosen = |name: &str, number| {
        compared.contains(&format!(
            "name=\"{name}\" type=\"number\" min=\"1\" max=\"3\" value=\"{number}\""
        ))
    };
    assert!(chosen("from", 1) && chosen("to", 2), "{compared}");
}

async fn a_first_draft_is_offered_once(database: &Database) {
    let served = Served::on(database).await;
    served.app("wx1").await;
    let mut owner = served.signed_in("ann", None, &[("wx1", Role::Owner)]).await;
    let page = "/apps/wx1/draft";

    let before = owner.get("/apps/wx1").await.body;
    let fields = [("request", "https://a.example.com"), ("do", "save")];
    owner.submit(page, page, &fields).await;
    let after = owner.get("/apps/wx1").await.body;

    assert!(before.contains("Write the first draft"));
    assert!(!after.contains("Write the first draft"), "{after}");
}

async fn d2_an_answer_holds_for_the_draft_that_was_looked_at(database: &Database) {
    let served = Served::on(database).await;
    served.app("wx1").await;
    let mut owner = served.signed_in("ann", None, &[("wx1", Role::Owner)]).await;
    let mut developer = served.signed_in("bob", None, &[("wx1", Role::Developer)]).await;
    let (page, step) = ("/apps/wx1/draft", "/apps/wx1/draft/step");
    for entry in ["https://seen.example.com", "https://unseen.example.com"] {
        developer
            .submit(page, page, &[("request", entry), ("do", "save")])
            .await;
        developer.submit(page, step, &[("step", "submit")]).await;
    }
    let seen = owner.get(page).await;
    let fields = [
        ("csrf", seen.field("csrf")),
        ("revision", seen.field("revision")),
        ("step", "approve"),
    ];
    developer
        .submit(
            page,
            page,
            &[("request", "https://other.example.com"), ("do", "save")],
        )
        .await;
    developer.submit(page, step, &[("step", "submit")]).await;

    let approved = owner.post(step, &fields).await;

    assert_eq!(approved.status, StatusCode::PRECONDITION_FAILED);
    for shown in ["as it is now", "https://other.example.com", "value=\"approve\""] {
        assert!(approved.body.contains(shown), "{}", approved.body);
    }
    assert!(owner.get(page).await.body.contains("waits for approval"));
}

async fn d2_a_draft_isnt_saved_over_another_unseen(database: &Database) {
    let served = Served::on(database).await;
    served.app("wx1").await;
    let mut ann = served.signed_in("ann", None, &[("wx1", Role::Developer)]).await;
    let mut bob = served.signed_in("bob", None, &[("wx1", Role::Developer)]).await;
    let page = "/apps/wx1/draft";
    let opened = ann.get(page).await;
    bob.submit(
        page,
        page,
        &[("request", "https://bob.example.com"), ("do", "save")],
    )
    .await;

    let typed = [("request", "https://ann.example.com"), ("do", "save")];
    let mut fields = vec![("csrf", opened.field("csrf")), ("opened", opened.field("opened"))];
    fields.extend(typed);
    let refused = ann.post(page, &fields).await;

    assert_eq!(refused.status, StatusCode::PRECONDITION_FAILED);
    assert!(
        refused.body.contains("https://ann.example.com"),
        "{}",
        refused.body
    );
    assert!(ann.get(page).await.body.contains("https://bob.example.com"));
    let again = [
        ("csrf", refused.field("csrf")),
        ("opened", refused.field("opened")),
        typed[0],
        typed[1],
    ];
    assert_eq!(ann.post(page, &again).await.status, StatusCode::SEE_OTHER);
}

async fn publish(owner: &mut Browser, host: &str) {
    let page = "/apps/wx1/draft";
    owner
        .submit(page, page, &[("request", host), ("do", "save")])
        .await;
    for step in ["submit", "approve", "publish"] {
        owner
            .submit(page, "/apps/wx1/draft/step", &[("step", step)])
            .await;
    }
}
