//! The handle that an embedder holds.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use futures_channel::mpsc::{UnboundedSender, unbounded};
use http::{HeaderValue, Method};
use minigate_policy::{Denial, Permit, Profile, Visibility};
use minigate_tls::Trust;
use tokio::sync::watch;

use crate::call_time::CallTime;
use crate::dial::{Dialer, Weather};
use crate::driver::{Command, Driver, Outlet, Submission, Work};
use crate::http::Carrier;
use crate::journal::track::Track;
use crate::network::Quality;
use crate::{
    CallId, Clock, Conditions, Exchange, Failure, Handshake, Journal, NetworkWatch, NoJournal, Note,
    Override, Rehearsal, Resolver, Socket, Step, SystemResolver, Task, Transport, Turn,
};

/// The network of one app: slots, queue, connections.
///
/// A cheap handle; when the last one and the last task are gone, the app's driver and connections end.
#[derive(Clone)]
pub struct Engine {
    commands: UnboundedSender<Command>,
    calls: Arc<AtomicU64>,
    send_queue: usize,
    journal: Arc<dyn Journal>,
    clock: Clock,
    time: CallTime,
    conditions: Conditions,
    weak: watch::Receiver<bool>,
}

/// What an engine is made of.
pub struct Setup {
    /// Slots, deadlines and the background rule.
    pub profile: Profile,
    /// Roots and how they are applied.
    pub trust: Trust,
    /// Where names are looked up.
    pub resolver: Arc<dyn Resolver>,
    /// Addresses that the operator gives for names; the first that fits is taken.
    pub overrides: Vec<Override>,
    /// Who sees every step.
    pub journal: Arc<dyn Journal>,
    /// The time that the rules go by.
    pub clock: Clock,
    /// What the network is like below the rules. Default: as the machine's own is.
    pub conditions: Conditions,
    /// Opens streams instead of TCP, where that isn't wanted.
    pub transport: Option<Arc<dyn Transport>>,
    /// What plays the network, where it is a recording.
    pub rehearsal: Option<Arc<dyn Rehearsal>>,
    /// Sizes.
    pub limits: Limits,
    /// The `user-agent` of calls that set none; left out where the text can't stand in a field.
    pub user_agent: String,
}

/// Sizes beyond which an answer fails.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Limits {
    /// Most bytes of a body that is handed over whole, content codings undone. Default: 64 MiB.
    pub body: usize,
    /// Most bytes of a message that a socket receives, decompressed; a larger one closes it with 1009. Default: 16 MiB.
    pub message: usize,
    /// Most bytes of messages that wait to go out of one socket. Default: 16 MiB.
    pub send_queue: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body: 64 * 1024 * 1024,
            message: 16 * 1024 * 1024,
            send_queue: 16 * 1024 * 1024,
        }
    }
}

impl Setup {
    /// The system's resolver and clock, no overrides, nobody listening.
    #[must_use]
    pub fn new(profile: Profile, trust: Trust) -> Self {
        let user_agent = format!(
            "Mozilla/5.0 minigate/{} MicroMessenger/8.0 MiniProgramEnv/{}",
            env!("CARGO_PKG_VERSION"),
            profile.platform
        );
        Self {
            profile,
            trust,
            resolver: Arc::new(SystemResolver),
            overrides: Vec::new(),
            journal: Arc::new(NoJournal),
            clock: Clock::system(),
            conditions: Conditions::default(),
            transport: None,
            rehearsal: None,
            limits: Limits::default(),
            user_agent,
        }
    }
}

impl Engine {
    /// Starts the driver of an app on the current tokio runtime.
    ///
    /// # Panics
    /// Outside of a tokio runtime.
    #[must_use]
    pub fn new(setup: Setup) -> Self {
        let (commands, inbox) = unbounded();
        let (quality, weak) = Quality::new();
        let weather = Weather::new(setup.conditions.clone(), setup.clock.clone());
        let dialer = Dialer::new(
            setup.resolver,
            setup.overrides,
            setup.trust,
            setup.transport,
            weather,
            setup.rehearsal,
        );
        let user_agent = HeaderValue::try_from(setup.user_agent).ok();
        let carrier = Carrier::new(dialer, setup.limits, user_agent);
        let time = CallTime::new(setup.clock.clone());
        tokio::spawn(Driver::new(&setup.profile, time.clone(), inbox, carrier, quality).run());
        Self {
            commands,
            calls: Arc::default(),
            send_queue: setup.limits.send_queue,
            journal: setup.journal,
            clock: setup.clock,
            time,
            conditions: setup.conditions,
            weak,
        }
    }

