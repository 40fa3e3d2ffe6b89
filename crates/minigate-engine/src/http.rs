//! One call over HTTP, hop by hop.

mod body;
mod breach;
mod headers;
mod redirect;

use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, Version};
use hyper::body::Incoming;
use hyper::client::conn::TrySendError;
use minigate_policy::Permit;

use crate::decode;
use crate::dial::{Dialer, Freshness, Lease, Outgoing, Sender};
use crate::journal::track::Track;
use crate::task::Emitter;
use crate::{
    Body, Delivery, Event, Exchange, Expect, Failure, Fields, Head, Limits, Outcome, Phase, Protocol,
    Redirect, Reply, Step, Timing,
};
use body::{Delivered, Read};

/// Carries out the calls of one app.
pub(crate) struct Carrier {
    dialer: Dialer,
    limits: Limits,
    user_agent: Option<HeaderValue>,
}

/// One hop of a call: where to, and with which message.
struct Hop {
    permit: Permit,
    method: Method,
    headers: HeaderMap,
    body: Bytes,
    protocol: Protocol,
}

/// The head of an answer, and the connection that its body still comes over.
struct Answer {
    head: Head,
    response: Response<Incoming>,
    lease: Lease,
    /// Bytes sent and received on the connection before this exchange.
    before: (u64, u64),
}

impl Carrier {
    pub(crate) fn new(dialer: Dialer, limits: Limits, user_agent: Option<HeaderValue>) -> Self {
        Self {
            dialer,
            limits,
            user_agent,
        }
    }

    /// Follows the call to its last hop and takes the answer in.
    pub(crate) async fn carry_out(
        &self,
        permit: Permit,
        exchange: Exchange,
        emitter: &Emitter,
        track: &Arc<Track>,
    ) -> Outcome {
        if exchange.method == Method::CONNECT {
            return Err(Failure::MethodRefused {
                method: exchange.method.to_string(),
            });
        }
        let mut hops = vec![permit.verdict().clone()];
        let headers = headers::prepare(exchange.headers, &permit, self.user_agent.as_ref(), track);
        let mut hop = Hop {
            permit,
            method: exchange.method,
            headers,
            body: exchange.body,
            protocol: exchange.protocol,
        };
        loop {
            let answer = self.exchange(&hop, track).await?;
            let location = redirect::location(&answer.head).filter(|_| exchange.redirect == Redirect::Follow);
            let Some(location) = location else {
                return self
                    .take_in(
                        &hop,
                        answer,
                        hops,
                        exchange.delivery,
                        exchange.expect,
                        emitter,
                        track,
                    )
                    .await;
            };
            let status = answer.head.status;
            let next = hop.permit.follow(&location)?;
            track.redirected(status, next.verdict());
            hops.push(next.verdict().clone());
            self.finish(answer, track).await;
            hop = redirect::next(hop, status, next);
        }
    }

    /// Sends one hop's message and waits for the head of its answer.
    ///
    /// A connection that has served before may be closing at the very moment; where nothing of an answer has come
    /// and repeating can do no harm, the message goes out once more on a new connection.
    async fn exchange(&self, hop: &Hop, track: &Arc<Track>) -> Result<Answer, Failure> {
        let answered = match self.attempt(hop, Freshness::Any, track).await {
            Err(Unanswered { repeatable: true, .. }) => self.attempt(hop, Freshness::New, track).await,
            answered => answered,
        };
        answered.map_err(|unanswered| unanswered.failure)
    }

    async fn attempt(
        &self,
        hop: &Hop,
        freshness: Freshness,
        track: &Arc<Track>,
    ) -> Result<Answer, Unanswered> {
        track.begin();
        let leased = self
            .dialer
            .lease(&hop.permit, hop.protocol, freshness, track)
            .await;
        let lease = leased.map_err(|failure| Unanswered {
            failure,
            repeatable: false,
        })?;
        self.send(hop, lease, track).await
    }

    async fn send(&self, hop: &Hop, mut lease: Lease, track: &Arc<Track>) -> Result<Answer, Unanswered> {
        let meter = Arc::clone(&lease.connection.link.meter);
        let before = meter.counts();
        track.enter(Phase::Head);
        let sent = match &mut lease.connection.sender {
            Sender::Http1(sender) => {
                meter.keep_head();
                sender.try_send_request(hop.request(Form::Origin, track)).await
            }
            Sender::Http2(sender) => sender.try_send_request(hop.request(Form::Absolute, track)).await,
        };
        let response = sent.map_err(|error| {
            let silent = meter.counts().1 == before.1;
            Unanswered::of(hop, error, lease.reused, silent)
        })?;
        if response.status() == StatusCode::SWITCHING_PROTOCOLS {
            return Err(Unanswered {
                failure: breach::unasked_switch(hop.host()),
                repeatable: false,
            });
        }
        let head = Head {
            status: response.status(),
            fields: meter
                .take_fields()
                .unwrap_or_else(|| Fields::of(response.headers())),
            version: response.version(),
        };
        track.answered(&head);
        Ok(Answer {
            head,
            response,
            lease,
            before,
        })
    }

