//! Where what happens to an app comes from.

use std::task::{Context, Poll};

use minigate_engine::{Event, NetworkEvent, SocketEvent};

use super::Room;
use crate::host::{Due, Host, Outcome, State, Wanted};

/// Something that the app is told in a turn of its own.
pub(super) enum Happening {
    Due(Due),
    Call(u64, Wanted, Option<Event>),
    Job(u64, Outcome),
    Network(NetworkEvent),
    Socket(u64, State, SocketEvent),
}

/// Where happenings come from.
#[derive(Clone, Copy, Eq, PartialEq)]
pub(super) enum Source {
    Agenda,
    Calls,
    Sockets,
    Jobs,
}

impl Source {
    pub(super) const fn following(self) -> Self {
        match self {
            Self::Agenda => Self::Calls,
            Self::Calls => Self::Sockets,
            Self::Sockets => Self::Jobs,
            Self::Jobs => Self::Agenda,
        }
    }

    pub(super) const fn and_others(self) -> [Self; 4] {
        let (second, third) = (self.following(), self.following().following());
        [self, second, third, third.following()]
    }
}

/// What comes next from outside of the app.
pub(super) fn poll_any(host: &Host, room: Room, cx: &mut Context<'_>) -> Poll<(Source, Happening)> {
    for source in [Source::Calls, Source::Sockets, Source::Jobs] {
        if let Poll::Ready(happening) = poll(host, source, room, cx) {
            return Poll::Ready((source, happening));
        }
    }
    Poll::Pending
}

/// What comes next from a source outside of the app. Servers are held back while there is no room.
pub(super) fn poll(host: &Host, source: Source, room: Room, cx: &mut Context<'_>) -> Poll<Happening> {
    match source {
        Source::Calls if room == Room::Left => host
            .poll_call(cx)
            .map(|(id, wanted, event)| Happening::Call(id, wanted, event)),
        Source::Sockets if room == Room::Left => host
            .poll_socket(cx)
            .map(|(id, state, event)| Happening::Socket(id, state, event)),
        Source::Jobs => host.poll_job(cx).map(|(id, outcome)| Happening::Job(id, outcome)),
        Source::Agenda | Source::Calls | Source::Sockets => Poll::Pending,
    }
}

pub(super) fn ready<T>(polled: Poll<T>) -> Option<T> {
    match polled {
        Poll::Ready(value) => Some(value),
        Poll::Pending => None,
    }
}
