//! Rows out of a database, and into one.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use futures_util::TryStreamExt;
use sqlx::postgres::PgConnectOptions;
use sqlx::sqlite::SqliteLockingMode;
use sqlx::{ConnectOptions, Connection, PgConnection, SqliteConnection};
use tokio::sync::mpsc::{Receiver, Sender};
use tokio::time::sleep;

use super::row::{Copied, Row, Table, Tallying};
use super::{CopyError, Part, ROWS_A_PART};
use crate::store;
use crate::store::place::{self, Place};

/// A database that is read as of one moment.
pub(super) struct Source {
    link: Link,
    company: Company,
}

/// A database that is empty.
pub(super) struct Target {
    link: Link,
    made: Option<PathBuf>,
}

/// Who else may use a database that is read.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Company {
    Any,
    Nobody,
}

enum Link {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

/// Where rows go as they are read: on to the other side, or nowhere, where they are only counted.
struct Flow<'s> {
    tallying: Tallying,
    rows: Vec<Row>,
    to: Option<&'s Sender<Part>>,
}

impl Source {
    pub(super) async fn open(url: &str) -> Result<Self, CopyError> {
        Ok(Self {
            link: Link::open(url).await?,
            company: Company::Any,
        })
    }

    /// As the only one who uses it, as far as that can be told.
    pub(super) async fn alone(url: &str) -> Result<Self, CopyError> {
        let link = match Place::of(url)? {
            Place::File(options) => {
                // Whoever has it open holds a lock that this mode doesn't share.
                let options = options
                    .locking_mode(SqliteLockingMode::Exclusive)
                    .busy_timeout(Duration::from_millis(200));
                let alone = async {
                    let mut connection = options.connect().await?;
                    sqlx::raw_sql("BEGIN IMMEDIATE; COMMIT")
                        .execute(&mut connection)
                        .await?;
                    Ok::<_, sqlx::Error>(connection)
                };
                match alone.await {
                    Ok(connection) => Link::Sqlite(connection),
                    Err(error) if error.to_string().contains("locked") => return Err(CopyError::InUse),
                    Err(error) => return Err(error.into()),
                }
            }
            Place::Server(options) => {
                let mut connection = place::connect(&options).await?;
                await_alone(&mut connection).await?;
                Link::Postgres(connection)
            }
        };
        Ok(Self {
            link,
            company: Company::Nobody,
        })
    }

    /// Whether it is the one to which a URL leads, however that says it.
    pub(super) async fn is_at(&mut self, options: &PgConnectOptions) -> Result<bool, CopyError> {
        let Link::Postgres(connection) = &mut self.link else {
            return Ok(false);
        };
        // Locks of this kind are each database's own.
        let held: i32 =
            sqlx::query_scalar("SELECT pg_backend_pid() FROM pg_advisory_lock($1, pg_backend_pid())")
                .bind(MOVING)
                .fetch_one(connection)
                .await?;
        let mut other = place::connect(options).await?;
        let is_free: bool = sqlx::query_scalar("SELECT pg_try_advisory_lock($1, $2)")
            .bind(MOVING)
            .bind(held)
            .fetch_one(&mut other)
            .await?;
        other.close().await?;
        Ok(!is_free)
    }

    pub(super) async fn read(&mut self, to: Sender<Part>) -> Result<Copied, CopyError> {
        let mut flow = Flow {
            tallying: Tallying::default(),
            rows: Vec::new(),
            to: Some(&to),
        };
        match &mut self.link {
            Link::Sqlite(connection) => {
                sqlx::raw_sql("BEGIN").execute(&mut *connection).await?;
                sqlite::read(connection, &mut flow).await?;
            }
            Link::Postgres(connection) => {
                let begin = match self.company {
                    Company::Any => SNAPSHOT,
                    Company::Nobody => SNAPSHOT_OF_ALL,
                };
                sqlx::raw_sql(begin).execute(&mut *connection).await?;
                postgres::read(connection, &mut flow).await?;
                if self.company == Company::Nobody {
                    // A console that came meanwhile waits for the locks, and would go on writing after that.
                    await_alone(connection).await?;
                }
            }
        }
        let copied = flow.finish().await?;
        let end = Part::End(copied.clone());
        to.send(end).await.map_err(|_| CopyError::BrokenOff)?;
        Ok(copied)
    }
}

impl Target {
    /// Makes the tables where they are missing.
    pub(super) async fn open(url: &str) -> Result<Self, CopyError> {
        let made = match Place::of(url)? {
            Place::File(options) if !options.get_filename().exists() => {
                Some(options.get_filename().to_owned())
            }
            _ => None,
        };
        match Self::prepared(url).await {
            Ok(link) => Ok(Self { link, made }),
            Err(error) => {
                remove(made.as_deref());
                Err(error)
            }
        }
    }

    async fn prepared(url: &str) -> Result<Link, CopyError> {
        let store = store::open(url).await?;
        store.close().await;
        Link::open(url).await
    }

