//! The answer in a phrase, as every form gives it first.

use minigate_inspect::check::{Finding, Grade, Report};
use minigate_inspect::matrix::Outcome;
use minigate_inspect::{Device, Severity, devices};
use minigate_policy::diagnosis::Lang;

/// `fails on 3 of 11 devices`.
pub(super) fn verdict(report: &Report, grade: Grade, lang: Lang) -> String {
    match (grade, lang) {
        (Grade::A | Grade::B, _) => working(report, lang),
        (Grade::C, Lang::En) => format!("fails on old phones ({})", names(&failing(report), lang)),
        (Grade::C, Lang::Zh) => format!("在旧手机上不可用（{}）", names(&failing(report), lang)),
        (Grade::F, _) => not_working(report, lang),
    }
}

/// `works on 9 of 11 devices, not on Android 4.1–4.4; nobody can tell for 1`.
fn working(report: &Report, lang: Lang) -> String {
    let (failing, unknown) = (failing(report), with(report, Outcome::Unknown).len());
    let all = devices().len();
    let works = all - failing.len() - unknown;
    let mut text = match (works == all, lang) {
        (true, Lang::En) => format!("works on all {all} devices"),
        (true, Lang::Zh) => format!("在全部 {all} 种设备上可用"),
        (false, Lang::En) => format!("works on {works} of {all} devices"),
        (false, Lang::Zh) => format!("在 {all} 种设备中的 {works} 种上可用"),
    };
    if !failing.is_empty() {
        let names = names(&failing, lang);
        text += &match lang {
            Lang::En => format!(", not on {names}"),
            Lang::Zh => format!("，{names} 除外"),
        };
    }
    if unknown > 0 {
        text += &match lang {
            Lang::En => format!("; nobody can tell for {unknown}"),
            Lang::Zh => format!("，{unknown} 种无法判断"),
        };
    }
    text
}

/// `fails on 3 of 11 devices`; without a number where what is worst concerns every device.
fn not_working(report: &Report, lang: Lang) -> String {
    if fails_everywhere(report) {
        return lang.pick("fails", "不可用").to_owned();
    }
    let (failed, all) = (failing(report).len(), devices().len());
    match lang {
        Lang::En => format!("fails on {failed} of {all} devices"),
        Lang::Zh => format!("在 {all} 种设备中的 {failed} 种上不可用"),
    }
}

/// ` at 192.0.2.7:443`, where other addresses haven't got it.
pub(super) fn place(finding: &Finding, report: &Report, lang: Lang) -> String {
    let (at, all) = (&finding.addresses, report.addresses.len());
    match (at.as_slice(), lang) {
        ([], _) => String::new(),
        (at, _) if at.len() == all => String::new(),
        ([only], Lang::En) => format!(" at {only}"),
        ([only], Lang::Zh) => format!("（{only}）"),
        (at, Lang::En) => format!(" at {} of {all} addresses", at.len()),
        (at, Lang::Zh) => format!("（{all} 个地址中的 {} 个）", at.len()),
    }
}

/// Whether what is worst is no device's: the origin, or the application.
pub(super) fn fails_everywhere(report: &Report) -> bool {
    let worst = report.findings.first();
    worst.is_some_and(|worst| worst.severity == Severity::Fail && worst.devices.is_empty())
}

/// The devices on which some call fails.
pub(super) fn failing(report: &Report) -> Vec<&'static Device> {
    with(report, Outcome::Fails)
}

/// The devices on which the worst that happens is this.
fn with(report: &Report, outcome: Outcome) -> Vec<&'static Device> {
    let is_so = |device: &&Device| {
        let verdict = report.on(device.id());
        verdict.is_some_and(|verdict| verdict.row.outcome == outcome)
    };
    devices().iter().filter(is_so).collect()
}

pub(super) fn names(devices: &[&Device], lang: Lang) -> String {
    let names: Vec<_> = devices.iter().map(|device| device.name(lang)).collect();
    names.join(lang.pick(", ", "、"))
}

#[cfg(test)]
mod tests {
    use super::super::tests::{of_target, report};
    use super::*;

    #[tokio::test(flavor = "multi_thread")]
    async fn t10_what_forbids_an_origin_comes_before_its_certificates_and_has_no_number() {
        let report = of_target("wrong_name", "http://api.example.com/").await;

        let names: Vec<_> = report.findings.iter().map(Finding::name).take(2).collect();
        assert_eq!(names, ["wrong-scheme", "wrong-name"]);
        assert_eq!(verdict(&report, Grade::F, Lang::En), "fails");
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn t10_what_is_unknown_isnt_said_to_work() {
        let report = of_target("complete", "wss://api.example.com/").await;

        let told = [Lang::En, Lang::Zh].map(|lang| verdict(&report, Grade::A, lang));
        assert_eq!(
            told,
            [
                "works on 3 of 11 devices; nobody can tell for 8",
                "在 11 种设备中的 3 种上可用，8 种无法判断"
            ]
        );
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn t10_what_one_address_alone_has_is_said_to_be_there() {
        let report = report("two_addresses").await;
        let second = report.addresses[1].facts.address;

        assert_eq!(
            place(&report.findings[0], &report, Lang::En),
            format!(" at {second}")
        );
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn t10_what_fails_for_its_certificates_has_the_number_of_devices() {
        let report = report("one_intermediate_missing").await;

        assert_eq!(verdict(&report, Grade::F, Lang::En), "fails on 8 of 11 devices");
    }
}
