//! The AppSecret of an app, for the platform's own API.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{Html, IntoResponse, Redirect, Response};
use ipnet::IpNet;
use jiff::{SignedDuration, Timestamp};
use maud::{Markup, html};
use minigate_policy::AppId;
use minigate_policy::diagnosis::Lang;
use serde::Deserialize;

use super::app::{self, Tab, seen};
use super::show;
use crate::Console;
use crate::access::Right;
use crate::hidden::Hidden;
use crate::secret::{AppSecret, SecretState};
use crate::text::Text;
use crate::web::failure::malformed::Malformed;
use crate::web::failure::{Cause, Failure};
use crate::web::fields::Form;
use crate::web::layout::{Place, csrf};
use crate::web::signed_in::{Reason, SignedIn};

/// What is to be done to it.
#[derive(Debug, Deserialize)]
pub(super) struct Wish {
    #[serde(rename = "do")]
    wish: String,
    #[serde(default)]
    hours: i64,
    #[serde(default)]
    nets: String,
    #[serde(default)]
    reason: String,
}

/// What the page shows beside its state.
#[derive(Default)]
struct Shown<'a> {
    new: Option<&'a Hidden>,
    failure: Option<&'a Failure>,
    typed: Option<&'a Wish>,
}

pub(super) async fn page(
    State(console): State<Arc<Console>>,
    Path(id): Path<String>,
    me: SignedIn,
) -> Result<Html<String>, Failure> {
    let id = me.app(&console, &id, Right::Manage).await?;
    whole(&console, &me, &id, Shown::default()).await
}

/// Does it; a new secret is shown on this answer and never again.
pub(super) async fn change(
    State(console): State<Arc<Console>>,
    Path(id): Path<String>,
    me: SignedIn,
    Form(wish): Form<Wish>,
) -> Result<Response, Failure> {
    let id = me.app(&console, &id, Right::Manage).await?;
    match carry_out(&console, &me, &id, &wish).await {
        Ok(None) => Ok(Redirect::to(&format!("/apps/{id}/secret")).into_response()),
        Ok(Some(new)) => {
            let shown = Shown {
                new: Some(&new),
                ..Shown::default()
            };
            Ok(whole(&console, &me, &id, shown).await?.into_response())
        }
        Err(failure) => {
            let shown = Shown {
                failure: Some(&failure),
                typed: Some(&wish),
                ..Shown::default()
            };
            let page = whole(&console, &me, &id, shown).await?;
            Ok((failure.status(), page).into_response())
        }
    }
}

async fn carry_out(
    console: &Console,
    me: &SignedIn,
    id: &AppId,
    wish: &Wish,
) -> Result<Option<Hidden>, Failure> {
    let secret = AppSecret::of(console.store(), id, &me.caller, console.now());
    let secret = secret.because(Reason::of(&wish.reason).said()?);
    match wish.wish.as_str() {
        // More hours than there can be are refused as too many, however many they are.
        "rotate" => {
            let grace = SignedDuration::from_hours(wish.hours.clamp(-1, 1_000));
            return Ok(Some(secret.rotate(grace).await?));
        }
        "freeze" => secret.freeze().await?,
        "unfreeze" => secret.unfreeze().await?,
        "allow" => secret.allow_from(nets(&wish.nets)?).await?,
        _ => return Err(Cause::malformed(Malformed::no_choice("do", &wish.wish, &DEEDS))),
    }
    Ok(None)
}

/// Addresses and networks, one a line; from everywhere where there is none.
fn nets(text: &str) -> Result<Option<Vec<IpNet>>, Failure> {
    let words = text
        .split([',', ' ', '\n', '\r', '\t', ';'])
        .filter(|word| !word.is_empty());
    let net = |word: &str| {
        let address = || word.parse().map(|address: std::net::IpAddr| IpNet::from(address));
        let wrong = || Cause::malformed(Malformed::of(word, NO_NETWORK));
        word.parse().or_else(|_| address()).map_err(|_| wrong())
    };
    let nets: Vec<IpNet> = words.map(net).collect::<Result<_, _>>()?;
    Ok(Some(nets).filter(|nets| !nets.is_empty()))
}

async fn whole(
    console: &Console,
    me: &SignedIn,
    id: &AppId,
    shown: Shown<'_>,
) -> Result<Html<String>, Failure> {
    let (_, app) = seen(console, me, id.as_str(), Right::Manage).await?;
    let (lang, now) = (me.visitor.lang, console.now());
    let state = AppSecret::of(console.store(), id, &me.caller, now)
        .state()
        .await?;
    let body = html! {
        (app::head(&app, Tab::Secret, me))
        h2 { "AppSecret" }
        @if let Some(failure) = shown.failure { (show::refused(failure, lang)) }
        @if let Some(new) = shown.new {
            div.note.good role="status" {
                p { strong { (NEW.of(lang)) } }
                p.secret { code { (new.reveal()) } }
                p { (ONCE.of(lang)) }
            }
        }
        p { (WHAT.of(lang)) }
        @if let Some(state) = &state { (facts(state, now, lang)) }
        (rotate(id, state.as_ref(), shown.typed_to(&["rotate"]), me))
        @if let Some(state) = &state {
            (freeze(id, state, shown.typed_to(&["freeze", "unfreeze"]), me))
            (allow(id, state, shown.typed_to(&["allow"]), me))
        }
    };
    Ok(me.show(&app.name, Place::Apps, &body))
}

