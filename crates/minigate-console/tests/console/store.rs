//! What holds for each database.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use minigate_console::store::{Change, Entry, Key, Query, Store, StoreError, open, pending};
use serde_json::json;
use tokio::time::timeout;

use crate::database::{Database, on_both};
use crate::road::Road;

on_both! {
    a_change_is_written_whole_with_its_entry
    a_change_that_rests_on_something_older_writes_nothing
    records_are_listed_by_prefix_in_pages
    what_is_kept_ends
    what_is_kept_is_swapped_only_for_what_is_expected
    of_many_who_take_or_keep_the_same_one_succeeds
    a_count_misses_nobody_and_begins_anew_when_it_has_ended
    the_log_is_read_by_app_and_actor_newest_first
    concurrent_writers_lose_nothing
    what_was_committed_is_there_after_opening_anew
    a_new_database_says_what_it_would_get
    the_log_cant_be_changed
    a_commit_is_heard_of
    a_commit_is_told_of_even_where_whoever_asked_for_it_is_gone
}

async fn a_change_is_written_whole_with_its_entry(database: &Database) {
    let store = database.open().await;
    let entry = Entry::new("alice", "app.create")
        .from("192.0.2.1")
        .about("wx1")
        .before(json!(null))
        .after(json!({ "name": "店" }))
        .because("new shop");
    let change = Change::new(entry.clone())
        .create(&key("app/wx1"), json!({ "name": "店" }))
        .create(&key("app-name/店".replace('店', "shop").as_str()), json!("wx1"));

    let sequence = store.commit(&change, now()).await.unwrap();

    let record = store.get(&key("app/wx1")).await.unwrap().unwrap();
    assert_eq!(
        (record.revision, record.body),
        (sequence, json!({ "name": "店" }))
    );
    let logged = store.log(&Query::default()).await.unwrap();
    assert_eq!(logged.len(), 1);
    assert_eq!(
        (logged[0].sequence, logged[0].at, &logged[0].entry),
        (sequence, now(), &entry)
    );
}

async fn a_commit_is_told_of_even_where_whoever_asked_for_it_is_gone(database: &Database) {
    for polls in 1.. {
        let store = database.open().await;
        let change = Change::new(Entry::new("alice", format!("try.{polls}")));

        let done = polled(store.commit(&change, now()), polls).await;

        let newest = store.newest();
        store.close().await;
        let log = database.open().await.log(&Query::default()).await.unwrap();
        let last = log.first().map_or(0, |row| row.sequence);
        assert_eq!(*newest.borrow(), last, "after {polls} polls");
        if let Some(done) = done {
            assert_eq!(done.unwrap(), last);
            assert!(polls > 1, "it waits for the database");
            return;
        }
    }
}

/// What something gives, unless it is dropped since it hasn't ended after so many polls.
async fn polled<T>(future: impl Future<Output = T>, most: usize) -> Option<T> {
    let mut future = pin!(future);
    let mut polls = 0;
    poll_fn(|context| match future.as_mut().poll(context) {
        Poll::Ready(value) => Poll::Ready(Some(value)),
        Poll::Pending => {
            polls += 1;
            if polls == most {
                Poll::Ready(None)
            } else {
                Poll::Pending
            }
        }
    })
    .await
}

async fn a_change_that_rests_on_something_older_writes_nothing(database: &Database) {
    let store = database.open().await;
    commit(&store, "a/1", json!(1)).await;
    let old = store.get(&key("a/1")).await.unwrap().unwrap();
    let newer = Change::new(entry()).replace(&old, json!(2));
    store.commit(&newer, now()).await.unwrap();

    for stale in [
        Change::new(entry()).replace(&old, json!(3)),
        Change::new(entry()).delete(&old),
        Change::new(entry()).create(&key("a/1"), json!(3)),
        Change::new(entry()).create(&key("a/2"), json!(3)).rest_on(&old),
    ] {
        let error = store.commit(&stale, now()).await.unwrap_err();
        assert!(matches!(error, StoreError::Conflict { key } if key.as_str() == "a/1"));
    }

    assert_eq!(store.get(&key("a/1")).await.unwrap().unwrap().body, json!(2));
    assert_eq!(store.get(&key("a/2")).await.unwrap(), None);
    assert_eq!(store.log(&Query::default()).await.unwrap().len(), 2);
}

