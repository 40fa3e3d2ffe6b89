//! The versions of an app's domains.

use std::sync::Arc;

use axum::Json as Answer;
use axum::extract::State;
use jiff::Timestamp;
use minigate_policy::diagnosis::Lang;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::draft::{ApprovalShown, Condition, DraftAnswer, Looked};
use super::filings::FilingShown;
use super::input::{Json, Path, Query, Why};
use super::lists::{Lists, OfInterface};
use super::page::{Page, limited};
use super::program::Program;
use crate::Console;
use crate::access::Right;
use crate::domains::{Difference, Version, diff};
use crate::web::failure::Failure;

/// Lists that are or were effective; it never changes.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct VersionShown {
    /// Its number: 1, 2, 3 and so on.
    #[schema(minimum = 1)]
    number: u32,
    lists: Lists,
    /// Who wrote them.
    #[schema(example = "alice")]
    author: String,
    /// Who approved them.
    approvals: Vec<ApprovalShown>,
    /// Who published them.
    publisher: String,
    /// When they became effective.
    published_at: Timestamp,
    /// Why, in the publisher's words.
    reason: Option<String>,
    /// Why, in the author's words.
    note: Option<String>,
    /// What wasn't filed, or not known to be, when it was published, and was let through by the platform's terms.
    unfiled: Vec<FilingShown>,
}

/// What differs between two lists of one interface.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DifferenceShown {
    interface: OfInterface,
    /// The entries that only the later one has.
    added: Vec<String>,
    /// Those that only the earlier one has.
    removed: Vec<String>,
}

/// Which part of the versions is wanted.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default, deny_unknown_fields)]
pub(super) struct VersionPaging {
    /// What `next` was in the page before; the oldest versions where it is left out.
    after: Option<u32>,
    /// How many at most.
    #[param(minimum = 1, maximum = 100, default = 50)]
    limit: Option<u32>,
}

/// Two versions.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct Pair {
    /// The earlier one; 0 is the state before the first.
    #[param(minimum = 0)]
    from: u32,
    /// The later one; 0 is the state before the first.
    #[param(minimum = 0)]
    to: u32,
}

/// The versions of an app's domains, the oldest first.
#[utoipa::path(get, path = "/apps/{app}/versions", tag = "domains",
    params(("app" = String, Path, description = "The app's ID"), VersionPaging),
    responses((status = 200, description = "A page of them", body = Page<VersionShown>)))]
pub(super) async fn list_versions(
    State(console): State<Arc<Console>>,
    me: Program,
    Path(id): Path<String>,
    Query(paging): Query<VersionPaging>,
) -> Result<Answer<Page<VersionShown>>, Failure> {
    let (id, ..) = me.app(&console, &id, Right::Read).await?;
    let limit = limited(paging.limit)?;
    let after = paging.after.unwrap_or_default();
    let versions = console.domains(&id).versions(after, limit + 1).await?;
    let page = Page::of(
        versions,
        limit,
        |version| version.number.to_string(),
        |version| VersionShown::of(version, me.lang),
    );
    Ok(Answer(page))
}

/// A version of an app's domains.
#[utoipa::path(get, path = "/apps/{app}/versions/{number}", tag = "domains",
    params(("app" = String, Path, description = "The app's ID"),
        ("number" = u32, Path, description = "The version's number", minimum = 1)),
    responses((status = 200, description = "It", body = VersionShown)))]
pub(super) async fn read_version(
    State(console): State<Arc<Console>>,
    me: Program,
    Path((id, number)): Path<(String, u32)>,
) -> Result<Answer<VersionShown>, Failure> {
    let (id, ..) = me.app(&console, &id, Right::Read).await?;
    let version = console.domains(&id).version(number).await?;
    Ok(Answer(VersionShown::of(version, me.lang)))
}

/// Writes a draft with the very lists of a version; it takes the place of a draft that there is: of the one that `if-match`
/// names, and of none with `if-none-match: *`.
#[utoipa::path(post, path = "/apps/{app}/versions/{number}/roll-back", tag = "domains", request_body = Why,
    params(("app" = String, Path, description = "The app's ID"),
        ("number" = u32, Path, description = "The version's number", minimum = 1), Condition,
        ("if-none-match" = Option<String>, Header, description = "`*`", pattern = r"^\*$")),
    responses((status = 200, description = "The draft", body = super::draft::DraftShown,
        headers(("etag" = String, description = "The draft's revision")))))]
pub(super) async fn roll_back(
    State(console): State<Arc<Console>>,
    me: Program,
    Path((id, number)): Path<(String, u32)>,
    Looked(expected): Looked,
    Json(why): Json<Why>,
) -> Result<DraftAnswer, Failure> {
    let (id, _, by) = me.app(&console, &id, Right::Write).await?;
    let by = why.given_to(by)?;
    let domains = console.domains(&id);
    domains.expecting(expected).roll_back(number, &by).await?;
    Ok(domains.draft_at().await?.into())
}

/// What differs between two versions; interfaces without a difference are left out.
#[utoipa::path(get, path = "/apps/{app}/diff", tag = "domains",
    params(("app" = String, Path, description = "The app's ID"), Pair),
    responses((status = 200, description = "The differences", body = Vec<DifferenceShown>)))]
pub(super) async fn compare_versions(
    State(console): State<Arc<Console>>,
    me: Program,
    Path(id): Path<String>,
    Query(Pair { from, to }): Query<Pair>,
) -> Result<Answer<Vec<DifferenceShown>>, Failure> {
    let (id, ..) = me.app(&console, &id, Right::Read).await?;
    let domains = console.domains(&id);
    let (old, new) = (domains.lists_at(from).await?, domains.lists_at(to).await?);
    let differences = diff(&old, &new).into_iter().map(DifferenceShown::from);
    Ok(Answer(differences.collect()))
}

impl VersionShown {
    pub(super) fn of(version: Version, lang: Lang) -> Self {
        let unfiled = version.unfiled.iter();
        Self {
            unfiled: unfiled.map(|filing| FilingShown::of(filing, lang)).collect(),
            number: version.number,
            lists: version.lists.into(),
            author: version.author,
            approvals: version.approvals.into_iter().map(ApprovalShown::from).collect(),
            publisher: version.publisher,
            published_at: version.published_at,
            reason: version.reason,
            note: version.note,
        }
    }
}

impl From<Difference> for DifferenceShown {
    fn from(difference: Difference) -> Self {
        Self {
            interface: difference.interface.into(),
            added: difference.added,
            removed: difference.removed,
        }
    }
}
