//! One line a test, and more for those that failed.

use std::fs;
use std::path::Path;

use minigate_policy::diagnosis::Lang;
use similar::{ChangeTag, TextDiff};

use super::Tally;
use crate::output::escape::{block, line};
use crate::output::{notice, paint};
use crate::testing::{Failure, FileReport, TestReport, TestResult};

/// A file's tests.
pub(crate) fn file_lines(report: &FileReport, dir: &Path, lang: Lang) -> String {
    if report.is_empty() {
        return String::new();
    }
    let head = format!("{}\n", line(&report.file));
    let broken = report.broken.as_ref().map(|failure| {
        let word = lang.pick("can't be loaded", "无法加载");
        entry(paint::FAIL, "FAIL", word, "") + &failure_lines(failure, &report.file, dir, lang)
    });
    let tests = report
        .tests
        .iter()
        .map(|test| test_lines(test, &report.file, dir, lang));
    head + &broken.unwrap_or_default() + &tests.collect::<String>()
}

/// How many tests came to what.
pub(crate) fn summary_lines(tally: &Tally, lang: Lang) -> String {
    let Tally {
        passed,
        failed,
        skipped,
        todo,
    } = *tally;
    let total = passed + failed + skipped + todo;
    let parts = [
        (passed, lang.pick("passed", "通过")),
        (failed, lang.pick("failed", "失败")),
        (skipped, lang.pick("skipped", "跳过")),
        (todo, lang.pick("todo", "待写")),
    ];
    let parts: Vec<_> = parts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| format!("{count} {word}"))
        .collect();
    let what = match lang {
        Lang::En if total == 1 => "1 test".to_owned(),
        Lang::En => format!("{total} tests"),
        Lang::Zh => format!("{total} 个测试"),
    };
    format!("\n{what}: {}\n", parts.join(", "))
}

fn test_lines(test: &TestReport, file: &str, dir: &Path, lang: Lang) -> String {
    let took = format!("  {}{} ms{}", paint::DIM, test.took.as_millis(), paint::RESET);
    match &test.result {
        TestResult::Passed => entry(paint::GOOD, "ok", &test.name, &took),
        TestResult::Skipped => entry(paint::DIM, "skip", &test.name, ""),
        TestResult::Todo => entry(paint::DIM, "todo", &test.name, ""),
        TestResult::Failed(failure) => {
            let said = test.said.iter().map(|said| notice::lines(said, lang));
            entry(paint::FAIL, "FAIL", &test.name, &took)
                + &failure_lines(failure, file, dir, lang)
                + &indented(&said.collect::<String>())
        }
    }
}

fn entry(paint: anstyle::Style, word: &str, name: &str, tail: &str) -> String {
    format!("  {paint}{word:<4}{}  {}{tail}\n", paint::RESET, line(name))
}

fn failure_lines(failure: &Failure, file: &str, dir: &Path, lang: Lang) -> String {
    let message = indented(&format!("{}\n", block(&failure.message)));
    message + &indented(&difference(failure, lang)) + &indented(&source(failure, file, dir))
}

/// The lines in which two texts differ, with some around them.
fn difference(failure: &Failure, lang: Lang) -> String {
    let (Some(expected), Some(actual)) = (&failure.expected, &failure.actual) else {
        return String::new();
    };
    // One line each says no more than the message.
    if !expected.contains('\n') && !actual.contains('\n') {
        return String::new();
    }
    let (wanted, found) = (lang.pick("expected", "期望"), lang.pick("actual", "实际"));
    let mut text = format!(
        "{}- {wanted}{}  {}+ {found}{}\n",
        paint::FAIL,
        paint::RESET,
        paint::GOOD,
        paint::RESET
    );
    for group in TextDiff::from_lines(expected.as_str(), actual.as_str()).grouped_ops(3) {
        let diff = TextDiff::from_lines(expected.as_str(), actual.as_str());
        for change in group
            .iter()
            .flat_map(|op| diff.iter_changes(op).collect::<Vec<_>>())
        {
            let (paint, sign) = match change.tag() {
                ChangeTag::Delete => (paint::FAIL, '-'),
                ChangeTag::Insert => (paint::GOOD, '+'),
                ChangeTag::Equal => (paint::DIM, ' '),
            };
            let shown = block(change.value().trim_end_matches('\n'));
            text += &format!("{paint}{sign} {shown}{}\n", paint::RESET);
        }
    }
    text
}

/// The developer's own line, and the frames that lead to it.
fn source(failure: &Failure, file: &str, dir: &Path) -> String {
    let stack = format!("{}\n", block(failure.stack.trim_end()));
    let place = failure.stack.lines().find_map(|frame| place(frame, file));
    let quoted = place.and_then(|number| quote(&dir.join(file), number));
    match quoted {
        Some(quoted) => quoted + &stack,
        None if failure.stack.is_empty() => String::new(),
        None => stack,
    }
}

/// The line of a frame, if it is one of this file.
fn place(frame: &str, file: &str) -> Option<usize> {
    let (_, rest) = frame.split_once(&format!("{file}:"))?;
    rest.split(':').next()?.parse().ok()
}

fn quote(path: &Path, number: usize) -> Option<String> {
    let text = fs::read_to_string(path).ok()?;
    let quoted = text.lines().nth(number.checked_sub(1)?)?;
    let shown = line(quoted.trim());
    Some(format!("{}{number} |{} {shown}\n", paint::DIM, paint::RESET))
}

fn indented(text: &str) -> String {
    text.lines().map(|line| format!("        {line}\n")).collect()
}
