//! Why the store can't do something.

use minigate_policy::diagnosis::Lang;

use super::{Key, OpenError};

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
    /// The database can't be opened.
    #[error(transparent)]
    Unopened(#[from] OpenError),
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

impl StoreError {
    /// What to tell people. What the database itself says stays as it is.
    #[must_use]
    pub fn tell(&self, lang: Lang) -> String {
        match (lang, self) {
            (Lang::En, _) => self.to_string(),
            (Lang::Zh, Self::Conflict { key }) => format!("`{key}` 已被他人修改"),
            (Lang::Zh, Self::Unopened(error)) => error.tell(lang),
            (Lang::Zh, Self::Unavailable { reason }) => format!("数据库无法正常工作（{reason}）"),
            (Lang::Zh, Self::Migration { reason }) => format!("数据库无法升级到此版本（{reason}）"),
            (Lang::Zh, Self::Corrupt { place, reason }) => format!("无法读取 `{place}`（{reason}）"),
        }
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        Self::Unavailable {
            reason: match error {
                // Without the line of its own source.
                sqlx::Error::Database(error) => error.message().to_owned(),
                other => other.to_string(),
            },
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
