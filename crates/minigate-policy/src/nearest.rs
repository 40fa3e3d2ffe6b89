//! What a refused call was close to, and what would cure it.

use serde::Serialize;

use crate::{Domain, DomainLists, Entry, Interface, Scheme, Target};

/// An entry that comes near to a refused call.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct Nearest {
    /// The entry.
    pub entry: Entry,
    /// The interface on whose list it is.
    pub interface: Interface,
    /// What keeps it from allowing the call.
    pub differs: Difference,
}

/// What differs between a call and an entry; the variants stand in order of nearness.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(tag = "in", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Difference {
    /// The URL writes a port, the entry another one or none.
    Port {
        /// The port that the URL writes.
        url: Option<u16>,
        /// The port that the entry writes.
        entry: Option<u16>,
    },
    /// The scheme.
    Scheme,
    /// The very same origin is listed, but for another interface only.
    Interface,
    /// One has `www.` in front, the other hasn't.
    Www,
    /// The entry is a domain above the URL's: children are not included.
    Parent,
    /// The entry is a domain below the URL's.
    Child,
    /// Both lie directly below the same domain.
    Sibling,
    /// A letter or two: probably a slip.
    Spelling,
}

/// A change that would let a refused call pass, or the way that the platform means.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(tag = "do", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Proposal {
    /// Put an entry on a list.
    AddEntry {
        /// The list.
        interface: Interface,
        /// The entry.
        entry: Entry,
    },
    /// Call this URL instead.
    CallInstead {
        /// The URL.
        url: String,
    },
    /// Use this scheme.
    UseScheme {
        /// The scheme.
        scheme: Scheme,
    },
    /// Write the URL in full, with scheme and host.
    WriteAbsoluteUrl,
    /// Give the machine a registered name with a certificate, and list that.
    UseDomain,
    /// Let your own server make this call and keep the AppSecret there (rule D6).
    CallFromServer,
    /// Let the name resolve to public addresses only, or, for an intranet, declare the host as private.
    DeclarePrivate {
        /// The host.
        host: String,
    },
    /// Turn off the proxy tool's made-up addresses for this host.
    LeaveFakeIp {
        /// The host.
        host: String,
    },
    /// Ask whoever runs the console to lift a block.
    AskOperator,
    /// See to it that the console can be reached, and knows the app.
    ReachConsole {
        /// Its address.
        source: String,
    },
    /// Let the server redirect fewer times.
    ShortenRedirects,
}

/// The entries that come nearest to `target`, the nearest first.
pub(crate) fn nearest(target: &Target, interface: Interface, lists: &DomainLists) -> Vec<Nearest> {
    let of_list = |list: Interface| {
        let near = move |entry: &Entry| {
            let differs = difference(target, interface, entry, list)?;
            Some(Nearest {
                entry: entry.clone(),
                interface: list,
                differs,
            })
        };
        lists.of(list).entries().iter().filter_map(near)
    };
    let mut found: Vec<_> = Interface::ALL.into_iter().flat_map(of_list).collect();
    found.sort_by_key(|near| near.differs);
    found.truncate(MOST);
    found
}

/// What would let a call of an unlisted origin pass.
pub(crate) fn proposals(target: &Target, interface: Interface, nearest: &[Nearest]) -> Vec<Proposal> {
    let mut proposals: Vec<_> = nearest
        .iter()
        .filter_map(|near| instead(target, interface, near))
        .collect();
    if let Ok(domain) = target.domain() {
        let entry = Entry::new(interface.scheme(), domain.clone(), entry_port(target, interface));
        let is_new = !nearest
            .iter()
            .any(|near| near.interface == interface && near.entry == entry);
        proposals.extend(is_new.then_some(Proposal::AddEntry { interface, entry }));
    }
    proposals
}

/// The same URL with the interface's own scheme.
pub(crate) fn with_scheme(target: &Target, scheme: Scheme) -> String {
    let rest = target
        .url()
        .as_str()
        .split_once("://")
        .map_or("", |(_, rest)| rest);
    format!("{scheme}://{rest}")
}

fn difference(target: &Target, interface: Interface, entry: &Entry, list: Interface) -> Option<Difference> {
    let domain = target.domain().ok()?;
    if list != interface {
        let listed_there = Entry::new(interface.scheme(), entry.domain().clone(), entry.port());
        return listed_there
            .allows(target, interface)
            .then_some(Difference::Interface);
    }
    if domain == entry.domain() {
        return Some(if target.scheme() == entry.scheme() {
            Difference::Port {
                url: target.port(),
                entry: entry.port(),
            }
        } else {
            Difference::Scheme
        });
    }
    kinship(domain, entry.domain())
}

fn kinship(domain: &Domain, listed: &Domain) -> Option<Difference> {
    if is_www_of(domain, listed) || is_www_of(listed, domain) {
        Some(Difference::Www)
    } else if domain.is_below(listed) {
        Some(Difference::Parent)
    } else if listed.is_below(domain) {
        Some(Difference::Child)
    } else if are_siblings(domain, listed) {
        Some(Difference::Sibling)
    } else if is_slip(domain.as_str(), listed.as_str()) {
        Some(Difference::Spelling)
    } else {
        None
    }
}

/// What lies below a public suffix such as `com.cn` belongs to different people (Public Suffix List).
fn are_siblings(one: &Domain, other: &Domain) -> bool {
    let parent = one
        .parent()
        .filter(|parent| Some(parent) == other.parent().as_ref());
    parent.is_some_and(|parent| psl::domain_str(parent.as_str()).is_some())
}

/// In a short name every other name is two letters away.
fn is_slip(one: &str, other: &str) -> bool {
    let slips = if one.len() < 10 { 1 } else { 2 };
    strsim::damerau_levenshtein(one, other) <= slips
}

fn is_www_of(long: &Domain, short: &Domain) -> bool {
    long.as_str().strip_prefix("www.") == Some(short.as_str())
}

fn instead(target: &Target, interface: Interface, near: &Nearest) -> Option<Proposal> {
    let callable = near.interface == interface
        && match near.differs {
            Difference::Port { entry, .. } => entry.is_none(),
            Difference::Www | Difference::Spelling => {
                !interface.compares_ports() || near.entry.port() == target.port()
            }
            Difference::Scheme
            | Difference::Interface
            | Difference::Parent
            | Difference::Child
            | Difference::Sibling => false,
        };
    callable.then(|| {
        let path = &target.url()[url::Position::BeforePath..];
        Proposal::CallInstead {
            url: format!("{}{path}", near.entry),
        }
    })
}

fn entry_port(target: &Target, interface: Interface) -> Option<u16> {
    target
        .port()
        .filter(|_| interface.compares_ports() && target.scheme() == interface.scheme())
}

const MOST: usize = 3;
