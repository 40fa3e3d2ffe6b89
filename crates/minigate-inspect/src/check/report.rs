//! The outcome of a check.

use jiff::Timestamp;
use minigate_engine::ResolveError;
use minigate_policy::diagnosis::Severity;
use minigate_policy::{Entry, Interface, Platform};
use serde::Serialize;

use super::ats::AtsLine;
use super::{Finding, Grade, Purpose, Remark};
use crate::application::Application;
use crate::chain::ChainFacts;
use crate::cure::{Completion, Need};
use crate::device::Device;
use crate::leaf::LeafFacts;
use crate::matrix::{Cause, Outcome, RowVerdict};
use crate::probe::{Facts, Reach};

/// Everything about one subject.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// The text that named it.
    pub target: String,
    /// The URL that an app would write.
    pub url: String,
    /// The host that was asked for.
    pub host: String,
    /// The port that was asked.
    pub port: u16,
    /// What the app has of it.
    pub purpose: Purpose,
    /// The interfaces that would call it, or as calls of which it is judged.
    pub interfaces: Vec<Interface>,
    /// When the check began.
    pub asked_at: Timestamp,
    /// The lines that the lists of an app need for it.
    pub entries: Vec<NeededEntry>,
    /// How good it is; none where nobody could look.
    pub grade: Option<Grade>,
    /// Why nobody could look, where that is so.
    pub unseen: Option<Unseen>,
    /// Everything that was found, each thing once, the worst first: that is also what to do, in order.
    pub findings: Vec<Finding>,
    /// What has to change at the server, in the order of the findings; [`changes`](crate::cure::changes) gives the lines.
    pub needs: Vec<Need>,
    /// What each address does, in the resolver's order.
    pub addresses: Vec<AddressReport>,
}

/// A line that an app's list needs.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NeededEntry {
    /// Whose list.
    pub interface: Interface,
    /// The line.
    pub entry: Entry,
}

/// Why nobody could look at a server.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase", tag = "kind")]
pub enum Unseen {
    /// The name has no address.
    NoAddress {
        /// The name.
        host: String,
        /// What the resolver says; none where it knows the name to have none.
        reason: Option<String>,
    },
    /// None of the addresses takes a connection.
    Unreachable {
        /// What the first one came to.
        reach: Reach,
    },
    /// No address answered enough of the questions to tell anything.
    Unanswered,
}

/// What one address does.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AddressReport {
    /// What it speaks and presents.
    pub facts: Facts,
    /// How its certificates belong together, where it presents some.
    pub chain: Option<ChainFacts>,
    /// Its own certificate, where it can be read.
    pub leaf: Option<LeafFacts>,
    /// What it should send; none where it presents nothing.
    pub completion: Option<Completion>,
    /// The demands of App Transport Security, in the order of their numbers (rule T7); none where nothing is presented.
    pub ats: Vec<AtsLine>,
    /// The verdict on each device, by interface.
    pub verdicts: Vec<InterfaceVerdicts>,
    /// What the application does; none where no session came about.
    pub application: Option<Application>,
    /// What a `wx.request` through minigate's own run time comes to, by the platform that it plays.
    pub runtime: Vec<RuntimeVerdict>,
    /// What else is worth saying.
    pub remarks: Vec<Remark>,
}

/// What a call through the run time comes to, with the roots that it trusts by default and those that were added.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RuntimeVerdict {
    /// The platform of its profile.
    pub platform: Platform,
    /// The verdict.
    pub row: RowVerdict,
}

/// The verdicts on calls of one interface.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct InterfaceVerdicts {
    /// The interface.
    pub interface: Interface,
    /// One for each device.
    pub rows: Vec<RowVerdict>,
}

impl Report {
    /// How bad the worst finding is.
    #[must_use]
    pub fn worst(&self) -> Option<Severity> {
        self.findings.iter().map(|finding| finding.severity).max()
    }

    /// The chain that the server should send, as PEM: of an address that should send another one than it
    /// does, where there is one.
    #[must_use]
    pub fn full_chain(&self) -> Option<&str> {
        let completions = self
            .addresses
            .iter()
            .filter_map(|report| report.completion.as_ref());
        let whole = completions.filter(|completion| completion.full_chain.is_some());
        let chosen = whole.max_by_key(|completion| completion.is_needed())?;
        chosen.full_chain.as_deref()
    }

