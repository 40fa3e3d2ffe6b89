//! A running app: its realm, its agenda, and the loop that brings the two together.

mod handle;
mod held;
mod life;
mod source;
mod trial;

use std::{collections::BTreeMap, future::poll_fn, rc::Rc, task::Poll, time::Duration};

use futures_util::FutureExt;
use minigate_engine::{Clock, Engine, Event, Failure, NetworkEvent, NetworkWatch, SocketEvent};
use minigate_policy::{Life, Policy, Release, Stage};
use rquickjs::{Ctx, IntoJs, Value};
use tokio::time::Instant;

use crate::{
    files::{Answer, Sandbox},
    host::{Calls, Due, Host, State, Wanted, answer, files, natives, network, socket_answer},
    limits::{Limit, Limits},
    observer::{Notice, Observer},
    phone::{Device, User},
    project::{Kind, Project},
    realm::{Arguments, Realm, Watchdog},
    standing::Standing,
};
pub use handle::Called;
use held::{Held, Room};
pub use life::{Change, Ending, HideReason};
use source::{Happening, Source};
pub use trial::Ask;

/// What an app is made of.
pub struct Setup {
    /// Its source.
    pub project: Project,
    /// Its network, whose clock is the app's, too.
    pub engine: Engine,
    /// What it may call; also who it is.
    pub policy: Policy,
    /// Its files.
    pub files: Sandbox,
    /// What it may use up.
    pub limits: Limits,
    /// Who hears what it says.
    pub observer: Box<dyn Observer>,
    /// Makes the codes of `wx.login`.
    pub codes: Box<dyn FnMut() -> String>,
    /// The phone that it believes to run on.
    pub device: Device,
    /// Who holds the phone.
    pub user: User,
    /// For each plugin that `app.json` declares, the file in the project that stands for it, if there is one.
    pub plugins: BTreeMap<String, String>,
}

/// How an app is opened.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Launch {
    /// The page; the app's own first one if there is none.
    pub page: Option<String>,
    /// The members of its query.
    pub query: Vec<(String, String)>,
    /// The scene number; 0 stands for 1001, the list of recent apps.
    pub scene: u32,
}

/// An app that can't be started.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The JavaScript world couldn't be set up.
    #[error("can't set up the app's JavaScript: {reason}")]
    Realm {
        /// What the engine said.
        reason: String,
    },
}

/// Why the app's loop came to an end.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum End {
    /// Nothing is left to wait for.
    Idle,
    /// The app broke a limit. It can't be entered again.
    Died(Limit),
    /// The app is suspended: nothing happens before it returns or is destroyed. With what is kept for its return.
    Suspended(Pending),
    /// The app's life is over. It can't be entered again.
    Destroyed(Ending),
    /// Its test asks something of whoever runs it.
    Asked,
    /// The time was up, and the app still waits.
    StillPending(Pending),
}

/// What an app still waits for.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Pending {
    /// How many timers.
    pub timers: usize,
    /// How many calls of the network.
    pub calls: usize,
    /// How many uses of the file system.
    pub files: usize,
    /// How many sockets that have not closed.
    pub sockets: usize,
}

/// A running app. It belongs to one thread, and it does something only while one of its methods runs.
///
/// Order is exact: each timer, and each event of a call, is a turn of its own; the Promise jobs that it leads to run
/// to the end before the next. Dropping it ends it, its calls included.
pub struct App {
    /// None once its life is over.
    realm: Option<Realm>,
    host: Rc<Host>,
    network: NetworkWatch,
    next: Source,
    life: Life,
    held: Held,
    is_shown: bool,
    ending: Option<Ending>,
}

impl App {
    /// Sets an app up; nothing of it runs yet.
    ///
    /// # Errors
    ///
    /// Where its JavaScript can't be set up.
    pub fn new(setup: Setup) -> Result<Self, StartError> {
        Self::with(setup, None)
    }

    fn with(setup: Setup, test_file: Option<&str>) -> Result<Self, StartError> {
        let facts = facts(&setup, test_file);
        let life = Life::new(setup.policy.profile());
        let Setup {
            project,
            engine,
            policy,
            files,
            limits,
            observer,
            codes,
            plugins,
            ..
        } = setup;
        let host = Host::new(
            project,
            limits.raised(),
            facts,
            Calls::new(engine, policy),
            files,
            plugins,
            (observer, codes),
        );
        let realm = Realm::new(&host.limits, Rc::clone(&host.watch), |ctx| natives(ctx, &host));
        let realm = realm.map_err(|reason| StartError::Realm { reason })?;
        let network = host.calls.borrow().engine.network();
        host.tell_loss();
        Ok(Self {
            network,
            realm: Some(realm),
            host,
            next: Source::Agenda,
            life,
            held: Held::default(),
            is_shown: true,
            ending: None,
        })
    }

