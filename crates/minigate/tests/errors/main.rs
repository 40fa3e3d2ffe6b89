//! Each way a call can fail, caused in an app: what the app is told is the platform's words, to the letter.
#![expect(clippy::unwrap_used, reason = "what can't be read or set up fails the test")]

mod page;
mod rows;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use rows::{Wording, rows};

#[test]
fn every_failure_has_the_newest_words() {
    assert_tells(Wording::Canonical);
}

#[test]
fn every_failure_has_the_words_of_android() {
    assert_tells(Wording::Android);
}

#[test]
fn every_failure_has_the_words_of_older_android() {
    assert_tells(Wording::AndroidLegacy);
}

#[test]
fn every_failure_has_the_words_of_older_ios() {
    assert_tells(Wording::IosLegacy);
}

#[test]
fn every_failure_has_the_words_of_the_developer_tool() {
    assert_tells(Wording::Devtools);
}

/// Runs the app's tests, one for each row, by a copy of it that knows the words of a client.
fn assert_tells(wording: Wording) {
    let dir = tempfile::tempdir().unwrap();
    copy(&folder().join("app"), dir.path());
    let settings = fs::read_to_string(dir.path().join("minigate.toml")).unwrap();
    let settings = settings.replacen(
        "[profile]",
        &format!("[profile]\nwording = '{}'", wording.name()),
        1,
    );
    fs::write(dir.path().join("minigate.toml"), settings).unwrap();
    let expected = rows().into_iter().map(|row| {
        let told = serde_json::json!({ "errMsg": row.words(wording), "errno": row.errno });
        (row.id, told)
    });
    let expected = expected.collect::<serde_json::Map<_, _>>();
    let ids: BTreeSet<_> = expected.keys().cloned().collect();
    let module = format!(
        "module.exports = {};",
        serde_json::Value::Object(expected)
            .to_string()
            .replace("null", "undefined")
    );
    fs::write(dir.path().join("expected.js"), module).unwrap();

    let mut command = Command::new(env!("CARGO_BIN_EXE_minigate"));
    command.arg("test").arg(dir.path()).args(["--reporter", "tap"]);
    let output = command.env("LC_ALL", "C").output().unwrap();

    let report = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{report}");
    let passed = report.lines().filter_map(|line| {
        let (_, name) = line.trim_start().strip_prefix("ok ")?.split_once(" > ")?;
        Some(name.split(" #").next().unwrap_or(name).to_owned())
    });
    assert_eq!(passed.collect::<BTreeSet<_>>(), ids);
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

fn folder() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/errors"))
}
