//! Where a database is.

use std::path::Path;
use std::str::FromStr;
use std::time::Duration;

use sqlx::postgres::PgConnectOptions;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, PgConnection, SqliteConnection};
use tokio::time::timeout;

use super::{OpenError, StoreError};

/// Where a database is, as a URL says it.
#[derive(Clone, Debug)]
pub(super) enum Place {
    File(SqliteConnectOptions),
    Server(PgConnectOptions),
}

impl Place {
    pub(super) fn of(url: &str) -> Result<Self, OpenError> {
        match url.split_once(':') {
            Some(("sqlite", _)) => file(url).map(Self::File),
            Some(("postgres" | "postgresql", _)) => Ok(Self::Server(options(url)?)),
            _ => Err(OpenError::UnknownScheme {
                scheme: url.split(':').next().unwrap_or_default().to_owned(),
            }),
        }
    }
}

fn file(url: &str) -> Result<SqliteConnectOptions, OpenError> {
    let owned = || url.to_owned();
    let (path, query) = url.split_once('?').unwrap_or((url, ""));
    if path.ends_with(":memory:") || query.split('&').any(|pair| pair == "mode=memory") {
        return Err(OpenError::InMemory { url: owned() });
    }
    let options: SqliteConnectOptions = options(url)?;
    if options.get_filename().as_os_str().is_empty() {
        return Err(OpenError::NoPath { url: owned() });
    }
    Ok(options)
}

fn options<T: FromStr<Err = sqlx::Error>>(url: &str) -> Result<T, OpenError> {
    url.parse().map_err(|error| OpenError::BadUrl {
        reason: match error {
            sqlx::Error::Configuration(reason) => reason.to_string(),
            other => other.to_string(),
        },
    })
}

/// Opens a file that is there.
pub(super) async fn open_file(options: &SqliteConnectOptions) -> Result<SqliteConnection, StoreError> {
    let connection = options.connect().await;
    connection.map_err(|error| in_file(options.get_filename(), error))
}

/// What is wrong with a file.
pub(super) fn in_file(file: &Path, error: sqlx::Error) -> StoreError {
    match error {
        sqlx::Error::Database(error) => OpenError::File {
            file: file.to_owned(),
            reason: error.message().to_owned(),
        }
        .into(),
        other => other.into(),
    }
}

/// Connects to a server, or says why that can't be: a pool tells no more than that it has waited for long.
pub(super) async fn connect(options: &PgConnectOptions) -> Result<PgConnection, StoreError> {
    let unreachable = |reason| OpenError::Unreachable {
        server: server(options),
        reason,
    };
    match timeout(PATIENCE, options.connect()).await {
        Ok(connected) => connected.map_err(|error| refusal(options, error)),
        Err(_) => Err(unreachable(format!("no answer within {} s", PATIENCE.as_secs())).into()),
    }
}

fn refusal(options: &PgConnectOptions, error: sqlx::Error) -> StoreError {
    let server = server(options);
    let user = options.get_username();
    let refusal = match error {
        sqlx::Error::Io(error) => OpenError::Unreachable {
            server,
            reason: error.to_string(),
        },
        sqlx::Error::Database(error) => match error.code().as_deref() {
            Some(NO_DATABASE) => OpenError::NoDatabase {
                server,
                name: name(options),
            },
            Some(NOBODY | WRONG_PASSWORD) => OpenError::Refused {
                server,
                user: user.to_owned(),
                reason: error.message().to_owned(),
            },
            _ => return sqlx::Error::Database(error).into(),
        },
        other => return other.into(),
    };
    refusal.into()
}

/// A database that has another program's table.
pub(super) fn foreign(options: &PgConnectOptions, table: String) -> OpenError {
    OpenError::ForeignTables {
        server: server(options),
        name: name(options),
        table,
    }
}

/// A user's own database is called like them.
fn name(options: &PgConnectOptions) -> String {
    let name = options.get_database();
    name.unwrap_or(options.get_username()).to_owned()
}

/// Host and port, or the path of a socket.
fn server(options: &PgConnectOptions) -> String {
    match options.get_socket() {
        Some(socket) => socket.display().to_string(),
        None => format!("{}:{}", options.get_host(), options.get_port()),
    }
}

/// How long a server may take to answer.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);
const NO_DATABASE: &str = "3D000";
const NOBODY: &str = "28000";
const WRONG_PASSWORD: &str = "28P01";
