//! Pre-flights as they are kept: the draft's, and that of the effective version.

use jiff::{SignedDuration, Timestamp};
use minigate_policy::{AppId, WrittenLists};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::Preflight;
use crate::store::{self, Change, Key, Record, Store, StoreError};

/// Why a draft's pre-flight isn't enough.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum PreflightFault {
    /// There is none of these lists.
    #[error("there was none of these entries")]
    Missing,
    /// It hasn't passed.
    #[error("the one of {finished_at} hasn't passed")]
    NotPassed {
        /// When it was over.
        finished_at: Timestamp,
    },
    /// It is older than 7 days.
    #[error("the one of {finished_at} is older than 7 days")]
    TooOld {
        /// When it was over.
        finished_at: Timestamp,
    },
}

/// A host whose certificate ends.
#[derive(Clone, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Ending {
    /// When it ends.
    pub not_after: Timestamp,
    /// Whose effective version lists the host.
    pub app: String,
    /// The entry of the host.
    pub entry: String,
}

/// The pre-flights of an app, as a publication finds them.
pub(crate) struct Kept {
    draft: Option<(Record, Preflight)>,
    effective: Option<Record>,
    effective_key: Key,
}

/// The pre-flight of exactly these lists of a draft.
///
/// # Errors
/// [`StoreError`].
pub async fn of_draft(
    store: &dyn Store,
    id: &AppId,
    lists: &WrittenLists,
) -> Result<Option<Preflight>, StoreError> {
    let kept = load(store, &draft_key(id)?).await?;
    Ok(kept
        .map(|(_, preflight)| preflight)
        .filter(|preflight| preflight.lists == *lists))
}

/// The pre-flight that the effective version passed before it was published, where it did.
///
/// # Errors
/// [`StoreError`].
pub async fn of_effective(store: &dyn Store, id: &AppId) -> Result<Option<Preflight>, StoreError> {
    let kept = load(store, &effective_key(id)?).await?;
    Ok(kept.map(|(_, preflight)| preflight))
}

/// The certificates of effective versions that end before a moment, as far as pre-flights have seen them, the first to end
/// first; those of the apps that `is_seen` names.
///
/// # Errors
/// [`StoreError`].
pub async fn ending(
    store: &dyn Store,
    before: Timestamp,
    most: usize,
    is_seen: impl Fn(&str) -> bool + Send,
) -> Result<Vec<Ending>, StoreError> {
    let prefix = Key::of(&["effective-preflight", ""])?;
    let mut endings = Vec::new();
    let mut after = None;
    loop {
        let records = store.list(&prefix, after.as_ref(), PAGE).await?;
        for record in &records {
            let app = record.key.as_str().rsplit('/').next().unwrap_or_default();
            if is_seen(app) {
                collect(&mut endings, app, &store::read(record)?, before);
            }
        }
        endings.sort_unstable();
        endings.truncate(most);
        match records.into_iter().next_back() {
            Some(last) => after = Some(last.key),
            None => return Ok(endings),
        }
    }
}

fn collect(endings: &mut Vec<Ending>, app: &str, preflight: &Preflight, before: Timestamp) {
    let ending = preflight.hosts.iter().filter_map(|host| {
        Some(Ending {
            not_after: host.not_after.filter(|not_after| *not_after < before)?,
            app: app.to_owned(),
            entry: host.entry.clone(),
        })
    });
    endings.extend(ending);
}

impl Kept {
    /// Those of an app, the draft's where it is of these lists.
    pub(crate) async fn load(
        store: &dyn Store,
        id: &AppId,
        lists: &WrittenLists,
    ) -> Result<Self, StoreError> {
        let draft = load(store, &draft_key(id)?).await?;
        Ok(Self {
            draft: draft.filter(|(_, preflight)| preflight.lists == *lists),
            effective: store.get(&effective_key(id)?).await?,
            effective_key: effective_key(id)?,
        })
    }

    /// Whether the draft has passed one that isn't too old.
    pub(crate) fn require(&self, now: Timestamp) -> Result<(), PreflightFault> {
        let (_, preflight) = self.draft.as_ref().ok_or(PreflightFault::Missing)?;
        let finished_at = preflight.finished_at;
        if !preflight.is_passed {
            return Err(PreflightFault::NotPassed { finished_at });
        }
        if now.duration_since(finished_at) > LONGEST_LIFE {
            return Err(PreflightFault::TooOld { finished_at });
        }
        Ok(())
    }

    /// The draft's becomes the effective version's, in the change that publishes it; one of other lists goes.
    pub(crate) fn settle(self, change: Change) -> Result<Change, StoreError> {
        let change = match &self.draft {
            Some((record, _)) => change.delete(record),
            None => change,
        };
        Ok(match (self.draft, self.effective) {
            (Some((_, passed)), Some(old)) => change.replace(&old, json!(passed)),
            (Some((_, passed)), None) => change.create(&self.effective_key, json!(passed)),
            (None, Some(old)) => change.delete(&old),
            (None, None) => change,
        })
    }
}

async fn load(store: &dyn Store, key: &Key) -> Result<Option<(Record, Preflight)>, StoreError> {
    let Some(record) = store.get(key).await? else {
        return Ok(None);
    };
    let preflight = store::read(&record)?;
    Ok(Some((record, preflight)))
}

pub(super) fn draft_key(id: &AppId) -> Result<Key, StoreError> {
    Key::of(&["preflight", id.as_str(), "draft"])
}

fn effective_key(id: &AppId) -> Result<Key, StoreError> {
    Key::of(&["effective-preflight", id.as_str()])
}

const LONGEST_LIFE: SignedDuration = SignedDuration::from_hours(7 * 24);
const PAGE: u32 = 20;
