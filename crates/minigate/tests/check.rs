//! What `minigate check` writes for other programs.
#![expect(clippy::expect_used, reason = "what can't be started fails the test")]

use std::fs;
use std::path::Path;
use std::process::Command;

use minigate_testkit::lab::{self, Lab};
use serde_sarif::sarif::Sarif;

/// Checks one good host and one that nobody serves; the exit code.
#[expect(
    clippy::disallowed_methods,
    reason = "the program goes by the machine's clock, too"
)]
async fn check(folder: &Path) -> Option<i32> {
    let lab = Lab::at(std::time::SystemTime::now());
    let server = lab.start(lab::fault("complete")).await;
    let at = server.addr();
    let roots = folder.join("roots.der");
    fs::write(&roots, lab.roots().first().expect("a root")).expect("it is written");
    let resolve = format!("api.example.com:443:{}:{}", at.ip(), at.port());
    let mut program = Command::new(env!("CARGO_BIN_EXE_minigate"));
    program
        .args(["check", "api.example.com", "gone.example.com"])
        .args([
            "--resolve",
            &resolve,
            "--resolve",
            "gone.example.com:443:127.0.0.1:1",
        ])
        .arg("--ca")
        .arg(roots)
        .arg("--html")
        .arg(folder.join("page.html"))
        .arg("--sarif")
        .arg(folder.join("found.sarif"))
        .arg("--junit")
        .arg(folder.join("cases.xml"))
        .args(["--lang", "en"]);
    // The server lives on the runtime's other threads meanwhile.
    program.output().expect("the program starts").status.code()
}

#[tokio::test(flavor = "multi_thread")]
async fn t10_a_check_is_written_as_a_page_as_sarif_and_as_junit() {
    let folder = tempfile::tempdir().expect("a folder");

    let code = check(folder.path()).await;

    let written = |name: &str| fs::read_to_string(folder.path().join(name)).expect("it is there");
    assert_eq!(code, Some(2));
    let page = written("page.html");
    assert!(page.contains("2 servers for mini-programs"));
    assert!(page.contains("Couldn't be looked at"));
    let sarif: Sarif = serde_json::from_str(&written("found.sarif")).expect("SARIF");
    let invocations = sarif.runs[0].invocations.as_ref().expect("one");
    assert!(!invocations[0].execution_successful);
    let cases = written("cases.xml");
    assert!(cases.contains(r#"failures="0" errors="1""#), "{cases}");
}
