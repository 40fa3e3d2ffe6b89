//! A change of verdict. What a member of the JSON means is in docs/check.md; a change of meaning changes the version.

use minigate_inspect::check::{Change, Condition, Direction};
use minigate_inspect::matrix::Outcome;
use minigate_inspect::{Device, Severity, devices};
use minigate_policy::Interface;
use minigate_policy::diagnosis::Lang;
use serde_json::json;

use super::super::{details, escape, escape::line, paint};

/// One line with what it was and what it is, and what to do.
pub(in crate::output) fn change(change: &Change, called_by: &[Interface], lang: Lang) -> String {
    let (paint, word) = direction(change.direction, lang);
    let told = change.tell(lang);
    let rule = told.rule.map_or_else(String::new, |rule| format!("{rule} "));
    let over = match (change.is_over(), lang) {
        (false, _) => "",
        (true, Lang::En) => "no longer: ",
        (true, Lang::Zh) => "已消除：",
    };
    let head = format!(
        "{} {paint}{word}{} {}{}{}{}{}{over}{rule}{}\n",
        change.at.strftime("%FT%TZ"),
        paint::RESET,
        line(&change.url),
        place(change, lang),
        lang.pick(": ", "："),
        step(change, called_by, lang),
        lang.pick(": ", "："),
        line(&told.headline)
    );
    if change.is_over() {
        return head;
    }
    head + &details(&told.seen, &told.remedies, lang)
}

/// One object, on one line; what could steer a terminal is escaped.
pub(crate) fn change_json(change: &Change, lang: Lang) -> String {
    let told = change.tell(lang);
    let object = json!({
        "schema": SCHEMA,
        "at": change.at,
        "target": change.target,
        "url": change.url,
        "address": change.address,
        "change": change.direction,
        "check": change.name(),
        "before": change.before,
        "after": change.after,
        "devices": change.devices,
        "interfaces": change.interfaces,
        "rule": told.rule,
        "headline": told.headline,
        "seen": told.seen,
        "remedies": told.remedies,
    });
    escape::json(&object.to_string()).into_owned()
}

const fn direction(direction: Direction, lang: Lang) -> (anstyle::Style, &'static str) {
    match direction {
        Direction::Worse => (paint::FAIL, lang.pick("worse", "变差")),
        Direction::Better => (paint::GOOD, lang.pick("better", "好转")),
        Direction::Other => (paint::WARN, lang.pick("other", "变化")),
    }
}

fn place(change: &Change, lang: Lang) -> String {
    match (change.address, lang) {
        (None, _) => String::new(),
        (Some(address), Lang::En) => format!(" at {address}"),
        (Some(address), Lang::Zh) => format!(" 的 {address}"),
    }
}

/// `works → fails on iOS 12, Android 5–6 (request)`; that all interfaces are concerned goes without saying.
fn step(change: &Change, called_by: &[Interface], lang: Lang) -> String {
    let before = change.before.as_ref();
    let before = before.map_or(lang.pick("not seen so far", "此前未见"), |before| {
        state(before, lang)
    });
    let mut text = format!("{before} → {}", state(&change.after, lang));
    if !change.devices.is_empty() {
        let names = concerned(change, lang);
        text += &match lang {
            Lang::En => format!(" on {names}"),
            Lang::Zh => format!("，涉及{names}"),
        };
    }
    if !change.interfaces.is_empty() && change.interfaces.len() < called_by.len() {
        let names: Vec<_> = change
            .interfaces
            .iter()
            .map(|interface| interface.name())
            .collect();
        text += &format!(" ({})", names.join(lang.pick(", ", "、")));
    }
    text
}

fn concerned(change: &Change, lang: Lang) -> String {
    if change.devices.len() == devices().len() {
        return lang.pick("all devices", "全部设备").to_owned();
    }
    let found = change.devices.iter().filter_map(|id| Device::find(id));
    let names: Vec<_> = found.map(|device| device.name(lang)).collect();
    names.join(lang.pick(", ", "、"))
}

const fn state(condition: &Condition, lang: Lang) -> &'static str {
    match (condition.outcome, condition.severity) {
        (Some(Outcome::Works), _) => lang.pick("works", "可用"),
        (Some(Outcome::Warning), _) => lang.pick("works, with a warning", "可用，有警告"),
        (Some(Outcome::Unknown), _) => lang.pick("nobody can tell", "无法判断"),
        (Some(Outcome::Fails), _) => lang.pick("fails", "不可用"),
        (None, None) => lang.pick("well", "正常"),
        (None, Some(Severity::Note)) => lang.pick("note", "提示"),
        (None, Some(Severity::Warn)) => lang.pick("warn", "警告"),
        (None, Some(Severity::Fail)) => lang.pick("fail", "错误"),
    }
}

const SCHEMA: &str = "minigate-change/1";

#[cfg(test)]
mod tests {
    use minigate_inspect::check::Watched;

    use super::*;
    use crate::output::check::tests::report;

    #[tokio::test(flavor = "multi_thread")]
    async fn s4_a_change_tells_what_was_what_is_and_what_to_do_in_both_languages() {
        let broken = report("two_addresses").await;
        let mut well = broken.clone();
        let [first, second] = well.addresses.as_mut_slice() else {
            panic!("two addresses")
        };
        let place = second.facts.address;
        second.clone_from(first);
        second.facts.address = place;
        let mut watched = Watched::default();
        watched.note(&well);

        let worse = watched.note(&broken);
        let better = watched.note(&well);

        let told = |changes: &[Change], lang| {
            let each = changes.iter().map(|told| change(told, &broken.interfaces, lang));
            anstream::adapter::strip_str(&each.collect::<String>()).to_string()
        };
        let address = place.to_string();
        let english = told(&worse, Lang::En) + &told(&better, Lang::En);
        let chinese = told(&worse, Lang::Zh) + &told(&better, Lang::Zh);
        assert_eq!(english.replace(&address, "ADDRESS"), ENGLISH);
        assert_eq!(chinese.replace(&address, "ADDRESS"), CHINESE);
    }

    const ENGLISH: &str = "\
2026-12-01T00:00:00Z worse https://api.example.com/ at ADDRESS: works → fails on all devices: T5 the server leaves out the intermediate certificate `Lab Lower Intermediate`, which issued `api.example.com`
  hint: append it to the certificate file that the server presents (its `fullchain`)
  hint: the missing certificate is published at http://ca.example/lower.der
2026-12-01T00:00:00Z better https://api.example.com/ at ADDRESS: fails → works on all devices: no longer: T5 the server leaves out the intermediate certificate `Lab Lower Intermediate`, which issued `api.example.com`
";
    const CHINESE: &str = "\
2026-12-01T00:00:00Z 变差 https://api.example.com/ 的 ADDRESS：可用 → 不可用，涉及全部设备：T5 服务器没有发送签发 `api.example.com` 的中间证书 `Lab Lower Intermediate`
  建议: 把中间证书追加到服务器使用的证书文件中（即 `fullchain`）
  建议: 缺少的证书可从 http://ca.example/lower.der 获取
2026-12-01T00:00:00Z 好转 https://api.example.com/ 的 ADDRESS：不可用 → 可用，涉及全部设备：已消除：T5 服务器没有发送签发 `api.example.com` 的中间证书 `Lab Lower Intermediate`
";
}
