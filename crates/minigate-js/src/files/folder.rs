//! Folders, and what happens to names in them.

use std::{
    io,
    path::{Path, PathBuf},
};

use cap_std::fs::{Dir, Metadata};

use super::{
    FileFault, Sandbox,
    disk::{Usage, plain_len},
    path::{MAX_DEPTH, Spot, shown},
    stat::Stat,
};

impl Sandbox {
    /// What is known of a file or folder.
    pub(super) fn stat(&self, path: &str) -> Result<Stat, FileFault> {
        let disk = self.disk()?;
        let (dir, inner) = match self.spot(path)? {
            Spot::User(inner) if inner == Path::new("") => return Ok(Stat::of(&disk.user.dir_metadata()?)),
            Spot::User(inner) => (&disk.user, inner),
            Spot::Saved(inner) => (&disk.saved, inner),
            Spot::Temporary(inner) => (&disk.temporary, inner),
            Spot::Package(_) => return Err(FileFault::Outside),
        };
        let metadata = dir.symlink_metadata(inner)?;
        if metadata.is_dir() || metadata.is_file() {
            Ok(Stat::of(&metadata))
        } else {
            Err(FileFault::Denied)
        }
    }

    /// What is known of a folder and all that is in it, by paths that start at the folder.
    pub(super) fn stat_all(&self, path: &str) -> Result<Vec<(String, Stat)>, FileFault> {
        let dir = self.folder(path)?;
        let mut all = vec![("/".to_owned(), self.stat(path)?)];
        collect(&dir, "", 0, &mut all)?;
        Ok(all)
    }

    /// The names in a folder, in their order.
    pub(super) fn names(&self, path: &str) -> Result<Vec<String>, FileFault> {
        let mut names: Vec<_> = entries(&self.folder(path)?)?
            .into_iter()
            .map(|(name, _, _)| name)
            .collect();
        names.sort();
        Ok(names)
    }

    pub(super) fn make_folder(&self, path: &str, recursive: bool) -> Result<(), FileFault> {
        let inner = self.changeable(path).map_err(|fault| match fault {
            FileFault::NotPermitted => FileFault::Exists,
            fault => fault,
        })?;
        let disk = self.disk()?;
        let mut account = disk.account();
        let mut missing = vec![inner.as_path()];
        let above = inner.ancestors().skip(1).filter(|above| *above != Path::new(""));
        if recursive {
            missing.extend(above.take_while(|above| is_missing(&disk.user, above)));
        }
        account.require_entries(missing.len())?;
        for folder in missing.into_iter().rev() {
            disk.user.create_dir(folder)?;
            account.add_entries(1);
        }
        Ok(())
    }

    pub(super) fn remove_folder(&self, path: &str, recursive: bool) -> Result<(), FileFault> {
        let inner = self.changeable(path).map_err(|fault| match fault {
            FileFault::NotPermitted => FileFault::Denied,
            fault => fault,
        })?;
        let disk = self.disk()?;
        let mut account = disk.account();
        let before = Usage::of(&open_folder(&disk.user, &inner)?, 0)?;
        let removed = if recursive {
            disk.user.remove_dir_all(&inner)
        } else {
            disk.user.remove_dir(&inner)
        };
        let after = match &removed {
            Ok(()) => Usage::default(),
            Err(_) => Usage::of(&disk.user.open_dir(&inner)?, 0)?,
        };
        account.kept.book(before.bytes, after.bytes);
        account.drop_entries(before.entries - after.entries + usize::from(removed.is_ok()));
        Ok(removed?)
    }

    /// Removes a user file or a saved one.
    pub(super) fn remove(&self, path: &str) -> Result<(), FileFault> {
        let disk = self.disk()?;
        let (dir, inner) = match self.spot(path)? {
            Spot::User(inner) if inner == Path::new("") => return Err(FileFault::NotPermitted),
            Spot::User(inner) => (&disk.user, inner),
            Spot::Saved(inner) => (&disk.saved, inner),
            Spot::Temporary(_) | Spot::Package(_) => return Err(FileFault::Denied),
        };
        let mut account = disk.account();
        let len = match plain_len(dir, &inner) {
            Ok(len) => len.ok_or(FileFault::Missing)?,
            Err(FileFault::IsDirectory) => return Err(FileFault::NotPermitted),
            Err(fault) => return Err(fault),
        };
        dir.remove_file(&inner)?;
        account.kept.book(len, 0);
        account.drop_entries(1);
        Ok(())
    }

