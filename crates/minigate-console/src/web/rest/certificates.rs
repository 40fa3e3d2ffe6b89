//! The certificates that end.

use std::sync::Arc;

use axum::Json as Answer;
use axum::extract::State;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::input::Query;
use super::program::Program;
use crate::Console;
use crate::access::Right;
use crate::moment::after;
use crate::preflight::{self, Ending};
use crate::web::failure::malformed::Malformed;
use crate::web::failure::{Cause, Failure};

/// A host whose certificate ends.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct EndingShown {
    /// Whose effective version lists it.
    app: String,
    /// The entry of the host.
    entry: String,
    /// When the first of its certificates ends.
    not_after: Timestamp,
}

/// Which certificates are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Within {
    /// Those that end within so many days.
    #[param(minimum = 1, maximum = 1000, default = 90)]
    days: u32,
}

impl Default for Within {
    fn default() -> Self {
        Self { days: USUAL_DAYS }
    }
}

/// The certificates of effective versions that end soon, as far as pre-flights have seen them, the first to end first; 100
/// at most, of the apps that the token can see.
#[utoipa::path(get, path = "/certificates", tag = "domains", params(Within),
    responses((status = 200, description = "They", body = Vec<EndingShown>)))]
pub(super) async fn list_certificates(
    State(console): State<Arc<Console>>,
    me: Program,
    Query(Within { days }): Query<Within>,
) -> Result<Answer<Vec<EndingShown>>, Failure> {
    if !(1..=MOST_DAYS).contains(&days) {
        return Err(Cause::malformed(Malformed::both(
            format!("`days` is 1 to {MOST_DAYS}, not {days}"),
            format!("`days` 须为 1 到 {MOST_DAYS}，不能是 {days}"),
        )));
    }
    let end = after(console.now(), SignedDuration::from_hours(24 * i64::from(days)));
    let apps = me.caller.apps_where(Right::Read);
    let endings = preflight::ending(console.store(), apps.as_ref(), end, MOST).await?;
    Ok(Answer(endings.into_iter().map(EndingShown::from).collect()))
}

impl From<Ending> for EndingShown {
    fn from(ending: Ending) -> Self {
        Self {
            app: ending.app,
            entry: ending.entry,
            not_after: ending.not_after,
        }
    }
}

const USUAL_DAYS: u32 = 90;
const MOST_DAYS: u32 = 1_000;
const MOST: usize = 100;
