//! A WebSocket, as its caller sees it.
//!
//! ```text
//!  Engine::connect ──► Socket: Accepted, Opened, Message …, Sent …, Closed
//!      send, close ──► outbox ──► session ⇄ frames ⇄ guard ⇄ TLS
//! ```

mod carry;
mod close;
mod emitter;
mod extension;
mod frames;
mod guard;
mod handshake;
mod message;
mod outbox;
mod session;

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures_channel::mpsc::{UnboundedReceiver, UnboundedSender, unbounded};
use futures_util::{Stream, StreamExt};

use crate::driver::Command;
use crate::{CallId, Head, Timing};
pub(crate) use carry::{Established, Holder};
pub use close::{CloseError, CloseFrame, Closed};
pub(crate) use emitter::SocketEmitter;
pub use handshake::{Handshake, TcpDelay};
pub use message::Message;
pub use outbox::SendError;
use outbox::{Outbox, WasOpen};

/// Something that happens to a socket.
#[derive(Clone, Debug)]
pub enum SocketEvent {
    /// It has a slot and begins to connect; without this event the call failed before it could become a socket.
    Accepted,
    /// The handshake is done; once at most.
    Opened(Box<Agreement>),
    /// A message has come, whole.
    Message(Message),
    /// So many more of the messages that [`Socket::send`] took have gone out.
    Sent(usize),
    /// The end: the last event, exactly once.
    Closed(Box<Closed>),
}

/// What a handshake came to.
#[derive(Clone, Debug)]
pub struct Agreement {
    /// Status and header of the server's answer.
    pub head: Head,
    /// When what happened.
    pub timing: Timing,
    /// The sub-protocol that the server chose of those that were offered.
    pub protocol: Option<String>,
    /// Whether messages are compressed (RFC 7692).
    pub deflate: bool,
}

/// A socket: a stream of its events that ends after [`SocketEvent::Closed`].
///
/// Dropping it closes the connection at once. Messages come as fast as they are taken: those that aren't taken hold the
/// server back.
pub struct Socket {
    call: CallId,
    events: UnboundedReceiver<SocketEvent>,
    commands: UnboundedSender<Command>,
    emitter: SocketEmitter,
    closed: bool,
}

impl Socket {
    pub(crate) fn new(
        call: CallId,
        commands: UnboundedSender<Command>,
        queue: usize,
    ) -> (Self, SocketEmitter) {
        let (sender, events) = unbounded();
        let emitter = SocketEmitter::new(sender, Arc::new(Outbox::new(queue)));
        let socket = Self {
            call,
            events,
            commands,
            emitter: emitter.clone(),
            closed: false,
        };
        (socket, emitter)
    }

    /// The call's name in the journal.
    #[must_use]
    pub const fn call(&self) -> CallId {
        self.call
    }

    /// Puts a message into the queue of what goes out, in order; [`SocketEvent::Sent`] tells when it is out.
    ///
    /// # Errors
    /// [`SendError`] where the socket isn't open, or where the messages in the queue are more than
    /// [`Limits::send_queue`](crate::Limits::send_queue).
    pub fn send(&self, message: Message) -> Result<(), SendError> {
        self.emitter.outbox().push(message)
    }

    /// Closes the socket once the messages in its queue are out; one that still connects is given up at once.
    ///
    /// [`SocketEvent::Closed`] comes when the server has agreed, or has had its time to.
    ///
    /// # Errors
    /// [`CloseError`] where it is closing or closed already.
    pub fn close(&self, frame: CloseFrame) -> Result<(), CloseError> {
        if self.emitter.outbox().close(frame)? == WasOpen::No {
            self.abort();
        }
        Ok(())
    }

    /// Waits for the end and passes the other events over.
    pub async fn closed(mut self) -> Option<Closed> {
        while let Some(event) = self.next().await {
            if let SocketEvent::Closed(closed) = event {
                return Some(*closed);
            }
        }
        None
    }

    fn abort(&self) {
        // Without a driver the socket has ended anyway.
        let _ = self.commands.unbounded_send(Command::Abort(self.call));
    }
}

impl Stream for Socket {
    type Item = SocketEvent;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let event = self.events.poll_next_unpin(cx);
        if let Poll::Ready(Some(SocketEvent::Message(message))) = &event {
            self.emitter.make_room(message);
        }
        self.closed |= matches!(event, Poll::Ready(Some(SocketEvent::Closed(_)) | None));
        event
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        if !self.closed {
            self.abort();
        }
    }
}
