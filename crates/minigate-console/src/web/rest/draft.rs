//! The draft of an app's domains, and its way to a version.
//!
//! Each answer has the draft's revision as its `etag`. A step with `if-match` is taken only where the draft is still the
//! one that was looked at, so nobody approves what somebody else has just written.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::Json as Answer;
use axum::extract::{FromRequestParts, State};
use axum::http::header::{ETAG, HeaderName, IF_MATCH, IF_NONE_MATCH};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use minigate_policy::WrittenLists;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::input::{Json, Path, Query, Why, because, named};
use super::lists::{FormatOf, Lists, OfInterface};
use super::program::Program;
use super::versions::VersionShown;
use crate::Console;
use crate::access::Right;
use crate::bulk::{Mode, Pasted};
use crate::domains::{Approval, Draft, Expected, State as DraftState};
use crate::store::Sequence;
use crate::text::Text;
use crate::web::failure::{Cause, Failure};

/// A change of an app's domains that is being made.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct DraftShown {
    /// The version that was effective when it was written; 0 where none was.
    #[schema(minimum = 0)]
    base: u32,
    lists: Lists,
    /// Who wrote it.
    #[schema(example = "alice")]
    author: String,
    /// When.
    written_at: Timestamp,
    state: StateOf,
    /// Who has approved it.
    approvals: Vec<ApprovalShown>,
    /// Why, in the author's words.
    note: Option<String>,
    /// Who else has put entries into it.
    proposers: Vec<String>,
}

/// How far a draft has come: it is written, submitted and approved; then it is published and becomes a version.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) enum StateOf {
    Open,
    Submitted,
    Approved,
}

/// Somebody's yes.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ApprovalShown {
    /// Whose.
    #[schema(example = "bob")]
    actor: String,
    /// When.
    at: Timestamp,
}

/// What a draft is to be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewDraft {
    #[serde(deserialize_with = "named")]
    lists: Lists,
    /// Why, for whoever approves it and for the audit log.
    #[serde(default)]
    #[schema(max_length = 1000, example = "the shop moves to another server")]
    reason: Option<String>,
}

/// A text with entries for a draft.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "text": "https://api.example.com\nhttps://files.example.com",
    "format": "lines",
    "interface": "request",
    "mode": "add",
    "reason": "the shop moves to another server",
}))]
pub(super) struct ImportedText {
    /// The text, 10,000 entries at most.
    #[schema(max_length = 1048576)]
    text: String,
    /// Its format.
    format: FormatOf,
    /// Whose entries they are, with the format `lines`.
    #[serde(default)]
    interface: Option<OfInterface>,
    mode: ModeOf,
    /// Why, for whoever approves it and for the audit log.
    #[serde(default)]
    #[schema(max_length = 1000)]
    reason: Option<String>,
}

/// What becomes of the entries that there are: new ones follow them, they go where they are named, or they make room.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) enum ModeOf {
    Add,
    Remove,
    Replace,
}

/// A call that a runtime refused.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Proposed {
    interface: OfInterface,
    /// The URL that was called.
    #[schema(
        format = "uri",
        max_length = 8192,
        example = "https://api.example.com/items?page=2"
    )]
    url: String,
    /// Why, for whoever approves it and for the audit log.
    #[serde(default)]
    #[schema(max_length = 1000)]
    reason: Option<String>,
}

/// Which draft was looked at.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "it describes the headers that `Looked` reads")]
pub(super) struct Condition {
    /// The `etag` of the draft that was looked at, or `*` for any; the step isn't taken where it is another one by now.
    #[param(rename = "if-match", pattern = r#"^(\*|"[0-9]{1,18}")$"#, example = "\"42\"")]
    if_match: Option<String>,
}

/// Which draft a proposal may join.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "it describes the headers that `Looked` reads")]
pub(super) struct Joined {
    /// The `etag` of the draft that was looked at, which is opened again where it is submitted or approved; or `*` for any
    /// draft that is open. It isn't proposed where the draft is another one by now, or where there is none.
    #[param(rename = "if-match", pattern = r#"^(\*|"[0-9]{1,18}")$"#, example = "\"42\"")]
    if_match: Option<String>,
}

