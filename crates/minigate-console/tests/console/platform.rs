//! The platform's server API, as an app's server calls it.

mod rules;
mod waiting;

use std::process::{Command, Stdio};

use hyper::{Method, StatusCode};
use jiff::SignedDuration;
use minigate_console::access::Right;
use minigate_console::app::{self, Settings};
use minigate_console::domains::Domains;
use minigate_console::secret::AppSecret;
use minigate_console::store::{Query, Store};
use minigate_policy::{AppId, WrittenLists};
use serde_json::{Value, json};

use crate::database::{Database, on_both};
use crate::people::root;
use crate::served::{Browser, Served};
use crate::store::now;

on_both! {
    a_token_is_got_and_domains_are_read_and_changed
    a_change_is_published_and_audited_in_the_apps_name
    what_is_wrong_with_a_request_has_the_platforms_code
    the_wrong_method_changes_nothing
    set_empties_a_list_only_when_it_is_told_to
    servers_that_change_domains_at_once_lose_nothing
    a_wrong_secret_is_audited_without_it
    a_request_has_a_harmless_name
    the_platforms_sdk_for_python_works_wechatpy
}

/// An app's server.
struct Server {
    served: Served,
    app: AppId,
    secret: String,
    browser: Browser,
    token: String,
}

impl Server {
    async fn on(database: &Database) -> Self {
        Self::of(Served::on(database).await).await
    }

    async fn of(served: Served) -> Self {
        served.app("wx1").await;
        let app: AppId = "wx1".parse().unwrap();
        let root = root();
        let secret = AppSecret::of(served.console.store(), &app, &root, now())
            .rotate(SignedDuration::ZERO)
            .await
            .unwrap();
        let mut server = Self {
            browser: served.browser(),
            served,
            app,
            secret: secret.reveal().to_owned(),
            token: String::new(),
        };
        let got = server.get(&server.token_path()).await;
        assert_eq!(got["expires_in"], 7200, "{got}");
        got["access_token"]
            .as_str()
            .unwrap()
            .clone_into(&mut server.token);
        server
    }

    fn token_path(&self) -> String {
        let secret = &self.secret;
        format!("/cgi-bin/token?grant_type=client_credential&appid=wx1&secret={secret}")
    }

    fn store(&self) -> &dyn Store {
        self.served.console.store()
    }

    async fn get(&mut self, path: &str) -> Value {
        self.ask(Method::GET, path, "").await
    }

    async fn ask(&mut self, method: Method, path: &str, body: &str) -> Value {
        let answer = self.browser.ask(method, path, &[], body.to_owned()).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
        serde_json::from_str(&answer.body).unwrap()
    }

    async fn post(&mut self, api: &str, body: Value) -> Value {
        let path = format!("{api}?access_token={}", self.token);
        self.ask(Method::POST, &path, &body.to_string()).await
    }

    async fn modify(&mut self, action: &str, request: &[&str]) -> Value {
        let body = json!({ "action": action, "requestdomain": request });
        self.post("/wxa/modify_domain", body).await
    }

    async fn want_two(&self) {
        self.set(Settings {
            two_people: Some(true),
            ..Settings::default()
        })
        .await;
    }

    async fn let_publish(&self, may_publish: bool) {
        self.set(Settings {
            api_publishes: Some(may_publish),
            ..Settings::default()
        })
        .await;
    }

    async fn set(&self, settings: Settings) {
        app::set(self.store(), &self.app, settings, &root(), &by())
            .await
            .unwrap();
    }

    async fn effective(&self) -> WrittenLists {
        let version = Domains::of(self.store(), &self.app).effective().await.unwrap();
        version.map(|version| version.lists).unwrap_or_default()
    }
}

fn by() -> minigate_console::By {
    root().allow(Right::Operate, None, now()).unwrap()
}

