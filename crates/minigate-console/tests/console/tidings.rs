//! Which lists are read anew after a commit.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use minigate_console::grant::{self, Unreleased};
use minigate_console::publish::{Publisher, StreamLimits};
use minigate_console::store::{Change, Key, Logged, Query, Record, Sequence, Store, StoreError};
use minigate_console::{Clock, app, block, keys};
use minigate_policy::{AppId, Domain, Era};
use serde_json::Value;
use tokio::sync::watch;

use crate::database::{Database, on_both};
use crate::domains::{app as first_app, by};
use crate::store::now;

on_both! {
    d2_a_commit_has_only_the_list_of_its_app_read_anew
    d2_blocks_and_keys_have_every_list_read_anew
    d2_what_was_committed_before_is_seen_however_many_write
    d2_many_commits_at_once_have_every_list_read_anew
}

/// A store that counts what is read of records.
#[derive(Debug)]
struct Counting {
    store: Arc<dyn Store>,
    read: AtomicUsize,
}

impl Counting {
    fn of(store: &Arc<dyn Store>) -> Arc<Self> {
        Arc::new(Self {
            store: Arc::clone(store),
            read: AtomicUsize::new(0),
        })
    }

    fn take(&self) -> usize {
        self.read.swap(0, Ordering::SeqCst)
    }
}

#[async_trait]
impl Store for Counting {
    async fn get(&self, key: &Key) -> Result<Option<Record>, StoreError> {
        self.read.fetch_add(1, Ordering::SeqCst);
        self.store.get(key).await
    }

    async fn list(&self, prefix: &Key, after: Option<&Key>, most: u32) -> Result<Vec<Record>, StoreError> {
        self.store.list(prefix, after, most).await
    }

    async fn commit(&self, change: &Change, at: Timestamp) -> Result<Sequence, StoreError> {
        self.store.commit(change, at).await
    }

    async fn log(&self, query: &Query) -> Result<Vec<Logged>, StoreError> {
        self.store.log(query).await
    }

    async fn keep(&self, key: &Key, body: &Value, ends_at: Timestamp) -> Result<(), StoreError> {
        self.store.keep(key, body, ends_at).await
    }

    async fn kept(&self, key: &Key, now: Timestamp) -> Result<Option<Value>, StoreError> {
        self.store.kept(key, now).await
    }

    async fn swap(
        &self,
        key: &Key,
        expected: Option<&Value>,
        body: &Value,
        ends_at: Timestamp,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        self.store.swap(key, expected, body, ends_at, now).await
    }

    async fn take(&self, key: &Key, now: Timestamp) -> Result<Option<Value>, StoreError> {
        self.store.take(key, now).await
    }

    async fn count(&self, key: &Key, ends_at: Timestamp, now: Timestamp) -> Result<u32, StoreError> {
        self.store.count(key, ends_at, now).await
    }

    async fn drop_kept(&self, prefix: &Key, now: Timestamp) -> Result<(), StoreError> {
        self.store.drop_kept(prefix, now).await
    }

    async fn drop_ended(&self, now: Timestamp) -> Result<(), StoreError> {
        self.store.drop_ended(now).await
    }

    async fn filing(&self, domain: &str) -> Result<Option<String>, StoreError> {
        self.store.filing(domain).await
    }

    async fn filings(&self, after: &str, most: u32) -> Result<Vec<(String, String)>, StoreError> {
        self.store.filings(after, most).await
    }

    async fn close(&self) {
        self.store.close().await;
    }

    fn newest(&self) -> watch::Receiver<Sequence> {
        self.store.newest()
    }

    fn database(&self) -> &'static str {
        self.store.database()
    }
}

fn publisher(store: &Arc<Counting>) -> Arc<Publisher> {
    let store: Arc<dyn Store> = Arc::clone(store) as Arc<dyn Store>;
    Publisher::new(store, Clock::new(now), StreamLimits::default())
}