    /// Takes the body of the last hop's answer in and makes of it what the app wants.
    #[expect(clippy::too_many_arguments, reason = "the parts of one call, which end here")]
    async fn take_in(
        &self,
        hop: &Hop,
        answer: Answer,
        hops: Vec<minigate_policy::Verdict>,
        delivery: Delivery,
        expect: Expect,
        emitter: &Emitter,
        track: &Track,
    ) -> Outcome {
        let Answer {
            head,
            response,
            lease,
            before,
        } = answer;
        emitter.emit(Event::Headers(head.clone()));
        track.enter(Phase::Body);
        let is_whole = delivery == Delivery::Whole || hop.permit.policy().profile().chunked_data;
        let delivered = Delivered {
            pieces: (delivery == Delivery::Chunked).then_some(emitter),
            whole: is_whole.then_some(self.limits.body),
        };
        let Read {
            collected: body,
            bytes,
        } = body::read(response, hop.host(), delivered, track).await?;
        track.done(&lease, before, bytes);
        self.give_back(lease, track);
        let body = match expect {
            Expect::Bytes => Body::Bytes(body),
            Expect::Text => to_text(&body, &head, hop, track)?,
        };
        Ok(Reply {
            head,
            body,
            timing: track.timing(),
            hops,
        })
    }

    /// Lets go of a redirect's answer; its connection is kept where its body is at hand.
    async fn finish(&self, answer: Answer, track: &Track) {
        if body::discard(answer.response, track).await {
            self.give_back(answer.lease, track);
        }
    }

    /// Keeps a connection, unless the server answered before it had the whole request: it may never read the rest.
    fn give_back(&self, lease: Lease, track: &Track) {
        if track.timing().request_end.is_some() {
            self.dialer.give_back(lease);
        }
    }
}

/// An exchange that brought no answer.
struct Unanswered {
    failure: Failure,
    repeatable: bool,
}

impl Unanswered {
    /// `silent` where not a byte of an answer came.
    fn of(hop: &Hop, mut error: TrySendError<Request<Outgoing>>, reused: bool, silent: bool) -> Self {
        let unsent = error.take_message().map(|request| request.into_body().withdraw());
        let error = error.into_error();
        let closing = reused && (unsent.is_some() || silent && hop.method.is_idempotent());
        Self {
            repeatable: closing || breach::is_refusal(&error),
            failure: breach::during_head(hop.host(), &error, silent),
        }
    }
}

/// The form of a request target: HTTP/1.1 sends the path, h2 wants all parts.
#[derive(Clone, Copy)]
enum Form {
    Origin,
    Absolute,
}

impl Form {
    const fn version(self) -> Version {
        match self {
            Self::Origin => Version::HTTP_11,
            Self::Absolute => Version::HTTP_2,
        }
    }
}

impl Hop {
    fn host(&self) -> &str {
        self.permit.target().host_str()
    }

    fn request(&self, form: Form, track: &Arc<Track>) -> Request<Outgoing> {
        let url = self.permit.target().url();
        let mut request = Request::new(Outgoing::new(self.body.clone(), track));
        *request.method_mut() = self.method.clone();
        *request.headers_mut() = self.headers.clone();
        let target = match form {
            Form::Origin => &url[url::Position::BeforePath..url::Position::AfterQuery],
            Form::Absolute => url.as_str(),
        };
        // A target's URL is ASCII and short enough for every request target, so this can't fail.
        *request.uri_mut() = target.parse().unwrap_or_default();
        if matches!(form, Form::Origin) {
            request.headers_mut().extend(headers::host(url));
        }
        request
            .headers_mut()
            .extend(headers::length(&self.method, &self.body));
        track.detail(&Step::Asked {
            method: request.method(),
            url,
            version: form.version(),
            headers: request.headers(),
        });
        request
    }
}

fn to_text(body: &Bytes, head: &Head, hop: &Hop, track: &Track) -> Result<Body, Failure> {
    let profile = hop.permit.policy().profile();
    let content_type = head.fields.get("content-type");
    let (text, decoding) = decode::to_text(
        body,
        content_type.as_deref(),
        &profile.fallback_charset,
        profile.undecodable,
    )?;
    track.step(&Step::Decoded(&decoding));
    Ok(Body::Text(text, decoding))
}

impl Track {
    /// A hop begins, or begins again: what is known of a connection is that of the last one.
    fn begin(&self) {
        self.time(|timing, now| {
            *timing = Timing {
                invoked: timing.invoked,
                started: timing.started,
                redirect_start: timing.redirect_start,
                redirect_end: timing.redirect_end,
                fetch_start: timing.fetch_start.or(Some(now)),
                ..Timing::default()
            };
        });
    }

    fn answered(&self, head: &Head) {
        self.time(|timing, now| timing.response_start = Some(now));
        self.step(&Step::FirstByte { head });
    }

    fn redirected(&self, status: StatusCode, verdict: &minigate_policy::Verdict) {
        self.time(|timing, now| {
            timing.redirect_start = timing.redirect_start.or(timing.fetch_start);
            timing.fetch_start = None;
            timing.redirect_end = Some(now);
        });
        self.step(&Step::Redirected { status, verdict });
    }

    fn done(&self, lease: &Lease, before: (u64, u64), bytes: usize) {
        let (sent, received) = lease.connection.link.meter.counts();
        self.time(|timing, now| {
            timing.response_end = Some(now);
            timing.sent = sent - before.0;
            timing.received = received - before.1;
        });
        self.step(&Step::Done { bytes });
    }
}
