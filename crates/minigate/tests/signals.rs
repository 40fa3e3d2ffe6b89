//! What asks the process to end lets it put its things in order.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "what can't be set up fails the test")]

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// An app that has a file of its own and waits for ever.
fn app(dir: &Path) {
    std::fs::create_dir(dir.join("p")).unwrap();
    std::fs::write(dir.join("app.json"), r#"{"pages": ["p/p"]}"#).unwrap();
    std::fs::write(dir.join("app.js"), "App({})").unwrap();
    let page = "wx.getFileSystemManager().writeFileSync(wx.env.USER_DATA_PATH + '/a', 'a')
                Page({})
                setInterval(() => {}, 60000)
                console.log('here')";
    std::fs::write(dir.join("p/p.js"), page).unwrap();
}

/// Starts the app, whose temporary files lie in `tmp`, and waits until it is there.
fn start(program: &mut Command, dir: &Path, tmp: &Path) -> (Child, BufReader<impl Read + use<>>) {
    let mut child = program
        .args(["--for", "10m", "--record", "run.har"])
        .current_dir(dir)
        .env("TMPDIR", tmp)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    while !line.contains("here") {
        line.clear();
        assert!(output.read_line(&mut line).unwrap() > 0);
    }
    (child, output)
}

fn minigate() -> Command {
    let mut program = Command::new(env!("CARGO_BIN_EXE_minigate"));
    program.args(["run", "."]);
    program
}

/// It hears of SIGHUP, even where whoever runs the tests ignores it, as under `nohup`.
fn attentive() -> Command {
    if !cfg!(target_os = "linux") {
        return minigate();
    }
    let mut program = Command::new("env");
    program.args(["--default-signal=HUP", env!("CARGO_BIN_EXE_minigate"), "run", "."]);
    program
}

fn send(signal: &str, child: &Child) {
    let id = child.id().to_string();
    assert!(
        Command::new("kill")
            .args([signal, &id])
            .status()
            .unwrap()
            .success()
    );
}

fn entries(dir: &Path) -> usize {
    std::fs::read_dir(dir).unwrap().count()
}

#[test]
fn a_signal_ends_a_run_in_order_and_with_its_own_code() {
    for (signal, code) in [("-INT", 130), ("-TERM", 143), ("-HUP", 129)] {
        let (dir, tmp) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        app(dir.path());
        let (mut child, mut output) = start(&mut attentive(), dir.path(), tmp.path());
        assert_eq!(entries(tmp.path()), 1);

        send(signal, &child);

        let mut rest = String::new();
        output.read_to_string(&mut rest).unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(code), "{signal}");
        assert!(rest.contains("no calls"), "{rest}");
        assert_eq!(entries(tmp.path()), 0, "{signal}");
        assert!(dir.path().join("run.har").exists(), "{signal}");
    }
}

#[test]
fn nohup_holds() {
    let (dir, tmp) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    app(dir.path());
    let mut program = Command::new("nohup");
    program.args([env!("CARGO_BIN_EXE_minigate"), "run", "."]);
    let (mut child, _output) = start(&mut program, dir.path(), tmp.path());

    send("-HUP", &child);
    send("-TERM", &child);

    assert_eq!(child.wait().unwrap().code(), Some(143));
}

#[test]
fn a_run_removes_what_one_that_was_killed_has_left() {
    let (dir, tmp) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    app(dir.path());
    let (mut killed, _output) = start(&mut minigate(), dir.path(), tmp.path());
    killed.kill().unwrap();
    killed.wait().unwrap();
    assert_eq!(entries(tmp.path()), 1);

    let (mut next, _output) = start(&mut minigate(), dir.path(), tmp.path());

    assert_eq!(entries(tmp.path()), 1);
    send("-TERM", &next);
    next.wait().unwrap();
    assert_eq!(entries(tmp.path()), 0);
}
