//! `minigate.toml`.

use std::collections::BTreeMap;
use std::num::{NonZeroU64, NonZeroUsize};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context;
use minigate_js::{Device, Limits, User};
use minigate_lists::Thumbprint;
use minigate_policy::diagnosis::Lang;
use minigate_policy::{Domain, Profile, WrittenLists};
use serde::Deserialize;
use url::Url;

use crate::args::ProfileArg;
use crate::network::WrittenScript;
use crate::{given, words};

/// `minigate.toml` as it is written; everything in it is optional, and unknown keys are refused.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct SettingsFile {
    profile: toml::Table,
    pub(super) domains: WrittenLists,
    pub(super) domains_file: Option<PathBuf>,
    pub(super) console: Option<ConsoleFile>,
    private_hosts: Vec<String>,
    pub(super) subnets: Vec<ipnet::IpNet>,
    #[serde(default = "bundled")]
    pub(super) roots: Vec<String>,
    pub(super) resolve: Vec<String>,
    pub(super) user_agent: Option<String>,
    pub(super) mock: Option<MockFile>,
    pub(super) network: Option<WrittenScript>,
    pub(super) data: Option<DataFile>,
    limits: LimitsFile,
    pub(super) device: Device,
    user: UserFile,
    /// For each plugin, the module of the project that stands for it.
    pub(super) plugins: BTreeMap<String, String>,
}

/// The user, and the code that `wx.login` gives.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct UserFile {
    login: Option<String>,
    #[serde(flatten)]
    user: toml::Table,
}

