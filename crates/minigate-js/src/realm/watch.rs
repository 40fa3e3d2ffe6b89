//! The clock that stops an endless loop.

use std::{
    cell::{Cell, RefCell},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use crate::{limits::Limit, observer::Place};

/// Ends a turn that takes too long, and remembers the limit that ended the app.
#[derive(Debug)]
pub(crate) struct Watch {
    clock: Arc<TurnClock>,
    broken: Cell<Option<Limit>>,
    place: RefCell<Option<Place>>,
    /// Whether a full heap is no end now.
    is_sparing: Cell<bool>,
}

impl Watch {
    pub(crate) fn new(turn: Duration) -> Self {
        Self {
            clock: Arc::new(TurnClock {
                base: real_now(),
                turn,
                began: AtomicU64::new(RESTING),
            }),
            broken: Cell::new(None),
            place: RefCell::default(),
            is_sparing: Cell::new(false),
        }
    }

    /// Starts a turn's time.
    pub(crate) fn wind(&self) {
        self.clock.began.store(self.clock.now(), Ordering::Relaxed);
    }

    /// Ends a turn; one that took too long is noted even where nothing could stop it.
    pub(crate) fn rest(&self) {
        self.is_over();
        self.clock.began.store(RESTING, Ordering::Relaxed);
    }

    /// Whether what runs now has to stop. Once it says so it never takes it back.
    pub(crate) fn is_over(&self) -> bool {
        if self.broken.get().is_none() && self.clock.overtime().is_some() {
            self.end(self.clock.limit());
        }
        self.broken.get().is_some()
    }

    /// Does something of the host's own for which there may be no room in the heap: where there is none it fails, and
    /// that isn't the app's end.
    pub(crate) fn spare<T>(&self, work: impl FnOnce() -> T) -> T {
        self.is_sparing.set(true);
        let done = work();
        self.is_sparing.set(false);
        done
    }

    /// Whether a full heap is no end now.
    pub(crate) fn is_sparing(&self) -> bool {
        self.is_sparing.get()
    }

    /// Notes that a limit ended the app; the first one stays.
    pub(crate) fn end(&self, limit: Limit) {
        self.broken.set(self.broken.get().or(Some(limit)));
    }

    /// The limit that ended the app, if one did.
    pub(crate) fn broken(&self) -> Option<Limit> {
        self.broken.get()
    }

    /// Notes where the app was when a limit ended it; the first place stays.
    pub(crate) fn mark_place(&self, find: impl FnOnce() -> Option<Place>) {
        if self.place.borrow().is_none() {
            let found = find();
            self.place.replace(found);
        }
    }

    /// Where the app was when a limit ended it, in the text that the engine compiled.
    pub(crate) fn take_place(&self) -> Option<Place> {
        self.place.take()
    }

    /// A view of the clock for other threads.
    pub(crate) fn dog(&self) -> Watchdog {
        Watchdog(Arc::clone(&self.clock))
    }
}

/// Sees from any thread that an app is stuck in a turn.
///
/// The engine looks at the clock after some thousand steps of JavaScript. A built-in function that runs for very long
/// on its own, such as `Array.prototype.reverse` over an array-like of 2^53 elements, has no steps: nothing inside of
/// the process can interrupt it, and its thread stays busy. If it returns, the app ends with [`Limit::Turn`]. If it
/// doesn't, this is how an embedder that gives an app a thread of its own learns of it, and all that is left to do is
/// to end the process.
#[derive(Clone, Debug)]
pub struct Watchdog(Arc<TurnClock>);

impl Watchdog {
    /// The limit that the app's running turn has passed by more than `grace` of real time; nothing while the app
    /// keeps to its limit or rests between two turns.
    #[must_use]
    pub fn overdue(&self, grace: Duration) -> Option<Limit> {
        let overtime = self.0.overtime()?;
        (overtime > grace).then(|| self.0.limit())
    }
}

/// How long a turn runs already.
///
/// It reads the real clock: a loop burns real time, also in a test that has stopped all others.
#[derive(Debug)]
struct TurnClock {
    base: Instant,
    turn: Duration,
    /// Nanoseconds from the base to the start of the running turn.
    began: AtomicU64,
}

impl TurnClock {
    fn now(&self) -> u64 {
        u64::try_from(real_now().duration_since(self.base).as_nanos()).unwrap_or(RESTING)
    }

    /// By how much the running turn has passed the limit.
    fn overtime(&self) -> Option<Duration> {
        let began = self.began.load(Ordering::Relaxed);
        let taken = (began != RESTING).then(|| self.now().saturating_sub(began))?;
        Duration::from_nanos(taken).checked_sub(self.turn)
    }

    const fn limit(&self) -> Limit {
        Limit::Turn { span: self.turn }
    }
}

/// Stands for the time between two turns.
const RESTING: u64 = u64::MAX;

#[expect(
    clippy::disallowed_methods,
    reason = "tokio's clock may stand still while a loop runs"
)]
fn real_now() -> Instant {
    Instant::now()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_turn_that_took_too_long_is_noted_at_its_end() {
        let watch = Watch::new(Duration::ZERO);
        watch.wind();

        watch.rest();

        assert_eq!(watch.broken(), Some(TOO_LONG));
    }

    #[test]
    fn the_dog_barks_only_while_a_turn_runs() {
        let watch = Watch::new(Duration::ZERO);
        let dog = watch.dog();
        let before = dog.overdue(Duration::ZERO);
        watch.wind();

        while dog.overdue(Duration::ZERO).is_none() {}

        assert_eq!(before, None);
        assert_eq!(dog.overdue(Duration::from_secs(3600)), None);
        watch.rest();
        assert_eq!(dog.overdue(Duration::ZERO), None);
    }

    #[test]
    fn the_dog_can_go_to_another_thread() {
        let watch = Watch::new(Duration::ZERO);
        watch.wind();
        let dog = watch.dog();

        let seen = std::thread::spawn(move || {
            while dog.overdue(Duration::ZERO).is_none() {}
            dog.overdue(Duration::ZERO)
        });

        assert_eq!(seen.join().unwrap(), Some(TOO_LONG));
    }

    const TOO_LONG: Limit = Limit::Turn { span: Duration::ZERO };
}
