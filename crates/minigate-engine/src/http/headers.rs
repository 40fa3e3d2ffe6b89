//! What a request says about itself.

use bytes::Bytes;
use http::header::{ACCEPT, ACCEPT_ENCODING, CONTENT_LENGTH, HOST, HeaderName, REFERER, USER_AGENT};
use http::{HeaderMap, HeaderValue, Method};
use minigate_policy::Permit;
use url::Url;

use crate::journal::track::Track;
use crate::{Note, Step};

/// The app's fields without those that the engine alone may set, plus those that every request has.
pub(super) fn prepare(mut headers: HeaderMap, permit: &Permit, user_agent: &str, track: &Track) -> HeaderMap {
    if headers.remove(REFERER).is_some() {
        track.step(&Step::Noted(&Note::RefererDropped {
            name: REFERER.to_string(),
        }));
    }
    for name in OURS {
        if headers.remove(*name).is_some() {
            track.step(&Step::Noted(&Note::HeaderDropped {
                name: (*name).to_owned(),
            }));
        }
    }
    let proxied: Vec<_> = headers
        .keys()
        .filter(|name| name.as_str().starts_with("proxy-"))
        .cloned()
        .collect();
    for name in proxied {
        headers.remove(&name);
        track.step(&Step::Noted(&Note::HeaderDropped {
            name: name.to_string(),
        }));
    }
    insert(&mut headers, REFERER, permit.referer().as_str());
    default(&mut headers, USER_AGENT, user_agent);
    default(&mut headers, ACCEPT, "*/*");
    default(&mut headers, ACCEPT_ENCODING, "gzip, deflate, br, zstd");
    headers
}

/// The `host` field of an HTTP/1.1 request: the port only where it isn't the scheme's own (RFC 9110 §7.2).
pub(super) fn host(url: &Url) -> Option<(HeaderName, HeaderValue)> {
    let authority = &url[url::Position::BeforeHost..url::Position::AfterPort];
    Some((HOST, HeaderValue::from_str(authority).ok()?))
}

/// The length of an HTTP/1.1 request's body where it has none but could: a server may insist on it (RFC 9110 §8.6).
pub(super) fn no_length(method: &Method, body: &Bytes) -> Option<(HeaderName, HeaderValue)> {
    let has_meaning = [Method::POST, Method::PUT, Method::PATCH].contains(method);
    (has_meaning && body.is_empty()).then(|| (CONTENT_LENGTH, HeaderValue::from_static("0")))
}

fn default(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if !headers.contains_key(&name) {
        insert(headers, name, value);
    }
}

fn insert(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}

/// Fields that frame the message or steer the connection: set by an app they would smuggle a second request.
const OURS: &[&str] = &[
    "connection",
    "content-length",
    "expect",
    "host",
    "http2-settings",
    "keep-alive",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "via",
];
