//! The pre-flight of a draft.

use std::net::IpAddr;
use std::sync::Arc;

use axum::Json as Answer;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::LOCATION;
use axum::response::IntoResponse;
use jiff::Timestamp;
use minigate_inspect::check::Grade;
use minigate_inspect::matrix::Outcome;
use minigate_policy::Interface;
use minigate_policy::diagnosis::{Lang, Severity};
use serde::Serialize;
use utoipa::ToSchema;

use super::filings::FilingShown;
use super::input::{Path, Query, Why};
use super::lists::{FaultOf, Lists, OfInterface};
use super::program::Program;
use crate::Console;
use crate::access::Right;
use crate::preflight::{self, AddressCheck, DeviceCell, EntryCheck, Found, HostCheck, Preflight, Running};
use crate::web::failure::Failure;

/// Where the pre-flight of an app stands.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PreflightShown {
    /// The one that is under way; null where none is.
    running: Option<RunningShown>,
    /// What was found of the present draft or, where there is none, of the effective version; null where nobody looked.
    found: Option<FoundShown>,
}

/// A pre-flight that is under way.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RunningShown {
    /// Who began it.
    by: String,
    /// When.
    since: Timestamp,
    /// When another one can begin, whatever has become of this one.
    until: Timestamp,
    /// How many hosts it has looked at, a few seconds ago.
    looked: usize,
    /// How many there are.
    hosts: usize,
}

/// What a pre-flight found, told in the request's language.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct FoundShown {
    /// Whether nothing stands against these lists.
    passed: bool,
    lists: Lists,
    /// Who began it.
    by: String,
    /// When it began.
    started_at: Timestamp,
    /// When it was over.
    finished_at: Timestamp,
    /// Each entry, in the order of the lists.
    entries: Vec<CheckedEntry>,
    /// What the register of filings says of each registrable domain.
    filings: Vec<FilingShown>,
    /// Each host once, in alphabetical order.
    hosts: Vec<CheckedHost>,
}

/// An entry, looked at.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CheckedEntry {
    interface: OfInterface,
    /// The entry, as it is written.
    entry: String,
    /// The `entry` of its host; null where it is no entry.
    host: Option<String>,
    /// What stands against it.
    faults: Vec<FaultOf>,
}

/// A host, looked at.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct CheckedHost {
    /// The entry in its normal spelling.
    entry: String,
    /// The interfaces that would call it.
    interfaces: Vec<OfInterface>,
    /// How good it is, the best first: A, B, C or F; null where nobody could look.
    #[schema(value_type = Option<String>, pattern = "^[ABCF]$")]
    grade: Option<Grade>,
    /// What was found, the worst first.
    findings: Vec<FindingShown>,
    /// How many findings there are in all.
    found: usize,
    /// What each device comes to.
    devices: Vec<DeviceShown>,
    /// Its addresses.
    addresses: Vec<AddressShown>,
    /// When the first of its certificates ends.
    not_after: Option<Timestamp>,
}

/// Something that was found at a host.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct FindingShown {
    /// How bad it is: `note`, `warn` or `fail`.
    #[schema(value_type = String, pattern = "^(note|warn|fail)$")]
    severity: Severity,
    /// What it is called in reports for machines.
    name: String,
    #[serde(flatten)]
    fault: FaultOf,
}

/// What a device comes to at a host.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DeviceShown {
    /// The device.
    #[schema(example = "android-7")]
    device: String,
    /// Whether calls work: `works`, `warning`, `unknown` or `fails`.
    #[schema(value_type = String, pattern = "^(works|warning|unknown|fails)$")]
    outcome: Outcome,
    /// The interfaces that are as bad.
    interfaces: Vec<OfInterface>,
    /// Why; null where all is well.
    why: Option<String>,
}

/// An address of a host.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct AddressShown {
    /// The address.
    #[schema(value_type = String, example = "203.0.113.7")]
    address: IpAddr,
    /// When the certificate ends that it presents.
    not_after: Option<Timestamp>,
}

/// The pre-flight of an app.
#[utoipa::path(get, path = "/apps/{app}/preflight", tag = "domains",
    params(("app" = String, Path, description = "The app's ID")),
    responses((status = 200, description = "Where it stands", body = PreflightShown)))]
