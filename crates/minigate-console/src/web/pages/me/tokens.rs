//! One's API tokens.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::Form;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use maud::{Markup, html};
use minigate_policy::AppId;
use minigate_policy::diagnosis::Lang;
use serde::Deserialize;

use crate::Console;
use crate::access::{Right, Scopes};
use crate::hidden::Hidden;
use crate::moment::after;
use crate::text::Text;
use crate::token::{NewToken, Token, Tokens};
use crate::web::failure::malformed::{Malformed, NO_DAY};
use crate::web::failure::{Cause, Failure};
use crate::web::layout::{self, Page, csrf};
use crate::web::pages::show;
use crate::web::signed_in::{Reason, SignedIn};

/// A token, as it is typed.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in super::super) struct Typed {
    name: String,
    scope: Vec<String>,
    apps: String,
    ends: String,
    reason: String,
}

/// Makes a token and shows its secret, this once.
pub(in super::super) async fn create(
    State(console): State<Arc<Console>>,
    me: SignedIn,
    Form(typed): Form<Typed>,
) -> Result<Response, Failure> {
    match make(&console, &me, &typed).await {
        Ok((token, secret)) => Ok(made(&me, &token, &secret).into_response()),
        Err(failure) if failure.status().is_client_error() => {
            let page = super::page(&console, &me, &typed, Some(&failure)).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
        Err(failure) => Err(failure),
    }
}

pub(in super::super) async fn revoke(
    State(console): State<Arc<Console>>,
    Path(id): Path<String>,
    me: SignedIn,
    Form(reason): Form<Reason>,
) -> Result<Response, Failure> {
    let tokens = tokens_for(&console, &reason)?;
    tokens.revoke(&me.session, &id, console.now()).await?;
    Ok(Redirect::to("/me").into_response())
}

/// Those that there are, and a form for another one.
pub(super) async fn section(console: &Console, me: &SignedIn, typed: &Typed) -> Result<Markup, Failure> {
    let lang = me.visitor.lang;
    let tokens = Tokens::of(console.store());
    let mut rows = Vec::new();
    for token in tokens.mine(&me.session).await? {
        let used = tokens.last_used(&token, console.now()).await?;
        rows.push(row(&token, used, me, console.now()));
    }
    Ok(html! {
        h2 { (TITLE.of(lang)) }
        p { (HOW.of(lang)) }
        @if !rows.is_empty() {
            div.scroll { table.fold aria-label=(TITLE.of(lang)) {
                thead { tr {
                    th scope="col" { (NAME.of(lang)) } th scope="col" { (SCOPES.of(lang)) } th scope="col" { (USED.of(lang)) }
                    th scope="col" { (ENDS.of(lang)) } th scope="col" { span.hidden { (REVOKE.of(lang)) } }
                } }
                tbody { @for row in &rows { (row) } }
            } }
        }
        (form(console, me, typed))
    })
}

async fn make(console: &Console, me: &SignedIn, typed: &Typed) -> Result<(Token, Hidden), Failure> {
    let new = typed.read()?;
    let tokens = tokens_for(console, &Reason::of(&typed.reason))?;
    Ok(tokens.create(&me.session, &new, console.now()).await?)
}

/// The tokens, for something that is done to one for a reason.
pub(in super::super) fn tokens_for<'a>(console: &'a Console, why: &Reason) -> Result<Tokens<'a>, Failure> {
    Ok(Tokens::of(console.store()).because(why.said()?))
}

impl Typed {
    fn read(&self) -> Result<NewToken, Failure> {
        let rights: Result<BTreeSet<Right>, _> = self.scope.iter().map(|scope| scope.parse()).collect();
        let words = self
            .apps
            .split([',', ' ', '\n', '\r', '，'])
            .filter(|word| !word.is_empty());
        let apps: Result<BTreeSet<String>, _> = words
            .map(|word| word.parse::<AppId>().map(|id| id.to_string()))
            .collect();
        let apps = apps.map_err(Cause::malformed)?;
        let no_day = || Cause::malformed(Malformed::of(&self.ends, NO_DAY));
        let day: Date = self.ends.parse().map_err(|_| no_day())?;
        let ends = day.to_zoned(TimeZone::UTC).map_err(|_| no_day())?;
        Ok(NewToken {
            name: self.name.trim().to_owned(),
            scopes: Scopes {
                rights: rights.map_err(Cause::malformed)?,
                apps: Some(apps).filter(|apps| !apps.is_empty()),
            },
            ends_at: ends.timestamp(),
        })
    }
}

