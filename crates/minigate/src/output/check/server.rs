//! What was seen of a server: its protocols, its certificates, the demands of App Transport Security.

use std::fmt::Display;

use minigate_inspect::certificate::CertificateFacts;
use minigate_inspect::chain::{ChainFacts, End, Sent};
use minigate_inspect::check::{AddressReport, AtsLine, Report, RuntimeVerdict};
use minigate_inspect::leaf::{LeafFacts, NameMatch};
use minigate_inspect::ocsp::{Revocation, Status};
use minigate_inspect::probe::{Facts, HttpAnswer, Offered, Opened, Session, VersionFacts};
use minigate_policy::diagnosis::Lang;

use super::super::{escape::line, paint};
use super::application;
use super::matrix::cell;

/// Each address, and the lines that an app's lists need.
pub(super) fn lines(report: &Report, lang: Lang) -> String {
    let mut seen = Vec::<&AddressReport>::new();
    let mut text = String::new();
    for address in &report.addresses {
        let known = seen.iter().find(|known| is_same(known, address));
        text += &match known {
            Some(known) => same_as(address, known, lang),
            None => of_address(address, lang),
        };
        seen.push(address);
    }
    text + &entries(report, lang)
}

fn is_same(a: &AddressReport, b: &AddressReport) -> bool {
    let told = |report: &AddressReport| {
        let versions = report.facts.versions.iter();
        let versions: Vec<_> = versions.map(|version| version_line(version, Lang::En)).collect();
        (versions, report.chain.clone())
    };
    told(a) == told(b)
}

fn same_as(address: &AddressReport, known: &AddressReport, lang: Lang) -> String {
    let (address, known) = (address.facts.address, known.facts.address);
    let text = match lang {
        Lang::En => format!("{address} as {known}"),
        Lang::Zh => format!("{address} 与 {known} 相同"),
    };
    format!("\n{text}\n")
}

fn of_address(report: &AddressReport, lang: Lang) -> String {
    let mut text = format!("\n{}\n", report.facts.address);
    for version in &report.facts.versions {
        text += &row(&version.version.to_string(), &version_line(version, lang));
    }
    text += &of_connection(&report.facts, lang);
    if let Some(leaf) = &report.leaf {
        text += &of_leaf(leaf, lang);
    }
    if let Some(chain) = &report.chain {
        text += &of_chain(chain, lang);
    }
    text += &of_ats(&report.ats, lang);
    text += &of_runtime(&report.runtime, lang);
    text + &report
        .application
        .as_ref()
        .map_or_else(String::new, |found| application::lines(found, lang))
}

/// The suites and groups, the preferred ones first; or why not.
fn version_line(version: &VersionFacts, lang: Lang) -> String {
    if let Some(refusal) = version.greeting.refusal() {
        let answer = match refusal.is_unanswered() {
            true => lang.pick("unknown", "未知"),
            false => lang.pick("no", "否"),
        };
        return format!("{answer}: {}", line(&refusal.tell(lang)));
    }
    let suites = listed(&version.suites);
    if version.groups.list.is_empty() {
        return suites;
    }
    format!("{suites}; {}", listed(&version.groups))
}

fn listed(offered: &Offered<impl Display>) -> String {
    let each: Vec<_> = offered.list.iter().map(ToString::to_string).collect();
    let more = if offered.is_complete { "" } else { " …" };
    each.join(", ") + more
}

fn of_connection(facts: &Facts, lang: Lang) -> String {
    let sessions = facts
        .versions
        .iter()
        .rev()
        .filter_map(|version| version.session.as_ref());
    let Some(opened) = sessions.filter_map(Session::opened).next() else {
        return String::new();
    };
    let mut parts = vec![opened.protocol.clone().unwrap_or_else(|| "http/1.1".to_owned())];
    parts.extend(opened.resumes.map(|resumes| resumption(resumes, lang).to_owned()));
    parts.push(format!("{} ms", opened.took.as_millis()));
    parts.extend(http(opened, lang));
    row(
        lang.pick("connection", "连接"),
        &parts.join(lang.pick(", ", "，")),
    )
}

const fn resumption(resumes: bool, lang: Lang) -> &'static str {
    if resumes {
        lang.pick("resumes sessions", "恢复会话")
    } else {
        lang.pick("doesn't resume sessions", "不恢复会话")
    }
}

fn http(opened: &Opened, lang: Lang) -> Option<String> {
    let HttpAnswer { status, clock_ahead } = opened.http.as_ref()?;
    let clock = clock_ahead
        .filter(|ahead| !ahead.is_zero())
        .map_or_else(String::new, |ahead| {
            let (by, is_behind) = (ahead.abs(), ahead.is_negative());
            match lang {
                Lang::En => format!(", clock {by:#} {}", if is_behind { "behind" } else { "ahead" }),
                Lang::Zh => format!("，时钟{} {by:#}", if is_behind { "慢" } else { "快" }),
            }
        });
    Some(format!("HTTP {status}{clock}"))
}

