//! The folders of one app on disk, and files in them that are nothing but files.

use std::{
    fs::TryLockError,
    io,
    path::Path,
    sync::{Mutex, MutexGuard, PoisonError},
};

use cap_fs_ext::{DirExt, FollowSymlinks, OpenOptionsFollowExt};
use cap_std::{
    ambient_authority,
    fs::{Dir, File, Metadata, OpenOptions},
};
use tempfile::TempDir;

use super::{
    FileFault, Unkept, account::Account, descriptor::Descriptors, path::MAX_DEPTH, sandbox::FileRules,
    sweep::sweep,
};

/// One app's folders. Nobody else has them as long as this lives.
#[derive(Debug)]
pub(super) struct Disk {
    pub(super) user: Dir,
    pub(super) saved: Dir,
    pub(super) temporary: Dir,
    /// Files that are being written and have no name yet.
    pub(super) parts: Dir,
    /// The folder of all of them.
    pub(super) root: Dir,
    account: Mutex<Account>,
    descriptors: Mutex<Descriptors>,
    /// Held, not read.
    _lock: std::fs::File,
    folder: Option<TempDir>,
}

impl Disk {
    /// Makes folders that go with the run; those of runs that were killed go now.
    pub(super) fn temporary(rules: &FileRules) -> io::Result<Self> {
        let folder = tempfile::Builder::new().prefix(PREFIX).tempdir()?;
        let root = Dir::open_ambient_dir(folder.path(), ambient_authority())?;
        let lock = begin_lock(&root)?;
        // Whatever is in the way of that isn't in the way of this run.
        let _ = sweep(folder.path());
        let mut disk = Self::in_folder(root, lock, rules)?;
        disk.folder = Some(folder);
        Ok(disk)
    }

    /// Opens folders that stay, below a folder of the app's own, or makes them. Nothing is written where something in
    /// their place is a link.
    pub(super) fn kept(folder: &Path, name: &str, rules: &FileRules) -> Result<Self, Unkept> {
        let own = folder.join(name);
        let unkept = |cause| Unkept::of(&own, cause);
        Dir::create_ambient_dir_all(folder, ambient_authority()).map_err(unkept)?;
        let all = Dir::open_ambient_dir(folder, ambient_authority()).map_err(unkept)?;
        refuse_link(&all, name, &own)?;
        let root = area(&all, name).map_err(unkept)?;
        for inner in AREAS.into_iter().chain([LOCK]) {
            refuse_link(&root, inner, &own.join(inner))?;
        }
        Self::open(root, rules).map_err(unkept)
    }

    fn open(root: Dir, rules: &FileRules) -> io::Result<Self> {
        let lock = lock(&root)?;
        Self::in_folder(root, lock, rules)
    }

    fn in_folder(root: Dir, lock: std::fs::File, rules: &FileRules) -> io::Result<Self> {
        let [user, saved, temporary, parts] = AREAS.map(|name| area(&root, name));
        let (user, saved, temporary, parts) = (user?, saved?, temporary?, parts?);
        // What a run that was killed has left behind.
        clear(&temporary)?;
        clear(&parts)?;
        let usage = Usage::of(&user, 0)?.and(Usage::of(&saved, 0)?);
        Ok(Self {
            user,
            saved,
            temporary,
            parts,
            root,
            account: Mutex::new(Account::new(rules, usage.bytes, usage.entries)),
            descriptors: Mutex::default(),
            _lock: lock,
            folder: None,
        })
    }

    /// Removes what goes with the run. What can't be removed goes when the folders are opened the next time.
    pub(super) fn end_run(&self) {
        let _ = clear(&self.temporary);
        let _ = clear(&self.parts);
    }

    /// Whether it is there after the run.
    pub(super) fn is_kept(&self) -> bool {
        self.folder.is_none()
    }

    /// The books. Whoever changes files holds them meanwhile, so that what was checked still holds when it is done.
    pub(super) fn account(&self) -> MutexGuard<'_, Account> {
        self.account.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The open files. Whoever needs the books, too, takes those first.
    pub(super) fn descriptors(&self) -> MutexGuard<'_, Descriptors> {
        self.descriptors.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        if self.is_kept() {
            // Where this fails, the next run does it.
            let _ = clear(&self.temporary).and(clear(&self.parts));
        }
    }
}

