//! What both databases have in common, written once: their SQL is the same, their types in the library aren't.

use jiff::Timestamp;
use serde_json::Value;
use tokio::sync::{OwnedSemaphorePermit, watch};
use tokio::task::JoinError;

use super::{Entry, Key, Logged, Record, Sequence, StoreError};

/// Until it is dropped, no other commit of this process begins; none where writers have one connection between them.
pub(super) type Turn = Option<OwnedSemaphorePermit>;

/// A row of the audit log.
pub(super) type AuditRow = (
    Sequence,
    i64,
    String,
    Option<String>,
    String,
    Option<String>,
    Option<String>,
    Option<String>,
    Option<String>,
);

pub(super) fn record((key, revision, body): (String, Sequence, String)) -> Result<Record, StoreError> {
    Ok(Record {
        body: json(&body, &key)?,
        key: key.parse().map_err(|error| corrupt(&key, &error))?,
        revision,
    })
}

pub(super) fn logged(row: AuditRow) -> Result<Logged, StoreError> {
    let (sequence, at, actor, origin, action, app, before, after, reason) = row;
    let place = format!("audit {sequence}");
    let value = |text: Option<String>| text.map(|text| json(&text, &place)).transpose();
    Ok(Logged {
        sequence,
        at: Timestamp::from_millisecond(at).map_err(|error| corrupt(&place, &error))?,
        entry: Entry {
            actor,
            origin,
            action,
            app,
            before: value(before)?,
            after: value(after)?,
            reason,
        },
    })
}

pub(super) fn json(text: &str, place: &str) -> Result<Value, StoreError> {
    serde_json::from_str(text).map_err(|error| corrupt(place, &error))
}

pub(super) fn count(text: &str, place: &str) -> Result<u32, StoreError> {
    let count: u64 = text.parse().map_err(|error| corrupt(place, &error))?;
    Ok(u32::try_from(count).unwrap_or(u32::MAX))
}

fn corrupt(place: &str, error: &dyn std::error::Error) -> StoreError {
    StoreError::Corrupt {
        place: place.to_owned(),
        reason: error.to_string(),
    }
}

pub(super) fn conflict(key: &Key) -> StoreError {
    StoreError::Conflict { key: key.clone() }
}

/// Tells of a commit, where that is the newest.
pub(super) fn tell(newest: &watch::Sender<Sequence>, sequence: Sequence) {
    newest.send_if_modified(|newest| {
        let is_newer = sequence > *newest;
        *newest = sequence.max(*newest);
        is_newer
    });
}

/// A commit whose end nobody knows.
pub(super) fn cut_short(error: &JoinError) -> StoreError {
    StoreError::Unavailable {
        reason: error.to_string(),
    }
}

pub(super) const GET: &str = "SELECT key, revision, body FROM record WHERE key = $1";
pub(super) const LIST: &str =
    "SELECT key, revision, body FROM record WHERE key > $1 AND key >= $2 AND key < $3 ORDER BY key LIMIT $4";
pub(super) const REVISION: &str = "SELECT revision FROM record WHERE key = $1";
pub(super) const PUT: &str = "INSERT INTO record (key, revision, body) VALUES ($1, $2, $3) \
     ON CONFLICT (key) DO UPDATE SET revision = excluded.revision, body = excluded.body";
pub(super) const DELETE: &str = "DELETE FROM record WHERE key = $1";
pub(super) const LOG: &str = "INSERT INTO audit (at, actor, origin, action, app, before, after, reason) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING sequence";
pub(super) const LOGGED: &str =
    "SELECT sequence, at, actor, origin, action, app, before, after, reason FROM audit WHERE sequence < ";
pub(super) const NEWEST: &str = "SELECT coalesce(max(sequence), 0) FROM audit";
pub(super) const KEEP: &str = "INSERT INTO ticket (key, body, ends_at) VALUES ($1, $2, $3) \
     ON CONFLICT (key) DO UPDATE SET body = excluded.body, ends_at = excluded.ends_at";
