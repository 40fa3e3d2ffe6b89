//! A folder of canned answers.

mod condition;
mod echo;
mod error;
mod file;
mod give;
mod json;
mod path;
mod question;
mod socket;
mod source;
mod when;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use http::StatusCode;
use rustls::pki_types::DnsName;
use serde_json::json;

use crate::asked::Asked;
use crate::certificate::Certificate;
use crate::origin::Respond;
use crate::reply::Reply;
use condition::Condition;
pub use error::{AnswersError, Problem};
use file::AnswersFile;
use question::Question;

/// Canned answers, by domain; everything is in memory once they are loaded.
///
/// ```text
/// mock/
///   api.weather.example/      a domain
///     answers.toml            its answers, the first that fits is given
///     now.json                a body that an answer names
/// ```
/// All keys of an `answers.toml`, none of which is needed; others are refused:
///
/// ```toml
/// certificate = "good"                   # or expired, not-yet-valid, wrong-name, self-signed, unknown-root,
///                                        # no-intermediate
///
/// [[answer]]
/// when.method = "GET"                    # this is the default, and HEAD is answered as GET is
/// when.path = "/v1/items/*"              # exactly; `*` stands for one segment
/// when.query.page = "2"                  # is there with this value, whatever else is
/// when.header.authorization = "Bearer t-1"
/// when.body.user = "ann"                 # a member of the JSON or form body
/// give.status = 200                      # from 200 to 599
/// give.delay_ms = 80                     # before the head is sent
/// give.headers = { set-cookie = ["a=1", "b=2"], location = "/x" }
/// give.file = "now.json"                 # in the domain's folder; its ending sets the content type
/// # give.json = { ok = true }            # or a body in place
/// # give.text = "hello"
/// # give.echo = true                     # or the request itself as JSON
///
/// [[answer]]                             # a WebSocket
/// when.path = "/chat"
/// give.socket.protocol = "chat"          # chosen if the client offers it
/// give.socket.greet = ["hello", { room = 7 }, [1, 2, 255]]   # said first: text, JSON, bytes
/// give.socket.replies = [                # the first that fits is given
///   { to = "ping", send = ["pong"] },
///   { to = "bye", close = { code = 3001, reason = "see you" } },
/// ]
/// give.socket.echo = true                # what no reply fits comes back
/// give.socket.close = { after = 3, code = 1000, reason = "" }   # after so many messages; at once after 0
/// ```
/// A request that no answer fits gets a 404 which says what was asked and where to add an answer.
#[derive(Clone, Debug, Default)]
pub struct Answers {
    root: PathBuf,
    domains: BTreeMap<String, Site>,
}

impl Answers {
    /// Reads every sub-folder of `folder` as a domain; hidden ones and plain files are passed over.
    ///
    /// # Errors
    /// [`AnswersError::Unreadable`] when a folder or an `answers.toml` can't be read, [`AnswersError::NotADomain`] when
    /// a sub-folder isn't named like a domain, [`AnswersError::Wrong`] when an `answers.toml` says something that can't
    /// be done.
    pub fn load(folder: impl AsRef<Path>) -> Result<Self, AnswersError> {
        let root = folder.as_ref().to_owned();
        let mut domains = BTreeMap::new();
        for folder in sub_folders(&root)? {
            let domain = domain(&folder)?;
            domains.insert(domain, AnswersFile::load(&folder)?);
        }
        Ok(Self { root, domains })
    }

    fn none_fits(&self, asked: &Asked) -> Reply {
        let file = self.root.join(&asked.host).join(FILE_NAME);
        let explanation = json!({
            "error": "no answer fits",
            "method": asked.method.as_str(),
            "host": asked.host,
            "path": asked.path,
            "query": asked.query,
            "hint": format!("add an [[answer]] to {}", file.display()),
        });
        Reply::json(StatusCode::NOT_FOUND, &explanation)
    }
}

impl Respond for Answers {
    fn domains(&self) -> BTreeSet<String> {
        self.domains.keys().cloned().collect()
    }

    fn certificate(&self, name: &str) -> Certificate {
        self.domains
            .get(name)
            .map(|site| site.certificate)
            .unwrap_or_default()
    }

    fn reply(&self, asked: &Asked) -> Reply {
        let question = Question::of(asked);
        let mut answers = self
            .domains
            .get(&asked.host)
            .into_iter()
            .flat_map(|site| &site.answers);
        match answers.find(|answer| answer.when.fits(&question)) {
            Some(answer) if answer.echoes => echo::of(asked, answer.give.clone()),
            Some(answer) => answer.give.clone(),
            None => self.none_fits(asked),
        }
    }
}

/// What a domain shows and says.
#[derive(Clone, Debug)]
struct Site {
    certificate: Certificate,
    answers: Vec<Answer>,
}

#[derive(Clone, Debug)]
struct Answer {
    when: Condition,
    echoes: bool,
    give: Reply,
}

fn sub_folders(root: &Path) -> Result<Vec<PathBuf>, AnswersError> {
    let unreadable = |source| AnswersError::Unreadable {
        path: root.to_owned(),
        source,
    };
    let mut folders = Vec::new();
    for entry in fs::read_dir(root).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        let hidden = entry.file_name().as_encoded_bytes().starts_with(b".");
        if !hidden && entry.path().is_dir() {
            folders.push(entry.path());
        }
    }
    // So that the same mistake is reported first on every machine.
    folders.sort();
    Ok(folders)
}

fn domain(folder: &Path) -> Result<String, AnswersError> {
    let name = folder
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .to_ascii_lowercase();
    match DnsName::try_from(name.as_str()) {
        Ok(_) => Ok(name),
        Err(_) => Err(AnswersError::NotADomain {
            folder: folder.to_owned(),
        }),
    }
}

const FILE_NAME: &str = "answers.toml";

#[cfg(test)]
mod tests;
