//! Files that were saved under names of the platform's making.

use std::path::Path;

use cap_fs_ext::{DirExt, SystemTimeSpec};
use serde::Serialize;

use super::{
    FileFault, Sandbox,
    account::Account,
    disk::{Disk, plain_len},
    part::unguessable_with,
    path::{Spot, shown},
    stat::seconds,
};

/// An entry of `getSavedFileList`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SavedFile {
    file_path: String,
    size: u64,
    create_time: u64,
}

impl Sandbox {
    /// Moves a temporary file to a user file, or to a name of the platform's making; tells its new path.
    pub(super) fn save(&self, temporary: &str, target: Option<&str>) -> Result<String, FileFault> {
        let Spot::Temporary(from) = self.spot(temporary)? else {
            return Err(FileFault::Denied);
        };
        let disk = self.disk()?;
        let mut account = disk.account();
        let len = plain_len(&disk.temporary, &from)?.ok_or(FileFault::NoTemporary)?;
        let Some(written) = target else {
            let extension = from.extension().and_then(|extension| extension.to_str());
            let name = unguessable_with(extension);
            move_saved(&disk, &mut account, &from, len, &name)?;
            return Ok(format!("{}{name}", self.rules.scheme.saved()));
        };
        let to = self.writable(written)?;
        let old = plain_len(&disk.user, &to)?;
        account.kept.require(old.unwrap_or(0), len)?;
        disk.temporary.rename(&from, &disk.user, &to)?;
        account.kept.book(old.unwrap_or(0), len);
        account.temporary.book(len, 0);
        account.drop_entries(usize::from(old.is_some()));
        Ok(written.to_owned())
    }

    /// What keeps a file from being saved that isn't temporary; one that isn't there at all is missing.
    pub(super) fn require_temporary(&self, path: &str) -> Result<(), FileFault> {
        match self.spot(path)? {
            Spot::Temporary(_) => Ok(()),
            Spot::Package(_) => Err(FileFault::Denied),
            Spot::User(_) | Spot::Saved(_) => match self.stat(path) {
                Ok(_) => Err(FileFault::Denied),
                Err(FileFault::Missing | FileFault::NotADirectory) => Err(FileFault::NoTemporary),
                Err(fault) => Err(fault),
            },
        }
    }

    /// All saved files, the oldest first.
    pub(super) fn saved_files(&self) -> Result<Vec<SavedFile>, FileFault> {
        let disk = self.disk()?;
        let mut files = Vec::new();
        for entry in disk.saved.entries()? {
            let entry = entry?;
            let metadata = entry.metadata()?;
            let name = shown(Path::new(&entry.file_name()));
            if let Some(name) = name.filter(|_| metadata.is_file()) {
                files.push(SavedFile {
                    file_path: format!("{}{name}", self.rules.scheme.saved()),
                    size: metadata.len(),
                    create_time: seconds(metadata.modified().ok()),
                });
            }
        }
        files.sort_by(|one, other| {
            (one.create_time, &one.file_path).cmp(&(other.create_time, &other.file_path))
        });
        Ok(files)
    }

    /// What is known of a saved file.
    pub(super) fn saved_file(&self, path: &str) -> Result<SavedFile, FileFault> {
        let files = self.saved_files()?;
        let found = files.into_iter().find(|file| file.file_path == path);
        found.ok_or(FileFault::Missing)
    }

    /// Removes a saved file.
    pub(super) fn remove_saved(&self, path: &str) -> Result<(), FileFault> {
        match self.spot(path)? {
            Spot::Saved(_) => self.remove(path),
            _ => Err(FileFault::Denied),
        }
    }
}

fn move_saved(
    disk: &Disk,
    account: &mut Account,
    from: &Path,
    len: u64,
    name: &str,
) -> Result<(), FileFault> {
    account.kept.require(0, len)?;
    // Its time is that of saving from now on.
    disk.temporary.set_mtime(from, SystemTimeSpec::SymbolicNow)?;
    disk.temporary.rename(from, &disk.saved, name)?;
    account.kept.book(0, len);
    account.temporary.book(len, 0);
    Ok(())
}
