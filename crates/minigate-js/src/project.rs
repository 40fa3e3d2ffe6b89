//! A project: its files, and what they say about the app.

mod files;
mod manifest;
mod shape;

use minigate_policy::diagnosis::Lang;
use std::{io, path::Path, sync::Arc};

use serde_json::Value;

pub use files::{Files, Folder, Listing};
pub use manifest::{Ineffective, Manifest, Package, Plugin};
pub use shape::Mistake;
use shape::Shape;

/// An app's source, ready to run.
pub struct Project {
    files: Arc<dyn Files>,
    root: String,
    app_id: Option<String>,
    url_check: bool,
    has_typescript: bool,
    cloud_root: Option<String>,
    kind: Kind,
    manifest: Manifest,
}

/// What a project holds.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Kind {
    /// A mini-program: `app.json`, `app.js` and pages.
    App,
    /// A mini-game: `game.json` and `game.js`.
    Game,
}

/// Why a project can't be opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProjectError {
    /// There is neither `app.json` nor `game.json`.
    #[error("no `{root}app.json` and no `{root}game.json` in the project")]
    NoManifest {
        /// The folder of `miniprogramRoot`, with a slash at its end, or nothing.
        root: String,
    },
    /// A file that must be there can't be read.
    #[error("can't read `{path}`: {cause}")]
    Unreadable {
        /// The path, relative to the project's folder.
        path: String,
        /// Why.
        cause: io::Error,
    },
    /// What is said to be the project's folder is something else.
    #[error("{path} is not a folder")]
    NotAFolder {
        /// As it was given.
        path: String,
    },
    /// A file isn't JSON.
    #[error("`{path}` is not valid JSON: {cause}")]
    Invalid {
        /// The path, relative to the project's folder.
        path: String,
        /// Where, and what was expected.
        cause: serde_json::Error,
    },
    /// A member isn't what it must be.
    #[error("in `{path}`, {mistake}")]
    Mistaken {
        /// The path, relative to the project's folder.
        path: String,
        /// Which, and what it must be.
        mistake: Mistake,
    },
    /// An app declares no page.
    #[error("`{path}` names no page: `pages` must list at least one")]
    NoPages {
        /// The path of `app.json`, relative to the project's folder.
        path: String,
    },
    /// The page to open first isn't one.
    #[error("in `{path}`, `entryPagePath` is `{entry}`, which is not among `pages`")]
    EntryIsNoPage {
        /// The path of `app.json`, relative to the project's folder.
        path: String,
        /// The route that it names.
        entry: String,
    },
}

impl ProjectError {
    /// The same in a language for people; what a library says of the cause stays as it is.
    #[must_use]
    pub fn tell(&self, lang: Lang) -> String {
        match lang {
            Lang::En => self.to_string(),
            Lang::Zh => self.in_chinese(),
        }
    }

    fn in_chinese(&self) -> String {
        match self {
            Self::NoManifest { root } => format!("项目中既没有 `{root}app.json` 也没有 `{root}game.json`"),
            Self::Unreadable { path, cause } => format!("无法读取 `{path}`：{cause}"),
            Self::NotAFolder { path } => format!("{path} 不是文件夹"),
            Self::Invalid { path, cause } => format!("`{path}` 不是合法的 JSON：{cause}"),
            Self::Mistaken { path, mistake } => format!("`{path}` 中有误：{mistake}"),
            Self::NoPages { path } => format!("`{path}` 没有列出页面，`pages` 至少要有一项"),
            Self::EntryIsNoPage { path, entry } => {
                format!("`{path}` 中的 `entryPagePath` 是 `{entry}`，不在 `pages` 之中")
            }
        }
    }
}

impl Project {
    /// Opens a project's folder: the one that holds `project.config.json`, or else `app.json` itself.
    ///
    /// # Errors
    ///
    /// Where the folder or its `app.json` is missing or can't be read.
    pub fn open(folder: &Path) -> Result<Self, ProjectError> {
        let unreadable = |cause| ProjectError::Unreadable {
            path: folder.display().to_string(),
            cause,
        };
        if folder.is_file() {
            return Err(ProjectError::NotAFolder {
                path: folder.display().to_string(),
            });
        }
        Self::from_files(Folder::open(folder).map_err(unreadable)?)
    }

