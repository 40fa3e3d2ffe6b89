//! The console's own certificates, exchanged while it runs.
#![cfg(unix)]
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "what can't be set up fails the test"
)]

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::Value;

#[test]
fn a_broken_key_is_told_in_the_log_with_its_file_and_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let (chain, key) = (folder.path().join("chain.pem"), folder.path().join("key.pem"));
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    fs::write(&chain, made.cert.pem()).unwrap();
    fs::write(&key, made.signing_key.serialize_pem()).unwrap();
    let mut console = start(folder.path(), &chain, &key);
    let mut log = BufReader::new(console.stderr.take().unwrap());
    let mut told = String::new();
    BufReader::new(console.stdout.take().unwrap())
        .read_line(&mut told)
        .unwrap();

    fs::write(&key, "broken").unwrap();
    hang_up(&console);
    let refused = next_of_certificates(&mut log);
    fs::write(&key, made.signing_key.serialize_pem()).unwrap();
    hang_up(&console);
    let read = next_of_certificates(&mut log);

    assert_eq!(refused["level"], "ERROR", "{refused}");
    assert_eq!(refused["fields"]["key"], key.to_str().unwrap());
    assert!(refused["fields"]["error"].as_str().unwrap().starts_with("key: "));
    assert_eq!(read["level"], "INFO", "{read}");
    assert_eq!(read["fields"]["certificates"], chain.to_str().unwrap());
    console.kill().unwrap();
    console.wait().unwrap();
}

fn start(folder: &Path, chain: &Path, key: &Path) -> Child {
    Command::new(env!("CARGO_BIN_EXE_minigate"))
        .args([
            "--lang",
            "en",
            "console",
            "--listen",
            "127.0.0.1:0",
            "--log",
            "json",
        ])
        .args(["--public-url", "https://localhost/", "--database"])
        .arg(format!("sqlite:{}", folder.join("console.db").display()))
        .arg("--tls-cert")
        .arg(chain)
        .arg("--tls-key")
        .arg(key)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

fn hang_up(console: &Child) {
    let sent = Command::new("kill")
        .args(["-HUP", &console.id().to_string()])
        .status();
    assert!(sent.unwrap().success());
}

/// The next line of the log that tells of the certificates.
fn next_of_certificates(log: &mut impl BufRead) -> Value {
    loop {
        let mut line = String::new();
        assert!(log.read_line(&mut line).unwrap() > 0, "the log ended");
        let row: Value = serde_json::from_str(&line).unwrap();
        if !row["fields"]["certificates"].is_null() {
            return row;
        }
    }
}