async fn apps(database: &Database) -> (Arc<dyn Store>, AppId, AppId) {
    let (store, one) = first_app(database, false).await;
    let other = "wx2".parse().unwrap();
    app::create(&*store, &other, "Other", Era::Guide, false, &by("operator"))
        .await
        .unwrap();
    (store, one, other)
}

async fn give(store: &dyn Store, id: &AppId, hours: i64) {
    let end = now() + SignedDuration::from_hours(hours);
    grant::give(store, id, &[Unreleased::Trial], end, "a test", &by("alice"))
        .await
        .unwrap();
}

async fn d2_a_commit_has_only_the_list_of_its_app_read_anew(database: &Database) {
    let (store, one, other) = apps(database).await;
    // Making the first keys is news to every app.
    keys::load_or_make(&*store, now()).await.unwrap();
    let counting = Counting::of(&store);
    let publisher = publisher(&counting);
    let first = publisher.published(&one).await.unwrap();
    publisher.published(&other).await.unwrap();
    counting.take();

    give(&*store, &other, 1).await;
    let same = publisher.published(&one).await.unwrap();
    let read_for_one = counting.take();
    publisher.published(&other).await.unwrap();
    let read_for_other = counting.take();

    assert!(Arc::ptr_eq(&first, &same));
    assert_eq!(read_for_one, 0);
    assert!(read_for_other > 0);
}

async fn d2_blocks_and_keys_have_every_list_read_anew(database: &Database) {
    let (store, one, other) = apps(database).await;
    let counting = Counting::of(&store);
    let publisher = publisher(&counting);
    let mut before = Vec::new();
    for id in [&one, &other] {
        before.push(publisher.published(id).await.unwrap());
    }

    let evil = Domain::parse("evil.com").unwrap();
    block::add(&*store, &evil, "phishing", None, &by("root"))
        .await
        .unwrap();
    let mut blocked = Vec::new();
    for id in [&one, &other] {
        blocked.push(publisher.published(id).await.unwrap());
    }
    keys::announce(&*store, &by("root")).await.unwrap();
    keys::rotate(&*store, keys::USUAL_HOLD, &by("root"))
        .await
        .unwrap();

    for (id, (before, blocked)) in [&one, &other].into_iter().zip(before.iter().zip(&blocked)) {
        let signed_anew = publisher.published(id).await.unwrap();
        assert!(blocked.sequence > before.sequence);
        assert_eq!(signed_anew.sequence, blocked.sequence);
        assert_ne!(signed_anew.etag, blocked.etag);
    }
}

async fn d2_what_was_committed_before_is_seen_however_many_write(database: &Database) {
    let (store, one, other) = apps(database).await;
    let publisher = publisher(&Counting::of(&store));
    let writers = [one, other].map(|id| {
        let (store, publisher) = (Arc::clone(&store), Arc::clone(&publisher));
        tokio::spawn(async move {
            for round in 1..=20 {
                give(&*store, &id, round).await;
                let seen = publisher.published(&id).await.unwrap().sequence;
                let log = Query {
                    app: Some(id.to_string()),
                    most: 1,
                    ..Query::default()
                };
                let own = store.log(&log).await.unwrap()[0].sequence;
                assert_eq!(seen, own.unsigned_abs());
            }
        })
    });

    for writer in writers {
        writer.await.unwrap();
    }
}

async fn d2_many_commits_at_once_have_every_list_read_anew(database: &Database) {
    let (store, one, other) = apps(database).await;
    let counting = Counting::of(&store);
    let publisher = publisher(&counting);
    let first = publisher.published(&one).await.unwrap();
    give(&*store, &one, 1).await;
    for _ in 0..300 {
        let entry = minigate_console::store::Entry::new("alice", "note").about(other.as_str());
        store.commit(&Change::new(entry), now()).await.unwrap();
    }

    let second = publisher.published(&one).await.unwrap();

    assert!(second.sequence > first.sequence);
}
