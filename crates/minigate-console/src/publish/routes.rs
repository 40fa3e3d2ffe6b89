//! `/lists/…`, for everybody: what is published is no secret, and is believed for its signature.

use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Path, RawQuery, Request, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH, RETRY_AFTER};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use futures_util::{Stream, stream};
use minigate_policy::AppId;
use serde_json::json;
use tokio::sync::watch;

use super::streams::{Full, Pass};
use super::{PublishError, Publisher, Signed};
use crate::app::{self, AppError};

/// Who asks, as whoever stands before these routes has found out; without it, the other end of the connection.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct ClientAddress(pub IpAddr);

/// What the handlers of lists need: nothing that a request would have to wait for.
#[derive(Debug)]
struct Shelf {
    publisher: Arc<Publisher>,
    always: HeaderMap,
}

/// The lists and the keys, below `/lists`, with what each answer says beside its own headers.
///
/// They need no layer around them: each of them costs a list from memory more than giving it does.
pub fn router<S: Clone + Send + Sync + 'static>(publisher: Arc<Publisher>, always: HeaderMap) -> Router<S> {
    Router::new()
        .route(&format!("/{}", app::KEYS), get(keys).fallback(wrong_method))
        .route("/{app}", get(list).fallback(wrong_method))
        .with_state(Arc::new(Shelf { publisher, always }))
}

/// The streams, below `/lists`; they are fed by a task on the tokio runtime that this is called on.
pub fn streams<S: Clone + Send + Sync + 'static>(publisher: Arc<Publisher>) -> Router<S> {
    tokio::spawn(Arc::clone(&publisher).broadcast());
    Router::new()
        .route("/{app}/events", get(events))
        .with_state(publisher)
}

async fn list(
    State(shelf): State<Arc<Shelf>>,
    Path(app): Path<String>,
    RawQuery(wanted): RawQuery,
    headers: HeaderMap,
) -> Response {
    let signed = match find(&shelf.publisher, &app).await {
        Ok(signed) => signed,
        Err(refusal) => return shelf.add_to(refusal),
    };
    let cache = match wanted.as_deref().and_then(|query| query.strip_prefix("tag=")) {
        None => SHORT,
        Some(tag) if tag == signed.tag() => FOREVER,
        // Another tag's content would be kept under this one.
        Some(_) => NEVER,
    };
    shelf.give(&signed, "application/jose", cache, &headers)
}

async fn keys(State(shelf): State<Arc<Shelf>>, RawQuery(wanted): RawQuery, headers: HeaderMap) -> Response {
    let publisher = &shelf.publisher;
    let keys = match publisher.keys().await {
        Ok(keys) => keys,
        Err(error) => return shelf.add_to(refuse(&error)),
    };
    let cache = match wanted.as_deref().and_then(|query| query.strip_prefix("signer=")) {
        // Kept under this query, a set in which the key doesn't sign would go to those who have seen its signature.
        Some(name) if !keys.is_signed_by(name) => NEVER,
        _ => SHORT,
    };
    match publisher.seal(&keys) {
        Ok(signed) => shelf.give(&signed, "application/jose+json", cache, &headers),
        Err(error) => shelf.add_to(refuse(&error)),
    }
}

async fn wrong_method(State(shelf): State<Arc<Shelf>>) -> Response {
    let detail = "lists and keys are read with GET";
    shelf.add_to(problem(StatusCode::METHOD_NOT_ALLOWED, detail))
}

impl Shelf {
    fn give(&self, signed: &Signed, kind: &'static str, cache: &'static str, asked: &HeaderMap) -> Response {
        let is_known = knows(asked, signed);
        let body = if is_known {
            Body::empty()
        } else {
            Body::from(signed.bytes.clone())
        };
        let mut answer = Response::new(body);
        let mut headers = self.always.clone();
        if is_known {
            *answer.status_mut() = StatusCode::NOT_MODIFIED;
        } else {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
        }
        headers.insert(ETAG, signed.etag.clone());
        headers.insert(CACHE_CONTROL, HeaderValue::from_static(cache));
        *answer.headers_mut() = headers;
        answer
    }

    fn add_to(&self, mut answer: Response) -> Response {
        for (name, value) in &self.always {
            answer.headers_mut().entry(name).or_insert_with(|| value.clone());
        }
        answer
    }
}

