//! The one loop that owns an app's gate.

mod work;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use futures_channel::mpsc::{UnboundedReceiver, UnboundedSender, unbounded};
use futures_util::StreamExt;
use minigate_policy::{Action, Gate, Permit, Profile, TaskId, Visibility};
use tokio::task::{AbortHandle, Id, JoinError, JoinSet};
use tokio::time::Instant;

use crate::call_time::CallTime;
use crate::http::Carrier;
use crate::journal::track::Track;
use crate::network::Quality;
use crate::socket::Established;
use crate::{CallId, Failure, Outcome, Step};
use work::Running;
pub(crate) use work::{Outlet, Work};

/// What handles ask of the driver.
pub(crate) enum Command {
    Submit(Box<Submission>),
    Refuse(Box<Failure>, Outlet, Arc<Track>),
    Abort(CallId),
    SetVisibility(Visibility, Instant),
}

/// A call that waits for its slot.
pub(crate) struct Submission {
    /// When the app called, by the time of its calls: the driver may come to it later.
    pub(crate) at: Instant,
    pub(crate) permit: Permit,
    pub(crate) work: Work,
    pub(crate) outlet: Outlet,
    pub(crate) track: Arc<Track>,
}

/// Owns the gate, starts what it starts, ends what it ends, and settles each call once.
pub(crate) struct Driver {
    gate: Gate,
    time: CallTime,
    inbox: UnboundedReceiver<Command>,
    carrier: Arc<Carrier>,
    calls: BTreeMap<TaskId, Call>,
    tasks: BTreeMap<CallId, TaskId>,
    running: JoinSet<Box<Outcome>>,
    exchanges: HashMap<Id, TaskId>,
    /// Sockets whose handshake is done; the driver holds both ends, so that it never closes.
    tell_established: UnboundedSender<(TaskId, Established)>,
    established: UnboundedReceiver<(TaskId, Established)>,
    quality: Quality,
}

/// A call between submission and settlement.
struct Call {
    outlet: Outlet,
    track: Arc<Track>,
    timeout: Duration,
    waiting: Option<Box<(Permit, Work)>>,
    running: Option<AbortHandle>,
}

impl Driver {
    pub(crate) fn new(
        profile: &Profile,
        time: CallTime,
        inbox: UnboundedReceiver<Command>,
        carrier: Carrier,
        quality: Quality,
    ) -> Self {
        let (tell_established, established) = unbounded();
        Self {
            gate: Gate::new(profile),
            time,
            inbox,
            carrier: Arc::new(carrier),
            calls: BTreeMap::new(),
            tasks: BTreeMap::new(),
            running: JoinSet::new(),
            exchanges: HashMap::new(),
            tell_established,
            established,
            quality,
        }
    }

    /// Runs until the last handle is gone and nothing is under way.
    pub(crate) async fn run(mut self) {
        loop {
            while let Some(action) = self.gate.next_action() {
                self.perform(action);
            }
            let deadline = self.gate.next_deadline().map(Instant::from_std);
            // Each arm may be dropped: messages stay in the inbox, ended exchanges in the set.
            tokio::select! {
                biased;
                command = self.inbox.next() => match command {
                    Some(command) => self.obey(command),
                    None => break,
                },
                Some((task, established)) = self.established.next() => {
                    self.gate.establish(task);
                    established.go_on();
                }
                Some(ended) = self.running.join_next_with_id() => self.conclude(ended),
                () = wait_until(&self.time, deadline) => {
                    self.gate.reach(self.now());
                }
            }
        }
    }

    fn now(&self) -> std::time::Instant {
        self.time.now().into_std()
    }

    fn obey(&mut self, command: Command) {
        match command {
            Command::Submit(submission) => self.submit(*submission),
            Command::Refuse(failure, outlet, track) => {
                settle(&outlet, &track, Box::new(Err(*failure)));
            }
            Command::Abort(call) => {
                if let Some(task) = self.tasks.get(&call).copied() {
                    self.end(task, Failure::Aborted);
                    self.gate.finish(task, self.now());
                }
            }
            Command::SetVisibility(visibility, at) => {
                self.gate.set_visibility(visibility, self.time.of(at).into_std());
            }
        }
    }

