//! The chain, drawn: from the server's certificate up to the root.

mod certificate;
mod top;

use maud::{Markup, html};
use minigate_inspect::chain::{ChainFacts, Sent, Superfluous, Why};
use minigate_inspect::check::{AddressReport, Report};
use minigate_inspect::cure::Missing;
use minigate_policy::diagnosis::Lang;

use super::grouped::by_address;
use super::text::{foreign, short};
use super::words;

pub(super) fn chains(report: &Report, lang: Lang) -> Markup {
    html! {
        h3 { (words::CHAIN.of(lang)) }
        p.dim { (words::CHAIN_ORDER.of(lang)) }
        (by_address(report, lang, |address| Some(drawn(address, address.chain.as_ref()?, lang))))
    }
}

fn drawn(address: &AddressReport, chain: &ChainFacts, lang: Lang) -> Markup {
    let missing = address
        .completion
        .as_ref()
        .map_or(&[][..], |completion| &completion.missing);
    let beside = chain.superfluous.iter().filter(|one| one.why != Why::Root);
    let beside: Vec<_> = beside.collect();
    html! {
        ol.chain {
            @for (step, place) in chain.way.iter().enumerate() {
                @if let Some(Sent::Read(facts)) = chain.sent.get(*place) {
                    (certificate::on_the_way(facts, step, *place, lang))
                }
            }
            @for missing in missing { (left_out(missing, lang)) }
            (top::top(address, chain, lang))
        }
        @if !beside.is_empty() {
            h4 { (words::SUPERFLUOUS.of(lang)) }
            ul.chain.beside { @for one in beside { (superfluous(one, chain, lang)) } }
        }
    }
}

/// A certificate that should have been sent.
fn left_out(missing: &Missing, lang: Lang) -> Markup {
    html! {
        li.missing { div.box {
            p.head {
                span.mark { "✕ " (lang.pick("missing", "缺失")) } " "
                strong { bdi { (foreign(&missing.subject)) } }
            }
            p { (lang.pick(
                "An intermediate certificate that the server should send and doesn't. Devices don't fetch it.",
                "服务器应发送却没有发送的中间证书，设备不会自行下载。",
            )) }
            dl {
                @if let Some(id) = &missing.key_id { div { dt { (words::KEY_ID.of(lang)) } dd { code { (short(id)) } } } }
                @for url in missing.urls.iter().take(MOST_URLS) {
                    div.whole { dt { (lang.pick("To be had at", "下载地址")) } dd { code { bdi { (foreign(url)) } } } }
                }
            }
        } }
    }
}

fn superfluous(one: &Superfluous, chain: &ChainFacts, lang: Lang) -> Markup {
    let facts = chain.sent.get(one.place).and_then(Sent::facts);
    html! {
        li { div.box {
            p.head {
                span.mark { "− " (why(one.why, lang)) } " "
                strong { bdi { (facts.map_or_else(|| words::UNREADABLE.of(lang).to_owned(), |facts| foreign(&facts.subject))) } }
                " " span.dim { (certificate::sent_as(one.place, lang)) }
            }
            @if let Some(facts) = facts { (certificate::details(facts, lang)) }
        } }
    }
}

fn why(why: Why, lang: Lang) -> String {
    match why {
        Why::Duplicate { of } => match lang {
            Lang::En => format!("the same as no. {}", of + 1),
            Lang::Zh => format!("与第 {} 张相同", of + 1),
        },
        Why::Root => lang.pick("a root", "根证书").to_owned(),
        Why::Unrelated => lang.pick("beside the chain", "与证书链无关").to_owned(),
        Why::Unreadable => lang.pick("unreadable", "无法读取").to_owned(),
    }
}

const MOST_URLS: usize = 4;
