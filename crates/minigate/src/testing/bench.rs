//! One test, in an app of its own.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, anyhow};
use minigate_engine::{Clock, Conditions, Engine, Network, NetworkType, Setup as EngineSetup};
use minigate_js::{
    App, Ask, End, Ending, FileRules, HideReason, Launch, Limit, Notice, Project, Sandbox, Setup,
};
use minigate_origin::{Answers, Authority, Origin};
use minigate_policy::diagnosis::Lang;
use minigate_tls::{RootSource, Roots, Trust};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::servers::Servers;
use super::spoken::{Advance, Entry, Hide, Online};
use super::traffic::Traffic;
use super::{Failure, TestCase, TestResult};
use crate::settings::Settings;
use crate::words;

/// What all tests of a project share.
pub(crate) struct Ground {
    pub(crate) dir: std::path::PathBuf,
    pub(crate) settings: Settings,
    authority: Arc<Authority>,
    canned: Arc<Answers>,
    pub(crate) lang: Lang,
}

impl Ground {
    pub(crate) fn new(dir: &Path, settings: Settings, lang: Lang) -> anyhow::Result<Self> {
        let canned = match &settings.mock {
            Some(folder) => Answers::load(folder)
                .map_err(|error| anyhow!("{}: {error}", words::cant_serve(folder, error.hint(), lang)))?,
            None => Answers::default(),
        };
        let authority = Authority::new().context(words::cant_start(words::Part::Mock, lang))?;
        Ok(Self {
            dir: dir.to_owned(),
            settings,
            authority: Arc::new(authority),
            canned: Arc::new(canned),
            lang,
        })
    }

    fn engine(&self, origin: &Origin, parts: &Parts) -> anyhow::Result<Engine> {
        let root = RootSource::Added {
            name: "the test's authority".to_owned(),
            content: self.authority.root_pem().into_bytes(),
        };
        let roots = Roots::load(&[root]).map_err(|error| {
            let cant = words::cant_start(words::Part::Roots, self.lang);
            anyhow!("{cant}: {}", error.tell(self.lang))
        })?;
        let mut setup = EngineSetup::new(self.settings.policy.profile().clone(), Trust::new(roots));
        setup.clock = parts.clock.clone();
        setup.conditions = parts.conditions.clone();
        setup.journal = Arc::clone(&parts.traffic) as _;
        // Every name leads to this machine: a test never needs another.
        setup.overrides = vec![format!("*:*:{}", origin.addr()).parse()?];
        if let Some(user_agent) = &self.settings.user_agent {
            setup.user_agent.clone_from(user_agent);
        }
        Ok(Engine::new(setup))
    }
}

struct Parts {
    clock: Clock,
    conditions: Conditions,
    traffic: Arc<Traffic>,
}

/// One test, in an app of its own.
pub(crate) struct Bench {
    app: App,
    clock: Clock,
    traffic: Arc<Traffic>,
    servers: Servers,
    origin: Origin,
    said: Rc<RefCell<Vec<Notice>>>,
    /// What was asked while time went forward and has to wait for that.
    deferred: VecDeque<Ask>,
    lang: Lang,
}

/// How far an app gets without the clock.
enum Rest {
    /// Its test asks for something.
    Asked,
    /// Nothing more happens before the clock moves.
    Quiet,
}

type Verdict<T> = Result<T, Box<Failure>>;

