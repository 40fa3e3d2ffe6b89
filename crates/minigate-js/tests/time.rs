//! An app on a clock that a test owns.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "what can't be set up fails the test"
)]

mod support;

use std::{cell::RefCell, rc::Rc, time::Duration};

use minigate_engine::{Clock, Engine};
use minigate_js::{App, End, Launch, Notice};

use minigate_testkit::Reply;
use support::{Server, engine_setup, owned_app, project};

#[tokio::test]
async fn timers_go_by_the_owned_clock() {
    let (mut app, clock, notices) = start("setTimeout(() => console.log('rang'), 3600_000)");

    let before = app.run_for(Duration::ZERO).await;
    clock.advance(Duration::from_secs(3600));
    let after = app.run_for(Duration::ZERO).await;

    assert!(matches!(before, End::StillPending(_)));
    assert_eq!((after, lines(&notices)), (End::Idle, vec!["rang".to_owned()]));
}

#[tokio::test]
async fn dates_go_by_the_owned_clock() {
    let (mut app, clock, notices) = start(
        "const start = Date.now(), read = () => [Date.now() - start, new Date() - start, new Date(start) - start];
         console.log(...read());
         setTimeout(() => console.log(...read(), new Date instanceof Date, Date.name, Date.length,
           new Date().constructor === Date, typeof Date(), Date.UTC(1970, 0, 2), new (class D extends Date {})().getTime() - start), 5000)",
    );

    app.run_for(Duration::ZERO).await;
    clock.advance(Duration::from_secs(5));
    app.run_for(Duration::ZERO).await;

    let expected = ["0 0 0", "5000 5000 0 true Date 7 true string 86400000 5000"];
    assert_eq!(lines(&notices), expected);
}

#[tokio::test]
async fn an_app_that_patches_reflect_cant_break_dates() {
    let (_app, _, notices) = start(
        "Object.prototype[Symbol.iterator] = Array.prototype[Symbol.iterator] = null; Reflect.construct = null;
         console.log(typeof new Date().getTime(), new Date(2020, 1).getFullYear())",
    );

    assert_eq!(lines(&notices), ["number 2020"]);
}

/// The app's code takes 3 s in the turn that calls, and again in one while the call is on its way.
#[tokio::test]
async fn n1_the_time_of_the_apps_own_turns_is_none_of_its_calls() {
    let server = Server::start(|_| Reply::default()).await;
    let (clock, notices) = (Clock::manual(), Notices::default());
    let script =
        "wx.request({ url: 'https://api.test/', timeout: 2000, complete: res => console.log(res.errMsg) })
                  console.log('work')
                  setTimeout(() => console.log('work'), 0)";
    let files = project(&[("app.js", script)]);
    let mut setup = server
        .way()
        .setup(&clock, server.profile.clone(), files, &notices);
    let (hand, heard) = (clock.clone(), Rc::clone(&notices));
    setup.observer = Box::new(move |notice| {
        heard.borrow_mut().push(notice);
        hand.advance(Duration::from_secs(3));
    });
    let mut app = App::new(setup).unwrap();

    app.launch(&Launch::default()).unwrap();
    let end = app.run_until_idle(clock.now() + Duration::from_secs(60)).await;

    assert_eq!(
        (end, lines(&notices)),
        (
            End::Idle,
            ["work", "work", "request:ok"].map(str::to_owned).to_vec()
        )
    );
}

type Notices = Rc<RefCell<Vec<Notice>>>;

fn start(script: &str) -> (App, Clock, Notices) {
    let notices = Notices::default();
    let clock = Clock::manual();
    let mut network = engine_setup();
    network.clock = clock.clone();
    let mut app = owned_app(project(&[("app.js", script)]), Engine::new(network), &notices);
    app.launch(&Launch::default()).unwrap();
    (app, clock, notices)
}

fn lines(notices: &Notices) -> Vec<String> {
    let lines = notices.borrow();
    let lines = lines.iter().filter_map(|notice| match notice {
        Notice::Console(line) => Some(line.text.clone()),
        Notice::Shown(_) => None,
        other => panic!("{other:?}"),
    });
    lines.collect()
}
