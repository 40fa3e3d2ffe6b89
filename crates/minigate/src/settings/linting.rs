//! What an app's source is judged by.

use std::path::Path;

use anyhow::Context;
use minigate_js::Project;
use minigate_lint::{Configured, Terms};
use minigate_policy::Policy;
use minigate_policy::diagnosis::Lang;

use super::file::SettingsFile;
use super::{TOURIST, written_lists};
use crate::args::ProfileArg;
use crate::given;

/// The terms of an app's release, and its lists as they are written, which may be wrong.
pub(crate) struct Linting {
    pub(crate) terms: Terms,
    /// With the lists, as far as they can be used.
    pub(crate) policy: Policy,
}

impl Linting {
    /// Reads `minigate.toml` in the project's folder, and what the project says of itself.
    pub(crate) fn load(
        dir: &Path,
        profile: Option<ProfileArg>,
        domains: Option<&Path>,
        project: &Project,
        lang: Lang,
    ) -> anyhow::Result<Self> {
        let file = SettingsFile::read(dir, lang)?;
        let profile = file.profile(profile.unwrap_or_default(), lang)?;
        let (written, name) = written_lists(dir, &file, domains, lang)?;
        let path = name
            .as_ref()
            .map_or_else(|| dir.join("minigate.toml"), Into::into);
        let configured = Configured {
            written,
            text: given::text(&path, lang).unwrap_or_default(),
            file: name.unwrap_or_else(|| "minigate.toml".to_owned()),
        };
        let app = project.app_id().unwrap_or(TOURIST);
        let policy = Policy::new(app.parse().context("project.config.json: `appid`")?)
            .with_lists(configured.usable(&profile))
            .with_profile(profile)
            .with_subnets(file.subnets.clone());
        let mock = file.mock.iter().map(|mock| folder(&mock.folder));
        let left_out = mock.chain(project.cloud_root().map(str::to_owned)).collect();
        Ok(Self {
            terms: Terms::of(&policy).with_lists(configured).without(left_out),
            policy,
        })
    }
}

/// A folder of the project as its files are named: `mock/`.
fn folder(path: &Path) -> String {
    let parts = path.components().map(|part| part.as_os_str().to_string_lossy());
    let parts: Vec<_> = parts.filter(|part| part != ".").collect();
    parts.join("/") + "/"
}
