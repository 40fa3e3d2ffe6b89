//! Grants to skip the domain check in development (rules S1 and S2).
//!
//! An app's owner lets its development and trial releases skip the check until a moment. A grant ends by itself, and
//! never reaches a release that is out: there is nothing in it that could say so.

use jiff::{SignedDuration, Timestamp};
use minigate_policy::{AppId, Release};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::By;
use crate::action::Action;
use crate::app::{self, AppError};
use crate::reason::{UnfitReason, required};
use crate::store::{self, Change, Key, Record, Store, StoreError};

/// A leave to skip the domain check with releases that aren't out.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Grant {
    /// The app.
    pub app: String,
    /// The releases that may, 1 or 2 different ones.
    pub releases: Vec<Unreleased>,
    /// Why, in the owner's words: 1 to 1,000 characters.
    pub reason: String,
    /// Who granted it.
    pub by: String,
    /// Since when.
    pub since: Timestamp,
    /// When it ends by itself, at most 30 days later.
    pub until: Timestamp,
}

/// A release of an app that isn't out.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Unreleased {
    /// The development version.
    Develop,
    /// The trial version.
    Trial,
}

/// Why a grant can't be given or withdrawn.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum GrantError {
    /// It needs a reason of 1 to 1,000 characters, none of them a control character.
    #[error("a grant needs a reason of 1 to 1,000 characters without control characters")]
    Reason,
    /// It is for no release.
    #[error("a grant is for the development version, the trial version or both")]
    NoRelease,
    /// It would have ended already.
    #[error("a grant ends in the future, and {until} lies in the past")]
    Past {
        /// When it would end.
        until: Timestamp,
    },
    /// It ends too late.
    #[error("a grant ends within {days} days, not at {until}", days = LONGEST.as_hours() / 24)]
    Length {
        /// When it would end.
        until: Timestamp,
    },
    /// There is none.
    #[error("there is no grant")]
    Unknown,
    /// The app can't be found.
    #[error(transparent)]
    App(#[from] AppError),
    /// The store doesn't do its work.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The grant of an app that holds at a moment.
///
/// # Errors
/// [`StoreError`].
pub async fn current(store: &dyn Store, id: &AppId, now: Timestamp) -> Result<Option<Grant>, StoreError> {
    let grant = load(store, id).await?.map(|(_, grant)| grant);
    Ok(grant.filter(|grant| grant.holds(now)))
}

/// Gives a grant; it takes the place of one that there is.
///
/// # Errors
/// [`GrantError::Reason`], [`GrantError::NoRelease`], [`GrantError::Past`], [`GrantError::Length`], [`GrantError::App`], [`GrantError::Store`].
pub async fn give(
    store: &dyn Store,
    id: &AppId,
    releases: &[Unreleased],
    until: Timestamp,
    reason: &str,
    by: &By,
) -> Result<Grant, GrantError> {
    let (app_record, _) = app::load(store, id).await?;
    let mut releases = releases.to_vec();
    releases.sort_unstable();
    releases.dedup();
    if releases.is_empty() {
        return Err(GrantError::NoRelease);
    }
    let length = until.duration_since(by.at());
    if !length.is_positive() {
        return Err(GrantError::Past { until });
    }
    if length > LONGEST {
        return Err(GrantError::Length { until });
    }
    let grant = Grant {
        app: id.to_string(),
        releases,
        reason: required(reason).map_err(|UnfitReason| GrantError::Reason)?,
        by: by.actor().to_owned(),
        since: by.at(),
        until,
    };
    let entry = by.entry(Action::GrantGive, id.as_str()).after(json!(grant));
    let change = match load(store, id).await? {
        Some((record, before)) => Change::new(entry.before(json!(before))).replace(&record, json!(grant)),
        None => Change::new(entry).create(&key(id)?, json!(grant)),
    };
    store.commit(&change.rest_on(&app_record), by.at()).await?;
    Ok(grant)
}

/// Ends a grant before its time.
///
/// # Errors
/// [`GrantError::Unknown`] where none holds, [`GrantError::Store`].
pub async fn withdraw(store: &dyn Store, id: &AppId, by: &By) -> Result<(), GrantError> {
    let found = load(store, id).await?;
    let (record, grant) = found
        .filter(|(_, grant)| grant.holds(by.at()))
        .ok_or(GrantError::Unknown)?;
    let entry = by.entry(Action::GrantWithdraw, id.as_str()).before(json!(grant));
    // It stays, so that what is published from it has a later revision.
    let ended = Grant {
        until: by.at(),
        ..grant
    };
    let change = Change::new(entry).replace(&record, json!(ended));
    store.commit(&change, by.at()).await?;
    Ok(())
}

impl Grant {
    /// Whether it holds at a moment.
    #[must_use]
    pub fn holds(&self, now: Timestamp) -> bool {
        (self.since..self.until).contains(&now)
    }

    /// Whether a release may skip the check at a moment: one that is out never may (rule S2).
    #[must_use]
    pub fn lets_skip(&self, release: Release, now: Timestamp) -> bool {
        let unreleased = match release {
            Release::Devtools | Release::Develop => Unreleased::Develop,
            Release::Trial => Unreleased::Trial,
            Release::Review | Release::Release(_) => return false,
        };
        self.holds(now) && self.releases.contains(&unreleased)
    }
}

pub(crate) async fn load(store: &dyn Store, id: &AppId) -> Result<Option<(Record, Grant)>, StoreError> {
    let Some(record) = store.get(&key(id)?).await? else {
        return Ok(None);
    };
    let grant = store::read(&record)?;
    Ok(Some((record, grant)))
}

fn key(id: &AppId) -> Result<Key, StoreError> {
    Key::of(&["grant", id.as_str()])
}

const LONGEST: SignedDuration = SignedDuration::from_hours(30 * 24);
