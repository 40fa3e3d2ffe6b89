//! The journal of one call, as far as its hops are told in it.

use std::sync::{Mutex, PoisonError};

use minigate_engine::{CallId, Head, Journal, Step};
use minigate_policy::Denial;
use tokio::time::Instant;

use super::Hop;

/// Remembers the hops of one call; there are no more of them than the profile allows.
#[derive(Debug, Default)]
pub(super) struct Recorder(Mutex<Vec<Hop>>);

impl Recorder {
    pub(super) fn hops(&self) -> Vec<Hop> {
        self.change(|hops| hops.clone())
    }

    /// Adds why a hop isn't gone; it may be there already, as one that passed until its addresses were known.
    pub(super) fn deny(&self, denial: &Denial) {
        self.change(|hops| match hops.get_mut(denial.verdict().hop) {
            Some(hop) => hop.refusals.push(denial.verdict().into()),
            None => hops.push(Hop::refused(denial)),
        });
    }

    fn at_last(&self, tell: impl FnOnce(&mut Hop)) {
        self.change(|hops| hops.last_mut().map(tell));
    }

    fn change<T>(&self, change: impl FnOnce(&mut Vec<Hop>) -> T) -> T {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Journal for Recorder {
    fn record(&self, _: CallId, _: Instant, step: &Step<'_>) {
        match step {
            Step::Called { verdict, .. } | Step::Redirected { verdict, .. } => {
                self.change(|hops| hops.push(Hop::of(verdict)));
            }
            Step::Connected { peer } => self.at_last(|hop| hop.address = Some(*peer)),
            Step::Secured { spared, .. } => self.at_last(|hop| hop.certificate = spared.cloned()),
            Step::Reused { peer, spared } => self.at_last(|hop| {
                hop.address = Some(*peer);
                hop.certificate = spared.cloned();
            }),
            Step::FirstByte { head } => self.at_last(|hop| hop.answered(head)),
            _ => {}
        }
    }
}

impl Hop {
    fn answered(&mut self, head: &Head) {
        self.version = Some(format!("{:?}", head.version));
        self.status = Some(head.status.as_u16());
    }
}
