//! The keys that sign what runtimes get.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use jiff::Timestamp;
use maud::{Markup, html};
use minigate_lists::{KeySet, KeyStage, ListedKey};
use minigate_policy::diagnosis::Lang;
use serde::Deserialize;

use super::{done, filings};
use crate::Console;
use crate::access::Right;
use crate::keys;
use crate::text::Text;
use crate::web::failure::{Cause, Failure};
use crate::web::fields::Form;
use crate::web::layout::csrf;
use crate::web::pages::show;
use crate::web::signed_in::{Reason, SignedIn};

#[derive(Debug, Deserialize)]
pub(in super::super) struct Wanted {
    #[serde(rename = "do")]
    deed: Deed,
    /// Which key is to go.
    #[serde(default)]
    key: String,
    #[serde(flatten)]
    reason: Reason,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Deed {
    Announce,
    Rotate,
    Retire,
}

pub(in super::super) async fn change(
    State(console): State<Arc<Console>>,
    me: SignedIn,
    Form(wanted): Form<Wanted>,
) -> Result<Response, Failure> {
    let by = me.allow(&console, Right::Operate, None).await?;
    let by = wanted.reason.given_to(by)?;
    let changed = match wanted.deed {
        Deed::Announce => keys::announce(console.store(), &by).await,
        Deed::Rotate => keys::rotate(console.store(), keys::USUAL_HOLD, &by).await,
        Deed::Retire => {
            let key = wanted.key.parse().map_err(|_| Failure::new(Cause::NothingHere))?;
            keys::retire(console.store(), &key, &by).await
        }
    };
    let result = changed.map(drop).map_err(Failure::from);
    done(&console, &me, &filings::Typed::default(), result).await
}

pub(super) async fn section(console: &Console, me: &SignedIn) -> Result<Markup, Failure> {
    let (lang, now) = (me.visitor.lang, console.now());
    let set = keys::load_or_make(console.store(), now).await?.set(now);
    let is_announced = set.keys.iter().any(|listed| listed.stage == KeyStage::Announced);
    Ok(html! {
        section.card aria-labelledby="keys" {
            h2 #keys { (TITLE.of(lang)) }
            p { (HOW.of(lang)) }
            ul.entries { @for listed in &set.keys {
                li { code { (listed.key.thumbprint()) } " " (stage(listed.stage, now, lang)) }
            } }
            @if me.operates() {
                (rotating(is_announced, me, lang))
                (retiring(&set, me, lang))
            }
        }
    })
}

fn rotating(is_announced: bool, me: &SignedIn, lang: Lang) -> Markup {
    html! {
        form.row method="post" action="/settings/keys" {
            (csrf(&me.who))
            (show::why("", lang))
            @if is_announced { button name="do" value="rotate" { (ROTATE.of(lang)) } }
            @else { button name="do" value="announce" { (ANNOUNCE.of(lang)) } }
        }
        p.dim.small { @if is_announced { (ROTATE_HOW.of(lang)) } @else { (ANNOUNCE_HOW.of(lang)) } }
    }
}

/// For a key that somebody else may have; the one that signs can't go.
fn retiring(set: &KeySet, me: &SignedIn, lang: Lang) -> Markup {
    let can_go = |listed: &&ListedKey| listed.stage != KeyStage::Signing;
    let others: Vec<_> = set.keys.iter().filter(can_go).collect();
    html! {
        @if !others.is_empty() {
            form.row method="post" action="/settings/keys" {
                (csrf(&me.who))
                label { (KEY.of(lang)) " "
                    select name="key" { @for listed in others { option { (listed.key.thumbprint()) } } }
                }
                (show::why("", lang))
                button.danger name="do" value="retire" { (RETIRE.of(lang)) }
            }
            p.dim.small { (RETIRE_HOW.of(lang)) }
        }
    }
}

fn stage(stage: KeyStage, now: Timestamp, lang: Lang) -> Markup {
    html! {
        @match stage {
            KeyStage::Announced => span.tag.warn { (ANNOUNCED.of(lang)) },
            KeyStage::Signing => span.tag.good { (SIGNING.of(lang)) },
            KeyStage::Retired { until } => { span.tag { (RETIRED.of(lang)) } " " (show::moment(until, now, lang)) },
        }
    }
}

const ANNOUNCE: Text = Text("Announce a new key", "公布新密钥");
const ANNOUNCED: Text = Text("announced", "已公布");
const ANNOUNCE_HOW: Text = Text(
    "First step of a rotation: runtimes hear of the new key before it signs anything.",
    "轮换的第一步：先让运行时得知新密钥，之后才用它签名。",
);
const HOW: Text = Text(
    "Lists for runtimes are signed; runtimes take nothing that isn't.",
    "发给运行时的列表都经过签名；运行时不接受未签名的列表。",
);
const KEY: Text = Text("Key", "密钥");
const RETIRE: Text = Text("Drop this key at once", "立即废弃此密钥");
const RETIRE_HOW: Text = Text(
    "For a key that somebody else may have: what it signed is no longer good, and runtimes that know no other key wait until they hear of one.",
    "用于可能已泄露的密钥：其签名立即失效，只知道该密钥的运行时须等到得知其他密钥。",
);
const RETIRED: Text = Text("retired; what it signed holds until", "已停用，其签名有效至");
const ROTATE: Text = Text("Use the announced key", "启用已公布的密钥");
const ROTATE_HOW: Text = Text(
    "Second step: give runtimes a day to hear of it, then use it. What the old key signed holds for 30 days more.",
    "第二步：留一天让运行时得知后再启用。旧密钥的签名还有效 30 天。",
);
const SIGNING: Text = Text("signs", "签名中");
const TITLE: Text = Text("Signing keys", "签名密钥");
