//! The app's calls of the network: from what the prelude hands over to the engine, and back.

use std::{
    cell::RefCell,
    collections::BTreeMap,
    pin::Pin,
    rc::Rc,
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use futures_util::{Stream, StreamExt, stream::SelectAll};
use http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use minigate_engine::{CallId, Delivery, Engine, Event, Exchange, Expect, Note, Protocol, Redirect, Task};
use minigate_policy::{Call, Interface, Policy};
use rquickjs::{Object, Result};

use crate::limits::{Limit, Limits};

/// All calls that have not settled.
pub(crate) struct Calls {
    pub(crate) engine: Engine,
    pub(crate) policy: Policy,
    last_id: u64,
    bytes: usize,
    running: BTreeMap<u64, Running>,
    events: SelectAll<Numbered>,
}

struct Running {
    task: SharedTask,
    wanted: Wanted,
    bytes: usize,
}

/// How the app wants the answer of a call.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wanted {
    /// The call's name in the journal.
    pub(crate) call: CallId,
    /// Text is JSON, if it can be read as such.
    pub(crate) json: bool,
    /// With the times of its steps.
    pub(crate) profile: bool,
    /// The head as soon as it is there; most apps don't listen, and then it need not become JavaScript twice.
    pub(crate) headers: bool,
}

impl Calls {
    pub(crate) fn new(engine: Engine, policy: Policy) -> Self {
        Self {
            engine,
            policy,
            last_id: 0,
            bytes: 0,
            running: BTreeMap::new(),
            events: SelectAll::new(),
        }
    }

    /// Starts a call that the prelude has read, and gives its number.
    ///
    /// # Errors
    ///
    /// The limit that another call would break.
    pub(super) fn start(&mut self, request: Request, limits: &Limits) -> std::result::Result<u64, Limit> {
        if self.running.len() >= limits.pending_calls {
            return Err(Limit::PendingCalls {
                count: limits.pending_calls,
            });
        }
        let bytes = request.bytes;
        if self.bytes + bytes > limits.pending_bytes {
            return Err(Limit::PendingBytes {
                bytes: limits.pending_bytes,
            });
        }
        let task = match self.policy.judge(&request.call) {
            Ok(permit) => self.engine.start(permit, request.exchange),
            Err(denial) => self.engine.refuse(denial, &request.exchange.method),
        };
        let wanted = Wanted {
            call: task.call(),
            json: request.wants_json,
            profile: request.wants_profile,
            headers: false,
        };
        Ok(self.add(task, wanted, bytes))
    }

    /// Ends a call; it settles as aborted, unless it has settled already.
    pub(super) fn abort(&self, id: u64) {
        if let Some(running) = self.running.get(&id) {
            running.task.borrow().abort();
        }
    }

    /// Notes that the app listens for the head of a call.
    pub(super) fn want_headers(&mut self, id: u64) {
        if let Some(running) = self.running.get_mut(&id) {
            running.wanted.headers = true;
        }
    }

    /// The next event of any call, with its number and what the app wants of it.
    pub(crate) fn poll_event(&mut self, cx: &mut Context<'_>) -> Poll<(u64, Wanted, Option<Event>)> {
        let Poll::Ready(Some((id, event))) = self.events.poll_next_unpin(cx) else {
            return Poll::Pending;
        };
        let wanted = self.running.get(&id).map(|running| running.wanted);
        if matches!(event, None | Some(Event::Settled(_))) {
            self.forget(id);
        }
        wanted.map_or(Poll::Pending, |wanted| Poll::Ready((id, wanted, event)))
    }

    /// How many calls have not settled.
    pub(crate) fn len(&self) -> usize {
        self.running.len()
    }

    fn add(&mut self, task: Task, wanted: Wanted, bytes: usize) -> u64 {
        self.last_id += 1;
        let task = Rc::new(RefCell::new(task));
        self.events.push(Numbered {
            id: self.last_id,
            task: Some(Rc::clone(&task)),
        });
        self.running.insert(self.last_id, Running { task, wanted, bytes });
        self.bytes += bytes;
        self.last_id
    }

    fn forget(&mut self, id: u64) {
        if let Some(running) = self.running.remove(&id) {
            self.bytes -= running.bytes;
        }
    }
}

type SharedTask = Rc<RefCell<Task>>;

