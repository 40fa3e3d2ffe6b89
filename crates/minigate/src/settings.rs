//! What a project's files and the command line say, brought together; the command line wins.

mod checking;
mod console;
mod file;
mod linting;
mod lists;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow};
use minigate_engine::Override;
use minigate_js::{Device, Ineffective, Limits, Project, User};
use minigate_policy::diagnosis::{Lang, tell_lists};
use minigate_policy::{Debugging, DomainLists, Interface, Policy, Profile, WrittenLists};
use minigate_tls::RootSource;

use crate::args::{ProfileArg, TermsArgs, TrustArgs};
use crate::given::{self, Most};
use crate::network::{Script, WrittenScript};
use crate::words;
pub(crate) use checking::Checking;
pub(crate) use console::FromConsole;
use file::SettingsFile;
pub(crate) use linting::Linting;

/// Everything that a command needs to know of a project.
pub(crate) struct Settings {
    pub(crate) policy: Policy,
    pub(crate) limits: Limits,
    pub(crate) device: Device,
    pub(crate) user: User,
    /// What `wx.login` gives, instead of a new code each time.
    pub(crate) login: Option<String>,
    pub(crate) plugins: BTreeMap<String, String>,
    pub(crate) user_agent: Option<String>,
    /// Root sources in order; the mock origin's is added where there is one.
    pub(crate) roots: Vec<RootSource>,
    pub(crate) overrides: Vec<Override>,
    /// What the network is like, where it isn't the machine's own.
    pub(crate) network: Option<Script>,
    /// The folder of canned answers.
    pub(crate) mock: Option<PathBuf>,
    /// The folder of files and storage that stay, unless the command line names another.
    pub(crate) data: Option<PathBuf>,
    /// The console whose lists hold, where there is one.
    pub(crate) console: Option<FromConsole>,
    /// What was asked for and can't be had.
    pub(crate) warnings: Vec<Warning>,
}

/// Something that was asked for and can't be had.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Warning {
    /// A release never skips the check (rule S2).
    ReleaseNeverSkips,
    /// A value of `app.json` has no effect (rule N2).
    Ineffective(Ineffective),
}

impl Settings {
    /// Reads `minigate.toml` in `dir`, and what the project says of itself.
    pub(crate) fn load(
        dir: &Path,
        project: Option<&Project>,
        terms: &TermsArgs,
        trust: Option<&TrustArgs>,
        lang: Lang,
    ) -> anyhow::Result<Self> {
        let file = SettingsFile::read(dir, lang)?;
        let profile = file.profile(terms.profile.unwrap_or_default(), lang)?;
        let lists = read_lists(dir, &file, terms, &profile, lang)?;
        let skip = terms.skip_check || project.is_some_and(|project| !project.url_check());
        let app = project.and_then(Project::app_id).unwrap_or(TOURIST);
        let mut policy = Policy::new(app.parse().context("project.config.json: `appid`")?)
            .with_release(terms.release)
            .with_profile(profile)
            .with_lists(lists)
            .with_private_hosts(file.private_hosts()?)
            .with_subnets(file.subnets.clone());
        for interface in Interface::ALL {
            policy = policy.with_timeout(interface, project.and_then(|p| p.manifest().timeout(interface)));
        }
        let debugging = if terms.skip_check {
            Debugging::On
        } else {
            Debugging::Off
        };
        let roots = roots(dir, &file, trust, lang)?;
        let debugging = Some(debugging).filter(|_| skip);
        // Of one that never skips, no console is asked for leave.
        let asked = debugging.filter(|debugging| terms.release.may_skip(*debugging));
        let console = FromConsole::read(&file, terms, &policy, asked, &roots, lang)?;
        if let Some(debugging) = debugging.filter(|_| console.is_none()) {
            policy = policy.with_check_skipped(debugging);
        }
        let refused_skip = terms.skip_check && !terms.release.may_skip(Debugging::On);
        let mut warnings = Vec::from_iter(refused_skip.then_some(Warning::ReleaseNeverSkips));
        let ineffective = project
            .map(|project| project.manifest().ineffective())
            .unwrap_or_default();
        warnings.extend(ineffective.into_iter().map(Warning::Ineffective));
        Ok(Self {
            policy,
            limits: file.limits(),
            user: file.user()?,
            login: file.login().map(str::to_owned),
            device: file.device.clone(),
            plugins: file.plugins.clone(),
            roots,
            console,
            overrides: overrides(&file, trust)?,
            mock: file.mock.as_ref().map(|mock| dir.join(&mock.folder)),
            network: file
                .network
                .as_ref()
                .map(WrittenScript::script)
                .transpose()
                .context("minigate.toml: `network`")?,
            data: file.data.as_ref().map(|data| dir.join(&data.folder)),
            user_agent: file.user_agent,
            warnings,
        })
    }
}

