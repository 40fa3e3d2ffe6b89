//! What addresses have in common is shown once.

use std::net::SocketAddr;

use maud::{Markup, html};
use minigate_inspect::check::{AddressReport, Report};
use minigate_policy::diagnosis::Lang;

use super::words;

/// Shows something of each address, and where several agree, once; addresses of which there is nothing stay out.
pub(super) fn by_address(
    report: &Report,
    lang: Lang,
    shown: impl Fn(&AddressReport) -> Option<Markup>,
) -> Markup {
    let groups = groups(report, shown);
    html! {
        @for (addresses, markup) in &groups {
            @if report.addresses.len() > 1 {
                h4.addresses { (addresses_text(addresses, lang)) }
            }
            (markup)
        }
        @if groups.is_empty() { p.dim { (words::NOTHING_SEEN.of(lang)) } }
    }
}

/// `At 192.0.2.1:443, 192.0.2.2:443`.
fn addresses_text(addresses: &[SocketAddr], lang: Lang) -> String {
    let (shown, rest) = addresses.split_at(addresses.len().min(SHOWN));
    let mut names: Vec<_> = shown.iter().map(ToString::to_string).collect();
    if !rest.is_empty() {
        names.push(format!("… (+{})", rest.len()));
    }
    match lang {
        Lang::En => format!("At {}", names.join(", ")),
        Lang::Zh => format!("地址 {}", names.join("、")),
    }
}

/// Equal markup is how addresses agree: nothing that is shown differs.
fn groups(
    report: &Report,
    shown: impl Fn(&AddressReport) -> Option<Markup>,
) -> Vec<(Vec<SocketAddr>, Markup)> {
    let mut groups = Vec::<(Vec<SocketAddr>, Markup)>::new();
    for address in &report.addresses {
        let Some(markup) = shown(address) else { continue };
        let at = address.facts.address;
        match groups.iter_mut().find(|(_, known)| known.0 == markup.0) {
            Some((addresses, _)) => addresses.push(at),
            None => groups.push((vec![at], markup)),
        }
    }
    groups
}

const SHOWN: usize = 8;
