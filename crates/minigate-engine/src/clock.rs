//! The time that the rules go by.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use tokio::sync::watch;
use tokio::time::Instant;

/// The time that the rules go by: deadlines, the background, the journal, an app's timers.
///
/// A cheap handle: clones show the same time. Sockets and handshakes run in real time whatever this clock shows, and
/// certificates are checked against the real date.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// use std::time::Duration;
///
/// use minigate_engine::Clock;
///
/// let clock = Clock::manual();
/// let minute = clock.now() + Duration::from_secs(60);
///
/// let waiting = clock.sleep_until(minute);
/// clock.advance(Duration::from_secs(60));
/// waiting.await; // at once
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Clock {
    wall: SystemTime,
    origin: Instant,
    hand: Option<Arc<Hand>>,
}

/// What a manual clock shows, and who waits for what.
#[derive(Debug)]
struct Hand {
    now: watch::Sender<Instant>,
    sleepers: Mutex<BTreeSet<(Instant, u64)>>,
    last_id: AtomicU64,
}

impl Clock {
    /// The system's time.
    #[must_use]
    pub fn system() -> Self {
        Self::start(|_| None)
    }

    /// A clock that shows the present and stands still until it is [advanced](Self::advance).
    #[must_use]
    pub fn manual() -> Self {
        Self::start(|origin| Some(Arc::new(Hand::at(origin))))
    }

    #[expect(clippy::disallowed_methods, reason = "this is the one place")]
    fn start(hand: impl FnOnce(Instant) -> Option<Arc<Hand>>) -> Self {
        let origin = Instant::now();
        Self {
            wall: SystemTime::now(),
            origin,
            hand: hand(origin),
        }
    }

    /// The moment that it shows.
    #[must_use]
    pub fn now(&self) -> Instant {
        self.hand
            .as_ref()
            .map_or_else(Instant::now, |hand| *hand.now.borrow())
    }

    /// The date of a moment.
    #[must_use]
    pub fn wall(&self, at: Instant) -> SystemTime {
        self.wall + at.saturating_duration_since(self.origin)
    }

    /// Whether it stands still until it is advanced.
    #[must_use]
    pub const fn is_manual(&self) -> bool {
        self.hand.is_some()
    }

    /// Waits until it shows a moment or a later one. Dropping the future loses nothing.
    pub async fn sleep_until(&self, moment: Instant) {
        match &self.hand {
            Some(hand) => hand.sleep_until(moment).await,
            None => tokio::time::sleep_until(moment).await,
        }
    }

    /// Puts a manual clock forward and wakes whoever waits for a moment that has come; the system's clock goes on by
    /// itself. A span beyond the clock's range leaves it where it is.
    pub fn advance(&self, span: Duration) {
        if let Some(hand) = &self.hand {
            hand.now
                .send_modify(|now| *now = now.checked_add(span).unwrap_or(*now));
        }
    }

    /// The first moment that somebody waits for on a manual clock: nothing that goes by it happens before.
    #[must_use]
    pub fn next_wake(&self) -> Option<Instant> {
        let hand = self.hand.as_ref()?;
        hand.sleepers().first().map(|(moment, _)| *moment)
    }
}

impl Hand {
    fn at(now: Instant) -> Self {
        Self {
            now: watch::Sender::new(now),
            sleepers: Mutex::default(),
            last_id: AtomicU64::new(0),
        }
    }

    async fn sleep_until(&self, moment: Instant) {
        let id = self.last_id.fetch_add(1, Ordering::Relaxed);
        self.sleepers().insert((moment, id));
        let _asleep = Asleep {
            hand: self,
            key: (moment, id),
        };
        // The sender lives in `self`, so the channel can't close.
        let _ = self.now.subscribe().wait_for(|now| *now >= moment).await;
    }

    fn sleepers(&self) -> MutexGuard<'_, BTreeSet<(Instant, u64)>> {
        self.sleepers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Somebody who waits for a moment, until it has come or he waits no more.
struct Asleep<'a> {
    hand: &'a Hand,
    key: (Instant, u64),
}

impl Drop for Asleep<'_> {
    fn drop(&mut self) {
        self.hand.sleepers().remove(&self.key);
    }
}

impl Default for Clock {
    fn default() -> Self {
        Self::system()
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    #[tokio::test]
    async fn a_manual_clock_wakes_those_whose_moment_has_come() {
        let clock = Clock::manual();
        let start = clock.now();
        let mut early = Box::pin(clock.sleep_until(start + SECOND));
        let mut late = Box::pin(clock.sleep_until(start + 2 * SECOND));
        assert_eq!(early.as_mut().now_or_never(), None);
        assert_eq!(late.as_mut().now_or_never(), None);

        clock.clone().advance(SECOND);

        assert_eq!(clock.next_wake(), Some(start + SECOND));
        assert_eq!(early.now_or_never(), Some(()));
        assert_eq!(clock.next_wake(), Some(start + 2 * SECOND));
        assert_eq!(late.as_mut().now_or_never(), None);
        assert_eq!(clock.now(), start + SECOND);
    }

    #[test]
    fn the_date_of_a_manual_clock_stands_still_with_it() {
        let clock = Clock::manual();
        let date = clock.wall(clock.now());

        clock.advance(SECOND);

        assert_eq!(clock.wall(clock.now()), date + SECOND);
    }

    #[test]
    fn a_span_beyond_its_range_leaves_the_clock_where_it_is() {
        let clock = Clock::manual();
        let start = clock.now();

        clock.advance(Duration::MAX);

        assert_eq!(clock.now(), start);
    }

    const SECOND: Duration = Duration::from_secs(1);
}
