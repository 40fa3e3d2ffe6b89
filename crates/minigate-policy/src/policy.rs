//! The judge.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use ipnet::IpNet;

use crate::nearest::{nearest, proposals, with_scheme};
use crate::target::MAX_URL;
use crate::{
    AppId, Call, Debugging, Denial, DomainLists, Finding, Host, Interface, ListConsulted, Nearest, Permit,
    Profile, Proposal, Reason, Referer, Release, Target, TargetError, Verdict,
};

/// What one app may do: its lists, release and profile.
///
/// A cheap handle: clones share the lists, and a permit keeps the policy by which it was judged.
#[derive(Clone, Debug)]
pub struct Policy(Arc<Terms>);

#[derive(Clone, Debug)]
struct Terms {
    app: AppId,
    release: Release,
    profile: Profile,
    lists: DomainLists,
    timeouts: [Option<Duration>; 4],
    skip: Option<Debugging>,
    private_hosts: Vec<String>,
    subnets: Vec<IpNet>,
    public_redirects: bool,
    referer: Referer,
}

impl Policy {
    /// The policy of an app in the developer tool that has no domain configured: everything is refused.
    #[must_use]
    pub fn new(app: AppId) -> Self {
        let profile = Profile::default();
        let referer = Referer::new(&profile.referer_host, &app, Release::Devtools);
        Self(Arc::new(Terms {
            app,
            release: Release::Devtools,
            profile,
            lists: DomainLists::empty(),
            timeouts: [None; 4],
            skip: None,
            private_hosts: Vec::new(),
            subnets: Vec::new(),
            public_redirects: false,
            referer,
        }))
    }

    /// The same app as another release.
    #[must_use]
    pub fn with_release(self, release: Release) -> Self {
        self.with(|terms| terms.release = release)
    }

    /// The same app under another profile.
    #[must_use]
    pub fn with_profile(self, profile: Profile) -> Self {
        self.with(|terms| terms.profile = profile)
    }

    /// The same app with other lists.
    #[must_use]
    pub fn with_lists(self, lists: DomainLists) -> Self {
        self.with(|terms| terms.lists = lists)
    }

    /// The time-out that `app.json` or `game.json` sets for an interface (rule N2).
    #[must_use]
    pub fn with_timeout(self, interface: Interface, timeout: Option<Duration>) -> Self {
        self.with(|terms| *slot(&mut terms.timeouts, interface) = timeout)
    }

    /// Asks for the checks of domains and certificates to be skipped; a release never skips (rules S1 and S2).
    #[must_use]
    pub fn with_check_skipped(self, debugging: Debugging) -> Self {
        self.with(|terms| terms.skip = Some(debugging))
    }

    /// Hosts that may resolve to addresses that are not public, as an intranet's do.
    #[must_use]
    pub fn with_private_hosts(self, hosts: Vec<String>) -> Self {
        self.with(|terms| terms.private_hosts = hosts)
    }

    /// The device's own addresses, each with its subnet, for the exception of the local network.
    #[must_use]
    pub fn with_subnets(self, subnets: Vec<IpNet>) -> Self {
        self.with(|terms| terms.subnets = subnets)
    }

    /// Keeps redirects to public addresses, in development and with checks skipped too (rule D4).
    ///
    /// For whoever calls servers that aren't their own: none of them can lead the caller into the caller's network. Where
    /// the call itself goes is the caller's word and isn't touched.
    #[must_use]
    pub fn with_public_redirects(self) -> Self {
        self.with(|terms| terms.public_redirects = true)
    }

    fn with(mut self, change: impl FnOnce(&mut Terms)) -> Self {
        let terms = Arc::make_mut(&mut self.0);
        change(terms);
        terms.referer = Referer::new(&terms.profile.referer_host, &terms.app, terms.release);
        self
    }

    /// The app.
    #[must_use]
    pub fn app(&self) -> &AppId {
        &self.0.app
    }

    /// The release.
    #[must_use]
    pub fn release(&self) -> Release {
        self.0.release
    }

    /// The profile.
    #[must_use]
    pub fn profile(&self) -> &Profile {
        &self.0.profile
    }

    /// The lists.
    #[must_use]
    pub fn lists(&self) -> &DomainLists {
        &self.0.lists
    }

    /// The referer of everything that the app sends (rule N3).
    #[must_use]
    pub fn referer(&self) -> &Referer {
        &self.0.referer
    }

    /// Whether the checks of domains and certificates are skipped for this release (rules S1 and S2).
    #[must_use]
    pub fn skips_check(&self) -> bool {
        self.0
            .skip
            .is_some_and(|debugging| self.0.release.may_skip(debugging))
    }

