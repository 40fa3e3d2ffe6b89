//! The ways in which a call can fail.

use std::fs;

use serde::Deserialize;

/// A way to fail, as `errors.toml` has it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Row {
    pub(crate) id: String,
    pub(crate) when: Text,
    pub(crate) remedy: Text,
    #[serde(default)]
    pub(crate) errno: Option<u32>,
    canonical: String,
    #[serde(default)]
    android: Option<String>,
    #[serde(default)]
    android_legacy: Option<String>,
    #[serde(default)]
    ios_legacy: Option<String>,
    #[serde(default)]
    devtools: Option<String>,
}

/// A sentence in both languages.
#[derive(Deserialize)]
pub(crate) struct Text {
    pub(crate) en: String,
    pub(crate) zh: String,
}

#[derive(Clone, Copy, Eq, PartialEq)]
pub(crate) enum Wording {
    Canonical,
    Android,
    AndroidLegacy,
    IosLegacy,
    Devtools,
}

impl Wording {
    pub(crate) const ALL: [Self; 5] = [
        Self::Canonical,
        Self::Android,
        Self::AndroidLegacy,
        Self::IosLegacy,
        Self::Devtools,
    ];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Canonical => "canonical",
            Self::Android => "android",
            Self::AndroidLegacy => "android-legacy",
            Self::IosLegacy => "ios-legacy",
            Self::Devtools => "devtools",
        }
    }
}

impl Row {
    /// What an app is told.
    pub(crate) fn words(&self, wording: Wording) -> &str {
        let own = match wording {
            Wording::Canonical => None,
            Wording::Android => self.android.as_deref(),
            Wording::AndroidLegacy => self.android_legacy.as_deref(),
            Wording::IosLegacy => self.ios_legacy.as_deref(),
            Wording::Devtools => self.devtools.as_deref(),
        };
        own.unwrap_or(&self.canonical)
    }
}

pub(crate) fn rows() -> Vec<Row> {
    #[derive(Deserialize)]
    struct Rows {
        error: Vec<Row>,
    }
    let text = fs::read_to_string(crate::folder().join("errors.toml")).unwrap();
    toml::from_str::<Rows>(&text).unwrap().error
}
