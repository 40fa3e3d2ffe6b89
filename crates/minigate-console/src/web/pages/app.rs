//! An app: what is effective in it, and what is on its way.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Html;
use jiff::Timestamp;
use maud::{Markup, html};
use minigate_policy::diagnosis::Lang;
use minigate_policy::{AppId, Interface, WrittenLists};

use super::{show, versions, what_if};
use crate::Console;
use crate::access::Right;
use crate::app::{self, App};
use crate::block::{Block, BlockedEntry, Blocks};
use crate::domains::{Draft, State as DraftState, Version, diff};
use crate::preflight::{self, Ending};
use crate::text::Text;
use crate::web::failure::Failure;
use crate::web::layout::Place;
use crate::web::signed_in::SignedIn;

/// A part of an app's pages.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Tab {
    Overview,
    Draft,
    Preflight,
    Versions,
    Import,
    Audit,
    Members,
    Grants,
    Secret,
    Settings,
}

impl Tab {
    const ALL: [(Self, &'static str, Text, Right); 10] = [
        (Self::Overview, "", Text("Effective", "当前生效"), Right::Read),
        (Self::Draft, "/draft", Text("Draft", "草稿"), Right::Read),
        (
            Self::Preflight,
            "/preflight",
            Text("Pre-flight", "预检"),
            Right::Read,
        ),
        (Self::Versions, "/versions", Text("Versions", "版本"), Right::Read),
        (
            Self::Import,
            "/import",
            Text("Import and export", "导入导出"),
            Right::Read,
        ),
        (Self::Audit, "/audit", Text("Audit log", "审计日志"), Right::Audit),
        (Self::Members, "/members", Text("Members", "成员"), Right::Read),
        (
            Self::Grants,
            "/grants",
            Text("Skipping the check", "跳过校验"),
            Right::Read,
        ),
        (
            Self::Secret,
            "/secret",
            Text("AppSecret", "AppSecret"),
            Right::Manage,
        ),
        (
            Self::Settings,
            "/settings",
            Text("Settings", "设置"),
            Right::Manage,
        ),
    ];
}

pub(super) async fn overview(
    State(console): State<Arc<Console>>,
    Path(id): Path<String>,
    me: SignedIn,
) -> Result<Html<String>, Failure> {
    let (id, app) = seen(&console, &me, &id, Right::Read).await?;
    let domains = console.domains(&id);
    let effective = domains.effective().await?;
    let draft = domains.draft().await?;
    let endings = preflight::endings_of(console.store(), &id).await?;
    let (lang, now) = (me.visitor.lang, console.now());
    let blocks = Blocks::load(console.store()).await?;
    let blocked = effective
        .as_ref()
        .map(|version| blocks.in_lists(&version.lists, now))
        .unwrap_or_default();
    let body = html! {
        (head(&app, Tab::Overview, &me))
        (status(&app, effective.as_ref(), now, lang))
        (ending(&endings, now, lang))
        @if let Some(draft) = &draft { (on_its_way(&app, draft, effective.as_ref(), now, lang)) }
        @match &effective {
            Some(version) => (lists(&app, &version.lists, &blocked, lang)),
            None if draft.is_none() && me.caller.may(Right::Write, Some(&id)) => {
                p { a.button href={ "/apps/" (app.id) "/draft" } { (FIRST.of(lang)) } }
            },
            None => {}
        }
        (what_if::small_form(&app.id, lang))
    };
    Ok(me.show(&app.name, Place::Apps, &body))
}

/// An app that the caller has a right in; one that it can't see is one that isn't there.
pub(super) async fn seen(
    console: &Console,
    me: &SignedIn,
    id: &str,
    right: Right,
) -> Result<(AppId, App), Failure> {
    let id = me.app(console, id, right).await?;
    let app = app::find(console.store(), &id).await?;
    Ok((id, app))
}

/// Name, ID and tabs of an app, as far as they are for this caller.
pub(super) fn head(app: &App, here: Tab, me: &SignedIn) -> Markup {
    let lang = me.visitor.lang;
    let id = app.id.parse::<AppId>().ok();
    let tabs = Tab::ALL
        .into_iter()
        .filter(|(.., right)| me.caller.may(*right, id.as_ref()));
    html! {
        h1 { (show::foreign(&app.name)) " " small.dim { code { (app.id) } } }
        nav.tabs aria-label=(PARTS.of(lang)) {
            ul {
                @for (tab, path, name, _) in tabs {
                    li { a href={ "/apps/" (app.id) (path) } aria-current=[(tab == here).then_some("page")] { (name.of(lang)) } }
                }
            }
        }
    }
}

/// How far a draft has come.
pub(super) fn state(state: DraftState, lang: Lang) -> Markup {
    let (class, text) = match state {
        DraftState::Open => ("", Text("being written", "编辑中")),
        DraftState::Submitted => ("warn", Text("waits for approval", "待批准")),
        DraftState::Approved => ("good", Text("approved", "已批准")),
    };
    html! { span.tag.(class) { (text.of(lang)) } }
}

/// The lists, interface by interface, each with how much room is left and which entries runtimes don't get.
pub(super) fn lists(app: &App, lists: &WrittenLists, blocked: &[BlockedEntry], lang: Lang) -> Markup {
    let most = app.profile().domains_per_interface;
    html! {
        ul.cards.interfaces {
            @for interface in Interface::ALL {
                li.card {
                    h2 { code { (show::purpose(interface).of(lang)) } }
                    p.dim { (lists.of(interface).len()) " / " (most) }
                    @if lists.of(interface).is_empty() { p.dim { (NOTHING_LISTED.of(lang)) } }
                    ul.entries { @for entry in lists.of(interface) { li {
                        (show::entry(entry))
                        @for held in blocked.iter().filter(|held| held.interface == interface && held.entry == *entry) {
                            " " (blocking(&held.block, lang))
                        }
                    } } }
                }
            }
        }
    }
}

/// That runtimes don't get an entry, and why.
fn blocking(block: &Block, lang: Lang) -> Markup {
    html! { span.tag.bad { (BLOCKED.of(lang)) } " " span.dim.small { (show::sentence(&block.tell(lang))) } }
}

fn status(app: &App, effective: Option<&Version>, now: Timestamp, lang: Lang) -> Markup {
    let used = app.changes.at(now);
    html! {
        div.card {
            dl.facts {
                dt { (EFFECTIVE.of(lang)) }
                dd {
                    @match effective {
                        None => (NOT_YET.of(lang)),
                        Some(version) => {
                            a href={ "/apps/" (app.id) "/versions/" (version.number) } { (VERSION.of(lang)) " " (version.number) }
                            (show::comma(lang)) (show::moment(version.published_at, now, lang))
                            (show::comma(lang)) (show::foreign(&version.publisher))
                        }
                    }
                }
                @if let Some(version) = effective { (versions::unfiled(version, lang)) }
                dt { (THIS_MONTH.of(lang)) }
                dd {
                    meter min="0" max=(app.changes_a_month()) value=(used) aria-label=(THIS_MONTH.of(lang)) {}
                    " " (used) " / " (app.changes_a_month())
                }
                @if app.two_people { dt { (APPROVAL.of(lang)) } dd { (TWO_PEOPLE.of(lang)) } }
            }
        }
    }
}

/// Certificates of the effective version that end soon, as far as its pre-flight has seen them.
fn ending(endings: &[Ending], now: Timestamp, lang: Lang) -> Markup {
    let is_soon = |ending: &&Ending| ending.not_after.duration_since(now) < preflight::RENEWAL;
    let soon: Vec<_> = endings.iter().filter(is_soon).collect();
    html! {
        @if !soon.is_empty() {
            section.note.warn aria-labelledby="ending" {
                h2 #ending { (ENDING.of(lang)) }
                ul.entries { @for ending in soon { li { (show::entry(&ending.entry)) " " (show::moment(ending.not_after, now, lang)) } } }
            }
        }
    }
}

fn on_its_way(app: &App, draft: &Draft, effective: Option<&Version>, now: Timestamp, lang: Lang) -> Markup {
    let nothing = WrittenLists::default();
    let old = effective.map_or(&nothing, |version| &version.lists);
    html! {
        section.note aria-labelledby="draft" {
            h2 #draft { a href={ "/apps/" (app.id) "/draft" } { (DRAFT.of(lang)) } " " (state(draft.state, lang)) }
            p.dim { (show::foreign(&draft.author)) (show::comma(lang)) (show::moment(draft.written_at, now, lang)) }
            (show::differences(&diff(old, &draft.lists), lang))
        }
    }
}

const APPROVAL: Text = Text("Approval", "审批");
const BLOCKED: Text = Text("blocked", "已封禁");
const DRAFT: Text = Text("A change is on its way", "有待发布的修改");
const ENDING: Text = Text("Certificates that end soon", "即将到期的证书");
const EFFECTIVE: Text = Text("Effective", "当前生效");
const FIRST: Text = Text("Write the first draft", "编写第一份草稿");
const NOTHING_LISTED: Text = Text("nothing: every call is refused", "空：所有调用都会被拒绝");
const NOT_YET: Text = Text("nothing yet: every call is refused", "尚无：所有调用都会被拒绝");
const PARTS: Text = Text("Parts of the app", "应用的各部分");
const THIS_MONTH: Text = Text("Changes this month", "本月修改次数");
const TWO_PEOPLE: Text = Text("by somebody else than the author", "须由作者以外的人批准");
const VERSION: Text = Text("version", "版本");
