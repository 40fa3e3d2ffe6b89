//! The history of an app, as data.

use minigate_policy::Era;

use super::DAY;
use super::event::{Event, What};
use super::host::Host;
use super::step::{Lists, Step};
use crate::access::Role;
use crate::domains::State;

/// The history of an app.
#[derive(Clone, Copy, Debug)]
pub(super) struct AppStory {
    pub(super) id: &'static str,
    pub(super) name: &'static str,
    pub(super) era: Era,
    pub(super) two_people: bool,
    pub(super) preflight_required: bool,
    pub(super) made_days_ago: i64,
    pub(super) members: &'static [(&'static str, Role)],
    /// The oldest first.
    pub(super) changes: &'static [Change],
    pub(super) grant: Option<Grant>,
}

/// A change of its domains.
#[derive(Clone, Copy, Debug)]
pub(super) struct Change {
    pub(super) hours_ago: i64,
    pub(super) author: &'static str,
    pub(super) note: &'static str,
    pub(super) lists: Lists,
    /// What its pre-flight saw, where it had one.
    pub(super) preflight: Option<&'static [Host]>,
    pub(super) reached: Reached,
}

/// How far a change came.
#[derive(Clone, Copy, Debug)]
pub(super) enum Reached {
    Draft(State, &'static str),
    /// By whom, and why.
    Published(&'static str, &'static str),
}

/// A leave to skip the check.
#[derive(Clone, Copy, Debug)]
pub(super) struct Grant {
    pub(super) days_ago: i64,
    pub(super) by: &'static str,
    pub(super) reason: &'static str,
    pub(super) ends_in_days: i64,
}

impl AppStory {
    pub(super) const fn named(id: &'static str, name: &'static str, era: Era) -> Self {
        Self {
            id,
            name,
            era,
            two_people: false,
            preflight_required: false,
            made_days_ago: 190,
            members: &[],
            changes: &[],
            grant: None,
        }
    }

    /// All that happened, in no order.
    pub(super) fn events(&'static self) -> Vec<Event> {
        let beginning = self.made_days_ago * DAY;
        let operator = |minutes_ago, step| self.event(minutes_ago, "mei", None, step);
        let mut events = vec![operator(beginning, Step::Make(self))];
        for ((name, role), minutes) in self.members.iter().zip(1..) {
            events.push(operator(beginning - 3 * minutes, Step::Member(name, *role)));
        }
        if self.preflight_required {
            events.push(operator(beginning - 30, Step::RequirePreflight));
        }
        events.extend(self.changes.iter().flat_map(|change| self.events_of(change)));
        events.extend(self.grant.map(|grant| {
            let step = Step::Grant(grant.ends_in_days);
            self.event(grant.days_ago * DAY, grant.by, Some(grant.reason), step)
        }));
        events
    }

    fn events_of(&self, change: &Change) -> Vec<Event> {
        let written = change.hours_ago * 60;
        let Change { author, note, .. } = *change;
        let mut events = vec![self.event(written, author, Some(note), Step::Write(change.lists))];
        if let Some(hosts) = change.preflight {
            events.push(self.event(written - 8, author, None, Step::Preflight(hosts)));
        }
        let (approver, reason, far) = match change.reached {
            Reached::Draft(State::Open, approver) => (approver, "", 0),
            Reached::Draft(State::Submitted, approver) => (approver, "", 1),
            Reached::Draft(State::Approved, approver) => (approver, "", 2),
            Reached::Published(approver, reason) => (approver, reason, 3),
        };
        let ways = [
            self.event(written - 14, author, None, Step::Submit),
            self.event(written - 47, approver, None, Step::Approve),
            self.event(written - 52, approver, Some(reason), Step::Publish),
        ];
        events.extend(ways.into_iter().take(far));
        events
    }

    const fn event(
        &self,
        minutes_ago: i64,
        who: &'static str,
        why: Option<&'static str>,
        step: Step,
    ) -> Event {
        Event {
            minutes_ago,
            who,
            why,
            what: What::Step(self.id, step),
        }
    }
}
