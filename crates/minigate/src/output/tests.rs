//! What tests came to: for people, as TAP, as JUnit's XML.

mod human;
mod junit;
mod tap;

pub(crate) use human::{file_lines, summary_lines};
pub(crate) use junit::junit;
pub(crate) use tap::tap;

use crate::testing::{FileReport, TestResult};

/// How many tests came to what.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct Tally {
    passed: usize,
    failed: usize,
    skipped: usize,
    todo: usize,
}

impl Tally {
    pub(crate) fn of(reports: &[FileReport]) -> Self {
        let mut tally = Self::default();
        for report in reports {
            tally.failed += usize::from(report.broken.is_some());
            for test in &report.tests {
                match test.result {
                    TestResult::Passed => tally.passed += 1,
                    TestResult::Failed(_) => tally.failed += 1,
                    TestResult::Skipped => tally.skipped += 1,
                    TestResult::Todo => tally.todo += 1,
                }
            }
        }
        tally
    }

    pub(crate) const fn is_good(&self) -> bool {
        self.failed == 0
    }
}
