//! The app's sockets: from what the prelude hands over to the engine, and back.

use std::{
    cell::RefCell,
    collections::BTreeMap,
    pin::Pin,
    rc::Rc,
    task::{Context, Poll},
};

use futures_util::{Stream, StreamExt, stream::SelectAll};
use minigate_engine::{
    CloseError, CloseFrame, Closed, Complaint, Failure, Handshake, Message, SendError, Socket, SocketEvent,
};
use minigate_policy::{Call, Interface};
use rquickjs::{Object, Result};

use super::{
    calls::Calls,
    request::{read_body, read_headers, read_notes, read_timeout},
};
use crate::limits::Limit;

/// All sockets that have not closed.
#[derive(Default)]
pub(crate) struct Sockets {
    last_id: u64,
    open: BTreeMap<u64, Open>,
    events: SelectAll<Numbered>,
}

struct Open {
    socket: SharedSocket,
    state: State,
}

/// How far a socket has come, as far as the app has been told.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum State {
    /// Nothing was told.
    Begun,
    /// The call was a success.
    Accepted,
    /// It is open.
    Opened,
}

/// A socket as the prelude has read it.
pub(super) struct Connection {
    call: Call,
    handshake: Handshake,
}

impl Connection {
    /// Takes the prelude's payload, an object without prototype and getters.
    pub(super) fn read(payload: &Object<'_>) -> Result<Self> {
        let url: String = payload.get("url")?;
        let mut notes = read_notes(payload)?;
        let timeout = read_timeout(payload.get("timeout")?, &mut notes);
        let protocols: String = payload.get("protocols")?;
        let handshake = Handshake {
            headers: read_headers(&payload.get::<_, String>("header")?, &mut notes),
            protocols: protocols.lines().map(str::to_owned).collect(),
            deflate: payload.get("isDeflated")?,
            delay: if payload.get("isUndelayed")? {
                minigate_engine::TcpDelay::Off
            } else {
                minigate_engine::TcpDelay::On
            },
            notes,
        };
        Ok(Self {
            call: Call::new(Interface::ConnectSocket, url).with_timeout(timeout),
            handshake,
        })
    }
}

impl Sockets {
    /// Connects a socket that the prelude has read, and gives its number.
    ///
    /// # Errors
    ///
    /// The limit that another call would break.
    pub(super) fn connect(
        &mut self,
        Connection { call, handshake }: Connection,
        calls: &Calls,
        limit: usize,
    ) -> std::result::Result<u64, Limit> {
        if self.open.len() >= limit {
            return Err(Limit::PendingCalls { count: limit });
        }
        let socket = match calls.standing.policy().judge(&call) {
            Ok(permit) => calls.engine.connect(permit, handshake),
            Err(denial) => calls.engine.refuse_socket(denial),
        };
        self.last_id += 1;
        let socket = Rc::new(RefCell::new(socket));
        self.events.push(Numbered {
            id: self.last_id,
            socket: Some(Rc::clone(&socket)),
        });
        let state = State::Begun;
        self.open.insert(self.last_id, Open { socket, state });
        Ok(self.last_id)
    }

    /// Sends a message; what the app is told where that can't be, in the words of the function that it called.
    pub(super) fn send(
        &self,
        api: &str,
        id: Option<u64>,
        data: String,
        is_binary: bool,
    ) -> std::result::Result<(), Complaint> {
        let id = id.ok_or(SendError::NotConnected);
        let sent = id.and_then(|id| {
            let open = self.open.get(&id).ok_or(SendError::NotOpen)?;
            let message = if is_binary {
                Message::Binary(read_body(data, true))
            } else {
                Message::text(data)
            };
            open.socket.borrow().send(message)
        });
        sent.map_err(|error| error.complaint(api))
    }

    /// Closes a socket; what the app is told where that can't be.
    pub(super) fn close(
        &self,
        api: &str,
        id: Option<u64>,
        code: f64,
        reason: String,
    ) -> std::result::Result<(), Complaint> {
        let closed = frame(code, reason).and_then(|frame| {
            let id = id.ok_or(CloseError::NotConnected)?;
            let open = self.open.get(&id).ok_or(CloseError::Closed)?;
            open.socket.borrow().close(frame)
        });
        closed.map_err(|error| error.complaint(api))
    }

    /// The next event of any socket, with its number and how far that has come.
    pub(crate) fn poll_event(&mut self, cx: &mut Context<'_>) -> Poll<(u64, State, SocketEvent)> {
        let Poll::Ready(Some((id, event))) = self.events.poll_next_unpin(cx) else {
            return Poll::Pending;
        };
        let event = event.unwrap_or_else(|| SocketEvent::Closed(Box::new(lost())));
        let Some(open) = self.open.get_mut(&id) else {
            return Poll::Pending;
        };
        let state = open.state;
        match event {
            SocketEvent::Accepted => open.state = State::Accepted,
            SocketEvent::Opened(_) => open.state = State::Opened,
            SocketEvent::Closed(_) => drop(self.open.remove(&id)),
            _ => {}
        }
        Poll::Ready((id, state, event))
    }

    /// How many have not closed.
    pub(crate) fn len(&self) -> usize {
        self.open.len()
    }
}

fn frame(code: f64, reason: String) -> std::result::Result<CloseFrame, CloseError> {
    if code.fract() != 0.0 || !(0.0..=f64::from(u16::MAX)).contains(&code) {
        return Err(CloseError::Code {
            code: code.to_string(),
        });
    }
    CloseFrame::new(code as u16, reason)
}

fn lost() -> Closed {
    Closed {
        code: 1006,
        reason: String::new(),
        failure: Some(Failure::Internal {
            reason: "the engine has gone".to_owned(),
        }),
    }
}

type SharedSocket = Rc<RefCell<Socket>>;

/// A socket's events with its number; a last item without an event where it ended without one.
struct Numbered {
    id: u64,
    socket: Option<SharedSocket>,
}

impl Stream for Numbered {
    type Item = (u64, Option<SocketEvent>);

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let Some(socket) = &self.socket else {
            return Poll::Ready(None);
        };
        let polled = socket.borrow_mut().poll_next_unpin(cx);
        polled.map(|event| {
            if matches!(event, None | Some(SocketEvent::Closed(_))) {
                self.socket = None;
            }
            Some((self.id, event))
        })
    }
}
