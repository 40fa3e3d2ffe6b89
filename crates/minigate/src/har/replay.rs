//! Playing a recording in the network's place.

use std::net::IpAddr;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::{Context, anyhow};
use futures_util::future::BoxFuture;
use http::Method;
use minigate_engine::{Cue, Failure, Override, Rehearsal, ResolveError, Resolver};
use minigate_har::{Cassette, Cue as Recorded, Har};
use minigate_origin::{Authority, Replay as Server, Speed};
use minigate_policy::diagnosis::Lang;
use url::Url;

use super::mishap;
use crate::given::{self, Most};
use crate::words::{self, Part};

/// A recording that is played: a server on this machine, and what never comes to a server.
pub(crate) struct Replay {
    prompter: Arc<Prompter>,
    authority: Arc<Authority>,
    server: Server,
}

/// Knows what was recorded.
pub(crate) struct Prompter {
    cassette: Arc<Mutex<Cassette>>,
}

impl Replay {
    /// Reads a file and starts its server.
    pub(crate) async fn start(path: &Path, speed: Speed, lang: Lang) -> anyhow::Result<Self> {
        let cassette = Arc::new(Mutex::new(read(path, lang)?));
        let failed = || words::cant_start(Part::Replay, lang);
        let authority = Arc::new(Authority::new().with_context(failed)?);
        let server = Server::start(Arc::clone(&cassette), &authority, speed)
            .await
            .with_context(failed)?;
        Ok(Self {
            prompter: Arc::new(Prompter { cassette }),
            authority,
            server,
        })
    }

    /// What says how each hop goes, and resolves names.
    pub(crate) fn prompter(&self) -> Arc<Prompter> {
        Arc::clone(&self.prompter)
    }

    /// The root of the server's certificates, PEM.
    pub(crate) fn root_pem(&self) -> String {
        self.authority.root_pem()
    }

    /// Where each recorded host leads; one whose addresses the rules refused is resolved instead.
    pub(crate) fn overrides(&self) -> Vec<Override> {
        let cassette = self.prompter.lock();
        let hosts = cassette.hosts();
        let played = hosts
            .into_iter()
            .filter(|host| cassette.refused_addresses(host).is_none());
        played
            .map(|host| Override::host_to(host, self.server.addr()))
            .collect()
    }
}

impl Prompter {
    fn lock(&self) -> MutexGuard<'_, Cassette> {
        self.cassette.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Rehearsal for Prompter {
    fn cue(&self, method: &Method, url: &Url) -> Cue {
        match self.lock().cue(method.as_str(), url) {
            Recorded::Answered => Cue::Dial,
            Recorded::Fails(mishap) => mishap::cue(&mishap, url),
            Recorded::NotRecorded(missing) => Cue::Fail(Box::new(Failure::NotRecorded {
                method: missing.method,
                url: missing.url,
                nearest: missing.nearest,
                cut: missing.cut,
            })),
        }
    }
}

impl Resolver for Prompter {
    fn resolve<'a>(&'a self, host: &'a str) -> BoxFuture<'a, Result<Vec<IpAddr>, ResolveError>> {
        let addresses = self.lock().refused_addresses(host);
        let found = addresses.ok_or_else(|| ResolveError::NotFound {
            host: host.to_owned(),
        });
        Box::pin(std::future::ready(found))
    }
}

fn read(path: &Path, lang: Lang) -> anyhow::Result<Cassette> {
    let bytes = given::bytes(path, Most::Recording, lang)?;
    Har::parse(&bytes)
        .and_then(Cassette::new)
        .map_err(|error| anyhow!("{}: {error}", words::cant_use(path.display(), lang)))
}
