//! A file that is being written and has no name that an app could use.

use std::{
    collections::hash_map::RandomState,
    hash::{BuildHasher, Hasher},
    io::Write,
    path::Path,
    sync::Arc,
};

use cap_std::fs::{Dir, File, OpenOptions};

use super::{
    FileFault,
    account::Account,
    disk::{Disk, plain_len},
};

/// A file in the making. It goes away unless it gets a name.
pub(super) struct Part {
    disk: Arc<Disk>,
    name: String,
    file: Option<File>,
    len: u64,
}

impl Part {
    pub(super) fn new(disk: &Arc<Disk>) -> Result<Self, FileFault> {
        let name = unguessable();
        let mut options = OpenOptions::new();
        let file = disk
            .parts
            .open_with(&name, options.write(true).create_new(true))?;
        Ok(Self {
            disk: Arc::clone(disk),
            name,
            file: Some(file),
            len: 0,
        })
    }

    pub(super) fn write(&mut self, bytes: &[u8]) -> Result<(), FileFault> {
        let file = self.file.as_mut().ok_or(FileFault::Io)?;
        file.write_all(bytes)?;
        self.len += bytes.len() as u64;
        Ok(())
    }

    /// Gives it the name of a user file, in place of one that has it already. All of it is there at once.
    ///
    /// # Errors
    ///
    /// [`FileFault::Full`] where it doesn't fit; nothing has changed then.
    pub(super) fn place(self, account: &mut Account, dir: &Dir, path: &Path) -> Result<(), FileFault> {
        let old = plain_len(dir, path)?;
        let (freed, added) = (old.unwrap_or(0), self.len);
        let more = usize::from(old.is_none());
        account.kept.require(freed, added)?;
        account.require_entries(more)?;
        self.rename(dir, path)?;
        account.kept.book(freed, added);
        account.add_entries(more);
        Ok(())
    }

    /// Gives it the name of a temporary file, which is new.
    pub(super) fn place_new(self, account: &mut Account, name: &str) -> Result<(), FileFault> {
        let (disk, added) = (Arc::clone(&self.disk), self.len);
        account.temporary.require(0, added)?;
        account.require_entries(1)?;
        self.rename(&disk.temporary, name.as_ref())?;
        account.temporary.book(0, added);
        account.add_entries(1);
        Ok(())
    }

    /// Gives it the name of a file beside the areas, with all of its bytes on the disk before.
    pub(super) fn place_log(self, path: &Path) -> Result<(), FileFault> {
        let disk = Arc::clone(&self.disk);
        if let Some(file) = &self.file {
            file.sync_all()?;
        }
        self.rename(&disk.root, path)
    }

    fn rename(mut self, dir: &Dir, path: &Path) -> Result<(), FileFault> {
        // Some systems move no file that is open.
        self.file = None;
        self.disk.parts.rename(&self.name, dir, path)?;
        self.name.clear();
        Ok(())
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        self.file = None;
        if !self.name.is_empty() {
            // Where this fails, the end of the run does it.
            let _ = self.disk.parts.remove_file(&self.name);
        }
    }
}

/// A name that no other file has.
pub(super) fn unguessable() -> String {
    let half = || RandomState::new().build_hasher().finish();
    format!("{:016x}{:016x}", half(), half())
}

/// The same with an ending, if it is one that a file could have.
pub(super) fn unguessable_with(extension: Option<&str>) -> String {
    let fits = |ending: &&str| {
        (1..=16).contains(&ending.len()) && ending.bytes().all(|byte| byte.is_ascii_alphanumeric())
    };
    match extension.filter(fits) {
        Some(ending) => format!("{}.{ending}", unguessable()),
        None => unguessable(),
    }
}
