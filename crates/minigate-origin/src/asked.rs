//! A request as the origin received it.

use bytes::Bytes;
use http::{HeaderMap, Method, Request, Uri, Version, header};

/// What a client asked: recorded once its body has arrived.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Asked {
    /// The method as sent.
    pub method: Method,
    /// HTTP/1.1 or h2.
    pub version: Version,
    /// `Host` or `:authority` without its port, in lower case; empty when the client sent none.
    pub host: String,
    /// The path as sent, without the query.
    pub path: String,
    /// The query as sent, without the question mark.
    pub query: Option<String>,
    /// The headers in the order of arrival.
    pub headers: HeaderMap,
    /// The body as sent, without chunk framing; of a longer one the first 16 MiB.
    pub body: Bytes,
    /// How many bytes the whole body had.
    pub length: u64,
}

impl Asked {
    pub(crate) fn of<B>(request: Request<B>) -> (Self, B) {
        let (parts, body) = request.into_parts();
        let asked = Self {
            host: host(&parts.uri, &parts.headers),
            path: parts.uri.path().to_owned(),
            query: parts.uri.query().map(str::to_owned),
            method: parts.method,
            version: parts.version,
            headers: parts.headers,
            body: Bytes::new(),
            length: 0,
        };
        (asked, body)
    }

    pub(crate) fn content_type(&self) -> &str {
        self.headers
            .get(header::CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }
}

fn host(uri: &Uri, headers: &HeaderMap) -> String {
    let of_header = || {
        headers
            .get(header::HOST)
            .and_then(|value| Uri::try_from(value.as_bytes()).ok())
    };
    let authority = uri
        .authority()
        .cloned()
        .or_else(|| of_header()?.into_parts().authority);
    authority
        .map(|authority| authority.host().to_ascii_lowercase())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_the_host_from_the_header_without_its_port() {
        let request = Request::get("/v1?a=1")
            .header("host", "API.example.com:8443")
            .body(())
            .unwrap();

        let (asked, ()) = Asked::of(request);

        assert_eq!(
            (asked.host.as_str(), asked.path.as_str()),
            ("api.example.com", "/v1")
        );
        assert_eq!(asked.query.as_deref(), Some("a=1"));
    }

    #[test]
    fn prefers_the_authority_of_the_target() {
        let request = Request::get("https://a.example/")
            .header("host", "b.example")
            .body(())
            .unwrap();

        let (asked, ()) = Asked::of(request);

        assert_eq!(asked.host, "a.example");
    }

    #[test]
    fn a_host_that_is_none_is_empty() {
        let request = Request::get("/").header("host", "not a host").body(()).unwrap();

        let (asked, ()) = Asked::of(request);

        assert_eq!(asked.host, "");
    }
}
