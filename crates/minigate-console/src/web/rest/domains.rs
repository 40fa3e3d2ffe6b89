//! What an app may call now.

use std::sync::Arc;

use axum::Json as Answer;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use serde::Deserialize;
use utoipa::IntoParams;

use super::input::{Path, Query};
use super::lists::{FormOf, OfInterface};
use super::program::Program;
use super::versions::VersionShown;
use crate::Console;
use crate::access::Right;
use crate::bulk::{Form, export};
use crate::domains::DomainsError;
use crate::web::failure::Failure;

/// How lists are to be written down.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct Exported {
    /// In which form.
    #[param(inline)]
    form: FormOf,
    /// Whose list, with the form `lines`.
    #[param(inline)]
    interface: Option<OfInterface>,
    /// Which version; the effective one where it is left out.
    #[param(minimum = 1)]
    version: Option<u32>,
}

/// How the lists of a draft are to be written down.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct ExportedDraft {
    /// In which form.
    #[param(inline)]
    form: FormOf,
    /// Whose list, with the form `lines`.
    #[param(inline)]
    interface: Option<OfInterface>,
}

/// The effective version of an app's domains: what its released app may call.
#[utoipa::path(get, path = "/apps/{app}/domains", tag = "domains",
    params(("app" = String, Path, description = "The app's ID")),
    responses((status = 200, description = "It; 404 before the first is published", body = VersionShown)))]
pub(super) async fn read_domains(
    State(console): State<Arc<Console>>,
    me: Program,
    Path(id): Path<String>,
) -> Result<Answer<VersionShown>, Failure> {
    let (id, ..) = me.app(&console, &id, Right::Read).await?;
    let effective = console.domains(&id).effective().await?;
    let effective = effective.ok_or(DomainsError::NoVersion { number: 1 })?;
    Ok(Answer(effective.into()))
}

/// A version of an app's domains as a text that can be imported again.
#[utoipa::path(get, path = "/apps/{app}/domains/export", tag = "domains",
    params(("app" = String, Path, description = "The app's ID"), Exported),
    responses((status = 200, description = "The text", content(
        (String = "text/plain"), (String = "text/csv"), (serde_json::Value = "application/json")))))]
pub(super) async fn export_domains(
    State(console): State<Arc<Console>>,
    me: Program,
    Path(id): Path<String>,
    Query(wanted): Query<Exported>,
) -> Result<impl IntoResponse, Failure> {
    let (id, app, _) = me.app(&console, &id, Right::Read).await?;
    let form = wanted.form.with(wanted.interface)?;
    let number = wanted.version.unwrap_or(app.effective.max(1));
    let version = console.domains(&id).version(number).await?;
    Ok(([(CONTENT_TYPE, media_type(form))], export(&version.lists, form)))
}

/// The draft of an app's domains as a text that can be imported again.
#[utoipa::path(get, path = "/apps/{app}/draft/export", tag = "domains",
    params(("app" = String, Path, description = "The app's ID"), ExportedDraft),
    responses((status = 200, description = "The text", content(
        (String = "text/plain"), (String = "text/csv"), (serde_json::Value = "application/json")))))]
pub(super) async fn export_draft(
    State(console): State<Arc<Console>>,
    me: Program,
    Path(id): Path<String>,
    Query(wanted): Query<ExportedDraft>,
) -> Result<impl IntoResponse, Failure> {
    let (id, ..) = me.app(&console, &id, Right::Read).await?;
    let form = wanted.form.with(wanted.interface)?;
    let (_, draft) = console.domains(&id).draft_at().await?;
    Ok(([(CONTENT_TYPE, media_type(form))], export(&draft.lists, form)))
}

const fn media_type(form: Form) -> &'static str {
    match form {
        Form::Lines(_) => "text/plain; charset=utf-8",
        Form::Csv => "text/csv; charset=utf-8",
        Form::Platform | Form::Lists => "application/json",
    }
}
