//! One letter for a server.

use std::fmt;

use minigate_policy::diagnosis::Severity;
use serde::{Deserialize, Serialize};

use super::Finding;

/// How good a server is for a mini-program, the best first.
///
/// A grade is as bad as the worst finding: nothing makes up for a failure.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
pub enum Grade {
    /// It works on every device that has TLS 1.2, and nothing is to be mended.
    A,
    /// It works on every device that has TLS 1.2; something is to be mended.
    B,
    /// It fails on a legacy device ([`Device::is_legacy`](crate::Device::is_legacy)) only.
    C,
    /// It fails on another device, or everywhere.
    F,
}

impl Grade {
    pub(super) fn of<'f>(findings: impl IntoIterator<Item = &'f Finding>) -> Self {
        let grades = findings.into_iter().map(|finding| match finding.severity {
            Severity::Fail => Self::F,
            Severity::Warn if finding.breaks => Self::C,
            Severity::Warn => Self::B,
            Severity::Note => Self::A,
        });
        grades.max().unwrap_or(Self::A)
    }
}

impl fmt::Display for Grade {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let letter = match self {
            Self::A => "A",
            Self::B => "B",
            Self::C => "C",
            Self::F => "F",
        };
        f.write_str(letter)
    }
}
