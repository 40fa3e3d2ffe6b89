//! Accounts, for who runs the platform.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json as Answer;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::LOCATION;
use axum::response::IntoResponse;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::input::{Json, Path, Query, Why, given, there, told};
use super::members::{RoleOf, named};
use super::page::{Page, Paging};
use super::program::Program;
use crate::Console;
use crate::access::{Right, Role};
use crate::account::{
    Account, AccountName, Accounts, Edit, Identity, NewAccount, PasswordState, to_see_accounts,
};
use crate::web::failure::{Cause, Failure};

/// Somebody who can sign in.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct AccountShown {
    /// Its name, which never changes.
    #[schema(pattern = "^[a-z0-9._-]{1,64}$", example = "alice")]
    name: String,
    /// What people call its owner.
    display_name: String,
    /// What it is to the platform; null where nothing.
    platform: Option<RoleOf>,
    /// What it is to apps, by their IDs.
    apps: BTreeMap<String, RoleOf>,
    password: PasswordOf,
    /// Who its owner is at the sign-in provider; null where nobody.
    identity: Option<IdentityOf>,
    /// Whether it can't be used.
    disabled: bool,
    /// When it was made.
    created_at: Timestamp,
}

/// No password; one that somebody else knows and that has to be changed; one of its owner's choice.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) enum PasswordOf {
    None,
    Temporary,
    Own,
}

/// Somebody at the sign-in provider.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct IdentityOf {
    kind: IdentityKind,
    /// The address or name: no control characters.
    #[schema(min_length = 1, max_length = 255, example = "alice@example.com")]
    value: String,
}

/// Whoever has that verified address at the next sign-in; the provider's own name for somebody.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) enum IdentityKind {
    Email,
    Subject,
}

/// An account that is to be made; it can sign in once it was invited.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct AccountToMake {
    /// Its name.
    #[schema(pattern = "^[a-z0-9._-]{1,64}$", example = "alice")]
    name: String,
    /// What people call its owner: no control or format characters.
    #[schema(min_length = 1, max_length = 100, example = "Alice Li")]
    display_name: String,
    /// What it is to the platform; nothing where it is null or left out.
    #[serde(default)]
    platform: Option<PlatformRole>,
    /// Why, for the audit log.
    #[serde(default)]
    #[schema(max_length = 1000)]
    reason: Option<String>,
}

/// What somebody can be to the platform.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) enum PlatformRole {
    PlatformOperator,
    Auditor,
}

/// What is to be changed of an account; what is left out stays.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct AccountSettings {
    /// What people call its owner: no control or format characters.
    #[serde(deserialize_with = "there")]
    #[schema(min_length = 1, max_length = 100, nullable = false)]
    display_name: Option<String>,
    /// What it is to the platform; null takes its role.
    #[serde(deserialize_with = "given")]
    #[schema(value_type = Option<PlatformRole>)]
    platform: Option<Option<PlatformRole>>,
    /// Whether it can't be used. True ends its sessions and revokes its tokens at once; false brings none of them back.
    #[serde(deserialize_with = "there")]
    #[schema(nullable = false)]
    disabled: Option<bool>,
    /// Who its owner is at the sign-in provider; null where nobody is to sign in there.
    #[serde(deserialize_with = "given")]
    #[schema(value_type = Option<IdentityOf>)]
    identity: Option<Option<IdentityOf>>,
    /// Why, for the audit log.
    #[schema(max_length = 1000)]
    reason: Option<String>,
}

/// A link with which the owner of an account sets a password, once.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct InvitationShown {
    /// The link; it can't be shown again.
    #[schema(format = "uri")]
    url: String,
    /// Until when it can be used.
    ends_at: Timestamp,
}

/// Every account, in the order of their names.
#[utoipa::path(get, path = "/accounts", tag = "platform",
    params(("after" = Option<String>, Query, description = "What `next` was in the page before; the beginning where it is left out",
        pattern = "^[a-z0-9._-]{1,64}$"), Paging),
    responses((status = 200, description = "A page of them", body = Page<AccountShown>)))]
pub(super) async fn list_accounts(
    State(console): State<Arc<Console>>,
    me: Program,
    Query(paging): Query<Paging>,
) -> Result<Answer<Page<AccountShown>>, Failure> {
    let by = me.allow(&console, to_see_accounts(&me.caller)).await?;
    let limit = paging.limit()?;
    let after: Option<AccountName> = paging.after()?;
    let accounts = Accounts::of(console.store(), &me.caller, by.at());
    let accounts = accounts.list(after.as_ref(), limit + 1).await?;
    let page = Page::of(
        accounts,
        limit,
        |account| account.name.to_string(),
        AccountShown::from,
    );
    Ok(Answer(page))
}

/// Makes an account.
#[utoipa::path(post, path = "/accounts", tag = "platform", request_body = AccountToMake,
    responses((status = 201, description = "It is made", body = AccountShown,
        headers(("location" = String, description = "Its address")))))]
