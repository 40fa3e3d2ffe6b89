//! A hop as an entry of a recording.

use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use http::Version;
use minigate_engine::{Clock, Fields, to_text, undo_codings};
use minigate_har::{Content, Cookie, Entry, Facts, Pair, Param, Posted, Request, Response};
use minigate_policy::{Profile, Undecodable};
use url::Url;

use super::hop::Hop;
use super::kept::Kept;

/// The entry of a hop; of the facts, those that show in the body are added.
pub(super) fn entry(hop: &Hop, mut facts: Facts, clock: &Clock, profile: &Profile) -> Entry {
    let timings = hop.timings();
    let response = response(hop, &mut facts, profile);
    let parts = [
        timings.blocked,
        timings.dns,
        timings.connect,
        timings.send,
        timings.wait,
        timings.receive,
    ];
    Entry {
        started_date_time: date(clock.wall(hop.begun)),
        time: parts.iter().filter(|part| **part > 0.0).sum(),
        request: request(hop),
        response,
        timings,
        server_ip_address: hop.peer.map(|peer| peer.ip().to_string()).unwrap_or_default(),
        comment: comment(hop),
        resource_type: if hop.messages.is_some() {
            "websocket"
        } else {
            "fetch"
        }
        .to_owned(),
        messages: hop.messages.clone(),
        facts: Some(Box::new(facts)),
        ..Entry::default()
    }
}

/// Seconds since 1970.
pub(super) fn seconds(at: SystemTime) -> f64 {
    at.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64()
}

/// To the microsecond, so that the order of the file is that of the calls.
fn date(at: SystemTime) -> String {
    jiff::Timestamp::try_from(at).map_or_else(|_| String::new(), |at| format!("{at:.6}"))
}

fn comment(hop: &Hop) -> String {
    let cut = |what: &str, kept: &Kept| {
        kept.is_cut().then(|| {
            format!(
                "Of the {what}'s {} bytes only {} are kept.",
                kept.total(),
                kept.bytes().len()
            )
        })
    };
    let messages = hop
        .is_broken_off
        .then(|| "Its later messages aren't kept.".to_owned());
    let cuts = [cut("request", &hop.sent), cut("answer", &hop.received), messages];
    cuts.into_iter().flatten().collect::<Vec<_>>().join(" ")
}

fn request(hop: &Hop) -> Request {
    let header = |name: &str| {
        let found = hop.headers.iter().find(|(own, _)| own.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.clone()).unwrap_or_default()
    };
    let query = Url::parse(&hop.url)
        .map(|url| pairs(url.query_pairs()))
        .unwrap_or_default();
    Request {
        method: hop.method.clone(),
        url: hop.url.clone(),
        http_version: version(hop.version).to_owned(),
        cookies: header("cookie").split(';').filter_map(cookie).collect(),
        headers: hop
            .headers
            .iter()
            .map(|(name, value)| Pair::new(name, value))
            .collect(),
        query_string: query,
        post_data: (hop.sent.total() > 0).then(|| posted(&hop.sent, header("content-type"))),
        headers_size: -1,
        body_size: i64::try_from(hop.sent.total()).unwrap_or(-1),
    }
}

fn posted(sent: &Kept, mime_type: String) -> Posted {
    let is_form = mime_type.starts_with("application/x-www-form-urlencoded");
    let params = if is_form { params(sent.bytes()) } else { Vec::new() };
    let (text, encoding) = text_or_base64(sent.bytes());
    Posted {
        mime_type,
        params,
        text,
        encoding,
        comment: String::new(),
    }
}

fn params(form: &[u8]) -> Vec<Param> {
    form_urlencoded::parse(form)
        .map(|(name, value)| Param {
            name: name.into_owned(),
            value: value.into_owned(),
            ..Param::default()
        })
        .collect()
}

