//! What the chain ends at, and who has it.

use maud::{Markup, html};
use minigate_inspect::chain::{ChainFacts, End, Wanted};
use minigate_inspect::check::AddressReport;
use minigate_inspect::cure::Ending;
use minigate_inspect::{Device, Presence, Root, devices};
use minigate_policy::diagnosis::Lang;
use minigate_tls::Roots;

use super::super::text::{foreign, short};
use super::super::words;

/// The root above the way as it was sent, or what is known instead.
pub(super) fn top(address: &AddressReport, chain: &ChainFacts, lang: Lang) -> Markup {
    let known = known(address, chain);
    html! {
        @match &chain.end {
            End::NotSent(wanted) if !known.is_empty() => {
                @for root in &known { (of_stores(root, wanted, lang)) }
            }
            End::NotSent(wanted) => (of_none(address, wanted, lang)),
            End::RootSent { .. } => {
                @for root in &known { (holders(root, lang)) }
                @if known.is_empty() { (of_no_store(address, lang)) }
            }
            End::SelfSigned => (beyond(lang.pick(
                "It vouches for itself: no authority stands above it.",
                "它为自己担保，没有上级签发机构。",
            ), lang)),
            End::Unreadable => (beyond(words::UNREADABLE.of(lang), lang)),
            End::Nothing => {}
        }
    }
}

/// The roots of stores in which the way ends, the certificates that were left out added.
fn known(address: &AddressReport, chain: &ChainFacts) -> Vec<&'static Root> {
    let mut known = match &chain.end {
        End::NotSent(_) => issuers(address).unwrap_or_default(),
        End::RootSent { place } => Vec::from_iter(sent_root(address, *place)),
        End::Nothing | End::Unreadable | End::SelfSigned => Vec::new(),
    };
    known.dedup_by_key(|root| root.name());
    known.truncate(MOST_ROOTS);
    known
}

/// Those above the whole chain; nothing where it isn't known to its end.
fn issuers(address: &AddressReport) -> Option<Vec<&'static Root>> {
    let completion = address.completion.as_ref()?;
    let pem = completion.full_chain.as_deref()?;
    let certificates = Roots::read_file("", pem.as_bytes()).ok()?;
    Some(Root::issuers_of(certificates.last()?))
}

fn sent_root(address: &AddressReport, place: usize) -> Option<&'static Root> {
    let sent = address.facts.chain()?;
    Root::find(sent.certificates().get(place)?)
}

fn of_stores(root: &Root, wanted: &Wanted, lang: Lang) -> Markup {
    html! {
        li.root.end { div.box {
            p.head {
                span.role { (lang.pick("root", "根证书")) } " " strong { (root.name()) } " "
                span.dim { (words::NOT_SENT.of(lang)) }
            }
            dl {
                div { dt { "SHA-256" } dd { code { (short(&root.sha256())) } } }
                @if let Some(id) = &wanted.key_id { div { dt { (words::KEY_ID.of(lang)) } dd { code { (short(id)) } } } }
            }
            (held(root, lang))
        } }
    }
}

/// A root that was sent and that no store has.
fn of_no_store(address: &AddressReport, lang: Lang) -> Markup {
    let end = address.completion.as_ref().map(|completion| &completion.end);
    html! {
        @if let Some(Ending::Root { .. }) = end {
            li.root.end { div.box { p { (words::GIVEN.of(lang)) } } }
        } @else {
            (beyond(words::OF_NO_STORE.of(lang), lang))
        }
    }
}

fn holders(root: &Root, lang: Lang) -> Markup {
    html! { li.root.end { div.box { p.head { strong { (root.name()) } } (held(root, lang)) } } }
}

/// An issuer that no store has.
fn of_none(address: &AddressReport, wanted: &Wanted, lang: Lang) -> Markup {
    let end = address.completion.as_ref().map(|completion| &completion.end);
    html! {
        @match end {
            Some(Ending::Root { name }) => (named(name, None, words::GIVEN.of(lang), lang)),
            Some(Ending::UnknownRoot { name }) => (named(name, None, words::OF_NO_STORE.of(lang), lang)),
            // The boxes of what is missing stand for it.
            Some(Ending::Open) => {}
            _ => (named(&wanted.subject, wanted.key_id.as_deref(), "", lang)),
        }
    }
}

fn named(name: &str, key_id: Option<&str>, told: &str, lang: Lang) -> Markup {
    html! {
        li.root.end { div.box {
            p.head {
                span.role { (lang.pick("root", "根证书")) } " " strong { bdi { (foreign(name)) } } " "
                span.dim { (words::NOT_SENT.of(lang)) }
            }
            p { (told) }
            @if let Some(id) = key_id { dl { div { dt { (words::KEY_ID.of(lang)) } dd { code { (short(id)) } } } } }
        } }
    }
}

fn beyond(told: &str, lang: Lang) -> Markup {
    html! { li.missing { div.box { p.head { span.mark { "✕ " (lang.pick("no root", "没有根证书")) } } p { (told) } } } }
}

/// Which devices have a root.
fn held(root: &Root, lang: Lang) -> Markup {
    let such = |is_such: fn(Presence) -> bool| {
        let such = devices()
            .iter()
            .filter(|device| is_such(device.holds(root.der())));
        such.map(Device::id).collect::<Vec<_>>()
    };
    let groups = [
        (
            "✓",
            words::IN_STORE,
            such(|presence| matches!(presence, Presence::Present)),
        ),
        (
            "!",
            words::IN_SOME,
            such(|presence| matches!(presence, Presence::Partly { .. })),
        ),
        (
            "✕",
            words::IN_NONE,
            such(|presence| matches!(presence, Presence::Absent { .. })),
        ),
        (
            "?",
            words::UNKNOWN_OF,
            such(|presence| matches!(presence, Presence::Unknown)),
        ),
    ];
    html! {
        ul.holders {
            @for (symbol, label, ids) in groups.iter().filter(|(.., ids)| !ids.is_empty()) {
                li { span.mark { (symbol) " " (label.of(lang)) } " " (words::device_names(ids, lang)) }
            }
        }
    }
}

const MOST_ROOTS: usize = 3;
