//! A store whose work is counted and timed.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use jiff::Timestamp;
use serde_json::Value;
use tokio::sync::watch;
use tokio::time::Instant;

use super::{Change, Key, Logged, Query, Record, Sequence, Store, StoreError};
use crate::metrics::Metrics;

/// Another store, whose work is counted and timed.
#[derive(Debug)]
pub struct Measured {
    inner: Arc<dyn Store>,
    metrics: Arc<Metrics>,
    has_failed_to_write: AtomicBool,
}

impl Measured {
    /// This store.
    #[must_use]
    pub fn new(inner: Arc<dyn Store>, metrics: Arc<Metrics>) -> Self {
        Self {
            inner,
            metrics,
            has_failed_to_write: AtomicBool::new(false),
        }
    }

    /// Whether it can be written, as far as is known: where the last write failed, it is tried with something that has
    /// ended already; else nothing is written.
    pub(crate) async fn can_be_written(&self, now: Timestamp) -> bool {
        if !self.has_failed_to_write.load(Ordering::Relaxed) {
            return true;
        }
        let Ok(key) = Key::of(&["ready"]) else {
            return false;
        };
        let body = Value::String(" ".repeat(LARGE));
        self.keep(&key, &body, now).await.is_ok()
    }

    async fn time<T>(
        &self,
        operation: &'static str,
        work: impl Future<Output = Result<T, StoreError>>,
    ) -> Result<T, StoreError> {
        let began = Instant::now();
        let done = work.await;
        // Somebody else was faster: that is an answer, and no failure.
        let has_failed = done
            .as_ref()
            .is_err_and(|error| !matches!(error, StoreError::Conflict { .. }));
        self.metrics.stored(operation, began.elapsed(), has_failed);
        done
    }

    /// The same for what always writes: it remembers whether the last could.
    async fn write<T>(
        &self,
        operation: &'static str,
        work: impl Future<Output = Result<T, StoreError>>,
    ) -> Result<T, StoreError> {
        let written = self.time(operation, work).await;
        match &written {
            Ok(_) => self.has_failed_to_write.store(false, Ordering::Relaxed),
            Err(StoreError::Unavailable { .. }) => self.has_failed_to_write.store(true, Ordering::Relaxed),
            Err(_) => {}
        }
        written
    }
}

#[async_trait]
impl Store for Measured {
    async fn get(&self, key: &Key) -> Result<Option<Record>, StoreError> {
        self.time("get", self.inner.get(key)).await
    }

    async fn list(&self, prefix: &Key, after: Option<&Key>, most: u32) -> Result<Vec<Record>, StoreError> {
        self.time("list", self.inner.list(prefix, after, most)).await
    }

    async fn commit(&self, change: &Change, at: Timestamp) -> Result<Sequence, StoreError> {
        let sequence = self.write("commit", self.inner.commit(change, at)).await?;
        self.metrics.entered(&change.entry.action);
        Ok(sequence)
    }

    async fn log(&self, query: &Query) -> Result<Vec<Logged>, StoreError> {
        self.time("log", self.inner.log(query)).await
    }

    async fn keep(&self, key: &Key, body: &Value, ends_at: Timestamp) -> Result<(), StoreError> {
        self.write("keep", self.inner.keep(key, body, ends_at)).await
    }

    async fn kept(&self, key: &Key, now: Timestamp) -> Result<Option<Value>, StoreError> {
        self.time("kept", self.inner.kept(key, now)).await
    }

    async fn swap(
        &self,
        key: &Key,
        expected: Option<&Value>,
        body: &Value,
        ends_at: Timestamp,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let swapped = self.inner.swap(key, expected, body, ends_at, now);
        self.time("swap", swapped).await
    }

    async fn take(&self, key: &Key, now: Timestamp) -> Result<Option<Value>, StoreError> {
        self.time("take", self.inner.take(key, now)).await
    }

    async fn count(&self, key: &Key, ends_at: Timestamp, now: Timestamp) -> Result<u32, StoreError> {
        self.write("count", self.inner.count(key, ends_at, now)).await
    }

    async fn drop_kept(&self, prefix: &Key, now: Timestamp) -> Result<(), StoreError> {
        self.time("drop_kept", self.inner.drop_kept(prefix, now)).await
    }

    async fn drop_ended(&self, now: Timestamp) -> Result<(), StoreError> {
        self.time("drop_ended", self.inner.drop_ended(now)).await
    }

    async fn filing(&self, domain: &str) -> Result<Option<String>, StoreError> {
        self.time("filing", self.inner.filing(domain)).await
    }

    async fn filings(&self, after: &str, most: u32) -> Result<Vec<(String, String)>, StoreError> {
        self.time("filings", self.inner.filings(after, most)).await
    }

    async fn close(&self) {
        self.inner.close().await;
    }

    fn newest(&self) -> watch::Receiver<Sequence> {
        self.inner.newest()
    }

    fn database(&self) -> &'static str {
        self.inner.database()
    }
}

/// A few bytes have room on a disk that is full for everything else.
const LARGE: usize = 64 * 1024;