    /// Runs the app's first file and opens its first page, with all events up to the page's `onShow`.
    ///
    /// # Errors
    ///
    /// The limit that ended the app meanwhile. Errors of the app itself go to its observer.
    pub fn launch(&mut self, launch: &Launch) -> Result<(), Limit> {
        let (event, file) = match self.host.project.kind() {
            Kind::App => ("launch", "app"),
            Kind::Game => ("game", "game"),
        };
        let file = format!("{}{file}", self.host.project.root());
        let file = self.host.project.script(&file);
        let enter = enter_options(launch, self.host.project.manifest().entry());
        self.turn(event, 0, |ctx| file.into_js(ctx), |ctx| enter.into_js(ctx))
    }

    /// Tells other threads whether the app is stuck in a turn that can't be interrupted.
    #[must_use]
    pub fn watchdog(&self) -> Watchdog {
        self.host.watch.dog()
    }

    /// The policy that its calls are judged by, to be exchanged while it runs.
    #[must_use]
    pub fn standing(&self) -> Standing {
        self.host.calls.borrow().standing.clone()
    }

    /// Lets the app run until it waits for nothing more, or until a moment of its clock has come.
    ///
    /// An interval counts as something to wait for. Dropping the future between two turns loses nothing.
    pub async fn run_until_idle(&mut self, deadline: Instant) -> End {
        self.run(deadline, Idling::Ends).await
    }

    /// Lets the app run for a time, also while it waits for nothing.
    pub async fn run_for(&mut self, span: Duration) -> End {
        self.run(self.host.clock.now() + span, Idling::GoesOn).await
    }

    async fn run(&mut self, deadline: Instant, idling: Idling) -> End {
        loop {
            if let Some(end) = self.end(idling) {
                return end;
            }
            // What is due at the deadline itself still comes, as long as the clock stands there.
            if self.host.clock.now() > deadline {
                return self.pending().map_or(End::Idle, End::StillPending);
            }
            // The loop never hogs the thread: other tasks of it carry the app's calls.
            tokio::task::coop::consume_budget().await;
            let (clock, turning) = (self.host.clock.clone(), self.turning_point());
            let moment = turning.map_or(deadline, |turning| turning.min(deadline));
            // Both arms may be dropped: what `next` takes it gives at once.
            tokio::select! {
                biased;
                happening = self.next() => self.accept(happening),
                () = clock.sleep_until(moment) => {
                    if turning.is_none_or(|turning| turning > deadline) {
                        return self.pending().map_or(End::Idle, End::StillPending);
                    }
                }
            }
        }
    }

    /// Why nothing more is to be waited for, if that is so.
    fn end(&mut self, idling: Idling) -> Option<End> {
        if let Some(limit) = self.host.watch.broken() {
            return Some(End::Died(limit));
        }
        self.follow_life();
        if let Some(ending) = self.ending {
            return Some(End::Destroyed(ending));
        }
        if self.host.has_asks() {
            return Some(End::Asked);
        }
        match self.pending() {
            _ if idling == Idling::GoesOn => None,
            Some(_) if self.is_enough(idling) => Some(End::Idle),
            None => match self.take_network() {
                Some(event) => {
                    self.accept(event);
                    None
                }
                None => Some(End::Idle),
            },
            Some(pending) => (self.stage() == Stage::Suspended).then_some(End::Suspended(pending)),
        }
    }

    /// Waits for what comes next. All sources take turns, so that none keeps the others waiting.
    async fn next(&mut self) -> Happening {
        loop {
            let now = self.host.clock.now();
            if let Some(event) = self.take_network() {
                return event;
            }
            for source in self.next.and_others() {
                if let Some(happening) = self.take(source, now).await {
                    self.next = source.following();
                    return happening;
                }
            }
            let moment = self.next_moment(now);
            let (host, room) = (&self.host, self.held.room());
            tokio::select! {
                (source, happening) = poll_fn(|cx| source::poll_any(host, room, cx)) => {
                    self.next = source.following();
                    return happening;
                }
                event = self.network.changed(), if room == Room::Left => return Happening::Network(event),
                () = wait_until(&host.clock, moment) => {}
            }
        }
    }

