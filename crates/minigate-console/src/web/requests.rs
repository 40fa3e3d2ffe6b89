//! One line of the log for each request: its route's template and never its path or query, in which secrets can be.

use std::sync::Arc;

use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderName, HeaderValue, Method};
use axum::middleware::Next;
use axum::response::Response;
use tokio::time::Instant;

use crate::{Console, Hidden};

/// Names the request, by what it calls itself where that is harmless, and tells what has become of it.
pub(super) async fn tell(State(console): State<Arc<Console>>, mut request: Request, next: Next) -> Response {
    let id = id_of(&request);
    request.headers_mut().insert(ID, id.clone());
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().cloned();
    let began = Instant::now();
    let mut response = next.run(request).await;
    response.headers_mut().insert(ID, id.clone());
    let route = route.as_ref().map_or("(none)", MatchedPath::as_str);
    let (took, status) = (began.elapsed(), response.status().as_u16());
    console.metrics().answered(method.as_str(), route, status, took);
    log(
        &method,
        route,
        status,
        took.as_millis(),
        id.to_str().unwrap_or_default(),
    );
    response
}

/// What runtimes and watchdogs ask for all the time is for whoever looks closer.
fn log(method: &Method, route: &str, status: u16, ms: u128, id: &str) {
    if QUIET.iter().any(|quiet| route.starts_with(quiet)) {
        tracing::debug!(%method, route, status, ms, id, "request");
    } else {
        tracing::info!(%method, route, status, ms, id, "request");
    }
}

fn id_of(request: &Request) -> HeaderValue {
    let said = request
        .headers()
        .get(ID)
        .filter(|said| is_harmless(said.as_bytes()));
    let made = || {
        let id = Hidden::random_hex().ok()?;
        HeaderValue::from_str(id.reveal()).ok()
    };
    said.cloned()
        .or_else(made)
        .unwrap_or(HeaderValue::from_static("-"))
}

fn is_harmless(id: &[u8]) -> bool {
    let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.".contains(byte);
    (1..=64).contains(&id.len()) && id.iter().all(is_plain)
}

const ID: HeaderName = HeaderName::from_static("x-request-id");
const QUIET: [&str; 5] = ["/assets", "/healthz", "/lists", "/metrics", "/readyz"];
