//! Every file that an app may read.

use std::{fmt, sync::Arc};

use super::{FileFault, Opened, Sandbox, package, path::Spot, stat::Stat};
use crate::project::{Files, Project};

/// An app's own files and those of its package, for reading. A cheap clone is the same files; any thread may have one.
#[derive(Clone)]
pub(crate) struct Library {
    pub(super) own: Sandbox,
    package: Arc<dyn Files>,
    root: String,
}

impl Library {
    pub(crate) fn new(own: Sandbox, project: &Project) -> Self {
        Self {
            own,
            package: project.shared_files(),
            root: project.root().to_owned(),
        }
    }

    /// Opens a file.
    ///
    /// # Errors
    ///
    /// As [`Sandbox::open`], paths of the package being inside.
    pub(crate) fn open(&self, path: &str) -> Result<Opened, FileFault> {
        match self.own.spot(path)? {
            Spot::Package(inner) => package::open(&*self.package, &self.root, &inner),
            _ => self.own.open(path),
        }
    }

    /// What is known of a file or folder; the package's folders aren't known.
    pub(super) fn stat(&self, path: &str) -> Result<Stat, FileFault> {
        match self.own.spot(path)? {
            Spot::Package(inner) => Stat::of_file(&package::open(&*self.package, &self.root, &inner)?.file),
            _ => self.own.stat(path),
        }
    }
}

impl fmt::Debug for Library {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Library")
            .field("root", &self.root)
            .finish_non_exhaustive()
    }
}
