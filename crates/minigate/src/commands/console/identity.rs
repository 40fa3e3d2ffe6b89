//! The files of the console's own TLS, read again when SIGHUP asks for it.

use std::convert::Infallible;
use std::future::pending;
use std::path::Path;
use std::sync::Arc;

use anyhow::anyhow;
use minigate_console::serve::Identity;
use minigate_policy::diagnosis::Lang;

use crate::args::ConsoleArgs;
use crate::given;
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
        let identity = Identity::read(chain.as_bytes(), key.as_bytes());
        let identity = identity.map_err(|error| anyhow!("{}: {}", self.names(), error.tell(lang)))?;
        Ok((self, identity))
    }

    fn read_again(self, identity: &Identity, lang: Lang) -> anyhow::Result<()> {
        let (chain, key) = self.texts(lang)?;
        Ok(identity.exchange(chain.as_bytes(), key.as_bytes())?)
    }

    fn names(self) -> String {
        format!("{}, {}", self.chain.display(), self.key.display())
    }

    fn texts(self, lang: Lang) -> anyhow::Result<(String, String)> {
        Ok((given::text(self.chain, lang)?, given::text(self.key, lang)?))
    }
}

/// Reads the files again at each SIGHUP; where they can't be used, what was read before stays.
pub(super) async fn keep_up(
    identity: Option<(IdentityFiles<'_>, Arc<Identity>)>,
    mut nudges: Nudges,
    lang: Lang,
) -> Infallible {
    let Some((files, identity)) = identity else {
        // Without files there is nothing to read; the signal doesn't end the console all the same.
        return pending().await;
    };
    let (certificates, key) = (files.chain.display(), files.key.display());
    loop {
        nudges.next().await;
        match files.read_again(&identity, lang) {
            Ok(()) => tracing::info!(%certificates, %key, "certificates and key have been read again"),
            Err(error) => tracing::error!(
                %certificates,
                %key,
                error = format!("{error:#}"),
                "certificates and key can't be read again; those from before stay"
            ),
        }
    }
}