    /// The worst verdict on a device, over all interfaces and addresses, with the interfaces that it is about.
    #[must_use]
    pub fn on(&self, device: &str) -> Option<DeviceVerdict<'_>> {
        let verdicts = self.addresses.iter().flat_map(|report| &report.verdicts);
        let rows = verdicts.flat_map(|verdicts| {
            let rows = verdicts.rows.iter().filter(|row| row.device == device);
            rows.map(|row| (verdicts.interface, row))
        });
        let rows: Vec<_> = rows.collect();
        let worst = rows.iter().map(|(_, row)| row.outcome).max()?;
        let (_, row) = rows.iter().find(|(_, row)| row.outcome == worst)?;
        let concerned = |interface: &&Interface| {
            let mut rows = rows.iter().filter(|(of, _)| of == *interface);
            rows.any(|(_, row)| row.outcome == worst)
        };
        Some(DeviceVerdict {
            row,
            interfaces: self.interfaces.iter().filter(concerned).copied().collect(),
        })
    }
}

/// What a device comes to.
#[derive(Clone, Debug)]
pub struct DeviceVerdict<'r> {
    /// The worst of its rows.
    pub row: &'r RowVerdict,
    /// The interfaces for which it is as bad.
    pub interfaces: Vec<Interface>,
}

impl DeviceVerdict<'_> {
    /// Whether all calls work, be it that something is to be mended.
    #[must_use]
    pub const fn works(&self) -> bool {
        matches!(self.row.outcome, Outcome::Works | Outcome::Warning)
    }
}

impl Unseen {
    pub(super) fn no_address(error: ResolveError) -> Self {
        match error {
            ResolveError::NotFound { host } => Self::NoAddress { host, reason: None },
            ResolveError::Failed { host, reason } => Self::NoAddress {
                host,
                reason: Some(reason),
            },
        }
    }

    /// Where no address could be reached.
    pub(super) fn of(addresses: &[AddressReport]) -> Option<Self> {
        let is_reached = |report: &AddressReport| matches!(report.facts.reach, Reach::Reached { .. });
        let first = addresses.first()?;
        if !addresses.iter().any(is_reached) {
            return Some(Self::Unreachable {
                reach: first.facts.reach.clone(),
            });
        }
        let verdicts = addresses.iter().flat_map(|report| &report.verdicts);
        knows_nothing(verdicts.flat_map(|verdicts| &verdicts.rows)).then_some(Self::Unanswered)
    }
}

/// Whether nobody can tell for any device but legacy ones, which may fail with whatever the server speaks.
fn knows_nothing<'r>(rows: impl Iterator<Item = &'r RowVerdict>) -> bool {
    let is_legacy = |row: &RowVerdict| Device::find(&row.device).is_some_and(Device::is_legacy);
    let mut rows = rows.filter(|row| !is_legacy(row));
    rows.all(|row| matches!(row.cause, Some(Cause::Unanswered)))
}

impl NeededEntry {
    pub(super) fn all(entries: Vec<(Interface, Entry)>) -> Vec<Self> {
        let needed = entries.into_iter();
        needed
            .map(|(interface, entry)| Self { interface, entry })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn t10_what_a_legacy_phone_fails_with_doesnt_make_up_for_knowing_nothing() {
        let old = row("android-4", Outcome::Fails, Cause::TimedOut);
        let [ios, windows] =
            ["ios", "windows"].map(|device| row(device, Outcome::Unknown, Cause::Unanswered));
        let failing = row("macos", Outcome::Fails, Cause::TimedOut);

        assert!(knows_nothing([&old, &ios, &windows].into_iter()));
        assert!(!knows_nothing([&old, &ios, &failing].into_iter()));
    }

    fn row(device: &str, outcome: Outcome, cause: Cause) -> RowVerdict {
        RowVerdict {
            device: device.to_owned(),
            outcome,
            version: None,
            cause: Some(cause),
        }
    }
}
