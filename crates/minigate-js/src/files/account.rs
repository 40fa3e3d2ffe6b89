//! How many bytes and entries an app's files have, and may have.

use super::{FileFault, sandbox::FileRules};

/// The books of one app's files.
#[derive(Debug)]
pub(super) struct Account {
    /// User files and saved files.
    pub(super) kept: Ledger,
    /// Temporary files.
    pub(super) temporary: Ledger,
    entries: usize,
}

/// The bytes of one kind of file.
#[derive(Debug)]
pub(super) struct Ledger {
    limit: u64,
    used: u64,
    arriving: u64,
}

impl Account {
    pub(super) fn new(rules: &FileRules, used: u64, entries: usize) -> Self {
        Self {
            kept: Ledger::new(rules.kept, used),
            temporary: Ledger::new(rules.temporary, 0),
            entries,
        }
    }

    /// Makes room for files and folders: empty ones take up the disk, too.
    ///
    /// # Errors
    ///
    /// [`FileFault::Full`] where there are too many.
    pub(super) fn require_entries(&self, more: usize) -> Result<(), FileFault> {
        if self.entries + more > MAX_ENTRIES {
            Err(FileFault::Full)
        } else {
            Ok(())
        }
    }

    pub(super) fn add_entries(&mut self, more: usize) {
        self.entries += more;
    }

    pub(super) fn drop_entries(&mut self, fewer: usize) {
        self.entries = self.entries.saturating_sub(fewer);
    }
}

impl Ledger {
    fn new(limit: u64, used: u64) -> Self {
        Self {
            limit,
            used,
            arriving: 0,
        }
    }

    /// Whether `added` bytes fit in place of `freed` ones.
    ///
    /// # Errors
    ///
    /// [`FileFault::Full`] where they don't. Files that don't grow always fit.
    pub(super) fn require(&self, freed: u64, added: u64) -> Result<(), FileFault> {
        let after = (self.used + self.arriving)
            .saturating_sub(freed)
            .saturating_add(added);
        if added > freed && after > self.limit {
            Err(FileFault::Full)
        } else {
            Ok(())
        }
    }

    /// Books what has been done.
    pub(super) fn book(&mut self, freed: u64, added: u64) {
        self.used = self.used.saturating_sub(freed).saturating_add(added);
    }

    /// Makes room for bytes on their way to a file that takes the place of one with `credit` bytes.
    ///
    /// # Errors
    ///
    /// [`FileFault::Full`] where there is none.
    pub(super) fn arrive(&mut self, bytes: u64, credit: u64) -> Result<(), FileFault> {
        let after = (self.used + self.arriving).saturating_add(bytes);
        if after > self.limit.saturating_add(credit) {
            return Err(FileFault::Full);
        }
        self.arriving += bytes;
        Ok(())
    }

    /// Bytes on their way have come to an end, good or bad.
    pub(super) fn leave(&mut self, bytes: u64) {
        self.arriving = self.arriving.saturating_sub(bytes);
    }
}

/// More than any app has, and less than fills a disk's table of files.
const MAX_ENTRIES: usize = 100_000;

#[cfg(test)]
impl Account {
    /// The bytes of both kinds and the entries, for tests that count again; nothing is on its way then.
    pub(super) fn totals(&self) -> (u64, u64, usize) {
        assert_eq!((self.kept.arriving, self.temporary.arriving), (0, 0));
        (self.kept.used, self.temporary.used, self.entries)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_byte_fits_and_one_more_does_not() {
        let mut ledger = Ledger::new(10, 4);

        assert_eq!(ledger.require(0, 6), Ok(()));
        assert_eq!(ledger.require(0, 7), Err(FileFault::Full));
        assert_eq!(ledger.require(4, 10), Ok(()));
        ledger.arrive(3, 0).unwrap();
        assert_eq!(ledger.require(0, 4), Err(FileFault::Full));
        ledger.leave(3);
        ledger.book(0, 6);
        assert_eq!(ledger.arrive(1, 0), Err(FileFault::Full));
        assert_eq!(ledger.arrive(4, 4), Ok(()));
    }

    #[test]
    fn files_above_a_limit_that_was_lowered_may_shrink() {
        let ledger = Ledger::new(10, 30);

        assert_eq!(ledger.require(20, 15), Ok(()));
        assert_eq!(ledger.require(20, 21), Err(FileFault::Full));
    }
}
