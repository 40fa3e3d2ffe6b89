//! An app that is hidden, suspended, brought back and destroyed (rule N5).

#![expect(clippy::unwrap_used, reason = "what can't be set up fails the test")]

mod support;

use std::{cell::RefCell, rc::Rc, sync::Arc, time::Duration};

use minigate_engine::Clock;
use minigate_js::{
    App, Change, End, Ending, FileFault, FileRules, HideReason, Kind, Launch, Notice, Project, Sandbox,
};
use minigate_policy::{Era, Platform, Profile, Stage};
use minigate_testkit::{Asked, Authority, Reply, ScriptedServer, Signal, Steps, answer};

use support::{Server, Way, project};

/// §14 of the platform's behaviour, first line: an answer 5.9 s after a call that was hidden after one.
#[tokio::test]
async fn n5_an_answer_before_the_grace_is_over_is_a_success() {
    let mut bench = Bench::calling("").await;
    bench.pass(1000).await;
    bench.app.hide(HideReason::Left).unwrap();
    bench.pass(4900).await;

    bench.go_on.tell();
    bench.until("200").await;

    assert_eq!(bench.lines(), ["hide", "200"]);
}

#[tokio::test]
async fn n5_an_answer_after_the_grace_is_over_comes_too_late() {
    let mut bench = Bench::calling("").await;
    bench.pass(1000).await;
    bench.app.hide(HideReason::Left).unwrap();
    bench.pass(5000).await;
    bench.pass(100).await;

    bench.go_on.tell();
    bench.app.show(None).unwrap();

    assert_eq!(
        bench.lines(),
        [
            "hide",
            "request:fail interrupted 600003",
            "app shows",
            "page shows"
        ]
    );
}

#[tokio::test]
async fn n5_a_call_made_while_hidden_is_interrupted_at_once() {
    let mut bench = Bench::start("setTimeout(call, 2000)").await;
    bench.app.hide(HideReason::Left).unwrap();

    bench.pass(2000).await;
    bench.until("600003").await;

    assert_eq!(bench.lines(), ["hide", "request:fail interrupted 600003"]);
    assert_eq!(bench.server.requests().len(), 0);
}

#[tokio::test]
async fn n5_a_suspended_app_stands_still_and_gets_everything_in_order_when_it_returns() {
    let script = "call(); setTimeout(log, 4000, 'before'); setTimeout(log, 6000, 'at 6 s'); \
                  setInterval(log, 3000, 'every 3 s'); setTimeout(log, 7000, 'at 7 s'); setTimeout(log, 9000, 'later')";
    let mut bench = Bench::start(script).await;
    bench.app.hide(HideReason::Left).unwrap();

    for _ in 0..8 {
        bench.pass(1000).await;
    }
    let kept = bench.lines();
    let stage = bench.app.stage();
    bench.app.show(None).unwrap();

    assert_eq!(
        (kept, stage),
        (own(&["hide", "every 3 s", "before"]), Stage::Suspended)
    );
    assert_eq!(
        bench.lines()[3..],
        [
            "request:fail interrupted 600003",
            "at 6 s",
            "every 3 s",
            "at 7 s",
            "app shows",
            "page shows"
        ]
    );
    bench.pass(1000).await;
    assert_eq!(bench.lines()[9..], ["later", "every 3 s"]);
}

#[tokio::test]
async fn n5_what_is_kept_for_a_suspended_app_comes_once() {
    let mut bench = Bench::start("setTimeout(log, 6000, 'rang')").await;
    for _ in 0..2 {
        bench.app.hide(HideReason::Left).unwrap();
        bench.pass(5000).await;
        bench.pass(5000).await;
        bench.app.show(None).unwrap();
    }

    let lines = bench.lines();
    assert_eq!(
        lines.iter().filter(|line| *line == "rang").count(),
        1,
        "{lines:?}"
    );
}

#[tokio::test]
async fn n5_a_pinned_app_isnt_suspended() {
    let mut bench = Bench::calling("setTimeout(log, 60_000, 'a minute')").await;
    bench.app.pin().unwrap();

    bench.pass(59_000).await;
    bench.go_on.tell();
    bench.until("200").await;
    bench.pass(1000).await;

    assert_eq!(bench.lines(), ["hide", "200", "a minute"]);
    assert_eq!(bench.app.stage(), Stage::Awake);
}

