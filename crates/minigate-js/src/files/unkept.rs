//! Why a folder can't keep an app's files.

use std::{
    io,
    path::{Path, PathBuf},
};

/// Why a folder can't keep an app's files.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Unkept {
    /// Another run of the same app has them.
    #[error("another run of this app has {path}")]
    Busy {
        /// The app's own folder.
        path: PathBuf,
    },
    /// A link stands where the app's own folder, or a part of it, should be. Nothing was written.
    #[error("{path} is a link to {target}")]
    Link {
        /// The link.
        path: PathBuf,
        /// Where it leads.
        target: PathBuf,
    },
    /// The system refuses.
    #[error("{path}: {cause}")]
    System {
        /// The app's own folder.
        path: PathBuf,
        /// What the system says.
        #[source]
        cause: io::Error,
    },
}

impl Unkept {
    pub(super) fn of(path: &Path, cause: io::Error) -> Self {
        let path = path.to_owned();
        match cause.kind() {
            io::ErrorKind::ResourceBusy => Self::Busy { path },
            _ => Self::System { path, cause },
        }
    }
}
