//! One account: what it is, what can be done to it, and what it did.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{Html, IntoResponse, Redirect, Response};
use maud::{Markup, html};
use minigate_policy::diagnosis::Lang;

use super::{role_name, roles, state};
use crate::Console;
use crate::access::Right;
use crate::account::{Account, AccountName, Accounts, Identity, to_see_accounts};
use crate::store::{Logged, Query};
use crate::text::Text;
use crate::token::{Token, Tokens};
use crate::web::failure::{Cause, Failure};
use crate::web::fields::Form;
use crate::web::layout::{Place, csrf};
use crate::web::pages::me::tokens::tokens_for;
use crate::web::pages::{audit, show};
use crate::web::signed_in::{Reason, SignedIn};

pub(in super::super) async fn one(
    State(console): State<Arc<Console>>,
    Path(name): Path<String>,
    me: SignedIn,
) -> Result<Html<String>, Failure> {
    me.allow(&console, to_see_accounts(&me.caller), None).await?;
    let (lang, now) = (me.visitor.lang, console.now());
    let name: AccountName = name.parse().map_err(|_| Failure::new(Cause::NothingHere))?;
    let account = Accounts::of(console.store(), &me.caller, now).find(&name).await?;
    let tokens = Tokens::of(console.store())
        .of_account(&name, &me.caller, now)
        .await?;
    let log = recent(&console, &me, &name).await?;
    let body = html! {
        h1 { (show::foreign(&account.display_name)) " " small.dim { code { (account.name) } } " " (state(&account, lang)) }
        (facts(&account, &console, lang))
        @if me.operates() { (deeds(&account, &me)) }
        @if !tokens.is_empty() { (token_list(&tokens, &account, &console, &me)) }
        h2 { (RECENT.of(lang)) }
        @if log.is_empty() { p { (NOTHING.of(lang)) } } @else { (audit::rows(&log, now, lang)) }
        p { a href={ "/audit?actor=" (account.name) } { (ALL.of(lang)) } }
    };
    Ok(me.show(&account.display_name, Place::Accounts, &body))
}

/// Ends one of its tokens.
pub(in super::super) async fn revoke(
    State(console): State<Arc<Console>>,
    Path((name, id)): Path<(String, String)>,
    me: SignedIn,
    Form(reason): Form<Reason>,
) -> Result<Response, Failure> {
    me.allow(&console, Right::Operate, None).await?;
    let name: AccountName = name.parse().map_err(|_| Failure::new(Cause::NothingHere))?;
    let tokens = tokens_for(&console, &reason)?;
    tokens.revoke_of(&name, &id, &me.caller, console.now()).await?;
    Ok(Redirect::to(&format!("/accounts/{name}")).into_response())
}

async fn recent(console: &Console, me: &SignedIn, name: &AccountName) -> Result<Vec<Logged>, Failure> {
    let query = Query {
        actor: Some(name.to_string()),
        most: 10,
        ..Query::default()
    };
    Ok(console.log_for(&me.caller, &query).await?)
}

fn facts(account: &Account, console: &Console, lang: Lang) -> Markup {
    html! {
        div.card { dl.facts {
            dt { (ON_PLATFORM.of(lang)) } dd { (role_name(account.roles.platform, lang)) }
            dt { (IN_APPS.of(lang)) }
            dd {
                @if account.roles.apps.is_empty() { span.dim { "–" } }
                @for (app, role) in &account.roles.apps {
                    a href={ "/apps/" (app) } { (show::entry(app)) } " " (role_name(Some(*role), lang)) br;
                }
            }
            dt { (IDENTITY.of(lang)) }
            dd { @match &account.identity {
                None => span.dim { "–" },
                Some(Identity::Email(address)) => { (show::foreign(address)) " " span.tag { (NOT_YET.of(lang)) } },
                Some(Identity::Subject(subject)) => (show::entry(subject)),
            } }
            dt { (MADE.of(lang)) } dd { (show::moment(account.created_at, console.now(), lang)) }
        } }
    }
}

