//! Which app calls, in which release, and the referer that follows from it.

use std::fmt;
use std::num::NonZeroU32;
use std::str::FromStr;

use serde::{Serialize, Serializer};

/// An app's ID, `wx0123456789abcdef` for instance.
///
/// Letters, digits, `-` and `_`, 1 to 64 of them: it becomes a segment of the referer's path (rule N3).
#[derive(Clone, Debug, Eq, Hash, PartialEq, Serialize)]
pub struct AppId(String);

/// The text can't be an app's ID.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("`{0}` is not an app ID: use 1 to 64 letters, digits, `-` or `_`, such as `wx0123456789abcdef`")]
pub struct AppIdError(String);

impl AppId {
    /// The ID as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for AppId {
    type Err = AppIdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
        if (1..=64).contains(&text.len()) && text.chars().all(fits) {
            Ok(Self(text.to_owned()))
        } else {
            Err(AppIdError(text.chars().take(80).collect()))
        }
    }
}

impl fmt::Display for AppId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Which copy of an app runs.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Release {
    /// In the developer tool.
    Devtools,
    /// A developer's build on a phone.
    Develop,
    /// The version that testers try.
    Trial,
    /// The version that the platform reviews.
    Review,
    /// A published version, by its number.
    Release(NonZeroU32),
}

impl Release {
    /// Everything that is not published: the only place where skipping the check is honoured (rule S2).
    #[must_use]
    pub const fn is_development(self) -> bool {
        !matches!(self, Self::Release(_))
    }

    /// Whether the check may be skipped with this state of debugging (rules S1 and S2).
    #[must_use]
    pub fn may_skip(self, debugging: Debugging) -> bool {
        match self {
            Self::Devtools => true,
            Self::Develop | Self::Trial | Self::Review => debugging == Debugging::On,
            Self::Release(_) => false,
        }
    }

    /// The referer's version segment: `devtools`, `0` or the release number (rule N3).
    #[must_use]
    pub fn segment(self) -> String {
        match self {
            Self::Devtools => "devtools".to_owned(),
            Self::Develop | Self::Trial | Self::Review => "0".to_owned(),
            Self::Release(number) => number.to_string(),
        }
    }

    /// The platform's `envVersion`: `develop`, `trial` or `release`.
    #[must_use]
    pub const fn env_version(self) -> &'static str {
        match self {
            Self::Devtools | Self::Develop => "develop",
            Self::Trial => "trial",
            Self::Review | Self::Release(_) => "release",
        }
    }
}

impl fmt::Display for Release {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Devtools => f.write_str("devtools"),
            Self::Develop => f.write_str("develop"),
            Self::Trial => f.write_str("trial"),
            Self::Review => f.write_str("review"),
            Self::Release(number) => write!(f, "{number}"),
        }
    }
}

impl Serialize for Release {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// The text names no release.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("`{0}` is not a release: use devtools, develop, trial, review or a release number from 1")]
pub struct ReleaseError(String);

impl FromStr for Release {
    type Err = ReleaseError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "devtools" => Ok(Self::Devtools),
            "develop" => Ok(Self::Develop),
            "trial" => Ok(Self::Trial),
            "review" => Ok(Self::Review),
            number if number.starts_with(['+', '0']) => Err(ReleaseError(text.to_owned())),
            number => number
                .parse()
                .map(Self::Release)
                .map_err(|_| ReleaseError(text.to_owned())),
        }
    }
}

/// Whether the phone has debugging turned on for the app.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Debugging {
    /// It has.
    On,
    /// It hasn't.
    Off,
}

/// The `referer` that every request, redirect hop and socket handshake of an app carries (rule N3).
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct Referer(String);

impl Referer {
    /// `https://{host}/{appid}/{version}/page-frame.html`.
    #[must_use]
    pub fn new(host: &str, app: &AppId, release: Release) -> Self {
        Self(format!(
            "https://{host}/{app}/{}/page-frame.html",
            release.segment()
        ))
    }

    /// The header's value.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn app() -> AppId {
        "wx1".parse().unwrap()
    }

    #[test]
    fn n3_the_referer_names_app_and_release() {
        let referer = |release: &str| {
            Referer::new("servicewechat.com", &app(), release.parse().unwrap())
                .as_str()
                .to_owned()
        };

        for zero in ["develop", "trial", "review"] {
            assert_eq!(referer(zero), "https://servicewechat.com/wx1/0/page-frame.html");
        }
        assert_eq!(
            referer("devtools"),
            "https://servicewechat.com/wx1/devtools/page-frame.html"
        );
        assert_eq!(referer("12"), "https://servicewechat.com/wx1/12/page-frame.html");
    }

    #[test]
    fn n3_an_app_id_that_would_change_the_referers_path_is_refused() {
        for text in ["", "wx/../x", "wx 1", "wx?1", "微信", &"w".repeat(65)] {
            assert!(text.parse::<AppId>().is_err(), "{text}");
        }
    }

    #[test]
    fn s2_only_development_releases_may_skip() {
        let may = |release: &str, debugging| release.parse::<Release>().unwrap().may_skip(debugging);

        assert!(may("devtools", Debugging::Off));
        for phone in ["develop", "trial", "review"] {
            assert!(may(phone, Debugging::On), "{phone}");
            assert!(!may(phone, Debugging::Off), "{phone}");
        }
        assert!(!may("7", Debugging::On));
    }

    #[test]
    fn a_release_is_a_name_or_a_number_from_one() {
        assert!("0".parse::<Release>().is_err());
        assert!("-1".parse::<Release>().is_err());
        assert!("beta".parse::<Release>().is_err());
        assert!("+3".parse::<Release>().is_err());
        assert!("007".parse::<Release>().is_err());
        assert_eq!("3".parse::<Release>().unwrap().to_string(), "3");
    }
}
