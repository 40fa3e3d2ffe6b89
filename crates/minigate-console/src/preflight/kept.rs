//! Pre-flights as they are kept: the draft's, and that of the effective version.

use jiff::{SignedDuration, Timestamp};
use minigate_policy::{AppId, WrittenLists};
use serde_json::{Value, json};

use super::{Preflight, certificates};
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

/// The pre-flights of an app, as a publication finds them.
pub(crate) struct Kept {
    draft: Option<(Record, Preflight)>,
    effective: Place,
    certificates: Place,
}

/// Where something is kept, and what stands there.
struct Place {
    key: Key,
    old: Option<Record>,
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
            effective: Place::find(store, effective_key(id)?).await?,
            certificates: Place::find(store, certificates::key(id.as_str())?).await?,
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
        let passed = self.draft.as_ref().map(|(_, preflight)| preflight);
        let change = self.effective.fill(change, passed.map(|passed| json!(passed)));
        Ok(self.certificates.fill(change, passed.map(certificates::of)))
    }
}

impl Place {
    async fn find(store: &dyn Store, key: Key) -> Result<Self, StoreError> {
        let old = store.get(&key).await?;
        Ok(Self { key, old })
    }

    /// Puts something there, or nothing.
    fn fill(&self, change: Change, body: Option<Value>) -> Change {
        match (body, &self.old) {
            (Some(body), Some(old)) => change.replace(old, body),
            (Some(body), None) => change.create(&self.key, body),
            (None, Some(old)) => change.delete(old),
            (None, None) => change,
        }
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
