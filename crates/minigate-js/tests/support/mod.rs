//! Small apps as text, run to their end.
#![allow(dead_code, reason = "each test file uses what it needs")]
#![expect(clippy::unwrap_used, reason = "what can't be set up fails the test")]

use std::{cell::RefCell, collections::BTreeMap, net::SocketAddr, rc::Rc, sync::Arc, time::Duration};

use minigate_engine::{Clock, Conditions, Engine, Override};
use minigate_js::{
    App, Device, End, Fault, FileRules, Launch, Limits, Notice, Project, Sandbox, Setup, User,
};
use minigate_policy::{DomainLists, Policy, Profile, WrittenLists};
use minigate_testkit::{Asked, Authority, Origin, Reply, polite};
use minigate_tls::{RootSource, Roots, Trust};
use tokio::time::Instant;

/// What an app did.
pub(crate) struct Run {
    pub(crate) end: End,
    pub(crate) notices: Vec<Notice>,
}

impl Run {
    /// The lines of its console.
    pub(crate) fn lines(&self) -> Vec<&str> {
        let lines = self.notices.iter().filter_map(|notice| match notice {
            Notice::Console(line) => Some(line.text.as_str()),
            _ => None,
        });
        lines.collect()
    }

    /// Its console as one text, which must not have come with errors.
    pub(crate) fn text(&self) -> String {
        assert_eq!(self.faults(), Vec::<&Fault>::new());
        self.lines().join("\n")
    }

    /// What it threw, and what it rejected and didn't handle.
    pub(crate) fn faults(&self) -> Vec<&Fault> {
        let faults = self.notices.iter().filter_map(|notice| match notice {
            Notice::Exception(fault) | Notice::Rejection(fault) => Some(fault),
            _ => None,
        });
        faults.collect()
    }
}

