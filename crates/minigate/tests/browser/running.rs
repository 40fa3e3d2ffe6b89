//! An app that runs meanwhile, and calls the same URL again and again.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use crate::service::Service;

/// `minigate run` with its lists from a console.
pub(crate) struct Running {
    process: Child,
    lines: Receiver<String>,
    _folder: tempfile::TempDir,
}

impl Running {
    pub(crate) fn start(app: &str, service: &Service, console: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let host = service.host();
        let script = format!("setInterval(() => wx.request({{ url: 'https://{host}/menu.json' }}), 200)");
        for (name, text) in [
            ("project.config.json", format!("{{\"appid\":\"{app}\"}}")),
            ("app.json", "{\"pages\":[\"p\"]}".to_owned()),
            ("p.js", "Page({})".to_owned()),
            ("app.js", script),
        ] {
            std::fs::write(folder.path().join(name), text).unwrap();
        }
        let mut process = Command::new(env!("CARGO_BIN_EXE_minigate"))
            .args([
                "--lang",
                "en",
                "--color",
                "never",
                "run",
                "--for",
                "5m",
                "--timeout",
                "6m",
            ])
            .arg(folder.path())
            .args(["--console", console])
            .args(service.arguments())
            .arg("--console-cache")
            .arg(folder.path().join("cache"))
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .unwrap();
        let (sender, lines) = channel();
        let output = BufReader::new(process.stdout.take().unwrap());
        thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    break;
                }
            }
        });
        Self {
            process,
            lines,
            _folder: folder,
        }
    }

    /// Waits for a line of the log that has all of this.
    pub(crate) fn says(&self, texts: &[&str]) {
        let mut heard = Vec::new();
        loop {
            let Ok(line) = self.lines.recv_timeout(Duration::from_secs(30)) else {
                eprintln!("{}", heard.join("\n"));
                panic!("no line says {texts:?}");
            };
            if texts.iter().all(|text| line.contains(text)) {
                return;
            }
            heard.push(line);
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
