//! The versions of an app's domains: a timeline, one of them, what differs between two, and the way back.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use jiff::Timestamp;
use maud::{Markup, html};
use minigate_policy::diagnosis::Lang;
use minigate_policy::{AppId, WrittenLists};
use serde::Deserialize;

use super::app::{self, Tab, seen};
use super::show;
use crate::Console;
use crate::access::Right;
use crate::app::App;
use crate::block::Blocks;
use crate::domains::{DomainsError, Draft, Expected, Version, diff};
use crate::store::Sequence;
use crate::text::Text;
use crate::web::failure::Failure;
use crate::web::fields::{Form, Query};
use crate::web::layout::{Place, csrf};
use crate::web::signed_in::{Reason, SignedIn};

#[derive(Debug, Deserialize)]
pub(super) struct Wanted {
    after: Option<u32>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Pair {
    from: u32,
    to: u32,
}

/// Why, and which draft was there to see; none where nothing is said.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Back {
    reason: String,
    opened: String,
}

/// The newest first, each with what it changed.
pub(super) async fn timeline(
    State(console): State<Arc<Console>>,
    Path(id): Path<String>,
    Query(wanted): Query<Wanted>,
    me: SignedIn,
) -> Result<Html<String>, Failure> {
    let (id, app) = seen(&console, &me, &id, Right::Read).await?;
    let (lang, now) = (me.visitor.lang, console.now());
    let last = wanted.after.unwrap_or(app.effective).min(app.effective);
    let first = last.saturating_sub(PAGE);
    // One more than are shown: what the oldest shown one changed.
    let versions = console
        .domains(&id)
        .versions(first.saturating_sub(1), PAGE + 1)
        .await?;
    let shown = versions
        .iter()
        .rev()
        .filter(|version| version.number > first && version.number <= last);
    let body = html! {
        (app::head(&app, Tab::Versions, &me))
        @if app.effective == 0 { p { (NONE.of(lang)) } }
        @else { (compare(&app, (app.effective.saturating_sub(1).max(1), app.effective), lang)) }
        ol.timeline {
            @for version in shown {
                li {
                    (line(&app, version, now, lang))
                    (show::differences(&diff(before(&versions, version), &version.lists), lang))
                }
            }
        }
        @if first > 0 { p { a href={ "?after=" (first) } { (OLDER.of(lang)) } } }
    };
    Ok(me.show(&app.name, Place::Apps, &body))
}

pub(super) async fn one(
    State(console): State<Arc<Console>>,
    Path((id, number)): Path<(String, u32)>,
    me: SignedIn,
) -> Result<Html<String>, Failure> {
    let (id, app) = seen(&console, &me, &id, Right::Read).await?;
    as_it_is(&console, &me, (&id, &app), number, None).await
}

/// A version with the way back to it; with the reason that was typed where that wasn't gone.
async fn as_it_is(
    console: &Console,
    me: &SignedIn,
    (id, app): (&AppId, &App),
    number: u32,
    refused: Option<&str>,
) -> Result<Html<String>, Failure> {
    let (lang, now) = (me.visitor.lang, console.now());
    let domains = console.domains(id);
    let version = domains.version(number).await?;
    let draft = domains.draft_with_revision().await?;
    let is_effective = number == app.effective;
    let blocks = Blocks::load(console.store()).await?;
    let body = html! {
        (app::head(app, Tab::Versions, me))
        @if refused.is_some() { div.note.bad role="alert" { p { @if draft.is_some() { (MOVED.of(lang)) } @else { (GONE.of(lang)) } } } }
        h2 { (VERSION.of(lang)) " " (number) " " @if is_effective { span.tag.good { (EFFECTIVE.of(lang)) } } }
        (facts(&version, now, lang))
        (app::lists(app, &version.lists, &blocks.in_lists(&version.lists, now), lang))
        @if !is_effective {
            p { a href={ "/apps/" (app.id) "/diff?from=" (number) "&to=" (app.effective) } { (AGAINST_EFFECTIVE.of(lang)) } }
            @if me.caller.may(Right::Write, Some(id)) { (back(app, number, draft.as_ref(), refused.unwrap_or_default(), (me, now))) }
        }
    };
    Ok(me.show(&app.name, Place::Apps, &body))
}

