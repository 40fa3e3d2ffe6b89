//! PostgreSQL: for several console processes side by side.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;
use sqlx::postgres::{PgConnectOptions, PgListener, PgPoolOptions};
use sqlx::{PgPool, Postgres as Driver, Transaction};
use tokio::sync::{Semaphore, watch};
use tokio::task::AbortHandle;
use tokio::time::sleep;
use tokio_util::task::TaskTracker;

use super::change::{Deed, FilingRows, Import};
use super::place::PATIENCE;
use super::sql::{self, Turn, implement_store};
use super::{Change, Database, Key, Logged, Query, Record, Sequence, StoreError, migration};

/// A server.
#[derive(Debug)]
pub(super) struct Postgres {
    pool: PgPool,
    /// Commits wait for it without a connection: were all of them to wait at the lock, there would be none for readers.
    turn: Arc<Semaphore>,
    newest: watch::Sender<Sequence>,
    commits: TaskTracker,
    listening: AbortHandle,
}

impl Postgres {
    pub(super) async fn open(options: PgConnectOptions) -> Result<Self, StoreError> {
        let pool = PgPoolOptions::new()
            .max_connections(CONNECTIONS)
            .acquire_timeout(PATIENCE)
            .connect_with(options)
            .await?;
        migration::migrator(Database::Postgres).run(&pool).await?;
        let (listener, newest) = listen(&pool).await?;
        let newest = watch::Sender::new(newest);
        let following = follow(listener, pool.clone(), newest.clone());
        let listening = tokio::spawn(following).abort_handle();
        Ok(Self {
            pool,
            turn: Arc::new(Semaphore::new(1)),
            newest,
            commits: TaskTracker::new(),
            listening,
        })
    }

    /// One writer at a time, of all processes: so the numbers of the log are in the order of the commits.
    async fn begin(&self) -> Result<(Turn, Transaction<'static, Driver>), StoreError> {
        let turn = Arc::clone(&self.turn).acquire_owned().await.ok();
        let mut transaction = self.pool.begin().await?;
        sqlx::query("LOCK TABLE audit IN EXCLUSIVE MODE")
            .execute(&mut *transaction)
            .await?;
        Ok((turn, transaction))
    }

    /// Where what ends by itself is written: that waits for no commit.
    const fn tickets(&self) -> &PgPool {
        &self.pool
    }

    const fn pools(&self) -> [&PgPool; 1] {
        [&self.pool]
    }

    /// Tells all processes, once it is committed.
    async fn announce(
        &self,
        transaction: &mut Transaction<'static, Driver>,
        sequence: Sequence,
    ) -> Result<(), StoreError> {
        sqlx::query("SELECT pg_notify($1, $2)")
            .bind(CHANNEL)
            .bind(sequence.to_string())
            .execute(&mut **transaction)
            .await?;
        Ok(())
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

implement_store!(Postgres);

/// Listens for commits, and then asks for the newest: so none between the two is missed.
async fn listen(pool: &PgPool) -> Result<(PgListener, Sequence), sqlx::Error> {
    let mut listener = PgListener::connect_with(pool).await?;
    // It would come back without saying what it has missed.
    listener.eager_reconnect(false);
    listener.listen(CHANNEL).await?;
    let newest = sqlx::query_scalar(sql::NEWEST).fetch_one(pool).await?;
    Ok((listener, newest))
}

/// Hears of commits, whatever becomes of connections.
async fn follow(listener: PgListener, pool: PgPool, newest: watch::Sender<Sequence>) {
    tokio::join!(hear(listener, &pool, &newest), look(&pool, &newest));
}

async fn hear(mut listener: PgListener, pool: &PgPool, newest: &watch::Sender<Sequence>) {
    loop {
        while let Ok(Some(notification)) = listener.try_recv().await {
            if let Ok(sequence) = notification.payload().parse() {
                sql::tell(newest, sequence);
            }
        }
        // It holds a connection, for which a pool that closes would wait.
        drop(listener);
        let (again, sequence) = listen_again(pool).await;
        listener = again;
        sql::tell(newest, sequence);
    }
}

async fn listen_again(pool: &PgPool) -> (PgListener, Sequence) {
    loop {
        match listen(pool).await {
            Ok(listening) => return listening,
            Err(_) => sleep(PAUSE).await,
        }
    }
}

/// Asks now and then: a connection can be dead without either side hearing of it.
async fn look(pool: &PgPool, newest: &watch::Sender<Sequence>) {
    loop {
        sleep(GLANCE).await;
        if let Ok(sequence) = sqlx::query_scalar(sql::NEWEST).fetch_one(pool).await {
            sql::tell(newest, sequence);
        }
    }
}

const CHANNEL: &str = "minigate_console";
const GLANCE: Duration = Duration::from_secs(10);
const PAUSE: Duration = Duration::from_millis(500);
const CONNECTIONS: u32 = 16;
