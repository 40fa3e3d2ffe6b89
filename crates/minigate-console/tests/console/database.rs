//! A database for one test.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use minigate_console::store::{Store, open};
use sqlx::{Connection, PgConnection};

/// Where a test's data is; it is gone with the test, whether that passes or fails.
pub(crate) enum Database {
    Sqlite(tempfile::TempDir),
    Postgres(OnServer),
}

/// A database of a server's.
pub(crate) struct OnServer {
    server: String,
    name: String,
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
        tell(&server, format!("CREATE DATABASE {name}")).await;
        Some(Self::Postgres(OnServer { server, name }))
    }

    pub(crate) fn url(&self) -> String {
        match self {
            Self::Sqlite(folder) => format!("sqlite:{}/console.db", folder.path().display()),
            Self::Postgres(OnServer { server, name }) => format!("{server}/{name}"),
        }
    }

    pub(crate) async fn open(&self) -> Arc<dyn Store> {
        open(&self.url()).await.expect("it opens")
    }
}

impl Drop for OnServer {
    /// Ends what still reads or writes it, too; on a thread of its own, since the test's may be one of a runtime.
    fn drop(&mut self) {
        let (server, statement) = (
            self.server.clone(),
            format!("DROP DATABASE {} WITH (FORCE)", self.name),
        );
        let removing = std::thread::spawn(move || {
            let runtime = tokio::runtime::Runtime::new().expect("a runtime");
            runtime.block_on(tell(&server, statement));
        });
        let removed = removing.join();
        // A test that fails says why itself.
        assert!(removed.is_ok() || std::thread::panicking(), "it isn't removed");
    }
}

async fn tell(server: &str, statement: String) {
    let url = format!("{server}/postgres");
    let mut connection = PgConnection::connect(&url).await.expect("the server");
    let done = sqlx::query(sqlx::AssertSqlSafe(statement))
        .execute(&mut connection)
        .await;
    done.expect("it is done");
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
