//! The handle that an embedder holds.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use futures_channel::mpsc::{UnboundedSender, unbounded};
use http::{HeaderValue, Method};
use minigate_policy::{Denial, Permit, Profile, Visibility};
use minigate_tls::Trust;

use crate::dial::Dialer;
use crate::driver::{Command, Driver, Submission};
use crate::http::Carrier;
use crate::journal::track::Track;
use crate::{
    CallId, Clock, Exchange, Failure, Journal, NoJournal, Note, Override, Resolver, Step, SystemResolver,
    Task,
};

/// The network of one app: slots, queue, connections.
///
/// A cheap handle; when the last one and the last task are gone, the app's driver and connections end.
#[derive(Clone)]
pub struct Engine {
    commands: UnboundedSender<Command>,
    calls: Arc<AtomicU64>,
    journal: Arc<dyn Journal>,
    clock: Clock,
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
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body: 64 * 1024 * 1024,
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
        let dialer = Dialer::new(setup.resolver, setup.overrides, setup.trust);
        let user_agent = HeaderValue::try_from(setup.user_agent).ok();
        let carrier = Carrier::new(dialer, setup.limits, user_agent);
        tokio::spawn(Driver::new(&setup.profile, setup.clock.clone(), inbox, carrier).run());
        Self {
            commands,
            calls: Arc::default(),
            journal: setup.journal,
            clock: setup.clock,
        }
    }

    /// Carries a permitted call out once it has a slot.
    ///
    /// The task ends with exactly one settlement, never before this function has returned.
    #[must_use]
    pub fn start(&self, permit: Permit, exchange: Exchange) -> Task {
        let track = self.track();
        track.step(&Step::Called {
            interface: permit.interface(),
            method: &exchange.method,
            verdict: permit.verdict(),
        });
        exchange
            .notes
            .iter()
            .for_each(|note| track.step(&Step::Noted(note)));
        if let Some(asked) = permit.capped_timeout() {
            track.step(&Step::Noted(&Note::TimeoutCapped {
                asked,
                used: permit.timeout(),
            }));
        }
        let (task, emitter) = Task::new(track.call(), self.commands.clone());
        let submission = Submission {
            at: self.clock.now(),
            permit,
            exchange,
            emitter,
            track: Arc::new(track),
        };
        self.send(Command::Submit(Box::new(submission)));
        task
    }

    /// Settles a denied call: it is in the journal like any other.
    #[must_use]
    pub fn refuse(&self, denial: Denial, method: &Method) -> Task {
        let track = self.track();
        let verdict = denial.verdict();
        track.step(&Step::Called {
            interface: verdict.interface,
            method,
            verdict,
        });
        let (task, emitter) = Task::new(track.call(), self.commands.clone());
        self.send(Command::Refuse(Box::new(denial.into()), emitter, Arc::new(track)));
        task
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
        self.send(Command::Refuse(Box::new(failure), emitter, Arc::new(track)));
        task
    }

    /// Adds something to a call's record that only its caller can know.
    pub fn note(&self, call: CallId, note: &Note) {
        self.journal.record(call, self.clock.now(), &Step::Noted(note));
    }

    /// The app came to the foreground, went to the background, or was pinned there (rule N5).
    pub fn set_visibility(&self, visibility: Visibility) {
        self.send(Command::SetVisibility(visibility, self.clock.now()));
    }

    /// The time that its rules go by.
    #[must_use]
    pub const fn clock(&self) -> &Clock {
        &self.clock
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