    /// Judges a call: the only source of permits.
    ///
    /// # Errors
    /// [`Denial`] where a rule is broken (rules D1, D3, D4 and D6).
    pub fn judge(&self, call: &Call) -> Result<Permit, Denial> {
        let interface = call.interface();
        let target =
            Target::parse(call.url()).map_err(|error| self.refuse_url(interface, call.url(), 0, error))?;
        let verdict = self.examine(interface, call.url(), 0, &target)?;
        let (timeout, capped) = self.timeout_of(call);
        Ok(Permit::new(self.clone(), target, verdict, timeout, capped))
    }

    /// What would become of a call, without a permit for it.
    #[must_use]
    pub fn explain(&self, call: &Call) -> Verdict {
        match self.judge(call) {
            Ok(permit) => permit.verdict().clone(),
            Err(denial) => denial.verdict().clone(),
        }
    }

    /// Judges a target that one hop of a call goes to.
    pub(crate) fn examine(
        &self,
        interface: Interface,
        url: &str,
        hop: usize,
        target: &Target,
    ) -> Result<Verdict, Denial> {
        let verdict = |finding| self.verdict(interface, url, hop, Some(target), finding);
        let reason = match self.find(interface, target) {
            Ok(finding) => return Ok(verdict(finding)),
            Err(reason) => reason,
        };
        let is_spared =
            self.skips_check() && reason.can_be_spared() && target.scheme().is_kin_of(interface.scheme());
        let finding = |reason| {
            if is_spared {
                Finding::Spared { reason }
            } else {
                Finding::Refused { reason }
            }
        };
        let mut verdict = verdict(finding(reason.clone()));
        if matches!(reason, Reason::NotListed { .. } | Reason::WrongScheme { .. }) {
            verdict.nearest = nearest(target, interface, self.lists());
        }
        verdict.proposals = self.cures(&reason, target, interface, &verdict.nearest);
        if is_spared {
            Ok(verdict)
        } else {
            Err(Denial::new(verdict, reason))
        }
    }

    pub(crate) fn refuse_url(
        &self,
        interface: Interface,
        url: &str,
        hop: usize,
        error: TargetError,
    ) -> Denial {
        let proposal = match error {
            TargetError::UnknownScheme { .. } => Proposal::UseScheme {
                scheme: interface.scheme(),
            },
            _ => Proposal::WriteAbsoluteUrl,
        };
        self.deny(interface, url, hop, Reason::InvalidUrl { error }, proposal)
    }

    /// Refuses a hop that has no target to examine.
    pub(crate) fn deny(
        &self,
        interface: Interface,
        url: &str,
        hop: usize,
        reason: Reason,
        proposal: Proposal,
    ) -> Denial {
        let finding = Finding::Refused {
            reason: reason.clone(),
        };
        let mut verdict = self.verdict(interface, url, hop, None, finding);
        verdict.proposals.push(proposal);
        Denial::new(verdict, reason)
    }

    pub(crate) fn verdict(
        &self,
        interface: Interface,
        url: &str,
        hop: usize,
        target: Option<&Target>,
        finding: Finding,
    ) -> Verdict {
        let list = self.lists().of(interface);
        // A user name and a password don't travel, and have no place in a log either.
        let cleaned = target.filter(|_| url.contains('@')).map(Target::written);
        Verdict {
            interface,
            url: shorten(cleaned.unwrap_or_else(|| url.to_owned())),
            origin: target.map(Target::origin),
            hop,
            era: self.profile().era,
            platform: self.profile().platform,
            app: self.app().clone(),
            release: self.release(),
            finding,
            list: ListConsulted {
                interface,
                entries: list.entries().len(),
                version: self.lists().version().map(str::to_owned),
                fetched_at: self.lists().fetched_at(),
            },
            nearest: Vec::new(),
            proposals: Vec::new(),
        }
    }

    pub(crate) fn declares_private(&self, host: &str) -> bool {
        self.0
            .private_hosts
            .iter()
            .any(|declared| declared.eq_ignore_ascii_case(host))
    }

    /// Whether the addresses of this hop must be public, whatever the release.
    pub(crate) fn wants_public(&self, hop: usize) -> bool {
        self.0.public_redirects && hop > 0
    }

    fn find(&self, interface: Interface, target: &Target) -> Result<Finding, Reason> {
        self.refuse_reserved(target)?;
        self.refuse_blocked(target)?;
        if !target.scheme().is_kin_of(interface.scheme()) {
            return Err(wrong_scheme(interface, target));
        }
        if let Some(address) = self.neighbour(target) {
            return Ok(Finding::Lan { address });
        }
        let domain = target
            .domain()
            .map_err(|error| Reason::NoDomain { error: error.clone() })?;
        if target.scheme() != interface.scheme() {
            return Err(wrong_scheme(interface, target));
        }
        match self.lists().of(interface).find(target) {
            Some(entry) => Ok(Finding::Listed { entry: entry.clone() }),
            None => Err(Reason::NotListed {
                domain: domain.clone(),
                port: target.port(),
            }),
        }
    }

