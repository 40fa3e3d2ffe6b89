//! Every draft that waits for somebody's yes.

use std::sync::Arc;

use axum::Form;
use axum::extract::{Path, Query, State};
use axum::response::{Html, IntoResponse, Redirect, Response};
use jiff::Timestamp;
use maud::{Markup, html};
use minigate_policy::diagnosis::Lang;
use minigate_policy::{AppId, WrittenLists};
use serde::Deserialize;

use super::show;
use crate::Console;
use crate::access::Right;
use crate::app::{self, App};
use crate::domains::{self, DomainsError, Draft, Expected, State as DraftState, diff};
use crate::preflight::{self, Preflight};
use crate::store::Sequence;
use crate::text::Text;
use crate::web::failure::malformed::NO_CHOICE;
use crate::web::failure::{Cause, Failure};
use crate::web::layout::{Place, csrf};
use crate::web::signed_in::{Reason, SignedIn};

#[derive(Debug, Deserialize)]
pub(super) struct Wanted {
    after: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Answer {
    step: String,
    /// Which draft was seen: another one that was written since isn't approved with it.
    revision: Sequence,
    #[serde(flatten)]
    reason: Reason,
}

/// A draft with what has to be known of it.
struct Waiting {
    id: AppId,
    app: App,
    revision: Sequence,
    draft: Draft,
    effective: WrittenLists,
    preflight: Option<Preflight>,
}

/// An app's draft and its revision.
type Found = (AppId, Sequence, Draft);

pub(super) async fn list(
    State(console): State<Arc<Console>>,
    Query(wanted): Query<Wanted>,
    me: SignedIn,
) -> Result<Html<String>, Failure> {
    let lang = me.visitor.lang;
    let after = wanted.after.as_deref().and_then(|id| id.parse::<AppId>().ok());
    let (found, next) = submitted(&console, &me, after).await?;
    let mut waiting = Vec::new();
    for found in found {
        waiting.push(Waiting::load(&console, found).await?);
    }
    waiting.sort_by_key(|waiting| waiting.draft.written_at);
    let body = html! {
        h1 { (TITLE.of(lang)) }
        @if waiting.is_empty() { p { (NONE.of(lang)) } }
        @for each in &waiting { (card(each, &me, console.now(), lang)) }
        @if let Some(next) = next { p { a href={ "?after=" (next) } rel="next" { (MORE.of(lang)) } } }
    };
    Ok(me.show(TITLE.of(lang), Place::Approvals, &body))
}

pub(super) async fn answer(
    State(console): State<Arc<Console>>,
    Path(id): Path<String>,
    me: SignedIn,
    Form(answer): Form<Answer>,
) -> Result<Response, Failure> {
    let (id, by) = me.allow_in(&console, &id, Right::Approve).await?;
    let by = answer.reason.given_to(by)?;
    let domains = console.domains(&id).expecting(Expected::At(answer.revision));
    match answer.step.as_str() {
        "approve" => domains.approve(&by).await?,
        "refuse" => domains.refuse(&by).await?,
        _ => return Err(Cause::malformed(NO_CHOICE)),
    };
    Ok(Redirect::to("/approvals").into_response())
}

/// The drafts that wait, of the apps that the caller sees, and the app to go on after.
async fn submitted(
    console: &Console,
    me: &SignedIn,
    after: Option<AppId>,
) -> Result<(Vec<Found>, Option<AppId>), Failure> {
    let mut found = Vec::new();
    let mut after = after;
    loop {
        let (drafts, last) = drafts(console, me, after.as_ref()).await?;
        for draft in drafts {
            if draft.2.state != DraftState::Submitted {
                continue;
            }
            if found.len() == SHOWN {
                let next = found.last().map(|(id, _, _): &Found| id.clone());
                return Ok((found, next));
            }
            found.push(draft);
        }
        match last {
            Some(last) => after = Some(last),
            None => return Ok((found, None)),
        }
    }
}

/// Drafts of the next apps, and the app to go on after; whoever sees every app reads them by the batch.
async fn drafts(
    console: &Console,
    me: &SignedIn,
    after: Option<&AppId>,
) -> Result<(Vec<Found>, Option<AppId>), Failure> {
    if me.caller.may(Right::Read, None) {
        let drafts = domains::drafts(console.store(), after, BATCH).await?;
        let of = |(id, revision, draft): (String, _, _)| Some((id.parse::<AppId>().ok()?, revision, draft));
        let drafts: Vec<_> = drafts.into_iter().filter_map(of).collect();
        let last = drafts.last().map(|(id, _, _)| id.clone());
        return Ok((drafts, last));
    }
    let apps = console.apps_of(&me.caller, after, BATCH).await?;
    let ids = apps.iter().filter_map(|app| app.id.parse::<AppId>().ok());
    let (mut drafts, mut last) = (Vec::new(), None);
    for id in ids {
        match console.domains(&id).draft_at().await {
            Ok((revision, draft)) => drafts.push((id.clone(), revision, draft)),
            Err(DomainsError::NoDraft) => {}
            Err(other) => return Err(other.into()),
        }
        last = Some(id);
    }
    Ok((drafts, last))
}

impl Waiting {
    async fn load(console: &Console, (id, revision, draft): Found) -> Result<Self, Failure> {
        let app = app::find(console.store(), &id).await?;
        let effective = console.domains(&id).effective().await?;
        let preflight = preflight::of_draft(console.store(), &id, &draft.lists).await?;
        Ok(Self {
            effective: effective.map(|version| version.lists).unwrap_or_default(),
            id,
            app,
            revision,
            draft,
            preflight,
        })
    }
}

fn card(waiting: &Waiting, me: &SignedIn, now: Timestamp, lang: Lang) -> Markup {
    let Waiting { app, draft, .. } = waiting;
    html! {
        section.card aria-labelledby={ "app-" (app.id) } {
            h2 id={ "app-" (app.id) } {
                a href={ "/apps/" (app.id) "/draft" } { (show::foreign(&app.name)) } " " small.dim { code { (app.id) } }
            }
            p.dim { (show::foreign(&draft.author)) ", " (show::moment(draft.written_at, now, lang)) }
            @if let Some(note) = &draft.note { p.reason { (show::foreign(note)) } }
            (show::differences(&diff(&waiting.effective, &draft.lists), lang))
            p { (preflight_line(waiting, now, lang)) }
            @if me.caller.may(Right::Approve, Some(&waiting.id)) { (answers(waiting, me, lang)) }
        }
    }
}

fn answers(waiting: &Waiting, me: &SignedIn, lang: Lang) -> Markup {
    let Waiting { app, draft, .. } = waiting;
    let is_own = app.two_people && draft.is_by(me.caller.actor());
    html! {
        @if is_own { p { span.tag.warn { (OWN.of(lang)) } } }
        form.row method="post" action={ "/approvals/" (app.id) } {
            (csrf(&me.who))
            input type="hidden" name="revision" value=(waiting.revision);
            (show::why("", lang))
            @if !is_own { button name="step" value="approve" { (APPROVE.of(lang)) } }
            button.danger name="step" value="refuse" { (REFUSE.of(lang)) }
        }
    }
}

fn preflight_line(waiting: &Waiting, now: Timestamp, lang: Lang) -> Markup {
    let Some(found) = &waiting.preflight else {
        let class = if waiting.app.preflight_required {
            "warn"
        } else {
            ""
        };
        return html! { span.tag.(class) { (NO_PREFLIGHT.of(lang)) } };
    };
    let bad = found.hosts.iter().filter(|host| !host.is_good()).count();
    let faulty = found.entries.iter().filter(|entry| !entry.is_good()).count();
    html! {
        @if found.is_passed { span.tag.good { (PASSED.of(lang)) } } @else { span.tag.bad { (NOT_PASSED.of(lang)) } }
        " " (HOSTS.of(lang)) " " (found.hosts.len() - bad) "/" (found.hosts.len())
        @if faulty > 0 { ", " (FAULTY.of(lang)) " " (faulty) }
        span.dim { ", " (show::moment(found.finished_at, now, lang)) }
    }
}

const BATCH: u32 = 100;
const SHOWN: usize = 20;
const APPROVE: Text = Text("Approve", "批准");
const FAULTY: Text = Text("entries that can't be listed:", "不能添加的条目：");
const HOSTS: Text = Text("hosts that work:", "可用主机：");
const MORE: Text = Text("More", "更多");
const NONE: Text = Text("Nothing waits for approval.", "没有等待审批的草稿。");
const NOT_PASSED: Text = Text("pre-flight not passed", "预检未通过");
const NO_PREFLIGHT: Text = Text("no pre-flight of these entries", "这些条目尚未预检");
pub(super) const OWN: Text = Text(
    "your own draft: somebody else has to approve it",
    "这是你自己的草稿：须由其他人批准",
);
const PASSED: Text = Text("pre-flight passed", "预检通过");
const REFUSE: Text = Text("Send back", "退回");
const TITLE: Text = Text("Approvals", "审批");
