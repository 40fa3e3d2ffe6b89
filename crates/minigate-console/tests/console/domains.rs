//! From a draft to what is effective.

use std::sync::Arc;

use hyper::StatusCode;
use jiff::{SignedDuration, Timestamp};
use minigate_console::By;
use minigate_console::access::{Caller, Right, Role};
use minigate_console::app::{self, AppError};
use minigate_console::domains::{Domains, DomainsError, State, diff};
use minigate_console::store::{Query, Store, StoreError};
use minigate_policy::diagnosis::Lang;
use minigate_policy::{AppId, Era, WrittenLists};
use serde_json::json;

use crate::database::{Database, on_both};
use crate::served::Served;
use crate::store::now;

on_both! {
    d2_a_draft_becomes_effective_once_it_is_approved
    d2_every_step_is_one_row_of_the_log
    d3_d4_d6_d7_nothing_is_kept_of_lists_that_break_a_rule
    d2_two_people_are_needed_where_the_app_wants_that
    d2_a_draft_that_is_written_anew_has_to_be_approved_anew
    d2_a_draft_on_an_older_version_cant_be_published
    d2_rolling_back_restores_the_very_lists
    d2_the_changes_of_a_month_are_counted_and_begin_anew
    d2_of_concurrent_publishers_one_wins_and_the_count_is_exact
    d2_an_app_is_made_once
    a_draft_is_changed_sixty_times_a_minute_by_one_actor
    d7_entries_are_kept_once_and_as_the_platform_writes_them
    d7_of_concurrent_writers_none_gets_past_the_limit
}

async fn d2_a_draft_becomes_effective_once_it_is_approved(database: &Database) {
    let (store, id) = app(database, false).await;
    let domains = Domains::of(&*store, &id);
    domains
        .write(lists(&["https://api.example.com"]), &by("alice"))
        .await
        .unwrap();

    assert!(matches!(
        domains.publish(&by("alice")).await,
        Err(DomainsError::State {
            found: State::Open,
            ..
        })
    ));
    domains.submit(&by("alice")).await.unwrap();
    assert!(matches!(
        domains.publish(&by("alice")).await,
        Err(DomainsError::State {
            found: State::Submitted,
            ..
        })
    ));
    assert_eq!(domains.effective().await.unwrap(), None);
    domains.approve(&by("alice")).await.unwrap();
    let version = domains.publish(&by("alice")).await.unwrap();

    assert_eq!(
        (version.number, &version.lists),
        (1, &lists(&["https://api.example.com"]))
    );
    assert_eq!(domains.effective().await.unwrap(), Some(version));
    assert_eq!(domains.draft().await.unwrap(), None);
}

async fn d7_entries_are_kept_once_and_as_the_platform_writes_them(database: &Database) {
    let (store, id) = app(database, false).await;
    let domains = Domains::of(&*store, &id);
    let host = "api.long-enough-for-many.example.com";
    let spelling = |place: usize| format!("https://{}{}", &host[..place], host[place..].to_uppercase());
    let spellings: Vec<_> = (0..30).map(spelling).collect();
    let spellings: Vec<_> = spellings.iter().map(String::as_str).collect();

    let draft = domains.write(lists(&spellings), &by("alice")).await.unwrap();
    approve(&domains).await;
    let version = domains.publish(&by("alice")).await.unwrap();

    let kept = lists(&["https://api.long-enough-for-many.example.com"]);
    assert_eq!((&draft.lists, &version.lists), (&kept, &kept));
    let again = domains.write(lists(&spellings[..1]), &by("alice")).await;
    assert!(matches!(again, Err(DomainsError::NothingChanges)), "{again:?}");
}

