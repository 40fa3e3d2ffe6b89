//! Findings in files, in each of their forms.

mod human;
mod json;
mod junit;
mod sarif;

use minigate_lint::{Check, Finding, Place, Report};
use minigate_policy::Rule;
use minigate_policy::diagnosis::{Diagnosis, Lang, Severity};
use serde::Serialize;

pub(crate) use human::lines;
pub(crate) use json::json;
pub(crate) use junit::junit;
pub(crate) use sarif::sarif;

/// A finding, told in a language.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) check: Check,
    pub(crate) severity: Severity,
    pub(crate) place: Place,
    pub(crate) quote: Option<String>,
    pub(crate) told: Diagnosis,
}

impl Found {
    pub(crate) fn of(finding: &Finding, lang: Lang) -> Self {
        Self {
            check: finding.check(),
            severity: finding.severity,
            place: finding.place.clone(),
            quote: finding.quote.clone(),
            told: finding.tell(lang),
        }
    }

    /// `D1 domain-not-listed`.
    fn name(&self) -> String {
        name(self.told.rule, self.check)
    }
}

fn name(rule: Option<Rule>, check: Check) -> String {
    rule.map_or_else(String::new, |rule| format!("{rule} ")) + check.name()
}

/// How much was looked at, and what came of it.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct Tally {
    pub(crate) files: usize,
    pub(crate) lines: usize,
    /// Network calls in the source.
    pub(crate) calls: usize,
    /// Those among them whose URL can't be told, or not in all cases.
    pub(crate) unknown: usize,
    /// Calls in packages whose URL can't be told.
    pub(crate) hidden: usize,
    /// Findings that comments allow.
    pub(crate) allowed: usize,
    pub(crate) fail: usize,
    pub(crate) warn: usize,
    pub(crate) note: usize,
}

impl Tally {
    pub(crate) fn of(report: &Report) -> Self {
        let count = |severity| {
            let such = report
                .findings
                .iter()
                .filter(|finding| finding.severity == severity);
            such.count()
        };
        Self {
            files: report.read.files,
            lines: report.read.lines,
            calls: report.calls,
            unknown: report.unknown,
            hidden: report.hidden,
            allowed: report.allowed,
            fail: count(Severity::Fail),
            warn: count(Severity::Warn),
            note: count(Severity::Note),
        }
    }
}
