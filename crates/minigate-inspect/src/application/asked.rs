//! One call, made and taken in.

use std::sync::Arc;

use bytes::BytesMut;
use futures_util::StreamExt;
use http::Method;
use minigate_engine::{
    Agreement, Breach, CloseFrame, Closed, Delivery, Engine, Event, Exchange, Expect, Failure, Handshake,
    Head, Outcome, Socket, SocketEvent, Task,
};
use minigate_policy::{Interface, Permit};
use tokio::time::{Instant, timeout_at};

use super::found::Found;
use super::record::Recorder;
use super::{Answer, Content, Extent, Farewell, Open};

/// What one call is made with.
pub(super) struct Asked {
    pub(super) engine: Engine,
    pub(super) handshake: Handshake,
    pub(super) until: Instant,
}

impl Asked {
    pub(super) async fn ask(self, permit: Permit, journal: &Arc<Recorder>) -> Answer {
        let answered = match permit.interface() {
            Interface::ConnectSocket => self.connect(permit).await,
            Interface::Request | Interface::UploadFile | Interface::DownloadFile => self.get(permit).await,
        };
        answered.unwrap_or_else(|failure| match &*failure {
            Failure::Denied(denial) => {
                journal.deny(denial);
                Answer::Refused
            }
            Failure::HandshakeRefused { .. }
            | Failure::Broken {
                breach: Breach::NotUpgraded { .. },
                ..
            } => Answer::NotUpgraded {
                told: (&*failure).into(),
            },
            failure => Answer::Failed { told: failure.into() },
        })
    }

    async fn get(&self, permit: Permit) -> Result<Answer, Box<Failure>> {
        let profile = permit.policy().profile().clone();
        let exchange = Exchange {
            delivery: Delivery::Chunked,
            expect: Expect::Bytes,
            ..Exchange::new(Method::GET)
        };
        let intake = take_in(self.engine.start(permit, exchange)).await?;
        let head = intake.head.ok_or_else(ended)?;
        Ok(Answer::Http(Content::read(&Found {
            content_type: head.fields.get("content-type").as_deref(),
            body: intake.body.freeze(),
            extent: intake.extent,
            fallback: &profile.fallback_charset,
        })))
    }

    /// Opens a socket, and closes it as soon as it stands.
    async fn connect(&self, permit: Permit) -> Result<Answer, Box<Failure>> {
        let mut socket = self.engine.connect(permit, self.handshake.clone());
        let agreement = opened(&mut socket).await?;
        // A server that has closed it already is told next.
        let _ = socket.close(CloseFrame::default());
        let farewell = timeout_at(self.until, socket.closed()).await.ok().flatten();
        Ok(Answer::Open(Open {
            protocol: agreement.protocol,
            deflate: agreement.deflate,
            farewell: farewell.map_or(Farewell::Unanswered, Farewell::of),
        }))
    }
}

/// Waits for a handshake, which has a time-out of its own.
async fn opened(socket: &mut Socket) -> Result<Agreement, Box<Failure>> {
    while let Some(event) = socket.next().await {
        match event {
            SocketEvent::Opened(agreement) => return Ok(*agreement),
            SocketEvent::Closed(closed) => return Err(closed.failure.map_or_else(ended, Box::new)),
            SocketEvent::Accepted | SocketEvent::Message(_) | SocketEvent::Sent(_) => {}
        }
    }
    Err(ended())
}

impl Farewell {
    fn of(closed: Closed) -> Self {
        match closed.failure {
            None if closed.code == CloseFrame::default().code() => Self::Agreed,
            None => Self::ByServer {
                code: closed.code,
                reason: closed.reason,
            },
            Some(Failure::SocketUnanswered { .. }) => Self::Unanswered,
            Some(failure) => Self::Broken {
                told: (&failure).into(),
            },
        }
    }
}

/// The engine's runtime ends before the call does.
fn ended() -> Box<Failure> {
    Box::new(Failure::Aborted)
}

/// As much of an answer as is read.
struct Intake {
    head: Option<Head>,
    body: BytesMut,
    extent: Extent,
}

/// Takes an answer in, up to its end or to the bound, where the call is given up.
async fn take_in(mut task: Task) -> Result<Intake, Box<Failure>> {
    let mut intake = Intake {
        head: None,
        body: BytesMut::new(),
        extent: Extent::Start,
    };
    while let Some(event) = task.next().await {
        match event {
            Event::Headers(head) => intake.head = Some(head),
            Event::Chunk(piece) => {
                let room = BODY - intake.body.len();
                intake
                    .body
                    .extend_from_slice(&piece.slice(..room.min(piece.len())));
                if piece.len() > room {
                    return Ok(intake);
                }
            }
            Event::Progress(_) => {}
            Event::Settled(outcome) => intake.extent = intake.extent_at(*outcome)?,
        }
    }
    Ok(intake)
}

impl Intake {
    /// An answer that has begun is one, although a call waits longer for its end than a check does.
    fn extent_at(&self, outcome: Outcome) -> Result<Extent, Box<Failure>> {
        match outcome {
            Ok(_) => Ok(Extent::Whole),
            Err(Failure::TimedOut { .. }) if self.head.is_some() => Ok(Extent::Unfinished),
            Err(failure) => Err(Box::new(failure)),
        }
    }
}

/// Bytes of a body that are read, content codings undone.
const BODY: usize = 256 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_that_closes_first_is_told_with_its_code() {
        let closed = |code, failure| Closed {
            code,
            reason: "log in first".to_owned(),
            failure,
        };
        let cut = Failure::SocketBroken {
            host: "api.example.com".to_owned(),
            code: 1006,
            reason: "cut".to_owned(),
        };

        let by_server = Farewell::of(closed(1008, None));
        let broken = Farewell::of(closed(1006, Some(cut)));

        assert_eq!(
            by_server,
            Farewell::ByServer {
                code: 1008,
                reason: "log in first".to_owned()
            }
        );
        assert!(matches!(broken, Farewell::Broken { .. }));
        assert_eq!(Farewell::of(closed(1000, None)), Farewell::Agreed);
    }
}
