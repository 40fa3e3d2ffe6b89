//! Whom a request is for.

use axum::http::header::HOST;
use axum::http::uri::Authority;
use axum::http::{HeaderValue, Request, Version};

/// Whether a request of HTTP/1 names one host, as it has to (RFC 9112 §3.2): of two, a proxy may believe the other one.
pub(super) fn is_fit<B>(request: &Request<B>) -> bool {
    let mut hosts = request.headers().get_all(HOST).into_iter();
    match (hosts.next(), hosts.next()) {
        // HTTP/1.0 didn't know it, and HTTP/2 says it as `:authority`.
        (None, _) => request.version() != Version::HTTP_11,
        (Some(host), None) => is_host(host),
        (Some(_), Some(_)) => false,
    }
}

/// A host and perhaps a port. A client whose URL has no authority sends nothing (RFC 9110 §7.2).
fn is_host(host: &HeaderValue) -> bool {
    let authority = Authority::try_from(host.as_bytes());
    host.is_empty() || authority.is_ok_and(|authority| !authority.as_str().contains('@'))
}
