//! The apps, and a new one.

use std::sync::Arc;

use axum::Form;
use axum::extract::{Query, State};
use axum::response::{Html, IntoResponse, Redirect, Response};
use jiff::Timestamp;
use maud::{Markup, html};
use minigate_policy::diagnosis::Lang;
use minigate_policy::{AppId, Era};
use serde::Deserialize;

use super::show;
use crate::Console;
use crate::access::Right;
use crate::app::{self, App};
use crate::domains::{Domains, Version};
use crate::text::Text;
use crate::web::failure::{Cause, Failure};
use crate::web::layout::{Place, csrf};
use crate::web::signed_in::SignedIn;

#[derive(Debug, Deserialize)]
pub(super) struct From {
    after: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct NewApp {
    id: String,
    name: String,
    era: String,
    two_people: Option<String>,
}

/// An app with what is effective in it.
struct Shown {
    app: App,
    effective: Option<Version>,
}

pub(super) async fn list(
    State(console): State<Arc<Console>>,
    Query(from): Query<From>,
    me: SignedIn,
) -> Result<Html<String>, Failure> {
    let lang = me.visitor.lang;
    let after = from.after.as_deref().and_then(|id| id.parse::<AppId>().ok());
    let apps = console.apps_of(&me.caller, after.as_ref(), PAGE + 1).await?;
    let next = (apps.len() > PAGE as usize)
        .then(|| apps.get(PAGE as usize - 1))
        .flatten();
    let next = next.map(|app| app.id.clone());
    let mut shown = Vec::new();
    for app in apps.into_iter().take(PAGE as usize) {
        shown.push(with_version(&console, app).await?);
    }
    let body = html! {
        h1 { (APPS.of(lang)) }
        @if shown.is_empty() { p { (NONE.of(lang)) } }
        ul.cards {
            @for each in &shown { (card(each, console.now(), lang)) }
        }
        @if let Some(next) = next {
            p { a href={ "/?after=" (next) } { (MORE.of(lang)) } }
        }
        @if me.caller.may(Right::Operate, None) { (form(&me, lang)) }
    };
    Ok(me.show(APPS.of(lang), Place::Apps, &body))
}

pub(super) async fn create(
    State(console): State<Arc<Console>>,
    me: SignedIn,
    Form(new): Form<NewApp>,
) -> Result<Response, Failure> {
    let id: AppId = new.id.trim().parse().map_err(Cause::malformed)?;
    let era: Era = new.era.parse().map_err(Cause::malformed)?;
    let by = me.allow(&console, Right::Operate, None).await?;
    app::create(
        console.store(),
        &id,
        &new.name,
        era,
        new.two_people.is_some(),
        &by,
    )
    .await?;
    Ok(Redirect::to(&format!("/apps/{id}")).into_response())
}

async fn with_version(console: &Console, app: App) -> Result<Shown, Failure> {
    let effective = match app.id.parse::<AppId>() {
        Ok(id) if app.effective > 0 => Domains::of(console.store(), &id).effective().await?,
        _ => None,
    };
    Ok(Shown { app, effective })
}

fn card(shown: &Shown, now: Timestamp, lang: Lang) -> Markup {
    let Shown { app, effective } = shown;
    html! {
        li.card {
            h2 { a href={ "/apps/" (app.id) } { (show::foreign(&app.name)) } }
            p.dim { code { (app.id) } }
            @match effective {
                None => p { span.tag.warn { (NOTHING_EFFECTIVE.of(lang)) } },
                Some(version) => p {
                    span.tag.good { (VERSION.of(lang)) " " (version.number) } " "
                    span.dim { (show::moment(version.published_at, now, lang)) }
                },
            }
        }
    }
}

fn form(me: &SignedIn, lang: Lang) -> Markup {
    html! {
        section.card aria-labelledby="new" {
            h2 #new { (NEW.of(lang)) }
            form.stack method="post" action="/apps" {
                (csrf(&me.who))
                label { (ID.of(lang))
                    input name="id" required maxlength="64" pattern="[A-Za-z0-9_\\-]+" autocomplete="off" spellcheck="false";
                }
                label { (NAME.of(lang)) input name="name" required maxlength="100"; }
                label { (ERA.of(lang))
                    select name="era" {
                        option value="current" { (CURRENT.of(lang)) }
                        option value="guide" { (GUIDE.of(lang)) }
                    }
                }
                label.inline { input type="checkbox" name="two_people" value="yes"; " " (TWO_PEOPLE.of(lang)) }
                div { button { (CREATE.of(lang)) } }
            }
        }
    }
}

const PAGE: u32 = 60;
const APPS: Text = Text("Apps", "应用");
const CREATE: Text = Text("Create", "创建");
const CURRENT: Text = Text(
    "today's: 200 domains an interface, 50 changes a month",
    "现行：每个接口 200 个域名，每月 50 次修改",
);
const ERA: Text = Text("Whose numbers hold", "采用哪个时期的限额");
const GUIDE: Text = Text(
    "the guide's: 20 domains an interface, 5 changes a month",
    "指南时期：每个接口 20 个域名，每月 5 次修改",
);
const ID: Text = Text("App ID", "AppID");
const MORE: Text = Text("More apps", "更多应用");
const NAME: Text = Text("Name", "名称");
const NEW: Text = Text("New app", "新建应用");
const NONE: Text = Text(
    "There is no app that you may see. An owner of one can make you a member of it.",
    "没有你能看到的应用。应用的所有者可以把你加为成员。",
);
const NOTHING_EFFECTIVE: Text = Text(
    "nothing published: no call is allowed",
    "尚未发布：所有调用都会被拒绝",
);
const TWO_PEOPLE: Text = Text(
    "Somebody else than the author has to approve each change",
    "每次修改须由作者以外的人批准",
);
const VERSION: Text = Text("version", "版本");
