//! A receiver at work: it writes where blocking is allowed, while the next piece comes in.

use bytes::Bytes;
use tokio::runtime::Handle;
use tokio::task::{JoinHandle, spawn_blocking};

use crate::progress::{Gauge, Progress};
use crate::{Failure, Head, Receiver, Stored, Unstored};

/// Puts the body of one answer down; dropping it gives the body up.
pub(super) struct Depot {
    state: State,
    waiting: Vec<Bytes>,
    waiting_size: usize,
    received: u64,
    bounds: Bounds,
    gauge: Gauge,
}

/// How many bytes a body has.
#[derive(Clone, Copy)]
pub(super) struct Bounds {
    /// What the server promises, where that means the bytes that are put down.
    pub(super) expected: Option<u64>,
    /// The most that is taken.
    pub(super) limit: Option<u64>,
    /// Whether a body of nothing is a failure.
    pub(super) refuses_empty: bool,
}

enum State {
    Ready(Box<dyn Receiver>),
    Writing(JoinHandle<(Box<dyn Receiver>, Result<(), Unstored>)>),
    Over,
}

impl Depot {
    /// Opens it for the body of the answer with this head.
    pub(super) async fn open(
        mut receiver: Box<dyn Receiver>,
        head: &Head,
        bounds: Bounds,
        gauge: Gauge,
    ) -> Result<Self, Failure> {
        let mut depot = Self {
            state: State::Over,
            waiting: Vec::new(),
            waiting_size: 0,
            received: 0,
            bounds,
            gauge,
        };
        depot.check(bounds.expected.unwrap_or(0))?;
        let head = head.clone();
        depot.state = State::Writing(spawn_blocking(move || {
            let begun = receiver.begin(&head);
            (receiver, begun)
        }));
        depot.rest().await?;
        Ok(depot)
    }

    /// Takes a piece; it waits while more is to be written than may wait.
    pub(super) async fn take(&mut self, bytes: Bytes) -> Result<(), Failure> {
        self.received += bytes.len() as u64;
        self.check(self.received)?;
        self.waiting_size += bytes.len();
        self.waiting.push(bytes);
        if self.waiting_size >= BATCH {
            self.write().await?;
        }
        Ok(())
    }

    /// The body is whole.
    pub(super) async fn finish(mut self) -> Result<Stored, Failure> {
        if self.received == 0 && self.bounds.refuses_empty {
            return Err(Failure::FileEmpty);
        }
        self.write().await?;
        self.rest().await?;
        let State::Ready(receiver) = std::mem::replace(&mut self.state, State::Over) else {
            return Err(gone());
        };
        let kept = spawn_blocking(move || receiver.finish()).await;
        let location = kept.map_err(|error| Failure::internal(&error))??;
        self.gauge.complete(self.received);
        Ok(Stored {
            location,
            bytes: self.received,
        })
    }

    fn check(&self, bytes: u64) -> Result<(), Failure> {
        match self.bounds.limit.filter(|limit| bytes > *limit) {
            Some(limit) => Err(Failure::FileTooLarge { limit }),
            None => Ok(()),
        }
    }

    /// Begins to write what waits, once what was written before is down.
    async fn write(&mut self) -> Result<(), Failure> {
        self.rest().await?;
        self.waiting_size = 0;
        let pieces = std::mem::take(&mut self.waiting);
        let State::Ready(mut receiver) = std::mem::replace(&mut self.state, State::Over) else {
            return Err(gone());
        };
        self.state = State::Writing(spawn_blocking(move || {
            let written = pieces.iter().try_for_each(|piece| receiver.write(piece));
            (receiver, written)
        }));
        Ok(())
    }

    /// Waits until nothing is being written.
    async fn rest(&mut self) -> Result<(), Failure> {
        let State::Writing(writing) = &mut self.state else {
            return Ok(());
        };
        let ended = writing.await;
        self.state = State::Over;
        let (receiver, written) = ended.map_err(|error| Failure::internal(&error))?;
        self.state = State::Ready(receiver);
        written?;
        self.gauge.report(Progress {
            moved: self.received - self.waiting_size as u64,
            expected: self.bounds.expected,
        });
        Ok(())
    }
}

impl Drop for Depot {
    /// What is given up is cleared away where blocking is allowed.
    fn drop(&mut self) {
        if let State::Ready(receiver) = std::mem::replace(&mut self.state, State::Over)
            && let Ok(runtime) = Handle::try_current()
        {
            runtime.spawn_blocking(move || drop(receiver));
        }
    }
}

fn gone() -> Failure {
    Failure::Internal {
        reason: "the receiver has gone".to_owned(),
    }
}

/// As much is written at once, and as much again may wait meanwhile.
const BATCH: usize = 256 * 1024;