fn response(hop: &Hop, facts: &mut Facts, profile: &Profile) -> Response {
    let Some(head) = &hop.head else {
        return Response {
            headers_size: -1,
            body_size: -1,
            ..Response::default()
        };
    };
    let first = |name: &str| head.fields.get(name).unwrap_or_default().into_owned();
    Response {
        status: head.status.as_u16(),
        status_text: head.status.canonical_reason().unwrap_or_default().to_owned(),
        http_version: version(head.version).to_owned(),
        cookies: head
            .fields
            .all("set-cookie")
            .filter_map(|value| cookie(&value))
            .collect(),
        headers: head
            .fields
            .iter()
            .map(|(name, value)| Pair::new(name, value))
            .collect(),
        content: content(hop, &head.fields, facts, profile),
        redirect_url: first("location"),
        headers_size: -1,
        body_size: i64::try_from(hop.received.total()).unwrap_or(-1),
        error: None,
    }
}

/// The body as text where it is text, and what else it takes to send the same bytes again.
fn content(hop: &Hop, fields: &Fields, facts: &mut Facts, profile: &Profile) -> Content {
    let raw = hop.received.bytes();
    let mime_type = fields.get("content-type").unwrap_or_default().into_owned();
    let codings: Vec<_> = fields.all("content-encoding").collect();
    let codings: Vec<&str> = codings.iter().map(AsRef::as_ref).collect();
    let plain = undo_codings(raw, &codings, LONGEST).unwrap_or_else(|| raw.to_vec().into());
    let text = is_textual(&mime_type, &plain).then(|| {
        to_text(
            &plain,
            Some(&mime_type),
            &profile.fallback_charset,
            Undecodable::Fail,
        )
        .ok()
    });
    let (text, encoding) = match text.flatten() {
        Some((text, decoding)) => {
            facts.charset = (decoding.charset != "UTF-8").then(|| decoding.charset.to_owned());
            facts.byte_order_marks = decoding.byte_order_marks;
            (text.as_str().to_owned(), None)
        }
        None => (BASE64_STANDARD.encode(&plain), Some("base64".to_owned())),
    };
    let shown = if encoding.is_some() {
        &plain[..]
    } else {
        text.as_bytes()
    };
    let is_as_sent = codings.is_empty() && shown == raw;
    Content {
        size: i64::try_from(shown.len()).unwrap_or(-1),
        mime_type,
        text: Some(text),
        encoding,
        raw_body: (!is_as_sent).then(|| BASE64_STANDARD.encode(raw)),
    }
}

/// Whether a body is meant to be read: by its type, or where that says nothing, by its bytes.
fn is_textual(mime_type: &str, body: &[u8]) -> bool {
    let mime = mime_type.to_ascii_lowercase();
    let says = |part: &str| mime.contains(part);
    if says("text/") || says("json") || says("xml") || says("javascript") || says("urlencoded") {
        return true;
    }
    let is_silent = mime.is_empty() || says("octet-stream");
    is_silent && simdutf8::basic::from_utf8(body).is_ok_and(|text| !text.contains('\0'))
}

fn text_or_base64(bytes: &[u8]) -> (String, Option<String>) {
    match simdutf8::basic::from_utf8(bytes) {
        Ok(text) => (text.to_owned(), None),
        Err(_) => (BASE64_STANDARD.encode(bytes), Some("base64".to_owned())),
    }
}

fn cookie(text: &str) -> Option<Cookie> {
    let (name, value) = text.split(';').next()?.split_once('=')?;
    Some(Cookie {
        name: name.trim().to_owned(),
        value: value.trim().to_owned(),
    })
}

fn pairs<'a>(
    pairs: impl Iterator<Item = (std::borrow::Cow<'a, str>, std::borrow::Cow<'a, str>)>,
) -> Vec<Pair> {
    pairs.map(|(name, value)| Pair::new(name, value)).collect()
}

const fn version(version: Version) -> &'static str {
    match version {
        Version::HTTP_2 => "HTTP/2",
        Version::HTTP_10 => "HTTP/1.0",
        _ => "HTTP/1.1",
    }
}

/// Most bytes of a body with its codings undone: those of an engine's answer.
const LONGEST: usize = 64 << 20;
