//! The platform's block list.

use std::str::FromStr;
use std::sync::Arc;

use axum::Json as Answer;
use axum::extract::State;
use axum::http::StatusCode;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::input::{Json, Path, Query, Why, domain as named};
use super::page::{Page, Paging};
use super::program::Program;
use crate::Console;
use crate::access::Right;
use crate::block::{self, Block};
use crate::text::Text;
use crate::web::failure::Failure;

/// A domain that no app may call, nor any name below it.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct BlockShown {
    /// The domain, in ASCII lower case.
    #[schema(example = "evil.example")]
    domain: String,
    /// Why, in the operator's words.
    reason: String,
    /// Which operator.
    by: String,
    /// Since when.
    since: Timestamp,
    /// When it ends by itself; null where it doesn't.
    until: Option<Timestamp>,
}

/// Why and how long a domain is to be blocked.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewBlock {
    /// Why: no control characters but line breaks.
    #[schema(min_length = 1, max_length = 1000, example = "it serves malware")]
    reason: String,
    /// When it ends by itself; never where it is null or left out.
    #[serde(default)]
    until: Option<Timestamp>,
}

/// A place in the order of domains.
struct Place(String);

/// Every block, those that have ended too, in the order of their domains.
#[utoipa::path(get, path = "/blocks", tag = "platform",
    params(("after" = Option<String>, Query, description = "What `next` was in the page before; the beginning where it is left out",
        pattern = "^[a-z0-9._-]{1,253}$"), Paging),
    responses((status = 200, description = "A page of them", body = Page<BlockShown>)))]
pub(super) async fn list_blocks(
    State(console): State<Arc<Console>>,
    me: Program,
    Query(paging): Query<Paging>,
) -> Result<Answer<Page<BlockShown>>, Failure> {
    me.allow(&console, Right::Read).await?;
    let limit = paging.limit()?;
    let after: Option<Place> = paging.after()?;
    let blocks = block::blocks(console.store()).await?.into_iter();
    let blocks = blocks.filter(|block| after.as_ref().is_none_or(|after| block.domain > after.0));
    let blocks: Vec<_> = blocks.take(limit as usize + 1).collect();
    let page = Page::of(blocks, limit, |block| block.domain.clone(), BlockShown::from);
    Ok(Answer(page))
}

/// Blocks a domain and every name below it, or changes its block.
#[utoipa::path(put, path = "/blocks/{domain}", tag = "platform", request_body = NewBlock,
    params(("domain" = String, Path, description = "The domain", max_length = 253,
        example = "api.example.com")),
    responses((status = 200, description = "The block", body = BlockShown)))]
pub(super) async fn add_block(
    State(console): State<Arc<Console>>,
    me: Program,
    Path(domain): Path<String>,
    Json(new): Json<NewBlock>,
) -> Result<Answer<BlockShown>, Failure> {
    let by = me.allow(&console, Right::Operate).await?;
    let domain = named(&domain)?;
    let block = block::add(console.store(), &domain, &new.reason, new.until, &by).await?;
    Ok(Answer(block.into()))
}

/// Lifts the block of a domain; one of a domain above it stays.
#[utoipa::path(delete, path = "/blocks/{domain}", tag = "platform",
    params(("domain" = String, Path, description = "The domain", max_length = 253,
        example = "api.example.com"), Why),
    responses((status = 204, description = "It is lifted")))]
pub(super) async fn lift_block(
    State(console): State<Arc<Console>>,
    me: Program,
    Path(domain): Path<String>,
    Query(why): Query<Why>,
) -> Result<StatusCode, Failure> {
    let by = why.given_to(me.allow(&console, Right::Operate).await?)?;
    let domain = named(&domain)?;
    block::lift(console.store(), &domain, &by).await?;
    Ok(StatusCode::NO_CONTENT)
}

impl FromStr for Place {
    type Err = Text;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"._-".contains(&byte);
        if (1..=253).contains(&text.len()) && text.bytes().all(fits) {
            Ok(Self(text.to_owned()))
        } else {
            Err(NO_PLACE)
        }
    }
}

impl From<Block> for BlockShown {
    fn from(block: Block) -> Self {
        Self {
            domain: block.domain,
            reason: block.reason,
            by: block.by,
            since: block.since,
            until: block.until,
        }
    }
}

const NO_PLACE: Text = Text(
    "`after` is a domain, in ASCII lower case",
    "`after` 须为小写 ASCII 域名",
);
