//! The API under schemathesis, which sends what its OpenAPI document allows and what it forbids.

use std::collections::BTreeSet;
use std::process::Stdio;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use minigate_console::Clock;
use minigate_console::access::{Caller, Right, Role, Scopes};
use minigate_console::domains::Domains;
use minigate_console::grant::{self, Unreleased};
use minigate_console::keys;
use minigate_console::session::NewSession;
use minigate_console::store::Store;
use minigate_console::token::{NewToken, Tokens};
use minigate_policy::{AppId, WrittenLists};
use serde_json::Value;
use tokio::process::Command;

use crate::database::Database;
use crate::people::{make, person};
use crate::served::Served;
use crate::store::now;

#[tokio::test(flavor = "multi_thread")]
async fn schemathesis_finds_nothing_with_an_operators_token() {
    let Some(asked) = Asked::furnished().await else {
        return;
    };
    let operator = asked.somebody("operator", Some(Role::PlatformOperator)).await;

    // Each has a token of its own, for one of them may revoke it.
    let mut found = Vec::new();
    for (phase, arguments) in [
        ("examples", VALID),
        ("coverage", VALID),
        ("coverage", INVALID),
        ("fuzzing", VALID),
        ("fuzzing", INVALID),
        ("stateful", VALID),
    ] {
        let (secret, child) = asked.tokens(&operator).await;
        let arguments = [&["--phases", phase], arguments].concat();
        found.extend(asked.run(&arguments, Some(&secret), &child).await);
    }

    assert!(found.is_empty(), "{}", found.join("\n"));
    let done = asked.done().await;
    let never: Vec<_> = operations().difference(&done).cloned().collect();
    assert!(
        never.is_empty(),
        "these never did what they are there for: {never:#?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn schemathesis_finds_nothing_with_an_auditors_token() {
    let Some(asked) = Asked::furnished().await else {
        return;
    };
    let auditor = asked.somebody("auditor", Some(Role::Auditor)).await;

    let mut found = Vec::new();
    for arguments in [VALID, INVALID] {
        let (secret, child) = asked.tokens(&auditor).await;
        let arguments = [&["--warnings", "off"], arguments].concat();
        found.extend(asked.run(&arguments, Some(&secret), &child).await);
    }

    assert!(found.is_empty(), "{}", found.join("\n"));
    let mut done = asked.done().await;
    done.retain(|of| !of.starts_with("GET "));
    let harmless = ["DELETE /tokens/{id}", "POST /apps/{app}/what-if", "POST /tokens"];
    assert_eq!(done, harmless.map(str::to_owned).into());
}

#[tokio::test(flavor = "multi_thread")]
async fn schemathesis_gets_nothing_without_a_token() {
    let Some(asked) = Asked::furnished().await else {
        return;
    };

    let arguments = ["--warnings", "off", "--phases", "examples,coverage"];
    let found = asked.run(&arguments, None, "0000000000000000").await;

    assert!(found.is_none(), "{}", found.unwrap_or_default());
    assert_eq!(asked.done().await, BTreeSet::new());
}

/// A console that is asked by the program.
struct Asked {
    program: String,
    store: Arc<dyn Store>,
    served: Served,
    /// The ID of a token of alice's.
    alices: String,
    /// A key that signs no more.
    retired: String,
    _database: Database,
}

impl Asked {
    /// None where there is no such program.
    async fn furnished() -> Option<Self> {
        let Ok(program) = std::env::var("MINIGATE_SCHEMATHESIS") else {
            eprintln!("left out: MINIGATE_SCHEMATHESIS names no program");
            return None;
        };
        let database = Database::sqlite();
        let store = database.open().await;
        let served = Served::by(Arc::clone(&store), Clock::of_the_machine()).await;
        let mut asked = Self {
            program,
            store,
            served,
            alices: String::new(),
            retired: String::new(),
            _database: database,
        };
        asked.furnish().await;
        Some(asked)
    }

    /// What schemathesis.toml names.
    async fn furnish(&mut self) {
        make(&*self.store, "bob", None).await;
        let alice = self.somebody("alice", None).await;
        (_, self.alices) = self.tokens(&alice).await;
        self.retired = self.rotate().await;
        for (app, steps) in [
            ("wx0123456789abcdef", 0),
            ("wx0000000000000001", 0),
            ("granted", 0),
            ("open", 1),
            ("submitted", 2),
            ("unwanted", 2),
            ("approved", 3),
        ] {
            self.served.app(app).await;
            for host in ["https://a.example.com", "https://b.example.com"] {
                self.draft(app, host, 4).await;
            }
            self.draft(app, "https://c.example.com", steps).await;
            self.grant(app).await;
        }
    }

    /// A draft that has come so far: it is written, submitted, approved and published.
    async fn draft(&self, app: &str, host: &str, steps: usize) {
        let app: AppId = app.parse().unwrap();
        let domains = Domains::of(&*self.store, &app);
        let by = Caller::local("root").allow(Right::Operate, None, now()).unwrap();
        let lists = WrittenLists {
            request: vec![host.to_owned()],
            ..WrittenLists::default()
        };
        for step in 0..steps {
            match step {
                0 => drop(domains.write(lists.clone(), &by).await.unwrap()),
                1 => drop(domains.submit(&by).await.unwrap()),
                2 => drop(domains.approve(&by).await.unwrap()),
                _ => drop(domains.publish(&by).await.unwrap()),
            }
        }
    }

    /// A leave to skip the check, by the machine's own clock.
    async fn grant(&self, app: &str) {
        let at = self.served.console.now();
        let by = Caller::local("root").allow(Right::Operate, None, at).unwrap();
        let releases = [Unreleased::Develop];
        let app = app.parse().unwrap();
        grant::give(&*self.store, &app, &releases, self.soon(), "no domain yet", &by)
            .await
            .unwrap();
    }

    /// The name of the key that signed first.
    async fn rotate(&self) -> String {
        let at = self.served.console.now();
        let by = Caller::local("root").allow(Right::Operate, None, at).unwrap();
        let first = keys::load_or_make(&*self.store, at).await.unwrap();
        keys::announce(&*self.store, &by).await.unwrap();
        keys::rotate(&*self.store, keys::USUAL_HOLD, &by).await.unwrap();
        first.signing().unwrap().public().thumbprint().to_string()
    }

    fn soon(&self) -> Timestamp {
        self.served.console.now() + SignedDuration::from_hours(1)
    }

    async fn somebody(&self, name: &str, role: Option<Role>) -> NewSession {
        person(&self.store, name, role).await
    }

    /// The secret of a token, and the ID of one that was made with it.
    async fn tokens(&self, of: &NewSession) -> (String, String) {
        let (tokens, at) = (Tokens::of(&*self.store), self.served.console.now());
        let new = NewToken {
            name: "fuzzer".to_owned(),
            scopes: Scopes {
                rights: Right::ALL.into_iter().collect(),
                apps: None,
            },
            ends_at: at + SignedDuration::from_hours(2),
        };
        let (token, secret) = tokens.create(&of.session, &new, at).await.unwrap();
        let caller = of.session.caller().unwrap();
        let (child, _) = tokens.delegate(&token, &caller, &new, at).await.unwrap();
        (secret.reveal().to_owned(), child.id)
    }

    /// What the program says where it has found something.
    async fn run(&self, arguments: &[&str], secret: Option<&str>, child: &str) -> Option<String> {
        let folder = tempfile::tempdir().unwrap();
        let bearer = secret.map(|secret| format!("Authorization: Bearer {secret}"));
        let output = Command::new(&self.program)
            .current_dir(folder.path())
            .env("CHILD", child)
            .envs([("ALICES", &self.alices), ("RETIRED", &self.retired)])
            .env("SOON", self.soon().to_string())
            .args(["--config-file", CONFIG, "run"])
            .arg(format!("http://{}/api/v1/openapi.json", self.served.address))
            .args(["--seed", "1"])
            .args(arguments)
            .args(bearer.iter().flat_map(|bearer| ["--header", bearer]))
            .stdin(Stdio::null())
            .output()
            .await
            .unwrap();
        let told = [output.stdout, output.stderr].concat();
        (!output.status.success()).then(|| String::from_utf8_lossy(&told).into_owned())
    }

    /// The operations that were done at least once, by the console's own count.
    async fn done(&self) -> BTreeSet<String> {
        let metrics = self.served.browser().get("/metrics").await.body;
        let done = metrics.lines().filter_map(|line| {
            let labels = line.strip_prefix("minigate_console_requests_total{method=\"")?;
            let (method, rest) = labels.split_once("\",route=\"/api/v1")?;
            let (route, rest) = rest.split_once('"')?;
            rest.starts_with(",status=\"2xx\"")
                .then(|| format!("{method} {route}"))
        });
        done.filter(|of| !of.ends_with("/openapi.json")).collect()
    }
}

/// Those of the document.
fn operations() -> BTreeSet<String> {
    let document: Value = serde_json::from_str(minigate_console::openapi()).unwrap();
    let paths = document["paths"].as_object().unwrap().iter();
    let all = paths.flat_map(|(path, operations)| {
        let methods = operations.as_object().unwrap().keys();
        let path = path.trim_start_matches("/api/v1");
        methods.map(move |method| format!("{} {path}", method.to_uppercase()))
    });
    all.collect()
}

/// What is valid and what isn't go in turns: in one go, some of what isn't would count as valid (4.32.5).
const VALID: &[&str] = &["--mode", "positive"];
const INVALID: &[&str] = &[
    "--mode",
    "negative",
    "--exclude-checks",
    "positive_data_acceptance",
];
const CONFIG: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/console/schemathesis.toml");
