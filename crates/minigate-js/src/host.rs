//! The app's host: all that its JavaScript can reach, which is what the prelude's native functions do.

mod agenda;
pub(crate) mod answer;
mod calls;
mod components;
pub(crate) mod files;
mod jobs;
mod modules;
mod natives;
pub(crate) mod network;
mod request;
pub(crate) mod socket_answer;
mod sockets;
mod storage;
mod transfer;

use std::{
    cell::{Cell, RefCell},
    collections::{BTreeMap, BTreeSet, VecDeque},
    rc::Rc,
    task::{Context, Poll},
};

use minigate_engine::{Clock, Event, SocketEvent};
use tokio::time::Instant;

use crate::{
    app::Ask,
    files::{Library, Sandbox},
    limits::{Limit, Limits, Overrun},
    loader::Columns,
    observer::{Absence, Lack, Level, Line, Notice, Observer, Place, Shown},
    project::Project,
    realm::{OUT_OF_MEMORY, Watch, fault},
};
pub(crate) use agenda::{Agenda, Due};
pub(crate) use calls::{Calls, Wanted};
pub(crate) use jobs::{Jobs, Outcome};
pub(crate) use natives::natives;
use request::Request;
pub(crate) use sockets::State;
use sockets::{Connection, Sockets};
use storage::Storage;

/// One app's side of the bridge. It holds no JavaScript values, so it may outlive the realm.
pub(crate) struct Host {
    pub(crate) project: Project,
    pub(crate) limits: Limits,
    pub(crate) watch: Rc<Watch>,
    pub(crate) clock: Clock,
    pub(crate) agenda: RefCell<Agenda>,
    pub(crate) calls: RefCell<Calls>,
    pub(crate) sockets: RefCell<Sockets>,
    pub(crate) files: Sandbox,
    pub(crate) jobs: RefCell<Jobs>,
    /// What the prelude is told about the app and its phone, as JSON.
    pub(crate) facts: String,
    observer: RefCell<Box<dyn Observer>>,
    storage: RefCell<Storage>,
    codes: RefCell<Box<dyn FnMut() -> String>>,
    /// For each file that was loaded, where its columns come from, through each change of its text, the last first.
    columns: RefCell<BTreeMap<String, Vec<Columns>>>,
    started: Instant,
    /// What was told to be absent.
    absences: RefCell<BTreeSet<String>>,
    /// The file in the project that stands for a plugin.
    plugins: BTreeMap<String, String>,
    /// What came of the last use of the page from outside.
    pub(crate) told: RefCell<Option<Told>>,
    is_noted: Cell<bool>,
    is_crowded: Cell<bool>,
    is_left: Cell<bool>,
    asks: RefCell<VecDeque<Ask>>,
    last_ask: Cell<u64>,
}

/// What the prelude says of a use of the page from outside.
pub(crate) struct Told {
    pub(crate) outcome: String,
    pub(crate) text: String,
}

impl Host {
    pub(crate) fn new(
        project: Project,
        limits: Limits,
        facts: String,
        calls: Calls,
        files: Sandbox,
        plugins: BTreeMap<String, String>,
        (observer, codes): (Box<dyn Observer>, Box<dyn FnMut() -> String>),
    ) -> Rc<Self> {
        let watch = Rc::new(Watch::new(limits.turn));
        let clock = calls.engine.clock().clone();
        Rc::new(Self {
            project,
            limits,
            watch,
            started: clock.now(),
            clock,
            agenda: RefCell::default(),
            calls: RefCell::new(calls),
            sockets: RefCell::default(),
            storage: RefCell::new(Storage::of(&files)),
            files,
            jobs: RefCell::default(),
            facts,
            observer: RefCell::new(observer),
            codes: RefCell::new(codes),
            columns: RefCell::default(),
            absences: RefCell::default(),
            plugins,
            told: RefCell::default(),
            is_noted: Cell::new(false),
            is_crowded: Cell::new(false),
            is_left: Cell::new(false),
            asks: RefCell::default(),
            last_ask: Cell::new(0),
        })
    }

    pub(crate) fn notice(&self, notice: Notice) {
        self.observer.borrow_mut().notice(notice);
    }

    /// Tells what can't be read of the app's storage.
    pub(crate) fn tell_loss(&self) {
        let loss = self.storage.borrow().loss();
        if let Some(loss) = loss {
            self.notice(Notice::Storage(loss));
        }
    }

    /// Tells of a limit that ended the app, once.
    pub(crate) fn note_end(&self, limit: Limit) {
        if !self.is_noted.replace(true) {
            let place = self.watch.take_place().map(|place| self.own(place));
            self.notice(Notice::Limit(Overrun { limit, place }));
        }
    }

    /// Whether the app has asked to be ended.
    pub(crate) fn is_left(&self) -> bool {
        self.is_left.get()
    }

