//! Accounts whose tokens change while they are disabled.

use std::sync::Arc;

use async_trait::async_trait;
use jiff::Timestamp;
use minigate_console::account::Accounts;
use minigate_console::store::{Change, Key, Logged, Query, Record, Sequence, Store, StoreError};
use minigate_console::token::Tokens;
use serde_json::Value;
use tokio::sync::{Mutex, watch};

use crate::database::{Database, on_both};
use crate::people::{name, person, root};
use crate::store::now;
use crate::tokens::read_token;

on_both! {
    an_account_is_disabled_while_one_of_its_tokens_is_revoked
}

async fn an_account_is_disabled_while_one_of_its_tokens_is_revoked(database: &Database) {
    let store = database.open().await;
    let begun = person(&store, "dev", None).await;
    let (revoked, _) = read_token(&store, &begun).await;
    read_token(&store, &begun).await;
    let overtaken = Overtaken {
        store: Arc::clone(&store),
        revoked: Mutex::new(Some(revoked.id)),
    };
    let root = root();

    let disabled = Accounts::of(&overtaken, &root, now()).disable(&name("dev")).await;

    assert!(disabled.unwrap().disabled);
    assert_eq!(Tokens::of(&*store).mine(&begun.session).await.unwrap(), []);
}

/// A store in which a token of `dev` is revoked just before the first commit.
#[derive(Debug)]
struct Overtaken {
    store: Arc<dyn Store>,
    revoked: Mutex<Option<String>>,
}

#[async_trait]
impl Store for Overtaken {
    async fn get(&self, key: &Key) -> Result<Option<Record>, StoreError> {
        self.store.get(key).await
    }

    async fn list(&self, prefix: &Key, after: Option<&Key>, most: u32) -> Result<Vec<Record>, StoreError> {
        self.store.list(prefix, after, most).await
    }

    async fn commit(&self, change: &Change, at: Timestamp) -> Result<Sequence, StoreError> {
        if let Some(id) = self.revoked.lock().await.take() {
            let tokens = Tokens::of(&*self.store);
            tokens.revoke_of(&name("dev"), &id, &root(), at).await.unwrap();
        }
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
