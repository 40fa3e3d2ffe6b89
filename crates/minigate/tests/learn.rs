//! Lists that are learnt from a run are enough, and no entry of them is too much (rule D1).
#![expect(clippy::expect_used, reason = "what can't be started fails the test")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// What an example's run prints, and its exit code.
fn run(example: &str, args: &[&str]) -> (Option<i32>, String) {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../../examples")
        .join(example);
    let output = Command::new(env!("CARGO_BIN_EXE_minigate"))
        .arg("run")
        .arg(folder)
        .args(args)
        .env("LC_ALL", "C")
        .env("NO_COLOR", "1")
        .output()
        .expect("the program starts");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    (output.status.code(), text)
}

fn last_line(text: &str) -> &str {
    text.lines().last().unwrap_or_default()
}

fn text(path: &Path) -> &str {
    path.to_str().expect("Unicode")
}

#[test]
fn d1_learnt_lists_are_enough_and_each_entry_is_needed() {
    let folder = tempfile::tempdir().expect("a folder");
    let learnt = folder.path().join("learnt.json");
    let less = folder.path().join("less.json");
    for example in ["weather", "shop", "chat", "game"] {
        let (code, told) = run(example, &["--learn", text(&learnt)]);
        assert_eq!(code, Some(0), "{example}: {told}");

        let enforced = ["--release", "7", "--domains", text(&learnt)];
        let (code, again) = run(example, &enforced);
        assert_eq!(
            (code, last_line(&again)),
            (Some(0), last_line(&told)),
            "{example}: {again}"
        );

        let lists: Value = serde_json::from_slice(&fs::read(&learnt).expect("learnt")).expect("JSON");
        let entries = lists.as_object().expect("lists").iter();
        let entries = entries.flat_map(|(list, entries)| {
            let count = entries.as_array().map_or(0, Vec::len);
            (0..count).map(move |index| (list.clone(), index))
        });
        let entries: Vec<_> = entries.collect();
        assert!(!entries.is_empty(), "{example}");
        for (list, index) in entries {
            let mut lists = lists.clone();
            let entry = lists[&list].as_array_mut().expect("a list").remove(index);
            fs::write(&less, lists.to_string()).expect("written");

            // An app may try again for ever.
            let enforced = ["--release", "7", "--timeout", "3s", "--domains", text(&less)];
            let (code, told) = run(example, &enforced);

            assert_eq!(code, Some(1), "{example} without {entry}: {told}");
            assert!(told.contains("refused D1"), "{example} without {entry}: {told}");
        }
    }
}

#[test]
fn d1_refused_calls_and_redirects_are_learnt_too() {
    let folder = tempfile::tempdir().expect("a folder");
    let learnt = folder.path().join("learnt.toml");

    let (code, _) = run("refused", &["--learn", text(&learnt)]);

    assert_eq!(code, Some(1));
    let learnt = fs::read_to_string(learnt).expect("learnt");
    for entry in [
        "\"https://elsewhere.refused.example\", # missing so far",
        "\"https://upload.refused.example\", # missing so far: listed for uploadFile only",
        "\"https://moved.refused.example\", # missing so far",
        "\"https://api.refused.example\",\n",
    ] {
        assert!(learnt.contains(entry), "{entry}: {learnt}");
    }
    assert!(!learnt.contains("weixin"), "{learnt}");
}