    /// Carries a permitted call out once it has a slot.
    ///
    /// The task ends with exactly one settlement, never before this function has returned.
    #[must_use]
    pub fn start(&self, permit: Permit, exchange: Exchange) -> Task {
        let track = self.track();
        track.called(&permit, &exchange.method, &exchange.notes);
        let (task, emitter) = Task::new(track.call(), self.commands.clone());
        let outlet = Outlet::Task(emitter.clone());
        self.submit(permit, Work::Exchange(exchange, emitter), outlet, track);
        task
    }

    /// Connects a permitted socket, if there is a slot for one more: sockets don't wait.
    ///
    /// The first event is [`SocketEvent::Accepted`](crate::SocketEvent::Accepted), or the last one where it failed before
    /// that; none comes before this function has returned. The time-out is that of the handshake (rule N1).
    #[must_use]
    pub fn connect(&self, permit: Permit, handshake: Handshake) -> Socket {
        let track = self.track();
        track.called(&permit, &Method::GET, &handshake.notes);
        let (socket, emitter) = Socket::new(track.call(), self.commands.clone(), self.send_queue);
        let outlet = Outlet::Socket(emitter.clone());
        self.submit(permit, Work::Socket(handshake, emitter), outlet, track);
        socket
    }

    fn submit(&self, permit: Permit, work: Work, outlet: Outlet, track: Track) {
        let submission = Submission {
            at: self.time.now(),
            permit,
            work,
            outlet,
            track: Arc::new(track),
        };
        self.send(Command::Submit(Box::new(submission)));
    }

    /// Settles a denied call: it is in the journal like any other.
    #[must_use]
    pub fn refuse(&self, denial: Denial, method: &Method) -> Task {
        let track = self.track();
        let (task, emitter) = Task::new(track.call(), self.commands.clone());
        self.deny(denial, method, Outlet::Task(emitter), track);
        task
    }

    /// Ends a denied socket: it is in the journal like any other.
    #[must_use]
    pub fn refuse_socket(&self, denial: Denial) -> Socket {
        let track = self.track();
        let (socket, emitter) = Socket::new(track.call(), self.commands.clone(), self.send_queue);
        self.deny(denial, &Method::GET, Outlet::Socket(emitter), track);
        socket
    }

    fn deny(&self, denial: Denial, method: &Method, outlet: Outlet, track: Track) {
        let verdict = denial.verdict();
        track.step(&Step::Called {
            interface: verdict.interface,
            method,
            verdict,
        });
        self.send(Command::Refuse(Box::new(denial.into()), outlet, Arc::new(track)));
    }

    /// Settles a permitted call that can't leave for want of what it was to send or to write to: it is in the journal
    /// like any other.
    #[must_use]
    pub fn fail(&self, permit: &Permit, method: &Method, failure: Failure) -> Task {
        let track = self.track();
        track.step(&Step::Called {
            interface: permit.interface(),
            method,
            verdict: permit.verdict(),
        });
        let (task, emitter) = Task::new(track.call(), self.commands.clone());
        let outlet = Outlet::Task(emitter);
        self.send(Command::Refuse(Box::new(failure), outlet, Arc::new(track)));
        task
    }

    /// Adds something to a call's record that only its caller can know.
    pub fn note(&self, call: CallId, note: &Note) {
        self.journal.record(call, self.clock.now(), &Step::Noted(note));
    }

    /// The app came to the foreground, went to the background, or was pinned there (rule N5).
    pub fn set_visibility(&self, visibility: Visibility) {
        self.send(Command::SetVisibility(visibility, self.time.now()));
    }

    /// What the app is told of its network, from now on.
    #[must_use]
    pub fn network(&self) -> NetworkWatch {
        NetworkWatch::new(self.conditions.clone(), self.weak.clone())
    }

    /// The time that its rules go by.
    #[must_use]
    pub const fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Begins a turn of the app on the thread that the engine lives on: nothing can go out or come in until it ends, so
    /// that no call's time runs.
    pub fn turn(&self) -> Turn {
        self.time.turn()
    }

    fn track(&self) -> Track {
        let call = CallId(self.calls.fetch_add(1, Ordering::Relaxed));
        Track::new(call, Arc::clone(&self.journal), self.clock.clone())
    }

    fn send(&self, command: Command) {
        // The driver outlives its handles; only a runtime that shuts down ends it before.
        let _ = self.commands.unbounded_send(command);
    }
}

impl Track {
    fn called(&self, permit: &Permit, method: &Method, notes: &[Note]) {
        self.step(&Step::Called {
            interface: permit.interface(),
            method,
            verdict: permit.verdict(),
        });
        notes.iter().for_each(|note| self.step(&Step::Noted(note)));
        if let Some(asked) = permit.capped_timeout() {
            self.step(&Step::Noted(&Note::TimeoutCapped {
                asked,
                used: permit.timeout(),
            }));
        }
    }
}