    fn submit(&mut self, submission: Submission) {
        let Submission {
            at,
            permit,
            work,
            outlet,
            track,
        } = submission;
        let task = self.gate.submit(&permit, self.time.of(at).into_std());
        self.tasks.insert(track.call(), task);
        let timeout = permit.timeout();
        let call = Call {
            outlet,
            track,
            timeout,
            waiting: Some(Box::new((permit, work))),
            running: None,
        };
        self.calls.insert(task, call);
        while let Some(action) = self.gate.next_action() {
            self.perform(action);
        }
        if let Some(call) = self.calls.get(&task).filter(|call| call.waiting.is_some()) {
            call.track.step(&Step::Queued);
        }
    }

    fn perform(&mut self, action: Action) {
        match action {
            Action::Start(task) => self.start(task),
            Action::Interrupt(task) => self.end(task, Failure::Interrupted),
            Action::Refuse(task) => self.refuse(task),
            Action::TimeOut(task) => {
                if let Some(call) = self.calls.get(&task) {
                    let failure = Failure::TimedOut {
                        after: call.timeout,
                        phase: call.track.phase(),
                    };
                    self.end(task, failure);
                }
            }
        }
    }

    fn start(&mut self, task: TaskId) {
        let Some(call) = self.calls.get_mut(&task) else {
            return;
        };
        let Some((permit, work)) = call.waiting.take().map(|message| *message) else {
            return;
        };
        call.track.time(|timing, now| timing.started = Some(now));
        call.track.step(&Step::Started);
        call.outlet.accept();
        let running = Running {
            permit,
            carrier: Arc::clone(&self.carrier),
            track: Arc::clone(&call.track),
            task,
            established: self.tell_established.clone(),
        };
        // Boxed, since spawning moves it several times.
        let handle = self
            .running
            .spawn(Box::pin(async move { Box::new(running.run(work).await) }));
        self.exchanges.insert(handle.id(), task);
        call.running = Some(handle);
    }

    fn refuse(&mut self, task: TaskId) {
        let waiting = self.calls.get(&task).and_then(|call| call.waiting.as_deref());
        if let Some((permit, _)) = waiting {
            let interface = permit.interface();
            let limit = permit.policy().profile().slots(interface);
            self.end(task, Failure::TooManyCalls { interface, limit });
        }
    }

    /// An exchange is over, by itself, by an abort that was settled already, or by a panic.
    fn conclude(&mut self, ended: Result<(Id, Box<Outcome>), JoinError>) {
        let (id, outcome) = match ended {
            Ok((id, outcome)) => (id, outcome),
            Err(error) => (
                error.id(),
                Box::new(Err(Failure::Internal {
                    reason: error.to_string(),
                })),
            ),
        };
        let Some(task) = self.exchanges.remove(&id) else {
            return;
        };
        if let Some(call) = self.forget(task) {
            self.settle(&call, outcome);
            self.gate.finish(task, self.now());
        }
    }

    fn end(&mut self, task: TaskId, failure: Failure) {
        let Some(call) = self.forget(task) else { return };
        if let Some(exchange) = &call.running {
            exchange.abort();
        }
        self.settle(&call, Box::new(Err(failure)));
    }

    fn settle(&mut self, call: &Call, outcome: Box<Outcome>) {
        self.quality.learn(&outcome, &call.track, self.time.now());
        settle(&call.outlet, &call.track, outcome);
    }

    fn forget(&mut self, task: TaskId) -> Option<Call> {
        let call = self.calls.remove(&task)?;
        self.tasks.remove(&call.track.call());
        Some(call)
    }
}

fn settle(outlet: &Outlet, track: &Track, outcome: Box<Outcome>) {
    track.settle(&outcome);
    outlet.settle(outcome);
}

async fn wait_until(time: &CallTime, moment: Option<Instant>) {
    match moment {
        Some(moment) => time.sleep_until(moment).await,
        None => std::future::pending().await,
    }
}
