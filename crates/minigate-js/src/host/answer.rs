//! What a call gave, as JavaScript values.

use std::time::SystemTime;

use minigate_engine::{Body, Engine, Failure, Head, Note, Progress, Reply, Text, Timing};
use minigate_policy::{Interface, Wording};
use rquickjs::{ArrayBuffer, Ctx, IntoJs, Result, Value};
use serde::{Serialize, ser::SerializeMap};

use super::calls::Wanted;

/// Status, header and cookies of an answer.
pub(crate) fn head<'js>(ctx: &Ctx<'js>, head: &Head) -> Result<Value<'js>> {
    parse(ctx, &HeadValue::of(head, None))
}

/// How far a transfer has come. A length that isn't known is 0, and so is what has been done of it.
pub(crate) fn progress<'js>(ctx: &Ctx<'js>, progress: &Progress) -> Result<Value<'js>> {
    parse(
        ctx,
        &ProgressValue {
            progress: progress.percent(),
            moved: progress.moved,
            expected: progress.expected.unwrap_or(0),
        },
    )
}

/// All of an answer but its body.
pub(crate) fn reply<'js>(ctx: &Ctx<'js>, reply: &Reply, wanted: Wanted) -> Result<Value<'js>> {
    let profile = wanted
        .profile
        .then(|| Profile::of(&reply.timing, reply.head.version));
    parse(ctx, &HeadValue::of(&reply.head, profile))
}

/// An answer's body. Text that was to be JSON and isn't stays text, and the journal says why.
pub(crate) fn body<'js>(ctx: &Ctx<'js>, body: &Body, wanted: Wanted, engine: &Engine) -> Result<Value<'js>> {
    let text = match body {
        Body::Bytes(bytes) => return buffer(ctx, bytes),
        Body::Stored(stored) => return stored.location.as_str().into_js(ctx),
        Body::Text(text, _) => text,
    };
    if wanted.json && !text.as_bytes().is_empty() {
        if let Ok(value) = ctx.json_parse(text.as_bytes().clone()) {
            return Ok(value);
        }
        ctx.catch();
        note_fault(text, wanted, engine);
    }
    text.as_str().into_js(ctx)
}

/// Says what keeps an answer from being JSON, where it was meant to be: a page of HTML is nothing to worry about.
fn note_fault(text: &Text, wanted: Wanted, engine: &Engine) {
    let start = text
        .as_str()
        .trim_start_matches(['\u{FEFF}', ' ', '\t', '\r', '\n']);
    if start.starts_with(['{', '[']) {
        let fault = serde_json::from_slice::<serde::de::IgnoredAny>(text.as_bytes()).err();
        let error = fault.map_or_else(|| "not JSON".to_owned(), |fault| fault.to_string());
        engine.note(wanted.call, &Note::NotJson { error });
    }
}

/// Bytes as an ArrayBuffer. They are copied, so that they count towards the app's memory limit.
pub(crate) fn buffer<'js>(ctx: &Ctx<'js>, bytes: &[u8]) -> Result<Value<'js>> {
    ArrayBuffer::new_copy(ctx.clone(), bytes).map(ArrayBuffer::into_value)
}

/// What a call that failed gives.
pub(crate) fn failure<'js>(
    ctx: &Ctx<'js>,
    failure: &Failure,
    interface: Interface,
    wording: Wording,
) -> Result<Value<'js>> {
    let complaint = failure.complaint(interface, wording);
    parse(
        ctx,
        &FailureValue {
            is_failure: true,
            err_msg: complaint.err_msg,
            errno: complaint.errno,
        },
    )
}

/// Through JSON, so that every member is the object's own, whatever prototypes have under its name.
pub(super) fn parse<'js>(ctx: &Ctx<'js>, value: &impl Serialize) -> Result<Value<'js>> {
    ctx.json_parse(serde_json::to_vec(value).unwrap_or_default())
}

