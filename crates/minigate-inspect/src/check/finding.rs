//! What was found of a server, each thing once.

use std::cmp::Reverse;
use std::net::SocketAddr;

use minigate_policy::diagnosis::{Diagnosis, Lang, Severity};
use minigate_policy::{Interface, Reason, Rule};
use serde::Serialize;

use super::{AddressReport, EntryFault, Remark};
use crate::application::{Application, ApplicationFault};
use crate::cure::Need;
use crate::device::{Device, devices};
use crate::matrix::{Cause, Outcome, RowVerdict, is_without_tls_12};

/// Something that is wrong, or worth saying, and where.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Finding {
    /// How bad it is.
    pub severity: Severity,
    /// Whether a call fails for it, be it on an old device only.
    pub breaks: bool,
    /// What it is.
    pub matter: Matter,
    /// The devices that it concerns, by their IDs; none where it concerns all.
    pub devices: Vec<String>,
    /// The interfaces whose calls it concerns.
    pub interfaces: Vec<Interface>,
    /// The addresses that it was seen at; none where it was seen before anybody connected.
    pub addresses: Vec<SocketAddr>,
}

/// What a finding is about.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase", untagged)]
pub enum Matter {
    /// The origin can't be configured or called.
    Entry(EntryFault),
    /// A call from a device fails, or only just works.
    Device(Cause),
    /// The application behind it.
    Application(ApplicationFault),
    /// Anything else.
    Remark(Remark),
}

impl Finding {
    /// What it is called in reports for machines: never changes, says nothing of this server.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match &self.matter {
            Matter::Entry(EntryFault::Refused { verdict, .. }) => refusal_name(verdict.reason()),
            Matter::Entry(EntryFault::NotFiled { .. }) => "not-filed",
            Matter::Entry(EntryFault::TooMany { .. }) => "too-many-domains",
            Matter::Entry(EntryFault::PlainResource { .. }) => "resource-without-tls",
            Matter::Device(cause) => cause.name(),
            Matter::Application(fault) => fault.name(),
            Matter::Remark(remark) => remark.name(),
        }
    }

    /// The rule that it is about, where there is one.
    #[must_use]
    pub fn rule(&self) -> Option<Rule> {
        match &self.matter {
            Matter::Entry(EntryFault::Refused { verdict, .. }) => verdict.reason().map(Reason::rule),
            Matter::Entry(EntryFault::NotFiled { .. }) => Some(Rule::D5),
            Matter::Entry(EntryFault::TooMany { .. }) => Some(Rule::D7),
            Matter::Entry(EntryFault::PlainResource { .. }) => Some(Rule::T11),
            Matter::Device(cause) => cause.rule(),
            Matter::Application(fault) => fault.rule(),
            Matter::Remark(remark) => remark.rule(),
        }
    }

    /// What to tell people.
    #[must_use]
    pub fn tell(&self, lang: Lang) -> Diagnosis {
        match &self.matter {
            Matter::Entry(fault) => fault.tell(lang),
            Matter::Device(cause) => cause.tell(lang),
            Matter::Application(fault) => fault.tell(lang),
            Matter::Remark(remark) => remark.tell(lang),
        }
    }

    /// What has to change at the server for it; none where nothing has to, or where that is no matter of configuration.
    #[must_use]
    pub fn need(&self) -> Option<Need> {
        match &self.matter {
            Matter::Device(cause) if self.severity > Severity::Note => Need::of(cause),
            Matter::Remark(Remark::SuperfluousCertificates { .. }) => Some(Need::FullChain),
            Matter::Remark(Remark::StapleMissing | Remark::StapleOutdated) => Some(Need::Staple),
            Matter::Remark(Remark::ClientCertificateAsked) => Some(Need::NoClientCertificates),
            Matter::Device(_) | Matter::Entry(_) | Matter::Application(_) | Matter::Remark(_) => None,
        }
    }

    fn new(severity: Severity, matter: Matter) -> Self {
        Self {
            severity,
            breaks: severity == Severity::Fail,
            matter,
            devices: Vec::new(),
            interfaces: Vec::new(),
            addresses: Vec::new(),
        }
    }

    fn at(self, address: SocketAddr) -> Self {
        Self {
            addresses: vec![address],
            ..self
        }
    }

    /// Whether two findings are one, to be told once: the same thing to do about the same thing.
    fn is_same(&self, other: &Self) -> bool {
        self.name() == other.name() && self.tell(Lang::En).remedies == other.tell(Lang::En).remedies
    }

    fn absorb(&mut self, other: Self) {
        self.severity = self.severity.max(other.severity);
        self.breaks |= other.breaks;
        absorb(&mut self.devices, other.devices);
        absorb(&mut self.interfaces, other.interfaces);
        absorb(&mut self.addresses, other.addresses);
    }
}

fn absorb<T: PartialEq>(all: &mut Vec<T>, more: Vec<T>) {
    for item in more {
        if !all.contains(&item) {
            all.push(item);
        }
    }
}

/// Everything that was found, the worst first, and what concerns most devices before the rest.
pub(super) fn gather(entry: &[EntryFault], addresses: &[AddressReport]) -> Vec<Finding> {
    let of_entry = entry.iter().map(of_entry);
    let of_addresses = addresses.iter().flat_map(of_address);
    let is_refused = entry
        .iter()
        .any(|fault| matches!(fault, EntryFault::Refused { .. }));
    let of_addresses = of_addresses.filter(|finding| !is_refused || !is_of_origin(finding));
    let mut findings = Vec::<Finding>::new();
    for finding in of_entry.chain(of_addresses) {
        match findings.iter_mut().find(|known| known.is_same(&finding)) {
            Some(known) => known.absorb(finding),
            None => findings.push(finding),
        }
    }
    // Stable, so that equals stay in the order in which they were met.
    findings.sort_by_key(|finding| Reverse((finding.severity, reach(finding))));
    findings
}

