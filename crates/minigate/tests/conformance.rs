//! The conformance app finds every rule kept, and the READMEs' tables say what is checked where.
#![expect(clippy::expect_used, reason = "what can't be read fails the test")]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde::Deserialize;

#[test]
fn every_check_of_the_conformance_app_passes() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_minigate"));
    command
        .arg("run")
        .arg(root().join("conformance"))
        .args(["--color", "never"])
        .env("LC_ALL", "C");

    let output = command.output().expect("the program starts");

    let text = String::from_utf8_lossy(&output.stdout);
    let failed: Vec<_> = text
        .lines()
        .filter(|line| line.starts_with("log  FAIL"))
        .collect();
    let summary = text
        .lines()
        .find(|line| line.contains(" checks: "))
        .unwrap_or(&text);
    assert!(failed.is_empty(), "{failed:#?}");
    assert!(summary.contains(" 0 failed, 0 skipped"), "{summary}");
}

#[test]
fn n5_every_check_of_the_conformance_app_in_the_background_passes() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_minigate"));
    command.arg("test").arg(root().join("conformance"));

    let output = command.output().expect("the program starts");

    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{text}");
}

/// Run with `UPDATE_TABLES=1` to write the tables anew.
#[test]
fn the_conformance_tables_are_those_of_the_tests() {
    let sources = Sources::read();
    for (file, language) in [("README.md", Language::En), ("README.zh-CN.md", Language::Zh)] {
        let path = root().join(file);
        let text = fs::read_to_string(&path).expect("the README is there");
        let (before, rest) = text.split_once(BEGIN).expect("a place for the table begins");
        let (_, after) = rest.split_once(END).expect("a place for the table ends");
        let wanted = format!("{before}{BEGIN}\n{}{END}{after}", sources.table(language));
        if std::env::var_os("UPDATE_TABLES").is_some() {
            fs::write(&path, &wanted).expect("the README can be written");
        }
        let found = fs::read_to_string(&path).expect("the README is there");
        assert!(
            found == wanted,
            "{file} is out of date: run `UPDATE_TABLES=1 cargo test -p minigate --test conformance`"
        );
    }
}

#[derive(Clone, Copy)]
enum Language {
    En,
    Zh,
}

#[derive(Deserialize)]
struct Rules {
    rule: Vec<Rule>,
}

#[derive(Deserialize)]
struct Rule {
    id: String,
    en: String,
    zh: String,
    test: Option<String>,
}

/// A test, by the file that it is in.
///
/// Tests from outside come first, as they show a rule at work.
#[derive(Clone, Eq, Ord, PartialEq, PartialOrd)]
struct Test {
    is_inside: bool,
    file: String,
    name: String,
}

struct Sources {
    rules: Vec<Rule>,
    tests: BTreeMap<String, Vec<Test>>,
    checks: BTreeMap<String, Vec<String>>,
}

impl Sources {
    fn read() -> Self {
        let rules = fs::read_to_string(root().join("conformance/rules.toml")).expect("the rules are there");
        let rules: Rules = toml::from_str(&rules).expect("the rules can be read");
        Self {
            rules: rules.rule,
            tests: tests(),
            checks: checks(),
        }
    }

    fn table(&self, language: Language) -> String {
        let mut table = String::from(match language {
            Language::En => "| ID | What minigate does | In an app | A test |\n|---|---|---|---|\n",
            Language::Zh => "| 编号 | minigate 的行为 | 应用内检查 | 测试之一 |\n|---|---|---|---|\n",
        });
        for rule in &self.rules {
            let behaviour = match language {
                Language::En => &rule.en,
                Language::Zh => &rule.zh,
            };
            let (checks, test) = (self.checks_of(&rule.id), self.test_of(rule));
            writeln!(table, "| {} | {behaviour} | {checks} | {test} |", rule.id).expect("a text grows");
        }
        table
    }

    fn checks_of(&self, id: &str) -> String {
        let files = self.checks.get(id).map(Vec::as_slice).unwrap_or_default();
        match files {
            [] => "–".to_owned(),
            [first, ..] => format!("[{}]({first})", files.len()),
        }
    }

    /// The test that a rule names.
    fn test_of(&self, rule: &Rule) -> String {
        let Some(name) = &rule.test else {
            return "–".to_owned();
        };
        let mut tests = self.tests.get(&rule.id).into_iter().flatten();
        let test = tests.find(|test| test.name == *name);
        assert!(test.is_some(), "`{name}` is no test of {}", rule.id);
        test.map(link).unwrap_or_default()
    }
}

fn link(test: &Test) -> String {
    format!("[`{}`]({})", test.name, test.file)
}

/// The tests of each rule: the IDs that a test's name, or a spec's, begins with.
fn tests() -> BTreeMap<String, Vec<Test>> {
    let mut tests: BTreeMap<String, Vec<Test>> = BTreeMap::new();
    let mut add = |file: String, name: &str| {
        for id in ids(name) {
            let test = Test {
                is_inside: !file.contains("/tests/"),
                file: file.clone(),
                name: name.to_owned(),
            };
            tests.entry(id).or_default().push(test);
        }
    };
    for path in files_below(&root().join("crates"), "rs") {
        let text = fs::read_to_string(&path).expect("a source can be read");
        for name in text.lines().filter_map(function_name) {
            add(relative(&path), name);
        }
    }
    for path in files_below(&root().join("crates/minigate/tests/specs"), "trycmd") {
        let name = path
            .file_stem()
            .unwrap_or_default()
            .to_string_lossy()
            .replace('-', "_");
        add(relative(&path), &name);
    }
    tests.values_mut().for_each(|tests| tests.sort());
    tests
}

fn function_name(line: &str) -> Option<&str> {
    let line = line.trim_start();
    let name = line
        .strip_prefix("async fn ")
        .or_else(|| line.strip_prefix("fn "))?;
    name.split('(').next()
}

fn ids(name: &str) -> impl Iterator<Item = String> {
    name.split('_').map_while(|part| {
        let (letter, number) = part.split_at_checked(1)?;
        let is_id =
            "dnts".contains(letter) && !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit());
        is_id.then(|| part.to_uppercase())
    })
}

/// The files of the conformance app that check a rule, one for each check.
fn checks() -> BTreeMap<String, Vec<String>> {
    let mut checks: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for path in files_below(&root().join("conformance/checks"), "js") {
        let text = fs::read_to_string(&path).expect("a check can be read");
        for line in text.lines().map(str::trim_start) {
            let id = line
                .strip_prefix("id: '")
                .or_else(|| line.strip_prefix("refuses('"));
            if let Some((id, _)) = id.and_then(|rest| rest.split_once('\'')) {
                checks.entry(id.to_owned()).or_default().push(relative(&path));
            }
        }
    }
    checks
}

fn files_below(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder can be read") {
        let path = entry.expect("an entry can be read").path();
        if path.is_dir() {
            files.extend(files_below(&path, ending));
        } else if path.extension().is_some_and(|found| found == ending) {
            files.push(path);
        }
    }
    files.sort();
    files
}

fn relative(path: &Path) -> String {
    let path = path.strip_prefix(root()).unwrap_or(path);
    path.display().to_string()
}

fn root() -> PathBuf {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).parent();
    crates
        .and_then(Path::parent)
        .expect("the crate is in the workspace")
        .to_owned()
}

const BEGIN: &str =
    "<!-- conformance: made by `UPDATE_TABLES=1 cargo test -p minigate --test conformance` -->";
const END: &str = "<!-- conformance ends -->";
