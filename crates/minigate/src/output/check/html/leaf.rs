//! The server's own certificate.

use jiff::Timestamp;
use maud::{Markup, html};
use minigate_inspect::check::Report;
use minigate_inspect::leaf::{LeafFacts, NameMatch};
use minigate_inspect::lifetime::Lifetime;
use minigate_inspect::ocsp::{Revocation, Status, Told};
use minigate_policy::diagnosis::Lang;

use super::grouped::by_address;
use super::text::{day, foreign, moment};
use super::words;

pub(super) fn leaves(report: &Report, lang: Lang) -> Markup {
    let now = report.asked_at;
    html! {
        h3 { (words::LEAF.of(lang)) }
        (by_address(report, lang, |address| Some(list(address.leaf.as_ref()?, now, lang))))
    }
}

fn list(leaf: &LeafFacts, now: Timestamp, lang: Lang) -> Markup {
    let certificate = &leaf.certificate;
    html! {
        dl.facts {
            div { dt { (words::NAMES.of(lang)) } dd { (names(leaf, lang)) } }
            @if let Some(name) = &leaf.common_name {
                div { dt { (words::COMMON_NAME.of(lang)) } dd { bdi { (foreign(name)) } } }
            }
            div { dt { (words::MATCH.of(lang)) } dd { (name_match(&leaf.name_match, lang)) } }
            div { dt { (words::LIFE.of(lang)) } dd { (life(leaf, now, lang)) } }
            @if let Some(limit) = leaf.lifetime.limit {
                div { dt { (words::LIMIT.of(lang)) } dd { (limited(leaf.lifetime, limit, lang)) } }
            }
            div { dt { (words::KEY.of(lang)) } dd { (foreign(&certificate.key.to_string())) } }
            div { dt { (words::SIGNATURE.of(lang)) } dd { (words::signature(&certificate.signature, lang)) } }
            @if !leaf.purposes.is_empty() {
                div { dt { (words::PURPOSES.of(lang)) } dd { (listed(&leaf.purposes, lang)) } }
            }
            div { dt { (words::EARLIEST_STAMP.of(lang)) } dd { (stamps(leaf, lang)) } }
            div { dt { (words::MUST_STAPLE.of(lang)) } dd { (if leaf.must_staple { words::YES } else { words::NO }.of(lang)) } }
            div { dt { (words::REVOCATION.of(lang)) } dd { (revocation(&leaf.revocation, lang)) } }
        }
    }
}

fn names(leaf: &LeafFacts, lang: Lang) -> Markup {
    html! {
        @if leaf.names.is_empty() { "–" } @else { (listed(&leaf.names, lang)) }
    }
}

/// Foreign words, a bounded number of them.
fn listed(words: &[String], lang: Lang) -> Markup {
    let rest = words.len().saturating_sub(MOST_NAMES);
    html! {
        @for (number, word) in words.iter().take(MOST_NAMES).enumerate() {
            @if number > 0 { (lang.pick(", ", "、")) }
            bdi { (foreign(word)) }
        }
        @if rest > 0 { " … (+" (rest) ")" }
    }
}

fn name_match(matched: &NameMatch, lang: Lang) -> Markup {
    let mark = if matched.is_match() { "✓" } else { "✕" };
    let class = if matched.is_match() { "good" } else { "fail" };
    html! {
        span class=(class) { span.mark { (mark) } } " "
        @match matched {
            NameMatch::Exact => (lang.pick("yes, by name", "是，名称一致")),
            NameMatch::Wildcard { pattern } => { (lang.pick("yes, by", "是，通配符")) " " bdi { (foreign(pattern)) } },
            NameMatch::WildcardDepth { pattern } => {
                (lang.pick("no: a wildcard stands for one label,", "否，通配符只代表一级：")) " " bdi { (foreign(pattern)) }
            }
            NameMatch::CommonNameOnly => (lang.pick("no: only the common name is", "否，只有通用名相符")),
            NameMatch::None => (lang.pick("no", "否")),
            NameMatch::Unreadable { reason } => { (words::UNREADABLE.of(lang)) ": " bdi { (foreign(reason)) } },
        }
    }
}

