use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crate::dial::Record;

/// Packets that a call lost: while it dialled, and on the connection that it uses.
#[derive(Default)]
pub(super) struct Losses {
    dialling: AtomicU64,
    line: Mutex<Option<(Arc<Record>, u64)>>,
}

impl Losses {
    pub(super) fn add(&self, packets: u32) {
        self.dialling.fetch_add(u64::from(packets), Ordering::Relaxed);
    }

    /// From now on those of a connection count.
    pub(super) fn follow(&self, record: Option<&Arc<Record>>) {
        let line = record.map(|record| (Arc::clone(record), record.lost()));
        *self.line.lock().unwrap_or_else(PoisonError::into_inner) = line;
    }

    pub(super) fn count(&self) -> u64 {
        let line = self.line.lock().unwrap_or_else(PoisonError::into_inner);
        let on_line = line.as_ref().map_or(0, |(record, before)| record.lost() - before);
        self.dialling.load(Ordering::Relaxed) + on_line
    }
}
