//! An `answers.toml`, as written.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use serde::Deserialize;

use super::give::Give;
use super::source::Source;
use super::when::When;
use super::{Answer, AnswersError, FILE_NAME, Site};
use crate::certificate::Certificate;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AnswersFile {
    #[serde(default)]
    certificate: Certificate,
    #[serde(default)]
    answer: Vec<Entry>,
}

impl AnswersFile {
    /// Reads a domain's answers with the bodies that they name.
    pub(super) fn load(folder: &Path) -> Result<Site, AnswersError> {
        let path = folder.join(FILE_NAME);
        let text = match read(&path) {
            Ok(text) => text,
            Err(source) => return Err(AnswersError::Unreadable { path, source }),
        };
        let source = Source {
            folder: folder.to_owned(),
            path,
            text,
        };
        let file: Self = toml::from_str(&source.text).map_err(|error| source.malformed(&error))?;
        let answers = file.answer.into_iter().map(|entry| entry.understand(&source));
        Ok(Site {
            certificate: file.certificate,
            answers: answers.collect::<Result<_, _>>()?,
        })
    }
}

/// Reads a text up to a bound, as a link may lead to a device, which has no end.
fn read(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    let read = File::open(path)?.take(LONGEST + 1).read_to_string(&mut text)?;
    if read as u64 > LONGEST {
        return Err(io::Error::other("it has more than 16 MiB"));
    }
    Ok(text)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    #[serde(default)]
    when: When,
    #[serde(default)]
    give: Give,
}

impl Entry {
    fn understand(self, source: &Source) -> Result<Answer, AnswersError> {
        Ok(Answer {
            when: self.when.understand(source)?,
            echoes: self.give.echoes(),
            give: self.give.understand(source)?,
        })
    }
}

const LONGEST: u64 = 16 << 20;
