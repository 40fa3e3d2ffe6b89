//! Tokens, as a token sees them: itself and those that were made with it.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::Json as Answer;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use jiff::Timestamp;
use minigate_policy::AppId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::input::{Json, Path, Query, Why, told};
use super::members::named;
use super::program::Program;
use crate::Console;
use crate::access::{Right, Scopes};
use crate::account::{AccountName, Accounts, to_see_accounts};
use crate::text::Text;
use crate::token::{NewToken, Token, Tokens};
use crate::web::failure::{Cause, Failure};

/// A token, without its secret.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct TokenShown {
    /// By what it is revoked.
    #[schema(pattern = "^[0-9a-f]{16}$")]
    id: String,
    /// Whose it is.
    owner: String,
    /// What its owner calls it.
    name: String,
    /// The rights that it can use, as far as its owner has them.
    scopes: Vec<Right>,
    /// The apps that it can be used for; null for every one of its owner's.
    apps: Option<Vec<String>>,
    /// When it was made.
    created_at: Timestamp,
    /// When it ends.
    ends_at: Timestamp,
    /// The token that it was made with, and with which it ends; null where its owner made it.
    parent: Option<String>,
}

/// A token that is to be made with the present one: it can't do more, nor live longer.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct TokenToMake {
    /// What it is called.
    #[schema(pattern = "^[A-Za-z0-9 ._-]{1,64}$", example = "nightly build")]
    name: String,
    /// The rights that it can use: of those of the present one.
    #[schema(min_items = 1, max_items = 7)]
    scopes: Vec<Right>,
    /// The apps that it can be used for; those of the present one where it is null or left out.
    #[serde(default)]
    #[schema(max_items = 100, example = json!(["wx0123456789abcdef"]))]
    apps: Option<Vec<IdOfApp>>,
    /// When it ends: no later than the present one.
    ends_at: Timestamp,
    /// Why, for the audit log.
    #[serde(default)]
    #[schema(max_length = 1000)]
    reason: Option<String>,
}

/// The ID of an app.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(pattern = "^[A-Za-z0-9_-]{1,64}$", example = "wx0123456789abcdef")]
pub(super) struct IdOfApp(String);

/// A token that was just made.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct MadeToken {
    token: TokenShown,
    /// What to send as `authorization: Bearer`; it can't be shown again.
    #[schema(pattern = "^mgt_[A-Za-z0-9_-]{43}$")]
    secret: String,
}

/// The token that is used, and those that were made with it.
#[utoipa::path(get, path = "/tokens", tag = "tokens",
    responses((status = 200, description = "They", body = Vec<TokenShown>)))]
pub(super) async fn list_tokens(
    State(console): State<Arc<Console>>,
    me: Program,
) -> Result<Answer<Vec<TokenShown>>, Failure> {
    let family = Tokens::of(console.store()).family(&me.token).await?;
    Ok(Answer(family.into_iter().map(TokenShown::from).collect()))
}

/// Makes a token that can do less, for a while: to hand to a program. It ends with the token that it was made with, and
/// can't make others.
#[utoipa::path(post, path = "/tokens", tag = "tokens", request_body = TokenToMake,
    responses((status = 201, description = "It is made", body = MadeToken)))]
pub(super) async fn make_token(
    State(console): State<Arc<Console>>,
    me: Program,
    Json(new): Json<TokenToMake>,
) -> Result<impl IntoResponse, Failure> {
    let tokens = tokens(&console, told(new.reason.as_deref())?);
    let new = new.parsed(&me.token)?;
    let (token, secret) = tokens
        .delegate(&me.token, &me.caller, &new, console.now())
        .await?;
    let made = MadeToken {
        token: token.into(),
        secret: secret.reveal().to_owned(),
    };
    Ok((StatusCode::CREATED, Answer(made)))
}

/// Revokes the token that is used, or one that was made with it.
#[utoipa::path(delete, path = "/tokens/{id}", tag = "tokens",
    params(("id" = String, Path, description = "The token's ID"), Why),
    responses((status = 204, description = "It can't be used any more")))]