impl Bench {
    /// Sets an app up for a file of tests; nothing of it runs yet.
    pub(crate) async fn new(ground: &Ground, file: &str) -> anyhow::Result<Self> {
        let settings = &ground.settings;
        let parts = Parts {
            clock: Clock::manual(),
            conditions: Conditions::new(network()),
            traffic: Traffic::new(settings.policy.profile().wording),
        };
        let servers = Servers::new(
            parts.clock.clone(),
            Arc::clone(&parts.traffic),
            Arc::clone(&ground.canned),
            parts.conditions.clone(),
        );
        let origin = Origin::start(servers.clone(), &ground.authority)
            .await
            .context(words::cant_start(words::Part::Mock, ground.lang))?;
        let said = Rc::<RefCell<Vec<Notice>>>::default();
        let project = Project::open(&ground.dir).map_err(|error| anyhow!(error.tell(ground.lang)))?;
        let heard = Rc::clone(&said);
        let setup = Setup {
            files: Sandbox::temporary(FileRules::of(settings.policy.profile(), project.kind())),
            project,
            engine: ground.engine(&origin, &parts)?,
            policy: settings.policy.clone(),
            limits: settings.limits.clone(),
            observer: Box::new(move |notice| hear(&mut heard.borrow_mut(), notice)),
            codes: codes(settings.login.clone()),
            device: settings.device.clone(),
            user: settings.user.clone(),
            plugins: settings.plugins.clone(),
        };
        let app = App::under_test(setup, file).context(words::cant_start(words::Part::App, ground.lang))?;
        Ok(Self {
            app,
            clock: parts.clock,
            traffic: parts.traffic,
            servers,
            origin,
            said,
            deferred: VecDeque::new(),
            lang: ground.lang,
        })
    }

    /// Tells other threads whether the app is stuck.
    pub(crate) fn watchdog(&self) -> minigate_js::Watchdog {
        self.app.watchdog()
    }

    /// Runs the file and gives the tests that it defines.
    pub(crate) fn load(&mut self, file: &str) -> Result<Vec<TestCase>, Failure> {
        self.app.load_tests(file).map_err(|limit| *self.died(&limit))?;
        match self.app.next_ask() {
            Some(ask) if ask.name == "defined" => {
                serde_json::from_str(&ask.detail).map_err(|error| Failure::of(&error))
            }
            Some(ask) => Err(serde_json::from_str(&ask.detail).unwrap_or_else(|error| Failure::of(&error))),
            None => Err(Failure::default()),
        }
    }

    /// Runs one test, for so long in real time at most.
    pub(crate) async fn run(&mut self, index: usize, limit: Duration) -> TestResult {
        match tokio::time::timeout(limit, self.play(index)).await {
            Ok(Ok(())) => TestResult::Passed,
            Ok(Err(failure)) => TestResult::Failed(failure),
            Err(_) => TestResult::Failed(Box::new(Failure {
                message: words::test::test_hung(limit, &self.pending(), self.lang),
                ..Failure::default()
            })),
        }
    }

    /// What the app said.
    pub(crate) fn said(&self) -> Vec<Notice> {
        self.said.take()
    }

    async fn play(&mut self, index: usize) -> Verdict<()> {
        let begun = self.app.begin_test(index);
        begun.map_err(|limit| self.died(&limit))?;
        loop {
            while let Some(ask) = self.next_ask() {
                if ask.name == "ended" {
                    return ended(&ask);
                }
                self.carry_out(ask).await?;
            }
            match self.settle().await? {
                Rest::Asked => {}
                Rest::Quiet if self.traffic.has_sockets() => self.moment().await?,
                Rest::Quiet => return Err(self.stuck()),
            }
        }
    }

    fn next_ask(&mut self) -> Option<Ask> {
        self.deferred.pop_front().or_else(|| self.app.next_ask())
    }

    async fn carry_out(&mut self, ask: Ask) -> Verdict<()> {
        let Some(ask) = self.do_at_once(ask)? else {
            return Ok(());
        };
        match ask.name.as_str() {
            "advance" => self.advance(read::<Advance>(&ask)?.span()).await?,
            "idle" => self.idle().await?,
            _ => self.moment().await?,
        }
        self.answer(&ask, Value::Null)
    }

