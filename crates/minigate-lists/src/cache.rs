//! What outlives the process: a list, when it was fetched, and whom the client trusts.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use data_encoding::HEXLOWER;
use jiff::Timestamp;
use minigate_policy::AppId;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use url::Url;

use crate::problem::Problem;
use crate::token::MOST;
use crate::trust::Trusted;

/// A folder for one console; one file an app, one for the keys.
#[derive(Clone, Debug)]
pub(crate) struct Cache {
    folder: PathBuf,
}

/// A list as it came.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct KeptList {
    pub(crate) signed: String,
    pub(crate) etag: Option<String>,
    pub(crate) fetched_at: Timestamp,
}

/// Whom to trust, and the set of keys as it came.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct KeptKeys {
    pub(crate) trusted: Trusted,
    pub(crate) signed: String,
}

impl Cache {
    pub(crate) fn of(root: &Path, console: &Url) -> Self {
        let digest = HEXLOWER.encode(&Sha256::digest(console.as_str()));
        Self {
            folder: root.join(digest),
        }
    }

    pub(crate) fn list(&self, app: &AppId) -> Result<Option<KeptList>, Problem> {
        let path = self.list_path(app);
        read(&path).map_err(|reason| Problem::KeptList { path, reason })
    }

    /// Only keys that aren't there leave the console to be trusted on first use: whoever damages the file would have the next
    /// one trusted.
    pub(crate) fn keys(&self) -> Result<Option<KeptKeys>, Problem> {
        read(&self.keys_path()).map_err(|reason| self.bad_keys(&reason))
    }

    /// The keys that are kept are of no use.
    pub(crate) fn bad_keys(&self, reason: &impl ToString) -> Problem {
        Problem::KeptKeys {
            path: self.keys_path(),
            reason: reason.to_string(),
        }
    }

    /// The list that is kept is of no use.
    pub(crate) fn bad_list(&self, app: &AppId, reason: &impl ToString) -> Problem {
        Problem::KeptList {
            path: self.list_path(app),
            reason: reason.to_string(),
        }
    }

    pub(crate) fn keep_list(&self, app: &AppId, list: &KeptList) -> Result<(), Problem> {
        self.write(&self.list_path(app), list)
    }

    pub(crate) fn keep_keys(&self, keys: &KeptKeys) -> Result<(), Problem> {
        self.write(&self.keys_path(), keys)
    }

    fn list_path(&self, app: &AppId) -> PathBuf {
        self.folder.join(format!("{app}.list.json"))
    }

    fn keys_path(&self) -> PathBuf {
        self.folder.join("keys.json")
    }

    fn write(&self, path: &Path, content: &impl Serialize) -> Result<(), Problem> {
        self.replace(path, content).map_err(|error| Problem::Cache {
            path: path.to_owned(),
            reason: error.to_string(),
        })
    }

    /// Another process may read or write it at any moment, so the new content gets its name once it is whole.
    fn replace(&self, path: &Path, content: &impl Serialize) -> io::Result<()> {
        std::fs::create_dir_all(&self.folder)?;
        let mut file = tempfile::NamedTempFile::new_in(&self.folder)?;
        file.write_all(&serde_json::to_vec(content)?)?;
        file.as_file().sync_all()?;
        file.persist(path)?;
        Ok(())
    }
}

/// What a file says; nothing where it isn't there.
fn read<T: DeserializeOwned>(path: &Path) -> Result<Option<T>, String> {
    let content = match content(path) {
        Err(error) if is_missing(&error) => return Ok(None),
        content => content.map_err(|error| error.to_string())?,
    };
    let read = serde_json::from_slice(&content);
    read.map(Some).map_err(|error| error.to_string())
}

/// Neither is there anything where the folder itself is none.
fn is_missing(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
    )
}

fn content(path: &Path) -> io::Result<Vec<u8>> {
    let mut content = Vec::new();
    File::open(path)?.take(MOST_KEPT).read_to_end(&mut content)?;
    Ok(content)
}

/// A signed text, escaped as JSON, and a little beside it.
const MOST_KEPT: u64 = 3 * MOST as u64;
