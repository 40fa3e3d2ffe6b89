//! Texts, read.

use std::collections::{BTreeMap, BTreeSet};

use minigate_policy::{Interface, PlatformLists, WrittenLists};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::json::{Unambiguous, doubled};

use super::{BulkError, Format, LONGEST, Line, MOST, Pasted, judge_text};

/// An entry with its line.
type Found<'t> = (usize, Interface, &'t str);

pub(super) fn read(text: &str, format: Format) -> Result<Pasted, BulkError> {
    if text.len() > LONGEST {
        return Err(BulkError::TooLong {
            bytes: text.len(),
            limit: LONGEST,
        });
    }
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    match format {
        Format::Lines(interface) => judged(lines(text, interface), BTreeSet::from([interface])),
        Format::Csv => {
            let found = csv(text)?;
            let interfaces = found.iter().map(|(_, interface, _)| *interface).collect();
            judged(found.into_iter(), interfaces)
        }
        Format::Platform => {
            let whole = parse(text)?;
            let lists: PlatformLists = lists_in(&whole)?;
            refuse_failed_answer(&whole)?;
            refuse_other_interfaces(&whole)?;
            of_lists(&lists.into(), named(&whole, PLATFORM_NAMES))
        }
        Format::Lists => {
            let whole = parse(text)?;
            of_lists(&lists_in(&whole)?, named(&whole, OWN_NAMES))
        }
    }
}

pub(super) fn format_of(text: &str, interface: Interface) -> Format {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text).trim_start();
    if text.starts_with('{') {
        let whole = serde_json::from_str(text).unwrap_or_default();
        let named = members(&whole);
        let has = |name: &str| named.is_some_and(|named| named.contains_key(name));
        let is_platforms = text.contains("\"effective_domain\"")
            || PLATFORM_NAMES
                .iter()
                .chain(&NOT_HERE)
                .chain(&["errcode"])
                .any(|name| has(name));
        return if is_platforms {
            Format::Platform
        } else {
            Format::Lists
        };
    }
    let first = text.lines().map(str::trim).find(|line| !is_passed_over(line));
    let begins = first
        .and_then(|line| line.split_once(','))
        .map(|(name, _)| name.trim());
    match begins {
        Some(name) if name == HEADING || name.parse::<Interface>().is_ok() => Format::Csv,
        _ => Format::Lines(interface),
    }
}

fn lines(text: &str, interface: Interface) -> impl Iterator<Item = Found<'_>> {
    text.lines().enumerate().flat_map(move |(at, line)| {
        let entries = without_comment(line).split([',', ';', '，', '；', '、', ' ', '\t', '\u{3000}']);
        let entries = entries.map(str::trim).filter(|entry| !entry.is_empty());
        entries.map(move |entry| (at + 1, interface, entry))
    })
}

/// A `#` in an entry is a fault of the entry, and no comment.
fn without_comment(line: &str) -> &str {
    if line.trim_start().starts_with('#') {
        return "";
    }
    let blank = line.match_indices('#').find(|(at, _)| {
        let before = line.get(..*at).unwrap_or_default();
        before.ends_with(char::is_whitespace)
    });
    blank.map_or(line, |(at, _)| line.get(..at).unwrap_or(line))
}

fn csv(text: &str) -> Result<Vec<Found<'_>>, BulkError> {
    let mut found = Vec::new();
    for (at, line) in text.lines().enumerate() {
        let line = line.trim();
        let (name, entry) = line.split_once(',').unwrap_or((line, ""));
        let name = unquoted(name);
        if is_passed_over(line) || (found.is_empty() && name == HEADING) {
            continue;
        }
        let interface = name.parse().map_err(|_| BulkError::Interface {
            line: at + 1,
            found: name.chars().take(40).collect(),
        })?;
        found.push((at + 1, interface, unquoted(entry)));
    }
    Ok(found)
}

fn is_passed_over(line: &str) -> bool {
    line.is_empty() || line.starts_with('#')
}

/// An entry has neither quotes nor commas, so nothing inside can be doubled (RFC 4180 §2).
fn unquoted(field: &str) -> &str {
    let field = field.trim();
    let inner = field.strip_prefix('"').and_then(|field| field.strip_suffix('"'));
    inner.unwrap_or(field)
}

