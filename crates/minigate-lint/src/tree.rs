//! The files of a project that are looked at, and those that can't be.

use std::collections::BTreeSet;
use std::io;

use minigate_js::Project;

use crate::world::module_is_library;

/// The files of a project.
#[derive(Debug, Default)]
pub(crate) struct Tree {
    files: Vec<(Kind, String)>,
    /// What couldn't be looked at, and why.
    pub(crate) unread: Vec<(String, Unread)>,
    budget: usize,
    /// How much was looked at.
    pub(crate) read: Amount,
}

/// How much was looked at.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, serde::Serialize)]
pub struct Amount {
    /// Files.
    pub files: usize,
    /// Their lines.
    pub lines: usize,
}

/// What a file is to us.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Kind {
    Script,
    Template,
    Wxs,
    Style,
    Json,
}

/// Why a file wasn't looked at.
#[derive(Clone, Debug, Eq, PartialEq, serde::Serialize)]
#[serde(tag = "why", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Unread {
    /// It has more bytes than are read of a file.
    TooLarge {
        /// How many are.
        limit: usize,
    },
    /// All files together have more bytes, or there are more of them, than are read.
    TooMuch,
    /// It isn't UTF-8.
    NotUtf8,
    /// It is a link, which isn't followed.
    Link,
    /// It can't be read.
    Unreadable {
        /// What the system says.
        cause: String,
    },
    /// The parser can't follow it, or only in parts.
    Syntax {
        /// What it says.
        message: String,
    },
}

impl Tree {
    /// Finds the files of an app's code.
    ///
    /// Left out: packages, which are read only where a module asks for them, tests, type declarations, hidden
    /// folders, the cloud functions' folder and the mock origin's.
    pub(crate) fn find(project: &Project, left_out: &[String]) -> io::Result<Self> {
        let listing = project.files().list(MAX_FILES)?;
        let all: BTreeSet<&str> = listing.files.iter().map(String::as_str).collect();
        let is_ours = |path: &str| is_app_code(path, project, left_out);
        let mut tree = Self {
            budget: MAX_TOTAL,
            ..Self::default()
        };
        for path in &listing.files {
            if let Some(kind) = kind(path, &all, project.has_typescript()).filter(|_| is_ours(path)) {
                tree.files.push((kind, path.clone()));
            }
        }
        for link in listing.links.into_iter().filter(|path| is_ours(path)) {
            tree.unread.push((link, Unread::Link));
        }
        if listing.is_cut {
            tree.unread.push((project.root().to_owned(), Unread::TooMuch));
        }
        Ok(tree)
    }

    /// The files of a kind.
    pub(crate) fn of(&self, kind: Kind) -> Vec<String> {
        let files = self.files.iter().filter(|(found, _)| *found == kind);
        files.map(|(_, path)| path.clone()).collect()
    }

    /// The text of a file; none where it can't be read, which is noted.
    pub(crate) fn text(&mut self, project: &Project, path: &str) -> Option<String> {
        let text = self.bounded_text(project, path);
        match text {
            Ok(text) => {
                self.read.files += 1;
                self.read.lines += text.lines().count();
                Some(text)
            }
            Err(why) => {
                self.unread.push((path.to_owned(), why));
                None
            }
        }
    }

    fn bounded_text(&mut self, project: &Project, path: &str) -> Result<String, Unread> {
        let bytes = project
            .files()
            .read(path, MAX_FILE)
            .map_err(|cause| match cause.kind() {
                io::ErrorKind::FileTooLarge => Unread::TooLarge { limit: MAX_FILE },
                _ => Unread::Unreadable {
                    cause: cause.to_string(),
                },
            })?;
        self.budget = self.budget.checked_sub(bytes.len()).ok_or(Unread::TooMuch)?;
        let text = simdutf8::basic::from_utf8(&bytes).map_err(|_| Unread::NotUtf8)?;
        Ok(text.to_owned())
    }
}

fn kind(path: &str, all: &BTreeSet<&str>, has_typescript: bool) -> Option<Kind> {
    let is_left_out = |ending: &str| path.ends_with(ending);
    if [".test.js", ".test.ts", ".d.ts"].into_iter().any(is_left_out) {
        return None;
    }
    if let Some(base) = path.strip_suffix(".ts") {
        // What was compiled from it stands beside it, where the developer tool doesn't compile.
        let is_source = has_typescript || !all.contains(format!("{base}.js").as_str());
        return is_source.then_some(Kind::Script);
    }
    if path.ends_with(".js") {
        return Some(Kind::Script);
    }
    let (_, name) = path.rsplit_once('/').unwrap_or(("", path));
    match name.rsplit_once('.')?.1 {
        "wxml" => Some(Kind::Template),
        "wxs" => Some(Kind::Wxs),
        "wxss" | "scss" | "less" => Some(Kind::Style),
        "json" if !is_of_tools(name) => Some(Kind::Json),
        _ => None,
    }
}

/// Whether a JSON file is for the tools with which an app is made, and no part of it.
fn is_of_tools(name: &str) -> bool {
    matches!(
        name,
        "package.json" | "package-lock.json" | "sitemap.json" | "jsconfig.json"
    ) || name.starts_with("tsconfig")
        || name.starts_with("project.")
}

fn is_app_code(path: &str, project: &Project, left_out: &[String]) -> bool {
    path.starts_with(project.root())
        && !module_is_library(path)
        && !left_out.iter().any(|folder| path.starts_with(folder.as_str()))
}

/// The most bytes of a file.
const MAX_FILE: usize = 4 << 20;
/// The most bytes of all files together.
const MAX_TOTAL: usize = 128 << 20;
/// The most files of a project.
const MAX_FILES: usize = 50_000;