async fn a_token_is_got_and_domains_are_read_and_changed(database: &Database) {
    let mut server = Server::on(database).await;

    let added = server
        .modify("add", &["https://A.example.com", "https://b.example.com"])
        .await;
    let deleted = server.modify("delete", &["https://a.example.com"]).await;
    let got = server
        .post("/wxa/modify_domain", json!({ "action": "get" }))
        .await;
    let effective = server.post("/wxa/get_effective_domain", json!({})).await;
    let info = server.post("/wxa/getwxadevinfo", json!({})).await;

    assert_eq!(added["errcode"], 0, "{added}");
    assert_eq!(
        added["requestdomain"],
        json!(["https://a.example.com", "https://b.example.com"])
    );
    assert_eq!(deleted["requestdomain"], json!(["https://b.example.com"]));
    assert_eq!(got["requestdomain"], deleted["requestdomain"]);
    assert_eq!(got["errmsg"], "ok");
    assert_eq!(
        effective["effective_domain"]["requestdomain"],
        json!(["https://b.example.com"])
    );
    assert_eq!(effective["third_domain"]["tcpdomain"], json!([]));
    assert_eq!(info["requestdomain"], json!(["https://b.example.com"]));
    assert_eq!(info["bizdomain"], json!([]));
}

async fn a_change_is_published_and_audited_in_the_apps_name(database: &Database) {
    let mut server = Server::on(database).await;

    server.modify("add", &["https://b.example.com"]).await;

    assert_eq!(server.effective().await.request, ["https://b.example.com"]);
    let log = server.store().log(&Query::default()).await.unwrap();
    let row = &log[0].entry;
    assert_eq!((&*row.actor, &*row.action), ("app:wx1", "domains.publish"));
    assert_eq!(row.origin.as_deref(), Some("127.0.0.1"));
}

