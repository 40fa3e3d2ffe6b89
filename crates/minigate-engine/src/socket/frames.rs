//! Messages over a stream: the one place that knows the WebSocket codec.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures_util::Sink;
use tokio::io::{AsyncRead, AsyncWrite};
use yawc::close::CloseCode;
use yawc::{DeflateOptions, Frame, OpCode, Options, Role, WebSocket, WebSocketError};

use super::close::{ABNORMAL, NO_CODE, NOT_TEXT, PROTOCOL, TOO_LARGE};
use super::guard::{Guard, Violation};
use super::{CloseFrame, Message};
use crate::Text;

/// The frames of an open socket.
pub(super) struct Frames<S> {
    codec: WebSocket<Guard<S>>,
    /// Something that was sent hasn't left the buffer.
    unflushed: bool,
    /// Nothing goes out any more.
    deaf: bool,
    /// Pings that weren't answered yet.
    pings: usize,
}

/// What happens on the wire.
#[derive(Debug)]
pub(super) enum Happening {
    /// All that was sent is out.
    Flushed,
    /// A message has come, whole.
    Received(Message),
    /// The server closes, or agrees to our close.
    Closing { code: u16, reason: String },
    /// The stream is at its end without a close.
    Ended,
    /// The server broke the protocol, or the stream broke.
    Broken(Fault),
}

/// What went wrong, and the code to close with.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Fault {
    pub(super) code: u16,
    pub(super) reason: String,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Frames<S> {
    /// Frames over a stream whose handshake is done; `extension` is the server's answer to the offer of one.
    pub(super) fn new(stream: S, extension: Option<&str>, limit: usize) -> Result<Self, Fault> {
        let options = Options {
            // The codec's bound is the first size that it refuses.
            max_payload_read: Some(limit.saturating_add(1)),
            max_read_buffer: Some(limit.saturating_add(1)),
            compression: extension.map(|_| DeflateOptions {
                compression_threshold: WORTH_DEFLATING,
                ..DeflateOptions::balanced()
            }),
            ..Options::default()
        };
        let guard = Guard::new(stream, extension.is_some());
        let codec = WebSocket::from_stream_with_extensions(guard, Role::Client, extension, options)
            .map_err(|error| fault(&error))?;
        Ok(Self {
            codec,
            unflushed: false,
            deaf: false,
            pings: 0,
        })
    }

    /// Whether what was sent hasn't left the buffer.
    pub(super) const fn is_busy(&self) -> bool {
        self.unflushed
    }

    /// Puts a message into the buffer; it leaves while [`poll`](Self::poll) is called.
    pub(super) fn send(&mut self, message: Message) {
        let frame = match message {
            Message::Text(_) => Frame::text(message.into_bytes()),
            Message::Binary(bytes) => Frame::binary(bytes),
        };
        self.start(frame);
    }

    /// Puts a close into the buffer.
    pub(super) fn close(&mut self, frame: &CloseFrame) {
        self.start(Frame::close(CloseCode::from(frame.code()), frame.reason()));
    }

    /// Closes because of a fault: this goes out instead of what the codec would say by itself.
    pub(super) fn close_for(&mut self, fault: &Fault) {
        if fault.code != ABNORMAL {
            self.start(Frame::close(CloseCode::from(fault.code), &fault.reason));
        }
    }

    fn start(&mut self, frame: Frame) {
        // Nothing but the buffer takes part in this; what fails shows when it is flushed.
        if Pin::new(&mut self.codec).start_send(frame).is_err() {
            self.deaf = true;
        }
        self.unflushed = true;
    }

    /// Waits for what happens next; nothing is lost when the wait is dropped.
    ///
    /// Without `reading`, only what is to go out goes on.
    pub(super) fn poll(&mut self, cx: &mut Context<'_>, reading: bool) -> Poll<Happening> {
        if let Poll::Ready(happening) = self.poll_write(cx) {
            return Poll::Ready(happening);
        }
        // A server that asks without end and doesn't take the answers isn't listened to.
        if !reading || self.is_pestered() {
            return Poll::Pending;
        }
        self.poll_read(cx)
    }

    const fn is_pestered(&self) -> bool {
        self.pings >= MOST_PINGS && !self.deaf
    }

    fn poll_write(&mut self, cx: &mut Context<'_>) -> Poll<Happening> {
        if self.deaf || !self.unflushed && self.pings == 0 {
            return Poll::Pending;
        }
        let flushed = match Pin::new(&mut self.codec).poll_ready(cx) {
            Poll::Ready(Ok(())) => Pin::new(&mut self.codec).poll_flush(cx),
            other => other,
        };
        match ready!(flushed) {
            Ok(()) => {
                self.pings = 0;
                if std::mem::take(&mut self.unflushed) {
                    return Poll::Ready(Happening::Flushed);
                }
            }
            // What the server said before it left may still be there to read.
            Err(_) => self.deaf = true,
        }
        Poll::Pending
    }

    fn poll_read(&mut self, cx: &mut Context<'_>) -> Poll<Happening> {
        loop {
            let frame = match ready!(self.codec.poll_next_frame(cx)) {
                Ok(frame) => frame,
                Err(WebSocketError::ConnectionClosed) => return Poll::Ready(Happening::Ended),
                Err(error) => return Poll::Ready(Happening::Broken(fault(&error))),
            };
            match frame.opcode() {
                OpCode::Ping => {
                    self.pings += 1;
                    if self.is_pestered()
                        && let Poll::Ready(happening) = self.poll_write(cx)
                    {
                        return Poll::Ready(happening);
                    }
                    if self.is_pestered() {
                        return Poll::Pending;
                    }
                }
                OpCode::Close => return Poll::Ready(closing(&frame)),
                OpCode::Text => return Poll::Ready(text(frame.into_payload())),
                OpCode::Binary => {
                    return Poll::Ready(Happening::Received(Message::Binary(frame.into_payload())));
                }
                OpCode::Pong | OpCode::Continuation => {}
            }
        }
    }

    /// Lets what is in the buffer out, the codec's answer to a close included, and ends the stream.
    pub(super) fn poll_finish(&mut self, cx: &mut Context<'_>, answer: Answer) -> Poll<()> {
        if answer == Answer::Codec && !self.deaf {
            // The answer waits in the codec, which sends it when it is asked whether it is ready.
            if ready!(Pin::new(&mut self.codec).poll_ready(cx)).is_err() {
                return Poll::Ready(());
            }
        }
        Pin::new(&mut self.codec).poll_close(cx).map(drop)
    }
}

