//! What a request says about itself.

use http::header::{ACCEPT, ACCEPT_ENCODING, CONTENT_LENGTH, HOST, HeaderName, REFERER, USER_AGENT};
use http::{HeaderMap, HeaderValue, Method};
use minigate_policy::Permit;
use url::Url;

use crate::journal::track::Track;
use crate::{Note, Step};

/// The app's fields without those that the engine alone may set, plus those that every request has.
pub(super) fn prepare(
    headers: HeaderMap,
    permit: &Permit,
    user_agent: Option<&HeaderValue>,
    track: &Track,
) -> HeaderMap {
    let mut headers = guarded(headers, permit, user_agent, track);
    headers.entry(ACCEPT).or_insert(HeaderValue::from_static("*/*"));
    headers
        .entry(ACCEPT_ENCODING)
        .or_insert(HeaderValue::from_static("gzip, deflate, br, zstd"));
    headers
}

/// The app's fields without those that the engine alone may set, with the referer (rule N3) and a user agent.
pub(crate) fn guarded(
    mut headers: HeaderMap,
    permit: &Permit,
    user_agent: Option<&HeaderValue>,
    track: &Track,
) -> HeaderMap {
    let ours: Vec<_> = headers.keys().filter(|name| is_ours(name)).cloned().collect();
    for name in ours {
        headers.remove(&name);
        track.step(&Step::Noted(&dropped(&name)));
    }
    if let Ok(referer) = HeaderValue::from_str(permit.referer().as_str()) {
        headers.insert(REFERER, referer);
    }
    if let Some(user_agent) = user_agent {
        headers.entry(USER_AGENT).or_insert_with(|| user_agent.clone());
    }
    headers
}

fn is_ours(name: &HeaderName) -> bool {
    let name = name.as_str();
    OURS.contains(&name) || name.starts_with("proxy-")
}

fn dropped(name: &HeaderName) -> Note {
    let own = name.to_string();
    if name == REFERER {
        Note::RefererDropped { name: own }
    } else {
        Note::HeaderDropped { name: own }
    }
}

/// The `host` field of an HTTP/1.1 request: the port only where it isn't the scheme's own (RFC 9110 §7.2).
pub(crate) fn host(url: &Url) -> Option<(HeaderName, HeaderValue)> {
    let authority = &url[url::Position::BeforeHost..url::Position::AfterPort];
    Some((HOST, HeaderValue::from_str(authority).ok()?))
}

/// The length of a request's body; also where it has none but could, since a server may insist on it (RFC 9110 §8.6).
///
/// hyper would add most of it by itself, but then the journal couldn't tell which fields go over the wire.
pub(super) fn length(method: &Method, length: u64) -> Option<(HeaderName, HeaderValue)> {
    let could_have_one = [Method::POST, Method::PUT, Method::PATCH].contains(method);
    (could_have_one || length > 0).then(|| (CONTENT_LENGTH, length.into()))
}

/// Fields that frame the message or steer the connection, which would smuggle a second request if an app set them, and
/// the referer (rule N3).
const OURS: &[&str] = &[
    "connection",
    "content-length",
    "expect",
    "host",
    "http2-settings",
    "keep-alive",
    "referer",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "via",
];