/// The lists of the command line, else of `domains_file`, else of the file itself; those of a file go by its name.
fn read_lists(
    dir: &Path,
    file: &SettingsFile,
    terms: &TermsArgs,
    profile: &Profile,
    lang: Lang,
) -> anyhow::Result<DomainLists> {
    let (written, name) = written_lists(dir, file, terms.domains.as_deref(), lang)?;
    let lists = DomainLists::parse_for(&written, profile).map_err(|error| {
        let file = name.as_deref().unwrap_or("minigate.toml");
        anyhow!(words::wrong_lists(file, &tell_lists(&error, lang), lang))
    })?;
    Ok(match name {
        Some(name) => lists.with_version(name),
        None => lists,
    })
}

/// The lists as they are written, with the name of their file where that isn't `minigate.toml`.
fn written_lists(
    dir: &Path,
    file: &SettingsFile,
    wanted: Option<&Path>,
    lang: Lang,
) -> anyhow::Result<(WrittenLists, Option<String>)> {
    let from_file = file.domains_file.as_ref().map(|path| dir.join(path));
    Ok(match wanted.map(Path::to_owned).or(from_file) {
        Some(path) => (lists::read(&path, lang)?, Some(path.display().to_string())),
        None => (file.domains.clone(), None),
    })
}

fn roots(
    dir: &Path,
    file: &SettingsFile,
    trust: Option<&TrustArgs>,
    lang: Lang,
) -> anyhow::Result<Vec<RootSource>> {
    if let Some(path) = trust.and_then(|trust| trust.only_ca.as_ref()) {
        return Ok(vec![read_root(path, lang)?]);
    }
    let mut sources = Vec::new();
    for root in &file.roots {
        sources.push(match root.as_str() {
            "bundled" => RootSource::Bundled,
            "system" => RootSource::System,
            path => read_root(&dir.join(path), lang)?,
        });
    }
    for path in trust.iter().flat_map(|trust| &trust.ca) {
        sources.push(read_root(path, lang)?);
    }
    Ok(sources)
}

fn read_root(path: &Path, lang: Lang) -> anyhow::Result<RootSource> {
    Ok(RootSource::Added {
        name: path.display().to_string(),
        content: given::bytes(path, Most::Settings, lang)?,
    })
}

/// The command line's come first, so that they win.
fn overrides(file: &SettingsFile, trust: Option<&TrustArgs>) -> anyhow::Result<Vec<Override>> {
    let mut overrides: Vec<Override> = trust.map_or_else(Vec::new, |trust| trust.resolve.clone());
    for text in &file.resolve {
        overrides.push(text.parse().context("minigate.toml: `resolve`")?);
    }
    Ok(overrides)
}

impl ProfileArg {
    fn applied_to(self, profile: &Profile) -> Profile {
        Profile::new(
            self.era.unwrap_or(profile.era),
            self.platform.unwrap_or(profile.platform),
        )
    }
}

/// The ID under which the developer tool runs a project that has none.
const TOURIST: &str = "touristappid";