fn deeds(account: &Account, me: &SignedIn) -> Markup {
    let lang = me.visitor.lang;
    let plain: &[(&str, Text)] = if account.disabled {
        // Nobody is invited to it.
        &[("enable", ENABLE), ("end-sessions", END_SESSIONS)]
    } else {
        &[
            ("disable", DISABLE),
            ("invite", INVITE),
            ("end-sessions", END_SESSIONS),
        ]
    };
    html! {
        div.cards {
            section.card aria-label=(ACCESS.of(lang)) {
                h2 { (ACCESS.of(lang)) }
                form.stack method="post" {
                    (csrf(&me.who))
                    @if !account.disabled { p.dim { (DISABLING.of(lang)) } }
                    (show::why("", lang))
                    div.actions { @for (deed, name) in plain {
                        button.(if *deed == "disable" { "danger" } else { "quiet" }) name="do" value=(deed) { (name.of(lang)) }
                    } }
                }
            }
            (small(me, "role", ON_PLATFORM, &html! {
                label { span.hidden { (ON_PLATFORM.of(lang)) } (roles(account.roles.platform, lang)) }
            }))
            (small(me, "rename", DISPLAY_NAME, &html! {
                label { span.hidden { (DISPLAY_NAME.of(lang)) } input name="display_name" value=(account.display_name) required maxlength="100"; }
            }))
            (small(me, "link", IDENTITY, &identity(account, lang)))
        }
    }
}

/// A form that changes one thing.
fn small(me: &SignedIn, deed: &str, name: Text, fields: &Markup) -> Markup {
    let lang = me.visitor.lang;
    html! {
        section.card aria-label=(name.of(lang)) {
            h2 { (name.of(lang)) }
            form.stack method="post" {
                (csrf(&me.who))
                (fields)
                (show::why("", lang))
                div { button.quiet name="do" value=(deed) { (SAVE.of(lang)) } }
            }
        }
    }
}

fn identity(account: &Account, lang: Lang) -> Markup {
    let (text, is_subject) = match &account.identity {
        None => ("", false),
        Some(Identity::Email(address)) => (address.as_str(), false),
        Some(Identity::Subject(subject)) => (subject.as_str(), true),
    };
    html! {
        label { (KIND.of(lang))
            select name="kind" {
                option value="email" { (EMAIL.of(lang)) }
                option value="subject" selected[is_subject] { (SUBJECT.of(lang)) }
            }
        }
        label { (IDENTITY.of(lang)) input name="identity" value=(text) maxlength="255" spellcheck="false" autocapitalize="none"; }
    }
}

fn token_list(tokens: &[Token], account: &Account, console: &Console, me: &SignedIn) -> Markup {
    let (lang, now) = (me.visitor.lang, console.now());
    html! {
        h2 { (TOKENS.of(lang)) }
        ul.entries { @for token in tokens {
            li { form.row method="post" action={ "/accounts/" (account.name) "/tokens/" (token.id) } {
                (csrf(&me.who))
                span { strong { (show::foreign(&token.name)) } " " span.dim { (show::ends(token.ends_at, now, lang)) } }
                @if me.operates() {
                    (show::why("", lang))
                    button.quiet aria-label={ (REVOKE.of(lang)) " " (token.name) } { (REVOKE.of(lang)) }
                }
            } }
        } }
    }
}

const ACCESS: Text = Text("Access", "访问");
const ALL: Text = Text("All that it did", "全部操作记录");
const DISABLE: Text = Text("Disable", "停用");
const DISABLING: Text = Text(
    "Disabling ends its sessions and revokes its API tokens for good.",
    "停用会立即结束其所有会话，并永久吊销其 API 令牌。",
);
const DISPLAY_NAME: Text = Text("What people call them", "显示名称");
const EMAIL: Text = Text(
    "e-mail address, until the first sign-in",
    "电子邮箱（首次登录前）",
);
const ENABLE: Text = Text("Enable", "启用");
const END_SESSIONS: Text = Text("End all sessions", "结束所有会话");
const IDENTITY: Text = Text("Identity at the sign-in provider", "外部登录身份");
const INVITE: Text = Text("Invite again", "重新邀请");
const IN_APPS: Text = Text("In apps", "应用角色");
const KIND: Text = Text("Known by", "识别方式");
const MADE: Text = Text("Made", "创建");
const NOTHING: Text = Text("Nothing yet.", "还没有。");
const NOT_YET: Text = Text("hasn't signed in there yet", "尚未登录过");
const ON_PLATFORM: Text = Text("On the platform", "平台角色");
const RECENT: Text = Text("Recent activity", "最近操作");
const REVOKE: Text = Text("Revoke", "吊销");
const SAVE: Text = Text("Save", "保存");
const SUBJECT: Text = Text("the provider's own name", "服务方的用户标识");
const TOKENS: Text = Text("API tokens", "API 令牌");
