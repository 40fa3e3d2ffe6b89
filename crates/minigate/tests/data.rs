//! What is kept from one run to the next.
#![expect(clippy::unwrap_used, reason = "what can't be set up fails the test")]

use std::{fs, path::Path, process::Command};

#[test]
fn files_and_storage_are_there_in_the_next_run_where_a_folder_keeps_them() {
    let dir = tempfile::tempdir().unwrap();
    app(dir.path());
    let kept = dir.path().join("kept");
    let kept = kept.to_str().unwrap();

    assert_eq!(log(dir.path(), &["--data", kept]), "log  1 missing");
    assert_eq!(log(dir.path(), &["--data", kept]), "log  2 run 1");
    assert_eq!(log(dir.path(), &[]), "log  1 missing");
    fs::write(dir.path().join("minigate.toml"), "[data]\nfolder = 'kept'").unwrap();
    assert_eq!(log(dir.path(), &[]), "log  3 run 2");
}

#[test]
fn a_folder_that_can_t_keep_them_ends_the_run_before_it_starts() {
    let dir = tempfile::tempdir().unwrap();
    app(dir.path());
    let file = dir.path().join("app.js");

    let output = minigate(dir.path(), &["--data", file.to_str().unwrap()]);

    assert_eq!(output.status.code(), Some(2));
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(error.contains("can't keep the app's files in "), "{error}");
}

fn app(dir: &Path) {
    fs::write(dir.join("app.json"), r#"{"pages": ["p"]}"#).unwrap();
    fs::write(dir.join("p.js"), "Page({})").unwrap();
    let code = "
        const fs = wx.getFileSystemManager(), path = wx.env.USER_DATA_PATH + '/runs'
        let before = 'missing'; try { before = fs.readFileSync(path, 'utf8') } catch {}
        const runs = (wx.getStorageSync('runs') || 0) + 1
        wx.setStorageSync('runs', runs); fs.writeFileSync(path, 'run ' + runs)
        console.log(runs, before); App({})";
    fs::write(dir.join("app.js"), code).unwrap();
}

/// The first line of what the app prints, without its place.
fn log(dir: &Path, args: &[&str]) -> String {
    let output = minigate(dir, args);
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let line = text.lines().next().unwrap_or_default();
    line.split("  app.js").next().unwrap_or_default().to_owned()
}

fn minigate(dir: &Path, args: &[&str]) -> std::process::Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_minigate"));
    command.arg("run").arg(dir).args(args);
    command.env("LC_ALL", "C").env("NO_COLOR", "1").output().unwrap()
}
