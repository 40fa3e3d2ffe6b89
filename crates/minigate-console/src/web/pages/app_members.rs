//! The members of an app: who has which role, given and taken.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{Html, IntoResponse, Redirect, Response};
use maud::{Markup, html};
use minigate_policy::AppId;
use minigate_policy::diagnosis::Lang;
use serde::Deserialize;

use super::app::{self, Tab, seen};
use super::show;
use crate::Console;
use crate::access::{Right, Role};
use crate::account::{AccountName, Members};
use crate::text::Text;
use crate::web::failure::malformed::Malformed;
use crate::web::failure::{Cause, Failure};
use crate::web::fields::Form;
use crate::web::layout::{Place, csrf};
use crate::web::signed_in::{Reason, SignedIn};

/// Somebody, and what it is to be; nothing where it is to leave.
#[derive(Debug, Deserialize)]
pub(super) struct Wanted {
    name: String,
    role: String,
    #[serde(flatten)]
    reason: Reason,
}

pub(super) async fn page(
    State(console): State<Arc<Console>>,
    Path(id): Path<String>,
    me: SignedIn,
) -> Result<Html<String>, Failure> {
    let id = me.app(&console, &id, Right::Read).await?;
    whole(&console, &me, &id, None).await
}

/// Gives somebody a role, another one, or none.
pub(super) async fn set(
    State(console): State<Arc<Console>>,
    Path(id): Path<String>,
    me: SignedIn,
    Form(wanted): Form<Wanted>,
) -> Result<Response, Failure> {
    let (id, _) = me.allow_in(&console, &id, Right::Manage).await?;
    match change(&console, &me, &id, &wanted).await {
        Ok(()) => Ok(Redirect::to(&format!("/apps/{id}/members")).into_response()),
        Err(failure) => {
            let page = whole(&console, &me, &id, Some((&wanted, &failure))).await?;
            Ok((failure.status(), page).into_response())
        }
    }
}

async fn change(console: &Console, me: &SignedIn, id: &AppId, wanted: &Wanted) -> Result<(), Failure> {
    let name: AccountName = wanted.name.trim().parse().map_err(Cause::malformed)?;
    let members = Members::of(console.store(), id, &me.caller, console.now());
    let members = members.because(wanted.reason.said()?);
    match wanted.role.as_str() {
        "" => members.remove(&name).await?,
        role => members.set(&name, role_of(role)?).await?,
    }
    Ok(())
}

fn role_of(name: &str) -> Result<Role, Failure> {
    let roles = ROLES.into_iter();
    let found = roles.map(|(role, id, _)| (role, id)).find(|(_, id)| *id == name);
    let (role, _) = found
        .ok_or_else(|| Cause::malformed(Malformed::no_choice("role", name, &ROLES.map(|(_, id, _)| id))))?;
    Ok(role)
}

/// The forms; what was refused stands in the one in which it was typed.
async fn whole(
    console: &Console,
    me: &SignedIn,
    id: &AppId,
    refused: Option<(&Wanted, &Failure)>,
) -> Result<Html<String>, Failure> {
    let (_, app) = seen(console, me, id.as_str(), Right::Read).await?;
    let lang = me.visitor.lang;
    let members = Members::of(console.store(), id, &me.caller, console.now())
        .list()
        .await?;
    let manages = me.caller.may(Right::Manage, Some(id));
    let typed = refused.map(|(wanted, _)| wanted);
    let is_for = |wanted: &&Wanted, name: &AccountName| wanted.name.trim() == name.as_str();
    let of = |name: &AccountName| typed.filter(|wanted| is_for(wanted, name));
    let of_new = typed.filter(|wanted| !members.iter().any(|(name, _)| is_for(wanted, name)));
    let body = html! {
        (app::head(&app, Tab::Members, me))
        @if let Some((_, failure)) = refused { (show::refused(failure, lang)) }
        h2 #members { (MEMBERS.of(lang)) }
        @if members.is_empty() { p.dim { (NOBODY.of(lang)) } }
        @else {
            div.scroll { table.fold aria-labelledby="members" {
                thead { tr { th scope="col" { (ACCOUNT.of(lang)) } th scope="col" { (ROLE.of(lang)) } @if manages { th scope="col" { (CHANGE.of(lang)) } } } }
                tbody { @for (name, role) in &members { tr {
                    td { bdi { (name) } }
                    td data-label=(ROLE.of(lang)) { (told(*role).of(lang)) }
                    @if manages { td { (one(id, (name, *role), of(name), me)) } }
                } } }
            } }
        }
        @if manages { (new(id, of_new, me)) }
    };
    Ok(me.show(&app.name, Place::Apps, &body))
}