pub(super) async fn make_account(
    State(console): State<Arc<Console>>,
    me: Program,
    Json(new): Json<AccountToMake>,
) -> Result<impl IntoResponse, Failure> {
    let by = me.allow(&console, Right::Operate).await?;
    let accounts = accounts(&console, &me, by.at(), told(new.reason.as_deref())?);
    let new = NewAccount {
        name: new.name.parse().map_err(Cause::malformed)?,
        display_name: new.display_name,
        platform: new.platform.map(Role::from),
    };
    let account = accounts.create(&new).await?;
    let place = [(LOCATION, format!("/api/v1/accounts/{}", account.name))];
    Ok((StatusCode::CREATED, place, Answer(AccountShown::from(account))))
}

/// An account.
#[utoipa::path(get, path = "/accounts/{account}", tag = "platform",
    params(("account" = String, Path, description = "Its name")),
    responses((status = 200, description = "It", body = AccountShown)))]
pub(super) async fn read_account(
    State(console): State<Arc<Console>>,
    me: Program,
    Path(name): Path<String>,
) -> Result<Answer<AccountShown>, Failure> {
    let by = me.allow(&console, to_see_accounts(&me.caller)).await?;
    let accounts = Accounts::of(console.store(), &me.caller, by.at());
    Ok(Answer(accounts.find(&named(&name)?).await?.into()))
}

/// Renames, disables or enables an account, gives it another role for the platform or another identity: all that is wanted, as one
/// row of the audit log, or nothing.
#[utoipa::path(patch, path = "/accounts/{account}", tag = "platform", request_body = AccountSettings,
    params(("account" = String, Path, description = "Its name")),
    responses((status = 200, description = "The account with them", body = AccountShown)))]
pub(super) async fn set_account(
    State(console): State<Arc<Console>>,
    me: Program,
    Path(name): Path<String>,
    Json(new): Json<AccountSettings>,
) -> Result<Answer<AccountShown>, Failure> {
    let by = me.allow(&console, Right::Operate).await?;
    let name = named(&name)?;
    let accounts = accounts(&console, &me, by.at(), told(new.reason.as_deref())?);
    let edit = Edit {
        display_name: new.display_name,
        disabled: new.disabled,
        platform: new.platform.map(|role| role.map(Role::from)),
        identity: new.identity.map(|identity| identity.map(Identity::from)),
    };
    Ok(Answer(accounts.set(&name, edit).await?.into()))
}

/// Makes a link with which the owner of an account sets a password, within a day and once.
#[utoipa::path(post, path = "/accounts/{account}/invite", tag = "platform",
    params(("account" = String, Path, description = "Its name"), Why),
    responses((status = 200, description = "The link", body = InvitationShown)))]
pub(super) async fn invite_account(
    State(console): State<Arc<Console>>,
    me: Program,
    Path(name): Path<String>,
    Query(why): Query<Why>,
) -> Result<Answer<InvitationShown>, Failure> {
    let by = me.allow(&console, Right::Operate).await?;
    let accounts = accounts(&console, &me, by.at(), why.told()?);
    let invitation = accounts.invite(&named(&name)?).await?;
    Ok(Answer(InvitationShown {
        url: invitation.link(&console.settings().public_url).to_string(),
        ends_at: invitation.ends_at,
    }))
}

/// Ends every session of an account; its tokens stay.
#[utoipa::path(post, path = "/accounts/{account}/end-sessions", tag = "platform",
    params(("account" = String, Path, description = "Its name"), Why),
    responses((status = 204, description = "Nobody is signed in with it")))]
pub(super) async fn end_sessions(
    State(console): State<Arc<Console>>,
    me: Program,
    Path(name): Path<String>,
    Query(why): Query<Why>,
) -> Result<StatusCode, Failure> {
    let by = me.allow(&console, Right::Operate).await?;
    let accounts = accounts(&console, &me, by.at(), why.told()?);
    accounts.end_sessions(&named(&name)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn accounts<'a>(console: &'a Console, me: &'a Program, at: Timestamp, why: Option<String>) -> Accounts<'a> {
    Accounts::of(console.store(), &me.caller, at).because(why)
}

impl From<PlatformRole> for Role {
    fn from(role: PlatformRole) -> Self {
        match role {
            PlatformRole::PlatformOperator => Self::PlatformOperator,
            PlatformRole::Auditor => Self::Auditor,
        }
    }
}

impl From<IdentityOf> for Identity {
    fn from(IdentityOf { kind, value }: IdentityOf) -> Self {
        match kind {
            IdentityKind::Email => Self::Email(value),
            IdentityKind::Subject => Self::Subject(value),
        }
    }
}

impl From<Identity> for IdentityOf {
    fn from(identity: Identity) -> Self {
        let (kind, value) = match identity {
            Identity::Email(value) => (IdentityKind::Email, value),
            Identity::Subject(value) => (IdentityKind::Subject, value),
        };
        Self { kind, value }
    }
}

impl From<Account> for AccountShown {
    fn from(account: Account) -> Self {
        let apps = account.roles.apps.into_iter();
        Self {
            name: account.name.to_string(),
            display_name: account.display_name,
            platform: account.roles.platform.map(RoleOf::from),
            apps: apps.map(|(app, role)| (app, role.into())).collect(),
            password: match account.password {
                PasswordState::None => PasswordOf::None,
                PasswordState::Temporary => PasswordOf::Temporary,
                PasswordState::Own => PasswordOf::Own,
            },
            identity: account.identity.map(IdentityOf::from),
            disabled: account.disabled,
            created_at: account.created_at,
        }
    }
}
