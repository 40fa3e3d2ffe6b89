//! What is asked for, entry by entry: what can be used, and what can't for which reason.

use std::collections::BTreeSet;

use jiff::Timestamp;
use minigate_policy::{Domain, Entry, Interface, Rule, WrittenLists};

use super::answer::Trouble;
use super::lists::{Asked, Unused};
use crate::block::Blocks;
use crate::bulk::judge_text;
use crate::domains::DomainsError;
use crate::filing::{Filing, Inquiry};

/// How an app's lists are changed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Action {
    Get,
    Add,
    Delete,
    Set,
}

/// The entries of a request, judged.
#[derive(Debug, Default)]
pub(super) struct Entries {
    /// Of each interface that is named, the good ones in their normal spelling; and whether there were others.
    good: Vec<(Interface, Vec<String>, Others)>,
    pub(super) unused: Unused,
    faults: BTreeSet<Flaw>,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Others {
    None,
    Some,
}

/// Why an entry can't be used.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) enum Flaw {
    /// Its scheme is another interface's (rule D3).
    Scheme,
    /// Nobody can configure its host (rule D6).
    Reserved,
    /// It breaks another rule, or the platform's operators have blocked it, or it is for UDP or TCP.
    Rule,
    /// Its domain has no filing (rule D5).
    Unfiled,
}

impl Action {
    pub(super) fn of(asked: &Asked) -> Result<Self, Trouble> {
        match asked.action.as_deref() {
            Some("get") => Ok(Self::Get),
            Some("add") => Ok(Self::Add),
            Some("delete") => Ok(Self::Delete),
            Some("set") => Ok(Self::Set),
            _ => Err(Trouble::new(
                47_001,
                "data format error: action is get, add, delete or set",
            )),
        }
    }
}

impl Entries {
    pub(super) fn judge(asked: &Asked, blocks: &Blocks, now: Timestamp) -> Self {
        let mut entries = Self::default();
        for interface in Interface::ALL {
            if let Some(texts) = asked.of(interface) {
                entries.judge_list(interface, texts, blocks, now);
            }
        }
        let refused = |texts: &Option<Vec<String>>, scheme| -> Vec<String> {
            let texts = texts.iter().flatten();
            texts.map(|text| prefixed(text, scheme)).collect()
        };
        entries.unused.invalid_udpdomain = refused(&asked.udpdomain, "udp");
        entries.unused.invalid_tcpdomain = refused(&asked.tcpdomain, "tcp");
        if !(entries.unused.invalid_udpdomain.is_empty() && entries.unused.invalid_tcpdomain.is_empty()) {
            entries.faults.insert(Flaw::Rule);
        }
        entries
    }

    fn judge_list(&mut self, interface: Interface, texts: &[String], blocks: &Blocks, now: Timestamp) {
        let mut good = Vec::new();
        let mut others = Others::None;
        for text in texts {
            let text = prefixed(text, &interface.scheme().to_string());
            match judge(interface, &text, blocks, now) {
                Ok(entry) => good.push(entry),
                Err(flaw) => {
                    others = Others::Some;
                    self.faults.insert(flaw);
                    self.unused.of(interface).push(text);
                }
            }
        }
        self.good.push((interface, good, others));
    }

    /// Leaves out what has no filing, as far as the platform asks for one (rule D5).
    ///
    /// # Errors
    /// Where nobody can tell of one and the platform stops such a one: leaving it out would have `set` take what is in
    /// use from its list because a register is away.
    pub(super) async fn file(&mut self, inquiry: &Inquiry<'_>) -> Result<(), DomainsError> {
        let wanted = self.applied(&WrittenLists::default(), Action::Add);
        let mut stopping = inquiry.ask_all(&wanted).await;
        stopping.retain(|of| inquiry.terms().stop(&of.filing));
        let (unknown, stopping): (Vec<_>, Vec<_>) = stopping
            .into_iter()
            .partition(|of| matches!(of.filing, Filing::Unknown { .. }));
        if !unknown.is_empty() {
            return Err(DomainsError::FilingUnknown(unknown));
        }
        let unfiled: BTreeSet<_> = stopping.into_iter().map(|of| of.domain).collect();
        for (interface, good, others) in &mut self.good {
            good.retain(|text| {
                let entry = Entry::parse(text, *interface).ok();
                let domain = entry.map(|entry| crate::filing::registrable(entry.domain()));
                let is_filed = domain.is_none_or(|domain| !unfiled.contains(domain.as_str()));
                if !is_filed {
                    *others = Others::Some;
                    self.faults.insert(Flaw::Unfiled);
                    if !self.unused.no_icp_domain.contains(text) {
                        self.unused.no_icp_domain.push(text.clone());
                    }
                }
                is_filed
            });
        }
        Ok(())
    }

    /// The lists after the change. A list of which no entry can be used stays as it is: `set` doesn't empty it.
    pub(super) fn applied(&self, lists: &WrittenLists, action: Action) -> WrittenLists {
        let mut changed = lists.clone();
        for (interface, good, others) in &self.good {
            let list = changed.of_mut(*interface);
            let spelled = |text: &String| {
                Entry::parse(text, *interface).map_or_else(|_| text.clone(), |entry| entry.to_string())
            };
            match action {
                Action::Get => {}
                Action::Delete => list.retain(|text| !good.contains(&spelled(text))),
                Action::Set if good.is_empty() && *others == Others::Some => {}
                Action::Add | Action::Set => {
                    if action == Action::Set {
                        list.clear();
                    }
                    let mut known: BTreeSet<_> = list.iter().map(spelled).collect();
                    list.extend(good.iter().filter(|text| known.insert((*text).clone())).cloned());
                }
            }
        }
        changed
    }

    pub(super) const fn faults(&self) -> &BTreeSet<Flaw> {
        &self.faults
    }
}

/// As the platform reads an entry that doesn't begin with the scheme of its list: with the scheme before it.
fn prefixed(text: &str, scheme: &str) -> String {
    let text: String = text.trim().chars().take(LONGEST).collect();
    let (own, rest) = text.split_once("://").unwrap_or_default();
    if own.eq_ignore_ascii_case(scheme) && !rest.is_empty() {
        text
    } else {
        format!("{scheme}://{text}")
    }
}

fn judge(interface: Interface, text: &str, blocks: &Blocks, now: Timestamp) -> Result<String, Flaw> {
    let judgement = judge_text(interface, text);
    let domain: Option<Domain> = judgement.parsed_domain();
    if domain.is_some_and(|domain| blocks.is_blocked(&domain, now)) {
        return Err(Flaw::Rule);
    }
    let has_two_schemes = text.matches("://").count() > 1;
    judgement.normalised.ok_or_else(|| {
        let mut rules = judgement.faults.iter().filter_map(|fault| fault.rule);
        match rules.next() {
            _ if has_two_schemes => Flaw::Scheme,
            Some(Rule::D6) => Flaw::Reserved,
            _ => Flaw::Rule,
        }
    })
}

/// No entry is as long, and what can't be used is repeated.
const LONGEST: usize = 300;
