//! Small apps as text, run to their end.
#![allow(dead_code, reason = "each test file uses what it needs")]
#![expect(clippy::unwrap_used, reason = "what can't be set up fails the test")]

use std::{cell::RefCell, collections::BTreeMap, rc::Rc, time::Duration};

use minigate_engine::Engine;
use minigate_js::{App, Device, End, Fault, Launch, Limits, Notice, Project, Setup};
use minigate_policy::Policy;
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
    let notices = Rc::new(RefCell::new(Vec::new()));
    let mut app = start(files, limits, &notices);
    let end = match app.launch(&Launch::default()) {
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

pub(crate) fn start(files: &[(&str, &str)], limits: Limits, notices: &Rc<RefCell<Vec<Notice>>>) -> App {
    let heard = Rc::clone(notices);
    let policy = Policy::new("wx0123456789abcdef".parse().unwrap());
    let trust = Trust::new(Roots::load(&[RootSource::Bundled]).unwrap());
    let setup = Setup {
        project: project(files),
        engine: Engine::start_driver(minigate_engine::Setup::new(policy.profile().clone(), trust)),
        policy,
        limits,
        observer: Box::new(move |notice| heard.borrow_mut().push(notice)),
        codes: Box::new(|| "code".to_owned()),
        device: Device::default(),
    };
    App::new(setup).unwrap()
}

/// Runs one script as the app's only file and gives its console.
pub(crate) async fn console(script: &str) -> String {
    run(&[("app.js", script)]).await.text()
}
