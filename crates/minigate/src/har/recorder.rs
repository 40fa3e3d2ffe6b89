//! The journal as a recording.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use minigate_engine::{CallId, Clock, Failure, Journal, Step, Way};
use minigate_har::{Creator, Entry, Facts, Har, Outcome, SocketMessage};
use minigate_policy::{Interface, Profile};
use tokio::time::Instant;

use super::entry;
use super::hop::Hop;
use super::kept::Room;
use super::mishap;

/// Follows each call and keeps what goes over the wire.
pub(crate) struct Recorder {
    clock: Clock,
    profile: Profile,
    state: Mutex<State>,
}

struct State {
    /// None once they were taken.
    calls: Option<BTreeMap<CallId, Call>>,
    room: Room,
}

/// A call with its hops, the last of which may be under way.
struct Call {
    interface: Interface,
    hops: Vec<Hop>,
    end: Option<End>,
}

/// What became of the last hop.
struct End {
    outcome: Outcome,
    failure: Option<Failure>,
}

impl Recorder {
    pub(crate) fn new(clock: Clock, profile: Profile) -> Self {
        Self {
            clock,
            profile,
            state: Mutex::new(State {
                calls: Some(BTreeMap::new()),
                room: Room::default(),
            }),
        }
    }

    /// All that happened so far, once: bodies aren't kept twice, so nothing is left to be told again. A call that is under
    /// way is there as far as it has got.
    pub(crate) fn take_har(&self) -> Option<Har> {
        let calls = self.lock().calls.take()?;
        let mut entries: Vec<_> = calls
            .into_iter()
            .flat_map(|(id, call)| self.entries(id, call))
            .collect();
        entries.sort_by_key(|(begun, _)| *begun);
        let mut har = Har::default();
        "1.2".clone_into(&mut har.log.version);
        har.log.creator = Creator {
            name: "minigate".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
        };
        har.log.entries = entries.into_iter().map(|(_, entry)| entry).collect();
        Some(har)
    }

    fn entries(&self, id: CallId, call: Call) -> impl Iterator<Item = (Instant, Entry)> {
        let Call { interface, hops, end } = call;
        let last = hops.len().saturating_sub(1);
        hops.into_iter().enumerate().map(move |(index, hop)| {
            let end = (index == last).then_some(&end);
            let facts = self.facts(id, interface, (index, &hop), end);
            let entry = entry::entry(&hop, facts, &self.clock, &self.profile);
            (hop.begun, entry)
        })
    }

    /// What only minigate knows of a hop; `end` is there for a call's last one.
    fn facts(
        &self,
        id: CallId,
        interface: Interface,
        (index, hop): (usize, &Hop),
        end: Option<&Option<End>>,
    ) -> Facts {
        let failure = end.and_then(|end| end.as_ref()?.failure.as_ref());
        let complaint = failure.map(|failure| failure.complaint(interface, self.profile.wording));
        let outcome = match end {
            None => Outcome::Redirected,
            Some(None) => Outcome::Pending,
            Some(Some(end)) => end.outcome,
        };
        Facts {
            call: id.to_string(),
            hop: index,
            interface: interface.to_string(),
            verdict: serde_json::to_value(&hop.verdict).unwrap_or_default(),
            rule: failure.map(|failure| failure.rule().to_string()),
            outcome,
            left: hop.left,
            errno: complaint.as_ref().and_then(|complaint| complaint.errno),
            err_msg: complaint.map(|complaint| complaint.err_msg),
            mishap: mishap::of(failure, outcome),
            spared: hop.spared.clone(),
            addresses: hop.addresses.iter().map(ToString::to_string).collect(),
            cut: hop.received.is_cut() || hop.is_broken_off,
            ..Facts::default()
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Journal for Recorder {
    fn record(&self, call: CallId, at: Instant, step: &Step<'_>) {
        let State { calls, room } = &mut *self.lock();
        let Some(calls) = calls else { return };
        if let Step::Called {
            interface,
            method,
            verdict,
        } = step
        {
            let call_begun = Call {
                interface: *interface,
                hops: vec![Hop::new(method.as_str(), verdict, at)],
                end: None,
            };
            calls.insert(call, call_begun);
        } else if let Some(call) = calls.get_mut(&call) {
            call.follow(at, step, room, &self.clock);
        }
    }

    fn wants_bodies(&self) -> bool {
        true
    }
}

impl Call {
    fn follow(&mut self, at: Instant, step: &Step<'_>, room: &mut Room, clock: &Clock) {
        let Some(hop) = self.hops.last_mut() else {
            return;
        };
        match step {
            Step::Redirected { verdict, .. } => {
                hop.end(at);
                let next = Hop::new(&hop.method, verdict, at);
                self.hops.push(next);
            }
            Step::Settled(outcome) => {
                hop.end(at);
                self.end = Some(End::of(outcome.as_ref().err()));
            }
            Step::Opened(_) => hop.messages = Some(Vec::new()),
            Step::Message { way, opcode, data } => {
                let message = message(*way, *opcode, data, entry::seconds(clock.wall(at)));
                hop.say(message, room);
            }
            Step::Closing { way, code, reason } => {
                let data = close_payload(*code, reason);
                let message = message(*way, CLOSE, &data, entry::seconds(clock.wall(at)));
                hop.say(message, room);
            }
            _ => hop.follow(at, step, room),
        }
    }
}

impl End {
    fn of(failure: Option<&Failure>) -> Self {
        let outcome = match failure {
            None => Outcome::Answered,
            Some(Failure::Denied(_)) => Outcome::Refused,
            Some(Failure::Aborted) => Outcome::Aborted,
            Some(_) => Outcome::Failed,
        };
        Self {
            outcome,
            failure: failure.cloned(),
        }
    }
}

fn message(way: Way, opcode: u8, data: &[u8], time: f64) -> SocketMessage {
    let way = match way {
        Way::Sent => minigate_har::Way::Send,
        Way::Received => minigate_har::Way::Receive,
    };
    SocketMessage::new(way, time, opcode, data)
}

/// What a close frame carries (RFC 6455 §5.5.1).
fn close_payload(code: u16, reason: &str) -> Vec<u8> {
    if code == NO_CODE {
        return Vec::new();
    }
    [&code.to_be_bytes(), reason.as_bytes()].concat()
}

/// Two journals as one.
pub(crate) struct Both(pub(crate) Arc<dyn Journal>, pub(crate) Arc<dyn Journal>);

impl Journal for Both {
    fn record(&self, call: CallId, at: Instant, step: &Step<'_>) {
        self.0.record(call, at, step);
        self.1.record(call, at, step);
    }

    fn wants_bodies(&self) -> bool {
        self.0.wants_bodies() || self.1.wants_bodies()
    }
}

const CLOSE: u8 = 8;
/// The code that stands for none (RFC 6455 §7.4.1).
const NO_CODE: u16 = 1005;
