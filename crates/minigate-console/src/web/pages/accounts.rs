//! The accounts of everybody, for operators.

mod act;
mod one;

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use maud::{Markup, html};
use minigate_policy::diagnosis::Lang;
use serde::Deserialize;

pub(super) use act::act;
pub(super) use one::{one, revoke};

use super::show;
use crate::Console;
use crate::access::{Right, Role};
use crate::account::{
    Account, AccountName, Accounts, Invitation, NewAccount, PasswordState, to_see_accounts,
};
use crate::text::Text;
use crate::web::failure::malformed::Malformed;
use crate::web::failure::{Cause, Failure};
use crate::web::fields::{Form, Query};
use crate::web::layout::{Place, csrf};
use crate::web::signed_in::{Reason, SignedIn};

#[derive(Debug, Deserialize)]
pub(super) struct Wanted {
    after: Option<String>,
}

/// An account, as it is typed.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Typed {
    name: String,
    display_name: String,
    role: String,
    reason: String,
}

pub(super) async fn list(
    State(console): State<Arc<Console>>,
    Query(wanted): Query<Wanted>,
    me: SignedIn,
) -> Result<Html<String>, Failure> {
    let after = wanted.after.as_deref().and_then(|name| name.parse().ok());
    page(&console, &me, after.as_ref(), &Typed::default(), None).await
}

