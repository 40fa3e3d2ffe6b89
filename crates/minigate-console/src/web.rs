//! The console over HTTP.
//!
//! ```text
//!  request ─► Peer ─► limits, headers ─► pages · /api/v1 · /cgi-bin, /wxa · /lists/…/events · /healthz
//!                 │                        └─► Visitor: language, theme, address, session ─► operation
//!                 └─► /lists: from memory
//! ```
//! Every answer carries headers that keep a browser from running or framing what isn't ours, and nothing is kept by a
//! cache unless its handler says so.

mod assets;
mod back;
mod cookies;
mod declared;
mod failure;
mod fields;
mod headers;
mod health;
mod host;
mod layout;
mod measures;
mod pages;
mod parts;
mod platform;
mod problems;
mod requests;
mod rest;
mod same_site;
mod signed_in;
mod visitor;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::http::{HeaderMap, StatusCode};
use axum::middleware;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::timeout::{RequestBodyTimeoutLayer, TimeoutLayer};

pub use rest::openapi;

use crate::{Console, publish};

/// Everything that a console answers.
pub fn router(console: Arc<Console>) -> Router {
    let for_programs = Router::new()
        .merge(platform::router(&console).layer(middleware::from_fn(host::named)))
        .merge(rest::router(&console));
    let timed = Router::new()
        .merge(pages::router(&console))
        .merge(for_programs)
        .layer(middleware::from_fn(declared::within))
        .layer(TimeoutLayer::with_status_code(
            StatusCode::SERVICE_UNAVAILABLE,
            LONGEST_ANSWER,
        ));
    let always = headers::of(&console);
    let plain = Router::new()
        .merge(health::router())
        .merge(assets::router())
        .merge(measures::router())
        .merge(streams(&console))
        .layer(middleware::from_fn(host::named));
    Router::new()
        .merge(plain)
        .merge(timed)
        .layer(RequestBodyTimeoutLayer::new(LONGEST_PAUSE))
        .layer(CatchPanicLayer::new())
        .layer(middleware::from_fn_with_state(
            Arc::new(always.clone()),
            headers::secure,
        ))
        .layer(middleware::from_fn_with_state(
            Arc::clone(&console),
            requests::tell,
        ))
        .merge(lists(&console, always))
        .with_state(console)
}

/// What runtimes get, most of the time from memory: none of the layers stands before it, but for that of its host.
fn lists(console: &Console, always: HeaderMap) -> Router<Arc<Console>> {
    let lists = publish::router(Arc::clone(console.publisher()), always);
    let lists = lists.layer(middleware::from_fn(host::named));
    Router::new().nest("/lists", lists)
}

/// What tells runtimes of news; a stream has no end of its own.
fn streams(console: &Arc<Console>) -> Router<Arc<Console>> {
    let streams = publish::streams(Arc::clone(console.publisher()));
    let found = middleware::from_fn_with_state(Arc::clone(console), visitor::find_address);
    Router::new().nest("/lists", streams).layer(found)
}

const LONGEST_ANSWER: Duration = Duration::from_secs(60);
/// Between two pieces of a request's body.
const LONGEST_PAUSE: Duration = Duration::from_secs(15);
