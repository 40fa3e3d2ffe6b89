//! A check as JSON. What a member means is in docs/check.md; a change of meaning changes the version.

use minigate_inspect::check::{Finding, Report};
use minigate_inspect::cure::changes;
use minigate_inspect::devices;
use minigate_policy::diagnosis::Lang;
use serde_json::{Value, json};

/// One object for a whole report.
pub(in crate::output) fn json(report: &Report, lang: Lang) -> String {
    let mut object = serde_json::to_value(report).unwrap_or_default();
    let findings: Vec<_> = report
        .findings
        .iter()
        .map(|finding| of_finding(finding, lang))
        .collect();
    let changes: Vec<_> = report
        .needs
        .iter()
        .map(|need| json!({ "need": need, "changes": changes(*need, &report.host, lang) }))
        .collect();
    let unseen = report.unseen.as_ref().map(|unseen| unseen.tell(lang));
    if let Some(members) = object.as_object_mut() {
        members.insert("schema".to_owned(), SCHEMA.into());
        members.insert("findings".to_owned(), findings.into());
        members.insert("cures".to_owned(), changes.into());
        members.insert("devices".to_owned(), device_names(lang));
        members.insert("told".to_owned(), json!(unseen));
        members.remove("needs");
    }
    object.to_string()
}

fn of_finding(finding: &Finding, lang: Lang) -> Value {
    let told = finding.tell(lang);
    json!({
        "check": finding.name(),
        "rule": told.rule,
        "severity": finding.severity,
        "breaks": finding.breaks,
        "devices": finding.devices,
        "interfaces": finding.interfaces,
        "addresses": finding.addresses,
        "headline": told.headline,
        "seen": told.seen,
        "remedies": told.remedies,
        "evidence": finding.matter,
    })
}

fn device_names(lang: Lang) -> Value {
    let each = devices().iter().map(|device| {
        let (id, name, is_legacy) = (device.id(), device.name(lang), device.is_legacy());
        json!({ "id": id, "name": name, "isLegacy": is_legacy, "source": device.source(), "date": device.date() })
    });
    each.collect()
}

const SCHEMA: &str = "minigate-check/1";
