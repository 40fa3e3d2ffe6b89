use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use minigate_engine::{Clock, Conditions};
use tokio::task::AbortHandle;
use tokio::time::Instant;

use super::{Change, Script};

/// Plays a script's changes at their times; dropping it stops it.
pub(crate) struct Player {
    moments: Vec<Instant>,
    played: Arc<AtomicUsize>,
    playing: AbortHandle,
}

impl Player {
    /// Begins now; `tell` hears of each change once it holds.
    pub(crate) fn start(
        script: Script,
        conditions: Conditions,
        clock: Clock,
        tell: impl Fn(&Change) + Send + 'static,
    ) -> Self {
        let start = clock.now();
        let moments: Vec<_> = script.changes.iter().map(|change| start + change.at).collect();
        let played = Arc::<AtomicUsize>::default();
        let (times, count) = (moments.clone(), Arc::clone(&played));
        let playing = tokio::spawn(async move {
            for (change, moment) in script.changes.into_iter().zip(times) {
                clock.sleep_until(moment).await;
                change.apply(&conditions);
                tell(&change);
                count.fetch_add(1, Ordering::Relaxed);
            }
        });
        Self {
            moments,
            played,
            playing: playing.abort_handle(),
        }
    }

    /// When the next change comes, where one is left.
    pub(crate) fn next(&self) -> Option<Instant> {
        self.moments.get(self.played.load(Ordering::Relaxed)).copied()
    }
}

impl Drop for Player {
    fn drop(&mut self) {
        self.playing.abort();
    }
}

impl Change {
    fn apply(&self, conditions: &Conditions) {
        if let Some(cut) = self.cut {
            conditions.cut(cut);
        }
        conditions.set(self.network.clone());
    }
}
