//! TAP, version 14.

use crate::testing::{Failure, FileReport, TestResult};

/// All tests in one stream, named `file > test`.
pub(crate) fn tap(reports: &[FileReport]) -> String {
    let mut points = Vec::new();
    for report in reports {
        if let Some(failure) = &report.broken {
            points.push((report.file.clone(), Point::Failed(failure)));
        }
        for test in &report.tests {
            let point = match &test.result {
                TestResult::Passed => Point::Passed,
                TestResult::Failed(failure) => Point::Failed(failure),
                TestResult::Skipped => Point::Skipped,
                TestResult::Todo => Point::Todo,
            };
            points.push((format!("{} > {}", report.file, test.name), point));
        }
    }
    let head = format!("TAP version 14\n1..{}\n", points.len());
    let lines = points
        .iter()
        .enumerate()
        .map(|(index, (name, point))| point.lines(index + 1, &escaped(name)));
    lines.fold(head, |text, line| text + &line)
}

enum Point<'a> {
    Passed,
    Failed(&'a Failure),
    Skipped,
    Todo,
}

impl Point<'_> {
    fn lines(&self, number: usize, name: &str) -> String {
        match self {
            Self::Passed => format!("ok {number} - {name}\n"),
            Self::Skipped => format!("ok {number} - {name} # SKIP\n"),
            Self::Todo => format!("not ok {number} - {name} # TODO\n"),
            Self::Failed(failure) => format!("not ok {number} - {name}\n{}", diagnostic(failure)),
        }
    }
}

/// A block of YAML whose values are written as JSON, which is YAML.
fn diagnostic(failure: &Failure) -> String {
    let members = [
        ("message", Some(&failure.message)),
        ("expected", failure.expected.as_ref()),
        ("actual", failure.actual.as_ref()),
        ("stack", Some(&failure.stack).filter(|stack| !stack.is_empty())),
    ];
    let members = members.iter().filter_map(|(name, text)| {
        let text = serde_json::Value::from((*text)?.as_str());
        Some(format!("  {name}: {text}\n"))
    });
    format!("  ---\n{}  ...\n", members.collect::<String>())
}

/// A name can't end its line, and begins no directive.
fn escaped(name: &str) -> String {
    name.replace('\\', "\\\\")
        .replace('#', "\\#")
        .replace(['\n', '\r'], " ")
}