async fn records_are_listed_by_prefix_in_pages(database: &Database) {
    let store = database.open().await;
    for name in ["app/B", "app/a", "app/b", "app/~", "apq/a", "app", "apo/z"] {
        commit(&store, name, json!(name)).await;
    }

    let first = store.list(&key("app/"), None, 3).await.unwrap();
    let last = first.last().map(|record| record.key.clone());
    let second = store.list(&key("app/"), last.as_ref(), 3).await.unwrap();

    let names = |records: &[minigate_console::store::Record]| -> Vec<String> {
        records.iter().map(|record| record.key.to_string()).collect()
    };
    assert_eq!(names(&first), ["app/B", "app/a", "app/b"]);
    assert_eq!(names(&second), ["app/~"]);
}

async fn what_is_kept_ends(database: &Database) {
    let store = database.open().await;
    let (soon, late) = (
        now() + SignedDuration::from_secs(60),
        now() + SignedDuration::from_hours(1),
    );
    store.keep(&key("session/1"), &json!("a"), soon).await.unwrap();
    store.keep(&key("session/2"), &json!("b"), late).await.unwrap();
    store.keep(&key("session/2"), &json!("c"), late).await.unwrap();
    store.keep(&key("token/1"), &json!("d"), late).await.unwrap();

    assert_eq!(
        store.kept(&key("session/1"), now()).await.unwrap(),
        Some(json!("a"))
    );
    assert_eq!(store.kept(&key("session/1"), soon).await.unwrap(), None);
    assert_eq!(
        store.kept(&key("session/2"), soon).await.unwrap(),
        Some(json!("c"))
    );

    store.drop_kept(&key("session/2"), soon).await.unwrap();
    assert_eq!(store.kept(&key("session/1"), now()).await.unwrap(), None);
    assert_eq!(store.kept(&key("session/2"), now()).await.unwrap(), None);
    assert_eq!(
        store.kept(&key("token/1"), now()).await.unwrap(),
        Some(json!("d"))
    );
}

async fn what_is_kept_is_swapped_only_for_what_is_expected(database: &Database) {
    let store = database.open().await;
    let key = key("state/1");
    let (soon, late) = (
        now() + SignedDuration::from_secs(1),
        now() + SignedDuration::from_secs(2),
    );
    let (one, two) = (json!({ "n": 1, "a": "b" }), json!({ "n": 2 }));
    let swap = async |expected: Option<&serde_json::Value>, body, at| {
        store.swap(&key, expected, body, late, at).await.unwrap()
    };

    assert!(!swap(Some(&one), &two, now()).await);
    assert!(store.swap(&key, None, &one, soon, now()).await.unwrap());
    assert!(!swap(None, &two, now()).await);
    assert!(!swap(Some(&two), &one, now()).await);
    // What has ended is as nothing.
    assert!(!swap(Some(&one), &two, soon).await);
    assert!(swap(None, &one, soon).await);
    assert!(swap(Some(&one), &two, soon).await);

    assert_eq!(store.kept(&key, soon).await.unwrap(), Some(two));
    assert_eq!(store.take(&key, late).await.unwrap(), None);
}

async fn of_many_who_take_or_keep_the_same_one_succeeds(database: &Database) {
    let store = database.open().await;
    let ends_at = now() + SignedDuration::from_hours(1);

    let (mut kept, mut taken) = (0, 0);
    for wanted in [true, false] {
        let attempts = (0..16).map(|number| {
            let store = Arc::clone(&store);
            tokio::spawn(async move {
                if wanted {
                    store
                        .swap(&key("link/1"), None, &json!(number), ends_at, now())
                        .await
                        .unwrap()
                } else {
                    store.take(&key("link/1"), now()).await.unwrap().is_some()
                }
            })
        });
        for attempt in attempts.collect::<Vec<_>>() {
            let won = u32::from(attempt.await.unwrap());
            if wanted { kept += won } else { taken += won }
        }
    }

    assert_eq!((kept, taken), (1, 1));
}

