//! One call over HTTP, hop by hop.

mod body;
mod breach;
mod depot;
pub(crate) mod headers;
mod redirect;

use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, Version};
use hyper::body::{Body as _, Incoming};
use hyper::client::conn::TrySendError;
use minigate_policy::{Interface, Permit};

use crate::decode;
use crate::dial::{Dialer, Freshness, Lease, Listener, Meter, Outgoing, Sender};
use crate::journal::track::Track;
use crate::payload::Load;
use crate::progress::Gauge;
use crate::task::Emitter;
use crate::{
    Body, Breach, Delivery, Event, Exchange, Expect, Failure, Fields, Head, Limits, Outcome, Payload, Phase,
    Protocol, Redirect, Reply, Step, Timing,
};
use body::{Content, Delivered, Kept, Read};
pub(crate) use breach::during_head;
use depot::{Bounds, Depot};

/// Carries out the calls of one app.
pub(crate) struct Carrier {
    pub(crate) dialer: Dialer,
    pub(crate) limits: Limits,
    pub(crate) user_agent: Option<HeaderValue>,
}

/// One hop of a call: where to, and with which message.
struct Hop {
    permit: Permit,
    method: Method,
    headers: HeaderMap,
    body: Payload,
    protocol: Protocol,
    listener: Listener,
}