    /// Opens a project whose files come from anywhere.
    ///
    /// # Errors
    ///
    /// Where its `app.json` is missing or can't be read.
    pub fn from_files(files: impl Files + 'static) -> Result<Self, ProjectError> {
        let settings = read_settings(&files, "project.config.json")?;
        let private = read_settings(&files, "project.private.config.json")?;
        let root = folder_prefix(settings.root.as_deref().unwrap_or_default());
        let url_check = private.url_check.or(settings.url_check).unwrap_or(true);
        let (kind, manifest) = read_manifest(&files, &root)?;
        Ok(Self {
            files: Arc::new(files),
            root,
            app_id: private.app_id.or(settings.app_id),
            url_check,
            has_typescript: private
                .has_typescript
                .or(settings.has_typescript)
                .unwrap_or(false),
            cloud_root: settings.cloud_root.as_deref().map(folder_prefix),
            kind,
            manifest,
        })
    }

    /// The files, relative to the project's folder.
    #[must_use]
    pub fn files(&self) -> &dyn Files {
        self.files.as_ref()
    }

    /// The same, for other threads.
    pub(crate) fn shared_files(&self) -> Arc<dyn Files> {
        Arc::clone(&self.files)
    }

    /// The folder of the app's own code inside the project: empty, or with a slash at its end.
    #[must_use]
    pub fn root(&self) -> &str {
        &self.root
    }

    /// `appid` of `project.config.json`, unless `project.private.config.json` says another.
    #[must_use]
    pub fn app_id(&self) -> Option<&str> {
        self.app_id.as_deref()
    }

    /// `setting.urlCheck` of the same two files: whether domains and certificates are to be checked (rule S1).
    #[must_use]
    pub fn url_check(&self) -> bool {
        self.url_check
    }

    /// `cloudfunctionRoot` of `project.config.json`: the folder of what runs on a server, with a slash at its end.
    #[must_use]
    pub fn cloud_root(&self) -> Option<&str> {
        self.cloud_root.as_deref().filter(|root| !root.is_empty())
    }

    /// Whether it is an app or a game.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Whether sources may be TypeScript: `setting.useCompilerPlugins` names `typescript`.
    #[must_use]
    pub fn has_typescript(&self) -> bool {
        self.has_typescript
    }

    /// The file of a page or another unit of code, whose path stands without its ending.
    #[must_use]
    pub fn script(&self, base: &str) -> String {
        let script = format!("{base}.js");
        let typed = format!("{base}.ts");
        if self.has_typescript && !self.files.is_file(&script) && self.files.is_file(&typed) {
            typed
        } else {
            script
        }
    }

    /// The file that a module gets for a specifier, as at run time: `./`, `../` and `/` name files, anything else a
    /// package in `miniprogram_npm` or `node_modules`. None where there is no such file in the project.
    #[must_use]
    pub fn resolve(&self, from: &str, specifier: &str) -> Option<String> {
        let found = crate::loader::resolve(self, from, specifier).ok()?;
        (!found.is_empty()).then_some(found)
    }

    /// What `app.json` says.
    #[must_use]
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }
}

/// What one of the two files of the developer tool says.
#[derive(Default)]
struct Settings {
    app_id: Option<String>,
    root: Option<String>,
    cloud_root: Option<String>,
    url_check: Option<bool>,
    has_typescript: Option<bool>,
}

impl Settings {
    fn read(value: &Value) -> Result<Self, Mistake> {
        let file = Shape::root(value);
        file.object()?;
        let setting = file.member("setting");
        setting.object()?;
        Ok(Self {
            app_id: file.member("appid").text()?.map(str::to_owned),
            root: file.member("miniprogramRoot").text()?.map(str::to_owned),
            cloud_root: file.member("cloudfunctionRoot").text()?.map(str::to_owned),
            url_check: setting.member("urlCheck").truth()?,
            has_typescript: value.pointer("/setting/useCompilerPlugins").map(names_typescript),
        })
    }
}

/// `["typescript", "less"]`; `false` stands for none.
fn names_typescript(plugins: &Value) -> bool {
    let names = plugins.as_array().into_iter().flatten();
    names.into_iter().any(|name| name == "typescript")
}

fn read_settings(files: &dyn Files, path: &str) -> Result<Settings, ProjectError> {
    if !files.is_file(path) {
        return Ok(Settings::default());
    }
    Settings::read(&read_json(files, path)?).map_err(|mistake| mistaken(path, mistake))
}

