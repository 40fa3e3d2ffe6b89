//! When the next round begins.

use std::convert::Infallible;
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

/// Rounds that don't overlap, one a span; none is made up for.
pub(super) struct Schedule {
    span: Duration,
}

impl Schedule {
    pub(super) const fn every(span: Duration) -> Self {
        Self { span }
    }

    /// Goes round for ever: a span after the last round began, or once it is over if that is later, or at a nudge.
    ///
    /// A span is up to a twentieth longer or shorter, so that many watches of one server don't stay in step.
    pub(super) async fn repeat(
        self,
        mut nudge: impl AsyncFnMut(),
        mut round: impl AsyncFnMut(),
    ) -> Infallible {
        loop {
            let begun = Instant::now();
            round().await;
            tokio::select! {
                () = sleep_until(begun + self.varied()) => {}
                () = nudge() => {}
            }
        }
    }

    fn varied(&self) -> Duration {
        self.span.mul_f64(0.95 + fastrand::f64() / 10.0)
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::future::pending;

    use tokio::time::{sleep, timeout};

    use super::*;

    /// When each round of ten minutes begins, if each takes this long.
    async fn begun(took: Duration) -> Vec<Duration> {
        let (start, begun) = (Instant::now(), RefCell::new(Vec::new()));
        let round = async || {
            begun.borrow_mut().push(start.elapsed());
            sleep(took).await;
        };
        let schedule = Schedule::every(Duration::from_mins(10));
        let watch = schedule.repeat(async || pending().await, round);
        assert!(timeout(Duration::from_hours(1), watch).await.is_err());
        begun.into_inner()
    }

    #[tokio::test(start_paused = true)]
    async fn a_round_begins_a_span_after_the_last_began_give_or_take_a_twentieth() {
        let begun = begun(Duration::from_mins(2)).await;

        assert!((6..=7).contains(&begun.len()), "{begun:?}");
        for pair in begun.windows(2) {
            let span = (pair[1] - pair[0]).as_secs();
            assert!((570..=630).contains(&span), "{begun:?}");
        }
        let spans: std::collections::BTreeSet<_> = begun.windows(2).map(|pair| pair[1] - pair[0]).collect();
        assert!(spans.len() > 1, "they are all the same: {begun:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn rounds_that_take_longer_than_a_span_dont_overlap() {
        let begun = begun(Duration::from_mins(25)).await;

        let minutes: Vec<_> = begun.iter().map(|at| at.as_secs() / 60).collect();
        assert_eq!(minutes, [0, 25, 50]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_nudge_begins_a_round_at_once() {
        let (start, begun) = (Instant::now(), RefCell::new(Vec::new()));
        let round = async || begun.borrow_mut().push(start.elapsed());
        let schedule = Schedule::every(Duration::from_hours(24));
        let watch = schedule.repeat(async || sleep(Duration::from_secs(1)).await, round);

        assert!(timeout(Duration::from_millis(2500), watch).await.is_err());

        let seconds: Vec<_> = begun.borrow().iter().map(Duration::as_secs).collect();
        assert_eq!(seconds, [0, 1, 2]);
    }
}
