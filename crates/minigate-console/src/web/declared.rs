//! How large bodies may be, and one that says beforehand that it is too large isn't waited for.

use std::mem;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, Request};
use axum::http::HeaderMap;
use axum::http::header::CONTENT_LENGTH;
use axum::middleware::Next;
use axum::response::Response;
use http_body_util::{BodyExt, Full, Limited};
use tokio::time::timeout;

/// Puts a body that is too large for whoever reads it in its place, so that each says so in its own words and at once.
pub(super) async fn within(mut request: Request, next: Next) -> Response {
    let most = largest(request.uri().path());
    DefaultBodyLimit::max(most).apply(&mut request);
    if declared(request.headers()) > most {
        let too_large = Limited::new(Full::new(Bytes::from_static(b"-")), 0);
        let sent = mem::replace(request.body_mut(), Body::new(too_large));
        tokio::spawn(timeout(LINGERING, pass_over(sent)));
    }
    next.run(request).await
}

/// Of what is sent there.
pub(super) fn largest(path: &str) -> usize {
    match path {
        "/settings/filings" | "/api/v1/filings" => LARGEST_REGISTER,
        _ => LARGEST,
    }
}

/// Takes what a client goes on sending while it is answered: a connection that is closed with something unread is reset, and
/// the client may lose its answer.
async fn pass_over(mut sent: Body) {
    let mut rest = MOST_PASSED_OVER;
    while let Ok(Some(Ok(frame))) = timeout(SILENCE, sent.frame()).await {
        let length = frame.data_ref().map_or(0, Bytes::len);
        match rest.checked_sub(length) {
            Some(less) => rest = less,
            None => return,
        }
    }
}

/// How long the body will be; the frame has refused what is no number.
fn declared(headers: &HeaderMap) -> usize {
    let length = headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok());
    length.map_or(0, |length| length.parse().unwrap_or(usize::MAX))
}

pub(super) const LARGEST: usize = 1 << 20;
/// Some 700,000 filings, 32 MiB of them, and the form around them.
const LARGEST_REGISTER: usize = 33 << 20;
const LINGERING: Duration = Duration::from_secs(30);
const MOST_PASSED_OVER: usize = 64 << 20;
const SILENCE: Duration = Duration::from_secs(2);