fn read_manifest(files: &dyn Files, root: &str) -> Result<(Kind, Manifest), ProjectError> {
    for (kind, name) in [(Kind::App, "app.json"), (Kind::Game, "game.json")] {
        let path = format!("{root}{name}");
        if files.is_file(&path) {
            let manifest = Manifest::read(&read_json(files, &path)?);
            let manifest = manifest.map_err(|mistake| mistaken(&path, mistake))?;
            if kind == Kind::App {
                check_pages(&manifest, path)?;
            }
            return Ok((kind, manifest));
        }
    }
    Err(ProjectError::NoManifest {
        root: root.to_owned(),
    })
}

/// A game has no pages.
fn check_pages(manifest: &Manifest, path: String) -> Result<(), ProjectError> {
    let Some(entry) = manifest.entry().filter(|_| !manifest.pages().is_empty()) else {
        return Err(ProjectError::NoPages { path });
    };
    if manifest.pages().iter().any(|page| page == entry) {
        return Ok(());
    }
    let entry = entry.to_owned();
    Err(ProjectError::EntryIsNoPage { path, entry })
}

fn mistaken(path: &str, mistake: Mistake) -> ProjectError {
    let path = path.to_owned();
    ProjectError::Mistaken { path, mistake }
}

fn read_json(files: &dyn Files, path: &str) -> Result<Value, ProjectError> {
    let text = read_text(files, path)?;
    serde_json::from_str(text.trim_start_matches('\u{feff}')).map_err(|cause| ProjectError::Invalid {
        path: path.to_owned(),
        cause,
    })
}

fn read_text(files: &dyn Files, path: &str) -> Result<String, ProjectError> {
    let unreadable = |cause| ProjectError::Unreadable {
        path: path.to_owned(),
        cause,
    };
    let bytes = files.read(path, MAX_CONFIGURATION).map_err(unreadable)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// `./miniprogram` and `miniprogram/` both become `miniprogram/`.
fn folder_prefix(written: &str) -> String {
    let parts = written
        .split('/')
        .filter(|part| !matches!(*part, "" | "." | ".."));
    parts.map(|part| format!("{part}/")).collect()
}

const MAX_CONFIGURATION: usize = 4 * 1024 * 1024;

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn the_code_lies_where_miniprogram_root_says() {
        let project = Project::from_files(files(&[
            (
                "project.config.json",
                r#"{"appid":"wx1","miniprogramRoot":"./miniprogram"}"#,
            ),
            ("miniprogram/app.json", r#"{"pages":["pages/a"]}"#),
        ]))
        .unwrap();

        assert_eq!(project.root(), "miniprogram/");
        assert_eq!(project.app_id(), Some("wx1"));
        assert_eq!(project.kind(), Kind::App);
    }

    #[test]
    fn a_folder_without_a_manifest_says_what_is_missing() {
        let error = Project::from_files(files(&[])).err().unwrap();

        assert_eq!(
            error.to_string(),
            "no `app.json` and no `game.json` in the project"
        );
    }

    #[test]
    fn an_app_without_a_page_to_open_is_refused() {
        for (text, told) in [
            ("{}", "`app.json` names no page: `pages` must list at least one"),
            (
                r#"{"pages":[]}"#,
                "`app.json` names no page: `pages` must list at least one",
            ),
            (
                r#"{"pages":["a"],"entryPagePath":"b"}"#,
                "in `app.json`, `entryPagePath` is `b`, which is not among `pages`",
            ),
            (
                r#"{"pages":{}}"#,
                "in `app.json`, `pages` must be a list, but it is an object",
            ),
        ] {
            let error = Project::from_files(files(&[("app.json", text)])).err().unwrap();

            assert_eq!(error.to_string(), told);
        }
        assert!(Project::from_files(files(&[("game.json", "{}")])).is_ok());
    }

    #[test]
    fn a_file_is_no_project() {
        let file = tempfile::NamedTempFile::new().unwrap();

        let error = Project::open(file.path()).err().unwrap();

        assert_eq!(
            error.to_string(),
            format!("{} is not a folder", file.path().display())
        );
    }

    fn files(entries: &[(&str, &str)]) -> BTreeMap<String, Vec<u8>> {
        entries
            .iter()
            .map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec()))
            .collect()
    }
}
