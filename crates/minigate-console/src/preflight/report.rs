//! What a pre-flight found, as it is kept.

use std::net::IpAddr;

use jiff::Timestamp;
use minigate_inspect::Severity;
use minigate_inspect::check::{AddressReport, Finding, Grade, Report};
use minigate_inspect::devices;
use minigate_inspect::matrix::Outcome;
use minigate_policy::diagnosis::Lang;
use minigate_policy::{Interface, WrittenLists};
use serde::{Deserialize, Serialize};

use crate::bulk::Fault;
use crate::filing::{FilingOf, RegisterKind};

/// A look at everything that a draft names. It holds for its lists only: a draft that is written anew has none.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Preflight {
    /// Whether nothing stands against these lists.
    pub is_passed: bool,
    /// The lists.
    pub lists: WrittenLists,
    /// Who began it.
    pub by: String,
    /// When it began.
    pub started_at: Timestamp,
    /// When it was over.
    pub finished_at: Timestamp,
    /// Which register of filings was asked.
    pub register: RegisterKind,
    /// Each entry, in the order of the lists.
    pub entries: Vec<EntryCheck>,
    /// What the register says of each registrable domain.
    pub filings: Vec<FilingOf>,
    /// Each host once, in alphabetical order.
    pub hosts: Vec<HostCheck>,
}

/// One entry.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EntryCheck {
    /// Whose list it is on.
    pub interface: Interface,
    /// The entry, as it is written.
    pub entry: String,
    /// The [`HostCheck::entry`] of its host; none where it is no entry.
    pub host: Option<String>,
    /// What stands against it: rules, the block list, its filing.
    pub faults: Vec<Fault>,
}

/// One host.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct HostCheck {
    /// The entry in its normal spelling.
    pub entry: String,
    /// The interfaces that would call it.
    pub interfaces: Vec<Interface>,
    /// How good it is; none where nobody could look.
    pub grade: Option<Grade>,
    /// What was found, the worst first, 8 at most; why nobody could look where there is no grade.
    pub findings: Vec<Found>,
    /// How many findings there are in all.
    pub found: usize,
    /// What each device comes to, in the order of [`devices`].
    pub devices: Vec<DeviceCell>,
    /// Its addresses, 16 at most.
    pub addresses: Vec<AddressCheck>,
    /// When the first of its certificates ends.
    pub not_after: Option<Timestamp>,
}

/// Something that was found.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Found {
    /// How bad it is.
    pub severity: Severity,
    /// What it is called in reports for machines.
    pub name: String,
    /// The rule, what is wrong and what to do; texts of 400 characters at most.
    #[serde(flatten)]
    pub fault: Fault,
}

/// What a device comes to.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DeviceCell {
    /// The device, by its ID.
    pub device: String,
    /// Whether calls work.
    pub outcome: Outcome,
    /// The interfaces that are as bad.
    pub interfaces: Vec<Interface>,
    /// What each of [`HostCheck::interfaces`] comes to, in that order.
    #[serde(default)]
    pub outcomes: Vec<Outcome>,
    /// Why, in English; none where all is well.
    pub why_en: Option<String>,
    /// The same in Chinese.
    pub why_zh: Option<String>,
}

/// One address of a host.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AddressCheck {
    /// The address.
    pub address: IpAddr,
    /// When the certificate ends that it presents.
    pub not_after: Option<Timestamp>,
}

impl EntryCheck {
    /// Whether nothing stands against it.
    #[must_use]
    pub const fn is_good(&self) -> bool {
        self.faults.is_empty()
    }
}

impl HostCheck {
    /// Whether calls to it work, be it that something is to be mended.
    #[must_use]
    pub fn is_good(&self) -> bool {
        self.grade.is_some_and(|grade| grade < Grade::F)
    }

