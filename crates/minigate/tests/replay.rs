//! A run that is recorded and played again: the same log, apart from times.
#![expect(clippy::unwrap_used, reason = "what can't be set up fails the test")]

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

fn example(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../examples")
        .join(name)
}

/// Runs an app and gives its exit code with the lines of its log.
fn run(app: &Path, args: &[&str]) -> (Option<i32>, Vec<Value>) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_minigate"));
    command.arg("run").arg(app).args(["--log", "json"]).args(args);
    let output = command.env("LC_ALL", "C").output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let lines = text.lines().map(|line| serde_json::from_str(line).unwrap());
    (output.status.code(), lines.collect())
}

/// The lines without times. Calls that run at once may end, and lead to others, in another order.
fn timeless(lines: &[Value]) -> Vec<String> {
    let without = |line: &Value| {
        let mut line = line.clone();
        if let Some(members) = line.as_object_mut() {
            members.retain(|name, _| !matches!(name.as_str(), "id" | "queued_ms" | "took_ms"));
        }
        line.to_string()
    };
    let mut lines: Vec<_> = lines.iter().map(without).collect();
    lines.sort();
    lines
}

#[test]
fn a_replay_is_the_recorded_run_but_for_its_times() {
    let dir = tempfile::tempdir().unwrap();
    for name in ["weather", "shop", "refused"] {
        let file = dir.path().join(name).with_extension("har");
        let file = file.to_str().unwrap();

        let (recorded_code, recorded) = run(&example(name), &["--record", file]);
        let (code, replayed) = run(&example(name), &["--replay", file]);

        assert!(recorded.len() > 3, "{recorded:?}");
        assert_eq!(code, recorded_code, "{name}");
        assert_eq!(timeless(&replayed), timeless(&recorded), "{name}");
    }
}

#[test]
fn a_replay_that_is_recorded_can_be_replayed() {
    let dir = tempfile::tempdir().unwrap();
    let files = ["1.har", "2.har"].map(|name| dir.path().join(name).to_str().unwrap().to_owned());

    let (_, first) = run(&example("weather"), &["--record", &files[0]]);
    run(
        &example("weather"),
        &["--replay", &files[0], "--record", &files[1]],
    );
    let (_, third) = run(&example("weather"), &["--replay", &files[1]]);

    assert_eq!(timeless(&third), timeless(&first));
}