/// The draft that a step was decided on.
pub(super) struct Looked(pub(super) Expected);

/// What becomes of a draft before it is a version.
#[derive(Clone, Copy, Debug)]
enum Step {
    Submit,
    Approve,
    Refuse,
}

/// A draft with its revision.
pub(super) struct DraftAnswer(Sequence, Draft);

/// The draft of an app's domains.
#[utoipa::path(get, path = "/apps/{app}/draft", tag = "domains",
    params(("app" = String, Path, description = "The app's ID")),
    responses((status = 200, description = "It; 404 where there is none", body = DraftShown,
        headers(("etag" = String, description = "Its revision")))))]
pub(super) async fn read_draft(
    State(console): State<Arc<Console>>,
    me: Program,
    Path(id): Path<String>,
) -> Result<DraftAnswer, Failure> {
    let (id, ..) = me.app(&console, &id, Right::Read).await?;
    Ok(console.domains(&id).draft_at().await?.into())
}

/// Writes a draft, or writes it anew: whoever had approved it has to do so again. With `if-none-match: *` it is written
/// only where there is none.
#[utoipa::path(put, path = "/apps/{app}/draft", tag = "domains", request_body = NewDraft,
    params(("app" = String, Path, description = "The app's ID"), Condition,
        ("if-none-match" = Option<String>, Header, description = "`*`", pattern = r"^\*$")),
    responses((status = 200, description = "The draft", body = DraftShown,
        headers(("etag" = String, description = "Its revision")))))]
pub(super) async fn write_draft(
    State(console): State<Arc<Console>>,
    me: Program,
    Path(id): Path<String>,
    Looked(expected): Looked,
    Json(new): Json<NewDraft>,
) -> Result<DraftAnswer, Failure> {
    let (id, _, by) = me.app(&console, &id, Right::Write).await?;
    let by = because(new.reason.as_deref(), by)?;
    let domains = console.domains(&id);
    domains.expecting(expected).write(new.lists.into(), &by).await?;
    Ok(domains.draft_at().await?.into())
}

/// Drops the draft.
#[utoipa::path(delete, path = "/apps/{app}/draft", tag = "domains",
    params(("app" = String, Path, description = "The app's ID"), Condition, Why),
    responses((status = 204, description = "It is gone")))]
pub(super) async fn discard_draft(
    State(console): State<Arc<Console>>,
    me: Program,
    Path(id): Path<String>,
    Looked(expected): Looked,
    Query(why): Query<Why>,
) -> Result<StatusCode, Failure> {
    let (id, _, by) = me.app(&console, &id, Right::Write).await?;
    let by = why.given_to(by)?;
    console.domains(&id).expecting(expected).discard(&by).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Puts the entries of a text into the draft, or into a new one on the effective version. Where one of them is wrong,
/// nothing is written.
#[utoipa::path(post, path = "/apps/{app}/draft/import", tag = "domains", request_body = ImportedText,
    params(("app" = String, Path, description = "The app's ID"), Condition),
    responses((status = 200, description = "The draft", body = DraftShown,
        headers(("etag" = String, description = "Its revision")))))]
pub(super) async fn import_draft(
    State(console): State<Arc<Console>>,
    me: Program,
    Path(id): Path<String>,
    Looked(expected): Looked,
    Json(new): Json<ImportedText>,
) -> Result<DraftAnswer, Failure> {
    let (id, app, by) = me.app(&console, &id, Right::Write).await?;
    let by = because(new.reason.as_deref(), by)?;
    let mode = new.mode.into();
    let pasted = Pasted::read_to_import(&new.text, new.format.with(new.interface)?, mode)?;
    if pasted.wrong() > 0 {
        let wrong = pasted.lines.into_iter().filter(|line| !line.judgement.is_good());
        return Err(Failure::new(Cause::Lines(wrong.take(MOST_TOLD).collect())));
    }
    let domains = console.domains(&id);
    let (found, lists) = match domains.draft_with_revision().await? {
        Some((revision, draft)) => (Expected::At(revision), draft.lists),
        None => (Expected::None, domains.lists_at(app.effective).await?),
    };
    let expected = if expected == Expected::Any {
        found
    } else {
        expected
    };
    let lists: WrittenLists = pasted.apply(&lists, mode);
    domains.expecting(expected).write(lists, &by).await?;
    Ok(domains.draft_at().await?.into())
}

