//! What pre-flights saw of hosts that nobody can reach.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use minigate_inspect::check::Grade;
use minigate_inspect::matrix::Outcome;
use minigate_inspect::{Severity, devices};
use minigate_policy::diagnosis::Lang;
use minigate_policy::{Interface, Rule};

use super::address;
use crate::bulk::Fault;
use crate::moment::after;
use crate::preflight::{AddressCheck, DeviceCell, Found, HostCheck};
use crate::text::Text;

/// What was seen of a host.
#[derive(Clone, Copy, Debug)]
pub(super) struct Host {
    pub(super) entry: &'static str,
    /// How many days from now its certificate ends.
    pub(super) ends_in_days: i64,
    pub(super) trouble: Option<&'static Trouble>,
}

/// What is wrong with a host.
#[derive(Debug)]
pub(super) struct Trouble {
    grade: Grade,
    severity: Severity,
    name: &'static str,
    rule: Rule,
    reason: Text,
    remedy: Text,
    outcome: Outcome,
    devices: &'static [&'static str],
}

/// Each host of a draft; those of which nothing is written here are well.
pub(super) fn look(
    hosts: &BTreeMap<String, Vec<Interface>>,
    seen: &[Host],
    now: Timestamp,
) -> Vec<HostCheck> {
    let each = hosts.iter().zip(1..);
    each.map(|((entry, interfaces), nth)| {
        let host = seen.iter().find(|host| host.entry == entry);
        let days = host.map_or(WELL_FOR_DAYS, |host| host.ends_in_days);
        let not_after = Some(after(now, SignedDuration::from_hours(24 * days)));
        let trouble = host.and_then(|host| host.trouble);
        let findings: Vec<_> = trouble.into_iter().map(Trouble::found).collect();
        HostCheck {
            entry: entry.clone(),
            interfaces: interfaces.clone(),
            grade: Some(trouble.map_or(Grade::A, |trouble| trouble.grade)),
            found: findings.len(),
            findings,
            devices: cells(interfaces, trouble),
            addresses: vec![AddressCheck {
                address: address(128 + nth),
                not_after,
            }],
            not_after,
        }
    })
    .collect()
}

fn cells(interfaces: &[Interface], trouble: Option<&Trouble>) -> Vec<DeviceCell> {
    let cell = |device: &minigate_inspect::Device| {
        let trouble = trouble.filter(|trouble| trouble.devices.contains(&device.id()));
        let why = |lang| trouble.map(|trouble| trouble.reason.of(lang).to_owned());
        DeviceCell {
            device: device.id().to_owned(),
            outcome: trouble.map_or(Outcome::Works, |trouble| trouble.outcome),
            interfaces: interfaces.to_vec(),
            outcomes: vec![trouble.map_or(Outcome::Works, |trouble| trouble.outcome); interfaces.len()],
            why_en: why(Lang::En),
            why_zh: why(Lang::Zh),
        }
    };
    devices().iter().map(cell).collect()
}

impl Trouble {
    fn found(&self) -> Found {
        Found {
            severity: self.severity,
            name: self.name.to_owned(),
            fault: Fault::new(
                Some(self.rule),
                |lang| self.reason.of(lang).to_owned(),
                |lang| self.remedy.of(lang).to_owned(),
            ),
        }
    }
}

pub(super) static NEW_ROOT: Trouble = Trouble {
    grade: Grade::C,
    severity: Severity::Warn,
    name: "root-absent",
    rule: Rule::T2,
    reason: Text(
        "the root of the chain isn't built into this system",
        "该系统没有内置此证书链的根证书",
    ),
    remedy: Text(
        "have the server send the cross-signed intermediate certificate too",
        "让服务器同时发送交叉签名的中间证书",
    ),
    outcome: Outcome::Fails,
    devices: &["android-4", "android-5", "android-7.0"],
};
pub(super) static INCOMPLETE: Trouble = Trouble {
    grade: Grade::F,
    severity: Severity::Fail,
    name: "incomplete-chain",
    rule: Rule::T5,
    reason: Text(
        "the server doesn't send the intermediate certificate",
        "服务器没有发送中间证书",
    ),
    remedy: Text(
        "configure the full chain: the certificate, then its intermediates",
        "配置完整证书链：先是网站证书，然后是中间证书",
    ),
    outcome: Outcome::Fails,
    devices: &[
        "android-4",
        "android-5",
        "android-7.0",
        "android-7.1",
        "android-8",
        "android-10",
        "android-14",
        "devtools",
    ],
};
pub(super) static ENDS_SOON: Trouble = Trouble {
    grade: Grade::B,
    severity: Severity::Warn,
    name: "ends-soon",
    rule: Rule::T4,
    reason: Text("the certificate ends soon", "证书即将到期"),
    remedy: Text("renew the certificate", "续签证书"),
    outcome: Outcome::Warning,
    devices: &[
        "ios",
        "android-4",
        "android-5",
        "android-7.0",
        "android-7.1",
        "android-8",
        "android-10",
        "android-14",
        "devtools",
        "windows",
        "macos",
    ],
};

const WELL_FOR_DAYS: i64 = 211;
