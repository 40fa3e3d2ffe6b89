//! A page that is used from the command line: what is asked for stands alone on standard output.
#![expect(clippy::unwrap_used, reason = "what can't be started fails the test")]

use std::path::PathBuf;
use std::process::Command;

use serde_json::{Value, json};

/// Uses a page of the spec's app; gives what went to standard output and to standard error.
fn used(args: &[&str]) -> (String, String) {
    let app = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/specs/run/page-calls.in");
    let mut command = Command::new(env!("CARGO_BIN_EXE_minigate"));
    command.arg("run").arg(app).args(args).env("LC_ALL", "C");
    let output = command.output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    (text(output.stdout), text(output.stderr))
}

#[test]
fn the_data_is_alone_on_standard_output_and_the_log_on_the_other() {
    for format in ["human", "json"] {
        let (data, log) = used(&["--call", "more", "--print-data", "--log", format]);

        let data: Value = serde_json::from_str(&data).unwrap();
        assert_eq!(
            data,
            json!({ "items": ["tea", "cake"], "page": 2, "chosen": null })
        );
        assert_eq!(
            log.matches("https://api.spec.example/items?page=").count(),
            2,
            "{log}"
        );
    }
}

#[test]
fn without_data_to_print_the_log_is_what_was_asked_for() {
    let (log, rest) = used(&["--call", "more"]);

    assert!(log.ends_with("2 calls: 2 answered\n"), "{log}");
    assert_eq!(rest, "");
}

#[test]
fn a_used_page_is_replayed() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("x.har").to_str().unwrap().to_owned();
    let usage = ["--call", "more", "--print-data"];

    let (recorded, _) = used(&[&usage[..], &["--record", &file]].concat());
    let (replayed, _) = used(&[&usage[..], &["--replay", &file]].concat());

    assert!(recorded.contains("cake"), "{recorded}");
    assert_eq!(replayed, recorded);
}

#[test]
fn what_could_steer_a_terminal_is_escaped_and_stays_json() {
    let event = r#"{"type": "\u001b[31m\u202e\n", "detail": {"by": 1}}"#;

    let (data, _) = used(&[
        "--page",
        "pages/counter/counter",
        "--call",
        "add",
        "--event",
        event,
        "--print-data",
    ]);

    assert!(!data.contains(['\u{1b}', '\u{202e}']), "{data:?}");
    let data: Value = serde_json::from_str(&data).unwrap();
    assert_eq!(data.get("type"), Some(&json!("\u{1b}[31m\u{202e}\n")));
}