pub(super) const KEPT: &str = "SELECT body FROM ticket WHERE key = $1 AND ends_at > $2";
pub(super) const KEEP_FIRST: &str = "INSERT INTO ticket (key, body, ends_at) VALUES ($1, $2, $3) \
     ON CONFLICT (key) DO UPDATE SET body = excluded.body, ends_at = excluded.ends_at WHERE ticket.ends_at <= $4";
pub(super) const SWAP: &str =
    "UPDATE ticket SET body = $2, ends_at = $3 WHERE key = $1 AND ends_at > $4 AND body = $5";
pub(super) const TAKE: &str = "DELETE FROM ticket WHERE key = $1 AND ends_at > $2 RETURNING body";
pub(super) const COUNT: &str = "INSERT INTO ticket (key, body, ends_at) VALUES ($1, '1', $2) ON CONFLICT (key) DO UPDATE \
     SET body = CASE WHEN ticket.ends_at > $3 THEN CAST(CAST(ticket.body AS BIGINT) + 1 AS TEXT) ELSE '1' END, \
     ends_at = CASE WHEN ticket.ends_at > $3 THEN ticket.ends_at ELSE excluded.ends_at END RETURNING body";
pub(super) const DROP: &str = "DELETE FROM ticket WHERE (key >= $1 AND key < $2) OR ends_at <= $3";
pub(super) const DROP_ENDED: &str = "DELETE FROM ticket WHERE ends_at <= $1";
pub(super) const FILING: &str = "SELECT licence FROM filing WHERE domain = $1";
pub(super) const FILINGS: &str =
    "SELECT domain, licence FROM filing WHERE domain > $1 ORDER BY domain LIMIT $2";
pub(super) const DROP_FILINGS: &str = "DELETE FROM filing";
pub(super) const FILE: &str = "INSERT INTO filing (domain, licence) ";
pub(super) const FILE_ANEW: &str = " ON CONFLICT (domain) DO UPDATE SET licence = excluded.licence";
/// SQLite takes 32,766 values in a statement.
pub(super) const FILINGS_AT_ONCE: usize = 5_000;

