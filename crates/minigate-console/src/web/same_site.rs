//! What another site's page has a browser send is refused, before any session is looked at.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::{HOST, ORIGIN};
use axum::http::{HeaderMap, Method};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use url::{Position, Url};

use super::failure::{Cause, Failure};
use crate::Console;

/// Refuses what would change something and comes from elsewhere; a session's forms are held against its token besides.
pub(super) async fn only(State(console): State<Arc<Console>>, request: Request, next: Next) -> Response {
    let is_read = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if is_read || is_of_this_site(request.headers(), &console.settings().public_url) {
        next.run(request).await
    } else {
        Failure::new(Cause::CrossSite).into_response()
    }
}

/// A browser says where a request comes from; what says nothing is no browser, and has no cookies that it didn't choose.
fn is_of_this_site(headers: &HeaderMap, public: &Url) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = text("sec-fetch-site") {
        return matches!(site, "same-origin" | "none");
    }
    match headers.get(ORIGIN) {
        None => true,
        Some(origin) => {
            let origin = origin.to_str().ok().and_then(|origin| Url::parse(origin).ok());
            origin.is_some_and(|origin| is_origin(&origin, public) || is_host(&origin, text(HOST.as_str())))
        }
    }
}

fn is_origin(origin: &Url, public: &Url) -> bool {
    origin.origin() == public.origin()
}

fn is_host(origin: &Url, host: Option<&str>) -> bool {
    host.is_some_and(|host| origin[Position::BeforeHost..Position::AfterPort].eq_ignore_ascii_case(host))
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderName, HeaderValue};

    use super::*;

    fn allowed(headers: &[(&'static str, &str)]) -> bool {
        let headers = headers.iter().map(|(name, value)| {
            let value = HeaderValue::from_str(value).unwrap();
            (HeaderName::from_static(name), value)
        });
        is_of_this_site(
            &headers.collect(),
            &Url::parse("https://console.example/").unwrap(),
        )
    }

    #[test]
    fn another_sites_requests_are_refused_by_either_header() {
        assert!(!allowed(&[("sec-fetch-site", "cross-site")]));
        assert!(!allowed(&[("sec-fetch-site", "same-site")]));
        assert!(!allowed(&[
            ("origin", "https://evil.example"),
            ("host", "console.example")
        ]));
        assert!(!allowed(&[("origin", "null"), ("host", "console.example")]));
        assert!(!allowed(&[
            ("origin", "http://console.example:8080"),
            ("host", "console.example")
        ]));
    }

    #[test]
    fn the_consoles_own_pages_and_programs_go_on() {
        assert!(allowed(&[("sec-fetch-site", "same-origin")]));
        assert!(allowed(&[("origin", "https://console.example")]));
        assert!(allowed(&[
            ("origin", "http://10.0.0.1:8880"),
            ("host", "10.0.0.1:8880")
        ]));
        assert!(allowed(&[]));
    }
}
