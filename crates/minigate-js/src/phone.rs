//! The phone that an app believes to run on, and the user who holds it.

use serde::{Deserialize, Serialize};

/// The phone that an app believes to run on.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Device {
    /// `brand` of `getSystemInfo`.
    pub brand: String,
    /// `model`.
    pub model: String,
    /// `system`; `platform` is that of the policy's profile.
    pub system: String,
    /// `SDKVersion`, by which apps decide what they may call.
    pub sdk_version: String,
    /// `version`, that of the host program.
    pub host_version: String,
    /// `language`: `zh_CN`, `en` …
    pub language: String,
    /// `theme`: `light` or `dark`.
    pub theme: String,
    /// The screen's width in points.
    pub width: u32,
    /// Its height.
    pub height: u32,
    /// `pixelRatio`.
    pub pixel_ratio: f64,
    /// Where it is; without it `getLocation` fails.
    pub location: Option<Location>,
    /// What its clipboard holds at the start.
    pub clipboard: String,
}

/// A place on earth, as `getLocation` gives it.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Location {
    /// In degrees.
    pub latitude: f64,
    /// In degrees.
    pub longitude: f64,
    /// In metres a second.
    pub speed: f64,
    /// In metres.
    pub accuracy: f64,
    /// In metres.
    pub altitude: f64,
}

/// What the user would say. By default one who lets the app go on, and gives nothing away.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct User {
    /// `nickName`; without it `getUserInfo` and `getUserProfile` fail.
    pub name: Option<String>,
    /// `avatarUrl`.
    pub avatar: String,
    /// What was granted: `scope.userLocation` …
    pub scopes: Vec<String>,
    /// Functions that the user agrees to, though users mostly don't: `requestPayment`, `requestSubscribeMessage`,
    /// `navigateToMiniProgram`.
    pub agrees: Vec<String>,
    /// Functions that the user refuses, though users mostly don't: `showModal`, `showActionSheet`.
    pub refuses: Vec<String>,
    /// Which entry of an action sheet is taken, from 0; the last one where there are fewer.
    pub choice: u32,
    /// What is written into a modal's field.
    pub input: String,
    /// What `scanCode` reads; without it the user gives up.
    pub scan: Option<String>,
    /// Paths of the files that `chooseImage`, `chooseMedia` and `chooseMessageFile` give; without any the user gives up.
    pub files: Vec<String>,
    /// What `chooseAddress` gives: `userName`, `telNumber`, `detailInfo` …; without it the user gives up.
    pub address: Option<serde_json::Map<String, serde_json::Value>>,
}

impl Default for Device {
    fn default() -> Self {
        Self {
            brand: "minigate".to_owned(),
            model: "minigate".to_owned(),
            system: "Linux".to_owned(),
            sdk_version: "3.17.0".to_owned(),
            host_version: "8.0.50".to_owned(),
            language: "zh_CN".to_owned(),
            theme: "light".to_owned(),
            width: 375,
            height: 812,
            pixel_ratio: 3.0,
            location: None,
            clipboard: String::new(),
        }
    }
}
