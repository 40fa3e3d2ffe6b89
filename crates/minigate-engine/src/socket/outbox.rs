//! What an app has to say and the network hasn't taken yet.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use super::{CloseError, CloseFrame, Message};

/// A socket's queue between the app and its session.
pub(crate) struct Outbox {
    limit: usize,
    queue: Mutex<Queue>,
    filled: Notify,
}

#[derive(Default)]
struct Queue {
    phase: Phase,
    messages: VecDeque<Message>,
    /// Of the messages that aren't out, those that the session has taken included.
    weight: usize,
    close: Option<CloseFrame>,
}

#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
enum Phase {
    #[default]
    Connecting,
    Open,
    Closing,
    Closed,
}

/// Why a message can't be sent.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum SendError {
    /// The socket isn't open, not yet or not any more.
    #[error("the socket is not open")]
    NotOpen,
    /// The network is slower than the app.
    #[error("the messages that wait exceed {limit} bytes")]
    QueueFull {
        /// The most that may wait, in bytes.
        limit: usize,
    },
    /// There is no socket that is open; only the functions without a task say so.
    #[error("no socket is open")]
    NotConnected,
}

/// Whether a socket that is to be closed was open.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum WasOpen {
    Yes,
    No,
}

/// What a session is to send next.
pub(super) enum Outgoing {
    Message(Message),
    Close(CloseFrame),
}

impl Outbox {
    pub(super) fn new(limit: usize) -> Self {
        Self {
            limit,
            queue: Mutex::default(),
            filled: Notify::new(),
        }
    }

    pub(super) fn push(&self, message: Message) -> Result<(), SendError> {
        let mut queue = self.lock();
        if queue.phase != Phase::Open {
            return Err(SendError::NotOpen);
        }
        if queue.weight + message.weight() > self.limit {
            return Err(SendError::QueueFull { limit: self.limit });
        }
        queue.weight += message.weight();
        queue.messages.push_back(message);
        self.filled.notify_one();
        Ok(())
    }

    pub(super) fn close(&self, frame: CloseFrame) -> Result<WasOpen, CloseError> {
        let mut queue = self.lock();
        let was_open = match queue.phase {
            Phase::Connecting => WasOpen::No,
            Phase::Open => WasOpen::Yes,
            Phase::Closing | Phase::Closed => return Err(CloseError::Closed),
        };
        queue.phase = Phase::Closing;
        queue.close = Some(frame);
        self.filled.notify_one();
        Ok(was_open)
    }

    /// From now on messages are taken, unless the app has closed the socket meanwhile.
    pub(super) fn open(&self) {
        let mut queue = self.lock();
        if queue.phase == Phase::Connecting {
            queue.phase = Phase::Open;
        }
    }

    /// From now on nothing is taken; what is left is dropped. Gives what the app said when it closed the socket.
    pub(super) fn end(&self) -> Option<CloseFrame> {
        let mut queue = self.lock();
        queue.phase = Phase::Closed;
        queue.messages = VecDeque::new();
        queue.weight = 0;
        queue.close.take()
    }

    /// Waits until there may be something to send.
    pub(super) async fn filled(&self) {
        self.filled.notified().await;
    }

    /// Takes what is to be sent next: messages in order, and the close when they are gone.
    pub(super) fn next(&self) -> Option<Outgoing> {
        let mut queue = self.lock();
        let message = queue.messages.pop_front().map(Outgoing::Message);
        message.or_else(|| queue.close.take().map(Outgoing::Close))
    }

    /// Messages of this weight are out.
    pub(super) fn relieve(&self, weight: usize) {
        let mut queue = self.lock();
        queue.weight = queue.weight.saturating_sub(weight);
    }

    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sender_faster_than_the_network_is_stopped() {
        let outbox = Outbox::new(1000);
        outbox.open();
        let kilo = || Message::text("x".repeat(400));

        assert_eq!(outbox.push(kilo()), Ok(()));
        assert_eq!(outbox.push(kilo()), Ok(()));
        assert_eq!(outbox.push(kilo()), Err(SendError::QueueFull { limit: 1000 }));
        let Some(Outgoing::Message(first)) = outbox.next() else {
            panic!("a message waits");
        };
        assert_eq!(outbox.push(kilo()), Err(SendError::QueueFull { limit: 1000 }));
        outbox.relieve(first.weight());
        assert_eq!(outbox.push(kilo()), Ok(()));
    }

    #[test]
    fn empty_messages_fill_the_queue_too() {
        let outbox = Outbox::new(1000);
        outbox.open();

        let taken = (0..1000).filter(|_| outbox.push(Message::text("")).is_ok());

        assert!(taken.count() < 20);
    }

    #[test]
    fn a_close_waits_for_the_messages_before_it() {
        let outbox = Outbox::new(1000);
        outbox.open();
        outbox.push(Message::text("last")).unwrap();
        outbox.close(CloseFrame::default()).unwrap();

        assert_eq!(outbox.push(Message::text("late")), Err(SendError::NotOpen));
        assert_eq!(outbox.close(CloseFrame::default()), Err(CloseError::Closed));
        assert!(matches!(outbox.next(), Some(Outgoing::Message(_))));
        assert!(matches!(outbox.next(), Some(Outgoing::Close(_))));
        assert!(outbox.next().is_none());
    }
}
