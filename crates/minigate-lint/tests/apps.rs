//! Whole apps with planted faults: exactly those are found.
#![expect(clippy::expect_used, reason = "what can't be read fails the test")]

use std::fs;
use std::path::{Path, PathBuf};

use minigate_js::Project;
use minigate_lint::{Configured, Finding, FoundUrl, Place, Report, Terms, lint, urls};
use minigate_policy::diagnosis::{Lang, Severity};

#[test]
fn d1_d3_d4_d6_the_urls_of_an_app_are_followed_to_where_they_are_written() {
    assert_findings("domains");
}

#[test]
fn n1_n2_n3_n8_what_calls_are_given_and_what_becomes_of_answers() {
    assert_findings("answers");
}

#[test]
fn n5_calls_of_an_app_that_hides_and_sockets_that_stay_open() {
    assert_findings("hiding");
}

#[test]
fn d3_d4_d6_d7_n2_s1_t11_what_files_of_settings_and_templates_say() {
    assert_findings("settings");
}

#[test]
fn a_comment_with_a_reason_allows_a_finding() {
    assert_findings("allowed");
}

#[test]
fn a_sound_app_gives_no_finding() {
    assert_findings("clean");
}

#[test]
fn t11_every_url_of_an_app_is_found_with_the_interface_that_calls_it() {
    let folder = apps().join("urls");
    let project = Project::open(&folder).expect("the app is one");

    let found = urls(&project, &terms(&project, &folder)).expect("its files can be listed");

    let line = |url: &FoundUrl| {
        let interface = url.interface.map_or("-", |interface| interface.name());
        let Place {
            file, line, column, ..
        } = &url.place;
        format!("{file}:{line}:{column} {interface} {}\n", url.url)
    };
    let found: String = found.iter().map(line).collect();
    let expected = fs::read_to_string(folder.join("urls.txt")).expect("what is expected");
    assert!(found == expected, "found:\n{found}---\n");
}

/// The app writes its calls as apps do, each to a host with a number.
#[test]
fn d1_urls_are_followed_through_what_apps_are_written_with() {
    let report = report(&apps().join("followed"));

    let is_called = |number: &usize| {
        let host = format!("https://a{number:02}.example.com");
        report.called.iter().any(|(_, url)| url.starts_with(&host))
    };
    let lost: Vec<_> = (1..=31).filter(|number| !is_called(number)).collect();
    // Interfaces by a name that is put together, `join`, a replaced host, and a `Map`: those are told.
    assert_eq!((lost, report.unknown), (vec![9, 13, 14, 26], 5));
    assert!(report.worst() < Some(Severity::Fail), "{:?}", report.findings);
}

/// Compares what is found with the app's `findings.txt`.
fn assert_findings(app: &str) {
    let folder = apps().join(app);
    let report = report(&folder);

    let found: String = report.findings.iter().map(line).collect();

    let expected = fs::read_to_string(folder.join("findings.txt")).unwrap_or_default();
    assert!(found == expected, "found in {app}:\n{found}---\n");
    for finding in &report.findings {
        let chinese = finding.tell(Lang::Zh);
        assert!(!chinese.headline.is_empty() && chinese.headline != finding.tell(Lang::En).headline);
    }
}

fn line(finding: &Finding) -> String {
    let place = &finding.place;
    let rule = finding.rule().map_or("-", |rule| rule.id());
    let told = finding.tell(Lang::En);
    let seen: String = told.seen.iter().map(|seen| format!("\n    {seen}")).collect();
    format!(
        "{}:{}:{} {} {rule} {}: {}{seen}\n",
        place.file,
        place.line,
        place.column,
        finding.severity.name(),
        finding.check().name(),
        told.headline
    )
}

fn report(folder: &Path) -> Report {
    let project = Project::open(folder).expect("the app is one");
    lint(&project, &terms(&project, folder)).expect("its files can be listed")
}

fn terms(project: &Project, folder: &Path) -> Terms {
    let terms = Terms::new("wx0123456789abcdef".parse().expect("an ID"));
    let cloud = project.cloud_root().map(str::to_owned);
    let settings = folder.join("minigate.toml");
    let terms = match fs::read_to_string(&settings) {
        Ok(text) => terms.with_lists(configured(text)),
        Err(_) => terms,
    };
    terms.without(Vec::from_iter(cloud))
}

fn configured(text: String) -> Configured {
    let mut table: toml::Table = toml::from_str(&text).expect("TOML");
    let written = table
        .remove("domains")
        .map(|lists| lists.try_into().expect("lists"));
    Configured {
        written: written.unwrap_or_default(),
        file: "minigate.toml".to_owned(),
        text,
    }
}

fn apps() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/apps")
}
