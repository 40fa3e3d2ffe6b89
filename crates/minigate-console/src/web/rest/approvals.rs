//! What waits for somebody's yes.

use std::sync::Arc;

use axum::Json as Answer;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::draft::DraftShown;
use super::input::Query;
use super::page::{Page, Paging};
use super::program::Program;
use crate::Console;
use crate::domains::{Waiting, waiting};
use crate::web::failure::Failure;

/// A draft that waits for approval.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct WaitingShown {
    /// Whose domains it changes.
    app: String,
    /// Its revision; in quotes, it is what `if-match` takes.
    #[schema(minimum = 1)]
    revision: i64,
    draft: DraftShown,
}

/// The drafts that wait for approval, of the apps that the token can see, in the order of their IDs.
#[utoipa::path(get, path = "/approvals", tag = "draft",
    params(("after" = Option<String>, Query, description = "What `next` was in the page before; the beginning where it is left out",
        pattern = "^[A-Za-z0-9_-]{1,64}$"), Paging),
    responses((status = 200, description = "A page of them", body = Page<WaitingShown>)))]
pub(super) async fn list_waiting(
    State(console): State<Arc<Console>>,
    me: Program,
    Query(paging): Query<Paging>,
) -> Result<Answer<Page<WaitingShown>>, Failure> {
    let limit = paging.limit()?;
    let found = waiting(&console, &me.caller, paging.after()?, limit as usize + 1).await?;
    let page = Page::of(found, limit, |of| of.id.to_string(), WaitingShown::from);
    Ok(Answer(page))
}

impl From<Waiting> for WaitingShown {
    fn from(waiting: Waiting) -> Self {
        Self {
            app: waiting.id.to_string(),
            revision: waiting.revision,
            draft: waiting.draft.into(),
        }
    }
}
