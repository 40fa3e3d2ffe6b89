//! The keys that sign what runtimes get.

use std::sync::Arc;

use axum::Json as Answer;
use axum::extract::State;
use jiff::{SignedDuration, Timestamp};
use minigate_lists::{KeyStage, Thumbprint};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::input::{Json, Path, Query, Why, because, whole};
use super::program::Program;
use crate::Console;
use crate::access::Right;
use crate::keys::{self, Keys};
use crate::text::Text;
use crate::web::failure::{Cause, Failure};

/// A key that runtimes are told of.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct KeyShown {
    /// Its name: the thumbprint of RFC 7638.
    key: String,
    stage: StageOf,
    /// Until when it holds, where it is retired.
    until: Option<Timestamp>,
}

/// Announced before it signs, signing, or retired and still good for what it signed.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) enum StageOf {
    Announced,
    Signing,
    Retired,
}

/// How the announced key takes over.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct TakeOver {
    /// For how many seconds what the present key signed still holds: a year at most.
    #[serde(deserialize_with = "whole")]
    #[schema(minimum = 0, maximum = 31536000, example = 604800)]
    hold_seconds: u32,
    /// Why, for the audit log.
    #[serde(default)]
    #[schema(max_length = 1000)]
    reason: Option<String>,
}

/// The keys that runtimes are told of.
#[utoipa::path(get, path = "/keys", tag = "platform",
    responses((status = 200, description = "All of them", body = Vec<KeyShown>)))]
pub(super) async fn list_keys(
    State(console): State<Arc<Console>>,
    me: Program,
) -> Result<Answer<Vec<KeyShown>>, Failure> {
    let by = me.allow(&console, Right::Read).await?;
    let keys = keys::load_or_make(console.store(), by.at()).await?;
    Ok(Answer(shown(&keys, by.at())))
}

/// Makes a key and tells runtimes of it; it signs nothing yet.
#[utoipa::path(post, path = "/keys/announce", tag = "platform", params(Why),
    responses((status = 200, description = "All of them", body = Vec<KeyShown>)))]
pub(super) async fn announce_key(
    State(console): State<Arc<Console>>,
    me: Program,
    Query(why): Query<Why>,
) -> Result<Answer<Vec<KeyShown>>, Failure> {
    let by = why.given_to(me.allow(&console, Right::Operate).await?)?;
    let keys = keys::announce(console.store(), &by).await?;
    Ok(Answer(shown(&keys, by.at())))
}

/// Lets the announced key sign, and retires the one that signed.
#[utoipa::path(post, path = "/keys/rotate", tag = "platform", request_body = TakeOver,
    responses((status = 200, description = "All of them", body = Vec<KeyShown>)))]
pub(super) async fn rotate_keys(
    State(console): State<Arc<Console>>,
    me: Program,
    Json(wanted): Json<TakeOver>,
) -> Result<Answer<Vec<KeyShown>>, Failure> {
    let by = me.allow(&console, Right::Operate).await?;
    let by = because(wanted.reason.as_deref(), by)?;
    if wanted.hold_seconds > A_YEAR {
        return Err(Cause::unfit(TOO_LONG));
    }
    let hold = SignedDuration::from_secs(i64::from(wanted.hold_seconds));
    let keys = keys::rotate(console.store(), hold, &by).await?;
    Ok(Answer(shown(&keys, by.at())))
}

/// Drops a key at once that is announced or retired: what it signed can't be verified any more. It is for a key that
/// somebody else may have.
#[utoipa::path(delete, path = "/keys/{key}", tag = "platform",
    params(("key" = String, Path, description = "Its name"), Why),
    responses((status = 200, description = "Those that are left", body = Vec<KeyShown>)))]
pub(super) async fn retire_key(
    State(console): State<Arc<Console>>,
    me: Program,
    Path(key): Path<String>,
    Query(why): Query<Why>,
) -> Result<Answer<Vec<KeyShown>>, Failure> {
    let by = why.given_to(me.allow(&console, Right::Operate).await?)?;
    let key: Thumbprint = key.parse().map_err(|_| Failure::new(Cause::NothingHere))?;
    let keys = keys::retire(console.store(), &key, &by).await?;
    Ok(Answer(shown(&keys, by.at())))
}

fn shown(keys: &Keys, now: Timestamp) -> Vec<KeyShown> {
    let listed = keys.set(now).keys.into_iter();
    let each = listed.map(|listed| {
        let (stage, until) = match listed.stage {
            KeyStage::Announced => (StageOf::Announced, None),
            KeyStage::Signing => (StageOf::Signing, None),
            KeyStage::Retired { until } => (StageOf::Retired, Some(until)),
        };
        KeyShown {
            key: listed.key.thumbprint().to_string(),
            stage,
            until,
        }
    });
    each.collect()
}

const A_YEAR: u32 = 365 * 24 * 60 * 60;
const TOO_LONG: Text = Text(
    "`holdSeconds` is at most 31,536,000, which is a year",
    "`holdSeconds` 最多为 31,536,000，即一年",
);
