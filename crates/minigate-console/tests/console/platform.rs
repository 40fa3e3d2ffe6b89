//! The platform's server API, as an app's server calls it.

use std::process::{Command, Stdio};
use std::sync::Arc;

use async_trait::async_trait;
use hyper::{Method, StatusCode};
use jiff::SignedDuration;
use minigate_console::access::{Caller, Right};
use minigate_console::app::{self, Settings};
use minigate_console::block;
use minigate_console::domains::{Domains, DomainsError};
use minigate_console::filing::{self, Filing, FilingRegister, FilingUnknown, Register};
use minigate_console::secret::AppSecret;
use minigate_console::store::{Import, Query, Store};
use minigate_policy::{AppId, Domain, WrittenLists};
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
    d3_a_wrong_scheme_comes_back_with_the_right_one_before_it
    d6_what_cant_be_configured_has_the_codes_of_each_way
    d5_what_has_no_filing_is_left_out_and_named
    d5_while_nobody_can_tell_of_a_filing_nothing_is_taken_from_a_list
    d7_the_quotas_of_lists_and_months_hold
    set_empties_a_list_only_when_it_is_told_to
    with_two_people_a_change_waits_for_one_of_them
    what_goes_back_to_what_is_effective_needs_nobody
    somebody_elses_draft_is_in_the_way_of_a_change_that_waits
    servers_that_change_domains_at_once_lose_nothing
    d2_what_is_blocked_is_refused_and_can_be_deleted
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

/// A register that knows one domain, and is away for all others.
#[derive(Debug)]
struct KnowsOne;