    /// Does what takes no time, and gives back what does.
    fn do_at_once(&mut self, ask: Ask) -> Verdict<Option<Ask>> {
        let mut done = Ok(());
        match ask.name.as_str() {
            "answer" => self.servers.answer(&read(&ask)?),
            "fail" => self.servers.fail(&read(&ask)?),
            "offline" => self.servers.set_kind(NetworkType::None),
            "online" => self.servers.set_kind(kind(&read(&ask)?)),
            "launch" => done = self.app.launch(&launch(&read(&ask)?)),
            "hide" => done = self.app.hide(reason(&read(&ask)?)),
            "show" => done = self.show(&ask)?,
            "pin" => done = self.app.pin(),
            "calls" => return self.answer(&ask, json!(self.traffic.told())).map(|()| None),
            "asked" => return self.answer(&ask, self.asked()).map(|()| None),
            _ => return Ok(Some(ask)),
        }
        done.map_err(|limit| self.died(&limit))?;
        self.answer(&ask, Value::Null).map(|()| None)
    }

    fn show(&mut self, ask: &Ask) -> Verdict<Result<(), Limit>> {
        let entry: Entry = read(ask)?;
        let entry = entry.page.is_some().then(|| launch(&entry));
        Ok(self.app.show(entry.as_ref()))
    }

    fn answer(&mut self, ask: &Ask, value: Value) -> Verdict<()> {
        let answered = self.app.answer(ask.id, &Ok(value));
        answered.map_err(|limit| self.died(&limit))
    }

    /// Lets time pass, moment by moment: whoever waits for a moment gets his turn at that moment.
    async fn advance(&mut self, span: Duration) -> Verdict<()> {
        let target = self.clock.now() + span;
        loop {
            self.idle().await?;
            let now = self.clock.now();
            if now >= target {
                return Ok(());
            }
            let due = [self.clock.next_wake(), self.app.next_due()];
            let next = due.into_iter().flatten().filter(|moment| *moment > now).min();
            let next = next.map_or(target, |next| next.min(target));
            self.clock.advance(next - now);
        }
    }

    /// Lets everything happen that needs no time. What is asked meanwhile and takes time waits.
    async fn idle(&mut self) -> Verdict<()> {
        while let Rest::Asked = self.settle().await? {
            while let Some(ask) = self.app.next_ask() {
                let left = if ask.name == "ended" {
                    Some(ask)
                } else {
                    self.do_at_once(ask)?
                };
                self.deferred.extend(left);
            }
        }
        Ok(())
    }

    /// Runs the app until it asks for something, or nothing happens any more without the clock.
    async fn settle(&mut self) -> Verdict<Rest> {
        let mut calm = 0;
        while calm < CALM {
            let version = self.traffic.version();
            if self.turn(Duration::ZERO).await? {
                return Ok(Rest::Asked);
            }
            // Whoever was woken gets his turn.
            tokio::task::yield_now().await;
            if self.traffic.version() != version {
                calm = 0;
            } else if self.traffic.is_quiet() && !self.reads_files() {
                calm += 1;
            } else {
                calm = 0;
                if self.wait(PATIENCE).await? {
                    return Ok(Rest::Asked);
                }
            }
        }
        Ok(Rest::Quiet)
    }

    /// Waits in real time for something to happen, a little.
    async fn moment(&mut self) -> Verdict<()> {
        self.wait(MOMENT).await.map(drop)
    }

    /// Runs the app until its network stirs, in real time; whether its test asks for something.
    async fn wait(&mut self, span: Duration) -> Verdict<bool> {
        let traffic = Arc::clone(&self.traffic);
        let span = if self.reads_files() { MOMENT } else { span };
        tokio::select! {
            asked = self.turn(FAR) => asked,
            () = traffic.changed() => Ok(false),
            () = tokio::time::sleep(span) => Ok(false),
        }
    }

    /// Runs the app for a time by its clock; whether its test asks for something.
    async fn turn(&mut self, span: Duration) -> Verdict<bool> {
        match self.app.run_for(span).await {
            End::Asked => Ok(true),
            End::Died(limit) => Err(self.died(&limit)),
            End::Destroyed(ending) => Err(self.destroyed(ending)),
            End::Idle | End::StillPending(_) | End::Suspended(_) => Ok(false),
        }
    }

