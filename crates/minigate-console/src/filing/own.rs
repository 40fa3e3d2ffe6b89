//! The console's own register of filings, in its database.

use async_trait::async_trait;
use jiff::Timestamp;
use minigate_policy::Domain;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{Filing, FilingRegister, FilingUnknown, Register};
use crate::By;
use crate::action::Action;
use crate::store::{self, Change, FilingRows, Import, Key, Store, StoreError};

/// The console's own register.
#[derive(Clone, Copy, Debug)]
pub struct OwnRegister<'a> {
    store: &'a dyn Store,
}

/// The last import into the console's own register.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Imported {
    /// How many domains it had.
    pub count: usize,
    /// What became of those that were there before.
    pub import: Import,
    /// Who did it.
    pub by: String,
    /// When.
    pub at: Timestamp,
}

/// Imports filings: one change, all of it or nothing, with the count in the audit log.
///
/// # Errors
/// [`StoreError`].
pub async fn import(
    store: &dyn Store,
    register: Register,
    import: Import,
    by: &By,
) -> Result<Imported, StoreError> {
    let imported = Imported {
        count: register.0.len(),
        import,
        by: by.actor().to_owned(),
        at: by.at(),
    };
    let entry = by.platform_entry(Action::FilingImport).after(json!(imported));
    let change = match store.get(&key()?).await? {
        Some(record) => Change::new(entry.before(record.body.clone())).replace(&record, json!(imported)),
        None => Change::new(entry).create(&key()?, json!(imported)),
    };
    let rows = FilingRows {
        import,
        rows: register.0,
    };
    store.commit(&change.with_filings(rows), by.at()).await?;
    Ok(imported)
}

/// The last import; none where the console has no register of its own.
///
/// # Errors
/// [`StoreError`].
pub async fn imported(store: &dyn Store) -> Result<Option<Imported>, StoreError> {
    let record = store.get(&key()?).await?;
    record.as_ref().map(store::read).transpose()
}

impl<'a> OwnRegister<'a> {
    /// That of a store.
    #[must_use]
    pub const fn of(store: &'a dyn Store) -> Self {
        Self { store }
    }
}

#[async_trait]
impl FilingRegister for OwnRegister<'_> {
    async fn licence(&self, registrable: &Domain) -> Filing {
        match self.store.filing(registrable.as_str()).await {
            Ok(Some(licence)) => Filing::Filed { licence },
            Ok(None) => Filing::NotFiled,
            Err(error) => {
                tracing::error!(%error, "the register of filings can't be read");
                let why = FilingUnknown::Unreadable;
                Filing::Unknown { why }
            }
        }
    }
}

/// What was decided on the register rests on this record: each import writes it.
pub(super) fn key() -> Result<Key, StoreError> {
    Key::of(&["platform", "filings"])
}
