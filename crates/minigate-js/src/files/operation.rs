//! One use of the file system, from what the app asks to what it gets.

use serde_json::{Value, json};

use super::{
    FileFault, Library, Opened,
    content::{Algorithm, Range},
    descriptor::Flag,
    encoding::Encoding,
};

/// What an app asks for. It can be carried out on any thread.
#[derive(Debug)]
pub(crate) enum Operation {
    Access(String),
    Append(String, Data),
    Close(u64),
    Copy(String, String),
    Info(String, Option<Algorithm>),
    MakeFolder {
        path: String,
        recursive: bool,
    },
    Names(String),
    Open(String, Flag),
    Picture(String),
    Read {
        path: String,
        encoding: Option<Encoding>,
        range: Range,
        most: u64,
    },
    ReadOpen {
        id: u64,
        position: Option<u64>,
        length: u64,
    },
    Remove(String),
    RemoveFolder {
        path: String,
        recursive: bool,
    },
    RemoveSaved(String),
    Rename(String, String),
    Save(String, Option<String>),
    SavedFile(String),
    SavedFiles,
    Stat {
        path: String,
        recursive: bool,
    },
    StatOpen(u64),
    Truncate(String, u64),
    TruncateOpen(u64, u64),
    Write(String, Data),
    WriteOpen {
        id: u64,
        position: Option<u64>,
        data: Data,
    },
}

/// What is to be written; bytes come as a text in Latin-1.
#[derive(Debug)]
pub(crate) struct Data {
    pub(crate) text: String,
    pub(crate) encoding: Encoding,
}

/// What an app gets.
#[derive(Debug)]
pub(crate) enum Answer {
    Bytes(Vec<u8>),
    Text(String),
    Value(Value),
}

/// Why an app gets nothing, in the platform's words.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Complaint {
    /// What stands after `fail ` in `errMsg`.
    pub(crate) text: String,
    /// The platform's number.
    pub(crate) errno: u32,
}

impl From<FileFault> for Complaint {
    fn from(fault: FileFault) -> Self {
        Self {
            text: fault.to_string(),
            errno: fault.errno(),
        }
    }
}

impl Operation {
    /// Does it.
    pub(crate) fn perform(self, library: &Library) -> Result<Answer, Complaint> {
        if let Self::Save(from, _) = &self {
            let told = |fault| About::Path(from.clone()).complaint(fault);
            library.own.require_temporary(from).map_err(told)?;
        }
        let about = self.about();
        self.carry_out(library).map_err(|fault| about.complaint(fault))
    }

    fn carry_out(self, library: &Library) -> Result<Answer, FileFault> {
        let sandbox = &library.own;
        match self {
            Self::Access(path) => library.stat(&path).map(nothing),
            Self::Append(path, data) => sandbox.append(&path, &data.bytes()?).map(nothing),
            Self::Close(id) => sandbox.close(id).map(nothing),
            Self::Copy(from, to) => sandbox.copy(library.open(&from)?, &to).map(nothing),
            Self::Info(path, algorithm) => info(library.open(&path)?, algorithm),
            Self::MakeFolder { path, recursive } => sandbox.make_folder(&path, recursive).map(nothing),
            Self::Names(path) => sandbox.names(&path).map(|names| Answer::Value(json!(names))),
            Self::Open(path, flag) => open(&path, flag, library),
            Self::Picture(path) => library
                .open(&path)?
                .picture()
                .map(|picture| Answer::Value(json!(picture))),
            Self::Read {
                path,
                encoding,
                range,
                most,
            } => read(library.open(&path)?, encoding, range, most),
            Self::ReadOpen { id, position, length } => {
                sandbox.read_open(id, position, length).map(Answer::Bytes)
            }
            Self::Remove(path) => sandbox.remove(&path).map(nothing),
            Self::RemoveFolder { path, recursive } => sandbox.remove_folder(&path, recursive).map(nothing),
            Self::RemoveSaved(path) => sandbox.remove_saved(&path).map(nothing),
            Self::Rename(from, to) => sandbox.rename(&from, &to).map(nothing),
            Self::Save(from, to) => sandbox.save(&from, to.as_deref()).map(Answer::Text),
            Self::SavedFile(path) => sandbox.saved_file(&path).map(|file| Answer::Value(json!(file))),
            Self::SavedFiles => sandbox.saved_files().map(|files| Answer::Value(json!(files))),
            Self::Stat { path, recursive } => stat(&path, recursive, library),
            Self::StatOpen(id) => sandbox.stat_open(id).map(|stat| Answer::Value(json!(stat))),
            Self::Truncate(path, length) => sandbox.truncate(&path, length).map(nothing),
            Self::TruncateOpen(id, length) => sandbox.truncate_open(id, length).map(nothing),
            Self::Write(path, data) => sandbox.write(&path, &data.bytes()?).map(nothing),
            Self::WriteOpen { id, position, data } => {
                let bytes = data.bytes()?;
                sandbox.write_open(id, position, &bytes)?;
                Ok(Answer::Value(json!(bytes.len())))
            }
        }
    }

