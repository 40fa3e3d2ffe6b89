//! The draft of an app's domains: every entry judged as it is typed, then submitted, approved and published.

mod step;

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use jiff::Timestamp;
use maud::{Markup, html};
use minigate_policy::diagnosis::Lang;
use minigate_policy::{AppId, Interface, WrittenLists};
use serde::Deserialize;

use super::app::{self, Tab, seen};
use super::{entries, show};
use crate::Console;
use crate::access::Right;
use crate::app::App;
use crate::bulk::{Format, Mode, Pasted};
use crate::domains::{DomainsError, Draft, Expected, diff};
use crate::judged::Judged;
use crate::store::Sequence;
use crate::text::Text;
use crate::web::failure::malformed::UNFIT_REASON;
use crate::web::failure::{Cause, Failure};
use crate::web::fields::Form;
use crate::web::layout::{Place, csrf};
use crate::web::signed_in::{Reason, SignedIn};
use step::steps;
pub(super) use step::{Wanted, step, take};

/// What is typed: for each interface, one entry a line.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Typed {
    request: String,
    upload_file: String,
    download_file: String,
    connect_socket: String,
    reason: String,
    /// Of the draft that was opened; empty where there was none.
    opened: String,
    #[serde(rename = "do")]
    wish: Wish,
}

#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "camelCase")]
enum Wish {
    #[default]
    Check,
    Save,
}

#[derive(Debug, Deserialize)]
pub(super) struct ToJudge {
    interface: String,
    text: String,
}

pub(super) async fn edit(
    State(console): State<Arc<Console>>,
    Path(id): Path<String>,
    me: SignedIn,
) -> Result<Html<String>, Failure> {
    let (id, app) = seen(&console, &me, &id, Right::Read).await?;
    as_it_is(&console, &me, &id, &app, None).await
}

/// The draft as it is now, and why a step on it wasn't taken.
async fn as_it_is(
    console: &Console,
    me: &SignedIn,
    id: &AppId,
    app: &App,
    why: Option<Text>,
) -> Result<Html<String>, Failure> {
    let domains = console.domains(id);
    let found = domains.draft_with_revision().await?;
    let effective = domains
        .effective()
        .await?
        .map(|version| version.lists)
        .unwrap_or_default();
    let draft = found.as_ref().map(|(_, draft)| draft);
    let lists = draft.map_or(&effective, |draft| &draft.lists);
    let typed = Typed::of(lists, found.as_ref());
    let body = html! {
        (app::head(app, Tab::Draft, me))
        (alert(why, me.visitor.lang))
        @if let Some(found) = &found { (progress(console, me, app, found, &effective)) }
        @if me.caller.may(Right::Write, Some(id)) { (editor(app, &typed, &[], me)) }
    };
    Ok(me.show(&app.name, Place::Apps, &body))
}

/// Checks what is typed, or saves it where nothing is wrong; what is typed is never lost.
pub(super) async fn save(
    State(console): State<Arc<Console>>,
    Path(id): Path<String>,
    me: SignedIn,
    Form(mut typed): Form<Typed>,
) -> Result<Response, Failure> {
    let (id, by) = me.allow_in(&console, &id, Right::Write).await?;
    let app = crate::app::find(console.store(), &id).await?;
    let judged = typed.judge(&console, &app).await?;
    if typed.wish == Wish::Check {
        let status = if judged.iter().all(|(_, judged)| judged.is_good()) {
            StatusCode::OK
        } else {
            StatusCode::UNPROCESSABLE_ENTITY
        };
        return Ok((status, typed_page(&app, &typed, &judged, &me, None)).into_response());
    }
    if !judged.iter().all(|(_, judged)| judged.can_be_drafted()) {
        let page = typed_page(&app, &typed, &judged, &me, Some(NOT_SAVED));
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
    }
    let Ok(by) = Reason::of(&typed.reason).given_to(by) else {
        let page = typed_page(&app, &typed, &judged, &me, Some(UNFIT_REASON));
        return Ok((StatusCode::BAD_REQUEST, page).into_response());
    };
    let domains = console.domains(&id);
    match domains
        .expecting(typed.expected())
        .write(typed.lists()?, &by)
        .await
    {
        Err(DomainsError::DraftThere | DomainsError::Moved) => {
            typed.opened = opened(domains.draft_with_revision().await?.as_ref());
            let page = typed_page(&app, &typed, &judged, &me, Some(MOVED));
            Ok((StatusCode::PRECONDITION_FAILED, page).into_response())
        }
        written => {
            written?;
            Ok(Redirect::to(&format!("/apps/{id}/draft")).into_response())
        }
    }
}

