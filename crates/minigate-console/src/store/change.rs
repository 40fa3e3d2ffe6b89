//! What is written at once.

use serde_json::Value;

use super::{Entry, Key, Record, Sequence};

/// Writes that belong together, and their entry in the audit log.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    pub(super) entry: Entry,
    pub(super) writes: Vec<Write>,
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
        self.with(&record.key, Some(record.revision), Deed::Rest)
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
