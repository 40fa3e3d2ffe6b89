//! What the app's disk has to do, one after the other on another thread.

use std::{
    collections::VecDeque,
    pin::Pin,
    task::{Context, Poll, ready},
};

use tokio::task::{JoinHandle, spawn_blocking};

use crate::{
    files::{Answer, Complaint, FileFault, Library, Operation},
    limits::Limits,
};

/// Operations that have not ended. They end in the order in which they were asked for.
#[derive(Default)]
pub(crate) struct Jobs {
    last_id: u64,
    bytes: usize,
    waiting: VecDeque<(u64, Operation)>,
    running: Option<Running>,
}

struct Running {
    id: u64,
    size: usize,
    task: JoinHandle<Outcome>,
}

/// What became of an operation.
pub(crate) type Outcome = Result<Answer, Complaint>;

impl Jobs {
    /// Puts an operation behind the others, and gives its number.
    ///
    /// # Errors
    ///
    /// [`FileFault::Busy`] where too many wait.
    pub(super) fn add(&mut self, operation: Operation, limits: &Limits) -> Result<u64, Complaint> {
        let size = operation.size();
        if self.waiting.len() >= limits.pending_calls || self.bytes + size > limits.pending_bytes {
            return Err(FileFault::Busy.into());
        }
        self.last_id += 1;
        self.bytes += size;
        self.waiting.push_back((self.last_id, operation));
        Ok(self.last_id)
    }

    /// How many have not ended.
    pub(crate) fn len(&self) -> usize {
        self.waiting.len() + usize::from(self.running.is_some())
    }

    /// The next that ends, with its number.
    pub(super) fn poll_end(
        &mut self,
        library: impl FnOnce() -> Library,
        cx: &mut Context<'_>,
    ) -> Poll<(u64, Outcome)> {
        if self.running.is_none() {
            self.running = self.waiting.pop_front().map(|(id, operation)| {
                let (size, library) = (operation.size(), library());
                let task = spawn_blocking(move || operation.perform(&library));
                Running { id, size, task }
            });
        }
        let Some(running) = &mut self.running else {
            return Poll::Pending;
        };
        let ended = ready!(Pin::new(&mut running.task).poll(cx));
        let id = running.id;
        self.bytes -= running.size;
        self.running = None;
        Poll::Ready((id, ended.unwrap_or_else(|_| Err(FileFault::Io.into()))))
    }
}
