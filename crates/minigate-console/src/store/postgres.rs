//! PostgreSQL: for several console processes side by side.

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;
use sqlx::postgres::{PgListener, PgPoolOptions};
use sqlx::{PgPool, Postgres as Driver, Transaction};
use tokio::sync::watch;
use tokio::task::AbortHandle;

use super::change::{Deed, FilingRows, Import};
use super::sql::{self, implement_store};
use super::{Change, Database, Key, Logged, Query, Record, Sequence, StoreError, migration};

/// A server.
#[derive(Debug)]
pub(super) struct Postgres {
    pool: PgPool,
    newest: watch::Sender<Sequence>,
    listening: AbortHandle,
}

impl Postgres {
    pub(super) async fn open(url: &str) -> Result<Self, StoreError> {
        let pool = PgPoolOptions::new()
            .max_connections(CONNECTIONS)
            .acquire_timeout(PATIENCE)
            .connect(url)
            .await?;
        migration::migrator(Database::Postgres).run(&pool).await?;
        let mut listener = PgListener::connect_with(&pool).await?;
        listener.listen(CHANNEL).await?;
        let newest = watch::Sender::new(sqlx::query_scalar(sql::NEWEST).fetch_one(&pool).await?);
        let listening = tokio::spawn(listen(listener, pool.clone(), newest.clone())).abort_handle();
        Ok(Self {
            pool,
            newest,
            listening,
        })
    }

    /// One writer at a time, of all processes: so the numbers of the log are in the order of the commits.
    async fn begin(&self) -> Result<Transaction<'static, Driver>, StoreError> {
        let mut transaction = self.pool.begin().await?;
        sqlx::query("LOCK TABLE audit IN EXCLUSIVE MODE")
            .execute(&mut *transaction)
            .await?;
        Ok(transaction)
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

/// Hears of commits; what was missed while the connection was lost is looked up.
async fn listen(mut listener: PgListener, pool: PgPool, newest: watch::Sender<Sequence>) {
    loop {
        let heard: Option<Sequence> = match listener.try_recv().await {
            Ok(Some(notification)) => notification.payload().parse().ok(),
            Ok(None) => sqlx::query_scalar(sql::NEWEST).fetch_one(&pool).await.ok(),
            Err(_) => {
                tokio::time::sleep(PAUSE).await;
                continue;
            }
        };
        if let Some(sequence) = heard {
            newest.send_if_modified(|newest| {
                let is_newer = sequence > *newest;
                *newest = sequence.max(*newest);
                is_newer
            });
        }
    }
}

const CHANNEL: &str = "minigate_console";
const PATIENCE: Duration = Duration::from_secs(30);
const PAUSE: Duration = Duration::from_millis(500);
const CONNECTIONS: u32 = 16;
