//! What of a report a change is measured by.

use std::collections::{BTreeMap, BTreeSet};

use minigate_policy::Interface;
use minigate_policy::diagnosis::{Diagnosis, Lang, Severity};
use sha2::{Digest, Sha256};

use crate::check::finding::{beside_rows, of_row};
use crate::check::{AddressReport, Finding, Grade, Matter, Report, Unseen};
use crate::matrix::Outcome;
use crate::probe::{Facts, Reach, Refusal, SentChain, Session, Version, VersionFacts};

/// What one address comes to, or what holds for a server before anybody connects: all that is wrong.
#[derive(Clone, Debug, Default)]
pub(super) struct Standing {
    faults: BTreeMap<Key, Fault>,
    unseen: BTreeSet<Layer>,
    doubts: BTreeSet<Doubt>,
}

/// What can be well or not.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) enum Key {
    /// Calls of an interface from a device, by its place among the devices.
    Row(usize, Interface),
    /// Anything else, by its name.
    Other(Layer, &'static str),
}

/// What has to be seen before anything can be said of it.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) enum Layer {
    Entry,
    Certificates,
    Application,
}

/// What isn't well.
#[derive(Clone, Debug)]
pub(super) struct Fault {
    /// Of a device only.
    pub(super) outcome: Option<Outcome>,
    pub(super) severity: Severity,
    /// The device's ID and the interface, of a device's verdict.
    pub(super) row: Option<(String, Interface)>,
    pub(super) what: What,
}

/// What there is to tell.
#[derive(Clone, Debug)]
pub(super) enum What {
    Found(Box<Finding>),
    Unseen(Unseen),
}

/// What a network's weather may be the reason of.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
enum Doubt {
    Resolution,
    Reach,
    Greeting(Version),
    Listing(Version),
    Session(Version),
    Application,
}

/// Something that isn't as it was; never both none.
#[derive(Clone, Debug)]
pub(super) struct Difference {
    pub(super) before: Option<Fault>,
    pub(super) after: Option<Fault>,
}

pub(super) type Fingerprint = [u8; 32];

impl Standing {
    /// What holds for all addresses.
    pub(super) fn of_whole(report: &Report) -> Self {
        let mut standing = Self::default();
        let entries = report.findings.iter();
        for finding in entries.filter(|finding| matches!(finding.matter, Matter::Entry(_))) {
            standing.add_other(finding.clone());
        }
        // That no address takes a connection is said of each.
        if let Some(unseen @ Unseen::NoAddress { .. }) = &report.unseen {
            let key = Key::Other(Layer::Entry, NO_ADDRESS);
            standing.faults.insert(key, Fault::unseen(unseen));
            standing.unseen.insert(Layer::Entry);
            standing.doubts.insert(Doubt::Resolution);
        }
        standing
    }

    pub(super) fn of_address(report: &AddressReport) -> Self {
        let mut standing = Self {
            doubts: doubts(report),
            ..Self::default()
        };
        for verdicts in &report.verdicts {
            for (place, row) in verdicts.rows.iter().enumerate() {
                if let Some(finding) = of_row(row, verdicts.interface) {
                    let row = (row.device.clone(), verdicts.interface, row.outcome);
                    standing.add_row(place, row, finding);
                }
            }
        }
        for finding in beside_rows(report).filter(|finding| finding.severity >= Severity::Warn) {
            standing.add_other(finding);
        }
        if report.chain.is_none() {
            standing.unseen.insert(Layer::Certificates);
        }
        if report.application.is_none() {
            standing.unseen.insert(Layer::Application);
        }
        standing
    }

    fn add_row(
        &mut self,
        place: usize,
        (device, interface, outcome): (String, Interface, Outcome),
        finding: Finding,
    ) {
        let fault = Fault {
            outcome: Some(outcome),
            severity: finding.severity,
            row: Some((device, interface)),
            what: What::Found(Box::new(finding)),
        };
        self.faults.insert(Key::Row(place, interface), fault);
    }

    fn add_other(&mut self, finding: Finding) {
        let layer = match finding.matter {
            Matter::Application(_) => Layer::Application,
            Matter::Entry(_) => Layer::Entry,
            Matter::Remark(_) | Matter::Device(_) => Layer::Certificates,
        };
        let fault = Fault {
            outcome: None,
            severity: finding.severity,
            row: None,
            what: What::Found(Box::new(finding)),
        };
        let key = Key::Other(layer, fault.name());
        let known = self.faults.entry(key).or_insert_with(|| fault.clone());
        if fault.severity > known.severity {
            *known = fault;
        }
    }

