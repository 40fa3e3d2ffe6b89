//! What has ended is dropped, though nobody asks for it again.

use std::convert::Infallible;
use std::time::Duration;

use crate::Console;

impl Console {
    /// Drops the sessions, tokens and counts that have ended, at once and every ten minutes, for as long as it is polled.
    ///
    /// Several processes that do it at once drop the same; where the database fails, the next time makes up for it.
    pub async fn tidy(&self) -> Infallible {
        let mut times = tokio::time::interval(EVERY);
        loop {
            times.tick().await;
            if let Err(error) = self.store().drop_ended(self.now()).await {
                tracing::warn!(%error, "what has ended could not be dropped");
            }
        }
    }
}

const EVERY: Duration = Duration::from_mins(10);
