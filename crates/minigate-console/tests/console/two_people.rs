//! Where an app wants two people, one person alone gets nothing published, whichever way they go.

use std::sync::Arc;

use hyper::{Method, StatusCode};
use minigate_console::access::{Caller, Right, Role};
use minigate_console::account::Members;
use minigate_console::app::{self, Settings};
use minigate_console::domains::{Domains, DomainsError, State};
use minigate_console::store::{Query, Store};
use minigate_policy::{AppId, Era};
use serde_json::{Value, json};

use crate::database::{Database, on_both};
use crate::domains::{app, by, lists};
use crate::people::{PASSWORD, log, name, person, root, sign_in};
use crate::rest::Api;
use crate::served::{Browser, Served};
use crate::store::now;

on_both! {
    d2_who_makes_an_app_secret_cant_approve_what_is_written_with_it
    d2_every_maker_of_a_secret_is_an_author_of_what_was_written_with_it
    d2_a_token_cant_approve_what_its_app_secret_has_written
    who_makes_an_app_secret_needs_what_can_be_done_with_it
    d2_what_was_approved_by_its_author_waits_once_two_are_wanted
    d2_what_somebody_else_has_approved_stays_approved_once_two_are_wanted
    d2_two_people_arent_given_up_while_a_draft_is_being_written
}

async fn d2_who_makes_an_app_secret_cant_approve_what_is_written_with_it(database: &Database) {
    let (served, id) = served_for_two(database).await;
    let mut ann = served.signed_in("ann", None, &[("wx1", Role::Owner)]).await;
    let mut bob = served.signed_in("bob", None, &[("wx1", Role::Owner)]).await;
    let page = "/apps/wx1/secret";
    let made = ann.submit(page, page, &[("do", "rotate")]).await;
    add(&served, &secret_on(&made.body), "https://evil.com").await;

    let her_own = step(&mut ann, "approve").await;
    let state = draft_state(&served, &id).await;
    let shown = ann.get("/apps/wx1/draft").await.body;

    assert_eq!((her_own, state), (StatusCode::FORBIDDEN, State::Submitted));
    assert!(shown.contains("your own draft") && !shown.contains("value=\"approve\""));
    assert_eq!(step(&mut bob, "approve").await, StatusCode::SEE_OTHER);
    assert_eq!(step(&mut ann, "publish").await, StatusCode::SEE_OTHER);
}

async fn d2_every_maker_of_a_secret_is_an_author_of_what_was_written_with_it(database: &Database) {
    let (served, id) = served_for_two(database).await;
    let mut ann = served.signed_in("ann", None, &[("wx1", Role::Owner)]).await;
    let mut bob = served.signed_in("bob", None, &[("wx1", Role::Owner)]).await;
    let page = "/apps/wx1/secret";
    let hers = ann.submit(page, page, &[("do", "rotate")]).await;
    let his = bob.submit(page, page, &[("do", "rotate"), ("hours", "1")]).await;

    add(&served, &secret_on(&hers.body), "https://evil.com").await;
    add(&served, &secret_on(&his.body), "https://good.com").await;

    let domains = Domains::of(served.console.store(), &id);
    for maker in ["ann", "bob"] {
        let own = domains.approve(&by(maker)).await;
        assert!(matches!(own, Err(DomainsError::OwnDraft)), "{maker} {own:?}");
    }
    domains.approve(&by("carol")).await.unwrap();
}

async fn d2_a_token_cant_approve_what_its_app_secret_has_written(database: &Database) {
    let (served, id) = served_for_two(database).await;
    let store = database.open().await;
    let ann = Api::of(&served, &store, "ann", &[("wx1", Role::Owner)], &Right::ALL).await;
    let made = ann.post("/apps/wx1/secret/rotate", json!({})).await.json();
    add(&served, made["appSecret"].as_str().unwrap(), "https://evil.com").await;

    let seen = ann.get("/apps/wx1/draft").await;
    let revision = seen.headers["etag"].to_str().unwrap();
    let approved = ann
        .ask(
            Method::POST,
            "/apps/wx1/draft/approve",
            Some(json!({})),
            &[("if-match", revision)],
        )
        .await;

    assert_eq!(approved.kind(), "/problems/own-draft", "{}", approved.body);
    assert_eq!(draft_state(&served, &id).await, State::Submitted);
}

async fn who_makes_an_app_secret_needs_what_can_be_done_with_it(database: &Database) {
    let served = Served::on(database).await;
    served.app("wx1").await;
    let store = database.open().await;
    let owner = &[("wx1", Role::Owner)];
    let ann = Api::of(&served, &store, "ann", owner, &[Right::Read, Right::Manage]).await;

    let refused = ann.post("/apps/wx1/secret/rotate", json!({})).await;

    assert_eq!(
        (refused.status, refused.kind()),
        (StatusCode::FORBIDDEN, "/problems/denied".to_owned())
    );
    assert_eq!(ann.get("/apps/wx1/secret").await.status, StatusCode::NOT_FOUND);
    let rows = log(&*store).await;
    assert_eq!(rows[0].entry.action, "access.denied");
}