/// Where the lists come from instead.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ConsoleFile {
    pub(super) url: Url,
    pub(super) key: Option<Thumbprint>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MockFile {
    pub(super) folder: PathBuf,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DataFile {
    pub(super) folder: PathBuf,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct LimitsFile {
    memory_mib: Option<NonZeroUsize>,
    stack_kib: Option<NonZeroUsize>,
    turn_ms: Option<NonZeroU64>,
    timers: Option<usize>,
    pending_calls: Option<usize>,
    pending_mib: Option<usize>,
    module_mib: Option<usize>,
}

impl SettingsFile {
    /// Reads the file where there is one.
    pub(super) fn read(dir: &Path, lang: Lang) -> anyhow::Result<Self> {
        let path = dir.join("minigate.toml");
        let text = if matches!(path.try_exists(), Ok(false)) {
            String::new()
        } else {
            given::text(&path, lang)?
        };
        toml::from_str(&text).with_context(|| words::cant_use(path.display(), lang))
    }

    /// The profile of the file with what the command line says, every other number laid over its defaults.
    pub(super) fn profile(&self, wanted: ProfileArg, lang: Lang) -> anyhow::Result<Profile> {
        let era = self
            .named("era", lang)?
            .map(str::parse)
            .transpose()
            .context("minigate.toml: `profile.era`")?;
        let platform = self
            .named("platform", lang)?
            .map(str::parse)
            .transpose()
            .context("minigate.toml: `profile.platform`")?;
        let base = Profile::new(era.unwrap_or_default(), platform.unwrap_or_default());
        let mut table = toml::Table::try_from(wanted.applied_to(&base))?;
        let others = self
            .profile
            .iter()
            .filter(|(key, _)| !matches!(key.as_str(), "era" | "platform"));
        table.extend(others.map(|(key, value)| (key.clone(), value.clone())));
        table.try_into().context("minigate.toml: `profile`")
    }

    fn named(&self, key: &str, lang: Lang) -> anyhow::Result<Option<&str>> {
        let Some(value) = self.profile.get(key) else {
            return Ok(None);
        };
        let name = value
            .as_str()
            .with_context(|| words::not_a_name(&format!("profile.{key}"), value, lang))?;
        Ok(Some(name))
    }

    /// The hosts that may have private addresses, each a name that could be listed.
    pub(super) fn private_hosts(&self) -> anyhow::Result<Vec<String>> {
        let parse = |host: &String| {
            let domain = Domain::parse(host).context("minigate.toml: `private_hosts`")?;
            Ok(domain.as_str().to_owned())
        };
        self.private_hosts.iter().map(parse).collect()
    }

    /// What the user would say.
    pub(super) fn user(&self) -> anyhow::Result<User> {
        self.user.user.clone().try_into().context("minigate.toml: `user`")
    }

    /// What `wx.login` gives each time.
    pub(super) fn login(&self) -> Option<&str> {
        self.user.login.as_deref()
    }

    pub(super) fn limits(&self) -> Limits {
        let defaults = Limits::default();
        let file = &self.limits;
        let mebibytes = |number: usize| number.saturating_mul(1024 * 1024);
        Limits {
            memory: file
                .memory_mib
                .map_or(defaults.memory, |number| mebibytes(number.get())),
            stack: file
                .stack_kib
                .map_or(defaults.stack, |number| number.get().saturating_mul(1024)),
            turn: file
                .turn_ms
                .map_or(defaults.turn, |millis| Duration::from_millis(millis.get())),
            timers: file.timers.unwrap_or(defaults.timers),
            pending_calls: file.pending_calls.unwrap_or(defaults.pending_calls),
            pending_bytes: file.pending_mib.map_or(defaults.pending_bytes, mebibytes),
            module: file.module_mib.map_or(defaults.module, mebibytes),
        }
    }
}

fn bundled() -> Vec<String> {
    vec!["bundled".to_owned()]
}

#[cfg(test)]
mod tests {
    use minigate_policy::{Era, Platform, Wording};

    use super::*;

    #[test]
    fn a_user_and_a_phone_are_settings() {
        let text = "[user]\nlogin = 'c'\nname = 'Ann'\nagrees = ['requestPayment']\n[device]\ntheme = 'dark'\nlocation = { latitude = 1.5 }";

        let file: SettingsFile = toml::from_str(text).unwrap();

        assert_eq!(
            (file.login(), file.user().unwrap().name.as_deref()),
            (Some("c"), Some("Ann"))
        );
        assert_eq!((file.device.theme.as_str(), file.device.width), ("dark", 375));
        let wrong: SettingsFile = toml::from_str("[user]\nnmae = 'Ann'").unwrap();
        assert!(wrong.user().is_err());
        assert!(toml::from_str::<SettingsFile>("[device]\nthme = 'dark'").is_err());
    }

    fn profile(text: &str, wanted: ProfileArg) -> anyhow::Result<Profile> {
        toml::from_str::<SettingsFile>(text)?.profile(wanted, Lang::En)
    }

    #[test]
    fn every_number_of_a_profile_can_be_overridden() {
        let text =
            "[profile]\nera = 'current'\ncalls_at_once = 3\nbackground_grace_ms = 100\nwording = 'canonical'";

        let found = profile(text, ProfileArg::default()).unwrap();

        assert_eq!(
            (found.era, found.calls_at_once, found.wording),
            (Era::Current, 3, Wording::Canonical)
        );
        assert_eq!(found.background_grace, Duration::from_millis(100));
        assert_eq!(found.timeout_max, None);
    }

    #[test]
    fn the_command_lines_profile_wins_and_brings_its_own_defaults() {
        let wanted = ProfileArg {
            era: None,
            platform: Some(Platform::Ios),
        };

        let found = profile("[profile]\nera = 'current'\nplatform = 'android'", wanted).unwrap();

        assert_eq!(
            (found.era, found.platform, found.ats),
            (Era::Current, Platform::Ios, true)
        );
    }

    #[test]
    fn an_unknown_key_is_refused_by_name() {
        let error = profile("[profile]\ncalls_at_onse = 3", ProfileArg::default()).unwrap_err();
        assert!(format!("{error:#}").contains("calls_at_onse"), "{error:#}");
        assert!(toml::from_str::<SettingsFile>("rots = []").is_err());
    }

    #[test]
    fn a_limit_of_nothing_is_refused() {
        assert!(toml::from_str::<SettingsFile>("[limits]\nmemory_mib = 0").is_err());
        assert!(toml::from_str::<SettingsFile>("[limits]\nturn_ms = 0").is_err());
        assert_eq!(
            toml::from_str::<SettingsFile>("[limits]\npending_mib = 1")
                .unwrap()
                .limits()
                .pending_bytes,
            1 << 20
        );
    }

    #[test]
    fn an_era_that_is_no_name_and_a_private_host_that_is_no_domain_are_refused() {
        assert!(profile("[profile]\nera = 5", ProfileArg::default()).is_err());
        let file: SettingsFile = toml::from_str("private_hosts = ['a b']").unwrap();
        assert!(file.private_hosts().is_err());
    }

    #[test]
    fn the_bundled_roots_hold_where_none_are_named() {
        assert_eq!(toml::from_str::<SettingsFile>("").unwrap().roots, ["bundled"]);
    }
}