async fn a_count_misses_nobody_and_begins_anew_when_it_has_ended(database: &Database) {
    let store = database.open().await;
    let (soon, late) = (
        now() + SignedDuration::from_secs(1),
        now() + SignedDuration::from_hours(1),
    );

    let counts = (0..24).map(|_| {
        let store = Arc::clone(&store);
        tokio::spawn(async move { store.count(&key("try/1"), soon, now()).await.unwrap() })
    });
    let mut found = Vec::new();
    for count in counts.collect::<Vec<_>>() {
        found.push(count.await.unwrap());
    }
    found.sort_unstable();

    assert_eq!(found, (1..=24).collect::<Vec<_>>());
    assert_eq!(store.count(&key("try/1"), late, now()).await.unwrap(), 25);
    assert_eq!(store.count(&key("try/1"), late, soon).await.unwrap(), 1);
    assert_eq!(store.count(&key("try/2"), late, soon).await.unwrap(), 1);
}

async fn the_log_is_read_by_app_and_actor_newest_first(database: &Database) {
    let store = database.open().await;
    for (number, (actor, app)) in [("alice", "wx1"), ("bob", "wx1"), ("alice", "wx2")]
        .iter()
        .enumerate()
    {
        let change = Change::new(Entry::new(*actor, format!("do.{number}")).about(*app));
        store.commit(&change, now()).await.unwrap();
    }
    let actions = async |query: Query| -> Vec<String> {
        let logged = store.log(&query).await.unwrap();
        logged.into_iter().map(|logged| logged.entry.action).collect()
    };

    let of = |app: Option<&str>, actor: Option<&str>| Query {
        app: app.map(str::to_owned),
        actor: actor.map(str::to_owned),
        ..Query::default()
    };
    assert_eq!(actions(of(Some("wx1"), None)).await, ["do.1", "do.0"]);
    assert_eq!(actions(of(None, Some("alice"))).await, ["do.2", "do.0"]);
    assert_eq!(actions(of(Some("wx1"), Some("alice"))).await, ["do.0"]);
    let newest = store
        .log(&Query {
            most: 1,
            ..Query::default()
        })
        .await
        .unwrap();
    let older = Query {
        before: Some(newest[0].sequence),
        ..Query::default()
    };
    assert_eq!(actions(older).await, ["do.1", "do.0"]);
}

/// Many add one to a number; who meets a conflict looks again.
async fn concurrent_writers_lose_nothing(database: &Database) {
    let store = database.open().await;
    commit(&store, "number", json!(0)).await;

    let writers = (0..8).map(|_| {
        let store = Arc::clone(&store);
        tokio::spawn(async move {
            for _ in 0..10 {
                add_one(&*store).await;
            }
        })
    });
    for writer in writers.collect::<Vec<_>>() {
        writer.await.unwrap();
    }

    assert_eq!(store.get(&key("number")).await.unwrap().unwrap().body, json!(80));
    let query = Query {
        most: 1000,
        ..Query::default()
    };
    assert_eq!(store.log(&query).await.unwrap().len(), 81);
}

async fn what_was_committed_is_there_after_opening_anew(database: &Database) {
    let store = database.open().await;
    let sequence = commit(&store, "a", json!({ "deep": [1, 2.5, "\u{0}"] })).await;
    drop(store);

    let store = database.open().await;

    let record = store.get(&key("a")).await.unwrap().unwrap();
    assert_eq!(
        (record.revision, record.body),
        (sequence, json!({ "deep": [1, 2.5, "\u{0}"] }))
    );
    assert_eq!(*store.newest().borrow(), sequence);
}

