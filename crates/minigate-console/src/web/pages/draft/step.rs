//! The steps of a draft's way, from its author to runtimes.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use serde::Deserialize;

use super::as_it_is;
use crate::Console;
use crate::access::Right;
use crate::app::{self, App};
use crate::domains::{DomainsError, Draft, Expected, State as DraftState};
use crate::store::Sequence;
use crate::text::Text;
use crate::web::failure::Failure;
use crate::web::fields::Form;
use crate::web::layout::csrf;
use crate::web::pages::{approvals, show};
use crate::web::signed_in::{Reason, SignedIn};

/// A step on the draft that was looked at.
#[derive(Debug, Deserialize)]
pub(in crate::web::pages) struct Wanted {
    step: Step,
    /// Of the draft that was looked at: another one gets no answer that wasn't meant for it.
    revision: Sequence,
    #[serde(flatten)]
    reason: Reason,
}

#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "camelCase")]
pub(in crate::web::pages) enum Step {
    Submit,
    Approve,
    Refuse,
    Publish,
    Discard,
}

impl Step {
    const fn right(self) -> Right {
        match self {
            Self::Submit | Self::Discard => Right::Write,
            Self::Approve | Self::Refuse => Right::Approve,
            Self::Publish => Right::Publish,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Submit => "submit",
            Self::Approve => "approve",
            Self::Refuse => "refuse",
            Self::Publish => "publish",
            Self::Discard => "discard",
        }
    }
}

/// The next step of the draft's way.
pub(in crate::web::pages) async fn step(
    State(console): State<Arc<Console>>,
    Path(id): Path<String>,
    me: SignedIn,
    Form(wanted): Form<Wanted>,
) -> Result<Response, Failure> {
    let to = match wanted.step {
        Step::Publish => format!("/apps/{id}"),
        Step::Submit | Step::Approve | Step::Refuse | Step::Discard => format!("/apps/{id}/draft"),
    };
    take(&console, &me, &id, &wanted, &to).await
}

/// Takes a step on the very draft that was looked at, and leads on; another draft is shown as it is now.
pub(in crate::web::pages) async fn take(
    console: &Console,
    me: &SignedIn,
    id: &str,
    wanted: &Wanted,
    to: &str,
) -> Result<Response, Failure> {
    let (id, by) = me.allow_in(console, id, wanted.step.right()).await?;
    let by = wanted.reason.given_to(by)?;
    let domains = console.domains(&id).expecting(Expected::At(wanted.revision));
    let taken = match wanted.step {
        Step::Submit => domains.submit(&by).await.map(drop),
        Step::Approve => domains.approve(&by).await.map(drop),
        Step::Refuse => domains.refuse(&by).await.map(drop),
        Step::Publish => domains.publish(&by).await.map(drop),
        Step::Discard => domains.discard(&by).await,
    };
    match taken {
        Err(DomainsError::Moved) => {
            let app = app::find(console.store(), &id).await?;
            let page = as_it_is(console, me, &id, &app, Some(NOT_TAKEN)).await?;
            Ok((StatusCode::PRECONDITION_FAILED, page).into_response())
        }
        taken => {
            taken?;
            Ok(Redirect::to(to).into_response())
        }
    }
}

/// What this caller can do next.
pub(super) fn steps(me: &SignedIn, app: &App, revision: Sequence, draft: &Draft) -> Markup {
    let lang = me.visitor.lang;
    let id = app.id.parse().ok();
    let may = |right| me.caller.may(right, id.as_ref());
    let waits_for_others =
        app.two_people && draft.state == DraftState::Submitted && draft.is_by(me.caller.actor());
    let steps = [
        (Step::Submit, SUBMIT, DraftState::Open),
        (Step::Approve, APPROVE, DraftState::Submitted),
        (Step::Refuse, REFUSE, DraftState::Submitted),
        (Step::Publish, PUBLISH, DraftState::Approved),
        (Step::Discard, DISCARD, draft.state),
    ];
    let is_possible = |step: Step, state| {
        state == draft.state && may(step.right()) && !(waits_for_others && step == Step::Approve)
    };
    let possible = steps
        .into_iter()
        .filter(|(step, _, state)| is_possible(*step, *state));
    let possible: Vec<_> = possible.collect();
    html! {
        @if waits_for_others { p { span.tag.warn { (approvals::OWN.of(lang)) } } }
        @if !possible.is_empty() {
            form.step method="post" action={ "/apps/" (app.id) "/draft/step" } {
                (csrf(&me.who))
                input type="hidden" name="revision" value=(revision);
                (show::why("", lang))
                div.actions {
                    @for (step, name, _) in possible {
                        button.danger[step == Step::Discard] name="step" value=(step.name()) { (name.of(lang)) }
                    }
                }
            }
        }
    }
}

const APPROVE: Text = Text("Approve", "批准");
const DISCARD: Text = Text("Discard the draft", "丢弃草稿");
const NOT_TAKEN: Text = Text(
    "Nothing was done: the draft has been changed since you looked at it. It is below as it is now.",
    "未执行：在你查看之后，草稿已被修改。下面是现在的草稿。",
);
const PUBLISH: Text = Text("Publish", "发布");
const REFUSE: Text = Text("Send back", "退回");
const SUBMIT: Text = Text("Submit for approval", "提交审批");
