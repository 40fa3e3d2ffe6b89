//! What to change at the server, exactly.

use minigate_inspect::check::Report;
use minigate_inspect::cure::{Change, Missing, Need, changes};
use minigate_policy::diagnosis::Lang;

use super::super::escape::{block, line};
use super::super::paint;

/// The missing certificates, the chain to send instead, and the lines for each server software.
pub(super) fn lines(report: &Report, lang: Lang) -> String {
    let missing: String = missing(report)
        .iter()
        .map(|missing| of_missing(missing, lang))
        .collect();
    let changes: String = report
        .needs
        .iter()
        .map(|need| of_need(*need, &report.host, lang))
        .collect();
    missing + &full_chain(report, lang) + &changes
}

/// The missing certificates of all addresses, each once.
fn missing(report: &Report) -> Vec<&Missing> {
    let mut found = Vec::<&Missing>::new();
    let completions = report
        .addresses
        .iter()
        .filter_map(|report| report.completion.as_ref());
    for missing in completions.flat_map(|completion| &completion.missing) {
        if !found.contains(&missing) {
            found.push(missing);
        }
    }
    found
}

fn of_missing(missing: &Missing, lang: Lang) -> String {
    let told = missing.tell(lang);
    let head = lang.pick("missing certificate", "缺少的证书");
    let mut text = format!(
        "\n{}{head}{} {}\n",
        paint::HINT,
        paint::RESET,
        line(&missing.subject)
    );
    for detail in told.seen.iter().chain(&told.remedies) {
        text += &format!("  {}\n", line(detail));
    }
    text
}

/// The chain, where another one is sent.
fn full_chain(report: &Report, lang: Lang) -> String {
    let is_needed = report.needs.contains(&Need::FullChain);
    let Some(chain) = report.full_chain().filter(|_| is_needed) else {
        return String::new();
    };
    let head = lang.pick(
        "fullchain.pem (--full-chain FILE writes it)",
        "fullchain.pem（可用 --full-chain FILE 写入文件）",
    );
    let rows: String = chain.lines().map(|row| format!("  {}\n", line(row))).collect();
    format!("\n{}{head}{}\n{rows}", paint::HINT, paint::RESET)
}

fn of_need(need: Need, host: &str, lang: Lang) -> String {
    let each = changes(need, host, lang);
    let each: String = each.iter().map(|change| of_change(change, lang)).collect();
    format!(
        "\n{}{}{}\n{each}",
        paint::HINT,
        line(need.tell(lang)),
        paint::RESET
    )
}

fn of_change(change: &Change, lang: Lang) -> String {
    let mut text = format!(
        "  {}{}{} {}\n",
        paint::DIM,
        change.software.name(),
        paint::RESET,
        line(&change.place)
    );
    for row in change.lines.lines() {
        text += &format!("    {}\n", block(row));
    }
    if let Some(then) = &change.then {
        text += &format!(
            "    {}{}{}\n",
            paint::DIM,
            line(&self::then(then, lang)),
            paint::RESET
        );
    }
    text
}

fn then(command: &str, lang: Lang) -> String {
    match lang {
        Lang::En => format!("then: {command}"),
        Lang::Zh => format!("然后：{command}"),
    }
}
