//! What happens to a suspended app, kept for its return.

use std::collections::VecDeque;

use minigate_engine::{Event, SocketEvent};
use tokio::time::Instant;

use super::Happening;

/// What happened, each with its moment, oldest first.
#[derive(Default)]
pub(super) struct Held {
    happenings: VecDeque<(Instant, Happening)>,
    bytes: usize,
}

impl Held {
    pub(super) fn push(&mut self, at: Instant, happening: Happening) {
        self.bytes += weight(&happening);
        self.happenings.push_back((at, happening));
    }

    pub(super) fn pop(&mut self) -> Option<Happening> {
        let (_, happening) = self.happenings.pop_front()?;
        self.bytes -= weight(&happening);
        Some(happening)
    }

    /// When the oldest of it happened.
    pub(super) fn first_moment(&self) -> Option<Instant> {
        self.happenings.front().map(|(at, _)| *at)
    }

    pub(super) fn len(&self) -> usize {
        self.happenings.len()
    }

    /// Whether more may come. Where not, servers are held back, and nothing is lost.
    pub(super) fn room(&self) -> Room {
        if self.bytes < MOST_BYTES {
            Room::Left
        } else {
            Room::None
        }
    }
}

/// Whether there is room for more.
#[derive(Clone, Copy, Eq, PartialEq)]
pub(super) enum Room {
    Left,
    None,
}

fn weight(happening: &Happening) -> usize {
    let payload = match happening {
        Happening::Call(_, _, Some(Event::Chunk(bytes))) => bytes.len(),
        Happening::Socket(_, _, SocketEvent::Message(message)) => message.as_bytes().len(),
        _ => 0,
    };
    LEAST_BYTES + payload
}

/// What anything takes up that is kept, about.
const LEAST_BYTES: usize = 256;

const MOST_BYTES: usize = 1024 * 1024;
