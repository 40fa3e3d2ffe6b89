//! `minigate run DIR`.

mod page;

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, anyhow, bail};
use minigate_engine::{Clock, Conditions, Engine, Journal, Override, Setup as EngineSetup};
use minigate_js::{
    App, End, FileRules, Kind, Launch, Limit, Notice, Overrun, Pending, Project, Sandbox, Setup, Watchdog,
};
use minigate_origin::{Answers, Authority, Origin, Speed};
use minigate_policy::diagnosis::Lang;
use minigate_tls::{RootSource, Roots, Trust};
use tokio::time::Instant;

use crate::args::{HarArgs, ListFormat, ReplaySpeed, RunArgs};
use crate::console::Console;
use crate::har::{Both, Recorder, Recording, Replay, Secrets};
use crate::life::Schedule;
use crate::network::{Player, Script};
use crate::output::{Ledger, Lists, Printer, Summary};
use crate::settings::{Settings, Warning};
use crate::signals::{Ended, Signals};
use crate::words::{self, Part};
use page::Usage;

/// Runs an app until nothing is pending, and says what became of each call.
pub(crate) fn run(args: &RunArgs, printer: &Arc<Printer>) -> anyhow::Result<ExitCode> {
    let project = Project::open(&args.dir).map_err(|error| {
        anyhow!(
            "{}: {}",
            words::cant_run(&args.dir, printer.lang),
            error.tell(printer.lang)
        )
    })?;
    let run = Run::prepare(args, printer, &project)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(run.carry_out(project))
}

/// What a run goes by.
struct Run<'a> {
    args: &'a RunArgs,
    printer: &'a Arc<Printer>,
    launch: Launch,
    usage: Usage,
    settings: Settings,
}

impl<'a> Run<'a> {
    fn prepare(args: &'a RunArgs, printer: &'a Arc<Printer>, project: &Project) -> anyhow::Result<Self> {
        require_first_file(project, printer.lang)?;
        let usage = Usage::read(&args.calls.0, printer.lang)?;
        let launch = launch(args, project, printer.lang)?;
        let mut settings = Settings::load(
            &args.dir,
            Some(project),
            &args.terms,
            Some(&args.trust),
            printer.lang,
        )?;
        if let Some(name) = &args.network {
            settings.network = Some(Script::load(name, printer.lang)?);
        }
        for warning in &settings.warnings {
            printer.warn(&warning_text(warning, printer.lang));
        }
        Ok(Self {
            args,
            printer,
            launch,
            usage,
            settings,
        })
    }

    async fn carry_out(mut self, project: Project) -> anyhow::Result<ExitCode> {
        let console = Console::start(&mut self.settings, self.printer).await?;
        let replay = self.start_replay().await?;
        let origin = if replay.is_none() {
            self.start_mock().await?
        } else {
            None
        };
        let ledger = Arc::new(Ledger::new(
            Arc::clone(self.printer),
            self.settings.policy.clone(),
            console.as_ref().map(|console| console.url().clone()),
        ));
        let clock = Clock::system();
        let recording = self.recording(&clock)?;
        let network = self.settings.network.take();
        let conditions = network.as_ref().map_or_else(Conditions::default, |script| {
            Conditions::new(script.start.clone())
        });
        let mut setup = self.engine(&conditions, &clock)?;
        setup.journal = journal(&ledger, recording.as_ref());
        if let Some(replay) = &replay {
            setup.resolver = replay.prompter();
            setup.rehearsal = Some(replay.prompter());
        }
        let engine = Engine::new(setup);
        let mut app = self.app(project, engine, &ledger)?;
        let last_words = LastWords {
            ledger: Arc::clone(&ledger),
            printer: Arc::clone(self.printer),
            recording: recording.clone(),
        };
        guard(app.watchdog(), last_words);
        self.printer.begin_progress();
        let player = network.map(|script| self.play(script, conditions, clock));
        let mut signals = Signals::listen();
        let following = Console::follow(console, app.standing());
        let lived = tokio::select! {
            lived = self.live(&mut app, player.as_ref()) => Ok(lived),
            signal = signals.next() => Err(signal),
            never = following => match never {},
        };
        self.printer.end_progress();
        if let Some(recording) = recording {
            recording.write(self.printer)?;
        }
        drop((origin, replay));
        let end = match lived {
            Ok(end) => Ok(end?),
            Err(signal) => Err(signal),
        };
        // What the app's own code throws now counts, too.
        let data = self.args.print_data.then(|| app.page_data().ok().flatten());
        // Its folder goes even if nobody is there to print for.
        drop(app);
        let code = self.sum_up(&ledger, &end);
        self.learn(&ledger)?;
        Ok(match data {
            None => code,
            Some(Some(data)) => {
                self.printer.data(&data);
                code
            }
            Some(None) => {
                self.printer.error(&anyhow!(words::no_data(self.printer.lang)));
                ExitCode::from(1)
            }
        })
    }

