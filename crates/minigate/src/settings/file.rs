//! `minigate.toml`.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context;
use minigate_js::Limits;
use minigate_policy::{Profile, WrittenLists};
use serde::Deserialize;

use crate::args::ProfileArg;

/// `minigate.toml` as it is written; everything in it is optional, and unknown keys are refused.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct SettingsFile {
    profile: toml::Table,
    pub(super) domains: WrittenLists,
    pub(super) domains_file: Option<PathBuf>,
    pub(super) private_hosts: Vec<String>,
    pub(super) subnets: Vec<ipnet::IpNet>,
    #[serde(default = "bundled")]
    pub(super) roots: Vec<String>,
    pub(super) resolve: Vec<String>,
    pub(super) user_agent: Option<String>,
    pub(super) mock: Option<MockFile>,
    limits: LimitsFile,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MockFile {
    pub(super) folder: PathBuf,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct LimitsFile {
    memory_mib: Option<usize>,
    turn_ms: Option<u64>,
    timers: Option<usize>,
    pending_calls: Option<usize>,
}

impl SettingsFile {
    /// Reads the file where there is one.
    pub(super) fn read(dir: &Path) -> anyhow::Result<Self> {
        let path = dir.join("minigate.toml");
        match std::fs::read_to_string(&path) {
            Ok(text) => toml::from_str(&text).with_context(|| format!("can't use {}", path.display())),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(toml::from_str("")?),
            Err(error) => Err(error).with_context(|| format!("can't read {}", path.display())),
        }
    }

    /// The profile of the file with what the command line says, every other number laid over its defaults.
    pub(super) fn profile(&self, wanted: ProfileArg) -> anyhow::Result<Profile> {
        let named = |key: &str| self.profile.get(key).and_then(toml::Value::as_str);
        let era = named("era")
            .map(str::parse)
            .transpose()
            .context("minigate.toml: `profile.era`")?;
        let platform = named("platform")
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

    pub(super) fn limits(&self) -> Limits {
        let defaults = Limits::default();
        let file = &self.limits;
        Limits {
            memory: file
                .memory_mib
                .map_or(defaults.memory, |mebibytes| mebibytes.saturating_mul(1024 * 1024)),
            turn: file.turn_ms.map_or(defaults.turn, Duration::from_millis),
            timers: file.timers.unwrap_or(defaults.timers),
            pending_calls: file.pending_calls.unwrap_or(defaults.pending_calls),
            ..defaults
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

    fn profile(text: &str, wanted: ProfileArg) -> anyhow::Result<Profile> {
        toml::from_str::<SettingsFile>(text)?.profile(wanted)
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
    fn the_bundled_roots_hold_where_none_are_named() {
        assert_eq!(toml::from_str::<SettingsFile>("").unwrap().roots, ["bundled"]);
    }
}
