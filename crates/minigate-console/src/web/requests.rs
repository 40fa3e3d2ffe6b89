//! One line of the log for each request: its route's template and never its path or query, in which secrets can be.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use axum::extract::{MatchedPath, Request, State};
use axum::http::{Extensions, HeaderMap, HeaderName, HeaderValue, Method};
use axum::middleware::Next;
use axum::response::Response;
use tokio::time::Instant;
use tracing::Instrument;

use super::visitor;
use crate::access::Caller;
use crate::{Console, Hidden};

/// Where those who find out who asks write it down, for the log.
#[derive(Clone, Debug, Default)]
struct Asker(Arc<OnceLock<Known>>);

/// Who asks.
#[derive(Debug)]
struct Known {
    actor: String,
    token: Option<String>,
}

/// Notes who asks: an account or an app's server, and the ID of its token, where it has one.
pub(crate) fn note_asker(extensions: &Extensions, caller: &Caller, token: Option<&str>) {
    if let Some(Asker(asker)) = extensions.get() {
        // Whoever was found first did ask.
        let _ = asker.set(Known {
            actor: caller.actor().to_owned(),
            token: token.map(str::to_owned),
        });
    }
}

/// What a request is called: in its answer, in the log, and on pages that say what went wrong.
pub(crate) fn id_of(headers: &HeaderMap) -> &str {
    let id = headers.get(ID).and_then(|id| id.to_str().ok());
    id.unwrap_or_default()
}

/// Names the request, as a trusted proxy has named it already where that is harmless, and tells what has become of it.
pub(super) async fn tell(State(console): State<Arc<Console>>, mut request: Request, next: Next) -> Response {
    // Anybody else's would let two requests of strangers look like one in the log.
    let said = visitor::is_from_a_proxy(request.extensions(), &console).then(|| request.headers());
    let id = name(said);
    request.headers_mut().insert(ID, id.clone());
    let asker = Asker::default();
    request.extensions_mut().insert(asker.clone());
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().cloned();
    let route = route.as_ref().map_or("(none)", MatchedPath::as_str);
    // However little is logged: what is, says of which request it is.
    let span = tracing::error_span!("request", id = id.to_str().unwrap_or_default());
    let began = Instant::now();
    let mut response = next.run(request).instrument(span.clone()).await;
    response.headers_mut().insert(ID, id);
    let (took, status) = (began.elapsed(), response.status().as_u16());
    console.metrics().answered(method.as_str(), route, status, took);
    span.in_scope(|| log(&method, route, status, in_ms(took), asker.0.get()));
    response
}

/// What runtimes and watchdogs ask for all the time is for whoever looks closer.
fn log(method: &Method, route: &str, status: u16, ms: u64, asker: Option<&Known>) {
    let actor = asker.map(|asker| asker.actor.as_str());
    let token = asker.and_then(|asker| asker.token.as_deref());
    if QUIET.iter().any(|quiet| route.starts_with(quiet)) {
        tracing::debug!(%method, route, status, ms, actor, token, "answered");
    } else {
        tracing::info!(%method, route, status, ms, actor, token, "answered");
    }
}

/// A number that a line of JSON can hold as one.
fn in_ms(took: Duration) -> u64 {
    u64::try_from(took.as_millis()).unwrap_or(u64::MAX)
}

fn name(said: Option<&HeaderMap>) -> HeaderValue {
    let said = said.and_then(|headers| headers.get(ID));
    let said = said.filter(|said| is_harmless(said.as_bytes()));
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