fn one(id: &AppId, (name, role): (&AccountName, Role), typed: Option<&Wanted>, me: &SignedIn) -> Markup {
    let lang = me.visitor.lang;
    let role = typed.map_or(id_of(role), |wanted| &wanted.role);
    let reason = typed.map_or("", |wanted| wanted.reason.text());
    html! {
        form.row method="post" action={ "/apps/" (id) "/members" } {
            (csrf(&me.who))
            input type="hidden" name="name" value=(name);
            select name="role" aria-label={ (ROLE.of(lang)) " " (name) } {
                (options(role, lang))
                option value="" selected[role.is_empty()] { (LEAVES.of(lang)) }
            }
            (show::why(reason, lang))
            button.quiet { (APPLY.of(lang)) }
        }
    }
}

fn new(id: &AppId, typed: Option<&Wanted>, me: &SignedIn) -> Markup {
    let lang = me.visitor.lang;
    let name = typed.map_or("", |wanted| &wanted.name);
    let role = typed.map_or(id_of(Role::Developer), |wanted| &wanted.role);
    let reason = typed.map_or("", |wanted| wanted.reason.text());
    html! {
        form.stack.card method="post" action={ "/apps/" (id) "/members" } aria-labelledby="add" {
            h2 #add { (ADD.of(lang)) }
            (csrf(&me.who))
            label { (ACCOUNT.of(lang)) input name="name" value=(show::harmless(name)) required maxlength="64" autocomplete="off" autocapitalize="none" spellcheck="false"; }
            label { (ROLE.of(lang)) select name="role" { (options(role, lang)) } }
            (show::why(reason, lang))
            div { button { (ADD.of(lang)) } }
        }
    }
}

fn options(chosen: &str, lang: Lang) -> Markup {
    html! {
        @for (_, id, text) in ROLES { option value=(id) selected[chosen == id] { (text.of(lang)) } }
    }
}

fn id_of(role: Role) -> &'static str {
    let found = ROLES.into_iter().find(|(each, ..)| *each == role);
    found.map_or("", |(_, id, _)| id)
}

const fn told(role: Role) -> Text {
    match role {
        Role::Owner => OWNER,
        Role::Developer => DEVELOPER,
        Role::Auditor => AUDITOR,
        Role::PlatformOperator => Text("platform operator", "平台管理员"),
    }
}

const ROLES: [(Role, &str, Text); 3] = [
    (Role::Owner, "owner", OWNER),
    (Role::Developer, "developer", DEVELOPER),
    (Role::Auditor, "auditor", AUDITOR),
];
const ACCOUNT: Text = Text("Account", "账号");
const ADD: Text = Text("Add a member", "添加成员");
const APPLY: Text = Text("Apply", "保存");
const AUDITOR: Text = Text(
    "auditor: reads, and the audit log too",
    "审计员：只读，可看审计日志",
);
const CHANGE: Text = Text("Change", "更改");
const DEVELOPER: Text = Text("developer: writes drafts", "开发者：编写草稿");
const LEAVES: Text = Text("take the role away", "移除角色");
const MEMBERS: Text = Text("Members", "成员");
const NOBODY: Text = Text("Nobody is a member yet.", "还没有成员。");
const OWNER: Text = Text("owner: everything in the app", "所有者：应用的全部权限");
const ROLE: Text = Text("Role", "角色");
