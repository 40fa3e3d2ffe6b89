//! A refused call becomes a change: the address to which a runtime's refusal links.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use minigate_policy::diagnosis::Lang;
use minigate_policy::{AppId, Interface, Platform, Release};
use serde::Deserialize;

use super::app::{self, Tab, seen};
use super::{show, what_if};
use crate::Console;
use crate::access::Right;
use crate::app::App;
use crate::domains::{DomainsError, Draft, Expected, State as DraftState};
use crate::store::Sequence;
use crate::text::Text;
use crate::web::failure::malformed::{LONG_URL, Malformed};
use crate::web::failure::{Cause, Failure};
use crate::web::fields::{Form, Query};
use crate::web::layout::{Place, csrf};
use crate::web::signed_in::{Reason, SignedIn};
use crate::what_if::{Check, Lists, Question};

/// The call that was refused.
#[derive(Debug, Deserialize)]
pub(super) struct Refused {
    interface: String,
    url: String,
    #[serde(default)]
    reason: String,
    /// Of the draft that was looked at, where proposing opens it again.
    #[serde(default)]
    revision: String,
}

/// What becomes of the call, and a button that proposes its domain.
pub(super) async fn page(
    State(console): State<Arc<Console>>,
    Path(id): Path<String>,
    Query(refused): Query<Refused>,
    me: SignedIn,
) -> Result<Response, Failure> {
    let (id, app) = seen(&console, &me, &id, Right::Read).await?;
    confirm(&console, &me, (&id, &app), &refused, None).await
}

pub(super) async fn propose(
    State(console): State<Arc<Console>>,
    Path(id): Path<String>,
    me: SignedIn,
    Form(refused): Form<Refused>,
) -> Result<Response, Failure> {
    let (id, by) = me.allow_in(&console, &id, Right::Write).await?;
    let app = crate::app::find(console.store(), &id).await?;
    let by = Reason::of(&refused.reason).given_to(by)?;
    let interface = refused.interface()?;
    let expected = refused.revision.parse().map_or(Expected::Any, Expected::At);
    let domains = console.domains(&id).expecting(expected);
    match domains.propose(interface, refused.url()?, &by).await {
        Ok(_) => Ok(Redirect::to(&format!("/apps/{id}/draft")).into_response()),
        Err(error) => confirm(&console, &me, (&id, &app), &refused, Some(error.into())).await,
    }
}

impl Refused {
    fn interface(&self) -> Result<Interface, Failure> {
        self.interface
            .parse()
            .map_err(|_| Cause::malformed(Malformed::no_interface("interface", &self.interface)))
    }

    fn url(&self) -> Result<&str, Failure> {
        if self.url.chars().count() > LONGEST_URL {
            return Err(Cause::malformed(LONG_URL));
        }
        Ok(self.url.trim())
    }

    fn question(&self) -> Result<Question, Failure> {
        Ok(Question {
            interface: self.interface()?,
            url: self.url()?.to_owned(),
            release: Release::Develop,
            platform: Platform::default(),
            era: None,
            lists: Lists::Effective,
            check: Check::Made,
        })
    }
}

async fn confirm(
    console: &Console,
    me: &SignedIn,
    (id, app): (&AppId, &App),
    refused: &Refused,
    failure: Option<Failure>,
) -> Result<Response, Failure> {
    let (lang, now) = (me.visitor.lang, console.now());
    let question = refused.question()?;
    let found = crate::what_if::what_if(console.store(), id, &question, lang, now).await?;
    let joins = console
        .domains(id)
        .proposable(question.interface, &question.url, now)
        .await;
    let joins = match joins.map_err(Failure::from) {
        Err(failure) if !failure.status().is_client_error() => return Err(failure),
        joins => joins,
    };
    let body = html! {
        (app::head(app, Tab::Draft, me))
        h2 { (PROPOSE.of(lang)) }
        @if let Some(failure) = &failure { (show::refused(failure, lang)) }
        (what_if::verdict(id, &found, me, now))
        @if found.is_allowed { p { (ALLOWED_ALREADY.of(lang)) } }
        @else if !me.caller.may(Right::Write, Some(id)) { p { (NO_RIGHT.of(lang)) } }
        @else {
            @match joins {
                Ok(draft) => (form(app, refused, draft.as_ref(), me)),
                Err(cause) => (cant_be(app, &cause, failure.is_some() || !what_if::can_be_proposed(&found), lang)),
            }
        }
    };
    let status = failure.as_ref().map_or(StatusCode::OK, Failure::status);
    Ok((status, me.show(&app.name, Place::Apps, &body)).into_response())
}

fn form(app: &App, refused: &Refused, draft: Option<&(Sequence, Draft)>, me: &SignedIn) -> Markup {
    let lang = me.visitor.lang;
    let closed = draft.filter(|(_, draft)| draft.state != DraftState::Open);
    html! {
        form.stack.card method="post" action={ "/apps/" (app.id) "/propose" } {
            (csrf(&me.who))
            input type="hidden" name="interface" value=(refused.interface);
            input type="hidden" name="url" value=(refused.url);
            p { (HOW.of(lang)) }
            @if let Some((revision, draft)) = closed {
                input type="hidden" name="revision" value=(revision);
                div.note.warn {
                    p {
                        a href={ "/apps/" (app.id) "/draft" } { (DRAFT.of(lang)) } " " (app::state(draft.state, lang)) " "
                        (show::foreign(&draft.author))
                    }
                    p { (OPENS_AGAIN.of(lang)) }
                }
            }
            (show::why(&refused.reason, lang))
            div { button { @if closed.is_some() { (PROPOSE_AND_OPEN.of(lang)) } @else { (PROPOSE.of(lang)) } } }
        }
    }
}

/// Why there is no button, where that isn't told already: by the verdict, or by what the button has led to.
fn cant_be(app: &App, cause: &Failure, is_told: bool, lang: Lang) -> Markup {
    let is_in_draft = matches!(cause.cause(), Cause::Domains(DomainsError::InDraft(_)));
    html! {
        @if is_told { p { (CANT_BE.of(lang)) } } @else { (show::refused(cause, lang)) }
        @if is_in_draft { p { a href={ "/apps/" (app.id) "/draft" } { (DRAFT.of(lang)) } } }
    }
}

const LONGEST_URL: usize = 4_096;
const ALLOWED_ALREADY: Text = Text(
    "The effective version lets this call through already; a runtime that refuses it has an older one.",
    "生效版本已允许此调用；若运行时仍拒绝，说明其列表较旧。",
);
const HOW: Text = Text(
    "Puts the domain of this call into the app's draft. It becomes effective as every change does: approved and published.",
    "把此调用的域名加入应用的草稿，之后与其他修改一样审批和发布。",
);
const CANT_BE: Text = Text(
    "As it is, this can't be put on a list, so it can't be proposed.",
    "目前无法加入列表，因此不能提议。",
);
const DRAFT: Text = Text("The app's draft", "应用的草稿");
const NO_RIGHT: Text = Text(
    "A developer or an owner of the app can propose this domain.",
    "应用的开发者或所有者可以提议添加此域名。",
);
const OPENS_AGAIN: Text = Text(
    "Proposing changes this draft and opens it again: it has to be submitted and approved anew.",
    "提议会修改此草稿并使其重新进入编辑状态，须再次提交和批准。",
);
const PROPOSE_AND_OPEN: Text = Text(
    "Propose this domain and open the draft again",
    "提议添加此域名，重新编辑草稿",
);
const PROPOSE: Text = Text("Propose this domain", "提议添加此域名");
