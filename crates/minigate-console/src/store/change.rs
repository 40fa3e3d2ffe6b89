//! What is written at once.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Entry, Key, Record, Sequence};

/// Writes that belong together, and their entry in the audit log.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    pub(super) entry: Entry,
    pub(super) writes: Vec<Write>,
    pub(super) filings: Option<FilingRows>,
}

/// Rows for the register of filings, which has a table of its own: it is too large for records.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct FilingRows {
    /// Whether they take the place of all that is there.
    pub import: Import,
    /// The licences, by registrable domain.
    pub rows: BTreeMap<String, String>,
}

/// What becomes of the rows that are there.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Import {
    /// They go.
    Replace,
    /// They stay, but for those of domains that come anew.
    Merge,
}

/// One record's part in a change.
#[derive(Clone, Debug, PartialEq)]
pub struct Write {
    /// Its key.
    pub key: Key,
    /// The revision at which it has to be; none where it mustn't be there.
    pub expected: Option<Sequence>,
    /// What becomes of it.
    pub deed: Deed,
}

/// What becomes of a record.
#[derive(Clone, Debug, PartialEq)]
pub enum Deed {
    /// It says this from now on.
    Put(Value),
    /// It is gone.
    Delete,
    /// It stays as it is; the change rests on what it says.
    Rest,
}

impl Change {
    /// A change that writes nothing but its entry so far.
    #[must_use]
    pub const fn new(entry: Entry) -> Self {
        Self {
            entry,
            writes: Vec::new(),
            filings: None,
        }
    }

    /// Writes the register of filings.
    #[must_use]
    pub fn with_filings(self, filings: FilingRows) -> Self {
        Self {
            filings: Some(filings),
            ..self
        }
    }

    /// Writes a record that isn't there.
    #[must_use]
    pub fn create(self, key: &Key, body: Value) -> Self {
        self.with(key, None, Deed::Put(body))
    }

    /// Writes a record anew that was read.
    #[must_use]
    pub fn replace(self, record: &Record, body: Value) -> Self {
        self.with(&record.key, Some(record.revision), Deed::Put(body))
    }

    /// Deletes a record that was read.
    #[must_use]
    pub fn delete(self, record: &Record) -> Self {
        self.with(&record.key, Some(record.revision), Deed::Delete)
    }

    /// Rests on a record that was read: the change fails where it has moved on.
    #[must_use]
    pub fn rest_on(self, record: &Record) -> Self {
        self.rest_at(&record.key, record.revision)
    }

    /// Rests on a record of which only the revision is known.
    #[must_use]
    pub fn rest_at(self, key: &Key, revision: Sequence) -> Self {
        self.with(key, Some(revision), Deed::Rest)
    }

    /// Rests on there being no such record: the change fails where somebody has written one.
    #[must_use]
    pub fn rest_on_absence(self, key: &Key) -> Self {
        self.with(key, None, Deed::Rest)
    }

    /// Tells in its entry of one more thing that it changes, by a name.
    pub(crate) fn telling(mut self, name: &str, before: Value, after: Value) -> Self {
        let sides = [(&mut self.entry.before, before), (&mut self.entry.after, after)];
        for (told, value) in sides {
            if let Some(Value::Object(members)) = told {
                members.insert(name.to_owned(), value);
            }
        }
        self
    }

    fn with(mut self, key: &Key, expected: Option<Sequence>, deed: Deed) -> Self {
        self.writes.push(Write {
            key: key.clone(),
            expected,
            deed,
        });
        self
    }
}