async fn d2_every_step_is_one_row_of_the_log(database: &Database) {
    let (store, id) = app(database, false).await;
    let domains = Domains::of(&*store, &id);
    publish(&domains, &["https://a.example.com"]).await;
    domains
        .write(lists(&["https://b.example.com"]), &by("bob"))
        .await
        .unwrap();
    domains.submit(&by("bob")).await.unwrap();
    domains.refuse(&by("alice")).await.unwrap();
    let bob = Caller::local("bob").from("192.0.2.7");
    let why = bob
        .allow(Right::Write, Some(&id), now())
        .unwrap()
        .because("not now".to_owned());
    domains.discard(&why).await.unwrap();

    let log = store
        .log(&Query {
            app: Some(id.to_string()),
            ..Query::default()
        })
        .await
        .unwrap();

    let actions: Vec<_> = log.iter().rev().map(|row| row.entry.action.as_str()).collect();
    let steps = [
        "app.create",
        "domains.write",
        "domains.submit",
        "domains.approve",
        "domains.publish",
    ];
    assert_eq!(actions[..5], steps);
    assert_eq!(
        actions[5..],
        [
            "domains.write",
            "domains.submit",
            "domains.refuse",
            "domains.discard"
        ]
    );
    let discarded = &log[0].entry;
    assert_eq!(
        (
            discarded.actor.as_str(),
            discarded.origin.as_deref(),
            discarded.reason.as_deref()
        ),
        ("bob", Some("192.0.2.7"), Some("not now"))
    );
    assert_eq!(
        discarded.before.as_ref().unwrap()["lists"]["request"],
        json!(["https://b.example.com"])
    );
}

async fn d3_d4_d6_d7_nothing_is_kept_of_lists_that_break_a_rule(database: &Database) {
    let (store, id) = app(database, false).await;
    let domains = Domains::of(&*store, &id);
    let many: Vec<_> = (0..21)
        .map(|number| format!("https://h{number}.example.com"))
        .collect();
    let many: Vec<_> = many.iter().map(String::as_str).collect();

    for wrong in [
        lists(&["https://good.example.com", "http://bad.example.com"]),
        lists(&["https://127.0.0.1"]),
        lists(&["https://api.weixin.qq.com"]),
        lists(&many),
        WrittenLists {
            connect_socket: vec!["https://s.example.com".to_owned()],
            ..WrittenLists::default()
        },
    ] {
        let error = domains.write(wrong, &by("alice")).await.unwrap_err();
        assert!(matches!(error, DomainsError::Lists(_)), "{error}");
    }

    assert_eq!(domains.draft().await.unwrap(), None);
    assert_eq!(
        store.log(&Query::default()).await.unwrap().len(),
        1,
        "only the app itself"
    );
}

async fn d2_two_people_are_needed_where_the_app_wants_that(database: &Database) {
    let (store, id) = app(database, true).await;
    let domains = Domains::of(&*store, &id);
    domains
        .write(lists(&["https://a.example.com"]), &by("alice"))
        .await
        .unwrap();
    domains.submit(&by("alice")).await.unwrap();

    assert!(matches!(
        domains.approve(&by("alice")).await,
        Err(DomainsError::OwnDraft)
    ));
    let draft = domains.approve(&by("bob")).await.unwrap();

    assert_eq!(
        (draft.state, draft.approvals[0].actor.as_str()),
        (State::Approved, "bob")
    );
    assert_eq!(domains.publish(&by("alice")).await.unwrap().approvals.len(), 1);
}

async fn d2_a_draft_that_is_written_anew_has_to_be_approved_anew(database: &Database) {
    let (store, id) = app(database, false).await;
    let domains = Domains::of(&*store, &id);
    domains
        .write(lists(&["https://a.example.com"]), &by("alice"))
        .await
        .unwrap();
    domains.submit(&by("alice")).await.unwrap();
    domains.approve(&by("bob")).await.unwrap();

    let draft = domains
        .write(lists(&["https://evil.example.com"]), &by("alice"))
        .await
        .unwrap();

    assert_eq!((draft.state, draft.approvals.len()), (State::Open, 0));
    assert!(domains.publish(&by("alice")).await.is_err());
}