async fn d2_what_was_approved_by_its_author_waits_once_two_are_wanted(database: &Database) {
    let (store, id) = app(database, false).await;
    let domains = Domains::of(&*store, &id);
    domains
        .write(lists(&["https://a.com"]), &by("ann"))
        .await
        .unwrap();
    domains.submit(&by("ann")).await.unwrap();
    domains.approve(&by("ann")).await.unwrap();

    want_two(&*store, &id, true, &root()).await.unwrap();

    let draft = domains.draft().await.unwrap().unwrap();
    assert_eq!((draft.state, draft.approvals.len()), (State::Submitted, 0));
    let row = log(&*store).await.remove(0).entry;
    let (before, after) = (row.before.unwrap(), row.after.unwrap());
    assert_eq!(
        (&before["twoPeople"], &after["twoPeople"]),
        (&json!(false), &json!(true))
    );
    assert_eq!(
        (
            &before["draft"]["state"],
            &before["draft"]["approvals"][0]["actor"]
        ),
        (&json!("approved"), &json!("ann"))
    );
    assert_eq!(after["draft"], json!({ "state": "submitted", "approvals": [] }));
    assert!(domains.publish(&by("ann")).await.is_err());
    let again = domains.approve(&by("ann")).await;
    assert!(matches!(again, Err(DomainsError::OwnDraft)));
    domains.approve(&by("bob")).await.unwrap();
    domains.publish(&by("ann")).await.unwrap();
}

async fn d2_what_somebody_else_has_approved_stays_approved_once_two_are_wanted(database: &Database) {
    let (store, id) = app(database, false).await;
    let domains = Domains::of(&*store, &id);
    domains
        .write(lists(&["https://a.com"]), &by("ann"))
        .await
        .unwrap();
    domains.submit(&by("ann")).await.unwrap();
    domains.approve(&by("bob")).await.unwrap();

    want_two(&*store, &id, true, &root()).await.unwrap();

    domains.publish(&by("ann")).await.unwrap();
}

/// What was written by then would be published by its author alone.
async fn d2_two_people_arent_given_up_while_a_draft_is_being_written(database: &Database) {
    let (store, _) = app(database, false).await;
    let owner = owner_of_many(&store).await;
    for number in 0..MANY {
        let id: AppId = format!("wx{number}").parse().unwrap();
        let domains = Domains::of(&*store, &id);
        let entries = lists(&["https://a.com"]);
        let author = by("ann");

        let (written, given_up) = tokio::join!(
            domains.write(entries, &author),
            want_two(&*store, &id, false, &owner)
        );

        if written.is_ok() && given_up.is_ok() {
            let query = Query {
                app: Some(id.to_string()),
                ..Query::default()
            };
            let newest = store.log(&query).await.unwrap().remove(0).entry.action;
            assert_eq!(newest, "domains.write", "it was written with one person in mind");
        }
    }
}

/// Somebody who owns many apps that want two people.
async fn owner_of_many(store: &Arc<dyn Store>) -> Caller {
    person(store, "ann", None).await;
    for number in 0..MANY {
        let id: AppId = format!("wx{number}").parse().unwrap();
        app::create(&**store, &id, "Shop", Era::Current, true, &by("root"))
            .await
            .unwrap();
        let root = root();
        let members = Members::of(&**store, &id, &root, now());
        members.set(&name("ann"), Role::Owner).await.unwrap();
    }
    let begun = sign_in(store, "ann", PASSWORD, "192.0.2.7", now()).await;
    begun.unwrap().session.caller().unwrap()
}

async fn served_for_two(database: &Database) -> (Served, AppId) {
    let served = Served::on(database).await;
    served.app("wx1").await;
    let id: AppId = "wx1".parse().unwrap();
    want_two(served.console.store(), &id, true, &root())
        .await
        .unwrap();
    (served, id)
}

async fn want_two(
    store: &dyn Store,
    id: &AppId,
    wanted: bool,
    caller: &Caller,
) -> Result<app::App, app::AppError> {
    let settings = Settings {
        two_people: Some(wanted),
        ..Settings::default()
    };
    app::set(store, id, settings, caller, &by(caller.actor())).await
}

/// Adds an entry as an app's server does, with its AppSecret.
async fn add(served: &Served, secret: &str, entry: &str) {
    let mut server = served.browser();
    let path = format!("/cgi-bin/token?grant_type=client_credential&appid=wx1&secret={secret}");
    let got: Value = serde_json::from_str(&server.get(&path).await.body).unwrap();
    let token = got["access_token"].as_str().unwrap();
    let path = format!("/wxa/modify_domain?access_token={token}");
    let body = json!({ "action": "add", "requestdomain": [entry] });
    let answer = server.ask(Method::POST, &path, &[], body.to_string()).await;
    let answer: Value = serde_json::from_str(&answer.body).unwrap();
    assert_eq!(answer["errcode"], 0, "{answer}");
}

/// Sends what a button of the draft's page sends, whether it is there or not.
async fn step(browser: &mut Browser, step: &str) -> StatusCode {
    let page = "/apps/wx1/draft";
    let fields = [("step", step), ("reason", "")];
    let answer = browser.submit(page, &format!("{page}/step"), &fields).await;
    answer.status
}

async fn draft_state(served: &Served, id: &AppId) -> State {
    let draft = Domains::of(served.console.store(), id).draft().await.unwrap();
    draft.unwrap().state
}

fn secret_on(page: &str) -> String {
    let (_, rest) = page.split_once("<p class=\"secret\"><code>").expect("the secret");
    rest.split('<').next().unwrap().to_owned()
}

const MANY: u32 = 20;
