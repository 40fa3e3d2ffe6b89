//! The console's memory, in SQLite or PostgreSQL.
//!
//! ```text
//!  Record: key, revision, body ──► Change: writes, each with the revision that it replaces, and an Entry
//!                                     └─► commit: all of it or nothing; a record that has moved on is a Conflict
//!  Ticket: key, body, end ────────► what ends by itself: sessions, access tokens, counts of what somebody tries
//! ```
//! Both databases do the same: one writer at a time, so a change that was decided on what was read is either exactly
//! right or a conflict, and the numbers of the log are in the order of the commits. Who meets a conflict reads again and
//! decides again.
//!
//! ```
//! # tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(async {
//! use minigate_console::store::{Change, Entry, Key, open};
//! use serde_json::json;
//!
//! let folder = tempfile::tempdir()?;
//! let store = open(&format!("sqlite:{}/console.db", folder.path().display())).await?;
//! let key: Key = "app/wx1".parse()?;
//!
//! let entry = Entry::new("alice", "app.create").about("wx1").after(json!({ "name": "Shop" }));
//! let now = jiff::Timestamp::now();
//! let first = store.commit(&Change::new(entry).create(&key, json!({ "name": "Shop" })), now).await?;
//! let record = store.get(&key).await?.ok_or("it was written")?;
//! assert_eq!((record.revision, &record.body["name"]), (first, &json!("Shop")));
//!
//! // Whoever decided on an older revision has to look again.
//! let stale = Change::new(Entry::new("bob", "app.create")).create(&key, json!({}));
//! assert!(store.commit(&stale, now).await.is_err());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod audit;
mod change;
pub mod copy;
mod error;
mod key;
mod lock;
mod measured;
mod migration;
mod opening;
mod place;
mod postgres;
mod sql;
mod sqlite;

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use jiff::Timestamp;
use serde_json::Value;
use tokio::sync::watch;

use place::Place;

pub use audit::{Entry, Logged, Query};
pub use change::{Change, Deed, FilingRows, Import, Write};
pub use error::StoreError;
pub use key::{BadKey, Key};
pub use measured::Measured;
pub use migration::{Migration, pending};
pub use opening::OpenError;

/// The number of a commit in the audit log; later ones are larger.
pub type Sequence = i64;

/// A value by its key.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// Its key.
    pub key: Key,
    /// The commit that wrote it.
    pub revision: Sequence,
    /// What it says.
    pub body: Value,
}

/// Where the console keeps what it knows.
///
/// # Errors
/// All of them give [`StoreError::Unavailable`] where the database doesn't answer, and [`StoreError::Corrupt`] for what
/// can't be read.
#[async_trait]
pub trait Store: fmt::Debug + Send + Sync {
    /// One record.
    async fn get(&self, key: &Key) -> Result<Option<Record>, StoreError>;

    /// Records whose keys begin so, in the order of their keys, from after one of them; `most` at most.
    async fn list(&self, prefix: &Key, after: Option<&Key>, most: u32) -> Result<Vec<Record>, StoreError>;

    /// Writes a whole change and its entry in the audit log, as of a moment, and gives the number of that entry.
    ///
    /// Once this returns, the change survives whatever happens to the process or its machine.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] where a record isn't at the revision that the change expects; then nothing is written.
    async fn commit(&self, change: &Change, at: Timestamp) -> Result<Sequence, StoreError>;

    /// The audit log, the newest entry first.
    async fn log(&self, query: &Query) -> Result<Vec<Logged>, StoreError>;

    /// Keeps something until it ends; what was kept by this key before is gone.
    async fn keep(&self, key: &Key, body: &Value, ends_at: Timestamp) -> Result<(), StoreError>;

    /// What is kept and hasn't ended.
    async fn kept(&self, key: &Key, now: Timestamp) -> Result<Option<Value>, StoreError>;

    /// Keeps something until it ends where exactly what is expected is kept, or nothing is where that is none; tells
    /// whether it did. Of several processes that expect the same, one succeeds.
    async fn swap(
        &self,
        key: &Key,
        expected: Option<&Value>,
        body: &Value,
        ends_at: Timestamp,
        now: Timestamp,
    ) -> Result<bool, StoreError>;

    /// Takes what is kept and hasn't ended: it is kept no more, so only one of several processes gets it.
    async fn take(&self, key: &Key, now: Timestamp) -> Result<Option<Value>, StoreError>;

    /// Adds one to a count and gives it: 1 for the first, which ends at a moment; later ones don't put that end off.
    /// No two of several processes get the same number.
    async fn count(&self, key: &Key, ends_at: Timestamp, now: Timestamp) -> Result<u32, StoreError>;

    /// Drops what is kept by keys that begin so, and whatever has ended.
    async fn drop_kept(&self, prefix: &Key, now: Timestamp) -> Result<(), StoreError>;

    /// Drops whatever has ended.
    async fn drop_ended(&self, now: Timestamp) -> Result<(), StoreError>;

    /// The licence in the register of filings of exactly this domain; it may be empty.
    async fn filing(&self, domain: &str) -> Result<Option<String>, StoreError>;

    /// Rows of the register, domain and licence, in the order of their domains, from after one of them; `most` at most.
    async fn filings(&self, after: &str, most: u32) -> Result<Vec<(String, String)>, StoreError>;

    /// The number of the newest commit that this process knows of; it hears of those of other processes too.
    fn newest(&self) -> watch::Receiver<Sequence>;

    /// Ends its connections; in SQLite, all that was written is in the one file then. Nothing else works any more.
    async fn close(&self);

    /// What the database is called: `SQLite`, `PostgreSQL`.
    fn database(&self) -> &'static str;
}

/// What a record says, as a type.
pub(crate) fn read<T: serde::de::DeserializeOwned>(record: &Record) -> Result<T, StoreError> {
    T::deserialize(&record.body).map_err(|error| StoreError::Corrupt {
        place: record.key.to_string(),
        reason: error.to_string(),
    })
}

/// Opens a database, makes what is missing in it, and begins to listen for commits.
///
/// `sqlite:PATH`, of which the file is made where it isn't there, or `postgres://…`.
///
/// # Errors
/// [`StoreError::Unopened`] with the reason, [`StoreError::Unavailable`], and [`StoreError::Migration`].
pub async fn open(url: &str) -> Result<Arc<dyn Store>, StoreError> {
    open_for(url, Usage::Visit).await
}

/// Opens a database as [`open`] does, to serve from it for long. Of SQLite, which tells nobody of commits, one process can do
/// so at a time; others may [`open`] it beside.
///
/// # Errors
/// As [`open`], and [`OpenError::Served`] where another process serves from the file.
pub async fn open_to_serve(url: &str) -> Result<Arc<dyn Store>, StoreError> {
    open_for(url, Usage::Serve).await
}

async fn open_for(url: &str, usage: Usage) -> Result<Arc<dyn Store>, StoreError> {
    let place = Place::of(url)?;
    // What isn't this program's is refused before anything is written.
    migration::missing(&place).await?;
    match place {
        Place::File(options) => Ok(Arc::new(sqlite::Sqlite::open(options, usage).await?)),
        Place::Server(options) => Ok(Arc::new(postgres::Postgres::open(options).await?)),
    }
}

/// What a database is opened for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Usage {
    /// For as long as a console runs.
    Serve,
    /// For a moment, beside one that may run.
    Visit,
}

/// A kind of database.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Database {
    Sqlite,
    Postgres,
}