#[tokio::test]
async fn n5_today_a_pinned_app_is_suspended_like_any_other() {
    let profile = Profile::new(Era::Current, Platform::Android);
    let mut bench = Bench::of(profile, project_of(""), &Launch::default()).await;
    bench.app.pin().unwrap();

    bench.pass(5000).await;

    assert_eq!(bench.app.stage(), Stage::Suspended);
}

#[tokio::test]
async fn n5_pinning_a_suspended_app_lets_it_run_on_unseen() {
    let mut bench = Bench::start("setTimeout(log, 6000, 'at 6 s')").await;
    bench.app.hide(HideReason::Left).unwrap();
    bench.pass(5000).await;
    bench.pass(5000).await;

    bench.app.pin().unwrap();

    assert_eq!(bench.lines(), ["hide", "at 6 s"]);
}

#[tokio::test]
async fn a_suspended_app_is_destroyed_after_its_time() {
    let mut bench = Bench::calling("setTimeout(log, 6000, 'never')").await;
    bench.app.hide(HideReason::Left).unwrap();
    bench.pass(5000).await;

    let suspended = bench.pass(299_999).await;
    let destroyed = bench.pass(1).await;
    bench.app.show(None).unwrap();

    assert!(matches!(suspended, End::StillPending(_)), "{suspended:?}");
    assert_eq!(destroyed, End::Destroyed(Ending::Forgotten));
    assert_eq!(bench.lines(), ["hide"]);
    assert_eq!(bench.endings(), [Ending::Forgotten]);
}

#[tokio::test]
async fn a_suspended_app_isnt_waited_for() {
    let mut bench = Bench::start("setTimeout(log, 6000, 'never')").await;
    bench.app.hide(HideReason::Left).unwrap();
    bench.pass(5000).await;

    let end = bench.app.run_until_idle(bench.clock.now() + HOUR).await;

    assert!(
        matches!(&end, End::Suspended(pending) if pending.timers == 1),
        "{end:?}"
    );
}

#[tokio::test]
async fn a_destroyed_app_is_gone_with_its_calls() {
    let mut bench = Bench::calling("").await;

    bench.app.destroy();
    bench.server.until(|record| record.over == 1).await;
    bench.app.hide(HideReason::Left).unwrap();

    assert_eq!(bench.pass(1).await, End::Destroyed(Ending::Destroyed));
    assert_eq!(bench.lines(), [""; 0]);
    assert_eq!(bench.endings(), [Ending::Destroyed]);
}

#[tokio::test]
async fn a_destroyed_app_leaves_no_temporary_file() {
    let files = Sandbox::temporary(FileRules::of(&Profile::default(), Kind::App));
    let mut arrived = files.receive(None).unwrap();
    arrived.write(b"kept until then").unwrap();
    let path = arrived.commit(Some("txt")).unwrap();
    let mut app = support::app_with(files.clone());
    assert!(files.open(&path).is_ok());

    app.destroy();

    assert!(matches!(files.open(&path), Err(FileFault::Missing)));
}

#[tokio::test]
async fn an_app_can_end_itself_and_hides_first() {
    let script = "setTimeout(() => wx.exitMiniProgram({ success: (done) => log(done.errMsg) }), 1000); \
                  setTimeout(log, 1001, 'never')";
    let mut bench = Bench::start(script).await;

    let end = bench.pass(1000).await;

    assert_eq!(end, End::Destroyed(Ending::Left));
    assert_eq!(bench.lines(), ["exitMiniProgram:ok", "hide"]);
}

