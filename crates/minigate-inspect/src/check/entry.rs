//! Whether an origin can be configured and called at all (rules D1 and D3 to D7).

use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroU32;
use std::sync::Arc;

use minigate_policy::{
    Call, Domain, DomainLists, Entry, Filings, Interface, Policy, Reason, Release, Scheme, Target, Verdict,
    WrittenLists,
};
use serde::Serialize;

use super::{Purpose, Subject};

/// By what an origin is judged.
#[derive(Clone, Debug)]
pub struct Terms {
    /// The app's policy; its lists count where [`Terms::has_lists`] says so.
    pub policy: Policy,
    /// Whether the origin has to be on the policy's lists; else it is taken to be on every list that it can be on.
    pub has_lists: bool,
    /// The register of filings, where one is at hand (rule D5).
    pub filings: Option<Arc<Filings>>,
    /// How many domains the app needs for each interface, where that is more than the platform takes (rule D7).
    pub needed_too_many: Vec<(Interface, usize)>,
}

/// What is wrong with an origin before anybody connects.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase", tag = "kind")]
#[non_exhaustive]
pub enum EntryFault {
    /// A call of a release is refused (rules D1, D3, D4 and D6).
    Refused {
        /// As the runtime would tell it, of the first of the interfaces.
        verdict: Box<Verdict>,
        /// The interfaces whose calls are refused.
        interfaces: Vec<Interface>,
    },
    /// The app needs more domains than the platform takes, and this is one of them (rule D7).
    TooMany {
        /// The interface whose list is too long.
        interface: Interface,
        /// How many the app needs.
        needed: usize,
        /// How many can be configured.
        limit: usize,
    },
    /// Something is loaded without TLS, be it no call (rule T11).
    PlainResource {
        /// Its scheme.
        scheme: Scheme,
    },
    /// The register has no filing of the domain (rule D5).
    NotFiled {
        /// What would have to be filed: the registrable domain.
        domain: String,
    },
}

impl Terms {
    /// The policy under which a call of a release to this subject is judged.
    #[must_use]
    pub fn policy_for(&self, subject: &Subject) -> Policy {
        let policy = self.policy.clone().with_release(RELEASE);
        if self.has_lists && subject.purpose() == Purpose::Calls {
            return policy;
        }
        let lists = own_lists(subject.asked(), &policy);
        policy.with_lists(lists)
    }

    /// The lines that a domain list needs for the subject; none where it can't be listed.
    #[must_use]
    pub fn entries(subject: &Subject) -> Vec<(Interface, Entry)> {
        if subject.purpose() == Purpose::Resource {
            return Vec::new();
        }
        let entry = |interface: &Interface| Some((*interface, entry(subject.asked(), *interface)?));
        subject.interfaces().iter().filter_map(entry).collect()
    }

    pub(super) fn faults(&self, subject: &Subject) -> Vec<EntryFault> {
        match subject.purpose() {
            Purpose::Calls => self.call_faults(subject),
            Purpose::Resource => self.resource_faults(subject),
        }
    }

    /// An app can't have anything of a reserved host; the other rules of lists are for calls.
    fn resource_faults(&self, subject: &Subject) -> Vec<EntryFault> {
        let policy = self.policy_for(subject);
        let url = subject.asked().written();
        let verdicts = subject.interfaces().iter();
        let verdicts = verdicts.map(|interface| policy.explain(&Call::new(*interface, url.as_str())));
        let reserved =
            verdicts.filter(|verdict| matches!(verdict.reason(), Some(Reason::ReservedHost { .. })));
        let mut faults: Vec<_> = reserved.map(EntryFault::refused).collect();
        let scheme = subject.called().scheme();
        faults.extend((!scheme.is_secure()).then_some(EntryFault::PlainResource { scheme }));
        faults
    }

