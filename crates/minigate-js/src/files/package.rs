//! Files of the app's own package, which it can read and nothing else.

use super::{FileFault, Opened, sandbox::last_segment};
use crate::project::Files;

/// Opens a file of the package; `path` is one that [`Spot::parse`](super::path::Spot::parse) has let through.
pub(super) fn open(files: &dyn Files, root: &str, path: &str) -> Result<Opened, FileFault> {
    if SETTINGS.contains(&path) {
        return Err(FileFault::Missing);
    }
    let file = files.open(&format!("{root}{path}"))?;
    let len = file.metadata()?.len();
    let name = last_segment(path);
    Ok(Opened { file, len, name })
}

/// What lies beside the code but never gets into a package.
const SETTINGS: [&str; 3] = [
    "minigate.toml",
    "project.config.json",
    "project.private.config.json",
];