    /// The same, with what was known of that which couldn't be seen this time.
    pub(super) fn with_unseen_of(mut self, before: &Self) -> Self {
        for (key, fault) in &before.faults {
            let is_unseen =
                matches!(key, Key::Other(layer, name) if self.unseen.contains(layer) && *name != NO_ADDRESS);
            if is_unseen && !self.faults.contains_key(key) {
                self.faults.insert(key.clone(), fault.clone());
            }
        }
        self
    }

    /// Whether something went wrong that didn't before, and that may go well the next time.
    pub(super) fn is_doubtful_after(&self, before: Option<&Self>) -> bool {
        match before {
            Some(before) => !self.doubts.is_subset(&before.doubts),
            None => !self.doubts.is_empty(),
        }
    }

    pub(super) fn is_same(&self, other: &Self) -> bool {
        differences(Some(self), other).is_empty()
    }

    /// One letter, as for a whole report; none where nobody could look.
    pub(super) fn grade(&self) -> Option<Grade> {
        let findings = self.faults.values().map(|fault| match &fault.what {
            What::Found(finding) => Some(&**finding),
            What::Unseen(_) => None,
        });
        findings.collect::<Option<Vec<_>>>().map(Grade::of)
    }
}

impl Fault {
    fn unseen(unseen: &Unseen) -> Self {
        Self {
            outcome: None,
            severity: Severity::Fail,
            row: None,
            what: What::Unseen(unseen.clone()),
        }
    }

    pub(super) fn name(&self) -> &'static str {
        match &self.what {
            What::Found(finding) => finding.name(),
            What::Unseen(_) => NO_ADDRESS,
        }
    }

    pub(super) fn tell(&self, lang: Lang) -> Diagnosis {
        match &self.what {
            What::Found(finding) => finding.tell(lang),
            What::Unseen(unseen) => unseen.tell(lang),
        }
    }

    fn is_same(&self, other: &Self) -> bool {
        let measure = |fault: &Self| (fault.name(), fault.outcome, fault.severity);
        measure(self) == measure(other)
    }
}

/// Everything that isn't as it was; without a before, everything that isn't well.
pub(super) fn differences(before: Option<&Standing>, after: &Standing) -> Vec<Difference> {
    let none = BTreeMap::new();
    let was = before.map_or(&none, |before| &before.faults);
    let keys: BTreeSet<_> = was.keys().chain(after.faults.keys()).collect();
    let pairs = keys.into_iter().map(|key| (was.get(key), after.faults.get(key)));
    let changed = pairs.filter(|(before, after)| match (before, after) {
        (Some(before), Some(after)) => !before.is_same(after),
        _ => true,
    });
    changed
        .map(|(fault, after)| Difference {
            before: fault.cloned(),
            after: after.cloned(),
        })
        .collect()
}

pub(super) fn fingerprint(chain: &SentChain) -> Fingerprint {
    let mut hash = Sha256::new();
    for certificate in &chain.0 {
        hash.update(Sha256::digest(&certificate.0));
    }
    hash.finalize().into()
}

fn doubts(report: &AddressReport) -> BTreeSet<Doubt> {
    let Facts { reach, versions, .. } = &report.facts;
    let is_reached = matches!(reach, Reach::Reached { .. });
    let reach = (!is_reached).then_some(Doubt::Reach);
    let application = beside_rows(report).any(|finding| PASSING.contains(&finding.name()));
    let application = application.then_some(Doubt::Application);
    let versions = versions.iter().flat_map(of_version);
    versions.chain(reach).chain(application).collect()
}

fn of_version(facts: &VersionFacts) -> impl Iterator<Item = Doubt> {
    let version = facts.version;
    let refused = facts.greeting.refusal().is_some_and(is_broken);
    let is_agreed = facts.greeting.agreed().is_some();
    let cut = is_agreed && !(facts.suites.is_complete && facts.groups.is_complete);
    let failed = matches!(&facts.session, Some(Session::Refused(refusal)) if is_broken(refusal));
    let found = [
        refused.then_some(Doubt::Greeting(version)),
        cut.then_some(Doubt::Listing(version)),
        failed.then_some(Doubt::Session(version)),
    ];
    found.into_iter().flatten()
}

/// Whether a connection came to nothing without a word of the server's, or there was no time for it.
const fn is_broken(refusal: &Refusal) -> bool {
    matches!(
        refusal,
        Refusal::Closed
            | Refusal::CutOff { .. }
            | Refusal::NotAsked
            | Refusal::Reset { .. }
            | Refusal::Silent
            | Refusal::Stalled { .. }
            | Refusal::Unreachable { .. }
    )
}

pub(super) const NO_ADDRESS: &str = "no-address";
/// What an application may do once and not again.
const PASSING: [&str; 5] = [
    "no-answer",
    "not-upgraded",
    "unfinished",
    "socket-broken",
    "status",
];