    /// Takes what is there already.
    async fn take(&self, source: Source, now: Instant) -> Option<Happening> {
        if source == Source::Agenda {
            let is_awake = self.stage() == Stage::Awake;
            let due = is_awake.then(|| self.host.agenda.borrow_mut().next_due(now));
            return due.flatten().map(Happening::Due);
        }
        let room = self.held.room();
        poll_fn(|cx| Poll::Ready(source::ready(source::poll(&self.host, source, room, cx)))).await
    }

    /// What has become of the device's network, if anything has.
    fn take_network(&mut self) -> Option<Happening> {
        let is_heard = self.held.room() == Room::Left;
        let event = is_heard.then(|| self.network.changed().now_or_never());
        event.flatten().map(Happening::Network)
    }

    fn accept(&mut self, happening: Happening) {
        if self.stage() == Stage::Awake {
            self.deliver(happening);
        } else {
            self.held.push(self.host.clock.now(), happening);
        }
    }

    fn deliver(&self, happening: Happening) {
        // A limit that was broken meanwhile is found by the loop.
        let _ = match happening {
            Happening::Due(Due::Soon(id)) => self.turn("soon", id, nothing, nothing),
            Happening::Due(Due::Timer { id, last }) => {
                self.turn("timer", id, |ctx| last.into_js(ctx), nothing)
            }
            Happening::Call(id, wanted, event) => self.deliver_call(id, wanted, event),
            Happening::Job(id, Ok(answer)) => self.deliver_file(id, answer),
            Happening::Job(id, Err(complaint)) => {
                self.turn("file", id, nothing, |ctx| files::refusal(ctx, &complaint))
            }
            Happening::Network(event) => self.tell_network(&event),
            Happening::Socket(id, state, event) => self.deliver_socket(id, state, event),
        };
    }

    /// What was read may have no room in the app's memory.
    fn deliver_file(&self, id: u64, answer: Answer) -> Result<(), Limit> {
        self.turn_of("file", id, |ctx| {
            let undefined = Value::new_undefined(ctx.clone());
            Ok(match files::value(ctx, &self.host.watch, answer)? {
                Ok(value) => (value, undefined),
                Err(complaint) => (undefined, files::refusal(ctx, &complaint)?),
            })
        })
    }

    fn tell_network(&self, event: &NetworkEvent) -> Result<(), Limit> {
        let (name, view) = match event {
            NetworkEvent::Status(view) => ("network-status", view),
            NetworkEvent::Weak(view) => ("network-weak", view),
        };
        let facts = network::facts(view);
        self.turn(name, 0, |ctx| facts.into_js(ctx), nothing)
    }

    fn deliver_socket(&self, id: u64, state: State, event: SocketEvent) -> Result<(), Limit> {
        match event {
            SocketEvent::Accepted => self.turn("socketAccepted", id, nothing, nothing),
            SocketEvent::Opened(agreement) => self.turn(
                "socketOpened",
                id,
                |ctx| socket_answer::opened(ctx, &agreement),
                nothing,
            ),
            SocketEvent::Message(message) => self.turn(
                "socketMessage",
                id,
                |ctx| socket_answer::message(ctx, &message),
                nothing,
            ),
            SocketEvent::Sent(count) => {
                self.turn("socketSent", id, |ctx| (count as f64).into_js(ctx), nothing)
            }
            SocketEvent::Closed(closed) => {
                let wording = self.host.calls.borrow().standing.policy().profile().wording;
                self.turn(
                    "socketClosed",
                    id,
                    |ctx| socket_answer::closed(ctx, &closed, state, wording),
                    nothing,
                )
            }
        }
    }

