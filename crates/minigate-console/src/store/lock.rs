//! Of several processes, one serves from a file.

use std::fs::{File, TryLockError};
use std::path::Path;

use tokio::fs::OpenOptions;

use super::OpenError;

/// What the one process that serves from a file holds; the system takes it back from a process that has ended in any way.
///
/// It is on a file beside the database: to close one that SQLite has locks on would end these.
#[derive(Debug)]
pub(super) struct Lock(#[expect(dead_code, reason = "it is held, not read")] File);

impl Lock {
    /// Of a database that is there.
    pub(super) async fn of(database: &Path) -> Result<Self, OpenError> {
        let failed = |error: std::io::Error| OpenError::File {
            file: database.to_owned(),
            reason: error.to_string(),
        };
        // By whatever links it is reached.
        let mut path = tokio::fs::canonicalize(database)
            .await
            .map_err(failed)?
            .into_os_string();
        path.push("-lock");
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(false);
        #[cfg(unix)]
        options.mode(0o600);
        let file = options.open(path).await.map_err(failed)?.into_std().await;
        match file.try_lock() {
            Ok(()) => Ok(Self(file)),
            Err(TryLockError::WouldBlock) => Err(OpenError::Served {
                file: database.to_owned(),
            }),
            Err(TryLockError::Error(error)) => Err(failed(error)),
        }
    }
}
