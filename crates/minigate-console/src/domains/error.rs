//! Why domains can't be changed.

use minigate_policy::{ListsError, TargetError};

use super::State;
use crate::app::AppError;
use crate::block::BlockedEntry;
use crate::filing::FilingOf;
use crate::preflight::PreflightFault;
use crate::store::StoreError;

/// Why domains can't be changed; nothing is kept of a change that fails.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DomainsError {
    /// Entries break a rule (rules D3, D4, D6 and D7).
    #[error("{0}")]
    Lists(ListsError),
    /// The platform's operators have blocked entries.
    #[error("{} blocked: {}", count(.0.len()), names(.0.iter().map(|blocked| blocked.entry.as_str())))]
    Blocked(Vec<BlockedEntry>),
    /// Domains have no filing (rule D5).
    #[error("without an ICP filing: {}", names(.0.iter().map(|of| of.domain.as_str())))]
    NotFiled(Vec<FilingOf>),
    /// Nobody can tell whether domains are filed (rule D5).
    #[error("nobody can tell whether these are filed: {}", names(.0.iter().map(|of| of.domain.as_str())))]
    FilingUnknown(Vec<FilingOf>),
    /// The app wants a pre-flight, and the draft hasn't passed one.
    #[error("the draft needs a pre-flight: {0}")]
    PreflightFailed(PreflightFault),
    /// The text is no URL that a call could go to.
    #[error("this is no URL that could be called: {0}")]
    Url(TargetError),
    /// The lists are the effective ones.
    #[error("nothing changes: these lists are effective already")]
    NothingChanges,
    /// What is proposed is in the draft.
    #[error("`{0}` is in the draft already: it holds once the draft is published")]
    InDraft(String),
    /// There is no draft.
    #[error("there is no draft")]
    NoDraft,
    /// There is a draft, where there was to be none.
    #[error("there is a draft already")]
    DraftThere,
    /// The draft isn't the one that was looked at: somebody has changed it meanwhile.
    #[error("the draft isn't the one that was looked at")]
    Moved,
    /// The draft isn't as far as that, or further.
    #[error("the draft is {found}, not {expected}")]
    State {
        /// How far it is.
        found: State,
        /// How far it has to be.
        expected: State,
    },
    /// The app wants two people, and the author is one.
    #[error("somebody else than the author has to approve it")]
    OwnDraft,
    /// Another version has become effective since the draft was written.
    #[error("the draft was written on version {base}, version {effective} is effective by now")]
    Outdated {
        /// What it was written on.
        base: u32,
        /// What is effective.
        effective: u32,
    },
    /// The changes of this month are used up.
    #[error("the {limit} changes of this month are used up")]
    Quota {
        /// How many there are.
        limit: u32,
    },
    /// Somebody writes, submits, approves or refuses drafts faster than people do.
    #[error("drafts are changed more than {limit} times a minute: wait a minute")]
    TooOften {
        /// How often it can be, in a minute and by one account or token.
        limit: u32,
    },
    /// There is no such version.
    #[error("there is no version {number}")]
    NoVersion {
        /// Its number.
        number: u32,
    },
    /// The app can't be found.
    #[error(transparent)]
    App(#[from] AppError),
    /// The store doesn't do its work.
    #[error(transparent)]
    Store(#[from] StoreError),
}

fn count(entries: usize) -> String {
    match entries {
        1 => "1 entry is".to_owned(),
        more => format!("{more} entries are"),
    }
}

fn names<'t>(names: impl Iterator<Item = &'t str>) -> String {
    let quoted: Vec<_> = names.map(|name| format!("`{name}`")).collect();
    quoted.join(", ")
}
