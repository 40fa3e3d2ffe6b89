//! The demo's data.

use hyper::StatusCode;
use minigate_console::demo::{self, DemoError, PEOPLE};
use minigate_console::domains::{self, Domains, State};
use minigate_console::store::{Query, Store};
use minigate_console::{Hidden, app, block, grant, preflight};
use minigate_policy::AppId;

use crate::database::Database;
use crate::served::{Browser, Served};
use crate::store::now;

#[tokio::test(flavor = "multi_thread")]
async fn the_demo_fills_every_page() {
    let database = Database::sqlite();
    let served = Served::on(&database).await;
    let store = served.console.store();
    let password = demo::fill(store, served.console.passwords(), now())
        .await
        .unwrap();

    let apps = app::list(store, None, 100).await.unwrap();
    let mut root = sign_in(&served, "mei", &password).await;
    let mut pages = vec![
        "/",
        "/approvals",
        "/audit",
        "/certificates",
        "/accounts",
        "/blocks",
    ];
    pages.extend(["/settings", "/me", "/what-if", "/accounts/tom"]);
    let mut pages: Vec<_> = pages.into_iter().map(str::to_owned).collect();
    for app in &apps {
        let each = ["", "/draft", "/versions", "/audit", "/import"];
        pages.extend(each.map(|page| format!("/apps/{}{page}", app.id)));
        pages.extend((1..=app.effective).map(|version| format!("/apps/{}/versions/{version}", app.id)));
    }
    for page in &pages {
        let answer = root.get(page).await;
        assert_eq!(answer.status, StatusCode::OK, "{page}: {}", answer.body);
    }
    for person in &PEOPLE {
        sign_in(&served, person.name, &password).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_demo_has_everything_in_it() {
    let database = Database::sqlite();
    let served = Served::on(&database).await;
    let store = served.console.store();
    demo::fill(store, served.console.passwords(), now())
        .await
        .unwrap();

    let mut versions = Vec::new();
    for app in app::list(store, None, 100).await.unwrap() {
        let id: AppId = app.id.parse().unwrap();
        versions.push(Domains::of(store, &id).versions(0, 100).await.unwrap().len());
    }
    versions.sort_unstable();
    assert_eq!(versions, [0, 2, 2, 3, 3, 6]);
    let drafts = domains::drafts(store, None, 100).await.unwrap();
    let states: Vec<_> = drafts.iter().map(|(_, _, draft)| draft.state).collect();
    assert_eq!(states, [State::Open, State::Submitted, State::Approved]);
    let soon = now() + jiff::SignedDuration::from_hours(90 * 24);
    let endings = preflight::ending(store, None, soon, 100).await.unwrap();
    assert_eq!(endings.len(), 7);
    let blocks = block::blocks(store).await.unwrap();
    assert_eq!(blocks.len(), 2);
    let canteen = "wx7710d2ea63bc948f".parse().unwrap();
    assert!(grant::current(store, &canteen, now()).await.unwrap().is_some());
    let log = whole_log(store).await;
    assert!(log.len() > 100, "{}", log.len());
    assert!(log.is_sorted_by_key(|at| std::cmp::Reverse(*at)), "{log:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_somebody_uses_is_left_alone() {
    let database = Database::sqlite();
    let served = Served::on(&database).await;
    served.app("wx1").await;
    let before = served.console.store().log(&Query::default()).await.unwrap();

    let refused = demo::fill(served.console.store(), served.console.passwords(), now()).await;

    assert!(matches!(refused, Err(DemoError::NotEmpty)));
    let after = served.console.store().log(&Query::default()).await.unwrap();
    assert_eq!(before, after);
}

async fn sign_in(served: &Served, name: &str, password: &Hidden) -> Browser {
    let mut browser = served.browser();
    let fields = [("name", name), ("password", password.reveal()), ("next", "/")];
    let answer = browser.post("/sign-in", &fields).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    browser
}

async fn whole_log(store: &dyn Store) -> Vec<jiff::Timestamp> {
    let mut log = Vec::new();
    let mut before = None;
    loop {
        let query = Query {
            before,
            ..Query::default()
        };
        let page = store.log(&query).await.unwrap();
        let Some(last) = page.last() else { return log };
        before = Some(last.sequence);
        log.extend(page.iter().map(|logged| logged.at));
    }
}
