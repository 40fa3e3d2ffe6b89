//! `--console`: lists from a console, from `minigate run` down to its lines.
#![expect(clippy::unwrap_used, reason = "what can't be set up fails the test")]

use std::net::SocketAddr;
use std::path::Path;
use std::process::{Command, Output};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State;
use axum::routing::get;
use jiff::Timestamp;
use minigate_lists::{KeySet, KeyStage, ListedKey, Published, SigningKey, Skip};
use minigate_policy::WrittenLists;

/// A console with one app, in a runtime of its own; it is away once it is dropped.
struct Console {
    key: SigningKey,
    list: Arc<Mutex<String>>,
    address: SocketAddr,
    _runtime: tokio::runtime::Runtime,
}

impl Console {
    fn start(first: &Published) -> Self {
        let key = SigningKey::generate().unwrap();
        let set = KeySet {
            sequence: 1,
            keys: vec![ListedKey {
                key: key.public().clone(),
                stage: KeyStage::Signing,
            }],
        };
        let keys = set.seal(std::slice::from_ref(&key)).unwrap();
        let list = Arc::new(Mutex::new(first.seal(&key).unwrap()));
        let router = Router::new()
            .route("/lists/keys", get(|| async { keys }))
            .route("/lists/wx1", get(current))
            .with_state(Arc::clone(&list));
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let listener = runtime
            .block_on(tokio::net::TcpListener::bind("127.0.0.1:0"))
            .unwrap();
        let address = listener.local_addr().unwrap();
        runtime.spawn(async move { axum::serve(listener, router).await });
        Self {
            key,
            list,
            address,
            _runtime: runtime,
        }
    }

    fn publish(&self, list: &Published) {
        *self.list.lock().unwrap() = list.seal(&self.key).unwrap();
    }

    fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

async fn current(State(list): State<Arc<Mutex<String>>>) -> String {
    list.lock().unwrap().clone()
}

fn version(number: u32, domain: &str) -> Published {
    Published {
        app: "wx1".to_owned(),
        sequence: u64::from(number),
        version: number,
        published_at: Some(Timestamp::UNIX_EPOCH),
        lists: WrittenLists {
            request: vec![format!("https://{domain}")],
            ..WrittenLists::default()
        },
        blocked: Vec::new(),
        skip: None,
    }
}

/// An app whose first file says this.
fn project(script: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in [
        ("project.config.json", r#"{"appid":"wx1"}"#),
        ("app.json", r#"{"pages":["p"]}"#),
        ("p.js", "Page({})"),
        ("app.js", script),
    ] {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

fn minigate(folder: &Path, console: &str, more: &[&str]) -> (String, Option<i32>) {
    let Output {
        status,
        stdout,
        stderr,
    } = Command::new(env!("CARGO_BIN_EXE_minigate"))
        .args(["--lang", "en", "--color", "never", "run"])
        .arg(folder)
        // Nobody listens there.
        .args(["--console", console, "--resolve", "*:*:127.0.0.1:1"])
        .arg("--console-cache")
        .arg(folder.join("cache"))
        .args(more)
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&stdout).into_owned() + &String::from_utf8_lossy(&stderr);
    (text, status.code())
}

const CALL: &str = "wx.request({ url: 'https://api.example.com/' })";

#[test]
fn d2_a_refusal_names_the_version_and_its_age_and_a_new_key_is_told() {
    let console = Console::start(&version(3, "other.com"));
    let app = project(CALL);

    let (first, code) = minigate(app.path(), &console.url(), &[]);
    let (second, _) = minigate(app.path(), &console.url(), &[]);

    let age = format!("list: version 3 · {}, fetched just now", console.url());
    assert_eq!((first.matches(&age).count(), code), (2, Some(1)), "{first}");
    let trusted = format!(
        "trusted from now on by its key {}",
        console.key.public().thumbprint()
    );
    assert!(
        first.contains(&trusted) && !second.contains("trusted"),
        "{first}{second}"
    );
}

#[test]
fn d2_a_refusal_that_an_entry_cures_links_to_its_proposal() {
    let console = Console::start(&version(3, "other.com"));
    let listed = "wx.request({ url: 'https://other.com/' })";
    let unlisted =
        "wx.uploadFile({ url: 'https://api.example.com:8443/a?token=secret', filePath: 'f', name: 'f' })";
    let literal = "wx.request({ url: 'https://127.0.0.1/' })";
    let app = project(&[listed, unlisted, literal].join("\n"));

    let (text, _) = minigate(app.path(), &console.url(), &[]);
    let (json, _) = minigate(app.path(), &console.url(), &["--log", "json"]);

    let link = format!(
        "{}/apps/wx1/propose?interface=uploadFile&url=https%3A%2F%2Fapi.example.com%3A8443",
        console.url()
    );
    assert_eq!(text.matches("propose:").count(), 1, "{text}");
    assert!(text.contains(&format!("  propose: {link}\n")), "{text}");
    assert!(json.contains(&format!("\"propose\":\"{link}\"")), "{json}");
}

#[test]
fn d2_an_explanation_links_to_the_proposal_too() {
    let console = Console::start(&version(3, "other.com"));
    let app = project(CALL);
    let explain = |url: &str, log: &str| {
        let output = Command::new(env!("CARGO_BIN_EXE_minigate"))
            .args(["--lang", "en", "--color", "never", "explain", url])
            .current_dir(app.path())
            .args(["--console", &console.url(), "--log", log])
            .arg("--console-cache")
            .arg(app.path().join("cache"))
            .output()
            .unwrap();
        String::from_utf8_lossy(&output.stdout).into_owned()
    };

    let unlisted = explain("https://api.example.com/a?token=secret", "human");
    let json = explain("https://api.example.com/", "json");
    let listed = explain("https://other.com/", "human");

    let link = format!(
        "{}/apps/wx1/propose?interface=request&url=https%3A%2F%2Fapi.example.com",
        console.url()
    );
    assert!(unlisted.contains(&format!("  propose: {link}\n")), "{unlisted}");
    assert!(json.contains(&format!("\"propose\":\"{link}\"")), "{json}");
    assert!(!listed.contains("propose"), "{listed}");
}

#[test]
fn d2_the_last_good_list_holds_while_the_console_is_away() {
    let console = Console::start(&version(3, "api.example.com"));
    let (url, app) = (console.url(), project(CALL));
    minigate(app.path(), &url, &[]);
    drop(console);

    let (text, _) = minigate(app.path(), &url, &[]);

    assert!(text.contains("the last good list holds"), "{text}");
    assert!(text.contains("failed") && !text.contains("refused D"), "{text}");
}

#[test]
fn d2_without_any_list_the_app_runs_and_nothing_is_allowed() {
    let app = project(CALL);

    let (text, code) = minigate(app.path(), "http://127.0.0.1:1", &["--skip-check"]);

    assert_eq!(code, Some(1), "{text}");
    assert!(
        text.contains("no domain list of wx1 could be had from http://127.0.0.1:1"),
        "{text}"
    );
}

#[test]
fn d2_an_unknown_key_is_refused_with_both_names() {
    let console = Console::start(&version(3, "api.example.com"));
    let app = project(CALL);
    let other = SigningKey::generate().unwrap();
    let other = other.public().thumbprint().as_str();

    let (text, _) = minigate(app.path(), &console.url(), &["--console-key", other]);

    assert!(
        text.contains(other) && text.contains(console.key.public().thumbprint().as_str()),
        "{text}"
    );
    assert!(text.contains("no domain list"), "{text}");
}

#[test]
fn s1_the_check_is_skipped_only_with_the_consoles_leave() {
    let console = Console::start(&version(1, "other.com"));
    let app = project(CALL);
    let more = ["--skip-check", "--release", "trial"];

    let (without, _) = minigate(app.path(), &console.url(), &more);
    let mut granted = version(2, "other.com");
    granted.skip = Some(Skip {
        until: Timestamp::MAX,
        develop: false,
        trial: true,
    });
    console.publish(&granted);
    let (with, _) = minigate(app.path(), &console.url(), &more);

    assert!(
        without.contains("grants no leave") && without.contains("is not on the request list"),
        "{without}"
    );
    assert!(
        !with.contains("grants no leave") && with.contains("because the check is skipped"),
        "{with}"
    );
}

#[test]
fn s2_of_a_release_is_told_once_that_it_never_skips() {
    let console = Console::start(&version(1, "api.example.com"));
    let app = project(CALL);

    let (text, _) = minigate(app.path(), &console.url(), &["--skip-check", "--release", "3"]);

    assert_eq!(text.matches("warning:").count(), 1, "{text}");
    assert!(text.contains("S2: a release never skips"), "{text}");
}

#[test]
fn d1_a_new_version_holds_for_the_calls_made_from_then_on() {
    let console = Console::start(&version(1, "other.com"));
    let app = project(
        "const call = () => wx.request({
            url: 'https://api.example.com/',
            fail({ errMsg }) { if (errMsg.includes('domain list')) setTimeout(call, 20) },
        })
        call()",
    );

    let text = std::thread::scope(|scope| {
        let run = scope.spawn(|| minigate(app.path(), &console.url(), &[]).0);
        console.publish(&version(2, "api.example.com"));
        run.join().unwrap()
    });

    assert!(text.contains("list: version 2 ·"), "{text}");
}
