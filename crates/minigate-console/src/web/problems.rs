//! What kinds of problems there are, for who follows the address in a refusal.

use std::sync::Arc;

use axum::Router;
use axum::extract::Path;
use axum::response::Html;
use axum::routing::get;
use maud::html;

use super::failure::{Cause, Failure};
use super::layout::{self, Page};
use super::rest::explain;
use super::visitor::Visitor;
use crate::Console;

pub(super) fn router() -> Router<Arc<Console>> {
    Router::new().route("/problems/{name}", get(problem))
}

async fn problem(visitor: Visitor, Path(name): Path<String>) -> Result<Html<String>, Failure> {
    let kind = explain(&name).ok_or_else(|| Failure::new(Cause::NothingHere))?;
    let title = kind.title.of(visitor.lang);
    let body = html! {
        h1 { (title) }
        p { (kind.text.of(visitor.lang)) }
        p.dim { code { "/problems/" (kind.name) } }
    };
    Ok(layout::page(&Page::new(title, &visitor), &body))
}
