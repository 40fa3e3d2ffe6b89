//! The apps, each with how it stands, and a new one.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use jiff::Timestamp;
use maud::{Markup, html};
use minigate_policy::diagnosis::Lang;
use minigate_policy::{AppId, Era};
use serde::Deserialize;

use super::certificates::urgency;
use super::{app as app_pages, show};
use crate::Console;
use crate::access::Right;
use crate::app::{self, App};
use crate::domains::{Draft, Version};
use crate::moment::after;
use crate::preflight;
use crate::text::Text;
use crate::web::failure::{Cause, Failure};
use crate::web::fields::{Form, Query};
use crate::web::layout::{Place, csrf};
use crate::web::signed_in::{Reason, SignedIn};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Wanted {
    q: String,
    after: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct NewApp {
    id: String,
    name: String,
    era: String,
    two_people: Option<String>,
    reason: String,
}

/// An app with how it stands.
struct Shown {
    app: App,
    effective: Option<Version>,
    draft: Option<Draft>,
    /// When the first certificate of the effective version ends, where that is soon.
    ends: Option<Timestamp>,
}

pub(super) async fn list(
    State(console): State<Arc<Console>>,
    Query(wanted): Query<Wanted>,
    me: SignedIn,
) -> Result<Html<String>, Failure> {
    page(&console, &me, &wanted, &NewApp::default(), None).await
}

/// The apps are at the beginning.
pub(super) async fn elsewhere() -> Redirect {
    Redirect::to("/")
}

pub(super) async fn create(
    State(console): State<Arc<Console>>,
    me: SignedIn,
    Form(new): Form<NewApp>,
) -> Result<Response, Failure> {
    match make(&console, &me, &new).await {
        Ok(id) => Ok(Redirect::to(&format!("/apps/{id}")).into_response()),
        Err(failure) if is_typed_wrong(&failure) => {
            let page = page(&console, &me, &Wanted::default(), &new, Some(&failure)).await?;
            Ok((failure.status(), page).into_response())
        }
        Err(failure) => Err(failure),
    }
}

async fn make(console: &Console, me: &SignedIn, new: &NewApp) -> Result<AppId, Failure> {
    let by = me.allow(console, Right::Operate, None).await?;
    let by = Reason::of(&new.reason).given_to(by)?;
    let id: AppId = new.id.trim().parse().map_err(Cause::malformed)?;
    let era: Era = new.era.parse().map_err(Cause::malformed)?;
    let two_people = new.two_people.is_some();
    app::create(console.store(), &id, &new.name, era, two_people, &by).await?;
    Ok(id)
}

fn is_typed_wrong(failure: &Failure) -> bool {
    matches!(
        failure.status(),
        StatusCode::BAD_REQUEST | StatusCode::CONFLICT | StatusCode::UNPROCESSABLE_ENTITY
    )
}

async fn page(
    console: &Console,
    me: &SignedIn,
    wanted: &Wanted,
    new: &NewApp,
    wrong: Option<&Failure>,
) -> Result<Html<String>, Failure> {
    let (lang, now) = (me.visitor.lang, console.now());
    let (apps, next) = find(console, me, wanted).await?;
    let mut shown = Vec::new();
    for app in apps {
        shown.push(Shown::load(console, app).await?);
    }
    let body = html! {
        h1 { (APPS.of(lang)) }
        @if let Some(wrong) = wrong { (show::refused(wrong, lang)) }
        (search(&wanted.q, lang))
        @if !shown.is_empty() { (table(&shown, now, lang)) }
        @else if wanted.q.is_empty() { p { (if me.operates() { FIRST } else { NONE }.of(lang)) } }
        @else { p { (NOT_FOUND.of(lang)) } }
        @if let Some(next) = next { p { a href=(next) rel="next" { (MORE.of(lang)) } } }
        @if me.caller.may(Right::Operate, None) { (form(new, wrong.is_some() || shown.is_empty(), me)) }
    };
    Ok(me.show(APPS.of(lang), Place::Apps, &body))
}

/// The next apps that are searched for, and the link to those after.
async fn find(
    console: &Console,
    me: &SignedIn,
    wanted: &Wanted,
) -> Result<(Vec<App>, Option<String>), Failure> {
    let words = wanted.q.trim().to_lowercase();
    let mut after: Option<AppId> = wanted.after.parse().ok();
    let mut found: Vec<App> = Vec::new();
    for _ in 0..BATCHES {
        let apps = console.apps_of(&me.caller, after.as_ref(), BATCH).await?;
        let is_last = apps.len() < BATCH as usize;
        for app in apps {
            after = app.id.parse().ok();
            let is_wanted =
                app.id.to_lowercase().contains(&words) || app.name.to_lowercase().contains(&words);
            if is_wanted && found.len() == PAGE {
                let next = found.last().map(|app| link(&wanted.q, &app.id));
                return Ok((found, next));
            }
            if is_wanted {
                found.push(app);
            }
        }
        if is_last {
            return Ok((found, None));
        }
    }
    let next = after.map(|id| link(&wanted.q, id.as_str()));
    Ok((found, next))
}

fn link(words: &str, after: &str) -> String {
    let mut link = form_urlencoded::Serializer::new(String::from("/?"));
    if !words.is_empty() {
        link.append_pair("q", words);
    }
    link.append_pair("after", after);
    link.finish()
}

impl Shown {
    async fn load(console: &Console, app: App) -> Result<Self, Failure> {
        let id: AppId = app.id.parse().map_err(Cause::malformed)?;
        let domains = console.domains(&id);
        let effective = match app.effective {
            0 => None,
            number => Some(domains.version(number).await?),
        };
        let endings = preflight::endings_of(console.store(), &id).await?;
        let soon = after(console.now(), preflight::RENEWAL);
        let ends = endings.first().map(|ending| ending.not_after);
        Ok(Self {
            draft: domains.draft().await?,
            ends: ends.filter(|ends| *ends < soon),
            app,
            effective,
        })
    }
}

fn search(words: &str, lang: Lang) -> Markup {
    html! {
        form.row role="search" action="/" {
            label.wide { span.hidden { (SEARCH.of(lang)) }
                input type="search" name="q" value=(words) maxlength="100" placeholder=(SEARCH.of(lang)) spellcheck="false";
            }
            button.quiet { (FIND.of(lang)) }
        }
    }
}

fn table(shown: &[Shown], now: Timestamp, lang: Lang) -> Markup {
    html! {
        div.scroll {
            table.fold.apps aria-label=(APPS.of(lang)) {
                thead { tr {
                    th scope="col" { (APP.of(lang)) } th scope="col" { (EFFECTIVE.of(lang)) }
                    th scope="col" { (DRAFT.of(lang)) } th scope="col" { (CERTIFICATES.of(lang)) }
                    th.number scope="col" { (CHANGES.of(lang)) }
                } }
                tbody { @for each in shown { (row(each, now, lang)) } }
            }
        }
    }
}

fn row(shown: &Shown, now: Timestamp, lang: Lang) -> Markup {
    let Shown { app, .. } = shown;
    let (used, most) = (app.changes.at(now), app.changes_a_month());
    html! {
        tr {
            td { a.name href={ "/apps/" (app.id) } { (show::foreign(&app.name)) } br; code.dim { (app.id) } }
            td data-label=(EFFECTIVE.of(lang)) { (effective(shown.effective.as_ref(), now, lang)) }
            td data-label=(DRAFT.of(lang)) {
                @match &shown.draft {
                    Some(draft) => a href={ "/apps/" (app.id) "/draft" } { (app_pages::state(draft.state, lang)) },
                    None => span.dim { "–" },
                }
            }
            td data-label=(CERTIFICATES.of(lang)) {
                @match shown.ends {
                    Some(ends) => span.tag.(urgency(ends, now).0) { (show::ends(ends, now, lang)) },
                    None => span.dim { "–" },
                }
            }
            td.number data-label=(CHANGES.of(lang)) {
                span.(if used >= most { "bad-text" } else { "" }) { (used) " / " (most) }
            }
        }
    }
}

fn effective(version: Option<&Version>, now: Timestamp, lang: Lang) -> Markup {
    html! {
        @match version {
            None => span.tag.warn { (NOTHING_EFFECTIVE.of(lang)) },
            Some(version) => {
                span.tag.good { (VERSION.of(lang)) " " (version.number) } " "
                span.dim { (show::moment(version.published_at, now, lang)) }
            }
        }
    }
}

fn form(new: &NewApp, is_open: bool, me: &SignedIn) -> Markup {
    let lang = me.visitor.lang;
    html! {
        details.card open[is_open] {
            summary { strong { (NEW.of(lang)) } }
            form.stack method="post" action="/apps" {
                (csrf(&me.who))
                label { (ID.of(lang))
                    input name="id" value=(new.id) required maxlength="64" pattern="[A-Za-z0-9_\\-]+" autocomplete="off" spellcheck="false";
                }
                label { (NAME.of(lang)) input name="name" value=(new.name) required maxlength="100"; }
                label { (ERA.of(lang))
                    select name="era" {
                        option value="current" { (CURRENT.of(lang)) }
                        option value="guide" selected[new.era == "guide"] { (GUIDE.of(lang)) }
                    }
                }
                label.inline { input type="checkbox" name="two_people" value="yes" checked[new.two_people.is_some()]; " " (TWO_PEOPLE.of(lang)) }
                (show::why(&new.reason, lang))
                div { button { (CREATE.of(lang)) } }
            }
        }
    }
}

const PAGE: usize = 50;
const BATCH: u32 = 200;
/// How many batches one search looks through.
const BATCHES: usize = 25;
const APP: Text = Text("App", "应用");
const APPS: Text = Text("Apps", "应用");
const CERTIFICATES: Text = Text("Certificates", "证书");
const CHANGES: Text = Text("Changes this month", "本月修改");
const CREATE: Text = Text("Create", "创建");
const CURRENT: Text = Text(
    "today's: 200 domains an interface, 50 changes a month",
    "现行：每个接口 200 个域名，每月 50 次修改",
);
const DRAFT: Text = Text("Draft", "草稿");
const EFFECTIVE: Text = Text("Effective", "当前生效");
const ERA: Text = Text("Limits of the platform", "平台限额");
const FIND: Text = Text("Find", "查找");
const FIRST: Text = Text(
    "There is no app yet. Make the first one here.",
    "还没有应用。请在这里创建第一个。",
);
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
const NOTHING_EFFECTIVE: Text = Text("nothing: every call is refused", "尚未发布：所有调用被拒绝");
const NOT_FOUND: Text = Text("No app is called so.", "没有符合的应用。");
const SEARCH: Text = Text("Name or ID of an app", "应用名称或 AppID");
const TWO_PEOPLE: Text = Text(
    "Somebody else than the author has to approve each change",
    "每次修改须由作者以外的人批准",
);
const VERSION: Text = Text("version", "版本");