/// First day, last day and what is left, with a bar that shows how much of it is over.
fn life(leaf: &LeafFacts, now: Timestamp, lang: Lang) -> Markup {
    let (from, until) = (leaf.certificate.not_before, leaf.certificate.not_after);
    let Lifetime { days, days_left, .. } = leaf.lifetime;
    let left = match (lang, days_left) {
        (Lang::En, ..0) => format!("ended {} days ago", days_left.unsigned_abs()),
        (Lang::En, _) if now < from => "hasn't begun".to_owned(),
        (Lang::En, _) => format!("{days_left} of {days} days left"),
        (Lang::Zh, ..0) => format!("已过期 {} 天", days_left.unsigned_abs()),
        (Lang::Zh, _) if now < from => "尚未生效".to_owned(),
        (Lang::Zh, _) => format!("共 {days} 天，剩余 {days_left} 天"),
    };
    let over = (100 - days_left.saturating_mul(100).checked_div(days).unwrap_or(0)).clamp(0, 100);
    html! {
        (moment(from)) " – " (moment(until)) " · " strong { (left) }
        div.life aria-hidden="true" { div style={ "width:" (over) "%" } {} }
    }
}

fn limited(lifetime: Lifetime, limit: i64, lang: Lang) -> String {
    let allowed = match lang {
        Lang::En => format!("{limit} days for public authorities"),
        Lang::Zh => format!("公共签发机构最多 {limit} 天"),
    };
    let later = lifetime.too_long_from.map(|from| match lang {
        Lang::En => format!("; a renewal with the same life is too long from {} on", day(from)),
        Lang::Zh => format!("；自 {} 起续期不能再用同样的有效期", day(from)),
    });
    allowed + &later.unwrap_or_default()
}

fn stamps(leaf: &LeafFacts, lang: Lang) -> String {
    let number = leaf.stamps.logs.len();
    let earliest = leaf.stamps.earliest.map(moment);
    match (earliest, lang) {
        (None, _) => lang.pick("none in the certificate", "证书中没有").to_owned(),
        (Some(at), Lang::En) => format!("{number}, the earliest of {at}"),
        (Some(at), Lang::Zh) => format!("{number} 个，最早 {at}"),
    }
}

fn revocation(revocation: &Revocation, lang: Lang) -> String {
    match revocation {
        Revocation::NotStapled => lang
            .pick("not told: nothing is stapled", "未知：没有附带 OCSP 响应")
            .to_owned(),
        Revocation::Unreadable(_) => lang
            .pick("what is stapled can't be read", "附带的响应无法读取")
            .to_owned(),
        Revocation::NoAnswer { status } => match lang {
            Lang::En => format!("the authority couldn't answer ({status})"),
            Lang::Zh => format!("签发机构无法应答（{status}）"),
        },
        Revocation::ForAnother => lang
            .pick(
                "what is stapled is about another certificate",
                "附带的响应属于其他证书",
            )
            .to_owned(),
        Revocation::Told(told) => self::told(told, lang),
    }
}

fn told(told: &Told, lang: Lang) -> String {
    let status = match (told.status, lang) {
        (Status::Good, _) => lang.pick("not revoked", "未吊销").to_owned(),
        (Status::Revoked { at, .. }, Lang::En) => format!("revoked on {}", day(at)),
        (Status::Revoked { at, .. }, Lang::Zh) => format!("已于 {} 吊销", day(at)),
        (Status::Unknown, _) => lang
            .pick("the authority doesn't know it", "签发机构不认识该证书")
            .to_owned(),
    };
    let signed = match told.is_signed {
        Some(true) => "",
        Some(false) => lang.pick("; not signed by the issuer", "；并非由签发者签名"),
        None => lang.pick("; whose signature couldn't be checked", "；签名无法验证"),
    };
    match (told.next_update.map(moment), lang) {
        (None, _) => format!("{status}{signed}"),
        (Some(next), Lang::En) => format!("{status}, as stapled, good until {next}{signed}"),
        (Some(next), Lang::Zh) => format!("{status}（附带的响应，有效至 {next}）{signed}"),
    }
}

const MOST_NAMES: usize = 40;
