//! When sessions and tokens were used last.

use std::time::Duration;

use tokio::time::timeout;

use crate::store::StoreError;

/// Notes it where that can be done soon: who only reads waits for no long import, and fails by no full disk. What isn't noted
/// this time is the next time.
pub(crate) async fn note(noting: impl Future<Output = Result<(), StoreError>>) {
    match timeout(PATIENCE, noting).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::warn!(%error, "a use could not be noted"),
        Err(_) => tracing::warn!("a use could not be noted: others are writing"),
    }
}

const PATIENCE: Duration = Duration::from_secs(3);