/// Files of an app by path; `app.json` names one page, `p`, unless it is among them.
pub(crate) fn project(files: &[(&str, &str)]) -> Project {
    let mut all = BTreeMap::from([("app.json".to_owned(), br#"{"pages":["p"]}"#.to_vec())]);
    all.extend([
        ("app.js".to_owned(), b"App({})".to_vec()),
        ("p.js".to_owned(), b"Page({})".to_vec()),
    ]);
    all.extend(
        files
            .iter()
            .map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec())),
    );
    Project::from_files(all).unwrap()
}

/// Runs an app until it waits for nothing more.
pub(crate) async fn run(files: &[(&str, &str)]) -> Run {
    run_with(files, Limits::default()).await
}

pub(crate) async fn run_with(files: &[(&str, &str)], limits: Limits) -> Run {
    run_project(project(files), limits).await
}

/// Runs a project without a network until it waits for nothing more.
pub(crate) async fn run_project(project: Project, limits: Limits) -> Run {
    launch(project, limits, &Launch::default()).await
}

/// Runs one script as the app's only file, on files that the test has made.
pub(crate) async fn run_on(files: Sandbox, script: &str, limits: Limits) -> Run {
    let notices = Rc::default();
    let engine = Engine::new(engine_setup());
    let setup = Setup {
        files,
        ..setup(project(&[("app.js", script)]), limits, engine, policy(), &notices)
    };
    start(App::new(setup).unwrap(), &Launch::default(), notices).await
}

/// The same, opened in a way of its own.
pub(crate) async fn launch(project: Project, limits: Limits, launch: &Launch) -> Run {
    let notices = Rc::default();
    let setup = setup(project, limits, Engine::new(engine_setup()), policy(), &notices);
    start(App::new(setup).unwrap(), launch, notices).await
}

/// Runs one script on a phone and for a user of the test's own.
pub(crate) async fn run_for(script: &str, device: Device, user: User) -> Run {
    let notices = Rc::default();
    let engine = Engine::new(engine_setup());
    let setup = Setup {
        device,
        user,
        ..setup(
            project(&[("app.js", script)]),
            Limits::default(),
            engine,
            policy(),
            &notices,
        )
    };
    start(App::new(setup).unwrap(), &Launch::default(), notices).await
}

async fn start(mut app: App, launch: &Launch, notices: Rc<RefCell<Vec<Notice>>>) -> Run {
    let end = match app.launch(launch) {
        Ok(()) => {
            app.run_until_idle(Instant::now() + Duration::from_secs(600))
                .await
        }
        Err(limit) => End::Died(limit),
    };
    drop(app);
    Run {
        end,
        notices: notices.take(),
    }
}

/// A network that leads nowhere.
pub(crate) fn engine_setup() -> minigate_engine::Setup {
    let trust = Trust::new(Roots::load(&[RootSource::Bundled]).unwrap());
    minigate_engine::Setup::new(policy().profile().clone(), trust)
}

/// An app on an engine of the test's own.
pub(crate) fn owned_app(project: Project, engine: Engine, notices: &Rc<RefCell<Vec<Notice>>>) -> App {
    App::new(setup(project, Limits::default(), engine, policy(), notices)).unwrap()
}

/// An app that has these files, and no network.
pub(crate) fn app_with(files: Sandbox) -> App {
    let setup = Setup {
        files,
        ..setup(
            project(&[]),
            Limits::default(),
            Engine::new(engine_setup()),
            policy(),
            &Rc::default(),
        )
    };
    App::new(setup).unwrap()
}

/// Runs one script as the app's only file and gives its console.
pub(crate) async fn console(script: &str) -> String {
    run(&[("app.js", script)]).await.text()
}

/// A server for `api.test`, and all that an app needs to reach it.
pub(crate) struct Server {
    pub(crate) origin: Origin,
    /// The rules of its apps.
    pub(crate) profile: Profile,
    /// What the network of its apps is like.
    pub(crate) conditions: Conditions,
    authority: Arc<Authority>,
}

impl Server {
    pub(crate) async fn start(answer: impl Fn(&Asked) -> Reply + Send + Sync + 'static) -> Self {
        let authority = Arc::new(Authority::new().unwrap());
        let origin = Origin::start(polite("api.test", answer), &authority)
            .await
            .unwrap();
        Self {
            origin,
            profile: Profile::default(),
            conditions: Conditions::default(),
            authority,
        }
    }

    /// Runs a script whose calls may go to `https://api.test`.
    pub(crate) async fn run(&self, script: &str) -> Run {
        let notices = Rc::new(RefCell::new(Vec::new()));
        let mut app = self.app(
            &[("app.js", script), ("a.txt", "hello"), ("img/b", "world")],
            &notices,
        );
        app.launch(&Launch::default()).unwrap();
        let end = app.run_until_idle(Instant::now() + Duration::from_secs(60)).await;
        drop(app);
        Run {
            end,
            notices: notices.take(),
        }
    }

    pub(crate) fn app(&self, files: &[(&str, &str)], notices: &Rc<RefCell<Vec<Notice>>>) -> App {
        self.way()
            .app(&Clock::system(), self.profile.clone(), project(files), notices)
    }

    /// The same with other roots than the server's own.
    pub(crate) fn app_trusting(
        &self,
        root: RootSource,
        files: &[(&str, &str)],
        notices: &Rc<RefCell<Vec<Notice>>>,
    ) -> App {
        let way = Way { root, ..self.way() };
        way.app(&Clock::system(), self.profile.clone(), project(files), notices)
    }

    /// How an app gets here.
    pub(crate) fn way(&self) -> Way {
        Way {
            conditions: self.conditions.clone(),
            ..Way::to(self.origin.addr(), &self.authority)
        }
    }
}

/// How an app gets to the server that is `api.test`.
pub(crate) struct Way {
    addr: SocketAddr,
    root: RootSource,
    conditions: Conditions,
}

impl Way {
    pub(crate) fn to(addr: SocketAddr, authority: &Authority) -> Self {
        let root = RootSource::Added {
            name: "test".into(),
            content: authority.root_pem().into_bytes(),
        };
        Self {
            addr,
            root,
            conditions: Conditions::default(),
        }
    }

    pub(crate) fn app(
        &self,
        clock: &Clock,
        profile: Profile,
        project: Project,
        notices: &Rc<RefCell<Vec<Notice>>>,
    ) -> App {
        App::new(self.setup(clock, profile, project, notices)).unwrap()
    }

    pub(crate) fn setup(
        &self,
        clock: &Clock,
        profile: Profile,
        project: Project,
        notices: &Rc<RefCell<Vec<Notice>>>,
    ) -> Setup {
        let entries = vec!["https://api.test".to_owned()];
        let lists = WrittenLists {
            request: entries.clone(),
            upload_file: entries.clone(),
            download_file: entries,
            connect_socket: vec!["wss://api.test".to_owned()],
        };
        let policy = policy()
            .with_profile(profile)
            .with_lists(DomainLists::parse(&lists, 20).unwrap());
        let mut network = minigate_engine::Setup::new(
            policy.profile().clone(),
            Trust::new(Roots::load(std::slice::from_ref(&self.root)).unwrap()),
        );
        network.overrides = vec![Override::host_to("api.test", self.addr)];
        network.conditions = self.conditions.clone();
        network.clock = clock.clone();
        setup(project, Limits::default(), Engine::new(network), policy, notices)
    }
}

fn policy() -> Policy {
    Policy::new("wx0123456789abcdef".parse().unwrap())
}

fn setup(
    project: Project,
    limits: Limits,
    engine: Engine,
    policy: Policy,
    notices: &Rc<RefCell<Vec<Notice>>>,
) -> Setup {
    let heard = Rc::clone(notices);
    Setup {
        files: Sandbox::temporary(FileRules::of(policy.profile(), project.kind())),
        project,
        engine,
        policy,
        limits,
        observer: Box::new(move |notice| heard.borrow_mut().push(notice)),
        codes: Box::new(|| "code".to_owned()),
        device: Device::default(),
        user: User::default(),
        plugins: BTreeMap::new(),
    }
}