/// Opens a file that must be there and be nothing but a file.
///
/// # Errors
///
/// [`FileFault::IsDirectory`]; [`FileFault::Denied`] for a link, a device and a file with a second name.
pub(super) fn open_plain(dir: &Dir, path: &Path, options: &mut OpenOptions) -> Result<File, FileFault> {
    // Merely opening a pipe waits for its other end.
    require_plain(&dir.symlink_metadata(path)?)?;
    let file = dir.open_with(path, options.follow(FollowSymlinks::No))?;
    require_plain(&file.metadata()?)?;
    Ok(file)
}

/// The bytes of a file that may or may not be there and must be nothing but a file.
pub(super) fn plain_len(dir: &Dir, path: &Path) -> Result<Option<u64>, FileFault> {
    match dir.symlink_metadata(path) {
        Ok(metadata) => {
            require_plain(&metadata)?;
            Ok(Some(metadata.len()))
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error.into()),
    }
}

pub(super) fn require_plain(metadata: &Metadata) -> Result<(), FileFault> {
    if metadata.is_dir() {
        return Err(FileFault::IsDirectory);
    }
    if metadata.is_file() && names(metadata) == 1 {
        Ok(())
    } else {
        Err(FileFault::Denied)
    }
}

#[cfg(unix)]
fn names(metadata: &Metadata) -> u64 {
    cap_std::fs::MetadataExt::nlink(metadata)
}

#[cfg(not(unix))]
fn names(_metadata: &Metadata) -> u64 {
    1
}

/// What a folder holds, links not counted.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(super) struct Usage {
    pub(super) bytes: u64,
    pub(super) entries: usize,
    /// How many folders deep it is.
    pub(super) height: usize,
}

impl Usage {
    pub(super) fn of(dir: &Dir, depth: usize) -> io::Result<Self> {
        let mut usage = Self {
            height: 1,
            ..Self::default()
        };
        for entry in dir.entries()? {
            let entry = entry?;
            let metadata = entry.metadata()?;
            usage.entries += 1;
            if metadata.is_file() {
                usage.bytes += metadata.len();
            } else if metadata.is_dir() && depth < MAX_DEPTH {
                let inner = Self::of(&entry.open_dir()?, depth + 1)?;
                usage = usage.and(Self {
                    height: inner.height + 1,
                    ..inner
                });
            }
        }
        Ok(usage)
    }

    fn and(self, other: Self) -> Self {
        Self {
            bytes: self.bytes + other.bytes,
            entries: self.entries + other.entries,
            height: self.height.max(other.height),
        }
    }
}

fn refuse_link(dir: &Dir, name: &str, path: &Path) -> Result<(), Unkept> {
    let is_link = dir
        .symlink_metadata(name)
        .is_ok_and(|metadata| metadata.is_symlink());
    if !is_link {
        return Ok(());
    }
    Err(Unkept::Link {
        path: path.to_owned(),
        target: dir.read_link_contents(name).unwrap_or_default(),
    })
}

fn lock(root: &Dir) -> io::Result<std::fs::File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true);
    let file = root
        .open_with(LOCK, options.follow(FollowSymlinks::No))?
        .into_std();
    hold(file)
}

/// The lock of a new folder, which has its name only once it is held: a lock that nobody holds is one of a run that is gone.
fn begin_lock(root: &Dir) -> io::Result<std::fs::File> {
    let file = root.open_with(NEW_LOCK, OpenOptions::new().write(true).create_new(true))?;
    let lock = hold(file.into_std())?;
    root.rename(NEW_LOCK, root, LOCK)?;
    Ok(lock)
}

fn hold(file: std::fs::File) -> io::Result<std::fs::File> {
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(io::ErrorKind::ResourceBusy.into()),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

fn area(root: &Dir, name: &str) -> io::Result<Dir> {
    match root.create_dir(name) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        _ => root.open_dir_nofollow(name),
    }
}

fn clear(dir: &Dir) -> io::Result<()> {
    for entry in dir.entries()? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            dir.remove_dir_all(entry.file_name())?;
        } else {
            dir.remove_file_or_symlink(entry.file_name())?;
        }
    }
    Ok(())
}

/// How the names of folders begin that go with the run.
pub(super) const PREFIX: &str = "minigate-";
/// The file that is locked as long as a run has the folders.
pub(super) const LOCK: &str = "lock";
const NEW_LOCK: &str = "lock.new";
/// User files, saved files, temporary files, and files that have no name yet.
pub(super) const AREAS: [&str; 4] = ["usr", "store", "tmp", "parts"];
