//! When the certificates of effective versions end: a small record for each app, so that nobody reads whole pre-flights to
//! tell it.

use std::collections::BTreeSet;

use jiff::Timestamp;
use minigate_policy::AppId;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Preflight;
use crate::store::{self, Key, Record, Store, StoreError};

/// A host whose certificate ends.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Ending {
    /// When it ends.
    pub not_after: Timestamp,
    /// Whose effective version lists the host.
    pub app: String,
    /// The entry of the host.
    pub entry: String,
}

#[derive(Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "camelCase")]
struct Certificate {
    not_after: Timestamp,
    entry: String,
}

/// The certificates of an app's effective version, as far as its pre-flight has seen them, the first to end first.
///
/// # Errors
/// [`StoreError`].
pub async fn endings_of(store: &dyn Store, id: &AppId) -> Result<Vec<Ending>, StoreError> {
    let record = store.get(&key(id.as_str())?).await?;
    record.as_ref().map_or_else(|| Ok(Vec::new()), endings_in)
}

/// The certificates of effective versions that end before a moment, as far as pre-flights have seen them, the first to end
/// first; those of some apps, or of all.
///
/// # Errors
/// [`StoreError`].
pub async fn ending(
    store: &dyn Store,
    apps: Option<&BTreeSet<String>>,
    before: Timestamp,
    most: usize,
) -> Result<Vec<Ending>, StoreError> {
    let mut endings = Endings {
        first: Vec::new(),
        before,
        most,
    };
    match apps {
        Some(apps) => {
            for app in apps {
                endings.add(store.get(&key(app)?).await?.as_slice())?;
            }
        }
        None => {
            let mut after = None;
            loop {
                let records = store.list(&key("")?, after.as_ref(), PAGE).await?;
                endings.add(&records)?;
                match records.into_iter().next_back() {
                    Some(last) => after = Some(last.key),
                    None => break,
                }
            }
        }
    }
    Ok(endings.first)
}

/// Those that end first, of all that were added.
struct Endings {
    first: Vec<Ending>,
    before: Timestamp,
    most: usize,
}

impl Endings {
    fn add(&mut self, records: &[Record]) -> Result<(), StoreError> {
        for record in records {
            let soon = endings_in(record)?.into_iter();
            self.first
                .extend(soon.take_while(|ending| ending.not_after < self.before));
        }
        self.first.sort_unstable();
        self.first.truncate(self.most);
        Ok(())
    }
}

fn endings_in(record: &Record) -> Result<Vec<Ending>, StoreError> {
    let app = record.key.as_str().rsplit('/').next().unwrap_or_default();
    let certificates: Vec<Certificate> = store::read(record)?;
    let endings = certificates.into_iter().map(|certificate| Ending {
        not_after: certificate.not_after,
        app: app.to_owned(),
        entry: certificate.entry,
    });
    Ok(endings.collect())
}

/// What is kept of a pre-flight that a version has passed.
pub(super) fn of(preflight: &Preflight) -> Value {
    let seen = preflight.hosts.iter().filter_map(|host| {
        Some(Certificate {
            not_after: host.not_after?,
            entry: host.entry.clone(),
        })
    });
    json!(seen.collect::<BTreeSet<_>>())
}

pub(super) fn key(app: &str) -> Result<Key, StoreError> {
    Key::of(&["certificates", app])
}

const PAGE: u32 = 100;
