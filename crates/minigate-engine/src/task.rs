//! A call under way, as its caller sees it.

use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_channel::mpsc::{UnboundedReceiver, UnboundedSender, unbounded};
use futures_util::{Stream, StreamExt};
use tokio::sync::Semaphore;

use crate::driver::Command;
use crate::{CallId, Head, Outcome, Progress};

/// Something that happens to a call.
#[derive(Clone, Debug)]
pub enum Event {
    /// The head of the answer has come; once at most, redirects that are followed not included.
    Headers(Head),
    /// A piece of the body has come, where pieces were asked for.
    Chunk(Bytes),
    /// A stream that is sent, or a body that is put down, has come further; never backwards, twenty times a second at
    /// most, and once more at its end. One that isn't taken is followed by the last one only.
    Progress(Progress),
    /// The call has ended: the last event, exactly once.
    Settled(Box<Outcome>),
}

/// A call under way: a stream of its events that ends after [`Event::Settled`].
///
/// Dropping it aborts the call. Pieces of a body come as fast as they are taken: one that isn't taken holds the server
/// back.
pub struct Task {
    call: CallId,
    events: UnboundedReceiver<Event>,
    commands: UnboundedSender<Command>,
    room: Arc<Semaphore>,
    is_behind: Arc<AtomicBool>,
    settled: bool,
}

impl Task {
    pub(crate) fn new(call: CallId, commands: UnboundedSender<Command>) -> (Self, Emitter) {
        let (sender, events) = unbounded();
        let room = Arc::new(Semaphore::new(WINDOW));
        let is_behind = Arc::<AtomicBool>::default();
        let emitter = Emitter {
            events: Arc::new(Mutex::new(Some(sender))),
            room: Arc::clone(&room),
            is_behind: Arc::clone(&is_behind),
        };
        (
            Self {
                call,
                events,
                commands,
                room,
                is_behind,
                settled: false,
            },
            emitter,
        )
    }

    /// The call's name in the journal.
    #[must_use]
    pub const fn call(&self) -> CallId {
        self.call
    }

    /// Ends the call, be it queued or running; it settles as [`Failure::Aborted`](crate::Failure::Aborted) unless it
    /// has settled already.
    pub fn abort(&self) {
        // Without a driver the call has ended anyway.
        let _ = self.commands.unbounded_send(Command::Abort(self.call));
    }

    /// Waits for the end and passes the other events over.
    pub async fn outcome(mut self) -> Option<Outcome> {
        while let Some(event) = self.next().await {
            if let Event::Settled(outcome) = event {
                return Some(*outcome);
            }
        }
        None
    }
}

impl Stream for Task {
    type Item = Event;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Event>> {
        let event = self.events.poll_next_unpin(cx);
        match &event {
            Poll::Ready(Some(Event::Chunk(bytes))) => self.room.add_permits(weight(bytes)),
            Poll::Ready(Some(Event::Progress(_))) => self.is_behind.store(false, Ordering::Relaxed),
            _ => {}
        }
        self.settled |= matches!(event, Poll::Ready(Some(Event::Settled(_)) | None));
        event
    }
}

impl Drop for Task {
    fn drop(&mut self) {
        if !self.settled {
            self.abort();
        }
    }
}

/// The sending end of a task's events, which closes with the settlement.
#[derive(Clone)]
pub(crate) struct Emitter {
    events: Arc<Mutex<Option<UnboundedSender<Event>>>>,
    /// Bytes that may still be on their way to the caller.
    room: Arc<Semaphore>,
    /// Whether the caller hasn't taken the last progress yet.
    is_behind: Arc<AtomicBool>,
}

impl Emitter {
    pub(crate) fn emit(&self, event: Event) {
        if let Some(sender) = self.lock().as_ref() {
            // A caller that has dropped its task doesn't listen any more.
            let _ = sender.unbounded_send(event);
        }
    }

    /// A piece of the body, once the caller has taken enough of those before it.
    pub(crate) async fn emit_piece(&self, bytes: Bytes) {
        let size = u32::try_from(weight(&bytes)).unwrap_or(u32::MAX);
        // The semaphore is never closed.
        if let Ok(room) = self.room.acquire_many(size).await {
            room.forget();
        }
        self.emit(Event::Chunk(bytes));
    }

    /// Tells the progress, unless the caller has one to take still; false where it wasn't told.
    pub(crate) fn emit_progress(&self, progress: Progress) -> bool {
        let was_behind = self.is_behind.swap(true, Ordering::Relaxed);
        let is_told = !was_behind || progress.is_end();
        if is_told {
            self.emit(Event::Progress(progress));
        }
        is_told
    }

    /// The last event; whatever is emitted after it is lost, so nothing can follow a settlement.
    pub(crate) fn settle(&self, outcome: Box<Outcome>) {
        if let Some(sender) = self.lock().take() {
            let _ = sender.unbounded_send(Event::Settled(outcome));
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<UnboundedSender<Event>>> {
        self.events.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How much room a piece takes; one that is larger than all the room takes it all.
fn weight(bytes: &Bytes) -> usize {
    bytes.len().min(WINDOW)
}

const WINDOW: usize = 1024 * 1024;