    /// What is kept of a report.
    pub(super) fn of(entry: &str, report: &Report) -> Self {
        let unseen = report.unseen.as_ref().map(|unseen| {
            Found::new(
                Severity::Fail,
                "unseen",
                &Fault::new(
                    None,
                    |lang| unseen.tell(lang).headline,
                    |lang| unseen.tell(lang).remedies.join(" "),
                ),
            )
        });
        let findings = unseen.into_iter().chain(report.findings.iter().map(Found::of));
        let addresses: Vec<_> = report.addresses.iter().map(AddressCheck::of).collect();
        Self {
            entry: entry.to_owned(),
            interfaces: report.interfaces.clone(),
            grade: report.grade,
            found: report.findings.len() + usize::from(report.unseen.is_some()),
            findings: findings.take(MOST_FINDINGS).collect(),
            devices: cells(report),
            not_after: addresses.iter().filter_map(|address| address.not_after).min(),
            addresses: addresses.into_iter().take(MOST_ADDRESSES).collect(),
        }
    }

    /// What is kept of a host at which nobody looked.
    pub(super) fn unseen(entry: &str, interfaces: &[Interface], name: &str, fault: &Fault) -> Self {
        Self {
            entry: entry.to_owned(),
            interfaces: interfaces.to_vec(),
            grade: None,
            findings: vec![Found::new(Severity::Fail, name, fault)],
            found: 1,
            devices: Vec::new(),
            addresses: Vec::new(),
            not_after: None,
        }
    }
}

impl Found {
    fn of(finding: &Finding) -> Self {
        let fault = Fault::new(
            finding.rule(),
            |lang| finding.tell(lang).headline,
            |lang| finding.tell(lang).remedies.join(lang.pick("; ", "；")),
        );
        Self::new(finding.severity, finding.name(), &fault)
    }

    fn new(severity: Severity, name: &str, fault: &Fault) -> Self {
        Self {
            severity,
            name: name.to_owned(),
            fault: Fault {
                rule: fault.rule,
                reason_en: cut(&fault.reason_en),
                reason_zh: cut(&fault.reason_zh),
                remedy_en: cut(&fault.remedy_en),
                remedy_zh: cut(&fault.remedy_zh),
            },
        }
    }
}

impl AddressCheck {
    fn of(report: &AddressReport) -> Self {
        let leaf = report.leaf.as_ref();
        Self {
            address: report.facts.address.ip(),
            not_after: leaf.map(|leaf| leaf.certificate.not_after),
        }
    }
}

fn cells(report: &Report) -> Vec<DeviceCell> {
    if report.unseen.is_some() {
        return Vec::new();
    }
    let cell = |device: &minigate_inspect::Device| {
        let verdict = report.on(device.id())?;
        let why = |lang| {
            verdict
                .row
                .cause
                .as_ref()
                .map(|cause| cut(&cause.tell(lang).headline))
        };
        Some(DeviceCell {
            device: device.id().to_owned(),
            outcome: verdict.row.outcome,
            why_en: why(Lang::En),
            why_zh: why(Lang::Zh),
            outcomes: outcomes(report, device.id()),
            interfaces: verdict.interfaces,
        })
    };
    devices().iter().filter_map(cell).collect()
}

/// The worst of all addresses, interface by interface.
fn outcomes(report: &Report, device: &str) -> Vec<Outcome> {
    let worst = |interface: &Interface| {
        let verdicts = report.addresses.iter().flat_map(|address| &address.verdicts);
        let rows = verdicts.filter(|verdicts| verdicts.interface == *interface);
        let rows = rows.flat_map(|verdicts| &verdicts.rows);
        let outcomes = rows.filter(|row| row.device == device).map(|row| row.outcome);
        outcomes.max().unwrap_or(Outcome::Unknown)
    };
    report.interfaces.iter().map(worst).collect()
}

fn cut(text: &str) -> String {
    text.chars().take(LONGEST_TEXT).collect()
}

const MOST_FINDINGS: usize = 8;
const MOST_ADDRESSES: usize = 16;
const LONGEST_TEXT: usize = 400;