    /// Launches the app and lets it live as the schedule says, then until its time is up or it waits for nothing.
    async fn live(&mut self, app: &mut App, player: Option<&Player>) -> anyhow::Result<End> {
        let start = Instant::now();
        let last = start + self.args.run_for.unwrap_or(self.args.timeout).min(LONGEST);
        if let Err(limit) = app.launch(&self.launch) {
            return Ok(End::Died(limit));
        }
        for step in self.args.life.iter().flat_map(Schedule::steps) {
            let moment = (start + step.after.min(LONGEST)).min(last);
            match app.run_for(left_until(moment)).await {
                End::Idle | End::StillPending(_) | End::Suspended(_) | End::Asked => {}
                end @ (End::Died(_) | End::Destroyed(_)) => return Ok(end),
            }
            if let Err(limit) = step.carry_out(app) {
                return Ok(End::Died(limit));
            }
        }
        if let Some(end) = self.usage.carry_out(app, last).await? {
            return Ok(end);
        }
        let is_page_used = self.args.print_data || !self.args.calls.0.is_empty();
        Ok(match self.args.run_for {
            Some(_) => app.run_for(left_until(last)).await,
            None if is_page_used => app.run_until_quiet(last).await,
            None => run_to_end(app, player, last).await,
        })
    }

    /// Says what the run came to; it has no end of its own where a signal ended it.
    fn sum_up(&self, ledger: &Ledger, end: &Result<End, Ended>) -> ExitCode {
        let mut summary = ledger.summary();
        match end {
            Ok(End::Died(_)) => summary.died = true,
            Ok(End::StillPending(pending)) if self.args.run_for.is_none() => {
                summary.add_overdue(leftovers(pending, &summary, self.printer.lang));
                summary.is_overdue = true;
                summary.given_up_after = Some(self.args.timeout);
            }
            _ => {}
        }
        if self.args.run_for.is_none() {
            summary.add_overdue(self.usage.unsettled());
        }
        summary.add_overdue(self.usage.uncalled());
        self.printer.summary(&summary);
        match end {
            Err(signal) => signal.code(),
            Ok(_) if summary.is_good() => ExitCode::SUCCESS,
            Ok(_) => ExitCode::from(1),
        }
    }

    /// Gives the lists that the run needed, where that is wanted.
    fn learn(&self, ledger: &Ledger) -> anyhow::Result<()> {
        let Some(wanted) = &self.args.learn else {
            return Ok(());
        };
        let lang = self.printer.lang;
        let lists = Lists::of(&ledger.needed(), self.settings.policy.lists());
        let is_json = |path: &PathBuf| path.extension().is_some_and(|ending| ending == "json");
        let format = if wanted.as_ref().is_some_and(is_json) {
            ListFormat::Json
        } else {
            ListFormat::Toml
        };
        let text = lists.told(format, 0, lang)?;
        match wanted {
            Some(path) => std::fs::write(path, text).with_context(|| words::cant_write(path, lang))?,
            None => self.printer.text(&text),
        }
        Ok(())
    }

    /// What is recorded, where that is wanted.
    fn recording(&self, clock: &Clock) -> anyhow::Result<Option<Recording>> {
        let HarArgs {
            record: Some(path),
            record_secrets,
            ..
        } = &self.args.har
        else {
            return Ok(None);
        };
        let recorder = Recorder::new(clock.clone(), self.settings.policy.profile().clone());
        let secrets = if *record_secrets {
            Secrets::Kept
        } else {
            Secrets::Masked
        };
        Recording::new(Arc::new(recorder), path, secrets, self.printer.lang).map(Some)
    }

    /// Starts the server of a recording where one is to be played: its hosts then lead to this machine.
    async fn start_replay(&mut self) -> anyhow::Result<Option<Replay>> {
        let Some(path) = &self.args.har.replay else {
            return Ok(None);
        };
        let speed = match self.args.har.replay_speed {
            ReplaySpeed::Instant => Speed::AtOnce,
            ReplaySpeed::Recorded => Speed::AsRecorded,
        };
        let replay = Replay::start(path, speed, self.printer.lang).await?;
        self.settings.overrides.splice(0..0, replay.overrides());
        self.settings.roots.push(RootSource::Added {
            name: "the replay's authority".to_owned(),
            content: replay.root_pem().into_bytes(),
        });
        Ok(Some(replay))
    }

