//! Running an app and comparing logs.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

pub(crate) fn example(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../examples")
        .join(name)
}

/// Runs an app and gives its exit code with the lines of its log.
pub(crate) fn run(app: &Path, args: &[&str]) -> (Option<i32>, Vec<Value>) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_minigate"));
    command.arg("run").arg(app).args(["--log", "json"]).args(args);
    let output = command.env("LC_ALL", "C").output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let mut lines: Vec<_> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    if !output.stderr.is_empty() {
        lines.push(Value::from(String::from_utf8_lossy(&output.stderr)));
    }
    (output.status.code(), lines)
}

/// The lines without times.
pub(crate) fn timeless(lines: &[Value]) -> Vec<String> {
    lines
        .iter()
        .map(|line| without(line, &["queued_ms", "took_ms"]))
        .collect()
}

/// The lines without times, in any order: calls that run at once may end, and lead to others, in another order.
pub(crate) fn in_any_order(lines: &[Value]) -> Vec<String> {
    let names = ["call", "id", "queued_ms", "took_ms"];
    let mut lines: Vec<_> = lines.iter().map(|line| without(line, &names)).collect();
    lines.sort();
    lines
}

fn without(line: &Value, names: &[&str]) -> String {
    let mut line = line.clone();
    if let Some(members) = line.as_object_mut() {
        members.retain(|name, _| !names.contains(&name.as_str()));
    }
    line.to_string()
}

/// Names the first lines that differ: the whole of two logs can't be read.
pub(crate) fn assert_same(found: &[String], expected: &[String]) {
    for (found, expected) in found.iter().zip(expected) {
        assert_eq!(found, expected);
    }
    assert_eq!(found.len(), expected.len());
}