    fn reads_files(&self) -> bool {
        self.app.pending().is_some_and(|pending| pending.files > 0)
    }

    /// What the servers were asked.
    fn asked(&self) -> Value {
        let log = self.origin.log();
        let asked = log.iter().map(|asked| {
            let query = asked
                .query
                .as_ref()
                .map_or_else(String::new, |query| format!("?{query}"));
            let header = asked.headers.iter().map(|(name, value)| {
                (
                    name.to_string(),
                    String::from_utf8_lossy(value.as_bytes()).into_owned().into(),
                )
            });
            json!({
                "method": asked.method.as_str(),
                "url": format!("https://{}{}{query}", asked.host, asked.path),
                "header": header.collect::<serde_json::Map<_, _>>(),
                "body": String::from_utf8_lossy(&asked.body),
            })
        });
        asked.collect()
    }

    fn pending(&self) -> Vec<String> {
        let mut pending = self.traffic.pending();
        let timers = self.app.pending().map_or(0, |pending| pending.timers);
        if timers > 0 {
            pending.push(words::timers(timers, self.lang));
        }
        pending
    }

    fn stuck(&self) -> Box<Failure> {
        Failure::because(words::test::test_stuck(&self.pending(), self.lang))
    }

    fn died(&self, limit: &Limit) -> Box<Failure> {
        Failure::because(limit.tell(self.lang))
    }

    fn destroyed(&self, ending: Ending) -> Box<Failure> {
        Failure::because(words::test::test_destroyed(ending, self.lang).to_owned())
    }
}

impl Failure {
    fn because(message: String) -> Box<Self> {
        Box::new(Self {
            message,
            ..Self::default()
        })
    }

    fn of(error: &serde_json::Error) -> Self {
        Self {
            message: error.to_string(),
            ..Self::default()
        }
    }
}

fn read<T: DeserializeOwned>(ask: &Ask) -> Verdict<T> {
    serde_json::from_str(&ask.detail).map_err(|error| Box::new(Failure::of(&error)))
}

fn ended(ask: &Ask) -> Verdict<()> {
    #[derive(serde::Deserialize)]
    struct Ended {
        failure: Option<Box<Failure>>,
    }
    let ended: Ended = read(ask)?;
    ended.failure.map_or(Ok(()), Err)
}

fn launch(entry: &Entry) -> Launch {
    Launch {
        page: entry.page.clone(),
        query: entry.query.clone().into_iter().collect(),
        scene: entry.scene,
    }
}

/// The prelude lets only types through that there are.
fn kind(online: &Online) -> NetworkType {
    online.r#type.parse().unwrap_or(NetworkType::Unknown)
}

/// A network on which a connect that can't succeed is given up at once.
fn network() -> Network {
    Network {
        connect_timeout: Duration::ZERO,
        ..Network::default()
    }
}

const fn reason(hide: &Hide) -> HideReason {
    match hide.reason {
        0 => HideReason::Left,
        1 => HideReason::OtherApp,
        2 => HideReason::HostPage,
        _ => HideReason::Other,
    }
}

/// What `wx.login` gives: the same in each run.
fn codes(fixed: Option<String>) -> Box<dyn FnMut() -> String> {
    let mut count = 0;
    Box::new(move || {
        count += 1;
        fixed.clone().unwrap_or_else(|| format!("code-{count}"))
    })
}

fn hear(said: &mut Vec<Notice>, notice: Notice) {
    if said.len() < MOST_NOTICES {
        said.push(notice);
    }
}

/// How often everybody gets a turn in which nothing happens before all is quiet.
const CALM: usize = 6;
/// Real time after which the network counts as quiet, whatever it does.
const PATIENCE: Duration = Duration::from_secs(10);
const MOMENT: Duration = Duration::from_millis(5);
/// Beyond every test's time.
const FAR: Duration = Duration::from_secs(100 * 365 * 24 * 60 * 60);
const MOST_NOTICES: usize = 1000;