fn of_leaf(leaf: &LeafFacts, lang: Lang) -> String {
    let names = leaf
        .names
        .iter()
        .take(MOST_NAMES)
        .map(|name| line(name).into_owned());
    let mut names: Vec<_> = names.collect();
    if leaf.names.len() > MOST_NAMES {
        names.push("…".to_owned());
    }
    let is_match = if leaf.name_match.is_match() { "✓" } else { "✗" };
    let wildcard = match &leaf.name_match {
        NameMatch::Wildcard { pattern } | NameMatch::WildcardDepth { pattern } => {
            format!(" ({})", line(pattern))
        }
        _ => String::new(),
    };
    let stamps = leaf.stamps.logs.len();
    let rest = match lang {
        Lang::En => format!("{stamps} CT stamps, {}", revocation(leaf, lang)),
        Lang::Zh => format!("{stamps} 个 CT 时间戳，{}", revocation(leaf, lang)),
    };
    row(
        lang.pick("names", "名称"),
        &format!("{is_match} {}{wildcard}", names.join(", ")),
    ) + &row(lang.pick("state", "状态"), &rest)
}

fn revocation(leaf: &LeafFacts, lang: Lang) -> String {
    let must = match (leaf.must_staple, lang) {
        (false, _) => "",
        (true, Lang::En) => " (must-staple)",
        (true, Lang::Zh) => "（must-staple）",
    };
    let told = match &leaf.revocation {
        Revocation::NotStapled => lang.pick("no OCSP response stapled", "未附带 OCSP 响应"),
        Revocation::Unreadable(_) => lang.pick(
            "the stapled OCSP response can't be read",
            "附带的 OCSP 响应无法读取",
        ),
        Revocation::NoAnswer { .. } => lang.pick(
            "the authority couldn't answer (OCSP)",
            "签发机构未能给出 OCSP 结果",
        ),
        Revocation::ForAnother => lang.pick(
            "the stapled OCSP response is for another certificate",
            "附带的 OCSP 响应属于其他证书",
        ),
        Revocation::Told(told) => match told.status {
            Status::Good => lang.pick("not revoked (OCSP)", "未被吊销（OCSP）"),
            Status::Revoked { .. } => lang.pick("revoked (OCSP)", "已被吊销（OCSP）"),
            Status::Unknown => lang.pick("unknown to the authority (OCSP)", "签发机构不认识（OCSP）"),
        },
    };
    format!("{told}{must}")
}

/// The certificates as they were sent, each with its place on the way up, and what the way ends at.
fn of_chain(chain: &ChainFacts, lang: Lang) -> String {
    let mut text = row(lang.pick("certificates", "证书"), "");
    for (place, sent) in chain.sent.iter().enumerate() {
        let step = chain.way.iter().position(|on_way| *on_way == place);
        let mark = step.map_or_else(
            || lang.pick("  beside", "  多余").to_owned(),
            |step| "  ".repeat(step),
        );
        let told = match sent {
            Sent::Read(facts) => certificate(facts, lang),
            Sent::Unreadable(unreadable) => line(&unreadable.reason).into_owned(),
        };
        text += &format!("    {} {mark} {told}\n", place + 1);
    }
    text + &ending(&chain.end, lang)
}

fn certificate(facts: &CertificateFacts, lang: Lang) -> String {
    let until = facts.not_after.strftime("%F");
    let (subject, key) = (line(&facts.subject), facts.key.to_string());
    let (key, signature) = (line(&key), line(&facts.signature.algorithm));
    let dim = paint::DIM;
    match lang {
        Lang::En => format!(
            "{subject}{dim}  {key}, {signature}, until {until}{}",
            paint::RESET
        ),
        Lang::Zh => format!(
            "{subject}{dim}  {key}，{signature}，有效至 {until}{}",
            paint::RESET
        ),
    }
}

fn ending(end: &End, lang: Lang) -> String {
    let told = match end {
        End::Nothing | End::Unreadable | End::SelfSigned | End::RootSent { .. } => return String::new(),
        End::NotSent(wanted) => line(&wanted.subject),
    };
    let word = lang.pick("issued by", "签发者");
    format!("    ↑ {}{word}{} {told}\n", paint::DIM, paint::RESET)
}

/// What an app that is run with this program comes to.
fn of_runtime(runtime: &[RuntimeVerdict], lang: Lang) -> String {
    let each = runtime
        .iter()
        .map(|verdict| format!("{} {}", verdict.platform, cell(&verdict.row, lang)));
    let each: Vec<_> = each.collect();
    row("minigate run", &each.join(lang.pick(", ", "，")))
}

fn of_ats(ats: &[AtsLine], lang: Lang) -> String {
    if ats.is_empty() {
        return String::new();
    }
    let each = ats.iter().map(|demand| {
        let mark = if demand.is_met { "✓" } else { "✗" };
        format!("{} {} {mark}", demand.number, name(demand.number, lang))
    });
    let each: Vec<_> = each.collect();
    row("ATS (T7)", &each.join(lang.pick(", ", "，")))
}

const fn name(number: u8, lang: Lang) -> &'static str {
    match number {
        1 => "TLS 1.2",
        2 => lang.pick("suite", "套件"),
        3 => lang.pick("signature", "签名"),
        4 => lang.pick("key", "密钥"),
        5 => lang.pick("purpose", "用途"),
        _ => lang.pick("life", "有效期"),
    }
}

fn entries(report: &Report, lang: Lang) -> String {
    let each = report.entries.iter().map(|needed| {
        let name = needed.interface.name();
        format!(
            "  {}{name:<14}{} {}\n",
            paint::DIM,
            paint::RESET,
            line(&needed.entry.to_string())
        )
    });
    let each: String = each.collect();
    if each.is_empty() {
        return each;
    }
    format!(
        "\n{}\n{each}",
        lang.pick("domains to configure", "需要配置的域名")
    )
}

pub(super) fn row(name: &str, text: &str) -> String {
    format!("  {}{name}{}  {}\n", paint::DIM, paint::RESET, text)
}

const MOST_NAMES: usize = 8;
