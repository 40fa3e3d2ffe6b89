//! A body that says beforehand that it is too large isn't waited for.

use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::http::header::CONTENT_LENGTH;
use axum::middleware::Next;
use axum::response::Response;
use http_body_util::{Full, Limited};

/// Puts a body that is too large for whoever reads it in its place, so that each says so in its own words and at once.
pub(super) async fn within(State(most): State<usize>, mut request: Request, next: Next) -> Response {
    if declared(request.headers()) > most {
        let too_large = Limited::new(Full::new(Bytes::from_static(b"-")), 0);
        *request.body_mut() = Body::new(too_large);
    }
    next.run(request).await
}

/// How long the body will be; the frame has refused what is no number.
fn declared(headers: &HeaderMap) -> usize {
    let length = headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok());
    length.map_or(0, |length| length.parse().unwrap_or(usize::MAX))
}
