//! Findings in each of their forms, of whatever command.

mod human;
mod json;
mod junit;
mod place;
mod sarif;
mod suite;

use minigate_lint::{Check, Finding, Report};
use minigate_policy::Rule;
use minigate_policy::diagnosis::{Diagnosis, Lang, Severity};
use serde::Serialize;

pub(crate) use human::lines;
pub(super) use human::severity;
pub(crate) use json::json;
pub(crate) use junit::junit;
pub(crate) use place::{FilePlace, Sited, TargetPlace};
pub(crate) use sarif::{Descriptor, Mishap, sarif};
pub(crate) use suite::{Case, Outcome, Suite, suites};

/// A finding, told in a language, and where it is.
#[derive(Debug)]
pub(crate) struct Found<P> {
    /// What was looked for: a name for machines.
    pub(crate) check: &'static str,
    pub(crate) severity: Severity,
    pub(crate) place: P,
    pub(crate) told: Diagnosis,
}

impl Found<FilePlace> {
    pub(crate) fn of(finding: &Finding, lang: Lang) -> Self {
        Self {
            check: finding.check().name(),
            severity: finding.severity,
            place: FilePlace {
                place: finding.place.clone(),
                quote: finding.quote.clone(),
            },
            told: finding.tell(lang),
        }
    }
}

impl<P> Found<P> {
    /// `D1 domain-not-listed`.
    pub(crate) fn name(&self) -> String {
        name(self.told.rule, self.check)
    }
}

impl Descriptor {
    /// Everything that `minigate lint` looks for, found or not.
    pub(crate) fn all_of_lint() -> Vec<Self> {
        let each = Check::ALL.iter().map(|check| Self {
            id: check.name(),
            rules: Vec::from_iter(check.rule()),
            summary: Some(check.summary()),
        });
        each.collect()
    }
}

fn name(rule: Option<Rule>, check: &str) -> String {
    rule.map_or_else(String::new, |rule| format!("{rule} ")) + check
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
