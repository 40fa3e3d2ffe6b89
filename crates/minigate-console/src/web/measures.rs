//! The console's metrics, for whoever may see them.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Extension, Router};

use super::failure::{Cause, Failure};
use super::visitor::Visitor;
use crate::Console;
use crate::serve::Peer;

pub(super) fn router() -> Router<Arc<Console>> {
    Router::new().route("/metrics", get(tell))
}

/// Tells them to the machine itself and to the networks that may ask; for others, there is nothing here.
async fn tell(
    State(console): State<Arc<Console>>,
    peer: Option<Extension<Peer>>,
    visitor: Visitor,
    headers: HeaderMap,
) -> Response {
    // A proxy on this machine that isn't known as one would lend its address to everybody.
    let is_peers = peer.is_none_or(|Extension(Peer(peer))| peer == visitor.address);
    let is_lent = is_peers && headers.contains_key("x-forwarded-for");
    let networks = &console.settings().metrics_for;
    let is_allowed = networks.iter().any(|network| network.contains(&visitor.address));
    if is_lent || !(visitor.address.is_loopback() || is_allowed) {
        return Failure::new(Cause::NothingHere).into_response();
    }
    let streams = console.publisher().open_streams();
    let text = console.metrics().told(streams);
    ([(header::CONTENT_TYPE, OPEN_METRICS)], text).into_response()
}

const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