/// The editor with what was typed, and why it isn't saved.
fn typed_page(
    app: &App,
    typed: &Typed,
    judged: &[(Interface, Judged)],
    me: &SignedIn,
    why: Option<Text>,
) -> Html<String> {
    let body = html! {
        (app::head(app, Tab::Draft, me))
        (alert(why, me.visitor.lang))
        (editor(app, typed, judged, me))
    };
    me.show(&app.name, Place::Apps, &body)
}

fn alert(why: Option<Text>, lang: Lang) -> Markup {
    html! { @if let Some(why) = why { div.note.bad role="alert" { p { (why.of(lang)) } } } }
}

fn opened(found: Option<&(Sequence, Draft)>) -> String {
    found
        .map(|(revision, _)| revision.to_string())
        .unwrap_or_default()
}

/// What is to be said of one list, for the page's script.
pub(super) async fn judge(
    State(console): State<Arc<Console>>,
    Path(id): Path<String>,
    me: SignedIn,
    Form(typed): Form<ToJudge>,
) -> Result<Markup, Failure> {
    let (_, app) = seen(&console, &me, &id, Right::Write).await?;
    let interface: Interface = typed.interface.parse().map_err(Cause::malformed)?;
    let judged = entries::judge(&console, &app, interface, &typed.text).await?;
    Ok(entries::verdicts(&judged, me.visitor.lang))
}

impl Typed {
    fn of(lists: &WrittenLists, found: Option<&(Sequence, Draft)>) -> Self {
        let note = found.and_then(|(_, draft)| draft.note.as_deref());
        let lines = |interface| lists.of(interface).join("\n");
        Self {
            request: lines(Interface::Request),
            upload_file: lines(Interface::UploadFile),
            download_file: lines(Interface::DownloadFile),
            connect_socket: lines(Interface::ConnectSocket),
            reason: note.unwrap_or_default().to_owned(),
            opened: opened(found),
            wish: Wish::Check,
        }
    }

    fn expected(&self) -> Expected {
        self.opened.parse().map_or(Expected::None, Expected::At)
    }

    fn text(&self, interface: Interface) -> &str {
        match interface {
            Interface::Request => &self.request,
            Interface::UploadFile => &self.upload_file,
            Interface::DownloadFile => &self.download_file,
            Interface::ConnectSocket => &self.connect_socket,
        }
    }

    async fn judge(&self, console: &Console, app: &App) -> Result<Vec<(Interface, Judged)>, Failure> {
        let mut judged = Vec::new();
        for interface in Interface::ALL {
            let of = entries::judge(console, app, interface, self.text(interface)).await?;
            judged.push((interface, of));
        }
        Ok(judged)
    }

    fn lists(&self) -> Result<WrittenLists, Failure> {
        let mut lists = WrittenLists::default();
        for interface in Interface::ALL {
            let pasted =
                Pasted::read(self.text(interface), Format::Lines(interface)).map_err(Cause::malformed)?;
            lists = pasted.apply(&lists, Mode::Add);
        }
        Ok(lists)
    }
}

