//! The shape of the database, step by step.

use sqlx::migrate::{Migration as Step, MigrationType, Migrator};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection, PgConnection, SqlSafeStr};

use super::{Database, StoreError};

/// A step that a database lacks.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Migration {
    /// Its number.
    pub number: i64,
    /// What it does.
    pub description: String,
    /// How.
    pub sql: String,
}

/// What [`open`](super::open) would do to a database, without doing it.
///
/// # Errors
/// As [`open`](super::open) has them.
pub async fn pending(url: &str) -> Result<Vec<Migration>, StoreError> {
    let database = Database::of(url)?;
    let applied: Vec<i64> = match database {
        Database::Sqlite => applied_sqlite(url).await?,
        Database::Postgres => applied_postgres(url).await?,
    };
    let steps = steps(database).into_iter();
    let missing = steps.filter(|step| !applied.contains(&step.version));
    Ok(missing
        .map(|step| Migration {
            number: step.version,
            description: step.description.to_string(),
            sql: step.sql.as_str().to_owned(),
        })
        .collect())
}

pub(super) fn migrator(database: Database) -> Migrator {
    Migrator::with_migrations(steps(database))
}

fn steps(database: Database) -> Vec<Step> {
    let (records, filings) = match database {
        Database::Sqlite => (
            include_str!("../../migrations/sqlite/0001_records.sql"),
            include_str!("../../migrations/sqlite/0002_filings.sql"),
        ),
        Database::Postgres => (
            include_str!("../../migrations/postgres/0001_records.sql"),
            include_str!("../../migrations/postgres/0002_filings.sql"),
        ),
    };
    vec![
        step(1, "records, tickets and the audit log", records),
        step(2, "the register of filings", filings),
    ]
}

fn step(number: i64, description: &'static str, sql: &'static str) -> Step {
    Step::new(
        number,
        description.into(),
        MigrationType::Simple,
        sql.into_sql_str(),
        false,
    )
}

/// None of a file that isn't there: it isn't made to be looked at.
async fn applied_sqlite(url: &str) -> Result<Vec<i64>, StoreError> {
    let options: SqliteConnectOptions = url.parse()?;
    if !options.get_filename().exists() {
        return Ok(Vec::new());
    }
    let mut connection = options.connect().await?;
    let table = "SELECT count(*) FROM sqlite_master WHERE name = '_sqlx_migrations'";
    let tables: i64 = sqlx::query_scalar(table).fetch_one(&mut connection).await?;
    if tables == 0 {
        return Ok(Vec::new());
    }
    Ok(sqlx::query_scalar(APPLIED).fetch_all(&mut connection).await?)
}

async fn applied_postgres(url: &str) -> Result<Vec<i64>, StoreError> {
    let mut connection = PgConnection::connect(url).await?;
    let table = "SELECT count(*) FROM information_schema.tables WHERE table_name = '_sqlx_migrations'";
    let tables: i64 = sqlx::query_scalar(table).fetch_one(&mut connection).await?;
    if tables == 0 {
        return Ok(Vec::new());
    }
    Ok(sqlx::query_scalar(APPLIED).fetch_all(&mut connection).await?)
}

const APPLIED: &str = "SELECT version FROM _sqlx_migrations WHERE success";
