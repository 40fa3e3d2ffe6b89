//! A console as a process of its own.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

/// A console over a database of its own; it ends with the test.
pub(crate) struct Console {
    process: Child,
    pub(crate) url: String,
    /// With which its first operator sets a password.
    pub(crate) first_link: String,
    _folder: tempfile::TempDir,
}

impl Console {
    pub(crate) fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut process = Command::new(env!("CARGO_BIN_EXE_minigate"))
            .args(["--lang", "en", "console", "--listen", "127.0.0.1:0"])
            .arg("--database")
            .arg(format!("sqlite:{}/console.db", folder.path().display()))
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let url = lines.next().unwrap().unwrap();
        let url = url.strip_prefix("minigate console at ").unwrap();
        let link = lines.next().unwrap().unwrap();
        Self {
            url: url.trim_end_matches('/').to_owned(),
            first_link: link.split(' ').next_back().unwrap().to_owned(),
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
