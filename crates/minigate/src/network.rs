//! A network as a script: what it is like at first, and what becomes of it.

mod play;
mod written;

use std::path::Path;
use std::time::Duration;

use anyhow::Context;
use minigate_engine::{Cut, Network, Preset};
use minigate_policy::diagnosis::Lang;

use crate::{given, words};
pub(crate) use play::Player;
pub(crate) use written::WrittenScript;

/// What the network is like, and what becomes of it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Script {
    pub(crate) start: Network,
    /// In order of time.
    changes: Vec<Change>,
}

/// What happens to the network at a time.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Change {
    at: Duration,
    pub(crate) network: Network,
    /// All connections end, even though the network's type stays.
    pub(crate) cut: Option<Cut>,
}

impl Script {
    /// The script of a preset's name, or else of a file.
    pub(crate) fn load(name: &Path, lang: Lang) -> anyhow::Result<Self> {
        let preset = name.to_str().and_then(|name| name.parse::<Preset>().ok());
        if let Some(preset) = preset {
            return Ok(Self {
                start: preset.network(),
                changes: Vec::new(),
            });
        }
        let text = given::text(name, lang).with_context(|| words::no_network(name, lang))?;
        let written: WrittenScript =
            toml::from_str(&text).with_context(|| words::cant_use(name.display(), lang))?;
        written
            .script()
            .with_context(|| words::cant_use(name.display(), lang))
    }
}
