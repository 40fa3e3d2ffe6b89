//! One socket, from its permit to its end.

use std::sync::Arc;

use bytes::Bytes;
use hyper_util::rt::TokioIo;
use minigate_policy::Permit;
use tokio::sync::oneshot;

use super::close::ABNORMAL;
use super::frames::Frames;
use super::handshake::{self, Agreed};
use super::session::Session;
use super::{Agreement, Handshake, SocketEmitter, SocketEvent};
use crate::dial::{Record, Upgrading, explain};
use crate::http::{Carrier, during_head};
use crate::journal::track::Track;
use crate::{Body, Cut, Disconnection, Failure, Fields, Head, Outcome, Phase, Reply, Step};

/// A handshake is done: the driver takes the deadline away before the app hears of it.
pub(crate) struct Established(oneshot::Sender<()>);

impl Established {
    pub(crate) fn new() -> (Self, oneshot::Receiver<()>) {
        let (told, heard) = oneshot::channel();
        (Self(told), heard)
    }

    /// Lets the session begin.
    pub(crate) fn go_on(self) {
        // A session that was ended meanwhile has nothing to begin.
        let _ = self.0.send(());
    }
}

/// What a socket's call has to do with the outside.
pub(crate) struct Holder<'a, F> {
    pub(crate) emitter: &'a SocketEmitter,
    pub(crate) track: &'a Arc<Track>,
    /// Tells the driver that the handshake is done.
    pub(crate) establish: F,
}

impl Carrier {
    /// Connects, shakes hands, and carries messages until the end; the answer of the handshake where that was a close.
    pub(crate) async fn hold<F, W>(
        &self,
        permit: Permit,
        handshake: Handshake,
        holder: Holder<'_, F>,
    ) -> Outcome
    where
        F: FnOnce() -> W,
        W: Future<Output = ()>,
    {
        let Holder {
            emitter,
            track,
            establish,
        } = holder;
        track.fetch();
        let host = permit.target().host_str();
        let (request, asked, upgrading) = self.reach(&permit, handshake, track).await?;
        let record = upgrading.record.clone();
        track.ride(record.as_ref());
        let explain = |failure| explain(record.as_deref(), host, failure);
        let (head, agreed, stream) = upgrade(&permit, request, &asked, upgrading, track)
            .await
            .map_err(explain)?;
        let frames = Frames::new(stream, agreed.extension.as_deref(), self.limits.message);
        let frames = frames.map_err(|fault| Failure::SocketBroken {
            host: host.to_owned(),
            code: fault.code,
            reason: fault.reason,
        })?;
        establish().await;
        let agreement = agreement(head, agreed, track);
        track.step(&Step::Opened(&agreement));
        let head = agreement.head.clone();
        emitter.outbox().open();
        emitter.emit(SocketEvent::Opened(Box::new(agreement)));
        let session = Session {
            host,
            frames,
            emitter,
            track,
            leaving: (0, 0),
            held: None,
            farewell: None,
        };
        let closed = session
            .run()
            .await
            .explained(|failure| cut_off(record.as_deref(), host, failure));
        track.step(&Step::Closed(&closed));
        let failure = closed.failure.clone();
        emitter.keep_end(closed);
        failure.map_or_else(|| Ok(reply(head, &permit, track)), Err)
    }

    async fn reach(
        &self,
        permit: &Permit,
        handshake: Handshake,
        track: &Arc<Track>,
    ) -> Result<(http::Request<crate::dial::Nothing>, handshake::Asked, Upgrading), Failure> {
        let delay = handshake.delay;
        let (request, asked) = handshake::request(handshake, permit, self.user_agent.as_ref(), track)?;
        self.dialer.rehearse(permit, request.method(), track).await?;
        // Boxed, since the states of a TLS handshake are large and soon over.
        let upgrading = Box::pin(self.dialer.upgrading(permit, delay, track)).await?;
        Ok((request, asked, upgrading))
    }
}

/// Sends the request and takes the connection over, if the answer is right.
async fn upgrade(
    permit: &Permit,
    request: http::Request<crate::dial::Nothing>,
    asked: &handshake::Asked,
    mut upgrading: Upgrading,
    track: &Track,
) -> Result<(Head, Agreed, TokioIo<hyper::upgrade::Upgraded>), Failure> {
    let host = permit.target().host_str();
    track.enter(Phase::Head);
    track.detail(&Step::Asked {
        method: request.method(),
        url: permit.target().url(),
        version: request.version(),
        headers: request.headers(),
    });
    upgrading.meter.keep_head();
    let before = upgrading.meter.counts().1;
    let mut response = upgrading.sender.send_request(request).await.map_err(|error| {
        let silent = upgrading.meter.counts().1 == before;
        during_head(host, &error, silent)
    })?;
    let head = Head {
        status: response.status(),
        fields: upgrading
            .meter
            .take_fields()
            .unwrap_or_else(|| Fields::of(response.headers())),
        version: response.version(),
    };
    track.answered(&head);
    let agreed = asked.check(host, response.status(), response.headers())?;
    let upgraded = hyper::upgrade::on(&mut response).await;
    let stream = upgraded.map_err(|error| during_head(host, &error, false))?;
    Ok((head, agreed, TokioIo::new(stream)))
}

/// What an open socket ends with whose network went away under it; anything else stays what it is.
fn cut_off(record: Option<&Record>, host: &str, failure: Failure) -> Failure {
    let host = host.to_owned();
    match record.and_then(Record::cut) {
        Some(Cut::Lost) => Failure::SocketCut {
            host,
            how: Disconnection::Lost,
        },
        Some(Cut::Switched) => Failure::SocketCut {
            host,
            how: Disconnection::Switched,
        },
        Some(Cut::Reset) => Failure::SocketBroken {
            host,
            code: ABNORMAL,
            reason: "the connection was reset".to_owned(),
        },
        None => failure,
    }
}

fn agreement(head: Head, agreed: Agreed, track: &Track) -> Agreement {
    Agreement {
        head,
        timing: track.timing(),
        protocol: agreed.protocol,
        deflate: agreed.extension.is_some(),
    }
}

/// The handshake's answer as that of the call.
fn reply(head: Head, permit: &Permit, track: &Track) -> Reply {
    Reply {
        head,
        body: Body::Bytes(Bytes::new()),
        timing: track.timing(),
        hops: vec![permit.verdict().clone()],
    }
}

impl Track {
    fn fetch(&self) {
        self.time(|timing, now| timing.fetch_start = Some(now));
    }
}