/// Makes an account and shows the link with which its owner begins, this once.
pub(super) async fn create(
    State(console): State<Arc<Console>>,
    me: SignedIn,
    Form(typed): Form<Typed>,
) -> Result<Response, Failure> {
    me.allow(&console, Right::Operate, None).await?;
    match make(&console, &me, &typed).await {
        Ok(invitation) => Ok(invited(&console, &me, &invitation)?.into_response()),
        Err(failure) if is_typed_wrong(&failure) => {
            let page = page(&console, &me, None, &typed, Some(&failure)).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
        Err(failure) => Err(failure),
    }
}

async fn make(console: &Console, me: &SignedIn, typed: &Typed) -> Result<Invitation, Failure> {
    let name: AccountName = typed.name.trim().parse().map_err(Cause::malformed)?;
    let new = NewAccount {
        display_name: typed.display_name.trim().to_owned(),
        platform: role(&typed.role)?,
        name,
    };
    let accounts = Accounts::of(console.store(), &me.caller, console.now());
    let accounts = accounts.because(Reason::of(&typed.reason).said()?);
    accounts.create(&new).await?;
    Ok(accounts.invite(&new.name).await?)
}

fn is_typed_wrong(failure: &Failure) -> bool {
    matches!(
        failure.status(),
        StatusCode::BAD_REQUEST | StatusCode::CONFLICT | StatusCode::UNPROCESSABLE_ENTITY
    )
}

/// The link of an invitation, which can't be shown again.
fn invited(console: &Console, me: &SignedIn, invitation: &Invitation) -> Result<Html<String>, Failure> {
    let (lang, now) = (me.visitor.lang, console.now());
    let link = invitation.link(&console.settings().public_url);
    let body = html! {
        h1 { (INVITED.of(lang)) " " (show::foreign(invitation.account.as_str())) }
        div.note.good { p { (GIVE.of(lang)) } }
        p.secret { code { (link) } }
        p.dim { (IT.of(lang)) (show::ends(invitation.ends_at, now, lang)) }
        p { a href={ "/accounts/" (invitation.account) } { (TO_ACCOUNT.of(lang)) } }
    };
    Ok(me.show(INVITED.of(lang), Place::Accounts, &body))
}

fn role(text: &str) -> Result<Option<Role>, Failure> {
    match text {
        "" => Ok(None),
        "auditor" => Ok(Some(Role::Auditor)),
        "platformOperator" => Ok(Some(Role::PlatformOperator)),
        _ => Err(Cause::malformed(Malformed::no_choice(
            "role",
            text,
            &["auditor", "platformOperator"],
        ))),
    }
}

async fn page(
    console: &Console,
    me: &SignedIn,
    after: Option<&AccountName>,
    typed: &Typed,
    wrong: Option<&Failure>,
) -> Result<Html<String>, Failure> {
    me.allow(console, to_see_accounts(&me.caller), None).await?;
    let lang = me.visitor.lang;
    let accounts = Accounts::of(console.store(), &me.caller, console.now());
    let mut found = accounts.list(after, PAGE + 1).await?;
    let has_more = found.len() > PAGE as usize;
    found.truncate(PAGE as usize);
    let next = found.last().map(|account| &account.name).filter(|_| has_more);
    let body = html! {
        h1 { (TITLE.of(lang)) }
        @if let Some(wrong) = wrong { div.note.bad role="alert" { p { (show::sentence(&wrong.tell(lang))) } } }
        (table(&found, lang))
        @if let Some(next) = next { p { a href={ "?after=" (next) } rel="next" { (MORE.of(lang)) } } }
        @if me.operates() { (form(typed, wrong.is_some(), me)) }
    };
    Ok(me.show(TITLE.of(lang), Place::Accounts, &body))
}

fn table(accounts: &[Account], lang: Lang) -> Markup {
    html! {
        div.scroll {
            table.fold aria-label=(TITLE.of(lang)) {
                thead { tr {
                    th scope="col" { (NAME.of(lang)) } th scope="col" { (ON_PLATFORM.of(lang)) }
                    th.number scope="col" { (APPS.of(lang)) } th scope="col" { (STATE.of(lang)) }
                } }
                tbody { @for account in accounts { tr {
                    td {
                        a href={ "/accounts/" (account.name) } { (account.name) }
                        br; span.dim { (show::foreign(&account.display_name)) }
                    }
                    td data-label=(ON_PLATFORM.of(lang)) { (role_name(account.roles.platform, lang)) }
                    td.number data-label=(APPS.of(lang)) { (account.roles.apps.len()) }
                    td { (state(account, lang)) }
                } } }
            }
        }
    }
}

/// Whether somebody can sign in, and with what.
fn state(account: &Account, lang: Lang) -> Markup {
    let (class, text) = match (account.disabled, account.password, &account.identity) {
        (true, _, _) => ("bad", Text("disabled", "已停用")),
        (false, PasswordState::Own, _) => ("good", Text("active", "可用")),
        (false, PasswordState::Temporary, _) => ("warn", Text("has to change the password", "须修改密码")),
        (false, PasswordState::None, Some(_)) => ("good", Text("signs in elsewhere", "外部登录")),
        (false, PasswordState::None, None) => ("warn", Text("invited", "已邀请")),
    };
    html! { span.tag.(class) { (text.of(lang)) } }
}

/// A role, as people call it; a dash where there is none.
pub(super) fn role_name(role: Option<Role>, lang: Lang) -> Markup {
    let name = match role {
        None => return html! { span.dim { "–" } },
        Some(Role::Owner) => Text("owner", "所有者"),
        Some(Role::Developer) => Text("developer", "开发者"),
        Some(Role::Auditor) => Text("auditor", "审计员"),
        Some(Role::PlatformOperator) => Text("platform operator", "平台管理员"),
    };
    html! { (name.of(lang)) }
}

fn roles(chosen: Option<Role>, lang: Lang) -> Markup {
    let all = [
        ("", None, Text("none", "无")),
        (
            "auditor",
            Some(Role::Auditor),
            Text("auditor: reads everything", "审计员：可读取全部"),
        ),
        (
            "platformOperator",
            Some(Role::PlatformOperator),
            Text("operator: runs the platform", "管理员：管理整个平台"),
        ),
    ];
    html! {
        select name="role" {
            @for (value, role, name) in all { option value=(value) selected[role == chosen] { (name.of(lang)) } }
        }
    }
}

fn form(typed: &Typed, is_open: bool, me: &SignedIn) -> Markup {
    let lang = me.visitor.lang;
    html! {
        details.card open[is_open] {
            summary { strong { (NEW.of(lang)) } }
            form.stack method="post" action="/accounts" {
                (csrf(&me.who))
                label { (NAME.of(lang))
                    input name="name" value=(typed.name) required maxlength="64" pattern="[a-z0-9._\\-]+" autocomplete="off" autocapitalize="none" spellcheck="false" aria-describedby="name-how";
                }
                p.dim.small #name-how { (show::sentence(NAME_HOW.of(lang))) }
                label { (DISPLAY_NAME.of(lang)) input name="display_name" value=(typed.display_name) required maxlength="100"; }
                label { (ON_PLATFORM.of(lang)) (roles(role(&typed.role).ok().flatten(), lang)) }
                (show::why(&typed.reason, lang))
                div { button { (CREATE.of(lang)) } }
            }
        }
    }
}

const PAGE: u32 = 100;
const APPS: Text = Text("Apps", "应用数");
const CREATE: Text = Text("Create and invite", "创建并邀请");
const DISPLAY_NAME: Text = Text("What people call them", "显示名称");
const IT: Text = Text("It ", "");
const GIVE: Text = Text(
    "Give this link to its owner. It works once, and isn't shown again.",
    "请把此链接交给账号的主人。只能使用一次，且不会再次显示。",
);
const INVITED: Text = Text("Invitation for", "邀请");
const MORE: Text = Text("More accounts", "更多账号");
const NAME: Text = Text("Account", "账号");
const NAME_HOW: Text = Text(
    "Lower-case letters, digits, `.`, `_` and `-`. It never changes and is never used again.",
    "小写字母、数字、`.`、`_` 和 `-`。不能修改，也不会再次使用。",
);
const NEW: Text = Text("New account", "新建账号");
const ON_PLATFORM: Text = Text("On the platform", "平台角色");
const STATE: Text = Text("State", "状态");
const TITLE: Text = Text("Accounts", "账号");
const TO_ACCOUNT: Text = Text("To the account", "查看账号");
