//! The files of the console's own TLS, read again when SIGHUP asks for it.

use std::convert::Infallible;
use std::future::pending;
use std::path::Path;
use std::sync::Arc;

use minigate_console::serve::Identity;
use minigate_policy::diagnosis::Lang;

use crate::args::ConsoleArgs;
use crate::given;
use crate::output::Printer;
use crate::signals::Nudges;

/// Where chain and key are.
#[derive(Clone, Copy)]
pub(super) struct IdentityFiles<'a> {
    chain: &'a Path,
    key: &'a Path,
}

impl<'a> IdentityFiles<'a> {
    /// Those that were given.
    pub(super) fn of(args: &'a ConsoleArgs) -> Option<Self> {
        let (chain, key) = (args.tls_cert.as_deref()?, args.tls_key.as_deref()?);
        Some(Self { chain, key })
    }

    pub(super) fn read(self, lang: Lang) -> anyhow::Result<(Self, Arc<Identity>)> {
        let (chain, key) = self.texts(lang)?;
        Ok((self, Identity::read(chain.as_bytes(), key.as_bytes())?))
    }

    fn read_again(self, identity: &Identity, lang: Lang) -> anyhow::Result<()> {
        let (chain, key) = self.texts(lang)?;
        Ok(identity.exchange(chain.as_bytes(), key.as_bytes())?)
    }

    fn texts(self, lang: Lang) -> anyhow::Result<(String, String)> {
        Ok((given::text(self.chain, lang)?, given::text(self.key, lang)?))
    }
}

/// Reads the files again at each SIGHUP; where they can't be used, what was read before stays.
pub(super) async fn keep_up(
    identity: Option<(IdentityFiles<'_>, Arc<Identity>)>,
    printer: &Printer,
) -> Infallible {
    let mut nudges = Nudges::of_hang_ups();
    let Some((files, identity)) = identity else {
        // Without files there is nothing to read; the signal doesn't end the console all the same.
        return pending().await;
    };
    loop {
        nudges.next().await;
        match files.read_again(&identity, printer.lang) {
            Ok(()) => printer.identity_read(files.chain),
            Err(error) => printer.error(&error),
        }
    }
}
