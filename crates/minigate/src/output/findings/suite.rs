//! JUnit's XML, as build servers read it: suites of cases, of whatever command.

use anyhow::Context;
use minigate_policy::diagnosis::Diagnosis;
use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use super::super::escape::line;

/// Cases that belong together.
#[derive(Debug)]
pub(crate) struct Suite {
    pub(crate) name: String,
    pub(crate) cases: Vec<Case>,
}

/// One thing that was looked at.
#[derive(Debug)]
pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) outcome: Outcome,
    /// What it came to, where there is anything to tell.
    pub(crate) told: Option<Diagnosis>,
    /// What stands before the rest of the text.
    pub(crate) lead: Vec<String>,
}

/// What it came to.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Outcome {
    /// All is well, or what is told is only worth knowing.
    Passed,
    /// Nobody can tell.
    Skipped,
    /// Something is wrong; the word is its type.
    Failed(&'static str),
    /// It couldn't be looked at.
    Error,
}

/// A report of these suites.
pub(crate) fn suites(command: &str, suites: &[Suite]) -> anyhow::Result<String> {
    let mut report = Report::new(command);
    report.add_test_suites(suites.iter().map(suite));
    report.to_string().context("JUnit")
}

fn suite(suite: &Suite) -> TestSuite {
    let mut written = TestSuite::new(line(&suite.name).as_ref());
    written.add_test_cases(suite.cases.iter().map(|case| {
        let mut written = self::case(case);
        written.set_classname(line(&suite.name).as_ref());
        written
    }));
    written
}

fn case(case: &Case) -> TestCase {
    let text = text(case);
    let mut status = match case.outcome {
        Outcome::Passed => TestCaseStatus::success(),
        Outcome::Skipped => TestCaseStatus::skipped(),
        Outcome::Failed(_) => TestCaseStatus::non_success(NonSuccessKind::Failure),
        Outcome::Error => TestCaseStatus::non_success(NonSuccessKind::Error),
    };
    if let Some(told) = &case.told {
        status.set_message(line(&told.headline).as_ref());
    }
    if let Outcome::Failed(kind) = case.outcome {
        status.set_type(kind);
    }
    let has_passed = case.outcome == Outcome::Passed;
    if !has_passed {
        status.set_description(text.as_str());
    }
    let mut written = TestCase::new(line(&case.name).as_ref(), status);
    if has_passed && !text.is_empty() {
        written.set_system_out(text);
    }
    written
}

fn text(case: &Case) -> String {
    let told = case.told.iter();
    let told = told.flat_map(|told| {
        std::iter::once(&told.headline)
            .chain(&told.seen)
            .chain(&told.remedies)
    });
    let lines: Vec<_> = case.lead.iter().chain(told).map(|text| line(text)).collect();
    lines.join("\n")
}
