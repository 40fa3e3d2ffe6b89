//! What `minigate lint` finds as JUnit's XML: a suite for each file, a case for each finding.

use minigate_policy::diagnosis::Severity;

use super::{Case, FilePlace, Found, Outcome, Suite, suites};

/// A report of all findings; notes pass. Where nothing was found, one case says so.
pub(crate) fn junit(found: &[Found<FilePlace>]) -> anyhow::Result<String> {
    let by_file = found.chunk_by(|one, next| one.place.place.file == next.place.place.file);
    let mut each: Vec<_> = by_file.map(suite).collect();
    if each.is_empty() {
        each.push(Suite {
            name: COMMAND.to_owned(),
            cases: vec![Case {
                name: "nothing was found".to_owned(),
                outcome: Outcome::Passed,
                told: None,
                lead: Vec::new(),
            }],
        });
    }
    suites(COMMAND, &each)
}

fn suite(found: &[Found<FilePlace>]) -> Suite {
    let file = found.first().map(|found| found.place.place.file.clone());
    Suite {
        name: file.unwrap_or_default(),
        cases: found.iter().map(case).collect(),
    }
}

fn case(found: &Found<FilePlace>) -> Case {
    let place = &found.place.place;
    let mut lead = vec![format!("{}:{}:{}", place.file, place.line, place.column)];
    lead.extend(found.place.quote.clone());
    Case {
        name: format!("{} at {}:{}", found.name(), place.line, place.column),
        outcome: Outcome::of(found.severity),
        told: Some(found.told.clone()),
        lead,
    }
}

impl Outcome {
    /// Notes pass.
    pub(crate) const fn of(severity: Severity) -> Self {
        match severity {
            Severity::Note => Self::Passed,
            Severity::Warn | Severity::Fail => Self::Failed(severity.name()),
        }
    }
}

const COMMAND: &str = "minigate lint";
