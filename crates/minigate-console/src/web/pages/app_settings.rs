//! An app's name, and what changes of its domains have to go through.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{Html, IntoResponse, Redirect, Response};
use maud::html;
use serde::Deserialize;

use super::app::{self, Tab, seen};
use super::show;
use crate::Console;
use crate::access::Right;
use crate::app::{App, AppError, Settings};
use crate::text::Text;
use crate::web::failure::Failure;
use crate::web::fields::Form;
use crate::web::layout::{Place, csrf};
use crate::web::signed_in::{Reason, SignedIn};

#[derive(Debug, Deserialize)]
pub(super) struct Wanted {
    name: String,
    two_people: Option<String>,
    preflight: Option<String>,
    api_publishes: Option<String>,
    #[serde(flatten)]
    reason: Reason,
}

pub(super) async fn page(
    State(console): State<Arc<Console>>,
    Path(id): Path<String>,
    me: SignedIn,
) -> Result<Html<String>, Failure> {
    let (_, app) = seen(&console, &me, &id, Right::Manage).await?;
    Ok(whole(&app, &app, "", None, &me))
}

/// The form with what is typed, and what is wrong with it.
fn whole(app: &App, typed: &App, reason: &str, wrong: Option<&Failure>, me: &SignedIn) -> Html<String> {
    let lang = me.visitor.lang;
    let body = html! {
        (app::head(app, Tab::Settings, me))
        @if let Some(wrong) = wrong { (show::refused(wrong, lang)) }
        form.stack.card method="post" action={ "/apps/" (app.id) "/settings" } aria-labelledby="how" {
            h2 #how { (HOW.of(lang)) }
            (csrf(&me.who))
            label { (NAME.of(lang)) input name="name" required maxlength="100" value=(show::harmless(&typed.name)); }
            label.inline { input type="checkbox" name="two_people" value="yes" checked[typed.two_people]; " " (TWO_PEOPLE.of(lang)) }
            label.inline { input type="checkbox" name="preflight" value="yes" checked[typed.preflight_required]; " " (PREFLIGHT.of(lang)) }
            label.inline { input type="checkbox" name="api_publishes" value="yes" checked[typed.api_publishes]; " " (API_PUBLISHES.of(lang)) }
            (show::why(reason, lang))
            div { button { (SAVE.of(lang)) } }
        }
    };
    me.show(&app.name, Place::Apps, &body)
}

pub(super) async fn set(
    State(console): State<Arc<Console>>,
    Path(id): Path<String>,
    me: SignedIn,
    Form(wanted): Form<Wanted>,
) -> Result<Response, Failure> {
    let (id, by) = me.allow_in(&console, &id, Right::Manage).await?;
    let by = wanted.reason.given_to(by)?;
    let settings = Settings {
        name: Some(wanted.name),
        two_people: Some(wanted.two_people.is_some()),
        preflight_required: Some(wanted.preflight.is_some()),
        api_publishes: Some(wanted.api_publishes.is_some()),
    };
    match crate::app::set(console.store(), &id, settings.clone(), &me.caller, &by).await {
        Ok(_) => Ok(Redirect::to(&format!("/apps/{id}/settings")).into_response()),
        Err(error @ (AppError::Name(_) | AppError::OneFewer)) => {
            let (failure, app) = (
                Failure::from(error),
                crate::app::find(console.store(), &id).await?,
            );
            let page = whole(
                &app,
                &settings.of(app.clone()),
                wanted.reason.text(),
                Some(&failure),
                &me,
            );
            Ok((failure.status(), page).into_response())
        }
        Err(other) => Err(other.into()),
    }
}

const API_PUBLISHES: Text = Text(
    "Changes by the platform's server API become effective at once",
    "通过平台接口提交的修改立即生效",
);
const NAME: Text = Text("Name", "名称");
const HOW: Text = Text("How changes become effective", "修改如何生效");
const PREFLIGHT: Text = Text(
    "A draft has to pass a pre-flight before it can be published",
    "草稿须通过预检才能发布",
);
const SAVE: Text = Text("Save", "保存");
const TWO_PEOPLE: Text = Text(
    "Somebody else than the author has to approve each change",
    "每次修改须由作者以外的人批准",
);
