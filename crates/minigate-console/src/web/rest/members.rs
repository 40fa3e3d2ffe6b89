//! Who has which role in an app.

use std::sync::Arc;

use axum::Json as Answer;
use axum::extract::State;
use axum::http::StatusCode;
use jiff::Timestamp;
use minigate_policy::AppId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::input::{Json, Path, Query, Why, told};
use super::program::Program;
use crate::Console;
use crate::access::{Right, Role};
use crate::account::{AccountName, Members};
use crate::web::failure::{Cause, Failure};

/// Somebody with a role in an app.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Member {
    /// The name of the account.
    #[schema(example = "alice")]
    account: String,
    role: RoleOf,
}

/// What somebody is: to an app, its owner, a developer or an auditor; to the platform, an operator or an auditor.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) enum RoleOf {
    Owner,
    Developer,
    Auditor,
    PlatformOperator,
}

/// The role that somebody gets in an app.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Membership {
    role: MemberRole,
    /// Why, for the audit log.
    #[serde(default)]
    #[schema(max_length = 1000)]
    reason: Option<String>,
}

/// What somebody can be to an app.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) enum MemberRole {
    Owner,
    Developer,
    Auditor,
}

/// The members of an app, in the order of their names.
#[utoipa::path(get, path = "/apps/{app}/members", tag = "apps",
    params(("app" = String, Path, description = "The app's ID")),
    responses((status = 200, description = "All of them", body = Vec<Member>)))]
pub(super) async fn list_members(
    State(console): State<Arc<Console>>,
    me: Program,
    Path(id): Path<String>,
) -> Result<Answer<Vec<Member>>, Failure> {
    let (id, _, by) = me.app(&console, &id, Right::Read).await?;
    let members = Members::of(console.store(), &id, &me.caller, by.at())
        .list()
        .await?;
    let members = members.into_iter().map(|(account, role)| Member {
        account: account.to_string(),
        role: role.into(),
    });
    Ok(Answer(members.collect()))
}

/// Makes somebody a member of an app, or gives a member another role.
#[utoipa::path(put, path = "/apps/{app}/members/{account}", tag = "apps", request_body = Membership,
    params(("app" = String, Path, description = "The app's ID"),
        ("account" = String, Path, description = "The name of the account")),
    responses((status = 204, description = "Done")))]
pub(super) async fn set_member(
    State(console): State<Arc<Console>>,
    me: Program,
    Path((id, account)): Path<(String, String)>,
    Json(new): Json<Membership>,
) -> Result<StatusCode, Failure> {
    let (id, _, by) = me.app(&console, &id, Right::Manage).await?;
    let account = named(&account)?;
    let why = told(new.reason.as_deref())?;
    let members = members(&console, &id, &me, by.at(), why);
    members.set(&account, new.role.into()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Takes somebody's role in an app.
#[utoipa::path(delete, path = "/apps/{app}/members/{account}", tag = "apps",
    params(("app" = String, Path, description = "The app's ID"),
        ("account" = String, Path, description = "The name of the account"), Why),
    responses((status = 204, description = "Nobody of this name has a role in it")))]
pub(super) async fn remove_member(
    State(console): State<Arc<Console>>,
    me: Program,
    Path((id, account)): Path<(String, String)>,
    Query(why): Query<Why>,
) -> Result<StatusCode, Failure> {
    let (id, _, by) = me.app(&console, &id, Right::Manage).await?;
    let account = named(&account)?;
    let members = members(&console, &id, &me, by.at(), why.told()?);
    members.remove(&account).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn members<'a>(
    console: &'a Console,
    id: &'a AppId,
    me: &'a Program,
    at: Timestamp,
    why: Option<String>,
) -> Members<'a> {
    Members::of(console.store(), id, &me.caller, at).because(why)
}

/// An account of a path; what can't be a name is nobody's.
pub(super) fn named(text: &str) -> Result<AccountName, Failure> {
    text.parse().map_err(|_| Failure::new(Cause::NothingHere))
}

impl From<Role> for RoleOf {
    fn from(role: Role) -> Self {
        match role {
            Role::Owner => Self::Owner,
            Role::Developer => Self::Developer,
            Role::Auditor => Self::Auditor,
            Role::PlatformOperator => Self::PlatformOperator,
        }
    }
}

impl From<MemberRole> for Role {
    fn from(role: MemberRole) -> Self {
        match role {
            MemberRole::Owner => Self::Owner,
            MemberRole::Developer => Self::Developer,
            MemberRole::Auditor => Self::Auditor,
        }
    }
}