/// Whose close is the last word.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Answer {
    /// The codec's, which answers the server's.
    Codec,
    /// That which is in the buffer already.
    Own,
}

fn text(bytes: Bytes) -> Happening {
    match Text::checked(bytes) {
        Some(text) => Happening::Received(Message::Text(text)),
        None => Happening::Broken(fault(&WebSocketError::InvalidUTF8)),
    }
}

fn closing(frame: &Frame) -> Happening {
    Happening::Closing {
        code: frame.close_code().map_or(NO_CODE, u16::from),
        reason: frame.close_reason().ok().flatten().unwrap_or_default().to_owned(),
    }
}

fn fault(error: &WebSocketError) -> Fault {
    let violation = error
        .as_io_error()
        .and_then(|error| error.get_ref()?.downcast_ref::<Violation>());
    let (code, reason) = match (error, violation) {
        (_, Some(violation)) => (PROTOCOL, violation.to_string()),
        (WebSocketError::InvalidUTF8, _) => (NOT_TEXT, "text isn't valid UTF-8".to_owned()),
        (WebSocketError::FrameTooLarge, _) => (TOO_LARGE, "a message is too large".to_owned()),
        (WebSocketError::IoError(error), _) if error.kind() == std::io::ErrorKind::InvalidInput => {
            (NOT_TEXT, "a compressed message can't be decompressed".to_owned())
        }
        (WebSocketError::IoError(error), _) => (ABNORMAL, error.kind().to_string()),
        (error, _) => (PROTOCOL, lower_first(&error.to_string())),
    };
    Fault { code, reason }
}

fn lower_first(text: &str) -> String {
    let mut letters = text.chars();
    letters
        .next()
        .map(|first| first.to_lowercase().chain(letters).collect())
        .unwrap_or_default()
}

const MOST_PINGS: usize = 64;
/// Below this many bytes deflating makes a message longer as often as shorter.
const WORTH_DEFLATING: usize = 64;
