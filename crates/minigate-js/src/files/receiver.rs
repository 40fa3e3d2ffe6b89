//! A file that comes from elsewhere, piece by piece.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{
    FileFault,
    account::{Account, Ledger},
    disk::{Disk, plain_len},
    part::{Part, unguessable_with},
    path::Scheme,
};

/// A file on its way: a download. The app sees it only once it is whole; dropping it leaves nothing behind.
///
/// Each byte counts towards the app's limit as soon as it is written.
pub struct Receiver {
    disk: Arc<Disk>,
    // Nothing once it has been placed.
    part: Option<Part>,
    target: Target,
    booked: u64,
}

/// Where it goes.
pub(super) enum Target {
    /// To a name of the platform's making, in the folder that goes with the run.
    Temporary(Scheme),
    /// To the user file that the app has named; with the name as it wrote it.
    User { path: PathBuf, written: String },
}

impl Receiver {
    pub(super) fn new(disk: &Arc<Disk>, target: Target) -> Result<Self, FileFault> {
        if let Target::User { path, .. } = &target {
            require_folder(disk, path)?;
        }
        disk.account().require_entries(1)?;
        Ok(Self {
            disk: Arc::clone(disk),
            part: Some(Part::new(disk)?),
            target,
            booked: 0,
        })
    }

    /// Appends bytes.
    ///
    /// # Errors
    ///
    /// [`FileFault::Full`] where the app's files would exceed their limit; [`FileFault::Io`].
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), FileFault> {
        let len = bytes.len() as u64;
        self.book(len)?;
        // A disk without room is no limit of the app's.
        let written = self.part.as_mut().ok_or(FileFault::Io)?.write(bytes);
        written.map_err(|_| FileFault::Io)
    }

    /// Gives the file its place, in place of one that is there, and tells the path by which the app knows it.
    ///
    /// A temporary file gets `extension`, without a dot, if it can be one.
    ///
    /// # Errors
    ///
    /// [`FileFault::Full`]; [`FileFault::Missing`] or [`FileFault::IsDirectory`] where the app has changed the folders
    /// meanwhile; [`FileFault::Io`].
    pub fn commit(mut self, extension: Option<&str>) -> Result<String, FileFault> {
        let part = self.part.take().ok_or(FileFault::Io)?;
        let disk = Arc::clone(&self.disk);
        let mut account = disk.account();
        // What was on its way has arrived, and is booked as such while nobody else sees the books.
        self.ledger(&mut account).leave(self.booked);
        self.booked = 0;
        match &self.target {
            Target::Temporary(scheme) => {
                let name = unguessable_with(extension);
                part.place_new(&mut account, &name)?;
                Ok(format!("{}{name}", scheme.temporary()))
            }
            Target::User { path, written } => {
                part.place(&mut account, &disk.user, path)?;
                Ok(written.clone())
            }
        }
    }

    /// How many bytes have come.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.booked
    }

    /// Whether nothing has come yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.booked == 0
    }

    fn book(&mut self, bytes: u64) -> Result<(), FileFault> {
        let credit = match &self.target {
            Target::Temporary(_) => 0,
            Target::User { path, .. } => plain_len(&self.disk.user, path).ok().flatten().unwrap_or(0),
        };
        self.ledger(&mut self.disk.account()).arrive(bytes, credit)?;
        self.booked += bytes;
        Ok(())
    }

    fn ledger<'a>(&self, account: &'a mut Account) -> &'a mut Ledger {
        match self.target {
            Target::Temporary(_) => &mut account.temporary,
            Target::User { .. } => &mut account.kept,
        }
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        if self.booked > 0 {
            let disk = Arc::clone(&self.disk);
            self.ledger(&mut disk.account()).leave(self.booked);
        }
    }
}

/// A file needs a folder to be in before its first byte is fetched.
fn require_folder(disk: &Disk, path: &Path) -> Result<(), FileFault> {
    plain_len(&disk.user, path)?;
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => {
            if disk.user.metadata(folder)?.is_dir() {
                Ok(())
            } else {
                Err(FileFault::NotADirectory)
            }
        }
        _ => Ok(()),
    }
}
