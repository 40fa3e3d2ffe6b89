//! A console as a process of its own.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Lines};
use std::process::{Child, ChildStdout, Command, Stdio};

use crate::service::Service;

/// A console over a database of its own; it ends with the test.
pub(crate) struct Console {
    process: Child,
    pub(crate) url: String,
    /// What it says on its first lines, after its address.
    said: Lines<BufReader<ChildStdout>>,
    _folder: tempfile::TempDir,
}

impl Console {
    pub(crate) fn start() -> Self {
        Self::run::<&str>(&[])
    }

    /// Whose pre-flights reach a service.
    pub(crate) fn beside(service: &Service) -> Self {
        Self::run(&service.arguments())
    }

    /// With apps and people to look at.
    pub(crate) fn demo() -> Self {
        Self::run(&["--demo"])
    }

    /// With which its first operator sets a password.
    pub(crate) fn first_link(&mut self) -> String {
        last_word(&self.said.next().unwrap().unwrap())
    }

    /// What everybody signs in with in the demo.
    pub(crate) fn demo_password(&mut self) -> String {
        let line = self
            .said
            .find(|line| line.as_ref().unwrap().starts_with("Everybody"));
        last_word(&line.unwrap().unwrap())
    }

    fn run<A: AsRef<OsStr>>(arguments: &[A]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database = format!("sqlite:{}/console.db", folder.path().display());
        let mut process = Command::new(env!("CARGO_BIN_EXE_minigate"))
            .args(["--lang", "en", "console", "--listen", "127.0.0.1:0"])
            .args(["--database", &database])
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut said = BufReader::new(process.stdout.take().unwrap()).lines();
        let url = said.next().unwrap().unwrap();
        let url = url.strip_prefix("minigate console at ").unwrap();
        Self {
            url: url.trim_end_matches('/').to_owned(),
            said,
            process,
            _folder: folder,
        }
    }
}

impl Drop for Console {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn last_word(line: &str) -> String {
    line.split(' ').next_back().unwrap().to_owned()
}
