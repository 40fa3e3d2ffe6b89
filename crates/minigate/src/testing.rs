//! Runs the tests of an app: each in an app of its own, on a clock and against servers that the test owns.
//!
//! ```text
//!  *.test.js ─► Bench: App ─ asks ─► advance · hide · answer …
//!                 │  ▲
//!                 ▼  │ real sockets, real TLS
//!               Servers (answers, faults) ── Traffic: which calls wait for the clock
//! ```
//! The clock moves only while every call waits for it, so a test can't overtake its own network.

mod bench;
mod discover;
mod pattern;
mod servers;
mod spoken;
mod traffic;

use std::time::Duration;

pub(crate) use bench::{Bench, Ground};
pub(crate) use discover::{test_files, written};

/// What a test file came to.
#[derive(Clone, Debug)]
pub(crate) struct FileReport {
    /// Its path in the project.
    pub(crate) file: String,
    pub(crate) tests: Vec<TestReport>,
    /// Why its tests couldn't be found.
    pub(crate) broken: Option<Failure>,
}

impl FileReport {
    /// Whether there is nothing to tell of it.
    pub(crate) const fn is_empty(&self) -> bool {
        self.tests.is_empty() && self.broken.is_none()
    }
}

/// What a test came to.
#[derive(Clone, Debug)]
pub(crate) struct TestReport {
    pub(crate) name: String,
    pub(crate) result: TestResult,
    /// Real time.
    pub(crate) took: Duration,
    /// What the app said meanwhile.
    pub(crate) said: Vec<minigate_js::Notice>,
}

#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum TestResult {
    Passed,
    Failed(Box<Failure>),
    Skipped,
    Todo,
}

/// Why a test failed.
#[derive(Clone, Debug, Default, Eq, PartialEq, serde::Deserialize)]
pub(crate) struct Failure {
    pub(crate) message: String,
    /// The frames of the developer's code, innermost first.
    #[serde(default)]
    pub(crate) stack: String,
    /// Two texts whose lines can be compared.
    pub(crate) expected: Option<String>,
    pub(crate) actual: Option<String>,
}

/// A test as its file defines it.
#[derive(Clone, Debug, serde::Deserialize)]
pub(crate) struct TestCase {
    pub(crate) mode: Mode,
    pub(crate) name: String,
    /// Real time in ms, where it isn't the usual.
    pub(crate) timeout: Option<f64>,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Mode {
    Run,
    Only,
    Skip,
    Todo,
}
