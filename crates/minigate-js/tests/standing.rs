//! Lists that change while an app runs.

mod support;

use std::{cell::RefCell, rc::Rc};

use minigate_js::{App, Launch, Notice};
use minigate_policy::DomainLists;
use minigate_testkit::Reply;
use serde_json::json;
use support::Server;
use tokio::time::{Duration, Instant};

async fn settle(app: &mut App) {
    app.run_until_idle(Instant::now() + Duration::from_secs(60)).await;
}

#[tokio::test]
async fn d1_exchanged_lists_hold_for_the_calls_made_from_then_on() {
    let server = Server::start(|_| Reply::default()).await;
    let notices = Rc::<RefCell<Vec<Notice>>>::default();
    let page = "const call = () => wx.request({
            url: 'https://api.test/',
            success() { console.log('ok') },
            fail(error) { console.log(error.errMsg) },
        })
        Page({ onLoad: call, again: call })";
    let mut app = server.app(&[("p.js", page)], &notices);
    let standing = app.standing();
    let listed = standing.policy();

    app.launch(&Launch::default()).unwrap();
    // The first call has begun, and goes on.
    standing.exchange(listed.clone().with_lists(DomainLists::empty()));
    settle(&mut app).await;
    let deadline = Instant::now() + Duration::from_secs(60);
    app.call_method("again", &json!({}), deadline).await.unwrap();
    settle(&mut app).await;
    standing.exchange(listed);
    app.call_method("again", &json!({}), deadline).await.unwrap();
    settle(&mut app).await;

    let lines: Vec<_> = notices
        .borrow()
        .iter()
        .filter_map(|notice| match notice {
            Notice::Console(line) => Some(line.text.clone()),
            _ => None,
        })
        .collect();
    assert_eq!(lines, ["ok", "request:fail url not in domain list", "ok"]);
}