#[async_trait]
impl FilingRegister for KnowsOne {
    async fn licence(&self, registrable: &Domain) -> Filing {
        if registrable.as_str() == "known.cn" {
            let licence = String::new();
            Filing::Filed { licence }
        } else {
            let why = FilingUnknown::NotAsked;
            Filing::Unknown { why }
        }
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
    let cases: [(Method, &str, &str, i32); 18] = [
        (Method::POST, "/wxa/modify_domain", "{}", 41_001),
        (Method::POST, "/wxa/modify_domain?access_token=x", "{}", 40_014),
        (Method::POST, &not_latest, "{}", 40_001),
        (Method::POST, &modify, "", 44_002),
        (Method::POST, &modify, "{", 47_001),
        (Method::POST, &modify, r#"{"action":"drop"}"#, 47_001),
        (Method::POST, &modify, unread, 47_001),
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

async fn d3_a_wrong_scheme_comes_back_with_the_right_one_before_it(database: &Database) {
    let mut server = Server::on(database).await;
    let body = json!({
        "action": "add",
        "requestdomain": ["https://a.com", "https://a.com/path", "10.0.0.1", "b.com"],
        "wsrequestdomain": ["https://c.x.com"],
        "udpdomain": ["udp://a.com"],
        "tcpdomain": ["a.com"],
    });

    let mixed = server.post("/wxa/modify_domain", body).await;
    let wrong = json!({ "action": "add", "wsrequestdomain": ["https://c.x.com"] });
    let pool = server.post("/wxa/modify_domain", wrong.clone()).await;
    let directly = server.post("/wxa/modify_domain_directly", wrong).await;

    assert_eq!(mixed["errcode"], 0, "{mixed}");
    assert_eq!(mixed["requestdomain"], json!(["https://a.com", "https://b.com"]));
    assert_eq!(
        mixed["invalid_requestdomain"],
        json!(["https://a.com/path", "https://10.0.0.1"])
    );
    assert_eq!(mixed["invalid_wsrequestdomain"], json!(["wss://https://c.x.com"]));
    assert_eq!(
        (&mixed["invalid_udpdomain"], &mixed["udpdomain"]),
        (&json!(["udp://a.com"]), &json!([]))
    );
    assert_eq!(mixed["invalid_tcpdomain"], json!(["tcp://a.com"]));
    assert_eq!(pool["errcode"], 85_301);
    assert_eq!(pool["invalid_wsrequestdomain"], json!(["wss://https://c.x.com"]));
    assert_eq!(directly["errcode"], 86_100);
}

async fn d6_what_cant_be_configured_has_the_codes_of_each_way(database: &Database) {
    let mut server = Server::on(database).await;
    let body = json!({ "action": "add", "requestdomain": ["https://api.weixin.qq.com"] });

    let pool = server.post("/wxa/modify_domain", body.clone()).await;
    let directly = server.post("/wxa/modify_domain_directly", body).await;

    assert_eq!(
        (&pool["errcode"], &directly["errcode"]),
        (&json!(85_301), &json!(86_101))
    );
    assert!(server.effective().await.request.is_empty());
}

async fn d5_what_has_no_filing_is_left_out_and_named(database: &Database) {
    let mut server = Server::on(database).await;
    let register = Register::from_csv("domain,licence\nfiled.cn,京ICP备1号\n").unwrap();
    filing::import(server.store(), register, Import::Replace, &by())
        .await
        .unwrap();

    let only = server.modify("add", &["https://api.unfiled.cn"]).await;
    let both = server
        .modify("add", &["https://api.unfiled.cn", "https://10.0.0.1"])
        .await;
    let body = json!({ "action": "add", "requestdomain": ["https://api.unfiled.cn"] });
    let directly = server.post("/wxa/modify_domain_directly", body).await;
    let mixed = server
        .modify("add", &["https://api.unfiled.cn", "https://api.filed.cn"])
        .await;

    assert_eq!(only["errcode"], 85_302, "{only}");
    assert_eq!(both["errcode"], 85_303);
    assert_eq!(directly["errcode"], 45_082);
    assert_eq!(
        (&mixed["errcode"], &mixed["requestdomain"]),
        (&json!(0), &json!(["https://api.filed.cn"]))
    );
    assert_eq!(mixed["no_icp_domain"], json!(["https://api.unfiled.cn"]));
}

async fn d5_while_nobody_can_tell_of_a_filing_nothing_is_taken_from_a_list(database: &Database) {
    let register: Arc<dyn FilingRegister> = Arc::new(KnowsOne);
    let store = database.open().await;
    let served = Served::set_up(store, None, |settings| settings.register = Some(register)).await;
    let mut server = Server::of(served).await;
    server.modify("set", &["https://api.known.cn"]).await;

    let set = server
        .modify("set", &["https://static.known.cn", "https://api.away.cn"])
        .await;

    assert_eq!(set["errcode"], -1, "{set}");
    assert_eq!(server.effective().await.request, ["https://api.known.cn"]);
}

async fn d7_the_quotas_of_lists_and_months_hold(database: &Database) {
    let mut server = Server::on(database).await;
    let many: Vec<_> = (0..201).map(|number| format!("https://a{number}.com")).collect();
    let many: Vec<_> = many.iter().map(String::as_str).collect();

    let too_many = server.modify("add", &many).await;
    for number in 0..50 {
        let entry = format!("https://b{number}.com");
        assert_eq!(server.modify("add", &[&entry]).await["errcode"], 0);
    }
    let used_up = server.modify("add", &["https://c.com"]).await;

    assert_eq!(too_many["errcode"], 85_016, "{too_many}");
    assert_eq!(used_up["errcode"], 86_102);
    assert_eq!(server.effective().await.request.len(), 50);
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

async fn with_two_people_a_change_waits_for_one_of_them(database: &Database) {
    let mut server = Server::on(database).await;
    server.want_two().await;

    let first = server.modify("add", &["https://a.com"]).await;
    let second = server.modify("add", &["https://b.com"]).await;
    let waiting = server.post("/wxa/get_effective_domain", json!({})).await;
    let before = server.effective().await;
    let domains = Domains::of(server.store(), &server.app);
    // Who made the AppSecret is an author of what is written with it.
    let maker = domains.approve(&by()).await;
    let bob = Caller::local("bob").allow(Right::Operate, None, now()).unwrap();
    domains.approve(&bob).await.unwrap();
    domains.publish(&by()).await.unwrap();

    assert!(matches!(maker, Err(DomainsError::OwnDraft)));
    assert_eq!((&first["errcode"], &second["errcode"]), (&json!(0), &json!(0)));
    assert_eq!(second["requestdomain"], json!(["https://a.com", "https://b.com"]));
    assert!(before.request.is_empty());
    assert_eq!(waiting["direct_domain"]["requestdomain"], second["requestdomain"]);
    assert_eq!(waiting["effective_domain"]["requestdomain"], json!([]));
    assert_eq!(
        server.effective().await.request,
        ["https://a.com", "https://b.com"]
    );
}

async fn what_goes_back_to_what_is_effective_needs_nobody(database: &Database) {
    let mut server = Server::on(database).await;
    server.want_two().await;

    server.modify("add", &["https://c.com"]).await;
    server.modify("delete", &["https://c.com"]).await;

    let draft = Domains::of(server.store(), &server.app).draft().await.unwrap();
    assert_eq!(draft, None);
}

async fn somebody_elses_draft_is_in_the_way_of_a_change_that_waits(database: &Database) {
    let mut server = Server::on(database).await;
    let lists = WrittenLists {
        request: vec!["https://hers.com".to_owned()],
        ..WrittenLists::default()
    };
    let domains = Domains::of(server.store(), &server.app);
    domains.write(lists.clone(), &by()).await.unwrap();
    server.let_publish(false).await;

    let waits = server.modify("add", &["https://a.com"]).await;
    server.let_publish(true).await;
    let at_once = server.modify("add", &["https://a.com"]).await;

    assert_eq!(waits["errcode"], -1, "{waits}");
    assert_eq!(at_once["errcode"], 0);
    let draft = Domains::of(server.store(), &server.app).draft().await.unwrap();
    assert_eq!(draft.unwrap().lists, lists);
    assert_eq!(server.effective().await.request, ["https://a.com"]);
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

async fn d2_what_is_blocked_is_refused_and_can_be_deleted(database: &Database) {
    let mut server = Server::on(database).await;
    server
        .modify("add", &["https://bad.com", "https://good.com"])
        .await;
    let domain = Domain::parse("bad.com").unwrap();
    block::add(server.store(), &domain, "fraud", None, &by())
        .await
        .unwrap();

    let added = server.modify("add", &["https://api.bad.com"]).await;
    let effective = server.post("/wxa/get_effective_domain", json!({})).await;
    let deleted = server.modify("delete", &["https://bad.com"]).await;

    assert_eq!(added["errcode"], 85_301, "{added}");
    assert_eq!(
        effective["effective_domain"]["requestdomain"],
        json!(["https://good.com"])
    );
    assert_eq!(deleted["requestdomain"], json!(["https://good.com"]));
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
    let served = Served::on(database).await;
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
