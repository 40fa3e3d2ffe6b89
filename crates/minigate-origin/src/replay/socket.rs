//! The messages of a recorded socket.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use minigate_har::{Entry, Mishap, SocketMessage, Way};
use tokio::io::{AsyncWrite, AsyncWriteExt};
use tokio::time::sleep;
use yawc::close::CloseCode;
use yawc::{DeflateOptions, Frame, OpCode, Options, Role, WebSocket};

use super::answer::{is_frame, is_sendable};
use super::http1::Connection;
use super::request::Request;
use super::{Speed, Stage};
use crate::origin::accept_of;

type Failed = Box<dyn std::error::Error + Send + Sync>;

/// Whether an entry answers a request with a socket.
pub(super) fn is_opened(entry: &Entry, request: &Request) -> bool {
    entry.response.status == 101 && request.header("sec-websocket-key").is_some()
}

/// Agrees to the handshake, and says what was recorded: each message once those before it were said, those of the client
/// included, whatever it says this time.
pub(super) async fn serve(
    stage: &Stage,
    entry: &Entry,
    request: &Request,
    mut stream: impl Connection,
) -> Result<(), Failed> {
    let extension = extension(entry, request);
    agree(entry, request, &mut stream).await?;
    let options = Options {
        compression: extension.map(|_| DeflateOptions::balanced()),
        ..Options::default().with_limits(LONGEST, LONGEST)
    };
    let mut socket = WebSocket::from_stream_with_extensions(stream, Role::Server, extension, options)?;
    let messages = entry.messages.as_deref().unwrap_or_default();
    let mut last = messages.first().map_or(0.0, |message| message.time);
    for message in messages {
        if stage.speed == Speed::AsRecorded && message.way == Way::Receive {
            pause(stage.delay((message.time - last) * 1000.0)).await;
        }
        last = message.time;
        match (message.way, message.opcode) {
            (Way::Send, TEXT | BINARY) if !has_heard(&mut socket).await => return Ok(()),
            (Way::Send, CLOSE) => return hear_out(socket).await,
            (Way::Receive, CLOSE) => {
                socket.send(close(message)).await?;
                return hear_out(socket).await;
            }
            (Way::Receive, TEXT | BINARY) => socket.send(frame(message)).await?,
            _ => {}
        }
    }
    let mishap = entry.facts.as_ref().and_then(|facts| facts.mishap.as_ref());
    if matches!(mishap, Some(Mishap::Broken { .. })) {
        return Ok(());
    }
    hear_out(socket).await
}

/// Writes the recorded head, with the proof that belongs to this request.
async fn agree(
    entry: &Entry,
    request: &Request,
    stream: &mut (impl AsyncWrite + Unpin),
) -> Result<(), Failed> {
    let mut head = "HTTP/1.1 101 Switching Protocols\r\n".to_owned();
    for field in &entry.response.headers {
        let is = |name: &str| field.name.eq_ignore_ascii_case(name);
        if is(PROTOCOL) {
            let protocol = protocol(entry, &field.value, request).unwrap_or(&field.value);
            head += &format!("{}: {protocol}\r\n", field.name);
        } else if !is_frame(&field.name) && !is("sec-websocket-accept") && is_sendable(field) {
            head += &format!("{}: {}\r\n", field.name, field.value);
        }
    }
    let key = request.header("sec-websocket-key").unwrap_or_default();
    head += &format!("sec-websocket-accept: {}\r\n\r\n", accept_of(key));
    stream.write_all(head.as_bytes()).await?;
    Ok(stream.flush().await?)
}

/// The protocol that was chosen, or in its place among those that were offered the one that is offered now: it may be a
/// secret, and then a placeholder was recorded.
fn protocol<'a>(entry: &'a Entry, chosen: &'a str, request: &'a Request) -> Option<&'a str> {
    let mut recorded = entry.request.headers.iter();
    let recorded = recorded.find(|field| field.name.eq_ignore_ascii_case(PROTOCOL));
    let mut recorded = recorded
        .map_or("", |field| &field.value)
        .split(',')
        .map(str::trim);
    let mut offered = request
        .header(PROTOCOL)
        .unwrap_or_default()
        .split(',')
        .map(str::trim);
    if offered.clone().any(|name| name == chosen) {
        return Some(chosen);
    }
    let place = recorded.position(|name| name == chosen)?;
    offered.nth(place)
}

/// The recorded extension, where the client offers it this time, too.
fn extension<'a>(entry: &'a Entry, request: &Request) -> Option<&'a str> {
    let mut headers = entry.response.headers.iter();
    let recorded = headers.find(|field| field.name.eq_ignore_ascii_case("sec-websocket-extensions"))?;
    let offered = request.header("sec-websocket-extensions").unwrap_or_default();
    let is_agreed = recorded.value.contains(DEFLATE) && offered.contains(DEFLATE);
    is_agreed.then_some(recorded.value.as_str())
}

/// Waits for a message of the client; false where it leaves instead.
async fn has_heard(socket: &mut WebSocket<impl Connection>) -> bool {
    while let Some(frame) = socket.next().await {
        match frame.opcode() {
            OpCode::Text | OpCode::Binary => return true,
            OpCode::Close => return false,
            _ => {}
        }
    }
    false
}

/// Takes what the client says until it has closed.
async fn hear_out(mut socket: WebSocket<impl Connection>) -> Result<(), Failed> {
    while socket.next().await.is_some() {}
    Ok(socket.close().await?)
}

fn frame(message: &SocketMessage) -> Frame {
    if message.opcode == TEXT {
        Frame::text(message.data.clone())
    } else {
        Frame::binary(message.payload())
    }
}

/// A close of the recording; one without a code is 1000, since the codec always writes one.
fn close(message: &SocketMessage) -> Frame {
    let payload = message.payload();
    let (code, reason) = payload
        .split_first_chunk()
        .map_or((1000, &[][..]), |(code, reason)| {
            (u16::from_be_bytes(*code), reason)
        });
    Frame::close(CloseCode::from(code), reason)
}

/// Even no time at all would wait for the timer's next tick.
pub(super) async fn pause(span: Duration) {
    if !span.is_zero() {
        sleep(span).await;
    }
}

const TEXT: u8 = 1;
const BINARY: u8 = 2;
const CLOSE: u8 = 8;
const PROTOCOL: &str = "sec-websocket-protocol";
const DEFLATE: &str = "permessage-deflate";
const LONGEST: usize = 64 << 20;