async fn a_new_database_says_what_it_would_get(database: &Database) {
    let before = pending(&database.url()).await.unwrap();
    if let Database::Sqlite(folder) = database {
        assert!(!folder.path().join("console.db").exists());
    }
    database.open().await;
    let after = pending(&database.url()).await.unwrap();

    assert_eq!(before.len(), 2);
    assert!(before[0].sql.contains("CREATE TABLE audit"));
    assert_eq!(after, []);
}

async fn the_log_cant_be_changed(database: &Database) {
    let store = database.open().await;
    commit(&store, "a", json!(1)).await;

    for sql in ["UPDATE audit SET actor = 'nobody'", "DELETE FROM audit"] {
        let error = execute(&database.url(), sql).await.unwrap_err();
        assert!(error.to_string().contains("append-only"), "{error}");
    }

    assert_eq!(
        store.log(&Query::default()).await.unwrap()[0].entry.actor,
        "tester"
    );
}

async fn a_commit_is_heard_of(database: &Database) {
    let (here, there) = (database.open().await, database.open().await);
    let mut newest = if matches!(database, Database::Postgres(_)) {
        there.newest()
    } else {
        // One process has a file of SQLite.
        here.newest()
    };

    let sequence = commit(&here, "a", json!(1)).await;

    newest.wait_for(|newest| *newest >= sequence).await.unwrap();
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_file_of_sqlite_is_its_owners_and_whole_once_it_is_closed() {
    use std::os::unix::fs::PermissionsExt;
    let database = Database::sqlite();
    let store = database.open().await;
    commit(&store, "a", json!(1)).await;
    let url = database.url();
    let file = std::path::Path::new(url.strip_prefix("sqlite:").unwrap());

    store.close().await;

    assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("copy.db");
    std::fs::copy(file, &copy).unwrap();
    let copied = open(&format!("sqlite:{}", copy.display())).await;
    let record = copied.unwrap().get(&key("a")).await.unwrap().unwrap();
    assert_eq!(record.body, json!(1));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_committed_while_the_database_was_out_of_reach_is_heard_of_after_that() {
    let Some(database) = Database::postgres().await else {
        return;
    };
    let road = Road::to(&database.url()).await;
    let (here, there) = (database.open().await, open(&road.url).await.unwrap());
    let mut newest = there.newest();

    road.close();
    road.tried_in_vain(2).await;
    let sequence = commit(&here, "a", json!(1)).await;
    assert!(*newest.borrow() < sequence);
    road.open();

    let heard = timeout(
        Duration::from_secs(30),
        newest.wait_for(|newest| *newest >= sequence),
    )
    .await;
    heard.expect("it is heard of").unwrap();
    drop((here, there));
}

async fn execute(url: &str, sql: &'static str) -> Result<(), sqlx::Error> {
    use sqlx::Connection;
    if url.starts_with("sqlite") {
        let mut connection = sqlx::SqliteConnection::connect(url).await?;
        sqlx::query(sql).execute(&mut connection).await?;
    } else {
        let mut connection = sqlx::PgConnection::connect(url).await?;
        sqlx::query(sql).execute(&mut connection).await?;
    }
    Ok(())
}

pub(crate) async fn add_one(store: &dyn Store) {
    loop {
        let record = store.get(&key("number")).await.unwrap().unwrap();
        let number = record.body.as_i64().unwrap();
        let change = Change::new(entry()).replace(&record, json!(number + 1));
        match store.commit(&change, now()).await {
            Ok(_) => return,
            Err(StoreError::Conflict { .. }) => {}
            Err(other) => panic!("{other}"),
        }
    }
}

async fn commit(store: &Arc<dyn Store>, name: &str, body: serde_json::Value) -> i64 {
    store
        .commit(&Change::new(entry()).create(&key(name), body), now())
        .await
        .unwrap()
}

pub(crate) fn entry() -> Entry {
    Entry::new("tester", "test")
}

pub(crate) fn key(text: &str) -> Key {
    text.parse().unwrap()
}

pub(crate) fn now() -> Timestamp {
    Timestamp::from_second(1_800_000_000).unwrap()
}
