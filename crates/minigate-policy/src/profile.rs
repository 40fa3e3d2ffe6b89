//! The numbers of an era and a platform, as data.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::Interface;

/// Which generation of the platform's rules holds.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Era {
    /// The guide's own numbers: 20 domains, 60 s at most, 10 calls, pinned apps exempt.
    #[default]
    Guide,
    /// Today's: 200 domains, no longest time-out, addresses of the local network.
    Current,
}

/// The client whose behaviour is followed.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Platform {
    /// Android phones.
    #[default]
    Android,
    /// iPhones: App Transport Security holds, and answers that can't be converted fail.
    Ios,
    /// The developer tool.
    Devtools,
}

/// Whose wording `errMsg` has.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Wording {
    /// The newest texts, the same everywhere.
    Canonical,
    /// Android of the guide's years.
    #[default]
    AndroidLegacy,
    /// Android today.
    Android,
    /// iOS of the guide's years, with the system's own texts.
    IosLegacy,
    /// The developer tool.
    Devtools,
}

/// What happens to a call for which no slot is free (rule N4).
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Overflow {
    /// It waits its turn, in order of arrival.
    #[default]
    Queue,
    /// It fails at once.
    Refuse,
}

/// What happens to text that can't be converted (rule N6).
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Undecodable {
    /// The replacement character stands in for what couldn't be read, with a warning.
    Replace,
    /// The call fails with errno 602302.
    Fail,
}

/// Every number and choice in which eras and platforms differ.
///
/// [`Profile::new`] gives the documented values; a host changes any of them, in code or by deserializing over them.
/// Nothing else asks which era or platform it is. Spans of time are written in milliseconds when serialized.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// The era that the values started from.
    pub era: Era,
    /// The platform that the values started from.
    pub platform: Platform,
    /// Whose wording `errMsg` has.
    pub wording: Wording,
    /// Most domains on each interface's list (rule D7).
    pub domains_per_interface: usize,
    /// Hosts that can be neither configured nor called (rule D6).
    pub reserved_hosts: Vec<String>,
    /// Whether an address in the device's own subnet needs no entry.
    pub lan_exception: bool,
    /// Time-out of a call that sets none (rule N1).
    #[serde(rename = "timeout_default_ms", with = "millis")]
    pub timeout_default: Duration,
    /// The longest time-out; a longer one is brought down to it. `None`: no limit.
    #[serde(default, rename = "timeout_max_ms", with = "millis_option")]
    pub timeout_max: Option<Duration>,
    /// Whether waiting for a slot counts towards the time-out.
    pub timeout_counts_queue: bool,
    /// Calls at once of each of `request`, `uploadFile` and `downloadFile` (rule N4).
    pub calls_at_once: usize,
    /// Whether those three share one set of slots.
    pub shared_slots: bool,
    /// What happens when no slot is free.
    pub overflow: Overflow,
    /// Sockets at once; one more is refused.
    pub sockets_at_once: usize,
    /// How long a call may go on once the app is hidden (rule N5).
    #[serde(rename = "background_grace_ms", with = "millis")]
    pub background_grace: Duration,
    /// How long after it is hidden an app is suspended: it stands still, and what happens is kept for its return.
    #[serde(rename = "suspend_after_ms", with = "millis")]
    pub suspend_after: Duration,
    /// How long after it is suspended an app is destroyed.
    #[serde(rename = "destroy_after_ms", with = "millis")]
    pub destroy_after: Duration,
    /// Whether an app that is pinned to the top of the chat list may call in the background, and isn't suspended
    /// there (rule N5).
    pub pinned_exempt: bool,
    /// Most redirects that one call follows.
    pub redirects: usize,
    /// What happens to text that can't be converted (rule N6).
    pub undecodable: Undecodable,
    /// The WHATWG label tried for text that declares no encoding and isn't UTF-8.
    pub fallback_charset: String,
    /// Whether a call that takes its answer in pieces (`enableChunked`) gets it whole at the end, too.
    pub chunked_data: bool,
    /// The largest file that `downloadFile` takes, in bytes. `None`: no limit.
    #[serde(default)]
    pub download_max_bytes: Option<u64>,
    /// The largest body that `uploadFile` sends, its framing included, in bytes. `None`: no limit.
    #[serde(default)]
    pub upload_max_bytes: Option<u64>,
    /// Whether a download without a single byte fails with errno 603302.
    pub empty_download_fails: bool,
    /// Whether certificates must meet App Transport Security (rule T7).
    pub ats: bool,
    /// Whether a self-signed certificate fails even with checks skipped (rule T6).
    pub self_signed_never: bool,
    /// The host part of the fixed referer (rule N3).
    pub referer_host: String,
    /// Bytes of an app's user files and saved files together.
    pub files_max_bytes: u64,
    /// The same for a mini-game.
    pub game_files_max_bytes: u64,
    /// Bytes of an app's temporary files while it runs.
    pub temporary_max_bytes: u64,
}

