//! Whom a request is for.

use axum::extract::Request;
use axum::http::header::HOST;
use axum::http::uri::Authority;
use axum::http::{HeaderValue, Version};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::failure::Cause;
use crate::text::Text;

/// Refuses a request of HTTP/1 that doesn't name one host, as it has to (RFC 9112 §3.2): of two, a proxy may believe the
/// other one.
pub(super) async fn named(request: Request, next: Next) -> Response {
    if is_fit(&request) {
        next.run(request).await
    } else {
        Cause::malformed(NOT_ONE_HOST).into_response()
    }
}

fn is_fit(request: &Request) -> bool {
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

const NOT_ONE_HOST: Text = Text(
    "there has to be one `host` header, which says a host and maybe a port",
    "须有且仅有一个 `host` 请求头，内容为主机，可带端口",
);
