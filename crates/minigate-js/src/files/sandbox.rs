//! The files that one app has.

use std::{
    path::Path,
    sync::{Arc, OnceLock},
};

use cap_std::fs::OpenOptions;
use minigate_policy::{AppId, Profile};

use super::{
    FileFault, Receiver, Unkept,
    disk::{Disk, open_plain},
    path::{Scheme, Spot},
    receiver::Target,
};
use crate::project::Kind;

/// The files of one app: user files, saved files and temporary files. A cheap clone is the same files.
///
/// No path leads out of it, and no two sandboxes have a file in common. What it takes up on disk is limited by
/// [`FileRules`]; a write beyond the limit changes nothing.
#[derive(Clone, Debug)]
pub struct Sandbox {
    pub(super) rules: FileRules,
    disk: Arc<OnceLock<Option<Arc<Disk>>>>,
}

/// How many bytes an app's files may have, and how their paths begin.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct FileRules {
    pub(super) kept: u64,
    pub(super) temporary: u64,
    pub(super) scheme: Scheme,
}

/// A file that was opened for reading.
#[derive(Debug)]
pub struct Opened {
    /// The file, at its start.
    pub file: std::fs::File,
    /// Its bytes when it was opened.
    pub len: u64,
    /// The last segment of its path.
    pub name: String,
}

impl FileRules {
    /// Those of a profile for an app or a game.
    #[must_use]
    pub fn of(profile: &Profile, kind: Kind) -> Self {
        Self {
            kept: match kind {
                Kind::App => profile.files_max_bytes,
                Kind::Game => profile.game_files_max_bytes,
            },
            temporary: profile.temporary_max_bytes,
            scheme: Scheme::of(profile.platform),
        }
    }
}

impl Sandbox {
    /// Files that go with the run. The folder is made when the app first uses it, under the system's own for temporary
    /// files, and goes with the last clone.
    #[must_use]
    pub fn temporary(rules: FileRules) -> Self {
        Self {
            rules,
            disk: Arc::default(),
        }
    }

    /// Files that stay: in a folder of the app's own below `folder`, which is made where there is none.
    ///
    /// Temporary files go with the run here, too.
    ///
    /// # Errors
    ///
    /// [`Unkept::Busy`] where another run of the same app has them; [`Unkept::Link`]; where the folder can't be used.
    pub fn kept(folder: &Path, app: &AppId, rules: FileRules) -> Result<Self, Unkept> {
        let disk = Disk::kept(folder, app.as_str(), &rules)?;
        Ok(Self {
            rules,
            disk: Arc::new(OnceLock::from(Some(Arc::new(disk)))),
        })
    }

    /// `wx.env.USER_DATA_PATH`.
    #[must_use]
    pub fn user_path(&self) -> &'static str {
        self.rules.scheme.user()
    }

    /// Opens a user file, saved file or temporary file for reading.
    ///
    /// # Errors
    ///
    /// [`FileFault::Missing`], [`FileFault::IsDirectory`], [`FileFault::Denied`] and [`FileFault::Outside`], a path of
    /// the package being outside, too.
    pub fn open(&self, path: &str) -> Result<Opened, FileFault> {
        let spot = self.spot(path)?;
        let disk = self.disk()?;
        let (dir, inner) = match &spot {
            Spot::User(inner) => (&disk.user, inner),
            Spot::Saved(inner) => (&disk.saved, inner),
            Spot::Temporary(inner) => (&disk.temporary, inner),
            Spot::Package(_) => return Err(FileFault::Outside),
        };
        if inner.as_os_str().is_empty() {
            return Err(FileFault::IsDirectory);
        }
        let file = open_plain(dir, inner, OpenOptions::new().read(true))?.into_std();
        let len = file.metadata()?.len();
        let name = last_segment(path);
        Ok(Opened { file, len, name })
    }

    /// Begins a file that comes piece by piece: to a user file where the app has named one, else to a temporary file.
    ///
    /// # Errors
    ///
    /// [`FileFault::Outside`] and [`FileFault::Denied`] where the app may not write there; [`FileFault::Missing`] where
    /// there is no such folder; [`FileFault::IsDirectory`]; [`FileFault::Full`].
    pub fn receive(&self, target: Option<&str>) -> Result<Receiver, FileFault> {
        let target = match target {
            None => Target::Temporary(self.rules.scheme),
            Some(written) => match self.spot(written)? {
                Spot::User(path) if path.as_os_str().is_empty() => return Err(FileFault::IsDirectory),
                Spot::User(path) => Target::User {
                    path,
                    written: written.to_owned(),
                },
                _ => return Err(FileFault::Denied),
            },
        };
        Receiver::new(&self.disk()?, target)
    }

    /// The app's run is over: its temporary files go.
    pub(crate) fn end_run(&self) {
        if let Some(Some(disk)) = self.disk.get() {
            disk.end_run();
        }
    }

    pub(crate) fn spot(&self, path: &str) -> Result<Spot, FileFault> {
        Spot::parse(path, self.rules.scheme)
    }

    /// The folders, where they are there after the run.
    pub(super) fn kept_disk(&self) -> Option<Arc<Disk>> {
        let disk = self.disk.get().cloned().flatten();
        disk.filter(|disk| disk.is_kept())
    }

    pub(super) fn disk(&self) -> Result<Arc<Disk>, FileFault> {
        let disk = self
            .disk
            .get_or_init(|| Disk::temporary(&self.rules).map(Arc::new).ok());
        disk.clone().ok_or(FileFault::Io)
    }
}

/// The name of a file in the app's own words.
pub(crate) fn last_segment(path: &str) -> String {
    path.rsplit('/').next().unwrap_or_default().to_owned()
}