    /// Ends it; where nothing was copied, a file that was made for it goes with it.
    pub(super) async fn settle(self, copied: Result<Copied, CopyError>) -> Result<Copied, CopyError> {
        let Self { link, made } = self;
        link.close().await;
        // What is in it then is somebody else's.
        if !matches!(copied, Ok(_) | Err(CopyError::NotEmpty { .. })) {
            remove(made.as_deref());
        }
        copied
    }

    /// In one transaction, which is committed only where what is read back is what came.
    pub(super) async fn write(&mut self, mut parts: Receiver<Part>) -> Result<Copied, CopyError> {
        self.begin().await?;
        let expected = loop {
            match parts.recv().await.ok_or(CopyError::BrokenOff)? {
                Part::Rows(rows) => {
                    for row in &rows {
                        self.insert(row).await?;
                    }
                }
                Part::End(expected) => break expected,
            }
        };
        let found = self.read_back().await?;
        let differs = |table: &Table| found.get(table) != expected.get(table);
        if let Some(table) = Table::ALL.into_iter().find(differs) {
            // Without its commit, the transaction ends with the connection.
            return Err(CopyError::Differs { table });
        }
        self.commit().await?;
        Ok(found)
    }

    async fn begin(&mut self) -> Result<(), CopyError> {
        match &mut self.link {
            Link::Sqlite(connection) => {
                sqlx::raw_sql("BEGIN IMMEDIATE").execute(&mut *connection).await?;
                sqlite::require_empty(connection).await
            }
            Link::Postgres(connection) => {
                sqlx::raw_sql("BEGIN; LOCK TABLE audit, record, ticket, filing IN EXCLUSIVE MODE")
                    .execute(&mut *connection)
                    .await?;
                postgres::require_empty(connection).await
            }
        }
    }

    async fn insert(&mut self, row: &Row) -> Result<(), CopyError> {
        match &mut self.link {
            Link::Sqlite(connection) => sqlite::insert(connection, row).await,
            Link::Postgres(connection) => postgres::insert(connection, row).await,
        }
    }

    async fn read_back(&mut self) -> Result<Copied, CopyError> {
        let mut flow = Flow {
            tallying: Tallying::default(),
            rows: Vec::new(),
            to: None,
        };
        match &mut self.link {
            Link::Sqlite(connection) => sqlite::read(connection, &mut flow).await?,
            Link::Postgres(connection) => postgres::read(connection, &mut flow).await?,
        }
        flow.finish().await
    }

    async fn commit(&mut self) -> Result<(), CopyError> {
        match &mut self.link {
            // SQLite's own count has followed the rows.
            Link::Sqlite(connection) => sqlx::raw_sql("COMMIT").execute(connection).await.map(drop)?,
            Link::Postgres(connection) => {
                sqlx::raw_sql(GO_ON).execute(&mut *connection).await?;
                sqlx::raw_sql("COMMIT").execute(connection).await.map(drop)?;
            }
        }
        Ok(())
    }
}

impl Link {
    async fn open(url: &str) -> Result<Self, CopyError> {
        Ok(match Place::of(url)? {
            Place::File(options) => Self::Sqlite(place::open_file(&options).await?),
            Place::Server(options) => Self::Postgres(place::connect(&options).await?),
        })
    }

    /// Whatever was committed is; whatever wasn't is rolled back.
    async fn close(self) {
        let _ = match self {
            Self::Sqlite(connection) => connection.close().await,
            Self::Postgres(connection) => connection.close().await,
        };
    }
}

impl Flow<'_> {
    async fn take(&mut self, row: Row) -> Result<(), CopyError> {
        self.tallying.take(&row);
        if self.to.is_some() {
            self.rows.push(row);
        }
        if self.rows.len() >= ROWS_A_PART {
            self.pass_on().await?;
        }
        Ok(())
    }

    async fn finish(mut self) -> Result<Copied, CopyError> {
        self.pass_on().await?;
        Ok(self.tallying.finish())
    }

    async fn pass_on(&mut self) -> Result<(), CopyError> {
        let rows = std::mem::take(&mut self.rows);
        match self.to {
            Some(to) if !rows.is_empty() => to.send(Part::Rows(rows)).await.map_err(|_| CopyError::BrokenOff),
            _ => Ok(()),
        }
    }
}

/// A file, with what SQLite puts beside it.
fn remove(file: Option<&Path>) {
    for suffix in ["", "-wal", "-shm"] {
        if let Some(file) = file {
            let mut path = file.as_os_str().to_owned();
            path.push(suffix);
            // It may never have been made.
            let _ = fs::remove_file(path);
        }
    }
}