async fn a_draft_is_changed_sixty_times_a_minute_by_one_actor(database: &Database) {
    let served = Served::on(database).await;
    served.app("wx1").await;
    let mut ann = served.signed_in("ann", None, &[("wx1", Role::Owner)]).await;
    let id = "wx1".parse().unwrap();
    let domains = served.console.domains(&id);
    let write = async |number: u32, by: By| {
        let entry = format!("https://h{number}.example.com");
        domains.write(lists(&[&entry]), &by).await
    };
    for number in 0..60 {
        write(number, by("ann")).await.unwrap();
    }

    let one_more = write(60, by("ann")).await.unwrap_err();
    let fields = [("request", "https://page.example.com"), ("do", "save")];
    let saved = ann.submit("/apps/wx1/draft", "/apps/wx1/draft", &fields).await;
    let in_chinese = one_more.tell(Lang::Zh);

    assert!(
        matches!(one_more, DomainsError::TooOften { limit: 60 }),
        "{one_more}"
    );
    assert!(in_chinese.contains("60 次"), "{in_chinese}");
    assert_eq!(
        (saved.status, &saved.headers["retry-after"]),
        (StatusCode::TOO_MANY_REQUESTS, &"60".parse().unwrap())
    );
    assert!(
        saved.body.contains("more than 60 times a minute"),
        "{}",
        saved.body
    );
    write(61, by("bob")).await.unwrap();
    let later = now() + SignedDuration::from_secs(61);
    write(62, by_at("ann", later)).await.unwrap();
}

async fn d2_a_draft_on_an_older_version_cant_be_published(database: &Database) {
    let (store, id) = app(database, false).await;
    let domains = Domains::of(&*store, &id);
    publish(&domains, &["https://a.example.com"]).await;
    let error = domains
        .write(lists(&["https://a.example.com"]), &by("alice"))
        .await
        .unwrap_err();
    assert!(matches!(error, DomainsError::NothingChanges));
    // A draft outlives a version only where the record of an old console process says so; it is refused all the same.
    domains
        .write(lists(&["https://b.example.com"]), &by("alice"))
        .await
        .unwrap();
    let key = format!("draft/{id}").parse().unwrap();
    let record = store.get(&key).await.unwrap().unwrap();
    let mut body = record.body.clone();
    body["base"] = json!(0);
    body["state"] = json!("approved");
    let change = minigate_console::store::Change::new(crate::store::entry()).replace(&record, body);
    store.commit(&change, now()).await.unwrap();

    let error = domains.publish(&by("alice")).await.unwrap_err();

    assert!(
        matches!(
            error,
            DomainsError::Outdated {
                base: 0,
                effective: 1
            }
        ),
        "{error}"
    );
}

async fn d2_rolling_back_restores_the_very_lists(database: &Database) {
    let (store, id) = app(database, false).await;
    let domains = Domains::of(&*store, &id);
    // Order and spelling are the author's.
    let first = [
        "https://b.example.com",
        "https://A.example.com",
        "https://例子.中国:8443",
    ];
    publish(&domains, &first).await;
    publish(&domains, &["https://c.example.com"]).await;

    domains.roll_back(1, &by("alice")).await.unwrap();
    approve(&domains).await;
    domains.publish(&by("alice")).await.unwrap();

    let versions = domains.versions(0, 10).await.unwrap();
    let bytes = |number: usize| serde_json::to_vec(&versions[number - 1].lists).unwrap();
    assert_eq!(versions.len(), 3);
    assert_eq!(bytes(3), bytes(1));
    assert_eq!(
        diff(&versions[1].lists, &versions[2].lists)[0].removed,
        ["https://c.example.com"]
    );
    assert!(matches!(
        domains.roll_back(9, &by("alice")).await,
        Err(DomainsError::NoVersion { number: 9 })
    ));
}

async fn d2_the_changes_of_a_month_are_counted_and_begin_anew(database: &Database) {
    let (store, id) = app(database, false).await;
    let domains = Domains::of(&*store, &id);
    for number in 0..5 {
        publish(&domains, &[&format!("https://h{number}.example.com")]).await;
    }
    domains
        .write(lists(&["https://last.example.com"]), &by("alice"))
        .await
        .unwrap();
    approve(&domains).await;

    assert!(matches!(
        domains.publish(&by("alice")).await,
        Err(DomainsError::Quota { limit: 5 })
    ));
    let next_month = by_at("alice", now() + SignedDuration::from_hours(24 * 31));
    domains.publish(&next_month).await.unwrap();

    let app = app::find(&*store, &id).await.unwrap();
    assert_eq!((app.changes.at(now()), app.changes.at(next_month.at())), (0, 1));
}