/// A call's events with its number; a last item without an event where it ended without settling.
struct Numbered {
    id: u64,
    task: Option<SharedTask>,
}

impl Stream for Numbered {
    type Item = (u64, Option<Event>);

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let Some(task) = &self.task else {
            return Poll::Ready(None);
        };
        let polled = task.borrow_mut().poll_next_unpin(cx);
        polled.map(|event| {
            if matches!(event, None | Some(Event::Settled(_))) {
                self.task = None;
            }
            Some((self.id, event))
        })
    }
}

/// A `wx.request` as the prelude has read it.
pub(super) struct Request {
    call: Call,
    exchange: Exchange,
    /// How many bytes of memory its body takes.
    bytes: usize,
    wants_json: bool,
    wants_profile: bool,
}

impl Request {
    /// Takes the prelude's payload, an object without prototype and getters.
    pub(super) fn read(payload: &Object<'_>) -> Result<Self> {
        let url: String = payload.get("url")?;
        let mut notes = Vec::new();
        let timeout = read_timeout(payload.get("timeout")?, &mut notes);
        let ignored: String = payload.get("ignored")?;
        notes.extend(ignored.lines().map(|name| Note::OptionIgnored {
            name: name.to_owned(),
        }));
        let mut exchange = Exchange::new(read_method(&payload.get::<_, String>("method")?));
        exchange.headers = read_headers(&payload.get::<_, String>("header")?, &mut notes);
        let body = read_body(payload.get("body")?, payload.get("isBinary")?);
        let bytes = body.len();
        exchange.body = body.into();
        exchange.notes = notes;
        let flag = |name: &str| payload.get::<_, bool>(name);
        exchange.redirect = if flag("isManual")? {
            Redirect::Manual
        } else {
            Redirect::Follow
        };
        exchange.delivery = if flag("isChunked")? {
            Delivery::Chunked
        } else {
            Delivery::Whole
        };
        exchange.expect = if flag("wantsBytes")? {
            Expect::Bytes
        } else {
            Expect::Text
        };
        exchange.protocol = if flag("wantsHttp2")? {
            Protocol::Http2
        } else {
            Protocol::Http1
        };
        Ok(Self {
            call: Call::new(Interface::Request, url).with_timeout(timeout),
            exchange,
            bytes,
            wants_json: flag("wantsJson")?,
            wants_profile: flag("wantsProfile")?,
        })
    }
}

fn read_timeout(asked: Option<f64>, notes: &mut Vec<Note>) -> Option<Duration> {
    // Libraries write 0 for "none".
    let asked = asked.filter(|asked| *asked != 0.0)?;
    if asked.is_finite() && asked > 0.0 {
        let usable = asked.clamp(1.0, LONGEST_TIMEOUT);
        return Some(Duration::from_secs_f64(usable / 1000.0));
    }
    notes.push(Note::TimeoutIgnored {
        value: asked.to_string(),
    });
    None
}

/// The prelude lets only the platform's methods through.
fn read_method(name: &str) -> Method {
    Method::from_bytes(name.as_bytes()).unwrap_or(Method::GET)
}

/// Reads lines that are names and values in turn; the `referer` is the platform's alone (rule N3).
fn read_headers(lines: &str, notes: &mut Vec<Note>) -> HeaderMap {
    let mut headers = HeaderMap::new();
    let mut lines = lines.lines();
    while let (Some(name), Some(value)) = (lines.next(), lines.next()) {
        let field = (
            HeaderName::from_bytes(name.as_bytes()),
            HeaderValue::from_bytes(value.as_bytes()),
        );
        match field {
            (Ok(header::REFERER), _) => notes.push(Note::RefererDropped {
                name: name.to_owned(),
            }),
            (Ok(field), Ok(value)) => drop(headers.insert(field, value)),
            _ => notes.push(Note::HeaderDropped {
                name: name.to_owned(),
            }),
        }
    }
    headers
}

/// Bytes come as characters below 256, text as itself.
fn read_body(body: String, is_binary: bool) -> Bytes {
    if is_binary {
        body.chars().map(|c| c as u32 as u8).collect()
    } else {
        Bytes::from(body)
    }
}

/// The longest time that a timer of the platform takes, in ms.
const LONGEST_TIMEOUT: f64 = 2_147_483_647.0;
