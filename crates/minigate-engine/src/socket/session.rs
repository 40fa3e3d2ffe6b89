//! An open socket, from its handshake to its close.

use std::future::poll_fn;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::{Instant, sleep_until, timeout};

use super::close::ABNORMAL;
use super::frames::{Answer, Fault, Frames, Happening};
use super::outbox::Outgoing;
use super::{CloseFrame, Closed, Message, SocketEmitter, SocketEvent};
use crate::journal::track::Track;
use crate::{Failure, Step, Way};

/// Carries messages both ways.
pub(super) struct Session<'a, S> {
    pub(super) host: &'a str,
    pub(super) frames: Frames<S>,
    pub(super) emitter: &'a SocketEmitter,
    pub(super) track: &'a Track,
    /// Messages that are in the buffer, and their weight.
    pub(super) leaving: (usize, usize),
    /// A message that the app has no room for yet; nothing is read meanwhile.
    pub(super) held: Option<Message>,
    /// What the app said when it closed, and until when the server may answer.
    pub(super) farewell: Option<(CloseFrame, Instant)>,
}

/// How a session ended, and what is still to be said.
struct Ending {
    closed: Closed,
    answer: Option<Answer>,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Session<'_, S> {
    /// Carries messages until either side closes or the connection breaks.
    pub(super) async fn run(mut self) -> Closed {
        let Ending { closed, answer } = loop {
            if let Some(ending) = self.step().await {
                break ending;
            }
        };
        if let Some(answer) = answer {
            // Nobody waits long for a server that doesn't take the last word.
            let finish = poll_fn(|cx| self.frames.poll_finish(cx, answer));
            let _ = timeout(LAST_WORD, finish).await;
        }
        closed
    }

    async fn step(&mut self) -> Option<Ending> {
        let reading = self.held.is_none();
        let may_send = !self.frames.is_busy() && self.farewell.is_none();
        let deadline = self.farewell.as_ref().map(|(_, deadline)| *deadline);
        // Each arm may be dropped: frames stay in the codec, messages in the outbox, room in the semaphore.
        tokio::select! {
            happening = poll_fn(|cx| self.frames.poll(cx, reading)) => self.react(happening),
            () = self.emitter.outbox().filled(), if may_send => {
                self.send_some();
                None
            }
            () = room_for(self.emitter, self.held.as_ref()), if !reading => {
                self.deliver();
                None
            }
            () = sleep_until(deadline.unwrap_or_else(Instant::now)), if deadline.is_some() => {
                Some(self.fail(Failure::SocketUnanswered { host: self.host.to_owned() }, None))
            }
        }
    }

    fn react(&mut self, happening: Happening) -> Option<Ending> {
        match happening {
            Happening::Flushed => {
                self.tell_sent();
                self.send_some();
                None
            }
            Happening::Received(message) => {
                self.track.message(Way::Received, &message);
                self.held = Some(message);
                None
            }
            Happening::Closing { code, reason } => Some(self.agree(code, reason)),
            Happening::Ended => Some(self.cut("the connection ended without a close")),
            Happening::Broken(fault) if fault.code == ABNORMAL => Some(self.cut(&fault.reason)),
            Happening::Broken(fault) => Some(self.refuse(fault)),
        }
    }

    /// Puts what waits into the buffer, so much that it goes out at once.
    fn send_some(&mut self) {
        while self.farewell.is_none() && self.leaving.1 < BATCH {
            match self.emitter.outbox().next() {
                Some(Outgoing::Message(message)) => {
                    self.track.message(Way::Sent, &message);
                    self.leaving.0 += 1;
                    self.leaving.1 += message.weight();
                    self.frames.send(message);
                }
                Some(Outgoing::Close(frame)) => {
                    self.track.close(Way::Sent, frame.code(), frame.reason());
                    self.frames.close(&frame);
                    self.farewell = Some((frame, Instant::now() + ANSWER));
                }
                None => return,
            }
        }
    }

    fn tell_sent(&mut self) {
        let (count, weight) = std::mem::take(&mut self.leaving);
        self.emitter.outbox().relieve(weight);
        if count > 0 {
            self.emitter.emit(SocketEvent::Sent(count));
        }
    }

    fn deliver(&mut self) {
        if let Some(message) = self.held.take() {
            self.emitter.emit(SocketEvent::Message(message));
        }
    }

    /// The server closes, or agrees to a close.
    fn agree(&mut self, code: u16, reason: String) -> Ending {
        let own = self.farewell.take().map(|(frame, _)| frame);
        if own.is_none() {
            self.track.close(Way::Received, code, &reason);
        }
        let answer = if own.is_some() { Answer::Own } else { Answer::Codec };
        Ending {
            closed: Closed::agreed(own, code, reason),
            answer: Some(answer),
        }
    }

    /// The connection is gone. A server that just hangs up when it is told goodbye has agreed, too.
    fn cut(&mut self, reason: &str) -> Ending {
        if let Some((own, _)) = self.farewell.take() {
            return Ending {
                closed: Closed::by_app(own),
                answer: None,
            };
        }
        let fault = Fault {
            code: ABNORMAL,
            reason: reason.to_owned(),
        };
        self.fail(self.broken(fault), None)
    }

    /// The server broke the protocol: it is told, and the connection ends.
    fn refuse(&mut self, fault: Fault) -> Ending {
        self.frames.close_for(&fault);
        self.fail(self.broken(fault), Some(Answer::Own))
    }

    fn broken(&self, Fault { code, reason }: Fault) -> Failure {
        Failure::SocketBroken {
            host: self.host.to_owned(),
            code,
            reason,
        }
    }

    fn fail(&self, failure: Failure, answer: Option<Answer>) -> Ending {
        Ending {
            closed: Closed::of(failure),
            answer,
        }
    }
}

async fn room_for(emitter: &SocketEmitter, message: Option<&Message>) {
    if let Some(message) = message {
        emitter.room_for(message).await;
    }
}

impl Track {
    fn close(&self, way: Way, code: u16, reason: &str) {
        self.step(&Step::Closing { way, code, reason });
    }

    fn message(&self, way: Way, message: &Message) {
        self.step(&Step::Message {
            way,
            opcode: message.opcode(),
            data: message.as_bytes(),
        });
    }
}

/// Bytes that are put into the buffer before it is written out.
const BATCH: usize = 64 * 1024;
/// How long a server may take to agree to a close.
const ANSWER: Duration = Duration::from_secs(5);
/// How long the last frames may take to leave.
const LAST_WORD: Duration = Duration::from_secs(1);