/// How many devices it concerns. What forbids an origin forbids it to all, and before anything at the server matters.
fn reach(finding: &Finding) -> usize {
    match finding.matter {
        Matter::Entry(_) => usize::MAX,
        Matter::Application(_) if finding.breaks => devices().len(),
        Matter::Application(_) | Matter::Device(_) | Matter::Remark(_) => finding.devices.len(),
    }
}

/// Whether the call itself is refused, which its origin's own findings have told.
const fn is_of_origin(finding: &Finding) -> bool {
    matches!(
        finding.matter,
        Matter::Application(ApplicationFault::HopRefused { hop: 0, .. })
    )
}

fn of_entry(fault: &EntryFault) -> Finding {
    let interfaces = match fault {
        EntryFault::Refused { interfaces, .. } => interfaces.clone(),
        EntryFault::TooMany { interface, .. } => vec![*interface],
        EntryFault::NotFiled { .. } | EntryFault::PlainResource { .. } => Vec::new(),
    };
    let severity = match fault {
        EntryFault::PlainResource { .. } => Severity::Warn,
        EntryFault::Refused { .. } | EntryFault::TooMany { .. } | EntryFault::NotFiled { .. } => {
            Severity::Fail
        }
    };
    Finding {
        interfaces,
        ..Finding::new(severity, Matter::Entry(fault.clone()))
    }
}

fn of_address(report: &AddressReport) -> Vec<Finding> {
    let rows = report.verdicts.iter().flat_map(|verdicts| {
        let of_row = |row| of_row(row, verdicts.interface);
        verdicts.rows.iter().filter_map(of_row)
    });
    rows.chain(beside_rows(report))
        .map(|finding| finding.at(report.facts.address))
        .collect()
}

/// What was found of an address that is no device's verdict.
pub(super) fn beside_rows(report: &AddressReport) -> impl Iterator<Item = Finding> {
    let faults = report.application.iter().flat_map(Application::faults);
    let faults = faults.map(|fault| Finding::new(fault.severity(), Matter::Application(fault)));
    let remarks = report.remarks.iter();
    let remarks = remarks.map(|remark| Finding::new(remark.severity(), Matter::Remark(remark.clone())));
    faults.chain(remarks)
}

/// A device's verdict as a finding; none where all is well.
pub(super) fn of_row(row: &RowVerdict, interface: Interface) -> Option<Finding> {
    let cause = row
        .cause
        .as_ref()
        .filter(|cause| !is_all_that_it_can(row, cause, interface))?;
    Some(Finding {
        devices: vec![row.device.clone()],
        interfaces: vec![interface],
        breaks: row.outcome == Outcome::Fails,
        ..Finding::new(severity(row, cause), Matter::Device(cause.clone()))
    })
}

impl RowVerdict {
    /// How bad it is, as a finding; none where all is well.
    #[must_use]
    pub fn severity(&self) -> Option<Severity> {
        let cause = self.cause.as_ref()?;
        Some(severity(self, cause))
    }
}

/// A failure counts less on a legacy system, and not at all where the system has no TLS that a server should speak.
fn severity(row: &RowVerdict, cause: &Cause) -> Severity {
    let is_legacy = Device::find(&row.device).is_some_and(Device::is_legacy);
    match row.outcome {
        Outcome::Works => Severity::Note,
        Outcome::Fails | Outcome::Warning if is_legacy && needs_old_tls(cause) => Severity::Note,
        Outcome::Fails if is_legacy => Severity::Warn,
        Outcome::Fails => Severity::Fail,
        Outcome::Unknown if *cause == Cause::OfferUnknown => Severity::Note,
        Outcome::Warning | Outcome::Unknown => Severity::Warn,
    }
}

/// Whether a device and a server do the best that the device can, of which the server's own remark says enough.
fn is_all_that_it_can(row: &RowVerdict, cause: &Cause, interface: Interface) -> bool {
    let Cause::OldVersion { version } = cause else {
        return false;
    };
    let device = Device::find(&row.device);
    let newest = device.and_then(|device| device.tls_versions(interface).last());
    newest.is_some_and(|newest| u16::from(*newest) == version.code())
}

/// Whether the device has nothing newer than TLS 1.1, which no server should speak any more (RFC 8996).
fn needs_old_tls(cause: &Cause) -> bool {
    match cause {
        Cause::NoCommonVersion { device, .. } => is_without_tls_12(device),
        Cause::OldVersion { .. } => true,
        _ => false,
    }
}

const fn refusal_name(reason: Option<&Reason>) -> &'static str {
    match reason {
        Some(Reason::InvalidUrl { .. }) => "invalid-url",
        Some(Reason::Blocked { .. }) => "blocked",
        Some(Reason::NoLists { .. }) => "no-lists",
        Some(Reason::ReservedHost { .. }) => "reserved-host",
        Some(Reason::NoDomain { .. }) => "no-domain",
        Some(Reason::WrongScheme { .. }) => "wrong-scheme",
        Some(Reason::NotListed { .. }) => "not-listed",
        Some(Reason::PrivateAddress { .. }) => "private-address",
        _ => "refused",
    }
}