pub(super) async fn read_preflight(
    State(console): State<Arc<Console>>,
    me: Program,
    Path(id): Path<String>,
) -> Result<Answer<PreflightShown>, Failure> {
    let (id, ..) = me.app(&console, &id, Right::Read).await?;
    let store = console.store();
    let running = preflight::running(store, &id, console.now()).await?;
    let found = match console.domains(&id).draft().await? {
        Some(draft) => preflight::of_draft(store, &id, &draft.lists).await?,
        None => preflight::of_effective(store, &id).await?,
    };
    Ok(Answer(PreflightShown {
        running: running.map(RunningShown::from),
        found: found.map(|found| FoundShown::of(found, me.lang)),
    }))
}

/// Begins a pre-flight of the draft: its entries, hosts, certificates and filings are looked at, which can take some
/// minutes.
#[utoipa::path(post, path = "/apps/{app}/preflight", tag = "domains",
    params(("app" = String, Path, description = "The app's ID"), Why),
    responses((status = 202, description = "It is under way",
        headers(("location" = String, description = "Where to read it")))))]
pub(super) async fn begin_preflight(
    State(console): State<Arc<Console>>,
    me: Program,
    Path(id): Path<String>,
    Query(why): Query<Why>,
) -> Result<impl IntoResponse, Failure> {
    let (id, _, by) = me.app(&console, &id, Right::Write).await?;
    let started = preflight::begin(console.store(), &id, &why.given_to(by)?).await?;
    console.run(started);
    let place = [(LOCATION, format!("/api/v1/apps/{id}/preflight"))];
    Ok((StatusCode::ACCEPTED, place))
}

impl FoundShown {
    fn of(found: Preflight, lang: Lang) -> Self {
        let entries = found.entries.into_iter();
        let hosts = found.hosts.into_iter();
        Self {
            passed: found.is_passed,
            lists: found.lists.into(),
            by: found.by,
            started_at: found.started_at,
            finished_at: found.finished_at,
            entries: entries.map(|entry| CheckedEntry::of(entry, lang)).collect(),
            filings: found.filings.iter().map(|of| FilingShown::of(of, lang)).collect(),
            hosts: hosts.map(|host| CheckedHost::of(host, lang)).collect(),
        }
    }
}

impl CheckedEntry {
    fn of(check: EntryCheck, lang: Lang) -> Self {
        Self {
            interface: check.interface.into(),
            entry: check.entry,
            host: check.host,
            faults: check
                .faults
                .iter()
                .map(|fault| FaultOf::of(fault, lang))
                .collect(),
        }
    }
}

impl CheckedHost {
    fn of(check: HostCheck, lang: Lang) -> Self {
        let findings = check.findings.iter();
        let devices = check.devices.into_iter();
        Self {
            entry: check.entry,
            interfaces: each(check.interfaces),
            grade: check.grade,
            findings: findings.map(|found| FindingShown::of(found, lang)).collect(),
            found: check.found,
            devices: devices.map(|cell| DeviceShown::of(cell, lang)).collect(),
            addresses: check.addresses.into_iter().map(AddressShown::from).collect(),
            not_after: check.not_after,
        }
    }
}

impl FindingShown {
    fn of(found: &Found, lang: Lang) -> Self {
        Self {
            severity: found.severity,
            name: found.name.clone(),
            fault: FaultOf::of(&found.fault, lang),
        }
    }
}

impl DeviceShown {
    fn of(cell: DeviceCell, lang: Lang) -> Self {
        Self {
            device: cell.device,
            outcome: cell.outcome,
            interfaces: each(cell.interfaces),
            why: lang.pick(&cell.why_en, &cell.why_zh).clone(),
        }
    }
}

impl From<Running> for RunningShown {
    fn from(running: Running) -> Self {
        Self {
            by: running.by,
            since: running.since,
            until: running.until,
            looked: running.progress.looked,
            hosts: running.progress.hosts,
        }
    }
}

impl From<AddressCheck> for AddressShown {
    fn from(check: AddressCheck) -> Self {
        Self {
            address: check.address,
            not_after: check.not_after,
        }
    }
}

fn each(interfaces: Vec<Interface>) -> Vec<OfInterface> {
    interfaces.into_iter().map(OfInterface::from).collect()
}
