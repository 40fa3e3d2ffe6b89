//! One host of a pre-flight: its grade, what was found, and its devices as a picture.

use jiff::Timestamp;
use maud::{Markup, html};
use minigate_inspect::check::Grade;
use minigate_inspect::matrix::Outcome;
use minigate_inspect::{Device, Severity};
use minigate_policy::Interface;
use minigate_policy::diagnosis::Lang;

use super::told;
use crate::preflight::{self, AddressCheck, DeviceCell, Found, HostCheck};
use crate::text::Text;
use crate::web::pages::show;

pub(super) fn host(host: &HostCheck, now: Timestamp, lang: Lang) -> Markup {
    let anchor = anchor(host);
    html! {
        section.card aria-labelledby=(anchor) {
            h2 id=(anchor) { (grade(host.grade, lang)) " " (show::entry(&host.entry)) }
            ul.findings {
                @for found in &host.findings { li { (severity(found, lang)) " " (told(&found.fault, lang)) } }
            }
            @if host.found > host.findings.len() { p.dim { (MORE.of(lang)) " " (host.found - host.findings.len()) } }
            @if host.findings.is_empty() { p.good-text { "✓ " (NOTHING.of(lang)) } }
            @if !host.devices.is_empty() { (matrix(host, &anchor, lang)) }
            @if !host.addresses.is_empty() { (addresses(&host.addresses, now, lang)) }
        }
    }
}

/// Where a host stands on the page.
pub(super) fn anchor(host: &HostCheck) -> String {
    let letters = host.entry.chars();
    let plain = letters.map(|c| if c.is_ascii_alphanumeric() { c } else { '-' });
    format!("host-{}", plain.collect::<String>())
}

/// The letter, and what it means for whoever can't see its colour.
pub(super) fn grade(grade: Option<Grade>, lang: Lang) -> Markup {
    let (class, letter, meaning) = match grade {
        Some(Grade::A) => ("good", "A", Text("works everywhere", "全部设备可用")),
        Some(Grade::B) => (
            "warn",
            "B",
            Text("works, something is to be mended", "可用，有待处理项"),
        ),
        Some(Grade::C) => ("warn", "C", Text("fails on old devices", "旧设备不可用")),
        Some(Grade::F) => ("bad", "F", Text("fails", "失败")),
        None => ("bad", "–", Text("nobody could look", "无法检查")),
    };
    html! { span.grade.(class) title=(meaning.of(lang)) { (letter) span.hidden { " " (meaning.of(lang)) } } }
}

/// All devices of a host in one line, and on how many of them it works.
pub(super) fn strip(host: &HostCheck, lang: Lang) -> Markup {
    let works = |cell: &&DeviceCell| matches!(cell.outcome, Outcome::Works | Outcome::Warning);
    let working = host.devices.iter().filter(works).count();
    html! {
        @if host.devices.is_empty() { span.dim { "–" } } @else {
            span.strip aria-hidden="true" { @for cell in &host.devices {
                @let (class, symbol, word) = shown(cell.outcome);
                span.(class) title={ (name(&cell.device, lang)) ": " (word.of(lang)) } { (symbol) }
            } }
            " " (working) "/" (host.devices.len())
        }
    }
}

/// When a certificate ends, in days.
pub(super) fn days(not_after: Option<Timestamp>, now: Timestamp, lang: Lang) -> Markup {
    let Some(not_after) = not_after else {
        return html! { span.dim { "–" } };
    };
    let (class, symbol) = if not_after <= now {
        ("bad-text", "✕ ")
    } else if not_after.duration_since(now) < preflight::RENEWAL {
        ("warn-text", "! ")
    } else {
        ("", "")
    };
    html! { span.(class) { (symbol) (show::moment(not_after, now, lang)) } }
}

