//! Two console processes on one PostgreSQL: one is killed under load, and nothing that was acknowledged is lost.
#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::indexing_slicing,
    clippy::print_stderr,
    reason = "what can't be set up fails the test, and one that is left out says so"
)]

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use jiff::{SignedDuration, Timestamp};
use minigate_console::access::{Caller, Right};
use minigate_console::app;
use minigate_console::domains::{Domains, diff};
use minigate_console::secret::AppSecret;
use minigate_console::store::{Logged, Query, Store, open};
use minigate_policy::{AppId, Era};
use serde_json::{Value, json};
use tokio::sync::Semaphore;

/// A console of its own process.
struct Process {
    child: Child,
    url: String,
}

impl Process {
    fn start(database: &str) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_minigate"))
            .args([
                "--lang",
                "en",
                "console",
                "--listen",
                "127.0.0.1:0",
                "--database",
                database,
            ])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let url = line
            .trim()
            .rsplit_once(" at ")
            .unwrap()
            .1
            .trim_end_matches('/')
            .to_owned();
        Self { child, url }
    }

    /// SIGKILL: it has no say in it.
    fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have been killed already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

type Http = Client<HttpConnector, Full<Bytes>>;

/// None where the console is gone.
async fn ask(client: &Http, url: &str, body: Option<Value>) -> Option<Value> {
    let method = if body.is_some() { "POST" } else { "GET" };
    let body = body.map(|body| body.to_string()).unwrap_or_default();
    let request = http::Request::builder().method(method).uri(url);
    let request = request.body(Full::new(Bytes::from(body))).unwrap();
    let response = client.request(request).await.ok()?;
    let bytes = response.into_body().collect().await.ok()?.to_bytes();
    serde_json::from_slice(&bytes).ok()
}

/// Adds one domain after the other, and tells which were acknowledged.
async fn load(client: Http, url: String, token: String, worker: usize, acknowledged: Arc<Semaphore>) -> Told {
    let mut told = Told::default();
    for number in 0..40 {
        let entry = format!("https://a{number}.w{worker}.com");
        let body = json!({ "action": "add", "requestdomain": [entry] });
        let api = format!("{url}/wxa/modify_domain?access_token={token}");
        match ask(&client, &api, Some(body)).await {
            None => {
                told.is_gone = true;
                break;
            }
            Some(answer) if answer["errcode"] == 0 => {
                told.entries.insert(entry);
                acknowledged.add_permits(1);
            }
            Some(answer) if answer["errcode"] == 86_102 => {
                told.is_used_up = true;
                break;
            }
            // Others were faster for too long.
            Some(_) => {}
        }
    }
    told
}

#[derive(Debug, Default)]
struct Told {
    entries: BTreeSet<String>,
    is_gone: bool,
    is_used_up: bool,
}

/// A database that is gone with its test.
struct Database {
    server: String,
    name: String,
}

impl Database {
    fn url(&self) -> String {
        format!("{}/{}", self.server, self.name)
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let removed = tell(&self.server, &format!("DROP DATABASE {} WITH (FORCE)", self.name));
        assert!(removed || std::thread::panicking(), "it isn't removed");
    }
}

fn database() -> Option<Database> {
    let Ok(server) = std::env::var("MINIGATE_POSTGRES") else {
        eprintln!("left out: MINIGATE_POSTGRES names no server");
        return None;
    };
    let name = format!("minigate_processes_{}", std::process::id());
    assert!(tell(&server, &format!("CREATE DATABASE {name}")));
    Some(Database { server, name })
}

fn tell(server: &str, statement: &str) -> bool {
    let told = Command::new("psql")
        .args(["--quiet", "--dbname", &format!("{server}/postgres")])
        .args(["--command", statement])
        .status();
    told.is_ok_and(|told| told.success())
}

async fn whole_log(store: &dyn Store) -> Vec<Logged> {
    let query = Query {
        most: 10_000,
        ..Query::default()
    };
    let mut log = store.log(&query).await.unwrap();
    log.reverse();
    log
}

#[tokio::test(flavor = "multi_thread")]
async fn d2_of_two_consoles_one_is_killed_under_load_and_nothing_is_lost() {
    let Some(database) = database() else { return };
    let url = database.url();
    let mut first = Process::start(&url);
    let second = Process::start(&url);
    let store = open(&url).await.unwrap();
    let id: AppId = "wx1".parse().unwrap();
    let root = Caller::local("root");
    let now = Timestamp::now();
    let by = root.allow(Right::Operate, None, now).unwrap();
    app::create(&*store, &id, "Shop", Era::Current, false, &by)
        .await
        .unwrap();
    let secret = AppSecret::of(&*store, &id, &root, now);
    let secret = secret.rotate(SignedDuration::ZERO).await.unwrap();
    let client: Http = Client::builder(TokioExecutor::new()).build_http();
    let path = format!(
        "{}/cgi-bin/token?grant_type=client_credential&appid=wx1&secret={}",
        second.url,
        secret.reveal()
    );
    let token = ask(&client, &path, None).await.unwrap();
    let token = token["access_token"].as_str().unwrap().to_owned();

    let acknowledged = Arc::new(Semaphore::new(0));
    let workers = (0..8).map(|worker| {
        let url = if worker % 2 == 0 { &first.url } else { &second.url };
        let (client, counted) = (client.clone(), Arc::clone(&acknowledged));
        tokio::spawn(load(client, url.clone(), token.clone(), worker, counted))
    });
    let workers: Vec<_> = workers.collect();
    acknowledged.acquire_many(15).await.unwrap().forget();
    first.kill();
    let mut told = Told::default();
    for worker in workers {
        let part = worker.await.unwrap();
        told.entries.extend(part.entries);
        told.is_gone |= part.is_gone;
        told.is_used_up |= part.is_used_up;
    }

    assert!(told.is_gone && told.is_used_up, "{told:?}");
    hold_together(&*store, &id, &told.entries).await;
}

/// What was acknowledged is there, and app, versions and log tell the same story.
async fn hold_together(store: &dyn Store, id: &AppId, acknowledged: &BTreeSet<String>) {
    let app = app::find(store, id).await.unwrap();
    let domains = Domains::of(store, id);
    let versions = domains.versions(0, 100).await.unwrap();
    let effective: BTreeSet<_> = versions.last().unwrap().lists.request.iter().cloned().collect();
    assert!(
        acknowledged.is_subset(&effective),
        "lost: {acknowledged:?} {effective:?}"
    );
    // The quota is exact, and each change that counts is a version; the one killed may have made some it couldn't tell of.
    assert_eq!((app.changes.count, app.effective), (50, 50));
    assert_eq!((versions.len(), effective.len()), (50, 50));
    assert!(effective.len() - acknowledged.len() <= 4);
    for pair in versions.windows(2) {
        let differences = diff(&pair[0].lists, &pair[1].lists);
        assert_eq!((differences[0].added.len(), differences[0].removed.len()), (1, 0));
    }
    let log = whole_log(store).await;
    assert!(log.windows(2).all(|pair| pair[0].sequence < pair[1].sequence));
    let published = log.iter().filter(|row| row.entry.action == "domains.publish");
    let numbers: Vec<_> = published
        .map(|row| row.entry.after.as_ref().unwrap()["number"].as_u64().unwrap())
        .collect();
    assert_eq!(numbers, (1..=50).collect::<Vec<u64>>());
}