fn of_lists(lists: &WrittenLists, interfaces: BTreeSet<Interface>) -> Result<Pasted, BulkError> {
    let each = Interface::ALL.into_iter().flat_map(|interface| {
        let entries = lists.of(interface).iter();
        entries.map(move |entry| (interface, entry.trim()))
    });
    let numbered = each
        .enumerate()
        .map(|(at, (interface, entry))| (at + 1, interface, entry));
    judged(numbered, interfaces)
}

fn judged<'t>(
    found: impl Iterator<Item = Found<'t>>,
    interfaces: BTreeSet<Interface>,
) -> Result<Pasted, BulkError> {
    let mut lines = Vec::new();
    let mut known = BTreeMap::new();
    for (number, interface, text) in found {
        if lines.len() == MOST {
            return Err(BulkError::TooMany { limit: MOST });
        }
        let judgement = judge_text(interface, text);
        let first = judgement.normalised.clone().map(|entry| (interface, entry));
        let double_of = first.and_then(|entry| {
            let place = lines.len();
            let first: &mut (usize, usize) = known.entry(entry).or_insert((place, number));
            (first.0 != place).then_some(first.1)
        });
        lines.push(Line {
            number,
            interface,
            text: text.chars().take(LONGEST_SHOWN).collect(),
            judgement,
            double_of,
        });
    }
    Ok(Pasted { lines, interfaces })
}

fn parse(text: &str) -> Result<Value, BulkError> {
    match serde_json::from_str(text) {
        Ok(Unambiguous(whole)) => Ok(whole),
        Err(error) => Err(doubled(&error.to_string()).map_or_else(
            || no_json(&error),
            |name| BulkError::Doubled {
                name: name.to_owned(),
                line: error.line(),
            },
        )),
    }
}

fn lists_in<'v, T: Deserialize<'v>>(whole: &'v Value) -> Result<T, BulkError> {
    T::deserialize(whole).map_err(|error| no_json(&error))
}

fn no_json(error: &serde_json::Error) -> BulkError {
    BulkError::Json {
        reason: error.to_string(),
    }
}

/// A failed call has no lists, which isn't to say that they are empty.
fn refuse_failed_answer(whole: &Value) -> Result<(), BulkError> {
    match whole.get("errcode").filter(|code| **code != 0) {
        None => Ok(()),
        Some(code) => Err(BulkError::FailedAnswer {
            code: code.to_string().chars().take(LONGEST_CODE).collect(),
        }),
    }
}

/// Entries that nothing here would ever read are told, and not left out silently.
fn refuse_other_interfaces(whole: &Value) -> Result<(), BulkError> {
    let members = members(whole);
    let entries = NOT_HERE.into_iter().flat_map(|name| {
        let list = members.and_then(|members| members.get(name)?.as_array());
        let list = list.into_iter().flatten();
        list.map(move |entry| {
            let entry = entry.as_str().map_or_else(|| entry.to_string(), str::to_owned);
            let entry: String = entry.chars().take(LONGEST_SHOWN).collect();
            format!("{name} {entry}")
        })
    });
    let entries: Vec<_> = entries.take(MOST_TOLD).collect();
    if entries.is_empty() {
        Ok(())
    } else {
        Err(BulkError::NoInterface { entries })
    }
}

/// The members of the platform's JSON, or of the effective lists in it.
fn members(whole: &Value) -> Option<&Map<String, Value>> {
    let members = whole.as_object()?;
    let effective = members.get("effective_domain").and_then(Value::as_object);
    Some(effective.unwrap_or(members))
}

/// The interfaces whose lists are there.
fn named(whole: &Value, names: [&str; 4]) -> BTreeSet<Interface> {
    let members = members(whole);
    let all = names.into_iter().zip(Interface::ALL);
    let present = all.filter(|(name, _)| members.is_some_and(|members| members.contains_key(*name)));
    present.map(|(_, interface)| interface).collect()
}

const HEADING: &str = "interface";
/// In the order of [`Interface::ALL`].
const PLATFORM_NAMES: [&str; 4] = [
    "requestdomain",
    "uploaddomain",
    "downloaddomain",
    "wsrequestdomain",
];
const OWN_NAMES: [&str; 4] = ["request", "uploadFile", "downloadFile", "connectSocket"];
/// Lists of the platform for interfaces that there aren't here.
const NOT_HERE: [&str; 2] = ["udpdomain", "tcpdomain"];
const LONGEST_CODE: usize = 20;
const MOST_TOLD: usize = 20;
const LONGEST_SHOWN: usize = 300;
