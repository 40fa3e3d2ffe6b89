//! A project: its files, and what they say about the app.

mod files;
mod manifest;

use std::{io, path::Path};

use serde::Deserialize;

pub use files::{Files, Folder};
pub use manifest::Manifest;

/// An app's source, ready to run.
pub struct Project {
    files: Box<dyn Files>,
    root: String,
    app_id: Option<String>,
    url_check: bool,
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
    /// A file isn't JSON, or a member has the wrong type.
    #[error("`{path}` is no valid configuration: {cause}")]
    Invalid {
        /// The path, relative to the project's folder.
        path: String,
        /// Where, and what was expected.
        cause: serde_json::Error,
    },
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
        Self::from_files(Folder::open(folder).map_err(unreadable)?)
    }

    /// Opens a project whose files come from anywhere.
    ///
    /// # Errors
    ///
    /// Where its `app.json` is missing or can't be read.
    pub fn from_files(files: impl Files + 'static) -> Result<Self, ProjectError> {
        let settings: Settings = read_json(&files, "project.config.json")?.unwrap_or_default();
        let private: Settings = read_json(&files, "project.private.config.json")?.unwrap_or_default();
        let root = folder_prefix(settings.miniprogram_root.as_deref().unwrap_or_default());
        let url_check = private
            .setting
            .url_check
            .or(settings.setting.url_check)
            .unwrap_or(true);
        let (kind, manifest) = read_manifest(&files, &root)?;
        Ok(Self {
            files: Box::new(files),
            root,
            app_id: private.appid.or(settings.appid),
            url_check,
            kind,
            manifest,
        })
    }

    /// The files, relative to the project's folder.
    #[must_use]
    pub fn files(&self) -> &dyn Files {
        self.files.as_ref()
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

    /// Whether it is an app or a game.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// What `app.json` says.
    #[must_use]
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Settings {
    appid: Option<String>,
    miniprogram_root: Option<String>,
    #[serde(default)]
    setting: Setting,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Setting {
    url_check: Option<bool>,
}

fn read_manifest(files: &dyn Files, root: &str) -> Result<(Kind, Manifest), ProjectError> {
    for (kind, name) in [(Kind::App, "app.json"), (Kind::Game, "game.json")] {
        let path = format!("{root}{name}");
        if files.is_file(&path) {
            let text = read_text(files, &path)?;
            let manifest = Manifest::parse(&text).map_err(|cause| ProjectError::Invalid { path, cause })?;
            return Ok((kind, manifest));
        }
    }
    Err(ProjectError::NoManifest {
        root: root.to_owned(),
    })
}

fn read_json<T: for<'de> Deserialize<'de>>(files: &dyn Files, path: &str) -> Result<Option<T>, ProjectError> {
    if !files.is_file(path) {
        return Ok(None);
    }
    let text = read_text(files, path)?;
    let parsed = serde_json::from_str(text.trim_start_matches('\u{feff}'));
    parsed.map(Some).map_err(|cause| ProjectError::Invalid {
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

    fn files(entries: &[(&str, &str)]) -> BTreeMap<String, Vec<u8>> {
        entries
            .iter()
            .map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec()))
            .collect()
    }
}
