//! What an app may call now.

use std::sync::Arc;

use axum::Json as Answer;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use serde::Deserialize;
use utoipa::IntoParams;

use super::input::{Path, Query};
use super::lists::{FormatOf, OfInterface};
use super::program::Program;
use super::versions::VersionShown;
use crate::Console;
use crate::access::Right;
use crate::bulk::{Format, export};
use crate::domains::DomainsError;
use crate::web::failure::Failure;

/// How lists are to be written down.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct Exported {
    /// In which format.
    #[param(inline)]
    format: FormatOf,
    /// Whose list, with the format `lines`.
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
    /// In which format.
    #[param(inline)]
    format: FormatOf,
    /// Whose list, with the format `lines`.
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
    Ok(Answer(VersionShown::of(effective, me.lang)))
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
    let format = wanted.format.with(wanted.interface)?;
    let number = wanted.version.unwrap_or(app.effective.max(1));
    let version = console.domains(&id).version(number).await?;
    Ok((
        [(CONTENT_TYPE, media_type(format))],
        export(&version.lists, format),
    ))
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
    let format = wanted.format.with(wanted.interface)?;
    let (_, draft) = console.domains(&id).draft_at().await?;
    Ok(([(CONTENT_TYPE, media_type(format))], export(&draft.lists, format)))
}

const fn media_type(format: Format) -> &'static str {
    match format {
        Format::Lines(_) => "text/plain; charset=utf-8",
        Format::Csv => "text/csv; charset=utf-8",
        Format::Platform | Format::Lists => "application/json",
    }
}
