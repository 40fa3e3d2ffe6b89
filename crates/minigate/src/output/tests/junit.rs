//! JUnit's XML, as build servers read it.

use std::time::Duration;

use anyhow::Context;
use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use crate::testing::{Failure, FileReport, TestResult};

/// A suite for each file.
pub(crate) fn junit(reports: &[FileReport]) -> anyhow::Result<String> {
    let mut report = Report::new("minigate");
    for file in reports {
        report.add_test_suite(suite(file));
    }
    report.set_time(
        reports
            .iter()
            .flat_map(|file| &file.tests)
            .map(|test| test.took)
            .sum::<Duration>(),
    );
    report.to_string().context("JUnit")
}

fn suite(file: &FileReport) -> TestSuite {
    let mut suite = TestSuite::new(file.file.as_str());
    if let Some(failure) = &file.broken {
        suite.add_test_case(case(
            &file.file,
            &file.file,
            failed(NonSuccessKind::Error, failure),
        ));
    }
    for test in &file.tests {
        let status = match &test.result {
            TestResult::Passed => TestCaseStatus::success(),
            TestResult::Failed(failure) => failed(NonSuccessKind::Failure, failure),
            TestResult::Skipped | TestResult::Todo => TestCaseStatus::skipped(),
        };
        let mut case = case(&test.name, &file.file, status);
        case.set_time(test.took);
        suite.add_test_case(case);
    }
    suite
}

fn case(name: &str, file: &str, status: TestCaseStatus) -> TestCase {
    let mut case = TestCase::new(name, status);
    case.set_classname(file);
    case
}

fn failed(kind: NonSuccessKind, failure: &Failure) -> TestCaseStatus {
    let mut status = TestCaseStatus::non_success(kind);
    let first = failure.message.lines().next().unwrap_or_default();
    let compared = failure.expected.as_ref().zip(failure.actual.as_ref());
    let compared = compared.map_or_else(String::new, |(expected, actual)| {
        format!("\nexpected:\n{expected}\nactual:\n{actual}")
    });
    status.set_message(first);
    status.set_description(format!("{}{compared}\n{}", failure.message, failure.stack));
    status
}
