//! How far a transfer has come.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::task::Emitter;

/// How far a transfer has come.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Progress {
    /// Bytes of the body that the connection has taken, or that have been put down, content codings undone.
    pub moved: u64,
    /// Bytes of the whole body; `None` where that isn't known before the end.
    pub expected: Option<u64>,
}

impl Progress {
    /// Whole per cent; 0 while the expectation isn't known.
    #[must_use]
    pub fn percent(&self) -> u8 {
        let whole = match self.expected {
            Some(0) => 100,
            Some(expected) => u128::from(self.moved) * 100 / u128::from(expected),
            None => 0,
        };
        u8::try_from(whole.min(100)).unwrap_or(100)
    }

    pub(crate) fn is_end(&self) -> bool {
        self.expected == Some(self.moved)
    }
}

/// Tells a call's task of its progress, not too often and never backwards.
pub(crate) struct Gauge {
    emitter: Emitter,
    told: Mutex<Option<(Instant, Progress)>>,
}

impl Gauge {
    pub(crate) fn new(emitter: &Emitter) -> Self {
        Self {
            emitter: emitter.clone(),
            told: Mutex::default(),
        }
    }

    /// It has come this far.
    pub(crate) fn report(&self, progress: Progress) {
        let now = Instant::now();
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if is_news(told.as_ref(), progress, now) && self.emitter.emit_progress(progress) {
            *told = Some((now, progress));
        }
    }

    /// It has come to its end.
    pub(crate) fn complete(&self, moved: u64) {
        self.report(Progress {
            moved,
            expected: Some(moved),
        });
    }
}

/// A body that is sent again after a redirect begins again, and what was told already isn't told twice. The end always
/// is.
fn is_news(told: Option<&(Instant, Progress)>, progress: Progress, now: Instant) -> bool {
    let Some((at, last)) = told else { return true };
    if progress.is_end() {
        progress.moved >= last.moved && *last != progress
    } else {
        progress.moved > last.moved && now.saturating_duration_since(*at) >= PAUSE
    }
}

/// Twenty a second are as many as a progress bar can show.
const PAUSE: Duration = Duration::from_millis(50);

#[cfg(test)]
mod tests {
    use super::*;

    fn progress(moved: u64, expected: impl Into<Option<u64>>) -> Progress {
        Progress {
            moved,
            expected: expected.into(),
        }
    }

    #[test]
    fn per_cent_are_whole_and_end_at_a_hundred() {
        for (found, expected) in [
            (progress(0, 3), 0),
            (progress(1, 3), 33),
            (progress(2, 3), 66),
            (progress(3, 3), 100),
            (progress(0, 0), 100),
            (progress(9, None), 0),
            (progress(u64::MAX, u64::MAX), 100),
            (progress(u64::MAX - 1, u64::MAX), 99),
        ] {
            assert_eq!(found.percent(), expected, "{found:?}");
        }
    }

    #[test]
    fn news_come_twenty_times_a_second_and_the_end_at_once() {
        let start = Instant::now();
        let told = (start, progress(10, 100));
        let at = |ms| start + Duration::from_millis(ms);

        assert!(!is_news(Some(&told), progress(20, 100), at(49)));
        assert!(is_news(Some(&told), progress(20, 100), at(50)));
        assert!(is_news(Some(&told), progress(100, 100), at(1)));
        assert!(is_news(None, progress(0, 100), at(0)));
    }

    #[test]
    fn news_never_run_backwards() {
        let start = Instant::now();
        let later = start + Duration::from_secs(9);
        let told = (start, progress(50, 100));
        let end = (start, progress(100, 100));

        assert!(!is_news(Some(&told), progress(20, 100), later));
        assert!(!is_news(Some(&end), progress(20, 100), later));
        assert!(!is_news(Some(&end), progress(100, 100), later));
    }
}
