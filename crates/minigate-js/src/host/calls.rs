//! The app's calls of the network: from what the prelude hands over to the engine, and back.

use std::{
    cell::RefCell,
    collections::BTreeMap,
    pin::Pin,
    rc::Rc,
    task::{Context, Poll},
};

use futures_util::{Stream, StreamExt, stream::SelectAll};
use minigate_engine::{CallId, Engine, Event, Task};
use minigate_policy::{Interface, Policy};

use super::request::Request;
use crate::limits::{Limit, Limits};
use crate::standing::Standing;

/// All calls that have not settled.
pub(crate) struct Calls {
    pub(crate) engine: Engine,
    pub(crate) standing: Standing,
    last_id: u64,
    bytes: usize,
    running: BTreeMap<u64, Running>,
    events: SelectAll<Numbered>,
}

struct Running {
    task: SharedTask,
    wanted: Wanted,
    bytes: usize,
}

/// How the app wants the answer of a call.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wanted {
    /// The call's name in the journal.
    pub(crate) call: CallId,
    /// Whose words its failure has.
    pub(crate) interface: Interface,
    /// Text is JSON, if it can be read as such.
    pub(crate) json: bool,
    /// With the times of its steps.
    pub(crate) profile: bool,
    /// The head as soon as it is there; most apps don't listen, and then it need not become JavaScript twice.
    pub(crate) headers: bool,
    /// How far it has come; the same holds for that.
    pub(crate) progress: bool,
}

impl Calls {
    pub(crate) fn new(engine: Engine, policy: Policy) -> Self {
        Self {
            engine,
            standing: Standing::new(policy),
            last_id: 0,
            bytes: 0,
            running: BTreeMap::new(),
            events: SelectAll::new(),
        }
    }

    /// Starts a call that the prelude has read, and gives its number.
    ///
    /// # Errors
    ///
    /// The limit that another call would break.
    pub(super) fn start(&mut self, request: Request, limits: &Limits) -> Result<u64, Limit> {
        if self.running.len() >= limits.pending_calls {
            return Err(Limit::PendingCalls {
                count: limits.pending_calls,
            });
        }
        let bytes = request.bytes;
        if self.bytes + bytes > limits.pending_bytes {
            return Err(Limit::PendingBytes {
                bytes: limits.pending_bytes,
            });
        }
        let method = &request.exchange.method;
        let task = match (self.standing.policy().judge(&request.call), request.obstacle) {
            (Err(denial), _) => self.engine.refuse(denial, method),
            (Ok(permit), Some(failure)) => self.engine.fail(&permit, method, failure),
            (Ok(permit), None) => self.engine.start(permit, request.exchange),
        };
        let wanted = Wanted {
            call: task.call(),
            interface: request.call.interface(),
            json: request.wants_json,
            profile: request.wants_profile,
            headers: false,
            progress: false,
        };
        Ok(self.add(task, wanted, bytes))
    }

    /// Ends a call; it settles as aborted, unless it has settled already.
    pub(super) fn abort(&self, id: u64) {
        if let Some(running) = self.running.get(&id) {
            running.task.borrow().abort();
        }
    }

    /// Notes that the app listens for an event of a call.
    pub(super) fn want(&mut self, id: u64, event: &str) {
        if let Some(running) = self.running.get_mut(&id) {
            running.wanted.headers |= event == "headers";
            running.wanted.progress |= event == "progress";
        }
    }

    /// The next event of any call, with its number and what the app wants of it.
    pub(crate) fn poll_event(&mut self, cx: &mut Context<'_>) -> Poll<(u64, Wanted, Option<Event>)> {
        let Poll::Ready(Some((id, event))) = self.events.poll_next_unpin(cx) else {
            return Poll::Pending;
        };
        let wanted = self.running.get(&id).map(|running| running.wanted);
        if matches!(event, None | Some(Event::Settled(_))) {
            self.forget(id);
        }
        wanted.map_or(Poll::Pending, |wanted| Poll::Ready((id, wanted, event)))
    }

    /// How many calls have not settled.
    pub(crate) fn len(&self) -> usize {
        self.running.len()
    }

    fn add(&mut self, task: Task, wanted: Wanted, bytes: usize) -> u64 {
        self.last_id += 1;
        let task = Rc::new(RefCell::new(task));
        self.events.push(Numbered {
            id: self.last_id,
            task: Some(Rc::clone(&task)),
        });
        self.running.insert(self.last_id, Running { task, wanted, bytes });
        self.bytes += bytes;
        self.last_id
    }

    /// Ends all calls; nobody hears of them any more.
    pub(crate) fn clear(&mut self) {
        self.events = SelectAll::new();
        self.running.clear();
        self.bytes = 0;
    }

    fn forget(&mut self, id: u64) {
        if let Some(running) = self.running.remove(&id) {
            self.bytes -= running.bytes;
        }
    }
}

type SharedTask = Rc<RefCell<Task>>;

/// A call's events with its number; a last item without an event where it ended without settling.
struct Numbered {
    id: u64,
    task: Option<SharedTask>,
}

impl Stream for Numbered {
    type Item = (u64, Option<Event>);

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let Some(task) = &self.task else {
            return Poll::Ready(None);
        };
        let polled = task.borrow_mut().poll_next_unpin(cx);
        polled.map(|event| {
            if matches!(event, None | Some(Event::Settled(_))) {
                self.task = None;
            }
            Some((self.id, event))
        })
    }
}
