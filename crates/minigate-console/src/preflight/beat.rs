//! The sign of life of a pre-flight that is under way, and how far it has come.
//!
//! It ends soon where nobody renews it, so that the end of a process keeps nobody from beginning another pre-flight.

use jiff::{SignedDuration, Timestamp};
use minigate_policy::AppId;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::moment::after;
use crate::store::{Key, Store, StoreError};

/// How far a pre-flight has come.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Progress {
    /// How many hosts were looked at.
    pub looked: usize,
    /// How many there are.
    pub hosts: usize,
}

pub(super) async fn keep(
    store: &dyn Store,
    id: &AppId,
    progress: Progress,
    at: Timestamp,
) -> Result<(), StoreError> {
    store.keep(&key(id)?, &json!(progress), after(at, LIFE)).await
}

pub(super) async fn load(
    store: &dyn Store,
    id: &AppId,
    now: Timestamp,
) -> Result<Option<Progress>, StoreError> {
    let key = key(id)?;
    let Some(body) = store.kept(&key, now).await? else {
        return Ok(None);
    };
    let progress = serde_json::from_value(body).map_err(|error| StoreError::Corrupt {
        place: key.to_string(),
        reason: error.to_string(),
    })?;
    Ok(Some(progress))
}

fn key(id: &AppId) -> Result<Key, StoreError> {
    Key::of(&["preflight", id.as_str(), "beat"])
}

const LIFE: SignedDuration = SignedDuration::from_secs(60);