fn severity(found: &Found, lang: Lang) -> Markup {
    let (class, symbol, word) = match found.severity {
        Severity::Fail => ("bad", "✕", Text("fails", "错误")),
        Severity::Warn => ("warn", "!", Text("warns", "警告")),
        Severity::Note => ("", "i", Text("note", "提示")),
    };
    html! { span.tag.(class) { (symbol) " " (word.of(lang)) } }
}

/// A row for each device, a column for each interface; cells have a symbol and a word beside their colour.
fn matrix(host: &HostCheck, anchor: &str, lang: Lang) -> Markup {
    let causes = causes(host, lang);
    html! {
        h3 id={ (anchor) "-devices" } { (DEVICES.of(lang)) }
        div.scroll tabindex="0" role="region" aria-labelledby={ (anchor) " " (anchor) "-devices" } {
            table.matrix aria-labelledby={ (anchor) "-devices" } {
                thead { tr {
                    th scope="col" { (DEVICE.of(lang)) }
                    @for interface in &host.interfaces { th scope="col" { code { (interface.name()) } } }
                } }
                tbody { @for cell in &host.devices { tr {
                    th scope="row" { (name(&cell.device, lang)) }
                    @for (place, interface) in host.interfaces.iter().enumerate() {
                        (outcome(cell, place, *interface, &causes, lang))
                    }
                } } }
            }
        }
        @if !causes.is_empty() { ol.causes { @for cause in &causes { li { (show::foreign(cause)) } } } }
    }
}

fn outcome(cell: &DeviceCell, place: usize, interface: Interface, causes: &[&str], lang: Lang) -> Markup {
    let outcome = cell.outcomes.get(place).copied().unwrap_or(cell.outcome);
    let (class, symbol, word) = shown(outcome);
    let why = cell.why(lang).filter(|_| cell.interfaces.contains(&interface));
    let number = why.and_then(|why| causes.iter().position(|cause| *cause == why));
    html! {
        td.(class) {
            span.mark { (symbol) " " (word.of(lang)) }
            @if let Some(number) = number { sup { (number + 1) } }
        }
    }
}

fn shown(outcome: Outcome) -> (&'static str, &'static str, Text) {
    match outcome {
        Outcome::Works => ("good", "✓", Text("works", "可用")),
        Outcome::Warning => ("warn", "!", Text("works, mend", "可用，待处理")),
        Outcome::Unknown => ("unknown", "?", Text("unknown", "未知")),
        Outcome::Fails => ("bad", "✕", Text("fails", "失败")),
    }
}

fn name(device: &str, lang: Lang) -> &str {
    Device::find(device).map_or(device, |device| device.name(lang))
}

/// Why devices fail, each once, in the order of the devices.
fn causes(host: &HostCheck, lang: Lang) -> Vec<&str> {
    let mut causes = Vec::new();
    for cause in host.devices.iter().filter_map(|cell| cell.why(lang)) {
        if !causes.contains(&cause) {
            causes.push(cause);
        }
    }
    causes
}

impl DeviceCell {
    fn why(&self, lang: Lang) -> Option<&str> {
        lang.pick(self.why_en.as_deref(), self.why_zh.as_deref())
    }
}

fn addresses(addresses: &[AddressCheck], now: Timestamp, lang: Lang) -> Markup {
    html! {
        h3 { (ADDRESSES.of(lang)) }
        ul.entries {
            @for of in addresses {
                li { code { (of.address) } " " span.dim { (CERTIFICATE.of(lang)) } " " (days(of.not_after, now, lang)) }
            }
        }
    }
}

const ADDRESSES: Text = Text("Addresses", "地址");
const CERTIFICATE: Text = Text("certificate ends", "证书到期");
const DEVICE: Text = Text("Device", "设备");
const DEVICES: Text = Text("On devices", "各设备表现");
const MORE: Text = Text("Findings that aren't shown:", "未显示的发现数");
const NOTHING: Text = Text("Nothing is to be mended.", "没有需要处理的问题。");