async fn events(
    State(publisher): State<Arc<Publisher>>,
    Path(app): Path<String>,
    request: Request,
) -> Response {
    if let Err(refusal) = find(&publisher, &app).await {
        return refusal;
    }
    let pass = match publisher.streams.admit(client(&request)) {
        Ok(pass) => pass,
        Err(full) => return too_many(full),
    };
    let slot = app.parse().ok().and_then(|app| publisher.find(&app));
    let Some(slot) = slot else {
        return not_found(&app);
    };
    let told = slot.told.subscribe();
    let stream = Sse::new(listen(told, pass, &publisher)).keep_alive(KeepAlive::new().interval(HEARTBEAT));
    // Proxies that collect an answer before they pass it on would hold the news back.
    let headers = [(CACHE_CONTROL, "no-store"), (NO_BUFFER, "no")];
    (headers, stream).into_response()
}

/// Which list is the newest, at once and after each change; at the graceful stop it ends.
fn listen(
    mut told: watch::Receiver<Option<Arc<Signed>>>,
    pass: Pass,
    publisher: &Publisher,
) -> impl Stream<Item = Result<Event, Infallible>> + use<> {
    told.mark_changed();
    let stop = publisher.stop.clone();
    stream::unfold((told, pass), move |(mut told, pass)| {
        let stop = stop.clone();
        async move {
            loop {
                tokio::select! {
                    changed = told.changed() => changed.ok()?,
                    () = stop.cancelled() => return None,
                }
                let signed = told.borrow_and_update().clone();
                if let Some(signed) = signed {
                    let news = json!({ "sequence": signed.sequence, "tag": signed.tag() });
                    let event = Event::default().event("published").data(news.to_string());
                    return Some((Ok(event), (told, pass)));
                }
            }
        }
    })
}

async fn find(publisher: &Publisher, app: &str) -> Result<Arc<Signed>, Response> {
    let id: AppId = app.parse().map_err(|_| not_found(app))?;
    publisher.published(&id).await.map_err(|error| refuse(&error))
}

/// Whether the client has it (RFC 9110, section 13.1.2).
fn knows(asked: &HeaderMap, signed: &Signed) -> bool {
    let known = asked.get_all(IF_NONE_MATCH).iter();
    let mut tags = known
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','));
    tags.any(|tag| {
        let tag = tag.trim();
        tag == "*" || tag.trim_start_matches("W/").as_bytes() == signed.etag.as_bytes()
    })
}

fn client(request: &Request) -> Option<IpAddr> {
    let found = request.extensions().get::<ClientAddress>().map(|client| client.0);
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
    found.or_else(|| peer.map(|peer| peer.0.ip()))
}

fn refuse(error: &PublishError) -> Response {
    match error {
        PublishError::App(AppError::Unknown(app)) => not_found(app),
        // What the store says of itself isn't everybody's.
        _ => problem(
            StatusCode::SERVICE_UNAVAILABLE,
            "the list can't be had at the moment",
        ),
    }
}

fn not_found(app: &str) -> Response {
    let app: String = app.chars().take(64).collect();
    problem(StatusCode::NOT_FOUND, &format!("there is no app `{app}`"))
}

fn too_many(full: Full) -> Response {
    let (status, detail) = match full {
        Full::Here => (
            StatusCode::SERVICE_UNAVAILABLE,
            "there are too many streams; ask for the list instead",
        ),
        Full::ForClient => (
            StatusCode::TOO_MANY_REQUESTS,
            "this address has too many streams; ask for the list instead",
        ),
    };
    problem(status, detail)
}

/// RFC 9457.
fn problem(status: StatusCode, detail: &str) -> Response {
    let body = json!({
        "title": status.canonical_reason(),
        "status": status.as_u16(),
        "detail": detail,
    });
    let mut answer = (status, body.to_string()).into_response();
    let headers = answer.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(NEVER));
    if matches!(
        status,
        StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS
    ) {
        headers.insert(RETRY_AFTER, HeaderValue::from_static("30"));
    }
    answer
}

/// A list without a tag in its URL: caches may use it for a minute, and longer where the console is away.
const SHORT: &str = "public, max-age=60, stale-while-revalidate=60, stale-if-error=86400";
/// A list under its own tag never changes.
const FOREVER: &str = "public, max-age=31536000, immutable";
const NEVER: &str = "no-store";
const NO_BUFFER: HeaderName = HeaderName::from_static("x-accel-buffering");
const HEARTBEAT: Duration = Duration::from_secs(15);
