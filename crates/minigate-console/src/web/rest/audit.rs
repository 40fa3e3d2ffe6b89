//! The audit log.

use std::sync::Arc;

use axum::Json as Answer;
use axum::body::Body;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use jiff::Timestamp;
use minigate_policy::AppId;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::input::Query;
use super::page::{Page, limited};
use super::program::Program;
use crate::Console;
use crate::audit::Format;
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
    /// Those about this app.
    #[param(pattern = "^[A-Za-z0-9_-]{1,64}$")]
    app: Option<String>,
    /// Those of this actor: an account, or `app:ID` for an app's own server.
    #[param(pattern = "^[A-Za-z0-9._():-]{1,80}$")]
    actor: Option<String>,
    /// Those of this action, or of all of its kind.
    #[param(pattern = "^[a-z.-]{1,64}$", example = "domains.publish")]
    action: Option<String>,
    /// Those from this moment on.
    since: Option<Timestamp>,
    /// Those before this moment.
    until: Option<Timestamp>,
    /// What `next` was in the page before; the newest rows where it is left out.
    #[param(minimum = 1)]
    after: Option<i64>,
    /// How many at most.
    #[param(minimum = 1, maximum = 100, default = 50)]
    limit: Option<u32>,
}

/// Which rows are wanted as a file.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct ExportedRows {
    /// How they are written down.
    #[param(inline)]
    format: FormatOfRows,
    /// Those about this app.
    #[param(pattern = "^[A-Za-z0-9_-]{1,64}$")]
    app: Option<String>,
    /// Those of this actor: an account, or `app:ID` for an app's own server.
    #[param(pattern = "^[A-Za-z0-9._():-]{1,80}$")]
    actor: Option<String>,
    /// Those of this action, or of all of its kind.
    #[param(pattern = "^[a-z.-]{1,64}$", example = "domains.publish")]
    action: Option<String>,
    /// Those from this moment on.
    since: Option<Timestamp>,
    /// Those before this moment.
    until: Option<Timestamp>,
    /// Those before this number.
    #[param(minimum = 1)]
    after: Option<i64>,
}

/// What a file of rows is.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
enum FormatOfRows {
    /// A table, which begins with a byte order mark.
    Csv,
    /// An array of objects.
    Json,
}

/// The audit log, the newest row first: all of it for who has `audit:read` for the platform, else what is about the apps
/// in which the caller has it.
#[utoipa::path(get, path = "/audit", tag = "platform", params(Rows),
    responses((status = 200, description = "A page of it", body = Page<Row>)))]
pub(super) async fn read_audit(
    State(console): State<Arc<Console>>,
    me: Program,
    Query(wanted): Query<Rows>,
) -> Result<Answer<Page<Row>>, Failure> {
    let limit = limited(wanted.limit)?;
    let query = wanted.query(limit + 1)?;
    let rows = console.log_for(&me.caller, &query).await?;
    let page = Page::of(rows, limit, |row| row.sequence.to_string(), Row::from);
    Ok(Answer(page))
}

/// The newest 10,000 of the rows that are wanted, as a file.
#[utoipa::path(get, path = "/audit/export", tag = "platform", params(ExportedRows),
    responses((status = 200, description = "The rows", content(
        (String = "text/csv"), (serde_json::Value = "application/json")))))]
pub(super) async fn export_audit(
    State(console): State<Arc<Console>>,
    me: Program,
    Query(wanted): Query<ExportedRows>,
) -> Result<impl IntoResponse, Failure> {
    let format = match wanted.format {
        FormatOfRows::Csv => Format::Csv,
        FormatOfRows::Json => Format::Json,
    };
    let query = Rows::from(wanted).query(MOST_EXPORTED)?;
    let rows = console.log_stream(&me.caller, &query, format).await?;
    Ok(([(CONTENT_TYPE, format.kind())], Body::from_stream(rows)))
}

impl From<ExportedRows> for Rows {
    fn from(wanted: ExportedRows) -> Self {
        Self {
            app: wanted.app,
            actor: wanted.actor,
            action: wanted.action,
            since: wanted.since,
            until: wanted.until,
            after: wanted.after,
            limit: None,
        }
    }
}

impl Rows {
    fn query(self, most: u32) -> Result<store::Query, Failure> {
        let app = self.app.as_deref().map(str::parse::<AppId>).transpose();
        let app = app.map_err(Cause::malformed)?;
        Ok(store::Query {
            app: app.map(|app| app.to_string()),
            apps: None,
            actor: self.actor.map(actor).transpose()?,
            action: self.action.map(action).transpose()?,
            since: self.since,
            until: self.until,
            before: self.after.map(row).transpose()?,
            most,
        })
    }
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
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"._-():".contains(&byte);
    if (1..=80).contains(&text.len()) && text.bytes().all(fits) {
        Ok(text)
    } else {
        Err(Cause::malformed(NO_ACTOR))
    }
}

/// What an action, or a kind of actions, is called.
fn action(text: String) -> Result<String, Failure> {
    let fits = |byte: u8| byte.is_ascii_lowercase() || b".-".contains(&byte);
    if (1..=64).contains(&text.len()) && text.bytes().all(fits) {
        Ok(text)
    } else {
        Err(Cause::malformed(NO_ACTION))
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

const MOST_EXPORTED: u32 = 10_000;
const NO_ACTION: Text = Text(
    "`action` is the name of an action, such as `domains.publish`, or its beginning up to the dot",
    "`action` 须为操作名，例如 `domains.publish`，或点号之前的部分",
);
const NO_ACTOR: Text = Text(
    "`actor` is the name of an account, or `app:` and the ID of an app",
    "`actor` 须为账号名，或 `app:` 加应用 ID",
);
const NO_ROW: Text = Text(
    "`after` is the number of a row, from 1",
    "`after` 须为记录的编号，从 1 开始",
);
