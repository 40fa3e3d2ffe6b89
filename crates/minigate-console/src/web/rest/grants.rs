//! Grants to skip the domain check in development.

use std::sync::Arc;

use axum::Json as Answer;
use axum::extract::State;
use axum::http::StatusCode;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::input::{Json, Path, Query, Why};
use super::program::Program;
use crate::Console;
use crate::access::Right;
use crate::grant::{self, Grant, GrantError, Unreleased};
use crate::web::failure::Failure;

/// A leave to skip the domain check with releases that aren't out (rules S1 and S2).
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct GrantShown {
    /// The releases that may.
    releases: Vec<UnreleasedOf>,
    /// Why, in the owner's words.
    reason: String,
    /// Who granted it.
    by: String,
    /// Since when.
    since: Timestamp,
    /// When it ends by itself.
    until: Timestamp,
}

/// A release of an app that isn't out: the development version or the trial version.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) enum UnreleasedOf {
    Develop,
    Trial,
}

/// A grant that is to be given.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewGrant {
    /// The releases that may skip the check.
    #[schema(min_items = 1, max_items = 10)]
    releases: Vec<UnreleasedOf>,
    /// When it ends by itself: within 30 days.
    until: Timestamp,
    /// Why: no control characters but line breaks.
    #[schema(
        min_length = 1,
        max_length = 1000,
        example = "the new backend has no domain yet"
    )]
    reason: String,
}

/// The grant of an app that holds now.
#[utoipa::path(get, path = "/apps/{app}/grant", tag = "apps",
    params(("app" = String, Path, description = "The app's ID")),
    responses((status = 200, description = "It; 404 where there is none", body = GrantShown)))]
pub(super) async fn read_grant(
    State(console): State<Arc<Console>>,
    me: Program,
    Path(id): Path<String>,
) -> Result<Answer<GrantShown>, Failure> {
    let (id, ..) = me.app(&console, &id, Right::Read).await?;
    let grant = grant::current(console.store(), &id, console.now()).await?;
    Ok(Answer(grant.ok_or(GrantError::Unknown)?.into()))
}

/// Gives a grant; it takes the place of one that there is.
#[utoipa::path(put, path = "/apps/{app}/grant", tag = "apps", request_body = NewGrant,
    params(("app" = String, Path, description = "The app's ID")),
    responses((status = 200, description = "It", body = GrantShown)))]
pub(super) async fn give_grant(
    State(console): State<Arc<Console>>,
    me: Program,
    Path(id): Path<String>,
    Json(new): Json<NewGrant>,
) -> Result<Answer<GrantShown>, Failure> {
    let (id, _, by) = me.app(&console, &id, Right::Manage).await?;
    let releases: Vec<_> = new.releases.into_iter().map(Unreleased::from).collect();
    let grant = grant::give(console.store(), &id, &releases, new.until, &new.reason, &by).await?;
    Ok(Answer(grant.into()))
}

/// Ends a grant before its time.
#[utoipa::path(delete, path = "/apps/{app}/grant", tag = "apps",
    params(("app" = String, Path, description = "The app's ID"), Why),
    responses((status = 204, description = "It has ended")))]
pub(super) async fn withdraw_grant(
    State(console): State<Arc<Console>>,
    me: Program,
    Path(id): Path<String>,
    Query(why): Query<Why>,
) -> Result<StatusCode, Failure> {
    let (id, _, by) = me.app(&console, &id, Right::Manage).await?;
    let by = why.given_to(by)?;
    grant::withdraw(console.store(), &id, &by).await?;
    Ok(StatusCode::NO_CONTENT)
}

impl From<Grant> for GrantShown {
    fn from(grant: Grant) -> Self {
        Self {
            releases: grant.releases.into_iter().map(UnreleasedOf::from).collect(),
            reason: grant.reason,
            by: grant.by,
            since: grant.since,
            until: grant.until,
        }
    }
}

impl From<Unreleased> for UnreleasedOf {
    fn from(release: Unreleased) -> Self {
        match release {
            Unreleased::Develop => Self::Develop,
            Unreleased::Trial => Self::Trial,
        }
    }
}

impl From<UnreleasedOf> for Unreleased {
    fn from(release: UnreleasedOf) -> Self {
        match release {
            UnreleasedOf::Develop => Self::Develop,
            UnreleasedOf::Trial => Self::Trial,
        }
    }
}
