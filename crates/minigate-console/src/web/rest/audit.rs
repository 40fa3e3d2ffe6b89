//! The audit log.

use std::sync::Arc;

use axum::Json as Answer;
use axum::extract::State;
use jiff::Timestamp;
use minigate_policy::AppId;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::input::Query;
use super::page::{Page, limited};
use super::program::Program;
use crate::Console;
use crate::access::Right;
use crate::store::{self, Logged};
use crate::text::Text;
use crate::web::failure::{Cause, Failure};

/// A row of the audit log.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Row {
    /// Its number; later rows have larger ones.
    #[schema(minimum = 1)]
    sequence: i64,
    /// When it was committed.
    at: Timestamp,
    /// Who.
    actor: String,
    /// From where: an address, and the token where there was one.
    origin: Option<String>,
    /// What.
    #[schema(example = "domains.publish")]
    action: String,
    /// Which app it concerns; null where it is about the platform.
    app: Option<String>,
    /// What was before.
    #[schema(value_type = Value)]
    before: Option<Value>,
    /// What is after.
    #[schema(value_type = Value)]
    after: Option<Value>,
    /// Why, in the actor's words.
    reason: Option<String>,
}

/// Which rows are wanted.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Rows {
    /// Those about this app; without it, `audit:read` for the whole platform is needed.
    #[param(pattern = "^[A-Za-z0-9_-]{1,64}$")]
    app: Option<String>,
    /// Those of this actor.
    #[param(pattern = "^[a-z0-9._()-]{1,64}$")]
    actor: Option<String>,
    /// What `next` was in the page before; the newest rows where it is left out.
    #[param(minimum = 1)]
    after: Option<i64>,
    /// How many at most.
    #[param(minimum = 1, maximum = 100, default = 50)]
    limit: Option<u32>,
}

/// The audit log, the newest row first.
#[utoipa::path(get, path = "/audit", tag = "platform", params(Rows),
    responses((status = 200, description = "A page of it", body = Page<Row>)))]
pub(super) async fn read_audit(
    State(console): State<Arc<Console>>,
    me: Program,
    Query(wanted): Query<Rows>,
) -> Result<Answer<Page<Row>>, Failure> {
    let app = wanted.app.as_deref().map(str::parse::<AppId>).transpose();
    let app = app.map_err(Cause::malformed)?;
    console.allow(&me.caller, Right::Audit, app.as_ref()).await?;
    let limit = limited(wanted.limit)?;
    let query = store::Query {
        app: app.map(|app| app.to_string()),
        actor: wanted.actor.map(actor).transpose()?,
        before: wanted.after.map(row).transpose()?,
        most: limit + 1,
        ..store::Query::default()
    };
    let rows = console.store().log(&query).await?;
    let page = Page::of(rows, limit, |row| row.sequence.to_string(), Row::from);
    Ok(Answer(page))
}

/// The number of a row.
fn row(number: i64) -> Result<i64, Failure> {
    if number >= 1 {
        Ok(number)
    } else {
        Err(Cause::malformed(NO_ROW))
    }
}

/// A name of somebody who can be in the log.
fn actor(text: String) -> Result<String, Failure> {
    let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"._-()".contains(&byte);
    if (1..=64).contains(&text.len()) && text.bytes().all(fits) {
        Ok(text)
    } else {
        Err(Cause::malformed(NO_ACTOR))
    }
}

impl From<Logged> for Row {
    fn from(logged: Logged) -> Self {
        let entry = logged.entry;
        Self {
            sequence: logged.sequence,
            at: logged.at,
            actor: entry.actor,
            origin: entry.origin,
            action: entry.action,
            app: entry.app,
            before: entry.before,
            after: entry.after,
            reason: entry.reason,
        }
    }
}

const NO_ACTOR: Text = Text("`actor` is the name of an account", "`actor` 须为账号名");
const NO_ROW: Text = Text(
    "`after` is the number of a row, from 1",
    "`after` 须为记录的编号，从 1 开始",
);