pub(super) async fn difference(
    State(console): State<Arc<Console>>,
    Path(id): Path<String>,
    Query(Pair { from, to }): Query<Pair>,
    me: SignedIn,
) -> Result<Html<String>, Failure> {
    let (id, app) = seen(&console, &me, &id, Right::Read).await?;
    let lang = me.visitor.lang;
    let domains = console.domains(&id);
    let (old, new) = (domains.version(from).await?, domains.version(to).await?);
    let body = html! {
        (app::head(&app, Tab::Versions, &me))
        h2 { @match lang { Lang::En => { "What differs from version " (from) " to version " (to) }, Lang::Zh => { "版本 " (from) " 与版本 " (to) " 的差异" } } }
        (show::differences(&diff(&old.lists, &new.lists), lang))
        (compare(&app, (from, to), lang))
    };
    Ok(me.show(&app.name, Place::Apps, &body))
}

pub(super) async fn roll_back(
    State(console): State<Arc<Console>>,
    Path((id, number)): Path<(String, u32)>,
    me: SignedIn,
    Form(wanted): Form<Back>,
) -> Result<Response, Failure> {
    let (id, by) = me.allow_in(&console, &id, Right::Write).await?;
    let by = Reason::of(&wanted.reason).given_to(by)?;
    let expected = wanted.opened.parse().map_or(Expected::None, Expected::At);
    let domains = console.domains(&id).expecting(expected);
    match domains.roll_back(number, &by).await {
        Err(DomainsError::DraftThere | DomainsError::Moved) => {
            let app = crate::app::find(console.store(), &id).await?;
            let page = as_it_is(&console, &me, (&id, &app), number, Some(&wanted.reason)).await?;
            Ok((StatusCode::PRECONDITION_FAILED, page).into_response())
        }
        rolled_back => {
            rolled_back?;
            Ok(Redirect::to(&format!("/apps/{id}/draft")).into_response())
        }
    }
}

fn before<'a>(versions: &'a [Version], version: &Version) -> &'a WrittenLists {
    static NOTHING: WrittenLists = WrittenLists {
        request: Vec::new(),
        upload_file: Vec::new(),
        download_file: Vec::new(),
        connect_socket: Vec::new(),
    };
    let previous = versions.iter().find(|each| each.number + 1 == version.number);
    previous.map_or(&NOTHING, |previous| &previous.lists)
}

fn line(app: &App, version: &Version, now: Timestamp, lang: Lang) -> Markup {
    html! {
        h2 {
            a href={ "/apps/" (app.id) "/versions/" (version.number) } { (VERSION.of(lang)) " " (version.number) }
            @if version.number == app.effective { " " span.tag.good { (EFFECTIVE.of(lang)) } }
        }
        (facts(version, now, lang))
    }
}

fn facts(version: &Version, now: Timestamp, lang: Lang) -> Markup {
    html! {
        dl.facts {
            dt { (PUBLISHED.of(lang)) }
            dd { (show::moment(version.published_at, now, lang)) (show::comma(lang)) (show::foreign(&version.publisher)) }
            dt { (WRITTEN.of(lang)) } dd { (show::foreign(&version.author)) }
            @if !version.approvals.is_empty() {
                dt { (APPROVED.of(lang)) }
                dd { @for approval in &version.approvals { (show::foreign(&approval.actor)) " " } }
            }
            @if let Some(reason) = &version.reason { dt { (show::WHY.of(lang)) } dd { (show::foreign(reason)) } }
            (unfiled(version, lang))
        }
    }
}

/// What the platform's terms let through (rule D5), among the facts of a version.
pub(super) fn unfiled(version: &Version, lang: Lang) -> Markup {
    html! {
        @if !version.unfiled.is_empty() {
            dt { span.tag.warn { (UNFILED.of(lang)) } }
            dd { @for of in &version.unfiled { p { (show::sentence(&of.tell(lang))) } } }
        }
    }
}

