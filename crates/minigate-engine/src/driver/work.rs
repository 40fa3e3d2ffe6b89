//! What a call does once it has a slot, and who hears of it.

use std::sync::Arc;

use futures_channel::mpsc::UnboundedSender;
use minigate_policy::{Permit, TaskId};

use crate::http::Carrier;
use crate::journal::track::Track;
use crate::socket::{Established, Holder, SocketEmitter};
use crate::task::Emitter;
use crate::{Exchange, Handshake, Outcome, SocketEvent};

/// What a call is to do, and whom it tells of it meanwhile.
pub(crate) enum Work {
    /// Ask, and get one answer.
    Exchange(Exchange, Emitter),
    /// Connect, and talk until one side closes.
    Socket(Handshake, SocketEmitter),
}

/// Who hears of a call.
#[derive(Clone)]
pub(crate) enum Outlet {
    Task(Emitter),
    Socket(SocketEmitter),
}

impl Outlet {
    /// The call has a slot.
    pub(super) fn accept(&self) {
        if let Self::Socket(emitter) = self {
            emitter.emit(SocketEvent::Accepted);
        }
    }

    /// The last event.
    pub(super) fn settle(&self, outcome: Box<Outcome>) {
        match self {
            Self::Task(emitter) => emitter.settle(outcome),
            Self::Socket(emitter) => emitter.settle(&outcome),
        }
    }
}

/// A call that has begun.
pub(super) struct Running {
    pub(super) permit: Permit,
    pub(super) carrier: Arc<Carrier>,
    pub(super) track: Arc<Track>,
    pub(super) task: TaskId,
    pub(super) established: UnboundedSender<(TaskId, Established)>,
}

impl Running {
    pub(super) async fn run(self, work: Work) -> Outcome {
        match work {
            Work::Exchange(exchange, emitter) => {
                self.carrier
                    .carry_out(self.permit, exchange, &emitter, &self.track)
                    .await
            }
            Work::Socket(handshake, emitter) => {
                let holder = Holder {
                    emitter: &emitter,
                    track: &self.track,
                    establish: || establish(self.task, &self.established),
                };
                self.carrier.hold(self.permit, handshake, holder).await
            }
        }
    }
}

/// Tells the driver that a handshake is done, and waits until it knows.
async fn establish(task: TaskId, driver: &UnboundedSender<(TaskId, Established)>) {
    let (established, known) = Established::new();
    // Without a driver nothing goes on anyway.
    let _ = driver.unbounded_send((task, established));
    let _ = known.await;
}