fn facts(state: &SecretState, now: Timestamp, lang: Lang) -> Markup {
    html! {
        div.card { dl.facts {
            dt { (NUMBER.of(lang)) } dd { (state.serial) }
            dt { (MADE.of(lang)) } dd { (show::moment(state.made_at, now, lang)) }
            @if let Some(end) = state.previous_ends_at.filter(|end| now < *end) {
                dt { (PREVIOUS.of(lang)) } dd { (show::moment(end, now, lang)) }
            }
            dt { (STATE.of(lang)) }
            dd { @if state.frozen { span.tag.warn { (FROZEN.of(lang)) } } @else { span.tag.good { (USABLE.of(lang)) } } }
        } }
    }
}

impl<'a> Shown<'a> {
    /// What was refused, where it is for the form of one of these deeds.
    fn typed_to(&self, deeds: &[&str]) -> Option<&'a Wish> {
        self.typed.filter(|wish| deeds.contains(&wish.wish.as_str()))
    }
}

fn why(typed: Option<&Wish>, lang: Lang) -> Markup {
    show::why(typed.map_or("", |wish| &wish.reason), lang)
}

fn rotate(id: &AppId, state: Option<&SecretState>, typed: Option<&Wish>, me: &SignedIn) -> Markup {
    let lang = me.visitor.lang;
    let hours = typed.map_or(1, |wish| wish.hours);
    html! {
        form.stack.card method="post" action={ "/apps/" (id) "/secret" } {
            (csrf(&me.who))
            @if state.is_some() {
                label { (GRACE.of(lang)) input name="hours" type="number" min="0" max="24" value=(hours); }
            }
            (why(typed, lang))
            div { button name="do" value="rotate" { @if state.is_some() { (ROTATE.of(lang)) } @else { (MAKE.of(lang)) } } }
        }
    }
}

fn freeze(id: &AppId, state: &SecretState, typed: Option<&Wish>, me: &SignedIn) -> Markup {
    let lang = me.visitor.lang;
    html! {
        form.stack.card method="post" action={ "/apps/" (id) "/secret" } {
            (csrf(&me.who))
            p { (FREEZING.of(lang)) }
            (why(typed, lang))
            div {
                @if state.frozen { button name="do" value="unfreeze" { (UNFREEZE.of(lang)) } }
                @else { button.danger name="do" value="freeze" { (FREEZE.of(lang)) } }
            }
        }
    }
}

fn allow(id: &AppId, state: &SecretState, typed: Option<&Wish>, me: &SignedIn) -> Markup {
    let lang = me.visitor.lang;
    let nets = state.allowed_from.iter().flatten().map(ToString::to_string);
    let kept = nets.collect::<Vec<_>>().join("\n");
    html! {
        form.stack.card method="post" action={ "/apps/" (id) "/secret" } {
            (csrf(&me.who))
            label { (ALLOWED.of(lang)) textarea name="nets" rows="4" spellcheck="false" { (typed.map_or(&kept, |wish| &wish.nets)) } }
            (why(typed, lang))
            div { button name="do" value="allow" { (ALLOW.of(lang)) } }
        }
    }
}

const DEEDS: [&str; 4] = ["rotate", "freeze", "unfreeze", "allow"];
const ALLOW: Text = Text("Set the addresses", "保存地址");
const ALLOWED: Text = Text(
    "From where tokens can be got: an address or a network a line; from everywhere where it is empty",
    "可获取凭据的来源：每行一个地址或网段，留空表示不限",
);
const FREEZE: Text = Text("Freeze", "冻结");
const FREEZING: Text = Text(
    "While it is frozen, nobody gets a token with it; tokens that were got go on until they end.",
    "冻结期间无法用它获取凭据；已获取的凭据在到期前仍有效。",
);
const FROZEN: Text = Text("frozen", "已冻结");
const GRACE: Text = Text(
    "For how many hours the old one can still be used, 0 to 24",
    "旧 AppSecret 继续可用的小时数（0 到 24）",
);
const MADE: Text = Text("Made", "生成时间");
const MAKE: Text = Text("Make an AppSecret", "生成 AppSecret");
const NEW: Text = Text("The new AppSecret", "新的 AppSecret");
const NUMBER: Text = Text("Number", "序号");
const ONCE: Text = Text(
    "Copy it now: it is kept as a hash only and can't be shown again.",
    "请立即复制：系统只保存其散列值，不会再次显示。",
);
const PREVIOUS: Text = Text("The one before it ends", "旧 AppSecret 失效");
const ROTATE: Text = Text("Make another one", "重新生成");
const STATE: Text = Text("State", "状态");
const UNFREEZE: Text = Text("Unfreeze", "解冻");
const USABLE: Text = Text("in use", "使用中");
const WHAT: Text = Text(
    "With it, the app's own server gets access tokens from the console's copy of the platform's API.",
    "应用自己的服务器用它从控制台的平台接口获取 access_token。",
);
const NO_NETWORK: Text = Text(
    "is neither an address nor a network such as 10.0.0.0/8",
    "既不是地址，也不是 10.0.0.0/8 这样的网段",
);
