//! The shape of the database, step by step.

use sqlx::migrate::{Migration as Step, MigrationType, Migrator};
use sqlx::postgres::PgConnectOptions;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{Connection, SqlSafeStr};

use super::place::{self, Place};
use super::{Database, OpenError, StoreError};

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
    missing(&Place::of(url)?).await
}

/// The same, of a place.
pub(super) async fn missing(place: &Place) -> Result<Vec<Migration>, StoreError> {
    let (database, applied) = match place {
        Place::File(options) => (Database::Sqlite, applied_in_file(options).await?),
        Place::Server(options) => (Database::Postgres, applied_on_server(options).await?),
    };
    let steps = steps(database);
    let is_unknown = |number: &&i64| steps.iter().all(|step| step.version != **number);
    if let Some(step) = applied.iter().find(is_unknown) {
        return Err(OpenError::Newer { step: *step }.into());
    }
    let missing = steps.into_iter().filter(|step| !applied.contains(&step.version));
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
async fn applied_in_file(options: &SqliteConnectOptions) -> Result<Vec<i64>, StoreError> {
    let file = options.get_filename();
    if !file.exists() {
        return Ok(Vec::new());
    }
    let mut connection = place::open_file(options).await?;
    let tables = sqlx::query_as(TABLES_OF_FILE).fetch_one(&mut connection).await;
    let tables: (i64, i64) = tables.map_err(|error| place::in_file(file, error))?;
    match tables {
        (0, _) => Ok(Vec::new()),
        (1.., 0) => Err(OpenError::Foreign {
            file: file.to_owned(),
        }
        .into()),
        _ => Ok(sqlx::query_scalar(APPLIED).fetch_all(&mut connection).await?),
    }
}

async fn applied_on_server(options: &PgConnectOptions) -> Result<Vec<i64>, StoreError> {
    let mut connection = place::connect(options).await?;
    let tables = sqlx::query_as(TABLES_OF_SCHEMA).fetch_one(&mut connection).await;
    let tables: (Option<String>, i64) = tables?;
    let applied = match tables {
        (_, 1..) => sqlx::query_scalar(APPLIED).fetch_all(&mut connection).await?,
        (None, _) => Vec::new(),
        (Some(table), _) => return Err(place::foreign(options, table).into()),
    };
    connection.close().await?;
    Ok(applied)
}

/// How many there are, and whether one is of the steps.
const TABLES_OF_FILE: &str = "SELECT count(*), coalesce(sum(name = '_sqlx_migrations'), 0) FROM sqlite_master \
     WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'";
/// The first of them where a step would make its own, and whether one is of the steps. Those of an extension are nobody's data.
const TABLES_OF_SCHEMA: &str = "SELECT min(relnamespace::regnamespace::text || '.' || quote_ident(relname)), \
     count(*) FILTER (WHERE relname = '_sqlx_migrations') FROM pg_class \
     WHERE relnamespace = to_regnamespace(quote_ident(current_schema())) AND relkind IN ('r', 'p') AND NOT EXISTS \
     (SELECT FROM pg_depend WHERE classid = 'pg_class'::regclass AND objid = pg_class.oid AND deptype = 'e')";
const APPLIED: &str = "SELECT version FROM _sqlx_migrations WHERE success ORDER BY version";
