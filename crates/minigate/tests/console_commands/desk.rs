//! The command, with a folder of its own to work in.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStdout, Command, Stdio};

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use tempfile::TempDir;

/// A folder with a database, and the command to work on it.
pub(crate) struct Desk(TempDir);

impl Desk {
    pub(crate) fn empty() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// With the database of a console that has run.
    pub(crate) fn used() -> Self {
        let desk = Self::empty();
        desk.start(&[]).stop("-INT");
        desk
    }

    pub(crate) fn path(&self, name: &str) -> String {
        self.0.path().join(name).display().to_string()
    }

    pub(crate) fn database(&self, name: &str) -> String {
        format!("sqlite:{}", self.path(name))
    }

    /// What a command says, and its code.
    pub(crate) fn run(&self, lang: &str, args: &[&str]) -> (String, i32) {
        let mut command = minigate(lang);
        let output = command.args(args).current_dir(self.0.path()).output().unwrap();
        let text =
            String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        (text, output.status.code().unwrap())
    }

    /// The code of a command and its last line, in both languages.
    pub(crate) fn both(&self, args: &[&str]) -> [(String, i32); 2] {
        ["en", "zh"].map(|lang| {
            let (text, code) = self.run(lang, args);
            (text.lines().last().unwrap_or_default().to_owned(), code)
        })
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.path().join(name).exists()
    }

    pub(crate) fn is_empty(&self) -> bool {
        std::fs::read_dir(self.0.path()).unwrap().next().is_none()
    }

    pub(crate) fn start(&self, more: &[&str]) -> Process {
        self.serve(minigate("en"), more)
    }

    pub(crate) fn start_at(&self, listen: &str) -> Process {
        self.serve_at(listen, minigate("en"), &[])
    }

    pub(crate) fn start_with(&self, environment: &[(&str, &str)], more: &[&str]) -> Process {
        let mut command = minigate("en");
        command.envs(environment.iter().copied());
        self.serve(command, more)
    }

    /// What writes beyond a limit on the sizes of its files fails for it, as on a full disk; else it would be ended.
    pub(crate) fn start_limited(&self, more: &[&str]) -> Process {
        let mut shell = Command::new("sh");
        shell.args([
            "-c",
            "trap '' XFSZ; exec \"$@\"",
            "sh",
            env!("CARGO_BIN_EXE_minigate"),
        ]);
        self.serve(with_usual_flags(shell, "en"), more)
    }

    fn serve(&self, command: Command, more: &[&str]) -> Process {
        self.serve_at("127.0.0.1:0", command, more)
    }

    fn serve_at(&self, listen: &str, mut command: Command, more: &[&str]) -> Process {
        let log = File::create(self.path("log")).unwrap();
        let mut child = command
            .args(["--listen", listen, "--log", "json"])
            .args(more)
            .current_dir(self.0.path())
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .unwrap();
        let mut line = String::new();
        let mut said = BufReader::new(child.stdout.take().unwrap());
        said.read_line(&mut line).unwrap();
        let (_, url) = line
            .trim()
            .rsplit_once(" at ")
            .unwrap_or_else(|| panic!("{line}"));
        Process {
            url: url.trim_end_matches('/').to_owned(),
            said,
            child,
        }
    }
}

/// A console that serves.
pub(crate) struct Process {
    pub(crate) child: Child,
    pub(crate) url: String,
    /// What it says after its first line.
    pub(crate) said: BufReader<ChildStdout>,
}

impl Process {
    pub(crate) fn send(&self, signal: &str) {
        let sent = Command::new("kill")
            .args([signal, &self.child.id().to_string()])
            .status();
        assert!(sent.unwrap().success());
    }

    pub(crate) fn stop(mut self, signal: &str) {
        self.send(signal);
        assert!(self.child.wait().unwrap().success());
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn minigate(lang: &str) -> Command {
    with_usual_flags(Command::new(env!("CARGO_BIN_EXE_minigate")), lang)
}

fn with_usual_flags(mut command: Command, lang: &str) -> Command {
    command
        .args(["--lang", lang, "--color", "never", "console"])
        .env_remove("MINIGATE_DATABASE")
        .env_remove("RUST_LOG");
    command
}

pub(crate) fn said(text: &str, code: i32) -> (String, i32) {
    (text.to_owned(), code)
}

/// That it went well, and this was said.
#[track_caller]
pub(crate) fn assert_done((text, code): &(String, i32), wanted: &str) {
    assert!(*code == 0 && text.contains(wanted), "{text}");
}

/// That it was refused with these words, in one language after the other.
#[track_caller]
pub(crate) fn assert_refused(said: &[(String, i32)], wanted: &[&str]) {
    for ((text, code), wanted) in said.iter().zip(wanted) {
        assert!(*code == 2 && text.contains(wanted), "{text}");
    }
}

/// None where nobody listens.
pub(crate) async fn get(console: &Process, path: &str) -> Option<(u16, String)> {
    let request = http::Request::get(format!("{}{path}", console.url));
    send(request.body(Full::default()).unwrap()).await
}

pub(crate) async fn send(request: http::Request<Full<Bytes>>) -> Option<(u16, String)> {
    let client: Client<_, Full<Bytes>> = Client::builder(TokioExecutor::new()).build_http();
    let response = client.request(request).await.ok()?;
    let status = response.status().as_u16();
    let body = response.into_body().collect().await.ok()?.to_bytes();
    Some((status, String::from_utf8_lossy(&body).into_owned()))
}