/// How the answer to a call is wanted, and by whom.
struct Wish<'a> {
    delivery: Delivery,
    expect: Expect,
    emitter: &'a Emitter,
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
        let gauge = exchange.body.is_stream().then(|| Arc::new(Gauge::new(emitter)));
        let listener = Listener {
            track: Arc::clone(track),
            gauge,
            fault: Arc::default(),
        };
        let wish = Wish {
            delivery: exchange.delivery,
            expect: exchange.expect,
            emitter,
        };
        let mut hop = Hop {
            permit,
            method: exchange.method,
            headers,
            body: exchange.body,
            protocol: exchange.protocol,
            listener,
        };
        loop {
            let answer = self.exchange(&hop, track).await?;
            let location = redirect::location(&answer.head).filter(|_| exchange.redirect == Redirect::Follow);
            let Some(location) = location else {
                let taken = self.take_in(&hop, answer, hops, wish, track).await;
                return taken.map_err(|failure| hop.cause(failure));
            };
            let status = answer.head.status;
            let next = hop.permit.follow(&location)?;
            self.finish(answer, track).await;
            track.redirected(status, next.verdict());
            hops.push(next.verdict().clone());
            hop = redirect::next(hop, status, next);
        }
    }

    /// Sends one hop's message and waits for the head of its answer.
    ///
    /// A connection that has served before may be closing at the very moment; where nothing of an answer has come
    /// and repeating can do no harm, the message goes out once more on a new connection.
    async fn exchange(&self, hop: &Hop, track: &Arc<Track>) -> Result<Answer, Failure> {
        self.dialer.rehearse(&hop.permit, &hop.method, track).await?;
        let answered = match self.attempt(hop, Freshness::Any, track).await {
            Err(Unanswered { repeatable: true, .. }) => self.attempt(hop, Freshness::New, track).await,
            answered => answered,
        };
        answered.map_err(|unanswered| hop.cause(unanswered.failure))
    }

    async fn attempt(
        &self,
        hop: &Hop,
        freshness: Freshness,
        track: &Arc<Track>,
    ) -> Result<Answer, Unanswered> {
        track.begin();
        let limit = hop.permit.policy().profile().upload_max_bytes;
        let load = hop.body.load(limit).await.map_err(Unanswered::for_good)?;
        let leased = self
            .dialer
            .lease(&hop.permit, hop.protocol, freshness, track)
            .await;
        self.send(hop, load, leased.map_err(Unanswered::for_good)?, track)
            .await
    }

    async fn send(
        &self,
        hop: &Hop,
        load: Load,
        mut lease: Lease,
        track: &Track,
    ) -> Result<Answer, Unanswered> {
        let body = Outgoing::new(load, hop.listener.clone());
        let meter = Arc::clone(&lease.connection.link.meter);
        track.ride(lease.connection.link.record());
        let before = meter.counts();
        track.enter(Phase::Head);
        let sent = match &mut lease.connection.sender {
            Sender::Http1(sender) => {
                meter.keep_head();
                sender.try_send_request(hop.request(Form::Origin, body)).await
            }
            Sender::Http2(sender) => sender.try_send_request(hop.request(Form::Absolute, body)).await,
        };
        let response = sent.map_err(|error| {
            let silent = meter.counts().1 == before.1;
            let unanswered = Unanswered::of(hop, error, lease.reused, silent);
            unanswered
                .or_too_long(hop, &meter)
                .explained_by(&lease, hop.host())
        })?;
        if response.status() == StatusCode::SWITCHING_PROTOCOLS {
            return Err(Unanswered::for_good(breach::unasked_switch(hop.host())));
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
    async fn take_in(
        &self,
        hop: &Hop,
        answer: Answer,
        hops: Vec<minigate_policy::Verdict>,
        wish: Wish<'_>,
        track: &Track,
    ) -> Outcome {
        let Answer {
            head,
            response,
            lease,
            before,
        } = answer;
        wish.emitter.emit(Event::Headers(head.clone()));
        track.enter(Phase::Body);
        let is_text = matches!(wish.expect, Expect::Text);
        let delivered = self.delivered(hop, &head, &response, wish).await?;
        let Read { content, bytes } = body::read(response, hop.host(), delivered, track)
            .await
            .map_err(|failure| lease.connection.link.explain(hop.host(), failure))?;
        track.done(&lease, before, bytes);
        self.give_back(lease, track);
        let body = match content {
            Content::Stored(stored) => Body::Stored(stored),
            Content::Bytes(body) if is_text => to_text(&body, &head, hop, track)?,
            Content::Bytes(body) => Body::Bytes(body),
        };
        Ok(Reply {
            head,
            body,
            timing: track.timing(),
            hops,
        })
    }

    /// Who gets the bytes of a body.
    async fn delivered<'a>(
        &self,
        hop: &Hop,
        head: &Head,
        response: &Response<Incoming>,
        wish: Wish<'a>,
    ) -> Result<Delivered<'a>, Failure> {
        let profile = hop.permit.policy().profile();
        if let Expect::Stored(receiver) = wish.expect {
            let bounds = Bounds {
                expected: length(response),
                limit: profile.download_max_bytes,
                refuses_empty: profile.empty_download_fails,
            };
            let depot = Depot::open(receiver, head, bounds, Gauge::new(wish.emitter)).await?;
            return Ok(Delivered {
                pieces: None,
                kept: Kept::Stored(Box::new(depot)),
            });
        }
        let is_whole = wish.delivery == Delivery::Whole || profile.chunked_data;
        Ok(Delivered {
            pieces: (wish.delivery == Delivery::Chunked).then_some(wish.emitter),
            kept: if is_whole {
                Kept::Whole(self.limits.body)
            } else {
                Kept::No
            },
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
    const fn for_good(failure: Failure) -> Self {
        Self {
            failure,
            repeatable: false,
        }
    }

    /// `silent` where not a byte of an answer came.
    fn of(hop: &Hop, mut error: TrySendError<Request<Outgoing>>, reused: bool, silent: bool) -> Self {
        let unsent = error.take_message().map(|request| request.into_body().withdraw());
        let error = error.into_error();
        let closing = reused && (unsent.is_some() || silent && hop.method.is_idempotent());
        Self {
            repeatable: closing || breach::is_refusal(&error),
            failure: during_head(hop.host(), &error, silent),
        }
    }
}

impl Unanswered {
    /// A length that hyper can't count looks like too large a head to it.
    fn or_too_long(self, hop: &Hop, meter: &Meter) -> Self {
        let is_large = matches!(
            self.failure,
            Failure::Broken {
                breach: Breach::HeadTooLarge,
                ..
            }
        );
        let fields = is_large.then(|| meter.take_fields()).flatten();
        if fields.is_some_and(|fields| breach::is_beyond_count(&fields)) {
            return Self::for_good(hop.too_long());
        }
        self
    }

    /// The network's own end explains all others, and nothing is repeated on the next network by itself.
    fn explained_by(self, lease: &Lease, host: &str) -> Self {
        Self {
            repeatable: self.repeatable && lease.connection.link.cut().is_none(),
            failure: lease.connection.link.explain(host, self.failure),
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

    /// What an answer comes to whose length is beyond all limits.
    fn too_long(&self) -> Failure {
        let limit = self.permit.policy().profile().download_max_bytes;
        match limit.filter(|_| self.permit.interface() == Interface::DownloadFile) {
            Some(limit) => Failure::FileTooLarge { limit },
            None => breach::invalid_length(self.host()),
        }
    }

    /// What really made it fail: a body that couldn't be read looks like any other fault of the connection.
    fn cause(&self, failure: Failure) -> Failure {
        self.listener.fault.get().cloned().unwrap_or(failure)
    }

    fn request(&self, form: Form, body: Outgoing) -> Request<Outgoing> {
        let url = self.permit.target().url();
        let length = body.length();
        let mut request = Request::new(body);
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
            .extend(headers::length(&self.method, length));
        self.listener.track.detail(&Step::Asked {
            method: request.method(),
            url,
            version: form.version(),
            headers: request.headers(),
        });
        request
    }
}

/// The size of a body, where that is what comes out of its content codings, too.
fn length(response: &Response<Incoming>) -> Option<u64> {
    let is_coded = response.headers().contains_key(http::header::CONTENT_ENCODING);
    response.body().size_hint().exact().filter(|_| !is_coded)
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

    pub(crate) fn answered(&self, head: &Head) {
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

    fn done(&self, lease: &Lease, before: (u64, u64), bytes: u64) {
        let (sent, received) = lease.connection.link.meter.counts();
        self.time(|timing, now| {
            timing.response_end = Some(now);
            timing.sent = sent - before.0;
            timing.received = received - before.1;
        });
        self.step(&Step::Done { bytes });
    }
}
