//! What `app.json`, `game.json` and `project.config.json` say (rules N1, N2 and S1).

use std::time::Duration;

use jsonc_parser::ast::{ObjectProp, Value};
use jsonc_parser::common::Ranged;
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};
use minigate_js::{Kind, Project};
use minigate_policy::Interface;

use super::options::wrong_timeout;
use crate::collector::Collector;
use crate::fault::{Fault, TimeoutFault};
use crate::tree::Tree;

pub(crate) fn check(project: &Project, tree: &mut Tree, longest: Option<Duration>, found: &mut Collector) {
    let manifest = manifest(project);
    if let Some(text) = tree.text(project, &manifest) {
        with_member(&text, "networkTimeout", |timeouts| {
            check_timeouts(&manifest, &text, timeouts, longest, found);
        });
    }
    if project.files().is_file(CONFIG)
        && let Some(text) = tree.text(project, CONFIG)
    {
        with_member(&text, "setting", |setting| check_setting(&text, setting, found));
    }
}

/// The file that says what the app is.
pub(crate) fn manifest(project: &Project) -> String {
    let name = match project.kind() {
        Kind::App => "app.json",
        Kind::Game => "game.json",
    };
    format!("{}{name}", project.root())
}

fn with_member(text: &str, name: &str, work: impl FnOnce(&ObjectProp<'_>)) {
    let parsed = parse_to_ast(text, &CollectOptions::default(), &ParseOptions::default());
    if let Some(Value::Object(file)) = parsed.ok().and_then(|parsed| parsed.value)
        && let Some(member) = file.get(name)
    {
        work(member);
    }
}

fn check_timeouts(
    file: &str,
    text: &str,
    member: &ObjectProp<'_>,
    longest: Option<Duration>,
    found: &mut Collector,
) {
    let mut tell = |at: &ObjectProp<'_>, fault| {
        let range = at.range();
        found.in_text(file, text, &(range.start..range.end), Fault::Timeout(fault));
    };
    let Value::Object(timeouts) = &member.value else {
        let fault = ineffective("networkTimeout", &member.value, text);
        return tell(member, fault);
    };
    for timeout in &timeouts.properties {
        let name = timeout.name.as_str();
        let is_known = Interface::ALL.iter().any(|interface| interface.name() == name);
        let path = format!("networkTimeout.{name}");
        let fault = match &timeout.value {
            _ if !is_known => Some(TimeoutFault::OfNothing {
                name: name.to_owned(),
            }),
            Value::NumberLit(number) => match number.value.parse() {
                Ok(ms) => wrong_timeout(path, ms, longest),
                Err(_) => Some(ineffective(&path, &timeout.value, text)),
            },
            value => Some(ineffective(&path, value, text)),
        };
        if let Some(fault) = fault {
            tell(timeout, fault);
        }
    }
}

fn ineffective(member: &str, value: &Value<'_>, text: &str) -> TimeoutFault {
    let range = value.range();
    let written = text.get(range.start..range.end).unwrap_or_default();
    TimeoutFault::Ineffective {
        member: member.to_owned(),
        written: written.chars().take(MAX_WRITTEN).collect(),
    }
}

fn check_setting(text: &str, setting: &ObjectProp<'_>, found: &mut Collector) {
    let Value::Object(setting) = &setting.value else {
        return;
    };
    let Some(check) = setting.get("urlCheck") else {
        return;
    };
    if matches!(&check.value, Value::BooleanLit(value) if !value.value) {
        let range = check.range();
        found.in_text(CONFIG, text, &(range.start..range.end), Fault::CheckTurnedOff);
    }
}

const CONFIG: &str = "project.config.json";
const MAX_WRITTEN: usize = 60;
