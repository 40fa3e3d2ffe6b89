//! One certificate as a box.

use maud::{Markup, html};
use minigate_inspect::certificate::CertificateFacts;
use minigate_policy::diagnosis::Lang;

use super::super::text::{day, foreign, short};
use super::super::words;

/// One on the way up: `step` is where it belongs, `place` where it was sent.
pub(super) fn on_the_way(facts: &CertificateFacts, step: usize, place: usize, lang: Lang) -> Markup {
    let is_misplaced = step != place;
    html! {
        li.misplaced[is_misplaced].end[facts.is_self_issued] { div.box {
            p.head {
                span.role { (role(facts, step, lang)) } " "
                strong { bdi { (foreign(&facts.subject)) } } " "
                span.dim { (sent_as(place, lang)) }
            }
            @if is_misplaced {
                p { span.mark { "! " (belongs(step, lang)) } }
            }
            (details(facts, lang))
        } }
    }
}

/// What it says of itself.
pub(super) fn details(facts: &CertificateFacts, lang: Lang) -> Markup {
    html! {
        dl {
            div { dt { (words::ISSUER.of(lang)) } dd { bdi { (foreign(&facts.issuer)) } } }
            div { dt { (words::KEY.of(lang)) } dd { (foreign(&facts.key.to_string())) } }
            div { dt { (words::SIGNATURE.of(lang)) } dd { (words::signature(&facts.signature, lang)) } }
            div { dt { (words::VALIDITY.of(lang)) } dd { (day(facts.not_before)) " – " (day(facts.not_after)) } }
            div { dt { "SHA-256" } dd { code { (short(&facts.fingerprint)) } } }
            @if let Some(id) = &facts.key_id { div { dt { (words::KEY_ID.of(lang)) } dd { code { (short(id)) } } } }
        }
    }
}

pub(super) fn sent_as(place: usize, lang: Lang) -> String {
    match lang {
        Lang::En => format!("sent as no. {}", place + 1),
        Lang::Zh => format!("发送的第 {} 张", place + 1),
    }
}

fn belongs(step: usize, lang: Lang) -> String {
    match lang {
        Lang::En => format!("out of order: it belongs in place {}", step + 1),
        Lang::Zh => format!("顺序有误：应为第 {} 张", step + 1),
    }
}

const fn role(facts: &CertificateFacts, step: usize, lang: Lang) -> &'static str {
    match (step, facts.is_self_issued) {
        (0, true) => lang.pick("server, self-signed", "服务器（自签名）"),
        (0, false) => lang.pick("server", "服务器"),
        (_, true) => lang.pick("root (needn't be sent)", "根证书（无需发送）"),
        (_, false) => lang.pick("intermediate", "中间证书"),
    }
}
