//! The calls of a test, and which of them wait for the clock.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use minigate_engine::{CallId, Journal, Outcome, Step};
use minigate_policy::{Interface, Rule, Wording};
use serde::Serialize;
use tokio::sync::Notify;
use tokio::time::Instant;
use url::Url;

/// The calls of a test, and which of them wait for the clock.
pub(super) struct Traffic {
    wording: Wording,
    state: Mutex<State>,
    changed: Notify,
}

#[derive(Default)]
struct State {
    version: u64,
    calls: BTreeMap<CallId, Told>,
    /// Those that aren't over.
    flights: BTreeMap<CallId, Flight>,
    last_hold: u64,
}

struct Flight {
    /// Host, path and query of its last hop.
    place: String,
    rest: Rest,
}

#[derive(Clone, Copy, Eq, PartialEq)]
enum Rest {
    /// It is on its way, or its server is at work.
    Moving,
    /// It waits for a slot.
    Queued,
    /// A server keeps it waiting until a moment of the clock.
    Held(u64),
    /// It is a socket that is open.
    Open,
}

/// A call as a test is told of it.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Told {
    interface: &'static str,
    method: String,
    url: String,
    /// `pending`, `success` or `fail`.
    outcome: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    err_msg: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    errno: Option<u32>,
    /// The rule that a failure goes by.
    #[serde(skip_serializing_if = "Option::is_none")]
    rule: Option<Rule>,
    /// Whether it had to wait for a slot.
    queued: bool,
    #[serde(skip)]
    kind: Interface,
}

impl Traffic {
    pub(super) fn new(wording: Wording) -> Arc<Self> {
        Arc::new(Self {
            wording,
            state: Mutex::default(),
            changed: Notify::new(),
        })
    }

    /// Changes whenever anything happens.
    pub(super) fn version(&self) -> u64 {
        self.lock().version
    }

    /// Waits until something has happened since the last time.
    pub(super) async fn changed(&self) {
        self.changed.notified().await;
    }

    /// Whether no call gets any further before the clock moves.
    pub(super) fn is_quiet(&self) -> bool {
        let state = self.lock();
        state.flights.values().all(|flight| flight.rest != Rest::Moving)
    }

    /// Whether a server may speak by itself.
    pub(super) fn has_sockets(&self) -> bool {
        let state = self.lock();
        state.flights.values().any(|flight| flight.rest == Rest::Open)
    }

    pub(super) fn told(&self) -> Vec<Told> {
        self.lock().calls.values().cloned().collect()
    }

    /// The calls that aren't over, a line each.
    pub(super) fn pending(&self) -> Vec<String> {
        let state = self.lock();
        let pending = state.calls.values().filter(|call| call.outcome == PENDING);
        pending
            .map(|call| format!("{} {} {}", call.interface, call.method, call.url))
            .collect()
    }

    /// A server begins to keep a request waiting, until the hold is dropped.
    pub(super) fn hold(self: &Arc<Self>, place: &str) -> Hold {
        let mut state = self.lock();
        state.last_hold += 1;
        let id = state.last_hold;
        let waiting = |flight: &&mut Flight| flight.rest == Rest::Moving && flight.place == place;
        if let Some(flight) = state.flights.values_mut().find(waiting) {
            flight.rest = Rest::Held(id);
        }
        drop(state);
        self.touch();
        Hold {
            traffic: Arc::clone(self),
            id,
        }
    }

    fn release(&self, id: u64) {
        let mut state = self.lock();
        let held = |flight: &&mut Flight| flight.rest == Rest::Held(id);
        if let Some(flight) = state.flights.values_mut().find(held) {
            flight.rest = Rest::Moving;
        }
        drop(state);
        self.touch();
    }

    fn touch(&self) {
        self.lock().version += 1;
        self.changed.notify_one();
    }

    fn follow(&self, call: CallId, step: &Step<'_>) {
        let mut state = self.lock();
        match step {
            Step::Called {
                interface,
                method,
                verdict,
            } => state.begin(call, *interface, method.as_str(), &verdict.url),
            Step::Queued => {
                state.move_on(call, |flight| flight.rest = Rest::Queued);
                if let Some(told) = state.calls.get_mut(&call) {
                    told.queued = true;
                }
            }
            Step::Started => state.move_on(call, |flight| flight.rest = Rest::Moving),
            Step::Redirected { verdict, .. } => {
                state.move_on(call, |flight| flight.place = place(&verdict.url));
            }
            Step::Opened(_) => state.move_on(call, |flight| flight.rest = Rest::Open),
            Step::Settled(outcome) => {
                state.flights.remove(&call);
                if let Some(told) = state.calls.get_mut(&call) {
                    told.settle(outcome, self.wording);
                }
            }
            _ => {}
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn begin(&mut self, call: CallId, interface: Interface, method: &str, url: &str) {
        let flight = Flight {
            place: place(url),
            rest: Rest::Moving,
        };
        self.flights.insert(call, flight);
        self.calls.insert(call, told(interface, method, url));
    }

    fn move_on(&mut self, call: CallId, change: impl FnOnce(&mut Flight)) {
        if let Some(flight) = self.flights.get_mut(&call) {
            change(flight);
        }
    }
}

impl Told {
    fn settle(&mut self, outcome: &Outcome, wording: Wording) {
        match outcome {
            Ok(reply) => {
                self.outcome = "success";
                self.status = Some(reply.head.status.as_u16());
            }
            Err(failure) => {
                let complaint = failure.complaint(self.kind, wording);
                self.outcome = "fail";
                self.err_msg = Some(complaint.err_msg);
                self.errno = complaint.errno;
                self.rule = Some(failure.rule());
            }
        }
    }
}

impl Journal for Traffic {
    fn record(&self, call: CallId, _at: Instant, step: &Step<'_>) {
        self.follow(call, step);
        self.touch();
    }
}

/// A request that a server keeps waiting.
pub(super) struct Hold {
    traffic: Arc<Traffic>,
    id: u64,
}

impl Drop for Hold {
    fn drop(&mut self) {
        self.traffic.release(self.id);
    }
}

fn told(interface: Interface, method: &str, url: &str) -> Told {
    Told {
        interface: interface.name(),
        method: method.to_owned(),
        url: url.to_owned(),
        outcome: PENDING,
        status: None,
        err_msg: None,
        errno: None,
        rule: None,
        queued: false,
        kind: interface,
    }
}

/// What a server can tell requests apart by.
fn place(url: &str) -> String {
    Url::parse(url).map_or_else(
        |_| url.to_owned(),
        |url| {
            let host = url.host_str().unwrap_or_default();
            request_place(host, url.path(), url.query())
        },
    )
}

/// The same of a request that has come.
pub(super) fn request_place(host: &str, path: &str, query: Option<&str>) -> String {
    match query {
        Some(query) => format!("{host}{path}?{query}"),
        None => format!("{host}{path}"),
    }
}

const PENDING: &str = "pending";