#[derive(Serialize)]
struct ProgressValue {
    progress: u8,
    moved: u64,
    expected: u64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct FailureValue {
    is_failure: bool,
    err_msg: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    errno: Option<u32>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct HeadValue {
    status_code: u16,
    header: Fields,
    cookies: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    profile: Option<Profile>,
}

impl HeadValue {
    fn of(head: &Head, profile: Option<Profile>) -> Self {
        Self {
            status_code: head.status.as_u16(),
            header: Fields::of(head),
            cookies: head
                .fields
                .all("set-cookie")
                .map(std::borrow::Cow::into_owned)
                .collect(),
            profile,
        }
    }
}

/// Header fields in the server's order and spelling; repeated ones are one, their values joined by commas.
pub(super) struct Fields(Vec<(String, String)>);

impl Fields {
    pub(super) fn of(head: &Head) -> Self {
        let mut fields: Vec<(String, String)> = Vec::new();
        for (name, value) in head.fields.iter() {
            match fields
                .iter_mut()
                .find(|(known, _)| known.eq_ignore_ascii_case(name))
            {
                Some((_, known)) => {
                    known.push(',');
                    known.push_str(&value);
                }
                None => fields.push((name.to_owned(), value.into_owned())),
            }
        }
        Self(fields)
    }
}

impl Serialize for Fields {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, value) in &self.0 {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

/// The times of a call in ms since 1970, under the platform's names (its spelling included).
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Profile {
    invoke_start: f64,
    queue_start: f64,
    queue_end: f64,
    redirect_start: f64,
    redirect_end: f64,
    fetch_start: f64,
    domain_look_up_start: f64,
    domain_look_up_end: f64,
    connect_start: f64,
    connect_end: f64,
    #[serde(rename = "SSLconnectionStart")]
    tls_start: f64,
    #[serde(rename = "SSLconnectionEnd")]
    tls_end: f64,
    request_start: f64,
    request_end: f64,
    response_start: f64,
    response_end: f64,
    #[serde(rename = "peerIP")]
    peer_ip: String,
    port: u16,
    socket_reused: bool,
    send_bytes_count: u64,
    #[serde(rename = "receivedBytedCount")]
    received_bytes_count: u64,
    protocol: &'static str,
}

impl Profile {
    fn of(timing: &Timing, version: http::Version) -> Self {
        let start = timing.fetch_start;
        Self {
            invoke_start: millis(timing.invoked),
            queue_start: millis(timing.invoked),
            queue_end: millis(timing.started),
            redirect_start: millis(timing.redirect_start),
            redirect_end: millis(timing.redirect_end),
            fetch_start: millis(start),
            // What a kept connection spares took no time at the start of the fetch.
            domain_look_up_start: millis(timing.resolve_start.or(start)),
            domain_look_up_end: millis(timing.resolve_end.or(start)),
            connect_start: millis(timing.connect_start.or(start)),
            connect_end: millis(timing.connect_end.or(start)),
            tls_start: millis(timing.tls_start),
            tls_end: millis(timing.tls_end),
            request_start: millis(timing.request_start),
            request_end: millis(timing.request_end),
            response_start: millis(timing.response_start),
            response_end: millis(timing.response_end),
            peer_ip: timing.peer.map(|peer| peer.ip().to_string()).unwrap_or_default(),
            port: timing.peer.map_or(0, |peer| peer.port()),
            socket_reused: timing.reused,
            send_bytes_count: timing.sent,
            received_bytes_count: timing.received,
            protocol: if version == http::Version::HTTP_2 {
                "h2"
            } else {
                "http1.1"
            },
        }
    }
}

pub(super) fn millis(moment: Option<SystemTime>) -> f64 {
    let since = moment.and_then(|moment| moment.duration_since(SystemTime::UNIX_EPOCH).ok());
    since.map_or(0.0, |since| (since.as_secs_f64() * 1000.0).floor())
}
