//! What an app has asked to happen later.

use std::{
    collections::{BTreeMap, VecDeque},
    time::Duration,
};

use tokio::time::Instant;

use crate::limits::Limit;

/// The app's timers, and the callbacks that come as soon as the running turn is over.
#[derive(Debug, Default)]
pub(crate) struct Agenda {
    last_id: u64,
    soon: VecDeque<u64>,
    timers: BTreeMap<u64, Timer>,
    due: BTreeMap<(Instant, u64), u64>,
}

#[derive(Debug)]
struct Timer {
    due: (Instant, u64),
    period: Option<Duration>,
}

/// Something whose time has come.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Due {
    /// A callback that was put off to its own turn.
    Soon(u64),
    /// A timer; `last` when it won't come again.
    Timer {
        /// Its number.
        id: u64,
        /// Whether it is gone now.
        last: bool,
    },
}

impl Agenda {
    /// Puts a callback off to a turn of its own.
    pub(crate) fn soon(&mut self) -> u64 {
        let id = self.next_id();
        self.soon.push_back(id);
        id
    }

    /// Starts a timer; timers of the same moment come in the order in which they were started.
    ///
    /// # Errors
    ///
    /// Where `limit` timers wait already.
    pub(crate) fn start(
        &mut self,
        delay: Duration,
        repeats: bool,
        limit: usize,
        now: Instant,
    ) -> Result<u64, Limit> {
        if self.timers.len() >= limit {
            return Err(Limit::Timers { count: limit });
        }
        let id = self.next_id();
        self.schedule(id, now + delay, repeats.then_some(delay));
        Ok(id)
    }

    /// Stops a timer, if it is one.
    pub(crate) fn stop(&mut self, id: u64) {
        if let Some(timer) = self.timers.remove(&id) {
            self.due.remove(&timer.due);
        }
    }

    /// The moment at which something comes next.
    pub(crate) fn next_moment(&self, now: Instant) -> Option<Instant> {
        if self.soon.is_empty() {
            self.next_timer()
        } else {
            Some(now)
        }
    }

    /// Takes what is due, the oldest first.
    pub(crate) fn next_due(&mut self, now: Instant) -> Option<Due> {
        if let Some(id) = self.soon.pop_front() {
            return Some(Due::Soon(id));
        }
        let (&due, &id) = self.due.iter().next().filter(|((moment, _), _)| *moment <= now)?;
        self.due.remove(&due);
        let timer = self.timers.remove(&id)?;
        if let Some(period) = timer.period {
            // A timer that is late doesn't come twice to catch up.
            let next = due.0 + period;
            self.schedule(id, if next > now { next } else { now + period }, Some(period));
        }
        Some(Due::Timer {
            id,
            last: timer.period.is_none(),
        })
    }

    /// How many callbacks wait for the running turn's end.
    pub(crate) fn soon_len(&self) -> usize {
        self.soon.len()
    }

    /// When the next timer is due.
    pub(crate) fn next_timer(&self) -> Option<Instant> {
        self.due.keys().next().map(|(moment, _)| *moment)
    }

    /// Whether anything is left to come.
    pub(crate) fn has_next(&self) -> bool {
        !self.soon.is_empty() || !self.timers.is_empty()
    }

    /// Whether something is left that comes once; what repeats may go on for ever.
    pub(crate) fn has_single(&self) -> bool {
        !self.soon.is_empty() || self.timers.values().any(|timer| timer.period.is_none())
    }

    /// How many timers wait.
    pub(crate) fn timers(&self) -> usize {
        self.timers.len()
    }

    fn schedule(&mut self, id: u64, moment: Instant, period: Option<Duration>) {
        let due = (moment, self.next_id());
        self.due.insert(due, id);
        self.timers.insert(id, Timer { due, period });
    }

    fn next_id(&mut self) -> u64 {
        self.last_id += 1;
        self.last_id
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timers_of_one_moment_keep_their_order() {
        let now = Instant::now();
        let mut agenda = Agenda::default();
        let first = agenda.start(MS, false, 10, now).unwrap();
        let second = agenda.start(MS, false, 10, now).unwrap();

        let came = [
            agenda.next_due(now + MS),
            agenda.next_due(now + MS),
            agenda.next_due(now + MS),
        ];

        let timer = |id| Some(Due::Timer { id, last: true });
        assert_eq!(came, [timer(first), timer(second), None]);
    }

    #[test]
    fn a_late_interval_comes_once_and_not_for_each_period_missed() {
        let now = Instant::now();
        let mut agenda = Agenda::default();
        let id = agenda.start(MS, true, 10, now).unwrap();

        let late = now + 100 * MS;
        let came = [
            agenda.next_due(late),
            agenda.next_due(late),
            agenda.next_due(late + MS),
        ];

        let timer = Some(Due::Timer { id, last: false });
        assert_eq!(came, [timer, None, timer]);
    }

    #[test]
    fn a_timer_more_than_allowed_is_refused() {
        let now = Instant::now();
        let mut agenda = Agenda::default();
        agenda.start(MS, false, 1, now).unwrap();

        assert_eq!(agenda.start(MS, false, 1, now), Err(Limit::Timers { count: 1 }));
    }

    const MS: Duration = Duration::from_millis(1);
}
