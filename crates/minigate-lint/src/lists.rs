//! What is wrong with the configured lists themselves (rules D3, D4, D6 and D7).

use minigate_policy::{DomainLists, Interface, ListError, Profile, WrittenLists};

use crate::collector::Collector;
use crate::fault::{Fault, ListFault};
use crate::model::Span;

/// The lists of an app, and the file that they stand in.
#[derive(Clone, Debug, Default)]
pub struct Configured {
    /// As they are written.
    pub written: WrittenLists,
    /// The file's path, as people know it.
    pub file: String,
    /// Its text, for the places in it.
    pub text: String,
}

impl Configured {
    /// The lists without what can't be configured, for the calls to be compared with all the same.
    #[must_use]
    pub fn usable(&self, profile: &Profile) -> DomainLists {
        let mut usable = self.written.clone();
        if let Err(error) = DomainLists::parse_for(&self.written, profile) {
            for error in error.0 {
                if let ListError::Entries { interface, faults } = error {
                    let list = list_mut(&mut usable, interface);
                    list.retain(|text| faults.iter().all(|fault| fault.text != *text));
                }
            }
        }
        // One list may be too long for its calls to be judged; that is told by itself.
        let roomy = Profile {
            domains_per_interface: usize::MAX,
            ..profile.clone()
        };
        DomainLists::parse_for(&usable, &roomy).unwrap_or_else(|_| DomainLists::empty())
    }

    pub(crate) fn check(&self, profile: &Profile, found: &mut Collector) {
        let Err(error) = DomainLists::parse_for(&self.written, profile) else {
            return;
        };
        for error in error.0 {
            match error {
                ListError::Entries { interface, faults } => {
                    for fault in faults {
                        let at = self.place(interface, &fault.text);
                        let fault = Fault::List(ListFault::EntryInvalid {
                            interface,
                            text: fault.text,
                            error: fault.error,
                        });
                        found.in_text(&self.file, &self.text, &at, fault);
                    }
                }
                ListError::TooMany {
                    interface,
                    found: count,
                    limit,
                } => {
                    let fault = Fault::List(ListFault::TooMany {
                        interface,
                        found: count,
                        limit,
                    });
                    found.in_text(&self.file, &self.text, &self.list(interface), fault);
                }
                _ => {}
            }
        }
    }

    /// Where an entry stands: behind the key of its list.
    fn place(&self, interface: Interface, entry: &str) -> Span {
        let from = self.list(interface).start;
        let quoted = self.text.get(from..).and_then(|rest| rest.find(entry));
        quoted.map_or(from..from, |at| from + at..from + at + entry.len())
    }

    fn list(&self, interface: Interface) -> Span {
        let platforms = match interface {
            Interface::Request => "requestdomain",
            Interface::UploadFile => "uploaddomain",
            Interface::DownloadFile => "downloaddomain",
            Interface::ConnectSocket => "wsrequestdomain",
        };
        let key = |name: &str| {
            let mut from = 0;
            while let Some(at) = self.text.get(from..)?.find(name) {
                let at = from + at;
                let before = self.text.get(..at)?.chars().next_back();
                if !before.is_some_and(|c| c.is_alphanumeric() || c == '_') {
                    return Some(at..at + name.len());
                }
                from = at + name.len();
            }
            None
        };
        key(interface.name()).or_else(|| key(platforms)).unwrap_or(0..0)
    }
}

fn list_mut(lists: &mut WrittenLists, interface: Interface) -> &mut Vec<String> {
    match interface {
        Interface::Request => &mut lists.request,
        Interface::UploadFile => &mut lists.upload_file,
        Interface::DownloadFile => &mut lists.download_file,
        Interface::ConnectSocket => &mut lists.connect_socket,
    }
}
