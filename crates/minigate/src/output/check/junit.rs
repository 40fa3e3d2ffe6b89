//! Checks as JUnit's XML: a suite for each server, a case for each device and interface, and one for each other finding.

use minigate_inspect::check::{Finding, Matter, Report};
use minigate_inspect::matrix::{self, RowVerdict};
use minigate_inspect::{Device, devices};
use minigate_policy::Interface;
use minigate_policy::diagnosis::Lang;

use super::super::findings::{Case, Outcome, Suite, suites};

/// A report of all servers. What only a legacy system without TLS 1.2 misses passes, and so does what works for now.
pub(crate) fn junit(reports: &[Report], lang: Lang) -> anyhow::Result<String> {
    let each: Vec<_> = reports.iter().map(|report| suite(report, lang)).collect();
    suites("minigate check", &each)
}

fn suite(report: &Report, lang: Lang) -> Suite {
    let mut cases: Vec<_> = unseen(report, lang).into_iter().collect();
    if cases.is_empty() {
        cases.extend(of_devices(report, lang));
    }
    let others = report.findings.iter();
    let others = others.filter(|finding| !matches!(finding.matter, Matter::Device(_)));
    cases.extend(others.map(|finding| other(finding, lang)));
    Suite {
        name: report.url.clone(),
        cases,
    }
}

fn unseen(report: &Report, lang: Lang) -> Option<Case> {
    let unseen = report.unseen.as_ref()?;
    Some(Case {
        name: lang.pick("can be looked at", "可以检查").to_owned(),
        outcome: Outcome::Error,
        told: Some(unseen.tell(lang)),
        lead: Vec::new(),
    })
}

fn of_devices(report: &Report, lang: Lang) -> Vec<Case> {
    let of_device = |device: &'static Device| {
        let interfaces = report.interfaces.iter();
        interfaces.filter_map(move |interface| of_device(report, device, *interface, lang))
    };
    devices().iter().flat_map(of_device).collect()
}

/// The worst of all addresses.
fn of_device(report: &Report, device: &Device, interface: Interface, lang: Lang) -> Option<Case> {
    let rows = report.addresses.iter().flat_map(|address| {
        let verdicts = address.verdicts.iter();
        let rows = verdicts.filter(|verdicts| verdicts.interface == interface);
        let rows = rows.flat_map(|verdicts| &verdicts.rows);
        rows.filter(|row| row.device == device.id())
            .map(|row| (address.facts.address, row))
    });
    let rows: Vec<_> = rows.collect();
    let worst = rows.iter().map(|(_, row)| row.outcome).max()?;
    let (address, row) = rows.iter().find(|(_, row)| row.outcome == worst)?;
    let is_one = rows.len() > 1 && row.cause.is_some();
    Some(Case {
        name: format!("{} · {interface}", device.name(lang)),
        outcome: outcome(row),
        told: row.cause.as_ref().map(|cause| cause.tell(lang)),
        lead: is_one.then(|| address.to_string()).into_iter().collect(),
    })
}

fn outcome(row: &RowVerdict) -> Outcome {
    match (row.outcome, row.severity()) {
        (matrix::Outcome::Fails, Some(severity)) => Outcome::of(severity),
        (matrix::Outcome::Unknown, _) => Outcome::Skipped,
        (matrix::Outcome::Works | matrix::Outcome::Warning | matrix::Outcome::Fails, _) => Outcome::Passed,
    }
}

fn other(finding: &Finding, lang: Lang) -> Case {
    let rule = finding.rule().map_or_else(String::new, |rule| format!("{rule} "));
    Case {
        name: format!("{rule}{}", finding.name()),
        outcome: Outcome::of(finding.severity),
        told: Some(finding.tell(lang)),
        lead: finding.addresses.iter().map(ToString::to_string).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::check::tests::{report, unseen};

    #[tokio::test(flavor = "multi_thread")]
    async fn t10_a_server_that_is_well_passes_on_every_device_that_speaks_tls_1_2() {
        let written = junit(&[report("complete").await], Lang::En).unwrap();

        let all = devices().len() * 3;
        let head = format!(
            r#"<testsuite name="https://api.example.com/" tests="{all}" skipped="0" errors="0" failures="0">"#
        );
        assert!(written.contains(&head), "{written}");
        assert!(
            written.contains("<system-out>the device speaks TLS 1.0"),
            "{written}"
        );
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn t10_what_fails_on_a_device_says_what_to_do() {
        let written = junit(&[report("one_intermediate_missing").await], Lang::En).unwrap();

        let (_, case) = written.split_once("iOS (current) · request").unwrap();
        let (case, _) = case.split_once("</testcase>").unwrap();
        assert!(
            case.contains(r#"<failure message="the server leaves out"#),
            "{case}"
        );
        assert!(case.contains(r#"type="fail""#), "{case}");
        assert!(case.contains("append it to the certificate file"), "{case}");
    }

    #[tokio::test]
    async fn t10_a_server_that_couldnt_be_looked_at_is_an_error() {
        let written = junit(&[unseen().await], Lang::En).unwrap();

        assert!(
            written.contains(r#"tests="1" skipped="0" errors="1" failures="0""#),
            "{written}"
        );
        assert!(written.contains("<error message="), "{written}");
    }
}
