//! Domain lists as people paste and import them, judged line by line (rules D3, D4, D6 and D7).
//!
//! ```text
//!  text ─► Format: lines, the platform's JSON, our own JSON, CSV ─► Pasted: each line, its interface, its Judgement
//!                                                                  └─► apply: add, remove, replace ─► WrittenLists
//! ```
//! Pure: what else holds of an entry (the block list, a filing, the quota) is added by [`judge_entry`].
//!
//! ```
//! use minigate_console::bulk::{Format, Mode, Pasted, export};
//! use minigate_policy::{Interface, WrittenLists};
//!
//! let pasted = Pasted::read("https://API.example.com, https://b.com # ours\nhttp://c.com", Format::Lines(Interface::Request))?;
//! assert_eq!((pasted.lines.len(), pasted.wrong()), (3, 1));
//! assert_eq!(pasted.lines[0].judgement.normalised.as_deref(), Some("https://api.example.com"));
//!
//! let lists = pasted.apply(&WrittenLists::default(), Mode::Add);
//! assert_eq!(lists.request, ["https://api.example.com", "https://b.com"]);
//! assert_eq!(export(&lists, Format::Csv), "interface,entry\nrequest,https://api.example.com\nrequest,https://b.com\n");
//! # Ok::<(), minigate_console::bulk::BulkError>(())
//! ```

mod judgement;
mod read;
mod write;

use std::collections::BTreeSet;

use minigate_policy::diagnosis::Lang;
use minigate_policy::{Interface, WrittenLists};
use serde::{Deserialize, Serialize};

pub(crate) use judgement::spellings;
pub use judgement::{Fault, Judgement, Quota, judge_entry, judge_text};
pub use write::export;

/// How lists are written down.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase", tag = "format", content = "interface")]
pub enum Format {
    /// Entries of one interface: one a line, or several with commas, semicolons or blanks between; `#` begins a comment.
    Lines(Interface),
    /// The platform's server API: `requestdomain`, `wsrequestdomain` …
    Platform,
    /// Our own JSON: `request`, `uploadFile` …
    Lists,
    /// `interface,entry`, with or without that heading.
    Csv,
}

/// What becomes of the entries that are on the lists.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Mode {
    /// They stay, and what isn't there yet follows.
    Add,
    /// Those that are pasted go.
    Remove,
    /// They make room for the pasted ones, on the lists of the interfaces that are pasted.
    Replace,
}

/// What was pasted.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Pasted {
    /// Each entry, in the order in which they stand.
    pub lines: Vec<Line>,
    /// The interfaces that were named, be it with an empty list: those that [`Mode::Replace`] is about.
    pub interfaces: BTreeSet<Interface>,
}

/// One entry that was pasted.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Line {
    /// On which line it stands, counted from 1; in JSON, which entry it is.
    pub number: usize,
    /// Its interface.
    pub interface: Interface,
    /// The entry as it is written, at most 300 characters of it.
    pub text: String,
    /// What is to be said of it.
    pub judgement: Judgement,
    /// The line on which the same entry stands first, where that is another one.
    pub double_of: Option<usize>,
}

/// Why a text can't be read at all.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum BulkError {
    /// It has more than 1 MiB.
    #[error("the text has {bytes} bytes, {limit} are possible")]
    TooLong {
        /// How many it has.
        bytes: usize,
        /// How many it may have.
        limit: usize,
    },
    /// It has more than 10,000 entries.
    #[error("there are more than {limit} entries")]
    TooMany {
        /// How many there may be.
        limit: usize,
    },
    /// It is no such JSON.
    #[error("this isn't the JSON that was expected: {reason}")]
    Json {
        /// What is wrong.
        reason: String,
    },
    /// An object of its JSON has two members of one name: readers don't agree on which of them holds.
    #[error(
        "this isn't the JSON that was expected: the member `{name}` stands there twice, the second time on line {line}"
    )]
    Doubled {
        /// That name.
        name: String,
        /// Which line, counted from 1.
        line: usize,
    },
    /// It is the platform's answer to a call that failed: it has no lists.
    #[error("it is the platform's answer to a failed call (errcode {code}), not a list")]
    FailedAnswer {
        /// The platform's code.
        code: String,
    },
    /// The platform's JSON has entries for interfaces that there aren't here: UDP and TCP.
    #[error("there is no such interface here as that of {}: take these entries out", .entries.join(", "))]
    NoInterface {
        /// Each with its list: `udpdomain udp://example.com`; some of them, where there are many.
        entries: Vec<String>,
    },
    /// It has no entry, and no list that [`Mode::Replace`] could empty.
    #[error("there is nothing to import: the text has no entry")]
    Nothing,
    /// A line of CSV doesn't begin with an interface.
    #[error("line {line}: `{found}` is no interface: use request, uploadFile, downloadFile or connectSocket")]
    Interface {
        /// Which line, counted from 1.
        line: usize,
        /// What stands there.
        found: String,
    },
}