    /// Starts the mock origin where the project has one: its domains then lead to this machine.
    async fn start_mock(&mut self) -> anyhow::Result<Option<Origin>> {
        let Some(folder) = &self.settings.mock else {
            return Ok(None);
        };
        let lang = self.printer.lang;
        let answers = Answers::load(folder).map_err(|error| {
            // The error tells its source itself.
            anyhow!("{}: {error}", words::cant_serve(folder, error.hint(), lang))
        })?;
        let authority = Arc::new(Authority::new().context(words::cant_start(Part::Mock, lang))?);
        let origin = Origin::start(answers, &authority)
            .await
            .context(words::cant_start(Part::Mock, lang))?;
        let mocked = origin
            .domains()
            .iter()
            .map(|domain| Override::host_to(domain, origin.addr()));
        self.settings.overrides.extend(mocked);
        self.settings.roots.push(RootSource::Added {
            name: "the mock origin's authority".to_owned(),
            content: authority.root_pem().into_bytes(),
        });
        Ok(Some(origin))
    }

    /// Says what the network is like, now and whenever it changes.
    fn play(&self, script: Script, conditions: Conditions, clock: Clock) -> Player {
        self.printer.network(&script.start, None);
        let printer = Arc::clone(self.printer);
        Player::start(script, conditions, clock, move |change| {
            printer.network(&change.network, change.cut);
        })
    }

    fn engine(&self, conditions: &Conditions, clock: &Clock) -> anyhow::Result<EngineSetup> {
        let roots = Roots::load(&self.settings.roots).map_err(|error| {
            let lang = self.printer.lang;
            anyhow!("{}: {}", words::cant_start(Part::Roots, lang), error.tell(lang))
        })?;
        let mut setup = EngineSetup::new(self.settings.policy.profile().clone(), Trust::new(roots));
        setup.clock = clock.clone();
        setup.overrides.clone_from(&self.settings.overrides);
        setup.conditions = conditions.clone();
        if let Some(user_agent) = &self.settings.user_agent {
            setup.user_agent.clone_from(user_agent);
        }
        Ok(setup)
    }

    fn app(&self, project: Project, engine: Engine, ledger: &Arc<Ledger>) -> anyhow::Result<App> {
        let (printer, ledger) = (Arc::clone(self.printer), Arc::clone(ledger));
        let observer = move |notice: Notice| {
            ledger.count(&notice);
            printer.notice(&notice);
        };
        let setup = Setup {
            files: self.files(project.kind())?,
            project,
            engine,
            policy: self.settings.policy.clone(),
            limits: self.settings.limits.clone(),
            observer: Box::new(observer),
            codes: codes(self.settings.login.clone()),
            device: self.settings.device.clone(),
            user: self.settings.user.clone(),
            plugins: self.settings.plugins.clone(),
        };
        App::new(setup).context(words::cant_start(Part::App, self.printer.lang))
    }

    /// The app's files: in the folder that is to keep them, or else in one that goes with the run.
    fn files(&self, kind: Kind) -> anyhow::Result<Sandbox> {
        let policy = &self.settings.policy;
        let rules = FileRules::of(policy.profile(), kind);
        match self.args.data.as_ref().or(self.settings.data.as_ref()) {
            Some(folder) => Sandbox::kept(folder, policy.app(), rules)
                .map_err(|error| anyhow!(words::cant_keep(&error, self.printer.lang))),
            None => Ok(Sandbox::temporary(rules)),
        }
    }
}

/// Lets the app run until it waits for nothing more, changes of its network included.
async fn run_to_end(app: &mut App, player: Option<&Player>, deadline: Instant) -> End {
    loop {
        let end = app.run_until_idle(deadline).await;
        let next = player.and_then(Player::next).filter(|next| *next < deadline);
        let (End::Idle, Some(next)) = (&end, next) else {
            return end;
        };
        // The change comes at that moment, in a task of its own.
        let span = next.saturating_duration_since(Instant::now()) + Duration::from_millis(1);
        if let end @ (End::Died(_) | End::Destroyed(_)) = app.run_for(span).await {
            return end;
        }
    }
}

