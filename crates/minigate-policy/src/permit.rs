//! A call that may leave.

use std::net::IpAddr;
use std::time::Duration;

use crate::{
    AddressClass, Denial, Finding, Host, Interface, Policy, Proposal, Reason, Referer, Target, Verdict,
    classify,
};

/// The proof that a hop of a call was judged; only [`Policy::judge`] and [`Permit::follow`] make one.
///
/// A transport takes permits and nothing else, so it can't reach what wasn't judged.
#[derive(Clone, Debug)]
pub struct Permit {
    policy: Policy,
    target: Target,
    verdict: Verdict,
    timeout: Duration,
    capped: Option<Duration>,
}

/// How the server's certificate is to be checked.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct CertificateCheck {
    /// Whether a failed check is only noted (rule S1).
    pub skipped: bool,
    /// Whether App Transport Security holds (rule T7).
    pub ats: bool,
    /// Whether a self-signed certificate fails even with the check skipped (rule T6).
    pub self_signed_never: bool,
}

impl Permit {
    pub(crate) const fn new(
        policy: Policy,
        target: Target,
        verdict: Verdict,
        timeout: Duration,
        capped: Option<Duration>,
    ) -> Self {
        Self {
            policy,
            target,
            verdict,
            timeout,
            capped,
        }
    }

    /// The interface that was called.
    #[must_use]
    pub const fn interface(&self) -> Interface {
        self.verdict.interface
    }

    /// Where this hop goes.
    #[must_use]
    pub const fn target(&self) -> &Target {
        &self.target
    }

    /// What the judgement found.
    #[must_use]
    pub const fn verdict(&self) -> &Verdict {
        &self.verdict
    }

    /// The policy by which it was judged.
    #[must_use]
    pub const fn policy(&self) -> &Policy {
        &self.policy
    }

    /// The referer that this hop carries (rule N3).
    #[must_use]
    pub fn referer(&self) -> &Referer {
        self.policy.referer()
    }

    /// How long the whole call may take, redirects included (rule N1).
    #[must_use]
    pub const fn timeout(&self) -> Duration {
        self.timeout
    }

    /// The time-out that was asked for, where it was longer than the longest.
    #[must_use]
    pub const fn capped_timeout(&self) -> Option<Duration> {
        self.capped
    }

    /// What would have refused this hop if the check weren't skipped (rule S3).
    #[must_use]
    pub const fn spared(&self) -> Option<&Reason> {
        match &self.verdict.finding {
            Finding::Spared { reason } => Some(reason),
            _ => None,
        }
    }

    /// How the server's certificate is to be checked (rules T1, T6, T7 and S1).
    #[must_use]
    pub fn certificate_check(&self) -> CertificateCheck {
        let profile = self.policy.profile();
        CertificateCheck {
            skipped: self.policy.skips_check(),
            ats: profile.ats,
            self_signed_never: profile.self_signed_never,
        }
    }

    /// Judges the next hop of a redirect and gives the permit for it.
    ///
    /// A hop is a call like any other (rule D1): a listed host can't lead the app to an unlisted one. Time-out and
    /// slot stay those of the first call, so a chain of redirects can't outlive its limit (rule N1).
    ///
    /// # Errors
    /// [`Denial`] where the hop breaks a rule, or is one too many.
    pub fn follow(&self, location: &str) -> Result<Self, Denial> {
        let (interface, hop) = (self.interface(), self.verdict.hop + 1);
        let limit = self.policy.profile().redirects;
        if hop > limit {
            let reason = Reason::TooManyRedirects { limit };
            return Err(self
                .policy
                .deny(interface, location, hop, reason, Proposal::ShortenRedirects));
        }
        let target = self
            .target
            .join(location)
            .map_err(|error| self.policy.refuse_url(interface, location, hop, error))?;
        let verdict = self.policy.examine(interface, &target.written(), hop, &target)?;
        let next = Self {
            target,
            verdict,
            ..self.clone()
        };
        match next.target.host() {
            Host::Address(address) if next.target.host() != self.target.host() => next.keep_public(address),
            Host::Address(_) | Host::Name(_) => Ok(next),
        }
    }

    /// An address in a redirect isn't looked up, so it is judged at once.
    fn keep_public(self, address: IpAddr) -> Result<Self, Denial> {
        let host = self.target.host_str().to_owned();
        let class = classify(address);
        if class == AddressClass::Public
            || !self.policy.wants_public(self.verdict.hop)
            || self.policy.declares_private(&host)
        {
            return Ok(self);
        }
        match self.spared().cloned() {
            Some(reason) => Err(Denial::new(self.verdict, reason)),
            None => Err(self.refuse_addresses(host, vec![(address, class)], 1)),
        }
    }

    /// Judges the addresses that the hop's name resolved to: the ones that may be dialled, all or none.
    ///
    /// Outside development every answer must be public, unless the host is declared private or the call goes to
    /// that very neighbour in the local network: a mixture is how DNS rebinding begins, so a single private answer
    /// refuses them all (rule D4). In development only [`Policy::with_public_redirects`] asks for that.
    ///
    /// # Errors
    /// [`Denial`] that names the addresses that are not public.
    pub fn admit<'a>(&self, addresses: &'a [IpAddr]) -> Result<&'a [IpAddr], Denial> {
        let host = self.target.host_str();
        let is_free = self.policy.release().is_development() && !self.policy.wants_public(self.verdict.hop);
        if is_free || self.policy.declares_private(host) || self.is_for_neighbour(addresses) {
            return Ok(addresses);
        }
        let classes = addresses.iter().map(|address| (*address, classify(*address)));
        let strange: Vec<_> = classes
            .filter(|(_, class)| *class != AddressClass::Public)
            .collect();
        if strange.is_empty() {
            return Ok(addresses);
        }
        Err(self.refuse_addresses(host.to_owned(), strange, addresses.len()))
    }

    fn is_for_neighbour(&self, addresses: &[IpAddr]) -> bool {
        match self.verdict.finding {
            Finding::Lan { address } => addresses.iter().all(|answer| *answer == address),
            Finding::Listed { .. } | Finding::Spared { .. } | Finding::Refused { .. } => false,
        }
    }

    fn refuse_addresses(&self, host: String, strange: Vec<(IpAddr, AddressClass)>, all: usize) -> Denial {
        let is_fake = strange.iter().any(|(_, class)| *class == AddressClass::FakeIp);
        let proposal = if is_fake {
            Proposal::LeaveFakeIp { host: host.clone() }
        } else {
            Proposal::DeclarePrivate { host: host.clone() }
        };
        let verdict = Verdict {
            proposals: vec![proposal],
            ..self.verdict.clone()
        };
        let public = all - strange.len();
        Denial::new(
            verdict,
            Reason::PrivateAddress {
                host,
                addresses: strange,
                public,
            },
        )
    }
}
