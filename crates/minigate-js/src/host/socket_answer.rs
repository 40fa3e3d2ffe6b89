//! What happens to a socket, as JavaScript values.

use std::time::{Duration, SystemTime};

use minigate_engine::{Agreement, Closed, Complaint, Failure, Message, Timing};
use minigate_policy::{Interface, Wording};
use rquickjs::{Ctx, IntoJs, Result, Value};
use serde::Serialize;

use super::{
    answer::{Fields, buffer, millis, parse},
    sockets::State,
};

/// What `onOpen` gets.
pub(crate) fn opened<'js>(ctx: &Ctx<'js>, agreement: &Agreement) -> Result<Value<'js>> {
    parse(
        ctx,
        &Opened {
            header: Fields::of(&agreement.head),
            profile: Profile::of(&agreement.timing),
        },
    )
}

/// What `onMessage` gets as its `data`.
pub(crate) fn message<'js>(ctx: &Ctx<'js>, message: &Message) -> Result<Value<'js>> {
    match message {
        Message::Text(text) => text.as_str().into_js(ctx),
        Message::Binary(bytes) => buffer(ctx, bytes),
    }
}

/// What `onClose` gets, and with it what `fail` or `onError` gets.
pub(crate) fn closed<'js>(
    ctx: &Ctx<'js>,
    closed: &Closed,
    state: State,
    wording: Wording,
) -> Result<Value<'js>> {
    let complaint = closed
        .failure
        .as_ref()
        .filter(|failure| is_error(failure, state))
        .map(|failure| failure.complaint(Interface::ConnectSocket, wording));
    parse(
        ctx,
        &End {
            code: closed.code,
            reason: &closed.reason,
            is_refused: state == State::Begun,
            error: complaint.as_ref().map(Error::of),
        },
    )
}

/// What a call of a task gets that can't be done.
pub(super) fn complaint<'js>(ctx: &Ctx<'js>, complaint: &Complaint) -> Result<Value<'js>> {
    parse(ctx, &Error::of(complaint))
}

/// The background rule ends an open socket without an error (rule N5), and what the app ended itself is none.
const fn is_error(failure: &Failure, state: State) -> bool {
    match failure {
        Failure::Interrupted => !matches!(state, State::Opened),
        Failure::Aborted | Failure::SocketUnanswered { .. } => false,
        _ => true,
    }
}

#[derive(Serialize)]
struct Opened {
    header: Fields,
    profile: Profile,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct End<'a> {
    code: u16,
    reason: &'a str,
    /// Whether `success` was never called.
    is_refused: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<Error<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Error<'a> {
    err_msg: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    errno: Option<u32>,
}

impl<'a> Error<'a> {
    fn of(complaint: &'a Complaint) -> Self {
        Self {
            err_msg: &complaint.err_msg,
            errno: complaint.errno,
        }
    }
}

/// The times of a handshake in ms, moments since 1970.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Profile {
    fetch_start: f64,
    domain_look_up_start: f64,
    domain_look_up_end: f64,
    connect_start: f64,
    connect_end: f64,
    rtt: f64,
    handshake_cost: f64,
    cost: f64,
}

impl Profile {
    fn of(timing: &Timing) -> Self {
        let start = timing.fetch_start;
        Self {
            fetch_start: millis(start),
            domain_look_up_start: millis(timing.resolve_start.or(start)),
            domain_look_up_end: millis(timing.resolve_end.or(start)),
            connect_start: millis(timing.connect_start.or(start)),
            connect_end: millis(timing.connect_end.or(start)),
            // TCP takes one round trip to connect.
            rtt: span(timing.connect_start, timing.tls_start.or(timing.connect_end)),
            handshake_cost: span(timing.request_start, timing.response_start),
            cost: span(start, timing.response_start),
        }
    }
}

fn span(from: Option<SystemTime>, to: Option<SystemTime>) -> f64 {
    let between = from.zip(to).and_then(|(from, to)| to.duration_since(from).ok());
    between.as_ref().map_or(0.0, Duration::as_secs_f64) * 1000.0
}