    /// How many bytes it holds while it waits.
    pub(crate) fn size(&self) -> usize {
        match self {
            Self::Append(_, data) | Self::Write(_, data) | Self::WriteOpen { data, .. } => data.text.len(),
            _ => 0,
        }
    }

    /// What its errors speak of.
    fn about(&self) -> About {
        match self {
            Self::Append(path, _) | Self::Truncate(path, _) | Self::Write(path, _) => {
                About::Opening(path.clone())
            }
            Self::Open(path, _) | Self::Read { path, .. } => About::Opening(path.clone()),
            Self::Copy(from, to) => About::Moving("copyFile", from.clone(), to.clone()),
            Self::Rename(from, to) => About::Moving("rename", from.clone(), to.clone()),
            Self::Access(path)
            | Self::Info(path, _)
            | Self::Picture(path)
            | Self::Stat { path, .. }
            | Self::MakeFolder { path, .. }
            | Self::Names(path)
            | Self::Remove(path)
            | Self::RemoveFolder { path, .. }
            | Self::RemoveSaved(path)
            | Self::SavedFile(path) => About::Path(path.clone()),
            Self::Save(from, to) => About::Path(to.as_ref().unwrap_or(from).clone()),
            Self::Close(_)
            | Self::ReadOpen { .. }
            | Self::SavedFiles
            | Self::StatOpen(_)
            | Self::TruncateOpen(..)
            | Self::WriteOpen { .. } => About::Nothing,
        }
    }
}

/// The paths that an error names, and how.
enum About {
    Moving(&'static str, String, String),
    Nothing,
    Opening(String),
    Path(String),
}

impl About {
    fn complaint(&self, fault: FileFault) -> Complaint {
        let text = match (fault, self) {
            (FileFault::Missing | FileFault::Denied | FileFault::Outside, Self::Moving(api, from, to)) => {
                format!("{fault}, {api} \"{from}\" -> \"{to}\"")
            }
            (FileFault::Missing, Self::Opening(path))
            | (
                FileFault::Denied | FileFault::Outside | FileFault::IsDirectory,
                Self::Opening(path) | Self::Path(path),
            ) => format!("{fault}, open \"{path}\""),
            (FileFault::NotPermitted, Self::Path(path)) => format!("{fault}, unlink \"{path}\""),
            (FileFault::Missing | FileFault::NotADirectory | FileFault::Exists, Self::Path(path))
            | (
                FileFault::NotADirectory | FileFault::Exists,
                Self::Opening(path) | Self::Moving(_, _, path),
            ) => {
                format!("{fault} \"{path}\"")
            }
            _ => return fault.into(),
        };
        Complaint {
            text,
            errno: fault.errno(),
        }
    }
}

impl Data {
    fn bytes(self) -> Result<Vec<u8>, FileFault> {
        self.encoding.bytes(self.text)
    }
}

fn nothing<T>(_: T) -> Answer {
    Answer::Value(Value::Null)
}

fn read(opened: Opened, encoding: Option<Encoding>, range: Range, most: u64) -> Result<Answer, FileFault> {
    // A text takes up to two bytes of the app's memory for each byte, and hexadecimal digits are two.
    let most = if encoding.is_some() { most / 2 } else { most };
    let bytes = opened.read(range, most)?;
    Ok(match encoding {
        None => Answer::Bytes(bytes),
        Some(encoding) => Answer::Text(encoding.text(&bytes)),
    })
}

fn info(opened: Opened, algorithm: Option<Algorithm>) -> Result<Answer, FileFault> {
    let size = opened.len;
    let digest = algorithm.map(|algorithm| opened.digest(algorithm)).transpose()?;
    Ok(Answer::Value(json!({ "size": size, "digest": digest })))
}

fn open(path: &str, flag: Flag, library: &Library) -> Result<Answer, FileFault> {
    let id = if flag.writes() {
        library.own.open_to_write(path, flag)?
    } else {
        library.own.open_to_read(library.open(path)?.file)?
    };
    Ok(Answer::Text(id.to_string()))
}

fn stat(path: &str, recursive: bool, library: &Library) -> Result<Answer, FileFault> {
    let stat = library.stat(path)?;
    if !recursive || !stat.is_folder() {
        return Ok(Answer::Value(json!(stat)));
    }
    let all = library.own.stat_all(path)?.into_iter();
    let list: Vec<_> = all
        .map(|(path, stats)| json!({ "path": path, "stats": stats }))
        .collect();
    Ok(Answer::Value(json!(list)))
}