pub(super) async fn revoke_token(
    State(console): State<Arc<Console>>,
    me: Program,
    Path(id): Path<String>,
    Query(why): Query<Why>,
) -> Result<StatusCode, Failure> {
    let tokens = tokens(&console, why.told()?);
    tokens
        .revoke_within(&me.token, &me.caller, &id, console.now())
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The tokens of an account.
#[utoipa::path(get, path = "/accounts/{account}/tokens", tag = "platform",
    params(("account" = String, Path, description = "Its name")),
    responses((status = 200, description = "They", body = Vec<TokenShown>)))]
pub(super) async fn list_tokens_of(
    State(console): State<Arc<Console>>,
    me: Program,
    Path(account): Path<String>,
) -> Result<Answer<Vec<TokenShown>>, Failure> {
    let by = me.allow(&console, to_see_accounts(&me.caller)).await?;
    let account = known(&console, &me, &account, by.at()).await?;
    let tokens = Tokens::of(console.store());
    let tokens = tokens.of_account(&account, &me.caller, by.at()).await?;
    Ok(Answer(tokens.into_iter().map(TokenShown::from).collect()))
}

/// Revokes a token of an account.
#[utoipa::path(delete, path = "/accounts/{account}/tokens/{id}", tag = "platform",
    params(("account" = String, Path, description = "Its name"), ("id" = String, Path, description = "The token's ID"), Why),
    responses((status = 204, description = "It can't be used any more")))]
pub(super) async fn revoke_token_of(
    State(console): State<Arc<Console>>,
    me: Program,
    Path((account, id)): Path<(String, String)>,
    Query(why): Query<Why>,
) -> Result<StatusCode, Failure> {
    let by = me.allow(&console, Right::Operate).await?;
    let account = known(&console, &me, &account, by.at()).await?;
    let tokens = tokens(&console, why.told()?);
    tokens.revoke_of(&account, &id, &me.caller, by.at()).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn tokens(console: &Console, why: Option<String>) -> Tokens<'_> {
    Tokens::of(console.store()).because(why)
}

/// The name of an account that there is.
async fn known(console: &Console, me: &Program, name: &str, at: Timestamp) -> Result<AccountName, Failure> {
    let accounts = Accounts::of(console.store(), &me.caller, at);
    Ok(accounts.find(&named(name)?).await?.name)
}

impl TokenToMake {
    fn parsed(self, parent: &Token) -> Result<NewToken, Failure> {
        let apps = self.apps.as_ref().map_or(0, Vec::len);
        if self.scopes.len() > Right::ALL.len() || apps > MOST_APPS {
            return Err(Cause::unfit(TOO_MANY));
        }
        let apps = match self.apps {
            None => parent.scopes.apps.clone(),
            Some(apps) => {
                let ids = apps
                    .iter()
                    .map(|app| Ok(app.0.parse::<AppId>().map_err(Cause::malformed)?.to_string()));
                Some(ids.collect::<Result<BTreeSet<_>, Failure>>()?)
            }
        };
        Ok(NewToken {
            name: self.name,
            scopes: Scopes {
                rights: self.scopes.into_iter().collect(),
                apps,
            },
            ends_at: self.ends_at,
        })
    }
}

impl From<Token> for TokenShown {
    fn from(token: Token) -> Self {
        let apps = token.scopes.apps;
        Self {
            id: token.id,
            owner: token.owner.to_string(),
            name: token.name,
            scopes: token.scopes.rights.into_iter().collect(),
            apps: apps.map(|apps| apps.into_iter().collect()),
            created_at: token.created_at,
            ends_at: token.ends_at,
            parent: token.parent,
        }
    }
}

const MOST_APPS: usize = 100;
const TOO_MANY: Text = Text(
    "a token has 7 scopes and 100 apps at most",
    "令牌最多有 7 个范围和 100 个应用",
);