/// Asks for approval.
#[utoipa::path(post, path = "/apps/{app}/draft/submit", tag = "domains", request_body = Why,
    params(("app" = String, Path, description = "The app's ID"), Condition),
    responses((status = 200, description = "The draft", body = DraftShown,
        headers(("etag" = String, description = "Its revision")))))]
pub(super) async fn submit_draft(
    State(console): State<Arc<Console>>,
    me: Program,
    Path(id): Path<String>,
    looked: Looked,
    Json(why): Json<Why>,
) -> Result<DraftAnswer, Failure> {
    step(&console, &me, &id, looked, &why, Step::Submit).await
}

/// Approves the draft that was submitted; where the app wants two people, not by its author.
#[utoipa::path(post, path = "/apps/{app}/draft/approve", tag = "domains", request_body = Why,
    params(("app" = String, Path, description = "The app's ID"), Condition),
    responses((status = 200, description = "The draft", body = DraftShown,
        headers(("etag" = String, description = "Its revision")))))]
pub(super) async fn approve_draft(
    State(console): State<Arc<Console>>,
    me: Program,
    Path(id): Path<String>,
    looked: Looked,
    Json(why): Json<Why>,
) -> Result<DraftAnswer, Failure> {
    step(&console, &me, &id, looked, &why, Step::Approve).await
}

/// Sends the draft that was submitted back to its author.
#[utoipa::path(post, path = "/apps/{app}/draft/refuse", tag = "domains", request_body = Why,
    params(("app" = String, Path, description = "The app's ID"), Condition),
    responses((status = 200, description = "The draft", body = DraftShown,
        headers(("etag" = String, description = "Its revision")))))]
pub(super) async fn refuse_draft(
    State(console): State<Arc<Console>>,
    me: Program,
    Path(id): Path<String>,
    looked: Looked,
    Json(why): Json<Why>,
) -> Result<DraftAnswer, Failure> {
    step(&console, &me, &id, looked, &why, Step::Refuse).await
}

async fn step(
    console: &Console,
    me: &Program,
    id: &str,
    Looked(expected): Looked,
    why: &Why,
    step: Step,
) -> Result<DraftAnswer, Failure> {
    let (id, _, by) = me.app(console, id, step.right()).await?;
    let by = why.given_to(by)?;
    let domains = console.domains(&id);
    let looked = domains.expecting(expected);
    match step {
        Step::Submit => looked.submit(&by).await?,
        Step::Approve => looked.approve(&by).await?,
        Step::Refuse => looked.refuse(&by).await?,
    };
    Ok(domains.draft_at().await?.into())
}

/// Makes the approved draft effective. Everything is judged again: rules, blocks, filings, the month's changes, and the
/// pre-flight where the app wants one.
#[utoipa::path(post, path = "/apps/{app}/draft/publish", tag = "domains", request_body = Why,
    params(("app" = String, Path, description = "The app's ID"), Condition),
    responses((status = 200, description = "The version that is effective now", body = VersionShown)))]
pub(super) async fn publish_draft(
    State(console): State<Arc<Console>>,
    me: Program,
    Path(id): Path<String>,
    Looked(expected): Looked,
    Json(why): Json<Why>,
) -> Result<Answer<VersionShown>, Failure> {
    let (id, _, by) = me.app(&console, &id, Right::Publish).await?;
    let by = why.given_to(by)?;
    let version = console.domains(&id).expecting(expected).publish(&by).await?;
    Ok(Answer(VersionShown::of(version, me.lang)))
}

/// Puts the origin of a URL that a runtime refused into the open draft, or into a new one. A draft that is submitted or
/// approved is opened again only where `if-match` names it; it has to be approved anew.
#[utoipa::path(post, path = "/apps/{app}/proposals", tag = "domains", request_body = Proposed,
    params(("app" = String, Path, description = "The app's ID"), Joined,
        ("if-none-match" = Option<String>, Header, description = "`*`", pattern = r"^\*$")),
    responses((status = 200, description = "The draft with it", body = DraftShown,
        headers(("etag" = String, description = "Its revision")))))]