    /// Above every list, every exception and every skip.
    fn refuse_blocked(&self, target: &Target) -> Result<(), Reason> {
        let host = target.host_str();
        match (self.lists().block_of(host), self.lists().missing_from()) {
            (Some(by), _) => Err(Reason::Blocked {
                host: host.to_owned(),
                by: by.to_owned(),
            }),
            (None, Some(source)) => Err(Reason::NoLists {
                source: source.to_owned(),
            }),
            (None, None) => Ok(()),
        }
    }

    fn refuse_reserved(&self, target: &Target) -> Result<(), Reason> {
        let host = target.host_str().trim_end_matches('.');
        let is_reserved = self
            .profile()
            .reserved_hosts
            .iter()
            .any(|reserved| reserved == host);
        if is_reserved {
            Err(Reason::ReservedHost {
                host: host.to_owned(),
            })
        } else {
            Ok(())
        }
    }

    /// What would let the call pass, the simplest first.
    fn cures(
        &self,
        reason: &Reason,
        target: &Target,
        interface: Interface,
        nearest: &[Nearest],
    ) -> Vec<Proposal> {
        match reason {
            Reason::ReservedHost { .. } => vec![Proposal::CallFromServer],
            Reason::Blocked { .. } => vec![Proposal::AskOperator],
            Reason::NoLists { source } => vec![Proposal::ReachConsole {
                source: source.clone(),
            }],
            Reason::NoDomain { .. } => vec![Proposal::UseDomain],
            Reason::WrongScheme { .. } => self.cures_of_scheme(target, interface),
            Reason::NotListed { .. } => proposals(target, interface, nearest),
            Reason::InvalidUrl { .. } | Reason::PrivateAddress { .. } | Reason::TooManyRedirects { .. } => {
                Vec::new()
            }
        }
    }

    /// The right scheme may not be all that is wrong.
    fn cures_of_scheme(&self, target: &Target, interface: Interface) -> Vec<Proposal> {
        let url = with_scheme(target, interface.scheme());
        let Ok(secure) = Target::parse(&url) else {
            return vec![Proposal::UseScheme {
                scheme: interface.scheme(),
            }];
        };
        match self.find(interface, &secure) {
            Ok(_) => vec![Proposal::CallInstead { url }],
            Err(Reason::NotListed { .. }) => {
                let listing = proposals(&secure, interface, &nearest(&secure, interface, self.lists()));
                [
                    vec![Proposal::UseScheme {
                        scheme: interface.scheme(),
                    }],
                    listing,
                ]
                .concat()
            }
            Err(reason) => self.cures(&reason, &secure, interface, &[]),
        }
    }

    /// An address in one of the device's subnets that is not the device itself.
    fn neighbour(&self, target: &Target) -> Option<IpAddr> {
        let Host::Address(address) = target.host() else {
            return None;
        };
        let is_own = self.0.subnets.iter().any(|net| net.addr() == address) || address.is_loopback();
        let is_host = |net: &IpNet| address != net.network() && address != net.broadcast();
        let is_near = self
            .0
            .subnets
            .iter()
            .any(|net| net.contains(&address) && is_host(net));
        (self.profile().lan_exception && is_near && !is_own).then_some(address)
    }

    /// A call's own time-out wins over the configured one (rule N2), and the longest wins over both (rule N1).
    fn timeout_of(&self, call: &Call) -> (Duration, Option<Duration>) {
        let configured = *slot(&mut self.0.timeouts.clone(), call.interface());
        let wanted = call
            .timeout()
            .or(configured)
            .unwrap_or(self.profile().timeout_default);
        match self.profile().timeout_max {
            Some(max) if wanted > max => (max, Some(wanted)),
            _ => (wanted, None),
        }
    }
}

/// A URL that is too long to be called is too long to be shown, too.
fn shorten(url: String) -> String {
    if url.len() <= MAX_URL {
        return url;
    }
    let start: String = url.chars().take(SHOWN).collect();
    format!("{start}… ({} bytes)", url.len())
}

const SHOWN: usize = 200;

fn slot<T>(of_each: &mut [T; 4], interface: Interface) -> &mut T {
    let [request, upload, download, socket] = of_each;
    match interface {
        Interface::Request => request,
        Interface::UploadFile => upload,
        Interface::DownloadFile => download,
        Interface::ConnectSocket => socket,
    }
}

fn wrong_scheme(interface: Interface, target: &Target) -> Reason {
    Reason::WrongScheme {
        found: target.scheme().name().to_owned(),
        required: interface.scheme(),
    }
}

#[cfg(test)]
mod tests;
