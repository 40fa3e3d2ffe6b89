//! What the server speaks.

use std::fmt::Display;

use jiff::SignedDuration;
use maud::{Markup, html};
use minigate_inspect::check::{AddressReport, Report};
use minigate_inspect::probe::{
    ClientCertificate, Greeting, Offered, Opened, Reach, Refusal, Session, VersionFacts,
};
use minigate_policy::diagnosis::Lang;

use super::grouped::by_address;
use super::text::{breakable, foreign, sentence};
use super::words;

pub(super) fn protocols(report: &Report, lang: Lang) -> Markup {
    html! {
        h3 { (words::PROTOCOLS.of(lang)) }
        (by_address(report, lang, |address| Some(of(address, lang))))
    }
}

fn of(address: &AddressReport, lang: Lang) -> Markup {
    let facts = &address.facts;
    let versions: Vec<_> = facts.versions.iter().rev().collect();
    html! {
        @match &facts.reach {
            Reach::Reached { .. } => {},
            Reach::TimedOut => p { (lang.pick("Nothing answers.", "没有应答。")) },
            Reach::Unreachable { reason } => p { bdi { (foreign(reason)) } },
            _ => {},
        }
        @if let Some(status) = facts.plain_http {
            p { (lang.pick("Plain HTTP is spoken on this port: status", "该端口使用明文 HTTP，状态码")) " " (status) }
        }
        @if !versions.is_empty() {
            div.wide tabindex="0" role="region" aria-label=(words::PROTOCOLS.of(lang)) { (table(&versions, lang)) }
            (taken(&versions, lang))
        }
    }
}

fn table(versions: &[&VersionFacts], lang: Lang) -> Markup {
    let labels = [
        words::VERSION,
        words::ACCEPTED,
        words::ALPN,
        words::RESUMPTION,
        words::STAPLE,
        words::CLIENT_CERTIFICATE,
        words::HTTP,
        words::CLOCK,
    ];
    html! {
        table.protocols {
            thead { tr { @for label in labels { th scope="col" { (label.of(lang)) } } } }
            tbody { @for version in versions { (row(version, lang)) } }
        }
    }
}

fn row(version: &VersionFacts, lang: Lang) -> Markup {
    let opened = version.session.as_ref().and_then(Session::opened);
    let agreed = version.greeting.agreed();
    let protocol = opened.map_or_else(
        || agreed.and_then(|agreed| agreed.protocol.as_deref()),
        |opened| opened.protocol.as_deref(),
    );
    let staple = opened.map(|opened| opened.staple.is_some());
    let staple = staple.or_else(|| agreed.map(|agreed| agreed.staple.is_some()));
    html! {
        tr {
            th scope="row" { (version.version) }
            (accepted(version, lang))
            td { (protocol.map_or_else(|| "–".to_owned(), foreign)) }
            td { (said(opened.and_then(|opened| opened.resumes), lang)) }
            td { (said(staple, lang)) }
            td { (client_certificate(version, lang)) }
            td { (opened.and_then(|opened| opened.http.as_ref()).map_or_else(|| "–".to_owned(), |http| http.status.to_string())) }
            td { (clock(opened, lang)) }
        }
    }
}

fn accepted(version: &VersionFacts, lang: Lang) -> Markup {
    let is_proven = version
        .session
        .as_ref()
        .and_then(Session::opened)
        .is_none_or(|opened| opened.proves_key);
    html! {
        @match &version.greeting {
            Greeting::Agreed(_) => td.good {
                span.mark { "✓ " (words::YES.of(lang)) }
                @if let Some(Session::Refused(refusal)) = &version.session { br; span.dim { (refused(refusal, lang)) } }
                @if !is_proven { br; span.dim { (lang.pick("key not proven", "未证明持有私钥")) } }
            },
            Greeting::Refused(refusal) => td {
                span.mark { (mark(refusal, lang)) } br; span.dim { (refused(refusal, lang)) }
            },
        }
    }
}

fn mark(refusal: &Refusal, lang: Lang) -> String {
    if refusal.is_unanswered() {
        return format!("? {}", lang.pick("unknown", "未知"));
    }
    format!("− {}", words::NO.of(lang))
}

fn refused(refusal: &Refusal, lang: Lang) -> Markup {
    sentence(&refusal.tell(lang))
}

fn said(is_so: Option<bool>, lang: Lang) -> &'static str {
    match is_so {
        Some(true) => words::YES.of(lang),
        Some(false) => words::NO.of(lang),
        None => "–",
    }
}

fn client_certificate(version: &VersionFacts, lang: Lang) -> &'static str {
    if version.greeting.agreed().is_none() {
        return "–";
    }
    match version.client_certificate() {
        ClientCertificate::NotAsked => lang.pick("not asked for", "不要求"),
        ClientCertificate::Asked => lang.pick("asked for", "请求但不强制"),
        ClientCertificate::Demanded => lang.pick("demanded", "强制要求"),
    }
}

fn clock(opened: Option<&Opened>, lang: Lang) -> String {
    let http = opened.and_then(|opened| opened.http.as_ref());
    let Some(ahead) = http.and_then(|http| http.clock_ahead) else {
        return "–".to_owned();
    };
    let by = ahead.abs();
    if by <= SignedDuration::from_secs(USUAL_DIFFERENCE) {
        return lang.pick("right", "准确").to_owned();
    }
    match (ahead.is_negative(), lang) {
        (true, Lang::En) => format!("{by:#} behind"),
        (false, Lang::En) => format!("{by:#} ahead"),
        (true, Lang::Zh) => format!("慢 {by:#}"),
        (false, Lang::Zh) => format!("快 {by:#}"),
    }
}

/// The suites and groups of each version that is accepted.
fn taken(versions: &[&VersionFacts], lang: Lang) -> Markup {
    let mut spoken = versions
        .iter()
        .filter(|version| version.greeting.agreed().is_some())
        .peekable();
    html! {
        @if spoken.peek().is_some() {
            table.taken {
                thead {
                    tr {
                        @for label in [words::VERSION, words::SUITES, words::GROUPS] { th scope="col" { (label.of(lang)) } }
                    }
                }
                tbody {
                    @for version in spoken {
                        tr {
                            th scope="row" { (version.version) }
                            td { (offered(&version.suites)) }
                            td { (offered(&version.groups)) }
                        }
                    }
                }
            }
        }
    }
}

/// Numbers of a registry, so nothing foreign; an ellipsis where a bound ended the list.
fn offered<T: Display>(offered: &Offered<T>) -> Markup {
    html! {
        @if offered.list.is_empty() { "–" }
        ul.codes { @for one in &offered.list { li { code { (breakable(&one.to_string())) } } } }
        @if !offered.list.is_empty() && !offered.is_complete { "…" }
    }
}

/// What a network's delay and whole seconds can explain.
const USUAL_DIFFERENCE: i64 = 2;