    fn deliver_call(&self, id: u64, wanted: Wanted, event: Option<Event>) -> Result<(), Limit> {
        let engine = self.host.calls.borrow().engine.clone();
        let lost = || {
            Err(Failure::Internal {
                reason: "the engine has gone".to_owned(),
            })
        };
        let outcome = match event {
            Some(Event::Headers(_)) if !wanted.headers => return Ok(()),
            Some(Event::Headers(head)) => {
                return self.turn("headers", id, |ctx| answer::head(ctx, &head), nothing);
            }
            Some(Event::Chunk(bytes)) => {
                return self.turn("chunk", id, |ctx| answer::buffer(ctx, &bytes), nothing);
            }
            Some(Event::Progress(_)) if !wanted.progress => return Ok(()),
            Some(Event::Progress(progress)) => {
                return self.turn("progress", id, |ctx| answer::progress(ctx, &progress), nothing);
            }
            Some(Event::Settled(outcome)) => *outcome,
            None => lost(),
        };
        match outcome {
            Ok(reply) => self.turn(
                "settled",
                id,
                |ctx| answer::reply(ctx, &reply, wanted),
                |ctx| answer::body(ctx, &reply.body, wanted, &engine),
            ),
            Err(failure) => {
                let wording = self.host.calls.borrow().standing.policy().profile().wording;
                self.turn(
                    "settled",
                    id,
                    |ctx| answer::failure(ctx, &failure, wanted.interface, wording),
                    nothing,
                )
            }
        }
    }

    fn turn(
        &self,
        event: &'static str,
        id: u64,
        payload: impl for<'js> FnOnce(&Ctx<'js>) -> rquickjs::Result<Value<'js>>,
        extra: impl for<'js> FnOnce(&Ctx<'js>) -> rquickjs::Result<Value<'js>>,
    ) -> Result<(), Limit> {
        self.turn_of(event, id, |ctx| Ok((payload(ctx)?, extra(ctx)?)))
    }

    fn turn_of(
        &self,
        event: &'static str,
        id: u64,
        content: impl for<'js> FnOnce(&Ctx<'js>) -> rquickjs::Result<(Value<'js>, Value<'js>)>,
    ) -> Result<(), Limit> {
        let Some(realm) = &self.realm else { return Ok(()) };
        let _turn = self.host.calls.borrow().engine.turn();
        let result = realm.turn(|ctx| {
            let (payload, extra) = content(ctx)?;
            Ok(Arguments {
                event,
                id: id as f64,
                payload,
                extra,
            })
        });
        for fault in realm.take_escaped() {
            self.host.notice(Notice::Exception(fault));
        }
        result.inspect_err(|limit| self.host.note_end(*limit))
    }

    /// What it waits for, if anything.
    #[must_use]
    pub fn pending(&self) -> Option<Pending> {
        let agenda = self.host.agenda.borrow();
        let pending = Pending {
            timers: agenda.timers(),
            calls: self.host.calls.borrow().len() + self.held.len(),
            files: self.host.jobs.borrow().len(),
            sockets: self.host.sockets.borrow().len(),
        };
        (agenda.has_next() || pending != Pending::default()).then_some(pending)
    }
}

async fn wait_until(clock: &Clock, moment: Option<Instant>) {
    match moment {
        Some(moment) => clock.sleep_until(moment).await,
        None => std::future::pending().await,
    }
}

#[derive(Clone, Copy, Eq, PartialEq)]
enum Idling {
    Ends,
    GoesOn,
    /// It ends when only intervals and open sockets are left.
    Quiets,
    /// It ends when the host is told something, too.
    Awaits,
}

fn nothing<'js>(ctx: &Ctx<'js>) -> rquickjs::Result<Value<'js>> {
    Ok(Value::new_undefined(ctx.clone()))
}

fn facts(setup: &Setup, test_file: Option<&str>) -> String {
    let facts = serde_json::json!({
        "testFile": test_file,
        "ownsTime": setup.engine.clock().is_manual(),
        "kind": if setup.project.kind() == Kind::Game { "game" } else { "app" },
        "appId": setup.policy.app().as_str(),
        "envVersion": setup.policy.release().env_version(),
        "version": version(setup.policy.release()),
        "userDataPath": setup.files.user_path(),
        "platform": setup.policy.profile().platform.to_string(),
        "device": setup.device,
        "user": setup.user,
    });
    facts.to_string()
}

/// Only a published version has a number.
fn version(release: Release) -> String {
    if release.is_development() {
        String::new()
    } else {
        release.segment()
    }
}

fn enter_options(launch: &Launch, entry: Option<&str>) -> String {
    let query: serde_json::Map<_, _> = launch
        .query
        .iter()
        .map(|(name, value)| (name.clone(), value.as_str().into()))
        .collect();
    let path = launch.page.as_deref().or(entry).unwrap_or_default();
    let scene = if launch.scene == 0 {
        RECENT_APPS
    } else {
        launch.scene
    };
    serde_json::json!({ "path": path.trim_start_matches('/'), "query": query, "scene": scene }).to_string()
}

/// The scene of an app that was opened from the list of recent ones.
const RECENT_APPS: u32 = 1001;