    /// Moves a user file or a folder; a file in the way is replaced.
    pub(super) fn rename(&self, from: &str, to: &str) -> Result<(), FileFault> {
        let (from, to) = (self.changeable(from)?, self.changeable(to)?);
        let disk = self.disk()?;
        let mut account = disk.account();
        let metadata = disk.user.symlink_metadata(&from)?;
        if metadata.is_dir() {
            let height = Usage::of(&open_folder(&disk.user, &from)?, 0)?.height;
            if to.components().count() + height > MAX_DEPTH {
                return Err(FileFault::TooLong);
            }
        } else {
            plain_len(&disk.user, &from)?;
        }
        if from == to {
            return Ok(());
        }
        let replaced = replaceable(&disk.user, &to, &metadata)?;
        disk.user.rename(&from, &disk.user, &to)?;
        account.kept.book(replaced.unwrap_or(0), 0);
        account.drop_entries(usize::from(replaced.is_some()));
        Ok(())
    }

    /// The place of a user file or folder that is not the folder of all.
    fn changeable(&self, path: &str) -> Result<PathBuf, FileFault> {
        match self.spot(path)? {
            Spot::User(inner) if inner == Path::new("") => Err(FileFault::NotPermitted),
            Spot::User(inner) => Ok(inner),
            Spot::Saved(_) | Spot::Temporary(_) | Spot::Package(_) => Err(FileFault::Denied),
        }
    }

    fn folder(&self, path: &str) -> Result<Dir, FileFault> {
        let disk = self.disk()?;
        match self.spot(path)? {
            Spot::User(inner) if inner == Path::new("") => Ok(disk.user.try_clone()?),
            Spot::User(inner) => open_folder(&disk.user, &inner),
            Spot::Saved(_) | Spot::Temporary(_) | Spot::Package(_) => Err(FileFault::Denied),
        }
    }
}

fn open_folder(dir: &Dir, path: &Path) -> Result<Dir, FileFault> {
    let metadata = dir.symlink_metadata(path)?;
    if metadata.is_dir() {
        Ok(dir.open_dir(path)?)
    } else if metadata.is_file() {
        Err(FileFault::NotADirectory)
    } else {
        Err(FileFault::Denied)
    }
}

/// The bytes of a file that something else is to replace; nothing where none is there.
fn replaceable(dir: &Dir, path: &Path, by: &Metadata) -> Result<Option<u64>, FileFault> {
    match plain_len(dir, path) {
        Err(FileFault::IsDirectory) => Err(FileFault::Exists),
        Ok(Some(_)) if by.is_dir() => Err(FileFault::Exists),
        found => found,
    }
}

fn is_missing(dir: &Dir, path: &Path) -> bool {
    dir.symlink_metadata(path)
        .is_err_and(|error| error.kind() == io::ErrorKind::NotFound)
}

/// What an app sees in a folder: files and folders whose names it could write itself.
fn entries(dir: &Dir) -> Result<Vec<(String, Metadata, PathBuf)>, FileFault> {
    let mut found = Vec::new();
    for entry in dir.entries()? {
        let entry = entry?;
        let (metadata, stored) = (entry.metadata()?, PathBuf::from(entry.file_name()));
        if let Some(name) = shown(&stored).filter(|_| metadata.is_dir() || metadata.is_file()) {
            found.push((name, metadata, stored));
        }
    }
    Ok(found)
}

fn collect(dir: &Dir, above: &str, depth: usize, all: &mut Vec<(String, Stat)>) -> Result<(), FileFault> {
    let mut found = entries(dir)?;
    found.sort_by(|one, other| one.0.cmp(&other.0));
    for (name, metadata, stored) in found {
        let path = format!("{above}/{name}");
        all.push((path.clone(), Stat::of(&metadata)));
        if metadata.is_dir() && depth < MAX_DEPTH {
            collect(&dir.open_dir(stored)?, &path, depth + 1, all)?;
        }
    }
    Ok(())
}