    /// A test asks something of whoever runs it.
    fn ask(&self, name: String, detail: String) -> u64 {
        let id = self.last_ask.get() + 1;
        self.last_ask.set(id);
        self.asks.borrow_mut().push_back(Ask { id, name, detail });
        id
    }

    pub(crate) fn next_ask(&self) -> Option<Ask> {
        self.asks.borrow_mut().pop_front()
    }

    pub(crate) fn has_asks(&self) -> bool {
        !self.asks.borrow().is_empty()
    }

    /// Forgets what the app waits for; its calls end, and its temporary files go.
    pub(crate) fn clear(&self) {
        self.agenda.take();
        self.calls.borrow_mut().clear();
        self.jobs.take();
        self.sockets.take();
        self.files.end_run();
    }

    fn log(&self, level: &str, text: String, stack: &str) {
        let place = fault("", stack).place;
        self.notice(Notice::Console(Line {
            level: Level::named(level),
            text,
            place,
        }));
    }

    fn report(&self, kind: &str, message: &str, stack: &str) {
        // A limit that ended the app is told as such, and what it made the engine throw isn't news of its own.
        if self.watch.broken().is_some() {
            return;
        }
        let fault = fault(message, stack);
        if message.strip_prefix("InternalError: ") == Some(OUT_OF_MEMORY) {
            self.watch.end(Limit::Memory {
                bytes: self.limits.memory,
            });
        }
        self.notice(if kind == "rejection" {
            Notice::Rejection(fault)
        } else {
            Notice::Exception(fault)
        });
    }

    /// Tells in words that a plugin isn't here, and notes it.
    fn miss_plugin(&self, name: &str) -> String {
        let Some(plugin) = self.project.manifest().plugins().get(name) else {
            return format!("plugin `{name}` is not declared: `plugins` of app.json must name it");
        };
        self.absent(&format!("plugin://{name}"), Lack::Plugin, "plugins");
        format!(
            "plugin `{name}` (provider {}, version {}) is not here: only the platform has its code, and `[plugins]` in \
             minigate.toml may name a module of the project that stands for it",
            plugin.provider, plugin.version
        )
    }

    /// Tells once that something isn't here.
    fn absent(&self, api: &str, lack: Lack, setting: &str) {
        if self.absences.borrow_mut().insert(api.to_owned()) {
            self.notice(Notice::Absent(Absence {
                api: api.to_owned(),
                lack,
                setting: setting.to_owned(),
            }));
        }
    }

    fn show(&self, api: String, text: String) {
        self.notice(Notice::Shown(Shown { api, text }));
    }

    /// A place of a compiled text in the developer's own.
    fn own(&self, place: Place) -> Place {
        let known = self.columns.borrow();
        let changes = known.get(&place.file).into_iter().flatten();
        let (line, column) = changes.fold((place.line, place.column), |(line, column), columns| {
            columns.original(line, column)
        });
        Place {
            line,
            column,
            ..place
        }
    }

    /// All files that the app may read, its package included.
    pub(crate) fn library(&self) -> Library {
        Library::new(self.files.clone(), &self.project)
    }

    /// Starts a call that the prelude has read.
    ///
    /// # Errors
    ///
    /// The limit that another call would break; the observer hears of it once.
    fn start_call(&self, request: Request) -> Result<u64, Limit> {
        let started = self.calls.borrow_mut().start(request, &self.limits);
        self.note_crowd(started)
    }

    /// Connects a socket that the prelude has read.
    ///
    /// # Errors
    ///
    /// The limit that another one would break; the observer hears of it once.
    fn connect(&self, connection: Connection) -> Result<u64, Limit> {
        let limit = self.limits.pending_calls;
        let calls = self.calls.borrow();
        let started = self.sockets.borrow_mut().connect(connection, &calls, limit);
        self.note_crowd(started)
    }

    fn note_crowd(&self, started: Result<u64, Limit>) -> Result<u64, Limit> {
        started.inspect_err(|limit| {
            if !self.is_crowded.replace(true) {
                self.notice(Notice::Limit(Overrun {
                    limit: *limit,
                    place: None,
                }));
            }
        })
    }

    pub(crate) fn poll_call(&self, cx: &mut Context<'_>) -> Poll<(u64, Wanted, Option<Event>)> {
        self.calls.borrow_mut().poll_event(cx)
    }

    pub(crate) fn poll_job(&self, cx: &mut Context<'_>) -> Poll<(u64, Outcome)> {
        self.jobs.borrow_mut().poll_end(|| self.library(), cx)
    }

    pub(crate) fn poll_socket(&self, cx: &mut Context<'_>) -> Poll<(u64, State, SocketEvent)> {
        self.sockets.borrow_mut().poll_event(cx)
    }
}
