//! What an app says and shows, for whoever embeds it.

use std::fmt;

use crate::{app::Change, files::FileFault, limits::Overrun};

/// Hears what an app says, shows and breaks, in the order in which it happens.
///
/// It is called while the app's JavaScript runs, so it must not block and can't call back into the app.
pub trait Observer {
    /// Takes one piece of news.
    fn notice(&mut self, notice: Notice);
}

impl<F: FnMut(Notice)> Observer for F {
    fn notice(&mut self, notice: Notice) {
        self(notice);
    }
}

/// One piece of news from an app.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Notice {
    /// A line of its console.
    Console(Line),
    /// An exception that nobody caught. The app goes on.
    Exception(Fault),
    /// A Promise that was rejected, and at the end of the turn nobody had handled it. The app goes on.
    Rejection(Fault),
    /// Something that a screen would show.
    Shown(Shown),
    /// A call of the network that failed before it could become one.
    Unsent(Unsent),
    /// A function of `wx` was called that needs something which isn't here. Each is told once.
    Absent(Absence),
    /// What the runs before have stored is lost, in part or whole. Told before the app starts.
    Storage(StorageLoss),
    /// The app ran into a limit: once for the one that ended it, and once for the first call that was one too many.
    Limit(Overrun),
    /// Its life has taken a turn.
    Life(Change),
}

/// One line of the console.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Line {
    /// Which function of `console` was called.
    pub level: Level,
    /// The formatted arguments; the app's own text, so escape it before it reaches a terminal.
    pub text: String,
    /// Where in the app's source.
    pub place: Option<Place>,
}

/// How loud a console line is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Level {
    /// `console.debug` and `console.trace`.
    Debug,
    /// `console.log` and all that have no level of their own.
    Log,
    /// `console.info`.
    Info,
    /// `console.warn`, and warnings of the platform itself.
    Warn,
    /// `console.error`, and `console.assert` that fails.
    Error,
}

impl Level {
    pub(crate) fn named(name: &str) -> Self {
        match name {
            "debug" => Self::Debug,
            "info" => Self::Info,
            "warn" => Self::Warn,
            "error" => Self::Error,
            _ => Self::Log,
        }
    }
}

/// A call of the network that failed before it could become one, so no journal knows of it: its options were wrong,
/// or there were too many calls already.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Unsent {
    /// Which function of `wx` was called.
    pub api: String,
    /// What the app was told: `request:fail parameter error: …`.
    pub err_msg: String,
    /// The platform's number for it, if it has one.
    pub errno: Option<u32>,
    /// Where in the app's source.
    pub place: Option<Place>,
    /// What the app's own code threw while its options were read, from a getter or a `toJSON`.
    pub cause: Option<String>,
}

/// A function of `wx` that needs something which isn't here.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Absence {
    /// Which function was called: `chooseImage`, `createSelectorQuery`, `plugin://map` …
    pub api: String,
    /// What it needs.
    pub lack: Lack,
    /// The setting of `minigate.toml` that would stand in for it, `user.files`; empty where there is none.
    pub setting: String,
}

/// What a run without a screen, a user and a phone lacks.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Lack {
    /// A screen, and whatever is drawn on it.
    Screen,
    /// A user who agrees or chooses.
    User,
    /// A place on earth.
    Location,
    /// A camera.
    Camera,
    /// A microphone.
    Microphone,
    /// A loudspeaker.
    Sound,
    /// A sensor of movement.
    Sensor,
    /// Advertisements.
    Advertisement,
    /// The platform's cloud.
    Cloud,
    /// A plugin's code, which only the platform has.
    Plugin,
    /// What the platform's own view does with WXML: generics, what a slot hands out, expressions of its own.
    View,
}

impl Lack {
    pub(crate) fn named(name: &str) -> Self {
        match name {
            "user" => Self::User,
            "location" => Self::Location,
            "camera" => Self::Camera,
            "microphone" => Self::Microphone,
            "sound" => Self::Sound,
            "sensor" => Self::Sensor,
            "ad" => Self::Advertisement,
            "cloud" => Self::Cloud,
            "plugin" => Self::Plugin,
            "view" => Self::View,
            _ => Self::Screen,
        }
    }

    /// Its name for programs.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Screen => "screen",
            Self::User => "user",
            Self::Location => "location",
            Self::Camera => "camera",
            Self::Microphone => "microphone",
            Self::Sound => "sound",
            Self::Sensor => "sensor",
            Self::Advertisement => "advertisement",
            Self::Cloud => "cloud",
            Self::Plugin => "plugin",
            Self::View => "view",
        }
    }
}

/// What can't be read of an app's kept storage.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum StorageLoss {
    /// Its file says nothing from a line on, which was taken away with all behind it.
    Broken {
        /// The line, from 1.
        line: usize,
        /// How many bytes were taken away.
        bytes: u64,
    },
    /// Its file is a link or a folder, say: nothing is read, and nothing can be stored.
    Unusable(FileFault),
}

/// An error that came to the surface.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Fault {
    /// Its name and message: `TypeError: not a function`.
    pub message: String,
    /// Where in the app's source, as far as known.
    pub place: Option<Place>,
    /// The frames in the app's own source, innermost first, a line each.
    pub stack: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        match &self.place {
            Some(place) => write!(f, " ({place})"),
            None => Ok(()),
        }
    }
}

/// A place in the app's source.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Place {
    /// Relative to the project's folder: `pages/index/index.js`.
    pub file: String,
    /// From 1.
    pub line: u32,
    /// From 1, in characters.
    pub column: u32,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

/// Something that a screen would show.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Shown {
    /// The function: `showToast`, `showModal`, `setNavigationBarTitle`, `navigateTo` …
    pub api: String,
    /// Its main text: a toast's or a bar's title, a page's route.
    pub text: String,
}
