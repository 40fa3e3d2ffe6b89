//! WebSockets: the handshake's answer, and the talk after it.

use data_encoding::BASE64;
use futures_util::{SinkExt, StreamExt};
use http::header::{
    CONNECTION, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_EXTENSIONS, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_PROTOCOL,
    SEC_WEBSOCKET_VERSION, UPGRADE,
};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Version};
use hyper::upgrade::{OnUpgrade, Upgraded};
use hyper_util::rt::TokioIo;
use serde_json::json;
use sha1::{Digest, Sha1};
use yawc::close::CloseCode;
use yawc::{DeflateOptions, Frame, OpCode, Options, Role, WebSocket};

use crate::asked::Asked;
use crate::reply::Reply;
use crate::talk::{Goodbye, Said, Talk};

/// A socket that was agreed on and begins when the handshake's answer is out.
pub(super) struct Agreed {
    upgrade: OnUpgrade,
    talk: Talk,
    deflates: bool,
}

/// Makes the handshake's answer of a reply that has something to talk about.
pub(super) fn agree(asked: &Asked, reply: &mut Reply, upgrade: Option<OnUpgrade>) -> Option<Agreed> {
    let talk = reply.socket.take()?;
    let key = asked
        .headers
        .get(SEC_WEBSOCKET_KEY)
        .filter(|_| is_handshake(asked));
    let Some((upgrade, key)) = upgrade.zip(key) else {
        *reply = refusal();
        return None;
    };
    let deflates = offers(&asked.headers, &SEC_WEBSOCKET_EXTENSIONS, DEFLATE);
    reply.status = StatusCode::SWITCHING_PROTOCOLS;
    let headers = &mut reply.headers;
    headers.insert(CONNECTION, HeaderValue::from_static("Upgrade"));
    headers.insert(UPGRADE, HeaderValue::from_static("websocket"));
    headers.extend(HeaderValue::try_from(accept_of(key)).map(|accept| (SEC_WEBSOCKET_ACCEPT, accept)));
    if deflates {
        headers.insert(SEC_WEBSOCKET_EXTENSIONS, HeaderValue::from_static(DEFLATE));
    }
    let protocol = talk.protocol.as_ref();
    let protocol = protocol.filter(|protocol| offers(&asked.headers, &SEC_WEBSOCKET_PROTOCOL, protocol));
    headers.extend(
        protocol
            .and_then(|protocol| HeaderValue::try_from(protocol).ok())
            .map(|protocol| (SEC_WEBSOCKET_PROTOCOL, protocol)),
    );
    Some(Agreed {
        upgrade,
        talk,
        deflates,
    })
}

fn is_handshake(asked: &Asked) -> bool {
    asked.version == Version::HTTP_11
        && offers(&asked.headers, &UPGRADE, "websocket")
        && offers(&asked.headers, &SEC_WEBSOCKET_VERSION, "13")
}

fn refusal() -> Reply {
    let error = json!({ "error": "only a WebSocket's handshake is answered here" });
    let mut reply = Reply::json(StatusCode::UPGRADE_REQUIRED, &error);
    reply
        .headers
        .insert(UPGRADE, HeaderValue::from_static("websocket"));
    reply
}

/// Whether a list in a field has an element of that name, whatever its parameters.
fn offers(headers: &HeaderMap, name: &HeaderName, element: &str) -> bool {
    let values = headers
        .get_all(name)
        .iter()
        .filter_map(|value| value.to_str().ok());
    let mut elements = values.flat_map(|value| value.split(','));
    elements.any(|part| {
        let own = part.split(';').next().unwrap_or_default();
        own.trim().eq_ignore_ascii_case(element)
    })
}

/// What proves that a handshake's key was read (RFC 6455 §4.2.2).
pub(crate) fn accept_of(key: impl AsRef<[u8]>) -> String {
    BASE64.encode(&Sha1::new().chain_update(key).chain_update(GUID).finalize())
}

impl Agreed {
    /// Talks until one side closes or leaves.
    pub(super) async fn talk(self) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        let stream = TokioIo::new(self.upgrade.await?);
        let options = Options {
            compression: self.deflates.then(DeflateOptions::balanced),
            ..Options::default()
                .with_limits(MAX_MESSAGE, MAX_MESSAGE)
                .with_utf8()
        };
        let extension = self.deflates.then_some(DEFLATE);
        let socket = WebSocket::from_stream_with_extensions(stream, Role::Server, extension, options)?;
        converse(socket, &self.talk).await?;
        Ok(())
    }
}

async fn converse(mut socket: WebSocket<TokioIo<Upgraded>>, talk: &Talk) -> yawc::Result<()> {
    for said in &talk.greet {
        socket.send(frame(said)).await?;
    }
    let mut taken = 0;
    loop {
        if talk.close_after == Some(taken) {
            return say_goodbye(socket, &talk.close).await;
        }
        let message = socket.next_frame().await?;
        match message.opcode() {
            OpCode::Close => return end(socket).await,
            OpCode::Text | OpCode::Binary => taken += 1,
            _ => continue,
        }
        let reply = talk.replies.iter().find(|reply| is(&message, &reply.to));
        for said in reply.iter().flat_map(|reply| &reply.send) {
            socket.send(frame(said)).await?;
        }
        if let Some(goodbye) = reply.and_then(|reply| reply.close.as_ref()) {
            return say_goodbye(socket, goodbye).await;
        }
        if reply.is_none() && talk.echo {
            socket.send(message).await?;
        }
    }
}

/// Closes, and waits for the client to agree.
async fn say_goodbye(mut socket: WebSocket<TokioIo<Upgraded>>, goodbye: &Goodbye) -> yawc::Result<()> {
    let close = Frame::close(CloseCode::from(goodbye.code), &goodbye.reason);
    socket.send(close).await?;
    while socket
        .next()
        .await
        .is_some_and(|frame| frame.opcode() != OpCode::Close)
    {}
    socket.close().await
}

/// Lets the answer to the client's close out, which the codec has ready, and ends the connection.
async fn end(mut socket: WebSocket<TokioIo<Upgraded>>) -> yawc::Result<()> {
    while socket.next().await.is_some() {}
    socket.close().await
}

fn frame(said: &Said) -> Frame {
    match said {
        Said::Text(text) => Frame::text(text.clone()),
        Said::Bytes(bytes) => Frame::binary(bytes.clone()),
    }
}

fn is(message: &Frame, said: &Said) -> bool {
    match said {
        Said::Text(text) => message.opcode() == OpCode::Text && message.payload() == text.as_bytes(),
        Said::Bytes(bytes) => message.opcode() == OpCode::Binary && message.payload() == bytes,
    }
}

const GUID: &str = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
const DEFLATE: &str = "permessage-deflate";
const MAX_MESSAGE: usize = 16 << 20;