pub(super) async fn propose(
    State(console): State<Arc<Console>>,
    me: Program,
    Path(id): Path<String>,
    Looked(expected): Looked,
    Json(new): Json<Proposed>,
) -> Result<DraftAnswer, Failure> {
    let (id, _, by) = me.app(&console, &id, Right::Write).await?;
    let by = because(new.reason.as_deref(), by)?;
    let domains = console.domains(&id);
    domains
        .expecting(expected)
        .propose(new.interface.into(), &new.url, &by)
        .await?;
    Ok(domains.draft_at().await?.into())
}

impl Step {
    const fn right(self) -> Right {
        match self {
            Self::Submit => Right::Write,
            Self::Approve | Self::Refuse => Right::Approve,
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Looked {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        let matching = field(&parts.headers, &IF_MATCH)?;
        let absent = field(&parts.headers, &IF_NONE_MATCH)?;
        let expected = match (matching.as_deref(), absent.as_deref()) {
            (None, None) => Expected::Any,
            (None, Some("*")) => Expected::None,
            (Some("*"), None) => Expected::Some,
            (Some(tag), None) => revision(tag).ok_or_else(|| Cause::malformed(NO_TAG))?,
            (None, Some(_)) => return Err(Cause::malformed(NO_TAG)),
            (Some(_), Some(_)) => return Err(Cause::unfit(BOTH)),
        };
        Ok(Self(expected))
    }
}

impl IntoResponse for DraftAnswer {
    fn into_response(self) -> Response {
        let Self(revision, draft) = self;
        (
            [(ETAG, format!("\"{revision}\""))],
            Answer(DraftShown::from(draft)),
        )
            .into_response()
    }
}

impl From<(Sequence, Draft)> for DraftAnswer {
    fn from((revision, draft): (Sequence, Draft)) -> Self {
        Self(revision, draft)
    }
}

impl From<Draft> for DraftShown {
    fn from(draft: Draft) -> Self {
        let proposers: BTreeSet<_> = draft.proposed.into_iter().map(|of| of.by).collect();
        Self {
            base: draft.base,
            lists: draft.lists.into(),
            author: draft.author,
            written_at: draft.written_at,
            state: draft.state.into(),
            approvals: draft.approvals.into_iter().map(ApprovalShown::from).collect(),
            note: draft.note,
            proposers: proposers.into_iter().collect(),
        }
    }
}

impl From<DraftState> for StateOf {
    fn from(state: DraftState) -> Self {
        match state {
            DraftState::Open => Self::Open,
            DraftState::Submitted => Self::Submitted,
            DraftState::Approved => Self::Approved,
        }
    }
}

impl From<Approval> for ApprovalShown {
    fn from(approval: Approval) -> Self {
        Self {
            actor: approval.actor,
            at: approval.at,
        }
    }
}

impl From<ModeOf> for Mode {
    fn from(mode: ModeOf) -> Self {
        match mode {
            ModeOf::Add => Self::Add,
            ModeOf::Remove => Self::Remove,
            ModeOf::Replace => Self::Replace,
        }
    }
}

fn field(headers: &HeaderMap, name: &HeaderName) -> Result<Option<String>, Failure> {
    let value = headers
        .get(name)
        .map(|value| value.to_str().map(|text| text.trim().to_owned()));
    value.transpose().map_err(Cause::malformed)
}

fn revision(tag: &str) -> Option<Expected> {
    let number = tag.strip_prefix('"').and_then(|tag| tag.strip_suffix('"'))?;
    let is_number = number.bytes().all(|byte| byte.is_ascii_digit());
    let revision = number.parse().ok().filter(|_| is_number)?;
    Some(Expected::At(revision))
}

const NO_TAG: Text = Text(
    "`if-match` is the tag of a draft or `*`; `if-none-match` is `*`",
    "`if-match` 须为草稿的标记或 `*`，`if-none-match` 须为 `*`",
);
const BOTH: Text = Text(
    "`if-match` and `if-none-match` exclude each other",
    "`if-match` 与 `if-none-match` 不能同时使用",
);
const MOST_TOLD: usize = 1_000;