fn made(me: &SignedIn, token: &Token, secret: &Hidden) -> axum::response::Html<String> {
    let lang = me.visitor.lang;
    let body = html! {
        h1 { (MADE.of(lang)) " " (show::foreign(&token.name)) }
        div.note.good { p { (ONCE.of(lang)) } }
        p.secret { code { (secret.reveal()) } }
        p { (SEND.of(lang)) " " code { "Authorization: Bearer …" } }
        p { a href="/me" { (BACK.of(lang)) } }
    };
    layout::page(&Page::new(MADE.of(lang), &me.visitor).of(&me.who), &body)
}

fn row(token: &Token, used: Option<Timestamp>, me: &SignedIn, now: Timestamp) -> Markup {
    let lang = me.visitor.lang;
    html! {
        tr {
            td { strong { (show::foreign(&token.name)) } br; code.dim.small { (token.id) } }
            td {
                @for right in &token.scopes.rights { span.tag { (right) } " " }
                @if let Some(apps) = &token.scopes.apps { br; @for app in apps { (show::entry(app)) " " } }
            }
            td data-label=(USED.of(lang)) {
                @match used { Some(used) => (show::moment(used, now, lang)), None => span.dim { (NEVER.of(lang)) } }
            }
            td data-label=(ENDS.of(lang)) {
                @if token.ends_at <= now { span.tag.bad { (OVER.of(lang)) } } @else { (show::moment(token.ends_at, now, lang)) }
            }
            td {
                form.row method="post" action={ "/me/tokens/" (token.id) } {
                    (csrf(&me.who))
                    (show::why("", lang))
                    button.quiet aria-label={ (REVOKE.of(lang)) " " (token.name) } { (REVOKE.of(lang)) }
                }
            }
        }
    }
}

fn form(console: &Console, me: &SignedIn, typed: &Typed) -> Markup {
    let lang = me.visitor.lang;
    let day = |days: i64| {
        let day = after(console.now(), SignedDuration::from_hours(24 * days));
        day.strftime("%Y-%m-%d").to_string()
    };
    let ends = if typed.ends.is_empty() {
        day(90)
    } else {
        typed.ends.clone()
    };
    let chosen = |right: Right| typed.scope.iter().any(|scope| scope == right.as_str());
    html! {
        details.card open[!typed.name.is_empty()] {
            summary { strong { (NEW.of(lang)) } }
            form.stack method="post" action="/me/tokens" {
                (csrf(&me.who))
                label { (NAME.of(lang)) input name="name" value=(typed.name) required maxlength="64" autocomplete="off"; }
                fieldset {
                    legend { (SCOPES.of(lang)) }
                    @for right in Right::ALL {
                        label.inline { input type="checkbox" name="scope" value=(right) checked[chosen(right)]; " " (purpose(right, lang)) " " code.dim { (right) } }
                    }
                }
                label { (APPS.of(lang)) input name="apps" value=(typed.apps) maxlength="7000" spellcheck="false" placeholder="wx…, wx…"; }
                label { (ENDS.of(lang)) input type="date" name="ends" value=(ends) min=(day(1)) max=(day(365)) required; }
                (show::why(&typed.reason, lang))
                div { button { (CREATE.of(lang)) } }
            }
        }
    }
}

const fn purpose(right: Right, lang: Lang) -> &'static str {
    let text = match right {
        Right::Read => Text("read apps and their domains", "读取应用和域名"),
        Right::Write => Text("write drafts and submit them", "编写并提交草稿"),
        Right::Approve => Text("approve drafts", "审批草稿"),
        Right::Publish => Text("publish", "发布"),
        Right::Manage => Text("manage apps", "管理应用"),
        Right::Audit => Text("read the audit log", "读取审计日志"),
        Right::Operate => Text("run the platform", "管理平台"),
    };
    text.of(lang)
}

const APPS: Text = Text(
    "Only for these apps; for all of yours where it is empty",
    "仅限这些应用；留空则适用于你的全部应用",
);
const BACK: Text = Text("To your account", "返回我的账号");
const CREATE: Text = Text("Create the token", "创建令牌");
const ENDS: Text = Text("Ends", "到期");
const HOW: Text = Text(
    "With a token a program does what you may do, as far as the token's scopes go.",
    "程序可以用令牌在其权限范围内以你的身份操作。",
);
const MADE: Text = Text("Token", "令牌");
const NAME: Text = Text("Name", "名称");
const NEVER: Text = Text("never", "从未");
const NEW: Text = Text("New token", "新建令牌");
const ONCE: Text = Text("Copy it now: it isn't shown again.", "请现在复制：不会再次显示。");
const OVER: Text = Text("ended", "已到期");
const REVOKE: Text = Text("Revoke", "吊销");
const SCOPES: Text = Text("What it may do", "权限");
const SEND: Text = Text("Programs send it as", "程序这样发送：");
const TITLE: Text = Text("API tokens", "API 令牌");
const USED: Text = Text("Last used", "上次使用");
