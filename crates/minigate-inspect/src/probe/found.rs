//! What was found, before its chains have places.

use super::client::Witnessed;
use super::facts::{
    Agreed, ClientCertificate, Der, Greeting, Opened, Refusal, SentChain, Session, VersionFacts,
};
use super::flight::Landed;
use super::listing::List;
use super::numbers::{Group, Suite, Version};

/// What one version came to.
pub(super) struct Found {
    pub(super) version: Version,
    pub(super) greeting: Result<Landed, Refusal>,
    pub(super) suites: List<Suite>,
    pub(super) groups: List<Group>,
    pub(super) session: Option<Result<Witnessed, Refusal>>,
}

impl Found {
    pub(super) fn new(version: Version, greeting: Result<Landed, Refusal>) -> Self {
        Self {
            version,
            greeting,
            suites: List::default(),
            groups: List::default(),
            session: None,
        }
    }

    /// Whether a connection was lost, so that more could be known.
    pub(super) fn is_open(&self) -> bool {
        let greeting = self.greeting.as_ref().is_err_and(Refusal::is_lost);
        greeting || self.suites.lost.is_some() || self.groups.lost.is_some() || self.has_open_session()
    }

    /// Whether a connection was lost of the whole handshakes.
    pub(super) fn has_open_session(&self) -> bool {
        match &self.session {
            Some(Ok((opened, _))) => opened.resumes.is_none(),
            Some(Err(refusal)) => refusal.is_lost(),
            None => false,
        }
    }

    /// Puts the chains in their places.
    pub(super) fn settle(self, chains: &mut Chains) -> VersionFacts {
        VersionFacts {
            version: self.version,
            greeting: chains.greeting(self.greeting),
            suites: self.suites.offered,
            groups: self.groups.offered,
            session: self.session.map(|session| chains.session(session)),
        }
    }
}

impl Opened {
    /// The same as if it could have been read from the first flight.
    pub(super) fn to_agreed(&self, version: Version) -> Agreed {
        Agreed {
            group: self.group,
            scheme: self.scheme,
            protocol: self.protocol.clone(),
            staple: self.staple.clone(),
            asks_client_certificate: self.client_certificate != ClientCertificate::NotAsked,
            ..Agreed::bare(version, self.suite)
        }
    }
}

/// Each chain once.
#[derive(Default)]
pub(super) struct Chains(Vec<SentChain>);

impl Chains {
    pub(super) fn greeting(&mut self, found: Result<Landed, Refusal>) -> Greeting {
        match found {
            Ok((agreed, chain)) => Greeting::Agreed(Agreed {
                chain: self.place(chain),
                ..agreed
            }),
            Err(refusal) => Greeting::Refused(refusal),
        }
    }

    fn session(&mut self, found: Result<Witnessed, Refusal>) -> Session {
        match found {
            Ok((opened, chain)) => Session::Opened(Opened {
                chain: self.place(chain),
                ..opened
            }),
            Err(refusal) => Session::Refused(refusal),
        }
    }

    fn place(&mut self, chain: Vec<Der>) -> Option<usize> {
        if chain.is_empty() {
            return None;
        }
        let chain = SentChain(chain);
        let known = self.0.iter().position(|known| *known == chain);
        known.or_else(|| {
            self.0.push(chain);
            Some(self.0.len() - 1)
        })
    }

    pub(super) fn into_inner(self) -> Vec<SentChain> {
        self.0
    }
}
