//! What is wrong with a file.

use serde_path_to_error::{Path, Segment};

/// Why a file can't be used.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum HarError {
    /// Something in it isn't what it should be.
    #[error("{place}: {reason}")]
    Malformed {
        /// Where: `entry 3, response.status`.
        place: String,
        /// What is wrong.
        reason: String,
    },
    /// It has nothing that could be replayed.
    #[error("it has no entry with a URL")]
    Empty,
}

impl HarError {
    pub(crate) fn of(error: &serde_path_to_error::Error<serde_json::Error>) -> Self {
        Self::Malformed {
            place: place(error.path()),
            reason: error.inner().to_string(),
        }
    }

    /// The same fault, in an entry counted from 0.
    #[must_use]
    pub fn in_entry(self, index: usize) -> Self {
        match self {
            Self::Malformed { place, reason } => Self::Malformed {
                place: format!("entry {}, {place}", index + 1),
                reason,
            },
            Self::Empty => Self::Empty,
        }
    }
}

/// People count entries from 1 and think of them without the list around.
fn place(path: &Path) -> String {
    let mut entry = None;
    let mut names: Vec<String> = Vec::new();
    for segment in path {
        match segment {
            Segment::Seq { index }
                if entry.is_none() && names.last().is_some_and(|name| name == "entries") =>
            {
                entry = Some(index + 1);
                names.clear();
            }
            Segment::Seq { index } => names.push(index.to_string()),
            Segment::Map { key } => names.push(key.clone()),
            _ => {}
        }
    }
    let field = names.join(".");
    match (entry, field.is_empty()) {
        (Some(entry), false) => format!("entry {entry}, {field}"),
        (Some(entry), true) => format!("entry {entry}"),
        (None, false) => field,
        (None, true) => "the file".to_owned(),
    }
}
