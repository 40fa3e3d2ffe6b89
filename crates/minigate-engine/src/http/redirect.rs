//! Where an answer points to, and with what to go there (RFC 9110 §15.4, Fetch §4.5).

use http::header::{
    AUTHORIZATION, CONTENT_ENCODING, CONTENT_LANGUAGE, CONTENT_LOCATION, CONTENT_TYPE, COOKIE,
};
use http::{Method, StatusCode};
use minigate_policy::Permit;

use super::Hop;
use crate::{Head, Payload};

/// The `location` of an answer that is to be followed.
pub(super) fn location(head: &Head) -> Option<String> {
    let is_redirect = matches!(
        head.status,
        StatusCode::MOVED_PERMANENTLY
            | StatusCode::FOUND
            | StatusCode::SEE_OTHER
            | StatusCode::TEMPORARY_REDIRECT
            | StatusCode::PERMANENT_REDIRECT
    );
    // An empty value counts as none, as in Chromium.
    head.fields
        .all("location")
        .find(|location| !location.is_empty())
        .filter(|_| is_redirect)
        .map(std::borrow::Cow::into_owned)
}

/// The hop after `hop`: a form that was posted isn't posted again, and secrets don't go to another origin.
pub(super) fn next(hop: Hop, status: StatusCode, permit: Permit) -> Hop {
    let Hop {
        permit: from,
        mut method,
        mut headers,
        mut body,
        protocol,
        mut listener,
    } = hop;
    listener.begin_again();
    let becomes_get = match status {
        StatusCode::SEE_OTHER => method != Method::GET && method != Method::HEAD,
        StatusCode::MOVED_PERMANENTLY | StatusCode::FOUND => method == Method::POST,
        _ => false,
    };
    if becomes_get {
        method = Method::GET;
        body = Payload::default();
        for name in [CONTENT_TYPE, CONTENT_ENCODING, CONTENT_LANGUAGE, CONTENT_LOCATION] {
            headers.remove(name);
        }
    }
    if from.target().url().origin() != permit.target().url().origin() {
        headers.remove(AUTHORIZATION);
        headers.remove(COOKIE);
    }
    Hop {
        permit,
        method,
        headers,
        body,
        protocol,
        listener,
    }
}
