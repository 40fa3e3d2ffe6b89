//! The answer in a phrase, as every form gives it first.

use minigate_inspect::check::{Grade, Report};
use minigate_inspect::matrix::{Cause, Outcome};
use minigate_inspect::{Device, devices};
use minigate_policy::diagnosis::Lang;

/// `fails on 3 of 11 devices`.
pub(super) fn verdict(report: &Report, grade: Grade, lang: Lang) -> String {
    let failing = failing(report);
    let names = names(&failing, lang);
    let (failed, all) = (failing.len(), devices().len());
    let unseen = unseen(report);
    let works = all - failed - unseen;
    match (grade, failed, lang) {
        (Grade::A | Grade::B, _, Lang::En) if unseen > 0 => {
            format!("works on {works} of {all} devices; nobody can tell for {unseen}")
        }
        (Grade::A | Grade::B, _, Lang::Zh) if unseen > 0 => {
            format!("在 {all} 种设备中的 {works} 种上可用，{unseen} 种无法判断")
        }
        (Grade::A | Grade::B, 0, Lang::En) => format!("works on all {all} devices"),
        (Grade::A | Grade::B, 0, Lang::Zh) => format!("在全部 {all} 种设备上可用"),
        (Grade::A | Grade::B, _, Lang::En) => format!("works on {works} of {all} devices, not on {names}"),
        (Grade::A | Grade::B, _, Lang::Zh) => format!("在 {all} 种设备中的 {works} 种上可用，{names} 除外"),
        (Grade::C, _, Lang::En) => format!("fails on old phones ({names})"),
        (Grade::C, _, Lang::Zh) => format!("在旧手机上不可用（{names}）"),
        (Grade::F, 0, _) => lang.pick("fails", "不可用").to_owned(),
        (Grade::F, _, Lang::En) => format!("fails on {failed} of {all} devices"),
        (Grade::F, _, Lang::Zh) => format!("在 {all} 种设备中的 {failed} 种上不可用"),
    }
}

/// The devices on which some call fails.
pub(super) fn failing(report: &Report) -> Vec<&'static Device> {
    let fails = |device: &&Device| {
        let verdict = report.on(device.id());
        verdict.is_some_and(|verdict| verdict.row.outcome == Outcome::Fails)
    };
    devices().iter().filter(fails).collect()
}

/// How many devices nobody can tell anything about, since the server has shown too little.
fn unseen(report: &Report) -> usize {
    let is_unseen = |device: &&Device| {
        let cause = report
            .on(device.id())
            .and_then(|verdict| verdict.row.cause.as_ref());
        matches!(cause, Some(Cause::NoChain | Cause::Unanswered))
    };
    devices().iter().filter(is_unseen).count()
}

pub(super) fn names(devices: &[&Device], lang: Lang) -> String {
    let names: Vec<_> = devices.iter().map(|device| device.name(lang)).collect();
    names.join(lang.pick(", ", "、"))
}
