//! What differs between two versions.

use minigate_policy::{Interface, WrittenLists};
use serde::{Deserialize, Serialize};

/// What differs between two lists of one interface.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Difference {
    /// The interface.
    pub interface: Interface,
    /// The entries that only the later one has.
    pub added: Vec<String>,
    /// Those that only the earlier one has.
    pub removed: Vec<String>,
}

/// What differs between two versions; interfaces without a difference are left out.
///
/// ```
/// use minigate_console::domains::diff;
/// use minigate_policy::WrittenLists;
///
/// let old = WrittenLists { request: vec!["https://a.com".into(), "https://b.com".into()], ..WrittenLists::default() };
/// let new = WrittenLists { request: vec!["https://b.com".into(), "https://c.com".into()], ..WrittenLists::default() };
///
/// let differences = diff(&old, &new);
/// assert_eq!((differences[0].added.as_slice(), differences[0].removed.as_slice()),
///            (["https://c.com".to_owned()].as_slice(), ["https://a.com".to_owned()].as_slice()));
/// assert_eq!(differences.len(), 1);
/// ```
#[must_use]
pub fn diff(old: &WrittenLists, new: &WrittenLists) -> Vec<Difference> {
    let only = |these: &[String], those: &[String]| {
        let missing = these.iter().filter(|entry| !those.contains(entry));
        missing.cloned().collect::<Vec<_>>()
    };
    let each = Interface::ALL.into_iter().map(|interface| Difference {
        interface,
        added: only(new.of(interface), old.of(interface)),
        removed: only(old.of(interface), new.of(interface)),
    });
    each.filter(|difference| !(difference.added.is_empty() && difference.removed.is_empty()))
        .collect()
}
