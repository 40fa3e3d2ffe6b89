//! Every draft that waits for somebody's yes.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{Html, Response};
use jiff::Timestamp;
use maud::{Markup, html};
use minigate_policy::diagnosis::Lang;
use minigate_policy::{AppId, WrittenLists};
use serde::Deserialize;

use super::{draft, show};
use crate::Console;
use crate::access::Right;
use crate::app::{self, App};
use crate::domains::{Waiting, diff, waiting};
use crate::preflight::{self, Preflight};
use crate::text::Text;
use crate::web::failure::Failure;
use crate::web::fields::{Form, Query};
use crate::web::layout::{Place, csrf};
use crate::web::signed_in::SignedIn;

#[derive(Debug, Deserialize)]
pub(super) struct Wanted {
    after: Option<String>,
}

/// A draft with what has to be known of it.
struct Card {
    waiting: Waiting,
    app: App,
    effective: WrittenLists,
    preflight: Option<Preflight>,
}

pub(super) async fn list(
    State(console): State<Arc<Console>>,
    Query(wanted): Query<Wanted>,
    me: SignedIn,
) -> Result<Html<String>, Failure> {
    let lang = me.visitor.lang;
    let after = wanted.after.as_deref().and_then(|id| id.parse::<AppId>().ok());
    let mut found = waiting(&console, &me.caller, after, SHOWN + 1).await?;
    let goes_on = found.len() > SHOWN;
    found.truncate(SHOWN);
    let next = found.last().filter(|_| goes_on).map(|of| of.id.clone());
    found.sort_by_key(|waiting| waiting.draft.written_at);
    let mut cards = Vec::new();
    for waiting in found {
        cards.push(Card::load(&console, waiting).await?);
    }
    let body = html! {
        h1 { (TITLE.of(lang)) }
        @if cards.is_empty() { p { (NONE.of(lang)) } }
        @for each in &cards { (card(each, &me, console.now(), lang)) }
        @if let Some(next) = next { p { a href={ "?after=" (next) } rel="next" { (MORE.of(lang)) } } }
    };
    Ok(me.show(TITLE.of(lang), Place::Approvals, &body))
}

pub(super) async fn answer(
    State(console): State<Arc<Console>>,
    Path(id): Path<String>,
    me: SignedIn,
    Form(wanted): Form<draft::Wanted>,
) -> Result<Response, Failure> {
    draft::take(&console, &me, &id, &wanted, "/approvals").await
}

impl Card {
    async fn load(console: &Console, waiting: Waiting) -> Result<Self, Failure> {
        let id = &waiting.id;
        let effective = console.domains(id).effective().await?;
        Ok(Self {
            app: app::find(console.store(), id).await?,
            effective: effective.map(|version| version.lists).unwrap_or_default(),
            preflight: preflight::of_draft(console.store(), id, &waiting.draft.lists).await?,
            waiting,
        })
    }
}

fn card(card: &Card, me: &SignedIn, now: Timestamp, lang: Lang) -> Markup {
    let Card { app, waiting, .. } = card;
    let draft = &waiting.draft;
    html! {
        section.card aria-labelledby={ "app-" (app.id) } {
            h2 id={ "app-" (app.id) } {
                a href={ "/apps/" (app.id) "/draft" } { (show::foreign(&app.name)) } " " small.dim { code { (app.id) } }
            }
            p.dim { (show::foreign(&draft.author)) (show::comma(lang)) (show::moment(draft.written_at, now, lang)) }
            @if let Some(note) = &draft.note { p.reason { (show::foreign(note)) } }
            (show::differences(&diff(&card.effective, &draft.lists), lang))
            p { (preflight_line(card, now, lang)) }
            @if me.caller.may(Right::Approve, Some(&waiting.id)) { (answers(card, me, lang)) }
        }
    }
}

fn answers(card: &Card, me: &SignedIn, lang: Lang) -> Markup {
    let Card { app, waiting, .. } = card;
    let is_own = app.two_people && waiting.draft.is_by(me.caller.actor());
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

fn preflight_line(card: &Card, now: Timestamp, lang: Lang) -> Markup {
    let Some(found) = &card.preflight else {
        let class = if card.app.preflight_required { "warn" } else { "" };
        return html! { span.tag.(class) { (NO_PREFLIGHT.of(lang)) } };
    };
    let bad = found.hosts.iter().filter(|host| !host.is_good()).count();
    let faulty = found.entries.iter().filter(|entry| !entry.is_good()).count();
    html! {
        @if found.is_passed { span.tag.good { (PASSED.of(lang)) } } @else { span.tag.bad { (NOT_PASSED.of(lang)) } }
        " " (HOSTS.of(lang)) " " (found.hosts.len() - bad) "/" (found.hosts.len())
        @if faulty > 0 { (show::comma(lang)) (FAULTY.of(lang)) " " (faulty) }
        span.dim { (show::comma(lang)) (show::moment(found.finished_at, now, lang)) }
    }
}

const SHOWN: usize = 20;
const APPROVE: Text = Text("Approve", "批准");
const FAULTY: Text = Text("entries that can't be listed:", "不能添加的条目");
const HOSTS: Text = Text("hosts that work:", "可用主机");
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
