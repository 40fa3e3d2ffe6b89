//! Where answers were read from, for messages and for the files that they name.

use std::ops::Range;
use std::path::PathBuf;

use http::HeaderName;
use toml::Spanned;

use super::{AnswersError, Problem};

pub(super) struct Source {
    pub(super) folder: PathBuf,
    pub(super) path: PathBuf,
    pub(super) text: String,
}

impl Source {
    pub(super) fn malformed(&self, error: &toml::de::Error) -> AnswersError {
        let start = error.span().map_or(0, |span| span.start);
        let problem = Problem::Malformed {
            message: error.message().replace('\n', ", "),
        };
        self.wrong(self.key_at(start), start, problem)
    }

    /// What the line says before its equals sign: the parser names a value's place, and people know it by its key.
    fn key_at(&self, offset: usize) -> String {
        let (before, after) = self.text.split_at_checked(offset).unwrap_or_default();
        let start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let line =
            before.get(start..).unwrap_or_default().to_owned() + after.lines().next().unwrap_or_default();
        line.split('=').next().unwrap_or_default().trim().to_owned()
    }

    pub(super) fn error(&self, key: &str, span: Range<usize>, problem: Problem) -> AnswersError {
        self.wrong(key.to_owned(), span.start, problem)
    }

    fn wrong(&self, key: String, offset: usize, problem: Problem) -> AnswersError {
        let before = self.text.get(..offset).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        AnswersError::Wrong {
            file: self.path.clone(),
            line,
            key,
            problem,
        }
    }

    pub(super) fn header_name(&self, key: &str, name: &Spanned<String>) -> Result<HeaderName, AnswersError> {
        HeaderName::try_from(name.get_ref().as_str()).map_err(|_| {
            let problem = Problem::HeaderName {
                name: name.get_ref().clone(),
            };
            self.error(&format!("{key}.{name}"), name.span(), problem)
        })
    }
}