/// The same for both databases, whose types in the library differ.
macro_rules! tables {
    ($name:ident, $connection:ty, $audit:expr) => {
        mod $name {
            use super::*;

            pub(super) async fn read(
                connection: &mut $connection,
                flow: &mut Flow<'_>,
            ) -> Result<(), CopyError> {
                let mut rows = sqlx::query_as(RECORDS).fetch(&mut *connection);
                while let Some((key, revision, body)) = rows.try_next().await? {
                    flow.take(Row::Record(key, revision, body)).await?;
                }
                drop(rows);
                let mut rows = sqlx::query_as(AUDIT).fetch(&mut *connection);
                while let Some(row) = rows.try_next().await? {
                    flow.take(Row::Audit(Box::new(row))).await?;
                }
                drop(rows);
                let mut rows = sqlx::query_as(TICKETS).fetch(&mut *connection);
                while let Some((key, body, ends_at)) = rows.try_next().await? {
                    flow.take(Row::Ticket(key, body, ends_at)).await?;
                }
                drop(rows);
                let mut rows = sqlx::query_as(FILINGS).fetch(&mut *connection);
                while let Some((domain, licence)) = rows.try_next().await? {
                    flow.take(Row::Filing(domain, licence)).await?;
                }
                Ok(())
            }

            pub(super) async fn require_empty(connection: &mut $connection) -> Result<(), CopyError> {
                for (table, sql) in COUNTS {
                    let count: i64 = sqlx::query_scalar(sql).fetch_one(&mut *connection).await?;
                    let count = u64::try_from(count).unwrap_or_default();
                    if count > 0 {
                        return Err(CopyError::NotEmpty { table, count });
                    }
                }
                Ok(())
            }

            pub(super) async fn insert(connection: &mut $connection, row: &Row) -> Result<(), CopyError> {
                match row {
                    Row::Record(key, revision, body) => {
                        let insert = sqlx::query(RECORD).bind(key).bind(revision).bind(body);
                        insert.execute(connection).await?;
                    }
                    Row::Audit(row) => {
                        let (sequence, at, actor, origin, action, app, before, after, reason) = &**row;
                        let insert = sqlx::query($audit)
                            .bind(sequence)
                            .bind(at)
                            .bind(actor)
                            .bind(origin)
                            .bind(action)
                            .bind(app)
                            .bind(before)
                            .bind(after)
                            .bind(reason);
                        insert.execute(connection).await?;
                    }
                    Row::Ticket(key, body, ends_at) => {
                        let insert = sqlx::query(TICKET).bind(key).bind(body).bind(ends_at);
                        insert.execute(connection).await?;
                    }
                    Row::Filing(domain, licence) => {
                        let insert = sqlx::query(FILING).bind(domain).bind(licence);
                        insert.execute(connection).await?;
                    }
                }
                Ok(())
            }
        }
    };
}
tables!(
    sqlite,
    SqliteConnection,
    "INSERT INTO audit (sequence, at, actor, origin, action, app, before, after, reason) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
);
tables!(
    postgres,
    PgConnection,
    "INSERT INTO audit (sequence, at, actor, origin, action, app, before, after, reason) OVERRIDING SYSTEM VALUE \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
);

const RECORDS: &str = "SELECT key, revision, body FROM record ORDER BY key";
const AUDIT: &str =
    "SELECT sequence, at, actor, origin, action, app, before, after, reason FROM audit ORDER BY sequence";
const TICKETS: &str = "SELECT key, body, ends_at FROM ticket ORDER BY key";
const FILINGS: &str = "SELECT domain, licence FROM filing ORDER BY domain";
const RECORD: &str = "INSERT INTO record (key, revision, body) VALUES ($1, $2, $3)";
const TICKET: &str = "INSERT INTO ticket (key, body, ends_at) VALUES ($1, $2, $3)";
const FILING: &str = "INSERT INTO filing (domain, licence) VALUES ($1, $2)";
const COUNTS: [(Table, &str); 4] = [
    (Table::Record, "SELECT count(*) FROM record"),
    (Table::Audit, "SELECT count(*) FROM audit"),
    (Table::Ticket, "SELECT count(*) FROM ticket"),
    (Table::Filing, "SELECT count(*) FROM filing"),
];
/// The next number of the audit log follows on the last.
const GO_ON: &str = "SELECT setval(pg_get_serial_sequence('audit', 'sequence'), \
     coalesce(max(sequence), 1), max(sequence) IS NOT NULL) FROM audit";
/// A connection that has just been closed is still listed for a moment.
async fn await_alone(connection: &mut PgConnection) -> Result<(), CopyError> {
    for _ in 0..GLANCES {
        let others: i64 = sqlx::query_scalar(OTHERS).fetch_one(&mut *connection).await?;
        if others == 0 {
            return Ok(());
        }
        sleep(GLANCE).await;
    }
    Err(CopyError::InUse)
}

const SNAPSHOT: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
/// The snapshot is taken by the first statement after the locks.
const SNAPSHOT_OF_ALL: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ; \
     LOCK TABLE audit, record, ticket, filing IN EXCLUSIVE MODE";
/// A kind of advisory locks: letters of `move`.
const MOVING: i32 = 0x6d6f_7665;
const GLANCE: Duration = Duration::from_millis(50);
const GLANCES: u32 = 20;
const OTHERS: &str = "SELECT count(*) FROM pg_stat_activity \
     WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'";
