//! SQLite: one file, for one console process.

use std::collections::BTreeSet;
use std::io::ErrorKind;
use std::path::Path;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{Connection, Sqlite as Driver, SqliteConnection, SqlitePool, Transaction};
use tokio::fs::OpenOptions;
use tokio::sync::watch;
use tokio_util::task::TaskTracker;

use super::change::{Deed, FilingRows, Import};
use super::lock::Lock;
use super::place::in_file;
use super::sql::{self, Turn, implement_store};
use super::{
    Change, Database, Key, Logged, OpenError, Query, Record, Sequence, StoreError, Usage, migration,
};

/// A file.
#[derive(Debug)]
pub(super) struct Sqlite {
    pool: SqlitePool,
    /// One connection, for which writers wait in turn: were they to wait in the pool, there would be none for readers.
    writer: SqlitePool,
    _lock: Option<Lock>,
    newest: watch::Sender<Sequence>,
    commits: TaskTracker,
}

impl Sqlite {
    pub(super) async fn open(options: SqliteConnectOptions, usage: Usage) -> Result<Self, StoreError> {
        let file = options.get_filename().to_owned();
        make_private(&file).await?;
        let lock = match usage {
            Usage::Serve => Some(Lock::of(&file).await?),
            Usage::Visit => None,
        };
        let options = options
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            // A commit is on the disk before it is acknowledged, so it survives the machine too.
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(PATIENCE);
        let writer = SqlitePoolOptions::new()
            .max_connections(1)
            .before_acquire(|connection, _| Box::pin(is_at_rest(connection)))
            .connect_with(options.clone())
            .await
            .map_err(|error| in_file(&file, error))?;
        migration::migrator(Database::Sqlite).run(&writer).await?;
        let pool = SqlitePoolOptions::new()
            .max_connections(CONNECTIONS)
            .connect_with(options.pragma("query_only", "ON"))
            .await?;
        let newest = sqlx::query_scalar(sql::NEWEST).fetch_one(&pool).await?;
        Ok(Self {
            pool,
            writer,
            _lock: lock,
            newest: watch::Sender::new(newest),
            commits: TaskTracker::new(),
        })
    }

    /// Takes the lock of the one writer at once, so that nothing read can move on before it is written.
    async fn begin(&self) -> Result<(Turn, Transaction<'static, Driver>), StoreError> {
        Ok((None, self.writer.begin_with("BEGIN IMMEDIATE").await?))
    }

    /// Where what ends by itself is written: nobody writes beside the one writer.
    const fn tickets(&self) -> &SqlitePool {
        &self.writer
    }

    const fn pools(&self) -> [&SqlitePool; 2] {
        [&self.pool, &self.writer]
    }

    #[expect(clippy::unused_async, reason = "PostgreSQL tells other processes")]
    async fn announce(
        &self,
        _transaction: &mut Transaction<'static, Driver>,
        _sequence: Sequence,
    ) -> Result<(), StoreError> {
        Ok(())
    }
}

implement_store!(Sqlite);

/// A full disk makes SQLite end a transaction by itself, which the library doesn't learn: it then refuses to begin another on
/// that connection, for ever.
async fn is_at_rest(connection: &mut SqliteConnection) -> Result<bool, sqlx::Error> {
    Ok(!connection.is_in_transaction())
}

/// Makes the file where it isn't there, for its owner only: hashes of passwords and keys are in it. What SQLite puts beside
/// it gets the same mode.
async fn make_private(file: &Path) -> Result<(), OpenError> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    options.mode(0o600);
    match options.open(file).await {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        Err(error) if error.kind() == ErrorKind::NotFound => Err(OpenError::NoFolder {
            folder: file.parent().unwrap_or(file).to_owned(),
        }),
        Err(error) => Err(OpenError::File {
            file: file.to_owned(),
            reason: error.to_string(),
        }),
    }
}

const PATIENCE: Duration = Duration::from_secs(30);
const CONNECTIONS: u32 = 8;