#[tokio::test]
async fn hiding_and_showing_tells_the_page_the_app_and_listeners() {
    let page = "Page({ onShow() { console.log('page shows') }, onHide() { console.log('page hides') } })";
    let app = "wx.onAppShow(({ scene }) => console.log('shown', scene)); \
               const off = () => console.log('never'); wx.onAppHide(off); wx.offAppHide(off); \
               wx.onAppHide(({ reason }) => console.log('hidden', reason)); \
               App({ onShow({ path }) { console.log('app shows', path) }, onHide() { console.log('app hides') } })";
    let mut bench = Bench::of(
        Profile::default(),
        project(&[("app.js", app), ("p.js", page)]),
        &Launch::default(),
    )
    .await;
    bench.notices.borrow_mut().clear();

    bench.app.hide(HideReason::OtherApp).unwrap();
    bench.app.hide(HideReason::Left).unwrap();
    bench.app.show(None).unwrap();

    assert_eq!(
        bench.lines(),
        [
            "page hides",
            "app hides",
            "hidden 1",
            "app shows p",
            "shown 1001",
            "page shows"
        ]
    );
}

#[tokio::test]
async fn an_entry_with_a_page_closes_the_others_and_is_told() {
    let page =
        "Page({ onLoad(query) { console.log(this.route, query.x) }, onUnload() { console.log('closed') } })";
    let app = "App({ onShow({ path, query, scene }) { console.log(path, query.x, scene, \
               wx.getEnterOptionsSync().scene, wx.getLaunchOptionsSync().scene) } })";
    let json = r#"{"pages":["p","q"]}"#;
    let files = project(&[
        ("app.js", app),
        ("p.js", page),
        ("q.js", page),
        ("app.json", json),
    ]);
    let mut bench = Bench::of(Profile::default(), files, &Launch::default()).await;
    bench.notices.borrow_mut().clear();

    bench.app.hide(HideReason::Left).unwrap();
    let entry = Launch {
        page: Some("q".to_owned()),
        query: vec![("x".to_owned(), "1".to_owned())],
        scene: 1007,
    };
    bench.app.show(Some(&entry)).unwrap();

    assert_eq!(bench.lines(), ["q 1 1007 1007 1001", "closed", "q 1"]);
}

#[tokio::test]
async fn a_game_hears_of_its_life_by_its_own_names() {
    let script = "wx.onShow(({ scene }) => console.log('shown', scene)); wx.onHide(() => console.log('hidden')); \
                  const off = () => console.log('never'); wx.onShow(off); wx.offShow(off); wx.onHide(off); wx.offHide(off); \
                  console.log(typeof wx.onAppShow, wx.getLaunchOptionsSync().query.x)";
    let launch = Launch {
        query: vec![("x".to_owned(), "1".to_owned())],
        ..Launch::default()
    };
    let files = [("game.js", script), ("game.json", "{}")]
        .map(|(path, text)| (path.to_owned(), text.as_bytes().to_vec()));
    let mut bench = Bench::of(
        Profile::default(),
        Project::from_files(std::collections::BTreeMap::from(files)).unwrap(),
        &launch,
    )
    .await;

    bench.app.hide(HideReason::Left).unwrap();
    bench.app.show(None).unwrap();

    assert_eq!(bench.lines(), ["undefined 1", "hidden", "shown 1001"]);
}

#[tokio::test]
async fn pieces_of_a_body_for_a_suspended_app_are_held_back_and_not_lost() {
    let body = vec![b'x'; 8 * MIB];
    let server = Server::start(move |_: &Asked| Reply {
        body: body.clone().into(),
        ..Reply::default()
    })
    .await;
    let script = "let size = 0; const task = wx.request({ url: 'https://api.test/', enableChunked: true, \
                  success: () => console.log('all', size) }); \
                  task.onChunkReceived(({ data }) => size += data.byteLength)";
    let notices = Rc::<RefCell<Vec<Notice>>>::default();
    let clock = Clock::manual();
    let profile = Profile {
        background_grace: HOUR,
        suspend_after: Duration::ZERO,
        ..Profile::default()
    };
    let mut app = server
        .way()
        .app(&clock, profile, project(&[("app.js", script)]), &notices);
    app.launch(&Launch::default()).unwrap();
    app.hide(HideReason::Left).unwrap();

    let held = tokio::time::timeout(SHORT, app.run_for(HOUR)).await;
    app.show(None).unwrap();
    let _ = tokio::time::timeout(10 * SHORT, app.run_until_idle(clock.now() + HOUR)).await;

    assert!(held.is_err());
    assert_eq!(lines_of(&notices), [format!("all {}", 8 * MIB)]);
}

