//! The time that an app's calls have.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::time::Instant;

use crate::Clock;

/// A clock that stands still while the app has its turn: the network lives on the same thread, and nothing goes out or
/// comes in meanwhile. On a phone it runs beside the app's code, so that a turn takes no call's time there either.
#[derive(Clone, Debug)]
pub(crate) struct CallTime {
    clock: Clock,
    /// What all turns together took, in nanoseconds.
    turns: Arc<AtomicU64>,
}

/// The app's turn on the thread that carries its calls; it lasts until this is dropped.
///
/// No call's time runs meanwhile (rule N1), nor that of the background rule (rule N5).
#[must_use = "the turn ends when this is dropped"]
#[derive(Debug)]
pub struct Turn {
    time: CallTime,
    began: Instant,
}

impl CallTime {
    pub(crate) fn new(clock: Clock) -> Self {
        Self {
            clock,
            turns: Arc::default(),
        }
    }

    /// The moment that it shows.
    pub(crate) fn now(&self) -> Instant {
        let now = self.clock.now();
        now.checked_sub(self.turns()).unwrap_or(now)
    }

    /// Waits until it shows a moment or a later one. Dropping the future loses nothing.
    pub(crate) async fn sleep_until(&self, moment: Instant) {
        while self.now() < moment {
            match moment.checked_add(self.turns()) {
                Some(moment) => self.clock.sleep_until(moment).await,
                // Beyond the clock's range.
                None => std::future::pending().await,
            }
        }
    }

    /// When something happened that is taken up only now. A turn may lie between; on a clock that is moved by hand it is
    /// its owner who moved it.
    pub(crate) fn of(&self, then: Instant) -> Instant {
        if self.clock.is_manual() { then } else { self.now() }
    }

    pub(crate) fn turn(&self) -> Turn {
        Turn {
            time: self.clone(),
            began: self.clock.now(),
        }
    }

    fn turns(&self) -> std::time::Duration {
        std::time::Duration::from_nanos(self.turns.load(Ordering::Relaxed))
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let took = self.time.clock.now().saturating_duration_since(self.began);
        let nanos = u64::try_from(took.as_nanos()).unwrap_or(u64::MAX);
        self.time.turns.fetch_add(nanos, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use futures_util::FutureExt;

    use super::*;

    #[test]
    fn a_turn_takes_no_time() {
        let clock = Clock::manual();
        let time = CallTime::new(clock.clone());
        let start = time.now();

        let turn = time.turn();
        clock.advance(2 * SECOND);
        drop(turn);
        clock.advance(SECOND);

        assert_eq!(time.now() - start, SECOND);
    }

    #[test]
    fn whoever_waits_waits_so_much_longer_as_a_turn_takes() {
        let clock = Clock::manual();
        let time = CallTime::new(clock.clone());
        let mut waiting = Box::pin(time.sleep_until(time.now() + 2 * SECOND));
        assert_eq!(waiting.as_mut().now_or_never(), None);

        let turn = time.turn();
        clock.advance(3 * SECOND);
        drop(turn);
        assert_eq!(waiting.as_mut().now_or_never(), None);
        clock.advance(2 * SECOND);

        assert_eq!(waiting.now_or_never(), Some(()));
    }

    const SECOND: Duration = Duration::from_secs(1);
}
