//! The page that shows, used from outside.

#![expect(clippy::unwrap_used, reason = "a helper of a test fails as the test does")]

mod support;

use std::{cell::RefCell, rc::Rc};

use minigate_engine::Engine;
use minigate_js::{App, Called, Launch, Notice};
use serde_json::{Value, json};
use support::{engine_setup, owned_app, project};
use tokio::time::{Duration, Instant};

struct Used {
    app: App,
    notices: Rc<RefCell<Vec<Notice>>>,
}

impl Used {
    /// An app whose only page's file says this, launched.
    fn over(page: &str) -> Self {
        let project = project(&[
            ("app.json", r#"{"pages":["pages/index/index"]}"#),
            ("app.js", "App({})"),
            ("pages/index/index.js", page),
            ("pages/index/index.json", r#"{"component": true}"#),
        ]);
        let notices = Rc::<RefCell<Vec<Notice>>>::default();
        let mut app = owned_app(project, Engine::new(engine_setup()), &notices);
        app.launch(&Launch::default()).unwrap();
        Self { app, notices }
    }

    async fn call(&mut self, name: &str) -> Called {
        self.call_with(name, json!({})).await
    }

    async fn call_with(&mut self, name: &str, event: Value) -> Called {
        let deadline = Instant::now() + Duration::from_secs(10);
        self.app.call_method(name, &event, deadline).await.unwrap()
    }

    fn data(&mut self) -> Value {
        serde_json::from_str(&self.app.page_data().unwrap().unwrap()).unwrap()
    }

    fn faults(&self) -> usize {
        let notices = self.notices.borrow();
        let is_fault = |notice: &&Notice| matches!(notice, Notice::Exception(_) | Notice::Rejection(_));
        notices.iter().filter(is_fault).count()
    }
}

#[tokio::test]
async fn a_method_gets_its_event_and_changes_the_data() {
    let mut page = Used::over(
        "Page({ data: { n: 1 }, add(e) { this.setData({ n: this.data.n + e.detail.by }) },
                count(...rest) { this.setData({ rest: rest.length }) } })",
    );

    assert_eq!(
        page.call_with("add", json!({ "detail": { "by": 2 } })).await,
        Called::Returned
    );
    assert_eq!(page.call("count").await, Called::Returned);

    assert_eq!(page.data(), json!({ "n": 3, "rest": 1 }));
}

#[tokio::test]
async fn a_component_that_is_a_page_has_methods_too() {
    let mut page = Used::over(
        "Component({ data: { n: 1 }, properties: { size: Number },
                     methods: { double() { this.setData({ n: this.data.n * 2 }) }, onLoad() {} } })",
    );

    assert_eq!(page.call("double").await, Called::Returned);
    assert_eq!(
        page.call("triple").await,
        Called::NoMethod(vec!["double".to_owned(), "onLoad".to_owned()])
    );

    assert_eq!(page.data(), json!({ "n": 2, "size": 0 }));
}

#[tokio::test]
async fn what_is_promised_is_waited_for() {
    let mut page = Used::over(
        "Page({ data: {}, async later() { await new Promise((done) => setTimeout(done, 20)); this.setData({ ok: 1 }) },
                thenable() { return { then: (done) => setTimeout(() => { this.setData({ own: 1 }); done() }, 20) } },
                never() { setInterval(() => {}, 10); return new Promise(() => {}) } })",
    );

    assert_eq!(page.call("later").await, Called::Returned);
    assert_eq!(page.call("thenable").await, Called::Returned);
    let soon = Instant::now() + Duration::from_millis(50);
    let never = page.app.call_method("never", &json!({}), soon).await;

    assert_eq!(never.unwrap(), Called::Unsettled);
    assert_eq!(page.data(), json!({ "ok": 1, "own": 1 }));
}

#[tokio::test]
async fn without_a_promise_timers_and_calls_are_waited_for_but_not_intervals() {
    let mut page = Used::over(
        "Page({ data: {}, onLoad() { setInterval(() => {}, 5) },
                start() { setTimeout(() => this.setData({ ok: 1 }), 30) } })",
    );

    assert_eq!(page.call("start").await, Called::Returned);

    assert_eq!(page.data(), json!({ "ok": 1 }));
}

#[tokio::test]
async fn what_a_method_throws_is_told_and_reported() {
    let mut page = Used::over(
        "Page({ data: {}, now() { throw new Error('a') }, async soon() { throw new Error('b') },
                later() { return new Promise((_, fail) => setTimeout(() => fail(new Error('c')), 5)) } })",
    );

    for name in ["now", "soon", "later"] {
        assert_eq!(page.call(name).await, Called::Threw, "{name}");
    }

    assert_eq!(page.faults(), 3);
}

#[tokio::test]
async fn data_that_is_no_json_is_reported() {
    let mut page = Used::over("Page({ data: {}, onLoad() { this.data.self = this.data } })");

    assert_eq!(page.app.page_data().unwrap(), None);
    assert_eq!(page.faults(), 1);
}

#[tokio::test]
async fn an_app_that_patches_everything_changes_nothing() {
    let mut page = Used::over(
        "Promise.prototype.then = () => { throw 1 }; Promise.resolve = () => { throw 2 }
         JSON.stringify = () => 'x'; JSON.parse = () => { throw 3 }; Object.keys = () => []
         Array.prototype.push = () => { throw 4 }
         Page({ data: { a: 1 }, now() {}, soon() { return new Promise((done) => setTimeout(done, 1)) } })",
    );

    assert_eq!(page.call("now").await, Called::Returned);
    assert_eq!(page.call("soon").await, Called::Returned);
    assert_eq!(
        page.call("no").await,
        Called::NoMethod(vec!["now".to_owned(), "soon".to_owned()])
    );
    assert_eq!(page.data(), json!({ "a": 1 }));
    assert_eq!(page.faults(), 0);
}

#[tokio::test]
async fn without_a_page_there_is_nothing_to_call() {
    let mut page = Used::over("throw new Error('not a page')");

    assert_eq!(page.call("x").await, Called::NoPage);
    assert_eq!(page.app.page_data().unwrap(), None);
}
