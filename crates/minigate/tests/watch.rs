//! What a watch tells while servers change.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "what can't be set up fails the test")]

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::process::{Child, ChildStderr, ChildStdout, Command, Stdio};

use minigate_testkit::lab::{self, Lab, LabServer};
use minigate_testkit::{Authority, Leaf, Script, ScriptedServer, Steps, answer};
use serde_json::Value;
use tempfile::TempDir;

#[tokio::test(flavor = "multi_thread")]
async fn t5_a_chain_swapped_on_one_of_two_addresses_raises_one_alarm_that_names_it() {
    let (servers, hook) = (Servers::start().await, Hook::start([taking()]).await);
    let file = servers.folder.path().join("changes.jsonl");
    let mut watch = servers.watch(&[
        "--webhook",
        &hook.url("http"),
        "--changes",
        file.to_str().unwrap(),
    ]);
    watch.until("https://api.example.com/");

    servers.break_second();
    watch.nudge();
    let worse = watch.until(" worse ").to_owned();
    servers.mend_second();
    watch.nudge();
    let better = watch.until(" better ").to_owned();
    hook.server.until(|record| record.requests.len() == 2).await;
    let (code, rest, told) = watch.end("-TERM");

    let second = servers.second();
    assert!(worse.contains(" worse https://api.example.com/"), "{worse}");
    assert!(worse.contains(&format!(" at {second}: works → fails")), "{worse}");
    assert!(worse.contains("T5"), "{worse}");
    assert!(
        better.contains(&format!(" at {second}: fails → works")),
        "{better}"
    );
    assert_eq!((code, rest.as_str(), told.as_str()), (Some(0), "", ""));
    let posted = hook.changes();
    let written: Vec<Value> = fs::read_to_string(file)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(written, posted);
    let kinds: Vec<_> = posted.iter().map(|change| &change["change"]).collect();
    assert_eq!(kinds, ["worse", "better"]);
    assert_eq!(posted[0]["schema"], "minigate-change/1");
    assert_eq!(posted[0]["address"], second.to_string());
    assert_eq!(posted[0]["after"]["check"], "missing-intermediate");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_webhook_doesnt_take_is_told_and_comes_with_the_next_round() {
    let servers = Servers::start().await;
    let hook = Hook::start([refusing(), taking()]).await;
    let mut watch = servers.watch(&["--json", "--webhook", &hook.url("http")]);
    watch.until("minigate-check/1");

    servers.break_second();
    watch.nudge();
    watch.until("minigate-change/1");
    let warning = watch.told();
    watch.nudge();
    hook.server.until(|record| record.requests.len() == 2).await;
    let (code, rest, told) = watch.end("-INT");

    assert!(warning.contains("status 503; 1 changes wait"), "{warning}");
    let posted = hook.changes();
    assert_eq!(posted[0], posted[1]);
    assert_eq!((code, rest.as_str(), told.as_str()), (Some(0), "", ""));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_never_arrived_is_told_at_the_end() {
    let servers = Servers::start().await;
    let hook = Hook::start([refusing()]).await;
    let mut watch = servers.watch(&["--json", "--webhook", &hook.url("http")]);
    watch.until("minigate-check/1");
    servers.break_second();
    watch.nudge();
    watch.until("minigate-change/1");

    let (code, _, told) = watch.end("-HUP");

    assert_eq!(code, Some(0));
    let lost = format!(
        "http://127.0.0.1:{} never got this change: {{",
        hook.server.addr().port()
    );
    assert!(told.contains(&lost), "{told}");
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn what_a_full_disk_doesnt_take_is_told_at_once_and_at_the_end() {
    let servers = Servers::start().await;
    let mut watch = servers.watch(&["--json", "--changes", "/dev/full"]);
    watch.until("minigate-check/1");
    servers.break_second();
    watch.nudge();
    watch.until("minigate-change/1");

    let warning = watch.told();
    let (code, _, told) = watch.end("-TERM");

    assert!(
        warning.contains("/dev/full: No space left on device"),
        "{warning}"
    );
    assert_eq!(code, Some(0));
    assert!(told.contains("/dev/full never got this change: {"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn t1_a_webhook_over_tls_is_told_only_if_its_certificate_is_good() {
    for is_trusted in [true, false] {
        let servers = Servers::start().await;
        let authority = Authority::new().unwrap();
        let hook = Hook::start_over_tls(&authority).await;
        let root = servers.folder.path().join("hook.pem");
        fs::write(&root, authority.root_pem()).unwrap();
        let (url, root) = (hook.url("https"), root.to_str().unwrap().to_owned());
        let mut args = vec!["--json", "--webhook", &url];
        if is_trusted {
            args.extend(["--ca", &root]);
        }
        let mut watch = servers.watch(&args);
        watch.until("minigate-check/1");
        servers.break_second();
        watch.nudge();
        watch.until("minigate-change/1");

        if is_trusted {
            hook.server.until(|record| record.requests.len() == 1).await;
        } else {
            let warning = watch.told();
            assert!(warning.contains("certificate"), "{warning}");
            assert_eq!(hook.changes().len(), 0);
        }
        assert_eq!(watch.end("-TERM").0, Some(0));
    }
}

#[test]
fn what_a_watch_cant_do_is_refused_at_once() {
    for args in [
        &["--watch", "9s"][..],
        &["--watch", "1h", "--html", "a.html"],
        &["--watch", "1h", "--sarif", "a.sarif"],
        &["--watch", "1h", "--junit", "a.xml"],
        &["--watch", "1h", "--full-chain", "a.pem"],
        &["--webhook", "https://hooks.example.com/"],
        &["--changes", "a.jsonl"],
        &["--watch", "1h", "--webhook", "ftp://hooks.example.com/"],
        &["--watch", "1h", "--changes", "/no/such/folder/a.jsonl"],
    ] {
        let output = minigate(args).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{args:?}");
        assert!(!output.stderr.is_empty() && output.stdout.is_empty(), "{args:?}");
    }
}

/// A host with two addresses.
struct Servers {
    lab: Lab,
    server: LabServer,
    folder: TempDir,
}

impl Servers {
    /// Both send a complete chain.
    async fn start() -> Self {
        let lab = Lab::at(jiff::Timestamp::now().into());
        let server = lab.start(lab::fault("two_addresses")).await;
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("lab.der"), lab.roots().first().unwrap()).unwrap();
        let servers = Self { lab, server, folder };
        servers.mend_second();
        servers
    }

    fn mend_second(&self) {
        let leaf = self.server.chain(1).swap_remove(0);
        let chain = std::iter::once(leaf).chain(self.lab.intermediates());
        self.server.swap(1, chain.collect());
    }

    fn break_second(&self) {
        let leaf = self.server.chain(1).swap_remove(0);
        self.server.swap(1, vec![leaf]);
    }

    fn second(&self) -> SocketAddr {
        *self.server.addresses().last().unwrap()
    }

    fn watch(&self, args: &[&str]) -> Watching {
        let root = self.folder.path().join("lab.der");
        let addresses = self.server.addresses().iter().map(|address| match address {
            SocketAddr::V4(address) => address.ip().to_string(),
            SocketAddr::V6(address) => format!("[{}]", address.ip()),
        });
        let addresses: Vec<_> = addresses.collect();
        let resolve = format!(
            "api.example.com:443:{}:{}",
            addresses.join(","),
            self.server.addr().port()
        );
        let common = ["--watch", "1h", "--no-fetch", "--resolve", &resolve, "--ca"];
        let mut program = minigate(&common);
        Watching::start(program.arg(root).args(args))
    }
}

fn minigate(args: &[&str]) -> Command {
    let mut program = attentive();
    program
        .args(["check", "api.example.com"])
        .args(args)
        .env("LC_ALL", "C")
        .env("NO_COLOR", "1");
    program
}

/// It hears of SIGHUP, even where whoever runs the tests ignores it, as under `nohup`.
fn attentive() -> Command {
    let program = env!("CARGO_BIN_EXE_minigate");
    if !cfg!(target_os = "linux") {
        return Command::new(program);
    }
    let mut attentive = Command::new("env");
    attentive.args(["--default-signal=HUP", program]);
    attentive
}

/// A watch that goes on.
struct Watching {
    child: Child,
    output: BufReader<ChildStdout>,
    told: BufReader<ChildStderr>,
    line: String,
}

impl Watching {
    fn start(program: &mut Command) -> Self {
        let mut child = program
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        Self {
            output: BufReader::new(child.stdout.take().unwrap()),
            told: BufReader::new(child.stderr.take().unwrap()),
            child,
            line: String::new(),
        }
    }

    /// The next line of the output that isn't indented, which has to hold this text.
    fn until(&mut self, text: &str) -> &str {
        loop {
            self.line.clear();
            assert!(self.output.read_line(&mut self.line).unwrap() > 0, "it ended");
            if !self.line.starts_with(' ') {
                assert!(self.line.contains(text), "{}", self.line);
                return &self.line;
            }
        }
    }

    /// The next line of the standard error.
    fn told(&mut self) -> String {
        let mut line = String::new();
        assert!(self.told.read_line(&mut line).unwrap() > 0, "it ended");
        line
    }

    /// Begins a round.
    fn nudge(&self) {
        self.send("-USR1");
    }

    fn send(&self, signal: &str) {
        let id = self.child.id().to_string();
        let sent = Command::new("kill").args([signal, &id]).status().unwrap();
        assert!(sent.success());
    }

    /// Ends it; its exit code, and what it still printed that isn't indented, and told.
    fn end(mut self, signal: &str) -> (Option<i32>, String, String) {
        self.send(signal);
        let (mut rest, mut told) = (String::new(), String::new());
        self.output.read_to_string(&mut rest).unwrap();
        self.told.read_to_string(&mut told).unwrap();
        let rest = rest.lines().filter(|line| !line.starts_with(' '));
        (self.child.wait().unwrap().code(), rest.collect(), told)
    }
}

/// What takes changes, each on a connection of its own.
struct Hook {
    server: ScriptedServer,
}

impl Hook {
    async fn start(scripts: impl IntoIterator<Item = Script>) -> Self {
        let authority = Authority::new().unwrap();
        let certified = Leaf::for_name("localhost").issue(&authority);
        Self {
            server: ScriptedServer::start(certified, scripts).await,
        }
    }

    async fn start_over_tls(authority: &Authority) -> Self {
        let certified = Leaf::for_name("localhost").issue(authority);
        let script = Steps::over_tls()
            .read_request()
            .write(answer(204, &[], ""))
            .close();
        Self {
            server: ScriptedServer::start(certified, [script]).await,
        }
    }

    fn url(&self, scheme: &str) -> String {
        let host = if scheme == "http" {
            "127.0.0.1"
        } else {
            "localhost"
        };
        format!("{scheme}://{host}:{}/hook?token=1", self.server.addr().port())
    }

    fn changes(&self) -> Vec<Value> {
        let requests = self.server.requests();
        let each = requests.iter().map(|request| {
            assert_eq!(
                (request.method.as_str(), request.path.as_str()),
                ("POST", "/hook?token=1")
            );
            assert_eq!(request.header("content-type"), Some("application/json"));
            serde_json::from_slice(&request.body).unwrap()
        });
        each.collect()
    }
}

fn taking() -> Script {
    Steps::in_the_clear()
        .read_request()
        .write(answer(204, &[], ""))
        .close()
}

fn refusing() -> Script {
    Steps::in_the_clear()
        .read_request()
        .write(answer(503, &[], ""))
        .close()
}