/// How far the draft has come, what it changes, and what this caller can do next.
fn progress(
    console: &Console,
    me: &SignedIn,
    app: &App,
    found: &(Sequence, Draft),
    effective: &WrittenLists,
) -> Markup {
    let lang = me.visitor.lang;
    let (revision, draft) = found;
    html! {
        section.card aria-labelledby="way" {
            h2 #way { (ON_ITS_WAY.of(lang)) " " (app::state(draft.state, lang)) }
            p.dim {
                (show::foreign(&draft.author)) (show::comma(lang)) (show::moment(draft.written_at, console.now(), lang))
                @for approval in &draft.approvals { " · " (APPROVED_BY.of(lang)) " " (show::foreign(&approval.actor)) }
            }
            @if let Some(note) = &draft.note { p { (show::foreign(note)) } }
            (show::differences(&diff(effective, &draft.lists), lang))
            (proposed(draft, console.now(), lang))
            (steps(me, app, *revision, draft))
        }
    }
}

/// Which entries come from refused calls, and who proposed them.
fn proposed(draft: &Draft, now: Timestamp, lang: Lang) -> Markup {
    html! {
        @if !draft.proposed.is_empty() {
            h3 { (PROPOSED.of(lang)) }
            ul.entries {
                @for of in &draft.proposed {
                    li {
                        (show::entry(&of.entry)) " " span.dim {
                            code { (of.interface.name()) } (show::comma(lang)) (show::foreign(&of.by)) (show::comma(lang)) (show::moment(of.at, now, lang))
                        }
                    }
                }
            }
        }
    }
}

fn editor(app: &App, typed: &Typed, judged: &[(Interface, Judged)], me: &SignedIn) -> Markup {
    let lang = me.visitor.lang;
    let most = app.profile().domains_per_interface;
    html! {
        form.editor method="post" data-judge={ "/apps/" (app.id) "/draft/judge" } {
            (csrf(&me.who))
            input type="hidden" name="opened" value=(typed.opened);
            p { (HOW.of(lang)) }
            div.cards {
                @for interface in Interface::ALL {
                    @let name = interface.name();
                    @let found = judged.iter().find(|(of, _)| *of == interface).map(|(_, judged)| judged);
                    div.card {
                        label for=(name) { code { (show::purpose(interface).of(lang)) } }
                        p.dim id={ (name) "-how" } { (interface.scheme()) "://…, " (UP_TO.of(lang)) " " (most) }
                        textarea id=(name) name=(name) rows="8" spellcheck="false" autocapitalize="none" aria-describedby={ (name) "-how " (name) "-verdicts" }
                            aria-invalid=[found.is_some_and(|judged| !judged.can_be_drafted()).then_some("true")]
                            { (typed.text(interface)) }
                        div id={ (name) "-verdicts" } aria-live="polite" {
                            @if let Some(judged) = found { (entries::verdicts(judged, lang)) }
                        }
                    }
                }
            }
            (show::why(&typed.reason, lang))
            div.actions {
                button name="do" value="save" { (SAVE.of(lang)) }
                button.quiet name="do" value="check" { (CHECK.of(lang)) }
            }
        }
    }
}

const APPROVED_BY: Text = Text("approved by", "批准人");
const CHECK: Text = Text("Check only", "仅检查");
const HOW: Text = Text(
    "One entry a line. Everything is judged as you type, and nothing is saved while an entry breaks a rule; a filing (D5) can come until it is published.",
    "每行一个条目。输入时即时检查，只要有条目违反规则就不会保存；备案（D5）在发布前完成即可。",
);
const MOVED: Text = Text(
    "Not saved: the draft has been changed since you opened it. What you typed is below; saving again puts it in place of that change.",
    "没有保存：在你打开之后，草稿已被修改。你输入的内容在下面，再次保存将替换那次修改。",
);
const NOT_SAVED: Text = Text(
    "Nothing has been saved: mend the entries below first.",
    "没有保存：请先修正下面的条目。",
);
const ON_ITS_WAY: Text = Text("Draft", "草稿");
const PROPOSED: Text = Text("Proposed from refused calls", "由被拒绝的调用提议");
const SAVE: Text = Text("Save the draft", "保存草稿");
const UP_TO: Text = Text("up to", "最多");
