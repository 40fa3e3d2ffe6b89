//! The clock that stops an endless loop.

use std::{
    cell::Cell,
    time::{Duration, Instant},
};

use crate::limits::Limit;

/// Ends a turn that takes too long, and remembers the limit that ended the app.
///
/// It reads the real clock: a loop burns real time, also in a test that has stopped all others.
#[derive(Debug)]
pub(crate) struct Watch {
    turn: Duration,
    until: Cell<Option<Instant>>,
    broken: Cell<Option<Limit>>,
}

impl Watch {
    pub(crate) fn new(turn: Duration) -> Self {
        Self {
            turn,
            until: Cell::new(None),
            broken: Cell::new(None),
        }
    }

    /// Starts a turn's time.
    pub(crate) fn wind(&self) {
        self.until.set(real_now().checked_add(self.turn));
    }

    /// Whether what runs now has to stop. Once it says so it never takes it back.
    pub(crate) fn is_over(&self) -> bool {
        if self.broken.get().is_some() {
            return true;
        }
        let over = self.until.get().is_some_and(|until| real_now() >= until);
        if over {
            self.end(Limit::Turn { span: self.turn });
        }
        over
    }

    /// Notes that a limit ended the app; the first one stays.
    pub(crate) fn end(&self, limit: Limit) {
        self.broken.set(self.broken.get().or(Some(limit)));
    }

    /// The limit that ended the app, if one did.
    pub(crate) fn broken(&self) -> Option<Limit> {
        self.broken.get()
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "tokio's clock may stand still while a loop runs"
)]
fn real_now() -> Instant {
    Instant::now()
}
