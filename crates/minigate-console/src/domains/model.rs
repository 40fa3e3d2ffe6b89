//! Drafts and versions, as they are kept.

use std::collections::BTreeSet;

use jiff::Timestamp;
use minigate_policy::{Interface, WrittenLists};
use serde::{Deserialize, Serialize};

use super::DomainsError;
use crate::By;
use crate::filing::FilingOf;

/// A change that is being made.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Draft {
    /// The version that was effective when it was written; 0 where none was.
    pub base: u32,
    /// What the lists are to be.
    pub lists: WrittenLists,
    /// Who wrote it.
    pub author: String,
    /// When.
    pub written_at: Timestamp,
    /// How far it has come.
    pub state: State,
    /// Who has approved it.
    pub approvals: Vec<Approval>,
    /// Why, in the author's words.
    #[serde(default)]
    pub note: Option<String>,
    /// The entries that somebody has put into it from a refused call.
    #[serde(default)]
    pub proposed: Vec<Proposed>,
    /// Who made the AppSecret with which an app's server wrote it; each is one of its authors where the app wants two people.
    #[serde(default)]
    pub makers: BTreeSet<String>,
}

/// An entry that comes from a refused call.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Proposed {
    /// On whose list it is.
    pub interface: Interface,
    /// The entry.
    pub entry: String,
    /// Who proposed it; one of the draft's authors where the app wants two people.
    pub by: String,
    /// When.
    pub at: Timestamp,
}

/// How far a draft has come.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum State {
    /// It is being written.
    Open,
    /// Somebody is asked to approve it.
    Submitted,
    /// It can be published.
    Approved,
}

/// Somebody's yes.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Approval {
    /// Whose.
    pub actor: String,
    /// When.
    pub at: Timestamp,
}

/// Lists that are or were effective; it never changes.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Version {
    /// Its number: 1, 2, 3 …
    pub number: u32,
    /// The lists, as they were written.
    pub lists: WrittenLists,
    /// Who wrote them.
    pub author: String,
    /// Who approved them.
    pub approvals: Vec<Approval>,
    /// Who published them.
    pub publisher: String,
    /// When they became effective.
    pub published_at: Timestamp,
    /// Why, in the publisher's words.
    pub reason: Option<String>,
    /// Why, in the author's words.
    #[serde(default)]
    pub note: Option<String>,
    /// What wasn't filed, or not known to be, when it was published, and was let through by
    /// [`FilingTerms`](crate::filing::FilingTerms) (rule D5).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unfiled: Vec<FilingOf>,
}

impl Draft {
    /// What somebody writes on a version.
    pub(super) fn new(base: u32, lists: WrittenLists, by: &By) -> Self {
        Self {
            base,
            lists,
            author: by.actor().to_owned(),
            written_at: by.at(),
            state: State::Open,
            approvals: Vec::new(),
            note: by.reason().map(str::to_owned),
            proposed: Vec::new(),
            makers: by.behind().map(str::to_owned).into_iter().collect(),
        }
    }

    /// The same, with what was proposed for the one that it takes the place of, as far as it is still there.
    pub(super) fn after(mut self, old: Option<Self>) -> Self {
        let proposed = old.map(|old| old.proposed).unwrap_or_default();
        let still = proposed
            .into_iter()
            .filter(|of| self.lists.of(of.interface).contains(&of.entry));
        self.proposed = still.collect();
        self
    }

    /// Whether somebody has written something of it, or has the AppSecret with which it was written.
    pub(crate) fn is_by(&self, actor: &str) -> bool {
        self.author == actor || self.makers.contains(actor) || self.proposed.iter().any(|of| of.by == actor)
    }

    /// Whether somebody has approved it who has written nothing of it.
    pub(super) fn is_agreed(&self) -> bool {
        self.approvals.iter().any(|of| !self.is_by(&of.actor))
    }

    pub(super) fn require(&self, state: State) -> Result<(), DomainsError> {
        if self.state == state {
            Ok(())
        } else {
            Err(DomainsError::State {
                found: self.state,
                expected: state,
            })
        }
    }
}

impl Version {
    pub(super) fn of(draft: &Draft, lists: WrittenLists, number: u32, by: &By) -> Self {
        Self {
            number,
            lists,
            author: draft.author.clone(),
            approvals: draft.approvals.clone(),
            publisher: by.actor().to_owned(),
            published_at: by.at(),
            reason: by.reason().map(str::to_owned),
            note: draft.note.clone(),
            unfiled: Vec::new(),
        }
    }

    pub(super) fn with_unfiled(self, unfiled: &[FilingOf]) -> Self {
        Self {
            unfiled: unfiled.to_vec(),
            ..self
        }
    }
}