fn journal(ledger: &Arc<Ledger>, recording: Option<&Recording>) -> Arc<dyn Journal> {
    let ledger = Arc::clone(ledger) as Arc<dyn Journal>;
    match recording {
        Some(recording) => Arc::new(Both(recording.recorder(), ledger)),
        None => ledger,
    }
}

fn left_until(moment: Instant) -> Duration {
    moment.saturating_duration_since(Instant::now())
}

/// A century, which every clock reaches.
const LONGEST: Duration = Duration::from_secs(100 * 365 * 24 * 60 * 60);

/// Ends the process where the app is stuck in a native function that nothing can interrupt.
///
/// The thread lives as long as the process, which is no longer than this one run.
fn guard(dog: Watchdog, last_words: LastWords) {
    std::thread::spawn(move || {
        let limit = loop {
            #[expect(
                clippy::disallowed_methods,
                reason = "a thread of its own, which holds nobody up"
            )]
            std::thread::sleep(WATCH_INTERVAL);
            if let Some(limit) = dog.overdue(GRACE) {
                break limit;
            }
        };
        last_words.say(limit);
        std::process::exit(1)
    });
}

/// What is still to be done when the process is about to end itself.
struct LastWords {
    ledger: Arc<Ledger>,
    printer: Arc<Printer>,
    recording: Option<Recording>,
}

impl LastWords {
    fn say(&self, limit: Limit) {
        self.printer
            .notice(&Notice::Limit(Overrun { limit, place: None }));
        self.printer.end_progress();
        let written = self
            .recording
            .as_ref()
            .map(|recording| recording.write(&self.printer));
        if let Some(Err(error)) = written {
            self.printer.error(&error);
        }
        let mut summary = self.ledger.summary();
        summary.died = true;
        self.printer.summary(&summary);
    }
}

const WATCH_INTERVAL: Duration = Duration::from_millis(200);

/// What an interrupt or the end of the native function itself may take.
const GRACE: Duration = Duration::from_secs(1);

fn require_first_file(project: &Project, lang: Lang) -> anyhow::Result<()> {
    let name = match project.kind() {
        Kind::App => "app",
        Kind::Game => "game",
    };
    let path = project.script(&format!("{}{name}", project.root()));
    if !project.files().is_file(&path) {
        bail!(words::no_file(&path, lang));
    }
    Ok(())
}

/// The page that `--page` names, `route?key=value` percent-encoded as in a URL.
fn launch(args: &RunArgs, project: &Project, lang: Lang) -> anyhow::Result<Launch> {
    let is_page_used = args.page.is_some() || args.print_data || !args.calls.0.is_empty();
    if is_page_used && project.kind() == Kind::Game {
        bail!(words::no_pages_in_game(lang));
    }
    let Some(page) = &args.page else {
        return Ok(Launch::default());
    };
    let (route, query) = page.split_once('?').unwrap_or((page, ""));
    let route = route.trim_start_matches('/');
    let pages = project.manifest().pages();
    if !pages.iter().any(|known| known == route) {
        bail!(words::no_page(route, &pages.join(", "), lang));
    }
    let query = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    Ok(Launch {
        page: Some(route.to_owned()),
        query,
        ..Launch::default()
    })
}

/// What `wx.login` gives: the code that the settings name, or a new one each time.
fn codes(named: Option<String>) -> Box<dyn FnMut() -> String> {
    match named {
        Some(code) => Box::new(move || code.clone()),
        None => Box::new(login_code),
    }
}

/// 32 digits that nobody can guess and that mean nothing.
fn login_code() -> String {
    let half = || RandomState::new().build_hasher().finish();
    format!("{:016x}{:016x}", half(), half())
}

fn warning_text(warning: &Warning, lang: Lang) -> String {
    match warning {
        Warning::ReleaseNeverSkips => words::release_never_skips(lang).to_owned(),
        Warning::Ineffective(ineffective) => words::ineffective(ineffective, lang),
    }
}

/// What the app waits for beside its calls, which the summary has already.
fn leftovers(pending: &Pending, summary: &Summary, lang: Lang) -> Vec<String> {
    let untold = (pending.calls + pending.sockets).saturating_sub(summary.cut_off + summary.open);
    let counts = [
        (pending.timers, words::timers as fn(usize, Lang) -> String),
        (pending.files, words::file_operations),
        (untold, words::untold),
    ];
    let counts = counts.into_iter().filter(|(count, _)| *count > 0);
    counts.map(|(count, tell)| tell(count, lang)).collect()
}
