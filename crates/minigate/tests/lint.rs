//! What `minigate lint` writes for other programs, and what it finds in the examples.
#![expect(clippy::expect_used, reason = "what can't be started fails the test")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_sarif::sarif::{ResultLevel, Sarif};

/// Runs the program on a project; its exit code and what it prints.
fn lint(project: &Path, args: &[&str]) -> (Option<i32>, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_minigate"))
        .arg("lint")
        .arg(project)
        .args(args)
        .env("LC_ALL", "C")
        .env("NO_COLOR", "1")
        .output()
        .expect("the program starts");
    (
        output.status.code(),
        String::from_utf8_lossy(&output.stdout).into_owned(),
    )
}

fn folder(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(path)
}

#[test]
fn a_sarif_file_holds_every_finding_with_its_rule_and_place() {
    let written = tempfile::tempdir().expect("a folder");
    let path = written.path().join("lint.sarif");

    let (code, text) = lint(
        &folder("tests/specs/lint/findings.in"),
        &["--sarif", path.to_str().expect("Unicode"), "--json"],
    );

    assert_eq!(code, Some(1));
    let text: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    // The types are made from the schema of SARIF 2.1.0.
    let sarif: Sarif = serde_json::from_str(&fs::read_to_string(path).expect("it is there")).expect("SARIF");
    let [run] = sarif.runs.as_slice() else {
        panic!("one run")
    };
    let rules = run.tool.driver.rules.as_ref().expect("rules");
    let results = run.results.as_ref().expect("results");
    let findings = text["findings"].as_array().expect("findings");
    assert_eq!(results.len(), findings.len());
    for (result, finding) in results.iter().zip(findings) {
        let index = usize::try_from(result.rule_index.expect("an index")).expect("a place");
        assert_eq!(result.rule_id.as_deref(), Some(rules[index].id.as_str()));
        assert_eq!(finding["check"], rules[index].id);
        let level = match finding["severity"].as_str() {
            Some("fail") => ResultLevel::Error,
            Some("warn") => ResultLevel::Warning,
            _ => ResultLevel::Note,
        };
        assert_eq!(
            serde_json::to_value(result.level.as_ref()).ok(),
            serde_json::to_value(level).ok()
        );
        let place = result.locations.as_ref().and_then(|places| places.first());
        let place = place
            .and_then(|place| place.physical_location.as_ref())
            .expect("a place");
        let file = place
            .artifact_location
            .as_ref()
            .and_then(|file| file.uri.as_deref());
        assert_eq!(file, finding["file"].as_str());
        let region = place.region.as_ref().expect("a region");
        assert_eq!(region.start_line, finding["line"].as_i64());
        assert_eq!(region.start_column, finding["column"].as_i64());
    }
}

#[test]
fn a_junit_file_fails_for_what_goes_wrong_and_passes_for_notes() {
    let written = tempfile::tempdir().expect("a folder");
    let path = written.path().join("lint.xml");

    lint(
        &folder("tests/specs/lint/findings.in"),
        &["--junit", path.to_str().expect("Unicode")],
    );

    let report = fs::read_to_string(path).expect("it is there");
    assert!(
        report.contains(r#"<testsuites name="minigate lint" tests="3" skipped="0" failures="2" errors="0">"#),
        "{report}"
    );
    assert!(
        report.contains(r#"name="D1 domain-not-listed at 6:21""#),
        "{report}"
    );
}

#[test]
fn the_sound_examples_give_no_finding() {
    for example in ["chat", "game", "shop", "weather"] {
        let (code, text) = lint(&folder("../../examples").join(example), &["--fail-on", "warn"]);

        assert_eq!(code, Some(0), "{example}: {text}");
        assert!(text.starts_with("0 fail, 0 warn, 0 note"), "{example}: {text}");
    }
}

#[test]
fn d1_d3_d4_d6_the_refused_calls_of_an_example_are_found_before_it_runs() {
    let (code, text) = lint(&folder("../../examples/refused"), &[]);

    assert_eq!(code, Some(1));
    for rule in [
        "D1 domain-not-listed",
        "D3 scheme-wrong",
        "D4 host-address",
        "D6 host-reserved",
    ] {
        assert!(text.contains(rule), "{rule}: {text}");
    }
}
