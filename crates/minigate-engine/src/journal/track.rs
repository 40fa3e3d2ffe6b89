//! One call's way into the journal, and its times.

use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use super::losses::Losses;
use super::{CallId, Journal, Phase, Step};
use crate::dial::Record;
use crate::{Clock, Outcome, Timing};

/// What a call under way records, and where it stands.
pub(crate) struct Track {
    call: CallId,
    journal: Arc<dyn Journal>,
    wants_bodies: bool,
    clock: Clock,
    timing: Mutex<Timing>,
    phase: AtomicU8,
    losses: Losses,
    settled: Mutex<bool>,
}

impl Track {
    pub(crate) fn new(call: CallId, journal: Arc<dyn Journal>, clock: Clock) -> Self {
        let timing = Timing {
            invoked: Some(clock.wall(clock.now())),
            ..Timing::default()
        };
        Self {
            call,
            wants_bodies: journal.wants_bodies(),
            journal,
            clock,
            timing: Mutex::new(timing),
            phase: AtomicU8::new(0),
            losses: Losses::default(),
            settled: Mutex::new(false),
        }
    }

    pub(crate) const fn call(&self) -> CallId {
        self.call
    }

    /// Records a step, unless the call has been settled: an exchange that was ended may take one more.
    pub(crate) fn step(&self, step: &Step<'_>) {
        let settled = self.settled.lock().unwrap_or_else(PoisonError::into_inner);
        if !*settled {
            self.journal.record(self.call, self.clock.now(), step);
        }
    }

    /// Records a step that is only for those who want bodies.
    pub(crate) fn detail(&self, step: &Step<'_>) {
        if self.wants_bodies {
            self.step(step);
        }
    }

    /// Records the last step.
    pub(crate) fn settle(&self, outcome: &Outcome) {
        self.step(&Step::Settled(outcome));
        *self.settled.lock().unwrap_or_else(PoisonError::into_inner) = true;
    }

    pub(crate) fn time(&self, note: impl FnOnce(&mut Timing, SystemTime)) {
        let now = self.clock.wall(self.clock.now());
        note(
            &mut self.timing.lock().unwrap_or_else(PoisonError::into_inner),
            now,
        );
    }

    /// The call goes over a connection, whose losses are its own from now on.
    pub(crate) fn ride(&self, line: Option<&Arc<Record>>) {
        self.losses.follow(line);
    }

    /// Packets were lost while it dialled.
    pub(crate) fn lose(&self, packets: u32) {
        self.losses.add(packets);
    }

    /// How many packets were lost.
    pub(crate) fn lost(&self) -> u64 {
        self.losses.count()
    }

    pub(crate) fn timing(&self) -> Timing {
        self.timing.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What the call waits for from now on, while somebody else does the work.
    pub(crate) fn wait_in(&self, phase: Phase) {
        self.phase.store(phase as u8, Ordering::Relaxed);
    }

    /// What the call does and waits for from now on.
    pub(crate) fn enter(&self, phase: Phase) {
        self.wait_in(phase);
        self.time(|timing, now| match phase {
            Phase::Resolve => timing.resolve_start = Some(now),
            Phase::Connect => timing.connect_start = Some(now),
            Phase::Handshake => timing.tls_start = Some(now),
            Phase::Head => timing.request_start = Some(now),
            Phase::Queue | Phase::Body => {}
        });
    }

    /// What the call waits for.
    pub(crate) fn phase(&self) -> Phase {
        let phase = self.phase.load(Ordering::Relaxed);
        PHASES
            .into_iter()
            .find(|known| *known as u8 == phase)
            .unwrap_or_default()
    }
}

const PHASES: [Phase; 6] = [
    Phase::Queue,
    Phase::Resolve,
    Phase::Connect,
    Phase::Handshake,
    Phase::Head,
    Phase::Body,
];
