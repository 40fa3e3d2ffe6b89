//! Libraries from npm, as they are published, over `wx`.
//!
//! They need their packages: `MINIGATE_PACKAGES=$(.ci/packages) cargo test -p minigate --test packages`.
#![expect(clippy::print_stderr, reason = "a test that is left out says so")]

use std::path::PathBuf;
use std::process::Command;

#[test]
fn axios_with_an_adapter_for_mini_programs_works_unchanged() {
    let Some(app) = app("axios") else { return };

    let output = Command::new(env!("CARGO_BIN_EXE_minigate"))
        .arg("run")
        .arg(app)
        .args(["--color", "never"])
        .env("LC_ALL", "C")
        .output()
        .expect("the program starts");

    let text = String::from_utf8_lossy(&output.stdout);
    assert!(text.contains("log  axios: done"), "{text}");
    assert!(
        text.ends_with("5 calls: 3 answered, 1 refused, 1 failed\n"),
        "{text}"
    );
}

/// An app with its packages, unless they aren't installed.
fn app(name: &str) -> Option<PathBuf> {
    match std::env::var_os("MINIGATE_PACKAGES") {
        Some(folder) => Some(PathBuf::from(folder).join(name)),
        None => {
            eprintln!(
                "left out: {name} needs its npm packages, set MINIGATE_PACKAGES to what .ci/packages prints"
            );
            None
        }
    }
}
