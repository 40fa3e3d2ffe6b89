//! The sending end of a socket's events.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_channel::mpsc::UnboundedSender;
use tokio::sync::Semaphore;

use super::{Closed, Message, Outbox, SocketEvent};
use crate::{Failure, Outcome};

/// Tells a socket's caller what happens, and closes with the end.
#[derive(Clone)]
pub(crate) struct SocketEmitter {
    outlet: Arc<Mutex<Outlet>>,
    outbox: Arc<Outbox>,
    /// Bytes that may still be on their way to the caller.
    room: Arc<Semaphore>,
}

struct Outlet {
    events: Option<UnboundedSender<SocketEvent>>,
    /// How the session says that it ended.
    end: Option<Closed>,
}

impl SocketEmitter {
    pub(super) fn new(events: UnboundedSender<SocketEvent>, outbox: Arc<Outbox>) -> Self {
        Self {
            outlet: Arc::new(Mutex::new(Outlet {
                events: Some(events),
                end: None,
            })),
            outbox,
            room: Arc::new(Semaphore::new(WINDOW)),
        }
    }

    pub(super) fn outbox(&self) -> &Outbox {
        &self.outbox
    }

    pub(crate) fn emit(&self, event: SocketEvent) {
        if let Some(events) = &self.lock().events {
            // A caller that has dropped its socket doesn't listen any more.
            let _ = events.unbounded_send(event);
        }
    }

    /// Waits until the caller has taken enough of the messages before this one.
    pub(super) async fn room_for(&self, message: &Message) {
        // The semaphore is never closed.
        if let Ok(room) = self.room.acquire_many(share(message)).await {
            room.forget();
        }
    }

    /// The caller has taken a message.
    pub(super) fn make_room(&self, message: &Message) {
        self.room.add_permits(share(message) as usize);
    }

    /// Keeps how a session ended until its slot is free.
    pub(super) fn keep_end(&self, end: Closed) {
        self.lock().end = Some(end);
    }

    /// The last event; whatever is emitted after it is lost, so nothing can follow the end.
    pub(crate) fn settle(&self, outcome: &Outcome) {
        let own = self.outbox.end();
        let mut outlet = self.lock();
        if let Some(events) = outlet.events.take() {
            let closed = outlet.end.take().unwrap_or_else(|| match (outcome, own) {
                (Err(Failure::Aborted), Some(frame)) => Closed::by_app(frame),
                (Err(failure), _) => Closed::of(failure.clone()),
                (Ok(_), own) => Closed::by_app(own.unwrap_or_default()),
            });
            let _ = events.unbounded_send(SocketEvent::Closed(Box::new(closed)));
        }
    }

    fn lock(&self) -> MutexGuard<'_, Outlet> {
        self.outlet.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How much room a message takes; one that is larger than all the room takes it all.
fn share(message: &Message) -> u32 {
    u32::try_from(message.weight().min(WINDOW)).unwrap_or(u32::MAX)
}

const WINDOW: usize = 1024 * 1024;
