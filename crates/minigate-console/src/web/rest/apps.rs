//! Apps.

use std::sync::Arc;

use axum::Json as Answer;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::LOCATION;
use axum::response::IntoResponse;
use jiff::Timestamp;
use minigate_policy::{AppId, Era};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::input::{Json, Path, Query, because, there};
use super::page::{Page, Paging};
use super::program::Program;
use crate::Console;
use crate::access::Right;
use crate::app::{self, App, Settings};
use crate::web::failure::{Cause, Failure};

/// An app.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct AppShown {
    /// Its ID.
    #[schema(pattern = "^[A-Za-z0-9_-]{1,64}$", example = "wx0123456789abcdef")]
    id: String,
    /// What people call it.
    #[schema(max_length = 100, example = "Shop")]
    name: String,
    era: EraOf,
    /// Whether somebody else than the author has to approve a change of its domains.
    two_people: bool,
    /// Whether a draft has to pass a pre-flight before it can be published.
    preflight_required: bool,
    /// Whether changes by the platform's server API become effective at once; else they wait for an approval.
    api_publishes: bool,
    /// The number of its effective version; 0 before the first.
    #[schema(minimum = 0)]
    effective: u32,
    /// How many changes of its domains were published in this calendar month, in UTC.
    #[schema(minimum = 0)]
    changes_this_month: u32,
    /// How many can be (rule D7).
    #[schema(minimum = 0, example = 50)]
    changes_a_month: u32,
    /// How many domains each of its lists can have (rule D7).
    #[schema(minimum = 0, example = 200)]
    domains_an_interface: usize,
    /// When it was made.
    created_at: Timestamp,
}

/// Whose numbers hold for an app: the guide's (20 domains an interface, 5 changes a month) or today's (200 and 50).
#[derive(Clone, Copy, Debug, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum EraOf {
    Guide,
    Current,
}

/// An app that is to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct NewApp {
    /// Its ID.
    #[schema(pattern = "^[A-Za-z0-9_-]{1,64}$", example = "wx0123456789abcdef")]
    id: String,
    /// What people call it: no control or format characters.
    #[schema(min_length = 1, max_length = 100, example = "Shop")]
    name: String,
    /// Today's where it is left out.
    #[serde(default = "today")]
    era: EraOf,
    /// Whether somebody else than the author has to approve a change of its domains.
    #[serde(default)]
    two_people: bool,
    /// Why, for the audit log.
    #[serde(default)]
    #[schema(max_length = 1000)]
    reason: Option<String>,
}

/// What is to be changed of an app; what is left out stays.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct AppSettings {
    /// What people call it: no control or format characters.
    #[serde(deserialize_with = "there")]
    #[schema(min_length = 1, max_length = 100, nullable = false)]
    name: Option<String>,
    /// Whether somebody else than the author has to approve a change of its domains.
    #[serde(deserialize_with = "there")]
    #[schema(nullable = false)]
    two_people: Option<bool>,
    /// Whether a draft has to pass a pre-flight before it can be published.
    #[serde(deserialize_with = "there")]
    #[schema(nullable = false)]
    preflight_required: Option<bool>,
    /// Whether changes by the platform's server API become effective at once.
    #[serde(deserialize_with = "there")]
    #[schema(nullable = false)]
    api_publishes: Option<bool>,
    /// Why, for the audit log.
    #[schema(max_length = 1000)]
    reason: Option<String>,
}

/// The apps that the token can see, in the order of their IDs.
#[utoipa::path(get, path = "/apps", tag = "apps",
    params(("after" = Option<String>, Query, description = "What `next` was in the page before; the beginning where it is left out",
        pattern = "^[A-Za-z0-9_-]{1,64}$"), Paging),
    responses((status = 200, description = "A page of them", body = Page<AppShown>)))]
pub(super) async fn list_apps(
    State(console): State<Arc<Console>>,
    me: Program,
    Query(paging): Query<Paging>,
) -> Result<Answer<Page<AppShown>>, Failure> {
    let limit = paging.limit()?;
    let after: Option<AppId> = paging.after()?;
    let apps = console.apps_of(&me.caller, after.as_ref(), limit + 1).await?;
    let now = console.now();
    let page = Page::of(apps, limit, |app| app.id.clone(), |app| AppShown::of(app, now));
    Ok(Answer(page))
}

/// Makes an app without domains: nothing can be called until a version is published.
#[utoipa::path(post, path = "/apps", tag = "apps", request_body = NewApp,
    responses((status = 201, description = "It is made", body = AppShown,
        headers(("location" = String, description = "Its address")))))]
pub(super) async fn make_app(
    State(console): State<Arc<Console>>,
    me: Program,
    Json(new): Json<NewApp>,
) -> Result<impl IntoResponse, Failure> {
    let by = me.allow(&console, Right::Operate).await?;
    let by = because(new.reason.as_deref(), by)?;
    let id: AppId = new.id.parse().map_err(Cause::malformed)?;
    let app = app::create(
        console.store(),
        &id,
        &new.name,
        new.era.into(),
        new.two_people,
        &by,
    )
    .await?;
    let place = [(LOCATION, format!("/api/v1/apps/{id}"))];
    Ok((
        StatusCode::CREATED,
        place,
        Answer(AppShown::of(app, console.now())),
    ))
}

/// An app.
#[utoipa::path(get, path = "/apps/{app}", tag = "apps",
    params(("app" = String, Path, description = "Its ID")),
    responses((status = 200, description = "It", body = AppShown)))]
pub(super) async fn read_app(
    State(console): State<Arc<Console>>,
    me: Program,
    Path(id): Path<String>,
) -> Result<Answer<AppShown>, Failure> {
    let (_, app, _) = me.app(&console, &id, Right::Read).await?;
    Ok(Answer(AppShown::of(app, console.now())))
}

/// Changes the settings of an app.
#[utoipa::path(patch, path = "/apps/{app}", tag = "apps", request_body = AppSettings,
    params(("app" = String, Path, description = "Its ID")),
    responses((status = 200, description = "The app with them", body = AppShown)))]
pub(super) async fn set_app(
    State(console): State<Arc<Console>>,
    me: Program,
    Path(id): Path<String>,
    Json(new): Json<AppSettings>,
) -> Result<Answer<AppShown>, Failure> {
    let (id, _, by) = me.app(&console, &id, Right::Manage).await?;
    let by = because(new.reason.as_deref(), by)?;
    let settings = Settings {
        name: new.name,
        two_people: new.two_people,
        preflight_required: new.preflight_required,
        api_publishes: new.api_publishes,
    };
    let app = app::set(console.store(), &id, settings, &me.caller, &by).await?;
    Ok(Answer(AppShown::of(app, console.now())))
}

impl AppShown {
    fn of(app: App, now: Timestamp) -> Self {
        Self {
            changes_this_month: app.changes.at(now),
            changes_a_month: app.changes_a_month(),
            domains_an_interface: app.profile().domains_per_interface,
            id: app.id,
            name: app.name,
            era: app.era.into(),
            two_people: app.two_people,
            preflight_required: app.preflight_required,
            api_publishes: app.api_publishes,
            effective: app.effective,
            created_at: app.created_at,
        }
    }
}

impl From<Era> for EraOf {
    fn from(era: Era) -> Self {
        match era {
            Era::Guide => Self::Guide,
            Era::Current => Self::Current,
        }
    }
}

impl From<EraOf> for Era {
    fn from(era: EraOf) -> Self {
        match era {
            EraOf::Guide => Self::Guide,
            EraOf::Current => Self::Current,
        }
    }
}

const fn today() -> EraOf {
    EraOf::Current
}
