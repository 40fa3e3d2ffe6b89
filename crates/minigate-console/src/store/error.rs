//! Why the store can't do something.

use super::Key;

/// Why the store can't do something.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// A record isn't at the revision that a change expects: somebody else was faster.
    #[error("`{key}` has been changed by somebody else")]
    Conflict {
        /// Its key.
        key: Key,
    },
    /// The URL names no database that is known.
    #[error("`{scheme}` is no database: use sqlite:PATH or postgres://USER@HOST/NAME")]
    UnknownDatabase {
        /// Its scheme.
        scheme: String,
    },
    /// The database doesn't answer, or refuses.
    #[error("the database doesn't do its work: {reason}")]
    Unavailable {
        /// What it says.
        reason: String,
    },
    /// The database can't be brought to this program's shape.
    #[error("the database can't be brought up to date: {reason}")]
    Migration {
        /// What stands in the way.
        reason: String,
    },
    /// Something in the database can't be read.
    #[error("`{place}` can't be read: {reason}")]
    Corrupt {
        /// Where it stands.
        place: String,
        /// What is wrong.
        reason: String,
    },
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        Self::Unavailable {
            reason: error.to_string(),
        }
    }
}

impl From<sqlx::migrate::MigrateError> for StoreError {
    fn from(error: sqlx::migrate::MigrateError) -> Self {
        Self::Migration {
            reason: error.to_string(),
        }
    }
}
