//! Lists that come from a console.

use std::sync::Arc;

use anyhow::{Context, anyhow};
use etcetera::BaseStrategy;
use minigate_lists::Setup;
use minigate_policy::diagnosis::Lang;
use minigate_policy::{CertificateCheck, Debugging, Policy};
use minigate_tls::{Offer, RootSource, Roots, Trust};

use super::file::{ConsoleFile, SettingsFile};
use crate::args::TermsArgs;
use crate::words::{self, Part};

/// The console whose lists hold.
#[derive(Clone, Debug)]
pub(crate) struct FromConsole {
    pub(crate) setup: Setup,
    /// What asks for the check to be skipped; the console has to grant it.
    pub(crate) skip: Option<Debugging>,
}

impl FromConsole {
    /// That of the command line, else of `minigate.toml`, unless the command line names lists itself.
    pub(super) fn read(
        file: &SettingsFile,
        terms: &TermsArgs,
        policy: &Policy,
        skip: Option<Debugging>,
        roots: &[RootSource],
        lang: Lang,
    ) -> anyhow::Result<Option<Self>> {
        let of_args = terms.console.clone().map(|url| ConsoleFile { url, key: None });
        let of_file = file.console.clone().filter(|_| terms.domains.is_none());
        let Some(console) = of_args.or(of_file) else {
            return Ok(None);
        };
        let setup = Setup::new(console.url, policy.app().clone());
        let mut setup = setup.map_err(|error| anyhow!(words::console::no_console(&error, lang)))?;
        setup.key = terms.console_key.clone().or(console.key);
        setup.tls = Arc::new(tls(roots, lang)?);
        setup.cache = match &terms.console_cache {
            Some(folder) => Some(folder.clone()),
            // A user without a home has no cache; the lists then last as long as the run.
            None => etcetera::choose_base_strategy()
                .ok()
                .map(|base| base.cache_dir().join("minigate").join("lists")),
        };
        Ok(Some(Self { setup, skip }))
    }
}

/// Trusts what the run trusts.
fn tls(roots: &[RootSource], lang: Lang) -> anyhow::Result<rustls::ClientConfig> {
    let roots = Roots::load(roots).map_err(|error| anyhow!(error.tell(lang).clone()));
    let roots = roots.with_context(|| words::cant_start(Part::Roots, lang))?;
    let check = CertificateCheck {
        skipped: false,
        ats: false,
        self_signed_never: false,
    };
    let handshake = Trust::new(roots).begin(check, Offer::None);
    Ok((**handshake.config()).clone())
}
