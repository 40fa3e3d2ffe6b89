//! Running an app and comparing logs.

use std::collections::BTreeMap;
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

/// The lines without times, and with all the rest.
pub(crate) fn timeless(lines: &[Value]) -> Vec<String> {
    lines.iter().map(|line| without_times(line).to_string()).collect()
}

/// The lines without times and what follows from times alone, where calls run at once: which of two comes first, so the
/// lines are sorted, and which number a call has, so its number among the calls to the same URL stands instead.
pub(crate) fn in_any_order(lines: &[Value]) -> Vec<String> {
    let names = names_of_calls(lines);
    let named = lines.iter().map(|line| {
        let mut line = without_times(line);
        let name = line["id"].as_str().and_then(|id| names.get(id));
        if let Some(name) = name {
            line["id"] = Value::from(name.as_str());
        }
        line.to_string()
    });
    let mut lines: Vec<_> = named.collect();
    lines.sort();
    lines
}

fn without_times(line: &Value) -> Value {
    let mut line = line.clone();
    if let Some(members) = line.as_object_mut() {
        members.retain(|name, _| !TIMES.contains(&name.as_str()));
    }
    line
}

/// A name for each call's number: method, URL, and which of those it is.
fn names_of_calls(lines: &[Value]) -> BTreeMap<String, String> {
    let text = |line: &Value, member: &str| line[member].as_str().map(str::to_owned);
    let calls = lines.iter().filter(|line| line["type"] == "call");
    let mut calls: Vec<_> = calls
        .filter_map(|line| Some((text(line, "id")?, text(line, "method")?, text(line, "url")?)))
        .collect();
    calls.sort_by_key(|(id, ..)| id.parse::<u64>().unwrap());
    let mut counts = BTreeMap::new();
    let name = |(id, method, url)| {
        let count: &mut u32 = counts.entry((method, url)).or_default();
        *count += 1;
        (id, count.to_string())
    };
    calls.into_iter().map(name).collect()
}

const TIMES: [&str; 2] = ["queued_ms", "took_ms"];

/// Names the first lines that differ: the whole of two logs can't be read.
pub(crate) fn assert_same(found: &[String], expected: &[String]) {
    for (found, expected) in found.iter().zip(expected) {
        assert_eq!(found, expected);
    }
    assert_eq!(found.len(), expected.len());
}
