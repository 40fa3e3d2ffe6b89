//! Why a folder of answers can't be served.

use std::io;
use std::path::PathBuf;

/// Why the answers couldn't be loaded; [`AnswersError::hint`] says what to do.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AnswersError {
    /// A folder or an `answers.toml` can't be read.
    #[error("`{}` can't be read: {source}", path.display())]
    Unreadable {
        /// What was to be read.
        path: PathBuf,
        /// Why it couldn't be.
        source: io::Error,
    },
    /// A sub-folder isn't named like a domain.
    #[error("`{}` is not named like a domain", folder.display())]
    NotADomain {
        /// The sub-folder.
        folder: PathBuf,
    },
    /// An `answers.toml` says something that can't be done.
    #[error("{}:{line}: `{key}`: {problem}", file.display())]
    Wrong {
        /// The `answers.toml`.
        file: PathBuf,
        /// The line, counted from 1.
        line: usize,
        /// The key, as written in the file where it could be told.
        key: String,
        /// What is wrong with it.
        problem: Problem,
    },
}

impl AnswersError {
    /// What to do about it, in one clause.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Unreadable { .. } => "make it, or allow it to be read",
            Self::NotADomain { .. } => {
                "name it like `api.example.com`, in ASCII, or put a dot before its name"
            }
            Self::Wrong { problem, .. } => problem.hint(),
        }
    }
}

/// What is wrong with a key of an `answers.toml`.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// Not TOML, an unknown key, or a value of the wrong type.
    #[error("{message}")]
    Malformed {
        /// What the TOML parser said.
        message: String,
    },
    /// The method isn't an HTTP method.
    #[error("`{method}` is not a method")]
    Method {
        /// The value.
        method: String,
    },
    /// The path doesn't begin with a slash, or contains a query.
    #[error("`{path}` is not a path")]
    Path {
        /// The value.
        path: String,
    },
    /// The status isn't one that ends an exchange.
    #[error("{status} is not a final status")]
    Status {
        /// The value.
        status: u16,
    },
    /// The header's name isn't one.
    #[error("`{name}` is not a header name")]
    HeaderName {
        /// The name.
        name: String,
    },
    /// The header's value contains a control character.
    #[error("the value of `{name}` contains a control character")]
    HeaderValue {
        /// The name.
        name: String,
    },
    /// The header belongs to the connection.
    #[error("`{name}` is not for an answer to set")]
    Framing {
        /// The name.
        name: String,
    },
    /// No side of a socket may send that code, or the reason doesn't fit into a frame.
    #[error("a socket can't be closed with {code} and a reason of {length} bytes")]
    Close {
        /// The code.
        code: u16,
        /// The length of the reason in bytes.
        length: usize,
    },
    /// More than one of `file`, `json`, `text`, `echo`, `socket`.
    #[error("the answer already has a body")]
    SecondBody,
    /// The file leaves the domain's folder, maybe by a link.
    #[error("`{}` is outside of the domain's folder", file.display())]
    Outside {
        /// The file as written.
        file: PathBuf,
    },
    /// The file can't be read.
    #[error("`{}` can't be read: {source}", file.display())]
    Unreadable {
        /// The file as written.
        file: PathBuf,
        /// Why it couldn't be.
        source: io::Error,
    },
}

impl Problem {
    fn hint(&self) -> &'static str {
        match self {
            Self::Malformed { .. } => "correct the key or its value",
            Self::Method { .. } => "write a method such as \"POST\"",
            Self::Path { .. } => "begin with `/`, and put the query into `when.query`",
            Self::Status { .. } => "use a status from 200 to 599",
            Self::HeaderName { .. } => "use letters, digits and hyphens",
            Self::HeaderValue { .. } => "use printable characters",
            Self::Framing { .. } => "leave it out, the server frames its answers itself",
            Self::Close { .. } => {
                "use 1000 to 1003, 1007 to 1014 or 3000 to 4999, and a reason of at most 123 bytes"
            }
            Self::SecondBody => "keep one of `file`, `json`, `text`, `echo` and `socket`",
            Self::Outside { .. } => "copy the file into the domain's folder",
            Self::Unreadable { .. } => "put the file into the domain's folder, or correct its name",
        }
    }
}
