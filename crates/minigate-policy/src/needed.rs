//! The smallest lists with which an app's calls pass.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::{DomainLists, Entry, Finding, Interface, Reason, Verdict, WrittenLists};

/// The entries that calls need: one for each origin and interface that was called.
///
/// Calls that no list could help aren't among them: another scheme, an address, a reserved host.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Needed {
    entries: BTreeSet<(Interface, Entry)>,
}

/// How the list of an interface differs from what its calls need.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct ListDifference {
    /// The interface.
    pub interface: Interface,
    /// What is called and not listed.
    pub missing: Vec<Missing>,
    /// What is listed and not called.
    pub unused: Vec<Entry>,
}

/// An entry that is called and not listed.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct Missing {
    /// The entry.
    pub entry: Entry,
    /// The interfaces on whose lists the same origin stands instead.
    pub listed_for: Vec<Interface>,
}

impl Needed {
    /// Notes what a call, or a hop of it, would need; whether it was allowed doesn't matter.
    pub fn note(&mut self, verdict: &Verdict) {
        let interface = verdict.interface;
        let entry = match &verdict.finding {
            Finding::Listed { entry } => Some(entry.clone()),
            Finding::Lan { .. } => None,
            Finding::Spared { reason } | Finding::Refused { reason } => match reason {
                Reason::NotListed { domain, port } => Some(Entry::new(
                    interface.scheme(),
                    domain.clone(),
                    port.filter(|_| interface.compares_ports()),
                )),
                _ => None,
            },
        };
        self.entries.extend(entry.map(|entry| (interface, entry)));
    }

    /// The entries of an interface, in order.
    pub fn of(&self, interface: Interface) -> impl Iterator<Item = &Entry> {
        self.entries
            .iter()
            .filter(move |(of, _)| *of == interface)
            .map(|(_, entry)| entry)
    }

    /// The lists as a configuration file has them.
    #[must_use]
    pub fn written(&self) -> WrittenLists {
        let list = |interface| self.of(interface).map(ToString::to_string).collect();
        WrittenLists {
            request: list(Interface::Request),
            upload_file: list(Interface::UploadFile),
            download_file: list(Interface::DownloadFile),
            connect_socket: list(Interface::ConnectSocket),
        }
    }

    /// What the configured lists miss, and have for nothing.
    #[must_use]
    pub fn compare(&self, lists: &DomainLists) -> Vec<ListDifference> {
        let difference = |interface| {
            let listed = lists.of(interface).entries();
            let missing = self.of(interface).filter(|entry| !listed.contains(entry));
            let unused = listed
                .iter()
                .filter(|entry| !self.entries.contains(&(interface, (*entry).clone())));
            ListDifference {
                interface,
                missing: missing.map(|entry| missing_of(entry, interface, lists)).collect(),
                unused: unused.cloned().collect(),
            }
        };
        Interface::ALL.map(difference).into()
    }
}

fn missing_of(entry: &Entry, interface: Interface, lists: &DomainLists) -> Missing {
    let is_same = |other: &Entry| other.domain() == entry.domain() && other.port() == entry.port();
    let others = Interface::ALL.into_iter().filter(|other| *other != interface);
    Missing {
        entry: entry.clone(),
        listed_for: others
            .filter(|other| lists.of(*other).entries().iter().any(is_same))
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use crate::{Call, Policy};

    use super::*;

    #[test]
    fn d1_each_interface_needs_the_origins_that_it_calls() {
        let written = WrittenLists {
            request: vec!["https://a.com".into(), "https://old.com".into()],
            connect_socket: vec!["wss://s.com".into()],
            ..WrittenLists::default()
        };
        let lists = DomainLists::parse(&written, 20).unwrap();
        let policy = Policy::new("wx1".parse().unwrap()).with_lists(lists.clone());
        let mut needed = Needed::default();

        for (interface, url) in [
            (Interface::Request, "https://a.com/1"),
            (Interface::Request, "https://a.com/2"),
            (Interface::Request, "https://b.com:8443/"),
            (Interface::UploadFile, "https://a.com/up"),
            (Interface::ConnectSocket, "wss://s.com:8443/"),
            (Interface::ConnectSocket, "wss://t.com:9000/"),
            (Interface::Request, "http://plain.com/"),
            (Interface::Request, "https://1.2.3.4/"),
            (Interface::Request, "https://api.weixin.qq.com/"),
        ] {
            needed.note(&policy.explain(&Call::new(interface, url)));
        }

        let written = needed.written();
        assert_eq!(written.request, ["https://a.com", "https://b.com:8443"]);
        assert_eq!(written.upload_file, ["https://a.com"]);
        assert_eq!(written.connect_socket, ["wss://s.com", "wss://t.com"]);
        let [request, upload, _, socket] = needed.compare(&lists).try_into().unwrap();
        assert_eq!(
            request.unused,
            [lists.of(Interface::Request).entries()[1].clone()]
        );
        assert_eq!(request.missing[0].entry.to_string(), "https://b.com:8443");
        assert_eq!(upload.missing[0].listed_for, [Interface::Request]);
        assert_eq!((socket.missing.len(), socket.unused.len()), (1, 0));
    }
}