async fn what_is_wrong_with_a_request_has_the_platforms_code(database: &Database) {
    let mut server = Server::on(database).await;
    let modify = format!("/wxa/modify_domain?access_token={}", server.token);
    let newer = server.token.replace("mga.wx1.1.", "mga.wx1.1.x");
    let client = "/cgi-bin/token?grant_type=client_credential";
    let stable = "/cgi-bin/stable_token";
    let unread = r#"{"action":"add","requestdomain":"https://a.com"}"#;
    let long = format!("\"{}\"", "x".repeat(1 << 20));
    let not_latest = format!("/wxa/modify_domain?access_token={newer}");
    let cases: [(Method, &str, &str, i32); 19] = [
        (Method::POST, "/wxa/modify_domain", "{}", 41_001),
        (Method::POST, "/wxa/modify_domain?access_token=x", "{}", 40_014),
        (Method::POST, &not_latest, "{}", 40_001),
        (Method::POST, &modify, "", 44_002),
        (Method::POST, &modify, "{", 47_001),
        (Method::POST, &modify, r#"{"action":"drop"}"#, 47_001),
        (Method::POST, &modify, unread, 47_001),
        (
            Method::POST,
            &modify,
            r#"{"action":"get","action":"get"}"#,
            47_001,
        ),
        (Method::POST, &modify, r#"{"action":"add"}"#, 85_017),
        (Method::POST, &modify, &long, 45_002),
        (Method::GET, "/wxa/get_effective_domain", "", 43_002),
        (Method::POST, "/wxa/no_such_api", "{}", 40_066),
        (Method::POST, &server.token_path(), "", 43_001),
        (Method::GET, "/cgi-bin/token?grant_type=password", "", 40_002),
        (Method::GET, &format!("{client}&appid=wx9&secret=x"), "", 40_013),
        (Method::GET, &format!("{client}&appid=wx1&secret=x"), "", 40_125),
        (Method::GET, &format!("{client}&appid=wx1"), "", 41_004),
        (
            Method::POST,
            stable,
            r#"{"grant_type":"client_credential"}"#,
            41_002,
        ),
        (Method::GET, stable, "", 43_002),
    ];

    for (method, path, body, code) in cases {
        let answer = server.ask(method, path, body).await;

        assert_eq!(answer["errcode"], code, "{path} {answer}");
        assert!(answer["errmsg"].as_str().unwrap().contains(" rid: "), "{answer}");
    }
}

async fn the_wrong_method_changes_nothing(database: &Database) {
    let mut server = Server::on(database).await;
    let path = server.token_path();

    for method in [Method::HEAD, Method::OPTIONS] {
        let answer = server.browser.ask(method, &path, &[], String::new()).await;
        assert_eq!(answer.status, StatusCode::OK);
    }

    // The first token would have been the one before the last by now, and the next would have ended it.
    server.get(&path).await;
    assert_eq!(server.modify("get", &[]).await["errcode"], 0);
}

async fn set_empties_a_list_only_when_it_is_told_to(database: &Database) {
    let mut server = Server::on(database).await;
    let body = json!({
        "action": "set",
        "requestdomain": ["https://a.com"],
        "wsrequestdomain": ["wss://a.com"],
        "uploaddomain": ["https://a.com"],
    });
    server.post("/wxa/modify_domain", body).await;

    let body = json!({ "action": "set", "requestdomain": ["https://10.0.0.1"], "uploaddomain": [] });
    let set = server.post("/wxa/modify_domain", body).await;

    assert_eq!(set["errcode"], 0, "{set}");
    assert_eq!(set["requestdomain"], json!(["https://a.com"]));
    assert_eq!(set["wsrequestdomain"], json!(["wss://a.com"]));
    assert_eq!(set["uploaddomain"], json!([]));
}

async fn servers_that_change_domains_at_once_lose_nothing(database: &Database) {
    let server = Server::on(database).await;
    let adding = (0..8).map(|number| {
        let mut browser = server.served.browser();
        let path = format!("/wxa/modify_domain?access_token={}", server.token);
        async move {
            let body = json!({ "action": "add", "requestdomain": [format!("https://a{number}.com")] });
            let answer = browser.ask(Method::POST, &path, &[], body.to_string()).await;
            let answer: Value = serde_json::from_str(&answer.body).unwrap();
            assert_eq!(answer["errcode"], 0, "{answer}");
        }
    });

    futures_util::future::join_all(adding).await;

    let app = app::find(server.store(), &server.app).await.unwrap();
    assert_eq!(server.effective().await.request.len(), 8);
    assert_eq!((app.effective, app.changes.count), (8, 8));
}

async fn a_wrong_secret_is_audited_without_it(database: &Database) {
    let mut server = Server::on(database).await;

    server
        .get("/cgi-bin/token?grant_type=client_credential&appid=wx1&secret=nearly-right")
        .await;

    let log = server.store().log(&Query::default()).await.unwrap();
    assert_eq!(log[0].entry.action, "secret.refused");
    assert!(!format!("{log:?}").contains("nearly-right"));
}

async fn a_request_has_a_harmless_name(database: &Database) {
    let store = database.open().await;
    let served = Served::set_up(store, None, |settings| {
        settings.trusted_proxies = vec!["127.0.0.1/32".parse().unwrap()];
    })
    .await;
    let mut browser = served.browser();
    let mut name = async |said: &str| {
        let headers = [("x-request-id", said)];
        let answer = browser
            .ask(Method::GET, "/healthz", &headers, String::new())
            .await;
        answer.headers["x-request-id"].to_str().unwrap().to_owned()
    };

    assert_eq!(name("proxy-1.A_b").await, "proxy-1.A_b");
    assert_eq!(name("<b>not harmless</b>").await.len(), 32);
    assert_eq!(name(&"x".repeat(65)).await.len(), 32);
}

/// `MINIGATE_WECHATPY=$(.ci/wechatpy)` names a Python that has the SDK.
async fn the_platforms_sdk_for_python_works_wechatpy(database: &Database) {
    let Ok(python) = std::env::var("MINIGATE_WECHATPY") else {
        eprintln!("left out: MINIGATE_WECHATPY names no Python with wechatpy");
        return;
    };
    let server = Server::on(database).await;
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/console/wechatpy_client.py");
    let mut command = Command::new(python);
    command
        .args([script, &format!("http://{}", server.served.address), "wx1"])
        .env("APP_SECRET", &server.secret)
        .stdin(Stdio::null());
    let output = tokio::task::spawn_blocking(move || command.output());
    let output = output.await.unwrap().unwrap();

    let told = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{told}{errors}");
    let effective = server.effective().await;
    assert_eq!(effective.request, ["https://api.example.com"]);
    assert_eq!(effective.connect_socket, ["wss://push.example.com"]);
    let app = app::find(server.store(), &server.app).await.unwrap();
    assert_eq!((app.effective, app.changes.count), (2, 2));
    let log = server.store().log(&Query::default()).await.unwrap();
    let published = log.iter().filter(|row| row.entry.actor == "app:wx1");
    assert_eq!(published.count(), 2);
}
