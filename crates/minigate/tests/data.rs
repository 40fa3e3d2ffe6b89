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

#[cfg(unix)]
#[test]
fn a_link_in_place_of_the_apps_folder_is_named_and_nothing_is_written_behind_it() {
    for link in ["wx0123456789abcdef", "wx0123456789abcdef/usr"] {
        let dir = tempfile::tempdir().unwrap();
        app(dir.path());
        fs::write(
            dir.path().join("project.config.json"),
            r#"{"appid": "wx0123456789abcdef"}"#,
        )
        .unwrap();
        let (kept, elsewhere) = (dir.path().join("kept"), dir.path().join("elsewhere"));
        let link = kept.join(link);
        fs::create_dir_all(link.parent().unwrap()).unwrap();
        fs::create_dir(&elsewhere).unwrap();
        std::os::unix::fs::symlink(&elsewhere, &link).unwrap();

        let output = minigate(dir.path(), &["--data", kept.to_str().unwrap()]);

        assert_eq!(output.status.code(), Some(2));
        let error = String::from_utf8_lossy(&output.stderr);
        let told = format!("{} is a link to {}", link.display(), elsewhere.display());
        assert!(error.contains(&told), "{error}");
        assert_eq!(fs::read_dir(&elsewhere).unwrap().count(), 0);
        assert_eq!(fs::read_dir(link.parent().unwrap()).unwrap().count(), 1);
    }
}

#[test]
fn storage_that_is_broken_is_told() {
    let dir = tempfile::tempdir().unwrap();
    app(dir.path());
    let kept = dir.path().join("kept");
    let args = ["--data", kept.to_str().unwrap()];
    minigate(dir.path(), &args);
    let own = fs::read_dir(&kept).unwrap().next().unwrap().unwrap().path();
    fs::write(own.join("storage.jsonl"), [0xff, b'\n']).unwrap();

    let output = minigate(dir.path(), &args);

    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let first = text.lines().next().unwrap_or_default();
    assert_eq!(
        first,
        "storage  storage.jsonl is broken from line 1 on: 2 bytes were taken away"
    );
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