impl Pasted {
    /// Reads a text of at most 1 MiB and 10,000 entries; a wrong entry is a line with its fault, and no error.
    ///
    /// # Errors
    /// [`BulkError`] where the text as a whole can't be read.
    pub fn read(text: &str, format: Format) -> Result<Self, BulkError> {
        read::read(text, format)
    }

    /// The format that a text seems to have, for who doesn't say: JSON by its members, CSV by its first line; else lines of
    /// this interface.
    #[must_use]
    pub fn format_of(text: &str, interface: Interface) -> Format {
        read::format_of(text, interface)
    }

    /// The same for an import, which a text without an entry is none of; to empty a list takes JSON that names it.
    ///
    /// # Errors
    /// [`BulkError`], with [`BulkError::Nothing`].
    pub fn read_to_import(text: &str, format: Format, mode: Mode) -> Result<Self, BulkError> {
        let pasted = Self::read(text, format)?;
        let names_lists = matches!(format, Format::Platform | Format::Lists) && !pasted.interfaces.is_empty();
        if pasted.lines.is_empty() && !(mode == Mode::Replace && names_lists) {
            return Err(BulkError::Nothing);
        }
        Ok(pasted)
    }

    /// How many entries are wrong.
    #[must_use]
    pub fn wrong(&self) -> usize {
        let wrong = self.lines.iter().filter(|line| !line.judgement.is_good());
        wrong.count()
    }

    /// The lists after a change with the entries that are right, each in its normal spelling and once. What was there keeps
    /// its place and its spelling.
    #[must_use]
    pub fn apply(&self, lists: &WrittenLists, mode: Mode) -> WrittenLists {
        let list = |interface| self.applied(lists.of(interface), interface, mode);
        WrittenLists {
            request: list(Interface::Request),
            upload_file: list(Interface::UploadFile),
            download_file: list(Interface::DownloadFile),
            connect_socket: list(Interface::ConnectSocket),
        }
    }

    fn applied(&self, list: &[String], interface: Interface, mode: Mode) -> Vec<String> {
        let good = self.lines.iter().filter(|line| line.interface == interface);
        let good: Vec<_> = good
            .filter_map(|line| line.judgement.normalised.clone())
            .collect();
        let mut written = match mode {
            Mode::Replace if self.interfaces.contains(&interface) => Vec::new(),
            Mode::Replace | Mode::Add | Mode::Remove => list.to_vec(),
        };
        if mode == Mode::Remove {
            let gone: BTreeSet<_> = good.into_iter().collect();
            written.retain(|entry| !gone.contains(&judgement::spelling(entry, interface)));
            return written;
        }
        let spelled = written.iter().map(|entry| judgement::spelling(entry, interface));
        let mut known: BTreeSet<_> = spelled.collect();
        written.extend(good.into_iter().filter(|entry| known.insert(entry.clone())));
        written
    }
}

impl BulkError {
    /// What to tell people.
    #[must_use]
    pub fn tell(&self, lang: Lang) -> String {
        match (lang, self) {
            (Lang::En, _) => self.to_string(),
            (Lang::Zh, Self::TooLong { bytes, limit }) => format!("文本有 {bytes} 字节，最多 {limit} 字节"),
            (Lang::Zh, Self::TooMany { limit }) => format!("超过 {limit} 项"),
            (Lang::Zh, Self::Json { reason }) => format!("不是所需的 JSON（{reason}）"),
            (Lang::Zh, Self::Doubled { name, line }) => {
                format!("不是所需的 JSON：成员 `{name}` 重复，第二次出现在第 {line} 行")
            }
            (Lang::Zh, Self::FailedAnswer { code }) => {
                format!("它是平台对失败调用的应答（errcode {code}），不是域名列表")
            }
            (Lang::Zh, Self::NoInterface { entries }) => {
                format!("这里没有以下条目所属的接口，请先删除：{}", entries.join("、"))
            }
            (Lang::Zh, Self::Nothing) => "没有可导入的内容：文本中没有条目".to_owned(),
            (Lang::Zh, Self::Interface { line, found }) => {
                format!(
                    "第 {line} 行：`{found}` 不是接口，应为 request、uploadFile、downloadFile 或 connectSocket"
                )
            }
        }
    }
}

const LONGEST: usize = 1 << 20;
const MOST: usize = 10_000;

#[cfg(test)]
mod tests;
