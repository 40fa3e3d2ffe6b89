//! A database for one test.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use minigate_console::store::{Store, open};
use sqlx::{Connection, PgConnection};

/// Where a test's data is; it is gone with the test.
pub(crate) enum Database {
    Sqlite(tempfile::TempDir),
    Postgres { url: String },
}

impl Database {
    pub(crate) fn sqlite() -> Self {
        Self::Sqlite(tempfile::tempdir().expect("a folder"))
    }

    /// A new database of the server in `MINIGATE_POSTGRES`; none where that isn't set.
    pub(crate) async fn postgres() -> Option<Self> {
        let Ok(server) = std::env::var("MINIGATE_POSTGRES") else {
            eprintln!("left out: MINIGATE_POSTGRES names no server");
            return None;
        };
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let name = format!(
            "minigate_{}_{}",
            std::process::id(),
            NEXT.fetch_add(1, Ordering::Relaxed)
        );
        let mut connection = PgConnection::connect(&format!("{server}/postgres"))
            .await
            .expect("the server");
        let create = sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}"));
        sqlx::query(create)
            .execute(&mut connection)
            .await
            .expect("a database");
        Some(Self::Postgres {
            url: format!("{server}/{name}"),
        })
    }

    pub(crate) fn url(&self) -> String {
        match self {
            Self::Sqlite(folder) => format!("sqlite:{}/console.db", folder.path().display()),
            Self::Postgres { url } => url.clone(),
        }
    }

    pub(crate) async fn open(&self) -> Arc<dyn Store> {
        open(&self.url()).await.expect("it opens")
    }
}

/// Runs each test on both databases.
macro_rules! on_both {
    ($($test:ident)*) => {
        mod sqlite {
            use crate::database::Database;
            $(
                #[tokio::test(flavor = "multi_thread")]
                async fn $test() {
                    super::$test(&Database::sqlite()).await;
                }
            )*
        }

        mod postgres {
            use crate::database::Database;
            $(
                #[tokio::test(flavor = "multi_thread")]
                async fn $test() {
                    if let Some(database) = Database::postgres().await {
                        super::$test(&database).await;
                    }
                }
            )*
        }
    };
}
pub(crate) use on_both;