async fn d2_of_concurrent_publishers_one_wins_and_the_count_is_exact(database: &Database) {
    let (store, id) = app(database, false).await;
    Domains::of(&*store, &id)
        .write(lists(&["https://a.example.com"]), &by("alice"))
        .await
        .unwrap();
    approve(&Domains::of(&*store, &id)).await;

    let publishers = (0..8).map(|number| {
        let (store, id) = (Arc::clone(&store), id.clone());
        tokio::spawn(async move {
            Domains::of(&*store, &id)
                .publish(&by(&format!("p{number}")))
                .await
        })
    });
    let mut won = 0;
    for publisher in publishers.collect::<Vec<_>>() {
        match publisher.await.unwrap() {
            Ok(_) => won += 1,
            Err(DomainsError::NoDraft | DomainsError::Store(StoreError::Conflict { .. })) => {}
            Err(other) => panic!("{other}"),
        }
    }

    let app = app::find(&*store, &id).await.unwrap();
    assert_eq!((won, app.effective, app.changes.at(now())), (1, 1, 1));
}

async fn d7_of_concurrent_writers_none_gets_past_the_limit(database: &Database) {
    let (store, id) = app(database, false).await;
    let writers = (15..25).map(|count| {
        let (store, id) = (Arc::clone(&store), id.clone());
        tokio::spawn(async move {
            let entries: Vec<_> = (0..count)
                .map(|number| format!("https://h{number}.example.com"))
                .collect();
            let lists = WrittenLists {
                request: entries,
                ..WrittenLists::default()
            };
            (count, Domains::of(&*store, &id).write(lists, &by("alice")).await)
        })
    });

    for writer in writers.collect::<Vec<_>>() {
        match writer.await.unwrap() {
            (count, Ok(_)) => assert!(count <= 20),
            (count, Err(DomainsError::Lists(_))) => assert!(count > 20),
            (_, Err(DomainsError::Store(StoreError::Conflict { .. }))) => {}
            (_, Err(other)) => panic!("{other}"),
        }
    }

    let draft = Domains::of(&*store, &id).draft().await.unwrap().unwrap();
    let rows = store.log(&Query::default()).await.unwrap();
    let last = rows[0].entry.after.as_ref().unwrap();
    assert!((15..=20).contains(&draft.lists.request.len()));
    assert_eq!(*last, json!(draft), "what is kept is what was logged last");
}

async fn d2_an_app_is_made_once(database: &Database) {
    let (store, id) = app(database, false).await;

    let again = app::create(&*store, &id, "Other", Era::Current, true, &by("bob")).await;
    let nameless = app::create(
        &*store,
        &"wx2".parse().unwrap(),
        " \u{7} ",
        Era::Guide,
        false,
        &by("bob"),
    )
    .await;

    let keys = "keys".parse().unwrap();
    let keys = app::create(&*store, &keys, "Keys", Era::Current, false, &by("bob")).await;

    assert!(matches!(again, Err(AppError::Exists(_))));
    assert!(matches!(nameless, Err(AppError::Name(_))));
    assert!(matches!(keys, Err(AppError::Reserved(id)) if id == "keys"));
    assert_eq!(app::list(&*store, None, 10).await.unwrap().len(), 1);
    assert_eq!(app::find(&*store, &id).await.unwrap().name, "Shop");
}

pub(crate) async fn app(database: &Database, two_people: bool) -> (Arc<dyn Store>, AppId) {
    let store = database.open().await;
    let id: AppId = "wx0123456789abcdef".parse().unwrap();
    app::create(&*store, &id, "Shop", Era::Guide, two_people, &by("operator"))
        .await
        .unwrap();
    (store, id)
}

pub(crate) async fn publish(domains: &Domains<'_>, request: &[&str]) {
    domains.write(lists(request), &by("alice")).await.unwrap();
    approve(domains).await;
    domains.publish(&by("alice")).await.unwrap();
}

pub(crate) async fn approve(domains: &Domains<'_>) {
    domains.submit(&by("alice")).await.unwrap();
    domains.approve(&by("bob")).await.unwrap();
}

pub(crate) fn lists(request: &[&str]) -> WrittenLists {
    WrittenLists {
        request: request.iter().map(|entry| (*entry).to_owned()).collect(),
        ..WrittenLists::default()
    }
}

pub(crate) fn by(actor: &str) -> By {
    by_at(actor, now())
}

pub(crate) fn by_at(actor: &str, at: Timestamp) -> By {
    Caller::local(actor).allow(Right::Operate, None, at).unwrap()
}