/// Implements the store for a type with a `pool`, a `newest`, its `commits`, and functions `begin`, `tickets` and `pools`.
macro_rules! implement_store {
    ($store:ty) => {
        #[async_trait::async_trait]
        impl $crate::store::Store for $store {
            async fn get(&self, key: &Key) -> Result<Option<Record>, StoreError> {
                let row = sqlx::query_as(sql::GET).bind(key.as_str());
                row.fetch_optional(&self.pool)
                    .await?
                    .map(sql::record)
                    .transpose()
            }

            async fn list(
                &self,
                prefix: &Key,
                after: Option<&Key>,
                most: u32,
            ) -> Result<Vec<Record>, StoreError> {
                let rows = sqlx::query_as(sql::LIST)
                    .bind(after.map_or("", Key::as_str))
                    .bind(prefix.as_str())
                    .bind(prefix.end())
                    .bind(i64::from(most));
                let rows = rows.fetch_all(&self.pool).await?;
                rows.into_iter().map(sql::record).collect()
            }

            async fn commit(&self, change: &Change, at: Timestamp) -> Result<Sequence, StoreError> {
                let (turn, mut transaction) = self.begin().await?;
                for write in &change.writes {
                    let row = sqlx::query_scalar(sql::REVISION).bind(write.key.as_str());
                    let found: Option<Sequence> = row.fetch_optional(&mut *transaction).await?;
                    if found != write.expected {
                        return Err(sql::conflict(&write.key));
                    }
                }
                let entry = &change.entry;
                let text = |value: &Option<Value>| value.as_ref().map(Value::to_string);
                let sequence: Sequence = sqlx::query_scalar(sql::LOG)
                    .bind(at.as_millisecond())
                    .bind(&entry.actor)
                    .bind(&entry.origin)
                    .bind(&entry.action)
                    .bind(&entry.app)
                    .bind(text(&entry.before))
                    .bind(text(&entry.after))
                    .bind(&entry.reason)
                    .fetch_one(&mut *transaction)
                    .await?;
                for write in &change.writes {
                    match &write.deed {
                        Deed::Put(body) => {
                            let put = sqlx::query(sql::PUT).bind(write.key.as_str());
                            let put = put.bind(sequence).bind(body.to_string());
                            put.execute(&mut *transaction).await?;
                        }
                        Deed::Delete => {
                            let delete = sqlx::query(sql::DELETE).bind(write.key.as_str());
                            delete.execute(&mut *transaction).await?;
                        }
                        Deed::Rest => {}
                    }
                }
                if let Some(filings) = &change.filings {
                    Self::file(&mut transaction, filings).await?;
                }
                self.announce(&mut transaction, sequence).await?;
                // Whoever waits may be gone before the database has answered; what it has committed is told all the same.
                let newest = self.newest.clone();
                let told = self.commits.spawn(async move {
                    let _turn = turn;
                    transaction.commit().await?;
                    sql::tell(&newest, sequence);
                    Ok(sequence)
                });
                told.await
                    .unwrap_or_else(|error| Err(sql::cut_short(&error)))
            }

            async fn log(&self, query: &Query) -> Result<Vec<Logged>, StoreError> {
                if query.apps.as_ref().is_some_and(BTreeSet::is_empty) {
                    return Ok(Vec::new());
                }
                let mut select = sqlx::QueryBuilder::<Driver>::new(sql::LOGGED);
                Self::choose(&mut select, query);
                let rows = select.build_query_as().persistent(false);
                let rows = rows.fetch_all(&self.pool).await?;
                rows.into_iter().map(sql::logged).collect()
            }

            async fn keep(&self, key: &Key, body: &Value, ends_at: Timestamp) -> Result<(), StoreError> {
                let keep = sqlx::query(sql::KEEP)
                    .bind(key.as_str())
                    .bind(body.to_string())
                    .bind(ends_at.as_millisecond());
                keep.execute(self.tickets()).await?;
                Ok(())
            }

            async fn kept(&self, key: &Key, now: Timestamp) -> Result<Option<Value>, StoreError> {
                let row = sqlx::query_scalar(sql::KEPT)
                    .bind(key.as_str())
                    .bind(now.as_millisecond());
                let body: Option<String> = row.fetch_optional(&self.pool).await?;
                body.map(|body| sql::json(&body, key.as_str())).transpose()
            }

            async fn swap(
                &self,
                key: &Key,
                expected: Option<&Value>,
                body: &Value,
                ends_at: Timestamp,
                now: Timestamp,
            ) -> Result<bool, StoreError> {
                let swap = sqlx::query(expected.map_or(sql::KEEP_FIRST, |_| sql::SWAP))
                    .bind(key.as_str())
                    .bind(body.to_string())
                    .bind(ends_at.as_millisecond())
                    .bind(now.as_millisecond());
                let swap = match expected {
                    Some(expected) => swap.bind(expected.to_string()),
                    None => swap,
                };
                Ok(swap.execute(self.tickets()).await?.rows_affected() > 0)
            }

            async fn take(&self, key: &Key, now: Timestamp) -> Result<Option<Value>, StoreError> {
                let row = sqlx::query_scalar(sql::TAKE)
                    .bind(key.as_str())
                    .bind(now.as_millisecond());
                let body: Option<String> = row.fetch_optional(self.tickets()).await?;
                body.map(|body| sql::json(&body, key.as_str())).transpose()
            }

            async fn count(&self, key: &Key, ends_at: Timestamp, now: Timestamp) -> Result<u32, StoreError> {
                let row = sqlx::query_scalar(sql::COUNT)
                    .bind(key.as_str())
                    .bind(ends_at.as_millisecond())
                    .bind(now.as_millisecond());
                let count: String = row.fetch_one(self.tickets()).await?;
                sql::count(&count, key.as_str())
            }

            async fn drop_kept(&self, prefix: &Key, now: Timestamp) -> Result<(), StoreError> {
                let drop = sqlx::query(sql::DROP)
                    .bind(prefix.as_str())
                    .bind(prefix.end())
                    .bind(now.as_millisecond());
                drop.execute(self.tickets()).await?;
                Ok(())
            }

            async fn drop_ended(&self, now: Timestamp) -> Result<(), StoreError> {
                let drop = sqlx::query(sql::DROP_ENDED).bind(now.as_millisecond());
                drop.execute(self.tickets()).await?;
                Ok(())
            }

            async fn filing(&self, domain: &str) -> Result<Option<String>, StoreError> {
                let row = sqlx::query_scalar(sql::FILING).bind(domain);
                Ok(row.fetch_optional(&self.pool).await?)
            }

            async fn filings(&self, after: &str, most: u32) -> Result<Vec<(String, String)>, StoreError> {
                let rows = sqlx::query_as(sql::FILINGS)
                    .bind(after)
                    .bind(i64::from(most));
                Ok(rows.fetch_all(&self.pool).await?)
            }

            async fn close(&self) {
                self.commits.close();
                self.commits.wait().await;
                for pool in self.pools() {
                    pool.close().await;
                }
            }

            fn newest(&self) -> watch::Receiver<Sequence> {
                self.newest.subscribe()
            }

            fn database(&self) -> &'static str {
                <Driver as sqlx::Database>::NAME
            }
        }

        impl $store {
            /// Which rows of the log are wanted; whatever was asked for is bound and never part of the statement.
            fn choose(select: &mut sqlx::QueryBuilder<Driver>, query: &Query) {
                select.push_bind(query.before.unwrap_or(Sequence::MAX));
                let exactly = [("app", &query.app), ("actor", &query.actor)];
                for (column, wanted) in exactly {
                    if let Some(wanted) = wanted {
                        select.push(format_args!(" AND {column} = "));
                        select.push_bind(wanted.clone());
                    }
                }
                if let Some(apps) = &query.apps {
                    select.push(" AND app IN (");
                    let mut list = select.separated(", ");
                    for app in apps {
                        list.push_bind(app.clone());
                    }
                    select.push(")");
                }
                if let Some(action) = &query.action {
                    let kind = format!("{action}.");
                    select.push(" AND (action = ").push_bind(action.clone());
                    select
                        .push(" OR substr(action, 1, length(")
                        .push_bind(kind.clone());
                    select.push(")) = ").push_bind(kind).push(")");
                }
                let times = [(" AND at >= ", query.since), (" AND at < ", query.until)];
                for (sql, moment) in times {
                    if let Some(moment) = moment {
                        select.push(sql).push_bind(moment.as_millisecond());
                    }
                }
                select.push(" ORDER BY sequence DESC LIMIT ");
                select.push_bind(i64::from(query.most));
            }

            async fn file(
                transaction: &mut Transaction<'static, Driver>,
                filings: &FilingRows,
            ) -> Result<(), StoreError> {
                if filings.import == Import::Replace {
                    sqlx::query(sql::DROP_FILINGS)
                        .execute(&mut **transaction)
                        .await?;
                }
                let rows: Vec<_> = filings.rows.iter().collect();
                for rows in rows.chunks(sql::FILINGS_AT_ONCE) {
                    let mut insert = sqlx::QueryBuilder::<Driver>::new(sql::FILE);
                    insert.push_values(rows, |mut row, (domain, licence)| {
                        row.push_bind(domain.as_str()).push_bind(licence.as_str());
                    });
                    insert.push(sql::FILE_ANEW);
                    let insert = insert.build().persistent(false);
                    insert.execute(&mut **transaction).await?;
                }
                Ok(())
            }
        }
    };
}
pub(super) use implement_store;
