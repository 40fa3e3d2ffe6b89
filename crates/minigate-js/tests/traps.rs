//! Mistakes that others have made on the JavaScript side, each held off by a test.

mod support;

use std::{rc::Rc, time::Duration};

use minigate_js::{Launch, Notice};
use minigate_testkit::{Asked, Reply};
use minigate_tls::RootSource;
use support::Server;
use tokio::time::Instant;

#[tokio::test]
async fn trap_01_the_referer_is_dropped_in_every_spelling() {
    let server = Server::start(|asked: &Asked| {
        let referer = asked.headers.get_all("referer").iter();
        let seen: Vec<_> = referer.filter_map(|value| value.to_str().ok()).collect();
        Reply::json(http::StatusCode::OK, &serde_json::json!(seen))
    })
    .await;

    let run = server
        .run(
            "for (const name of ['referer', 'Referer', 'REFERER', 'rEfErEr'])
               wx.request({ url: 'https://api.test/', header: { [name]: 'https://evil.example/' },
                 success: ({ data }) => console.log(data.length, data[0]) })",
        )
        .await;

    let lines = run.lines();
    assert_eq!(lines.len(), 4);
    for line in lines {
        assert!(line.starts_with("1 https://servicewechat.com/"), "{line}");
    }
}

#[tokio::test]
async fn trap_07_no_option_reaches_the_tls_settings() {
    let server = Server::start(|_: &Asked| Reply::default()).await;
    let notices = Rc::default();
    let mut app = server.app_trusting(
        RootSource::Bundled,
        &[(
            "app.js",
            "wx.request({ url: 'https://api.test/', rejectUnauthorized: false, insecure: true, verify: false,
               sslVerify: false, ca: 'x', agent: {}, checkServerIdentity() {}, minVersion: 'TLSv1', urlCheck: false,
               tls: { rejectUnauthorized: false }, fail: ({ errMsg }) => console.log(errMsg) })",
        )],
        &notices,
    );

    app.launch(&Launch::default()).unwrap();
    app.run_until_idle(Instant::now() + Duration::from_secs(60)).await;

    let said = notices.take().into_iter().find_map(|notice| match notice {
        Notice::Console(line) => Some(line.text),
        _ => None,
    });
    assert_eq!(said.as_deref(), Some("request:fail ssl hand shake error"));
}