    fn call_faults(&self, subject: &Subject) -> Vec<EntryFault> {
        let policy = self.policy_for(subject);
        let mut faults = Vec::<EntryFault>::new();
        for interface in subject.interfaces() {
            let verdict = policy.explain(&Call::new(*interface, subject.url().as_str()));
            if !verdict.is_allowed() && !is_told(&mut faults, &verdict) {
                faults.push(EntryFault::refused(verdict));
            }
        }
        faults.extend(self.too_many(subject));
        faults.extend(self.not_filed(subject));
        faults
    }

    /// Whether a release may connect to what the name resolves to (rule D4); operators' overrides aren't judged.
    pub(super) fn admit(&self, subject: &Subject, addresses: &[SocketAddr]) -> Option<EntryFault> {
        if subject.purpose() == Purpose::Resource {
            return None;
        }
        let policy = self.policy_for(subject);
        let interface = *subject.interfaces().first()?;
        let permit = policy
            .judge(&Call::new(interface, subject.asked().written().as_str()))
            .ok()?;
        let addresses: Vec<IpAddr> = addresses.iter().map(SocketAddr::ip).collect();
        let denial = permit.admit(&addresses).err()?;
        Some(EntryFault::refused(denial.verdict().clone()))
    }

    fn too_many(&self, subject: &Subject) -> impl Iterator<Item = EntryFault> {
        let limit = self.policy.profile().domains_per_interface;
        let needed = self.needed_too_many.iter();
        let concerned = needed.filter(|(interface, _)| subject.interfaces().contains(interface));
        concerned.map(move |(interface, needed)| EntryFault::TooMany {
            interface: *interface,
            needed: *needed,
            limit,
        })
    }

    fn not_filed(&self, subject: &Subject) -> Option<EntryFault> {
        let filings = self.filings.as_ref()?;
        let domain = subject.called().domain().ok()?;
        let is_filed = filings.licence(domain).is_some();
        let domain = domain.registrable().unwrap_or(domain.as_str());
        (!is_filed).then(|| EntryFault::NotFiled {
            domain: domain.to_owned(),
        })
    }
}

impl EntryFault {
    fn refused(verdict: Verdict) -> Self {
        Self::Refused {
            interfaces: vec![verdict.interface],
            verdict: Box::new(verdict),
        }
    }
}

/// Whether the same was said of another interface, to which this one is then added.
fn is_told(faults: &mut [EntryFault], verdict: &Verdict) -> bool {
    let mut told = faults.iter_mut().filter_map(|fault| match fault {
        EntryFault::Refused { verdict, interfaces } => Some((verdict, interfaces)),
        EntryFault::NotFiled { .. } | EntryFault::TooMany { .. } | EntryFault::PlainResource { .. } => None,
    });
    let same = told.find(|(told, _)| told.reason() == verdict.reason());
    same.map(|(_, interfaces)| interfaces.push(verdict.interface))
        .is_some()
}

fn own_lists(target: &Target, policy: &Policy) -> DomainLists {
    let line = |interface| Vec::from_iter(entry(target, interface).map(|entry| entry.to_string()));
    let written = WrittenLists {
        request: line(Interface::Request),
        upload_file: line(Interface::UploadFile),
        download_file: line(Interface::DownloadFile),
        connect_socket: line(Interface::ConnectSocket),
    };
    // A reserved host can't be listed; then the verdict says so.
    DomainLists::parse_for(&written, policy.profile()).unwrap_or_else(|_| DomainLists::empty())
}

fn entry(target: &Target, interface: Interface) -> Option<Entry> {
    let domain: &Domain = target.domain().ok()?;
    let port = target.port().filter(|_| interface.compares_ports());
    let scheme = match interface.scheme() {
        Scheme::Wss => Scheme::Wss,
        _ => Scheme::Https,
    };
    Some(Entry::new(scheme, domain.clone(), port))
}

/// The number doesn't matter: a release is spared nothing (rule S2).
const RELEASE: Release = Release::Release(NonZeroU32::MIN);
