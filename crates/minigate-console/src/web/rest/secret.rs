//! The AppSecret of an app.

use std::sync::Arc;

use axum::Json as Answer;
use axum::extract::State;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::input::{Json, Path, given, there, told, whole};
use super::program::Program;
use crate::access::Right;
use crate::secret::{AppSecret, SecretChange, SecretError, SecretState};
use crate::text::Text;
use crate::web::failure::malformed::Malformed;
use crate::web::failure::{Cause, Failure};
use crate::{Console, audit_denial};

/// What can be shown of an AppSecret.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct SecretShown {
    /// How many there have been: 1 for the first.
    #[schema(minimum = 1)]
    serial: u32,
    /// When it was made.
    made_at: Timestamp,
    /// When the one before it ends or ended, where it was given a grace.
    previous_ends_at: Option<Timestamp>,
    /// Whether no access token can be got with it.
    frozen: bool,
    /// The addresses and networks from which access tokens can be got; null for everywhere.
    #[schema(max_items = 200, example = json!(["203.0.113.0/24"]))]
    allowed_from: Option<Vec<String>>,
}

/// How an AppSecret is to be replaced.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct Rotation {
    /// For how many seconds the old one can still be used: a day at most.
    #[serde(deserialize_with = "whole")]
    #[schema(minimum = 0, maximum = 86400)]
    grace_seconds: u32,
    /// Why, for the audit log.
    #[schema(max_length = 1000)]
    reason: Option<String>,
}

/// An AppSecret that was just made; it can't be shown again.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct NewSecret {
    /// 32 hex characters.
    #[schema(pattern = "^[0-9a-f]{32}$")]
    app_secret: String,
}

/// What is to be changed of an AppSecret; what is left out stays.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct SecretSettings {
    /// Whether no access token can be got with it.
    #[serde(deserialize_with = "there")]
    #[schema(nullable = false)]
    frozen: Option<bool>,
    /// The addresses and networks from which access tokens can be got; null for everywhere.
    #[serde(deserialize_with = "given")]
    #[schema(value_type = Option<Vec<String>>, max_items = 200, example = json!(["203.0.113.0/24"]))]
    allowed_from: Option<Option<Vec<String>>>,
    /// Why, for the audit log.
    #[schema(max_length = 1000)]
    reason: Option<String>,
}

/// What can be shown of the AppSecret of an app.
#[utoipa::path(get, path = "/apps/{app}/secret", tag = "apps",
    params(("app" = String, Path, description = "The app's ID")),
    responses((status = 200, description = "It; 404 where it was never made", body = SecretShown)))]
pub(super) async fn read_secret(
    State(console): State<Arc<Console>>,
    me: Program,
    Path(id): Path<String>,
) -> Result<Answer<SecretShown>, Failure> {
    let (id, _, by) = me.app(&console, &id, Right::Manage).await?;
    let secret = AppSecret::of(console.store(), &id, &me.caller, by.at());
    let state = secret.state().await?;
    Ok(Answer(
        state.ok_or_else(|| SecretError::None(id.to_string()))?.into(),
    ))
}

/// Makes the AppSecret of an app, or another one. With it an app's server reads, writes, approves and publishes domains, so the
/// token needs those scopes too.
#[utoipa::path(post, path = "/apps/{app}/secret/rotate", tag = "apps", request_body = Rotation,
    params(("app" = String, Path, description = "The app's ID")),
    responses((status = 200, description = "The new one", body = NewSecret)))]
pub(super) async fn rotate_secret(
    State(console): State<Arc<Console>>,
    me: Program,
    Path(id): Path<String>,
    Json(wanted): Json<Rotation>,
) -> Result<Answer<NewSecret>, Failure> {
    let (id, _, by) = me.app(&console, &id, Right::Manage).await?;
    let secret = AppSecret::of(console.store(), &id, &me.caller, by.at());
    let secret = explained(secret, wanted.reason.as_deref())?;
    let grace = SignedDuration::from_secs(i64::from(wanted.grace_seconds));
    match secret.rotate(grace).await {
        Ok(made) => Ok(Answer(NewSecret {
            app_secret: made.reveal().to_owned(),
        })),
        Err(SecretError::Denied(denied)) => {
            audit_denial(console.store(), &denied, by.at()).await?;
            Err(denied.into())
        }
        Err(other) => Err(other.into()),
    }
}

/// Freezes the AppSecret of an app or lets it be used again, and says from where.
#[utoipa::path(patch, path = "/apps/{app}/secret", tag = "apps", request_body = SecretSettings,
    params(("app" = String, Path, description = "The app's ID")),
    responses((status = 200, description = "What can be shown of it", body = SecretShown)))]
pub(super) async fn set_secret(
    State(console): State<Arc<Console>>,
    me: Program,
    Path(id): Path<String>,
    Json(new): Json<SecretSettings>,
) -> Result<Answer<SecretShown>, Failure> {
    let (id, _, by) = me.app(&console, &id, Right::Manage).await?;
    let secret = AppSecret::of(console.store(), &id, &me.caller, by.at());
    let secret = explained(secret, new.reason.as_deref())?;
    let wanted = SecretChange {
        frozen: new.frozen,
        allowed_from: new.allowed_from.map(networks).transpose()?,
    };
    secret.set(wanted).await?;
    let state = secret.state().await?;
    Ok(Answer(
        state.ok_or_else(|| SecretError::None(id.to_string()))?.into(),
    ))
}

fn explained<'a>(secret: AppSecret<'a>, reason: Option<&str>) -> Result<AppSecret<'a>, Failure> {
    Ok(secret.because(told(reason)?))
}

fn networks(texts: Option<Vec<String>>) -> Result<Option<Vec<ipnet::IpNet>>, Failure> {
    let network = |text: String| {
        let address = || text.parse().map(|address: std::net::IpAddr| address.into());
        let parsed = text.parse().or_else(|_| address());
        parsed.map_err(|_| Cause::unfit(Malformed::of(&text, NO_NETWORK)))
    };
    texts
        .map(|texts| texts.into_iter().map(network).collect())
        .transpose()
}

impl From<SecretState> for SecretShown {
    fn from(state: SecretState) -> Self {
        let nets = state.allowed_from;
        Self {
            serial: state.serial,
            made_at: state.made_at,
            previous_ends_at: state.previous_ends_at,
            frozen: state.frozen,
            allowed_from: nets.map(|nets| nets.iter().map(ToString::to_string).collect()),
        }
    }
}

const NO_NETWORK: Text = Text(
    "in `allowedFrom` is neither an address nor a network such as 203.0.113.0/24",
    "（`allowedFrom`）既不是地址，也不是 203.0.113.0/24 这样的网段",
);