impl Profile {
    /// The documented values of an era on a platform.
    #[must_use]
    pub fn new(era: Era, platform: Platform) -> Self {
        let current = era == Era::Current;
        let ios = platform == Platform::Ios;
        Self {
            era,
            platform,
            wording: wording(era, platform),
            domains_per_interface: if current { 200 } else { 20 },
            reserved_hosts: vec!["api.weixin.qq.com".to_owned()],
            lan_exception: current,
            timeout_default: MINUTE,
            timeout_max: (!current).then_some(MINUTE),
            timeout_counts_queue: false,
            calls_at_once: 10,
            shared_slots: false,
            overflow: Overflow::Queue,
            sockets_at_once: 5,
            background_grace: Duration::from_secs(5),
            suspend_after: Duration::from_secs(5),
            destroy_after: if current { 30 * MINUTE } else { 5 * MINUTE },
            pinned_exempt: !current,
            redirects: 20,
            undecodable: if ios {
                Undecodable::Fail
            } else {
                Undecodable::Replace
            },
            fallback_charset: "gb18030".to_owned(),
            chunked_data: false,
            download_max_bytes: Some(if current { 200 * MIB } else { 10 * MIB }),
            upload_max_bytes: None,
            empty_download_fails: ios,
            ats: ios,
            self_signed_never: ios,
            referer_host: "servicewechat.com".to_owned(),
            files_max_bytes: if current { 200 * MIB } else { 10 * MIB },
            game_files_max_bytes: if current { 200 * MIB } else { 50 * MIB },
            temporary_max_bytes: 4096 * MIB,
        }
    }

    /// How many calls of `interface` run at once, its slots not being shared.
    #[must_use]
    pub const fn slots(&self, interface: Interface) -> usize {
        match interface {
            Interface::Request | Interface::UploadFile | Interface::DownloadFile => self.calls_at_once,
            Interface::ConnectSocket => self.sockets_at_once,
        }
    }
}

impl Default for Profile {
    fn default() -> Self {
        Self::new(Era::default(), Platform::default())
    }
}

fn wording(era: Era, platform: Platform) -> Wording {
    match (era, platform) {
        (_, Platform::Devtools) => Wording::Devtools,
        (Era::Guide, Platform::Android) => Wording::AndroidLegacy,
        (Era::Guide, Platform::Ios) => Wording::IosLegacy,
        (Era::Current, Platform::Android) => Wording::Android,
        (Era::Current, Platform::Ios) => Wording::Canonical,
    }
}

const MINUTE: Duration = Duration::from_secs(60);
const MIB: u64 = 1024 * 1024;

/// A name that stands for none of the values it could have.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("`{found}` is not {what}: use {choices}")]
pub struct UnknownName {
    what: &'static str,
    found: String,
    choices: &'static str,
}

impl FromStr for Era {
    type Err = UnknownName;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        match name {
            "guide" => Ok(Self::Guide),
            "current" => Ok(Self::Current),
            _ => Err(UnknownName {
                what: "an era",
                found: name.to_owned(),
                choices: "guide or current",
            }),
        }
    }
}

impl FromStr for Platform {
    type Err = UnknownName;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        match name {
            "android" => Ok(Self::Android),
            "ios" => Ok(Self::Ios),
            "devtools" => Ok(Self::Devtools),
            _ => Err(UnknownName {
                what: "a platform",
                found: name.to_owned(),
                choices: "android, ios or devtools",
            }),
        }
    }
}

impl fmt::Display for Era {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Guide => "guide",
            Self::Current => "current",
        })
    }
}

impl fmt::Display for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Android => "android",
            Self::Ios => "ios",
            Self::Devtools => "devtools",
        })
    }
}

mod millis {
    use std::time::Duration;

    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(span: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u64(u64::try_from(span.as_millis()).unwrap_or(u64::MAX))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
        u64::deserialize(deserializer).map(Duration::from_millis)
    }
}

mod millis_option {
    use std::time::Duration;

    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(
        span: &Option<Duration>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        match span {
            Some(span) => super::millis::serialize(span, serializer),
            None => serializer.serialize_none(),
        }
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Duration>, D::Error> {
        Ok(Option::<u64>::deserialize(deserializer)?.map(Duration::from_millis))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_guide_era_has_the_guides_numbers() {
        let profile = Profile::default();

        assert_eq!(profile.domains_per_interface, 20);
        assert_eq!(profile.timeout_max, Some(Duration::from_secs(60)));
        assert_eq!(profile.timeout_default, Duration::from_secs(60));
        assert_eq!(profile.calls_at_once, 10);
        assert_eq!(profile.download_max_bytes, Some(10 * MIB));
        assert_eq!(profile.background_grace, Duration::from_secs(5));
        assert!(profile.pinned_exempt && !profile.lan_exception);
        assert_eq!(
            (profile.files_max_bytes, profile.game_files_max_bytes),
            (10 * MIB, 50 * MIB)
        );
    }

    #[test]
    fn the_current_era_has_todays_numbers() {
        let profile = Profile::new(Era::Current, Platform::Ios);

        assert_eq!(profile.domains_per_interface, 200);
        assert_eq!(profile.timeout_max, None);
        assert_eq!(profile.files_max_bytes, 200 * MIB);
        assert_eq!(profile.download_max_bytes, Some(200 * MIB));
        assert_eq!(profile.upload_max_bytes, None);
        assert!(!profile.pinned_exempt && profile.lan_exception && profile.ats);
    }
}
