//! Findings as JUnit's XML: a suite for each file, a case for each finding.

use anyhow::Context;
use minigate_policy::diagnosis::Severity;
use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use super::Found;

/// A report of all findings; notes pass. Where nothing was found, one case says so.
pub(crate) fn junit(found: &[Found]) -> anyhow::Result<String> {
    let mut report = Report::new("minigate lint");
    let mut suite: Option<TestSuite> = None;
    for found in found {
        let file = found.place.file.as_str();
        if suite.as_ref().is_none_or(|suite| suite.name.as_str() != file) {
            report.add_test_suites(suite.replace(TestSuite::new(file)));
        }
        if let Some(suite) = &mut suite {
            suite.add_test_case(case(found));
        }
    }
    report.add_test_suites(suite);
    if found.is_empty() {
        let mut suite = TestSuite::new("minigate lint");
        suite.add_test_case(TestCase::new("nothing was found", TestCaseStatus::success()));
        report.add_test_suite(suite);
    }
    report.to_string().context("JUnit")
}

fn case(found: &Found) -> TestCase {
    let place = &found.place;
    let mut status = match found.severity {
        Severity::Fail | Severity::Warn => TestCaseStatus::non_success(NonSuccessKind::Failure),
        Severity::Note => TestCaseStatus::success(),
    };
    let told = &found.told;
    status.set_message(told.headline.as_str());
    let mut lines = vec![format!("{}:{}:{}", place.file, place.line, place.column)];
    lines.extend(found.quote.clone());
    lines.extend(told.seen.iter().chain(&told.remedies).cloned());
    status.set_type(found.severity.name());
    status.set_description(lines.join("\n"));
    let mut case = TestCase::new(
        format!("{} at {}:{}", found.name(), place.line, place.column),
        status,
    );
    case.set_classname(place.file.as_str());
    case
}
