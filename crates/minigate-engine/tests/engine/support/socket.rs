use futures_util::StreamExt;
use minigate_engine::{Agreement, Closed, Failure, Message, Socket, SocketEvent};

use super::App;

/// What a caller saw of a socket.
#[derive(Debug)]
pub(crate) struct SocketSeen {
    pub(crate) accepted: bool,
    pub(crate) opened: Option<Agreement>,
    pub(crate) messages: Vec<Message>,
    pub(crate) closed: Closed,
}

/// Follows a socket to its end: the events come in their order, and nothing follows the end.
pub(crate) async fn watch_socket(mut socket: Socket) -> SocketSeen {
    let (mut accepted, mut opened, mut messages) = (false, None, Vec::new());
    let mut ends = Vec::new();
    while let Some(event) = socket.next().await {
        assert!(ends.is_empty(), "{event:?} follows the end");
        match event {
            SocketEvent::Accepted => {
                assert!(!accepted && opened.is_none());
                accepted = true;
            }
            SocketEvent::Opened(now) => {
                assert!(accepted && opened.is_none());
                opened = Some(*now);
            }
            SocketEvent::Message(message) => messages.push(message),
            SocketEvent::Sent(_) => {}
            SocketEvent::Closed(closed) => ends.push(*closed),
        }
    }
    assert_eq!(ends.len(), 1, "a socket ends once");
    SocketSeen {
        accepted,
        opened,
        messages,
        closed: ends.remove(0),
    }
}

/// The next event that isn't about what was sent.
pub(crate) async fn next_event(socket: &mut Socket) -> SocketEvent {
    loop {
        match socket.next().await.unwrap() {
            SocketEvent::Sent(_) => {}
            event => return event,
        }
    }
}

/// A socket that is open, and what its handshake came to.
pub(crate) async fn open(app: &App) -> (Socket, Agreement) {
    let mut socket = app.connect(minigate_engine::Handshake::default());
    loop {
        match next_event(&mut socket).await {
            SocketEvent::Accepted => {}
            SocketEvent::Opened(opened) => return (socket, *opened),
            event => panic!("not open: {event:?}"),
        }
    }
}

/// How a socket ended, in short: `1000 "bye"`, `1006 "": Interrupted` …
pub(crate) fn closed_with(closed: &Closed) -> String {
    let failure = match &closed.failure {
        None => String::new(),
        Some(Failure::HandshakeRefused { status, .. }) => format!(": refused {status}"),
        Some(other) => {
            let name = format!("{other:?}");
            format!(": {}", name.split([' ', '{', '(']).next().unwrap_or_default())
        }
    };
    format!("{} {:?}{failure}", closed.code, closed.reason)
}