/// An app on a clock of the test's, with a server that answers when it is told to.
struct Bench {
    app: App,
    clock: Clock,
    notices: Rc<RefCell<Vec<Notice>>>,
    server: ScriptedServer,
    go_on: Signal,
}

impl Bench {
    /// An app whose file is this script, and which has `log` and `call`.
    async fn start(script: &str) -> Self {
        let bench = Self::of(Profile::default(), project_of(script), &Launch::default()).await;
        bench.notices.borrow_mut().clear();
        bench
    }

    /// One whose call has reached the server.
    async fn calling(script: &str) -> Self {
        let mut bench = Self::start(&format!("call(); {script}")).await;
        let server = &bench.server;
        tokio::select! {
            _ = bench.app.run_for(HOUR) => panic!("time stands still"),
            () = async { server.until(|record| record.requests.len() == 1).await; } => {}
        }
        bench
    }

    async fn of(profile: Profile, project: Project, launch: &Launch) -> Self {
        let go_on = Signal::new();
        let script = Steps::over_tls()
            .read_request()
            .wait_for(&go_on)
            .write(answer(200, &[], "ok"));
        let authority = Arc::new(Authority::new().unwrap());
        let server = ScriptedServer::start(authority.leaf("api.test").unwrap(), [script.close()]).await;
        let way = Way::to(server.addr(), &authority);
        let notices = Rc::<RefCell<Vec<Notice>>>::default();
        let clock = Clock::manual();
        let mut app = way.app(&clock, profile, project, &notices);
        app.launch(launch).unwrap();
        Self {
            app,
            clock,
            notices,
            server,
            go_on,
        }
    }

    /// Lets time pass, then everything happen that is due.
    async fn pass(&mut self, ms: u64) -> End {
        self.clock.advance(Duration::from_millis(ms));
        let mut end = self.app.run_for(Duration::ZERO).await;
        // What the app's network does meanwhile reaches the app in its next turns.
        for _ in 0..10 {
            tokio::task::yield_now().await;
            end = self.app.run_for(Duration::ZERO).await;
        }
        end
    }

    /// Lets the app run, its clock standing still, until it has said something.
    async fn until(&mut self, text: &str) {
        let notices = Rc::clone(&self.notices);
        let said = async {
            while !lines_of(&notices).iter().any(|line| line.contains(text)) {
                tokio::task::yield_now().await;
            }
        };
        tokio::select! {
            _ = self.app.run_for(HOUR) => panic!("time stands still"),
            () = said => {}
        }
    }

    fn lines(&self) -> Vec<String> {
        lines_of(&self.notices)
    }

    fn endings(&self) -> Vec<Ending> {
        let notices = self.notices.borrow();
        let endings = notices.iter().filter_map(|notice| match notice {
            Notice::Life(Change::Ended(ending)) => Some(*ending),
            _ => None,
        });
        endings.collect()
    }
}

fn lines_of(notices: &RefCell<Vec<Notice>>) -> Vec<String> {
    let notices = notices.borrow();
    let lines = notices.iter().filter_map(|notice| match notice {
        Notice::Console(line) => Some(line.text.clone()),
        Notice::Exception(fault) | Notice::Rejection(fault) => Some(fault.to_string()),
        _ => None,
    });
    lines.collect()
}

/// An app whose file is this script, and which has `log` and `call`.
fn project_of(script: &str) -> Project {
    let head = "const log = (text) => console.log(text); \
                const call = () => wx.request({ url: 'https://api.test/', \
                  success: ({ statusCode }) => log('' + statusCode), \
                  fail: ({ errMsg, errno }) => log(errMsg + ' ' + errno) }); \
                App({ onShow() { log('app shows') }, onHide() { log('hide') } });";
    project(&[
        ("app.js", &format!("{head}\n{script}")),
        ("p.js", "Page({ onShow() { console.log('page shows') } })"),
    ])
}

fn own(lines: &[&str]) -> Vec<String> {
    lines.iter().map(|line| (*line).to_owned()).collect()
}

const HOUR: Duration = Duration::from_secs(3600);
const SHORT: Duration = Duration::from_millis(500);
const MIB: usize = 1024 * 1024;
