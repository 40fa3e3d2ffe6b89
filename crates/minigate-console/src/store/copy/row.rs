//! One row of any table, and what the rows of a table come to.

use std::collections::BTreeMap;
use std::fmt;

use data_encoding::HEXLOWER;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::store::Sequence;
use crate::store::sql::AuditRow;

/// A table.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Table {
    /// Records by key.
    Record,
    /// The audit log.
    Audit,
    /// What ends by itself.
    Ticket,
    /// The register of filings.
    Filing,
}

/// What the rows of a table come to.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Tally {
    /// How many there are.
    pub count: u64,
    /// The SHA-256 of all of them in their order, in hex.
    pub sha256: String,
}

/// What the tables come to.
pub type Copied = BTreeMap<Table, Tally>;

/// A row, as it is.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum Row {
    Record(String, Sequence, String),
    Audit(Box<AuditRow>),
    Ticket(String, String, i64),
    Filing(String, String),
}

/// Counts rows as they go by.
#[derive(Default)]
pub(super) struct Tallying(BTreeMap<Table, (u64, Sha256)>);

impl Table {
    /// All of them, in the order in which they are copied.
    pub const ALL: [Self; 4] = [Self::Record, Self::Audit, Self::Ticket, Self::Filing];
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Record => "record",
            Self::Audit => "audit",
            Self::Ticket => "ticket",
            Self::Filing => "filing",
        })
    }
}

impl Row {
    pub(super) const fn table(&self) -> Table {
        match self {
            Self::Record(..) => Table::Record,
            Self::Audit(_) => Table::Audit,
            Self::Ticket(..) => Table::Ticket,
            Self::Filing(..) => Table::Filing,
        }
    }
}

impl Tallying {
    pub(super) fn take(&mut self, row: &Row) {
        let (count, digest) = self.0.entry(row.table()).or_default();
        *count += 1;
        // A row of texts and numbers is always JSON; one that weren't would be missing on both sides.
        digest.update(serde_json::to_vec(row).unwrap_or_default());
        digest.update(b"\n");
    }

    pub(super) fn finish(mut self) -> Copied {
        let tally = |table| {
            let (count, digest) = self.0.remove(&table).unwrap_or_default();
            let sha256 = HEXLOWER.encode(&digest.finalize());
            (table, Tally { count, sha256 })
        };
        Table::ALL.map(tally).into()
    }
}
