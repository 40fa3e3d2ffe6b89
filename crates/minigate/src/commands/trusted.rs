//! The roots of the command line, and those with which this program comes.

use std::path::PathBuf;

use anyhow::anyhow;
use minigate_inspect::matrix::Beside;
use minigate_policy::diagnosis::Lang;
use minigate_tls::{RootSource, Roots, RootsError};

use crate::given::{self, Most};

/// Roots for checks of servers.
pub(super) struct Trusted {
    /// What is added to the devices' own.
    pub(super) beside: Beside,
    /// What this program trusts.
    pub(super) roots: Roots,
}

impl Trusted {
    pub(super) fn load(files: &[PathBuf], lang: Lang) -> anyhow::Result<Self> {
        let wrong = |error: RootsError| anyhow!(error.tell(lang));
        let (mut beside, mut sources) = (Beside::default(), vec![RootSource::Bundled]);
        for path in files {
            let content = given::bytes(path, Most::Settings, lang)?;
            let name = path.display().to_string();
            beside
                .added
                .extend(Roots::read_file(&name, &content).map_err(wrong)?);
            sources.push(RootSource::Added { name, content });
        }
        let roots = Roots::load(&sources).map_err(wrong)?;
        Ok(Self { beside, roots })
    }
}
