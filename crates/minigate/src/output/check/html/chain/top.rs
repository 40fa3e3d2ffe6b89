//! What the chain ends at, and who has it.

use maud::{Markup, html};
use minigate_inspect::chain::{ChainFacts, End, Wanted};
use minigate_inspect::check::AddressReport;
use minigate_inspect::cure::Ending;
use minigate_inspect::matrix::Outcome;
use minigate_inspect::{Device, Presence, Root, devices};
use minigate_policy::diagnosis::Lang;

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
                @if known.is_empty() { (beyond(lang.pick(
                    "None of the stores that minigate knows has this root.",
                    "minigate 所知的根证书库中都没有这张根证书。",
                ), lang)) }
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
    let Some(sent) = address.facts.chain() else {
        return Vec::new();
    };
    let certificates = sent.certificates();
    let Some(last) = chain.way.last().and_then(|last| certificates.get(*last)) else {
        return Vec::new();
    };
    let mut known = match &chain.end {
        End::NotSent(_) => Root::issuers_of(last),
        End::RootSent { .. } => Root::find(last).into_iter().collect(),
        End::Nothing | End::Unreadable | End::SelfSigned => Vec::new(),
    };
    known.dedup_by_key(|root| root.name());
    known.truncate(MOST_ROOTS);
    known
}

fn of_stores(root: &Root, wanted: &Wanted, lang: Lang) -> Markup {
    html! {
        li.box.root {
            p.head {
                span.mark { (lang.pick("root", "根证书")) } " " strong { (root.name()) } " "
                span.dim { (words::NOT_SENT.of(lang)) }
            }
            dl {
                div { dt { "SHA-256" } dd { code { (short(&root.sha256())) } } }
                @if let Some(id) = &wanted.key_id { div { dt { (words::KEY_ID.of(lang)) } dd { code { (short(id)) } } } }
            }
            (held(root, lang))
        }
    }
}

fn holders(root: &Root, lang: Lang) -> Markup {
    html! { li.box.root { p.head { strong { (root.name()) } } (held(root, lang)) } }
}

/// An issuer that no store has.
fn of_none(address: &AddressReport, wanted: &Wanted, lang: Lang) -> Markup {
    let completion = address.completion.as_ref();
    let is_missing = completion.is_some_and(|completion| !completion.missing.is_empty());
    let end = completion.map(|completion| &completion.end);
    html! {
        @match end {
            // The boxes of what is missing stand for it already.
            Some(Ending::Open) if is_missing => {}
            Some(Ending::Root { name } | Ending::UnknownRoot { name }) => (named(address, name, None, lang)),
            _ => (named(address, &wanted.subject, wanted.key_id.as_deref(), lang)),
        }
    }
}

fn named(address: &AddressReport, name: &str, key_id: Option<&str>, lang: Lang) -> Markup {
    let rows = address.verdicts.iter().flat_map(|verdicts| &verdicts.rows);
    let mut accepted = rows.filter(|row| matches!(row.outcome, Outcome::Works | Outcome::Warning));
    let told = if accepted.next().is_some() {
        lang.pick(
            "In none of the stores that minigate knows; it was given to this check.",
            "不在 minigate 所知的任何根证书库中，由本次检查指定为可信。",
        )
    } else {
        lang.pick(
            "In none of the stores that minigate knows.",
            "不在 minigate 所知的任何根证书库中。",
        )
    };
    html! {
        li.box.root {
            p.head {
                span.mark { (lang.pick("issuer", "签发者")) } " " strong { bdi { (foreign(name)) } } " "
                span.dim { (lang.pick("not sent", "未发送")) }
            }
            p { (told) }
            @if let Some(id) = key_id { dl { div { dt { (words::KEY_ID.of(lang)) } dd { code { (short(id)) } } } } }
        }
    }
}

fn beyond(told: &str, lang: Lang) -> Markup {
    html! { li.box.missing { p.head { span.mark { "✕ " (lang.pick("no root", "没有根证书")) } } p { (told) } } }
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