fn compare(app: &App, (from, to): (u32, u32), lang: Lang) -> Markup {
    html! {
        form.row action={ "/apps/" (app.id) "/diff" } {
            label { (FROM.of(lang)) " " input name="from" type="number" min="1" max=(app.effective) value=(from) required; }
            label { (TO.of(lang)) " " input name="to" type="number" min="1" max=(app.effective) value=(to) required; }
            button.quiet { (COMPARE.of(lang)) }
        }
    }
}

fn back(
    app: &App,
    number: u32,
    draft: Option<&(Sequence, Draft)>,
    reason: &str,
    (me, now): (&SignedIn, Timestamp),
) -> Markup {
    let lang = me.visitor.lang;
    html! {
        form.stack.card method="post" action={ "/apps/" (app.id) "/versions/" (number) "/roll-back" } {
            (csrf(&me.who))
            h2 { (ROLL_BACK.of(lang)) }
            p { (ROLL_BACK_HOW.of(lang)) }
            @if let Some((revision, draft)) = draft {
                input type="hidden" name="opened" value=(revision);
                (replaced(app, draft, now, lang))
            }
            (show::why(reason, lang))
            div { button { @if draft.is_some() { (REPLACE.of(lang)) } @else { (ROLL_BACK.of(lang)) } } }
        }
    }
}

/// Whose draft goes where somebody rolls back.
fn replaced(app: &App, draft: &Draft, now: Timestamp, lang: Lang) -> Markup {
    html! {
        div.note.warn {
            p { (REPLACED.of(lang)) }
            p {
                a href={ "/apps/" (app.id) "/draft" } { (DRAFT.of(lang)) } " " (app::state(draft.state, lang)) " "
                (show::foreign(&draft.author)) (show::comma(lang)) (show::moment(draft.written_at, now, lang))
            }
        }
    }
}

const PAGE: u32 = 20;
const AGAINST_EFFECTIVE: Text = Text("What differs from the effective version", "与生效版本的差异");
const APPROVED: Text = Text("Approved by", "批准人");
const COMPARE: Text = Text("Compare", "比较");
const DRAFT: Text = Text("Draft", "草稿");
const EFFECTIVE: Text = Text("effective", "生效中");
const FROM: Text = Text("From version", "从版本");
const GONE: Text = Text(
    "Not rolled back: the draft that you saw is gone, published or discarded. Below it is as it is now; rolling back again makes a new draft.",
    "没有回滚：你看到的草稿已不存在（已发布或已放弃）。下面是现在的情况，再次回滚将生成新的草稿。",
);
const MOVED: Text = Text(
    "Not rolled back: there is a draft that you haven't seen, or it has been changed since. Below it is as it is now; rolling back again puts the version in its place.",
    "没有回滚：有一份你没有看到的草稿，或者草稿已被修改。下面是现在的情况，再次回滚将替换该草稿。",
);
const NONE: Text = Text("Nothing has been published yet.", "尚未发布任何版本。");
const OLDER: Text = Text("Older versions", "更早的版本");
const PUBLISHED: Text = Text("Published", "发布");
const ROLL_BACK: Text = Text("Roll back to this version", "回滚到此版本");
const ROLL_BACK_HOW: Text = Text(
    "Makes a draft of these very lists; it becomes effective as every draft does.",
    "以完全相同的列表生成草稿，之后与其他草稿一样审批和发布。",
);
const REPLACE: Text = Text(
    "Roll back to this version, in place of the draft",
    "回滚到此版本，替换草稿",
);
const REPLACED: Text = Text(
    "There is a draft already. It is lost: these lists take its place.",
    "已有一份草稿。它将丢失，由这些列表替换。",
);
const UNFILED: Text = Text("Let through without a filing", "未备案但已放行");
const TO: Text = Text("To version", "到版本");
const VERSION: Text = Text("Version", "版本");
const WRITTEN: Text = Text("Written by", "作者");
