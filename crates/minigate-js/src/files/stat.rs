//! What is known of a file or a folder.

use std::time::UNIX_EPOCH;

use cap_std::{fs::Metadata, time::SystemTime};
use serde::Serialize;

/// The platform's `Stats` without its functions. Times are in seconds.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Stat {
    mode: u32,
    size: u64,
    last_accessed_time: u64,
    last_modified_time: u64,
}

impl Stat {
    pub(super) fn of(metadata: &Metadata) -> Self {
        Self {
            mode: if metadata.is_dir() { FOLDER } else { FILE },
            size: if metadata.is_dir() { 0 } else { metadata.len() },
            last_accessed_time: seconds(metadata.accessed().or_else(|_| metadata.modified()).ok()),
            last_modified_time: seconds(metadata.modified().ok()),
        }
    }

    pub(super) fn is_folder(&self) -> bool {
        self.mode == FOLDER
    }

    pub(super) fn of_file(file: &std::fs::File) -> Result<Self, super::FileFault> {
        Ok(Self::of(&Metadata::from_file(file)?))
    }
}

pub(super) fn seconds(moment: Option<SystemTime>) -> u64 {
    let since = moment.and_then(|moment| moment.into_std().duration_since(UNIX_EPOCH).ok());
    since.map_or(0, |since| since.as_secs())
}

// The app's view of them: who may do what on this machine is none of its business.
const FOLDER: u32 = 0o40_755;
const FILE: u32 = 0o100_644;
