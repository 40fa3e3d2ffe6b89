use std::net::{IpAddr, SocketAddr};
use std::sync::{Mutex, PoisonError};

use bytes::Bytes;
use http::HeaderMap;
use minigate_engine::{AddressSource, CallId, Decoding, Journal, Note, Step, Way};
use minigate_tls::CertificateFault;
use tokio::sync::Notify;
use tokio::time::Instant;

/// A step, kept.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Entry {
    Called,
    Noted(Note),
    Queued,
    Started,
    Dialling,
    Resolved(Vec<IpAddr>, AddressSource),
    Connected(SocketAddr),
    Secured(Option<String>, Option<CertificateFault>),
    Reused(Option<CertificateFault>),
    Asked(Vec<(String, String)>),
    Uploaded(Bytes),
    Received(Bytes),
    Opened,
    Message(Way, u8, Bytes),
    Closed(u16),
    Sent,
    FirstByte(u16),
    Redirected(u16, String),
    Done(u64),
    Decoded(Decoding),
    Settled,
    Unknown,
}

/// A journal that remembers everything.
#[derive(Default)]
pub(crate) struct Recorder {
    entries: Mutex<Vec<(CallId, Instant, Entry)>>,
    changed: Notify,
    wants_bodies: bool,
}

impl Recorder {
    /// One that remembers what goes over the wire, too.
    pub(crate) fn of_bodies() -> Self {
        Self {
            wants_bodies: true,
            ..Self::default()
        }
    }

    /// All steps of all calls, in order.
    pub(crate) fn all(&self) -> Vec<Entry> {
        self.read().iter().map(|(_, _, entry)| entry.clone()).collect()
    }

    /// The steps of one call.
    pub(crate) fn of(&self, call: CallId) -> Vec<Entry> {
        let mut entries = self.read();
        entries.retain(|(own, _, _)| *own == call);
        entries.into_iter().map(|(_, _, entry)| entry).collect()
    }

    /// The steps of one call by their names.
    pub(crate) fn names(&self, call: CallId) -> Vec<String> {
        let name = |entry: &Entry| {
            format!("{entry:?}")
                .split('(')
                .next()
                .unwrap_or_default()
                .to_owned()
        };
        self.of(call).iter().map(name).collect()
    }

    /// How many steps are like this.
    pub(crate) fn count(&self, is_like: impl Fn(&Entry) -> bool) -> usize {
        self.all().iter().filter(|entry| is_like(entry)).count()
    }

    /// How many connections were made.
    pub(crate) fn connections(&self) -> usize {
        self.count(|entry| matches!(entry, Entry::Connected(_)))
    }

    /// What was corrected or left out.
    pub(crate) fn notes(&self) -> Vec<Note> {
        let note = |entry: Entry| match entry {
            Entry::Noted(note) => Some(note),
            _ => None,
        };
        self.all().into_iter().filter_map(note).collect()
    }

    /// Waits until so many steps are like this.
    pub(crate) async fn until(&self, number: usize, is_like: impl Fn(&Entry) -> bool) {
        self.reach(|| self.count(&is_like) >= number).await;
    }

    /// Waits until a call has taken such a step.
    pub(crate) async fn until_call(&self, call: CallId, is_like: impl Fn(&Entry) -> bool) {
        self.reach(|| self.of(call).iter().any(&is_like)).await;
    }

    async fn reach(&self, is_there: impl Fn() -> bool) {
        loop {
            let changed = self.changed.notified();
            if is_there() {
                return;
            }
            changed.await;
        }
    }

    /// `Called` comes first, `Settled` last, both once, and time never runs back.
    pub(crate) fn assert_complete(&self, call: CallId) {
        let mut entries = self.read();
        entries.retain(|(own, _, _)| *own == call);
        let times: Vec<_> = entries.iter().map(|(_, at, _)| *at).collect();
        let steps = self.of(call);
        let number = |like: &Entry| steps.iter().filter(|entry| *entry == like).count();
        assert_eq!(steps.first(), Some(&Entry::Called), "{steps:?}");
        assert_eq!(steps.last(), Some(&Entry::Settled), "{steps:?}");
        assert_eq!(
            (number(&Entry::Called), number(&Entry::Settled)),
            (1, 1),
            "{steps:?}"
        );
        assert!(times.is_sorted(), "{times:?}");
    }

    fn read(&self) -> Vec<(CallId, Instant, Entry)> {
        self.entries
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

impl Journal for Recorder {
    fn record(&self, call: CallId, at: Instant, step: &Step<'_>) {
        self.entries
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push((call, at, Entry::of(step)));
        self.changed.notify_waiters();
    }

    fn wants_bodies(&self) -> bool {
        self.wants_bodies
    }
}

fn fields(headers: &HeaderMap) -> Vec<(String, String)> {
    let text = |value: &http::HeaderValue| value.to_str().unwrap().to_owned();
    headers
        .iter()
        .map(|(name, value)| (name.to_string(), text(value)))
        .collect()
}

impl Entry {
    fn of(step: &Step<'_>) -> Self {
        match step {
            Step::Called { .. } => Self::Called,
            Step::Noted(note) => Self::Noted((*note).clone()),
            Step::Queued => Self::Queued,
            Step::Started => Self::Started,
            Step::Resolved {
                addresses, source, ..
            } => Self::Resolved(addresses.to_vec(), *source),
            Step::Connected { peer } => Self::Connected(*peer),
            Step::Secured { protocol, spared, .. } => {
                Self::Secured(protocol.map(str::to_owned), spared.cloned())
            }
            Step::Reused { spared, .. } => Self::Reused(spared.cloned()),
            Step::Dialling => Self::Dialling,
            Step::Asked { headers, .. } => Self::Asked(fields(headers)),
            Step::Uploaded(piece) => Self::Uploaded((*piece).clone()),
            Step::Received(piece) => Self::Received((*piece).clone()),
            Step::Sent { .. } => Self::Sent,
            Step::FirstByte { head } => Self::FirstByte(head.status.as_u16()),
            Step::Redirected { status, verdict } => Self::Redirected(status.as_u16(), verdict.url.clone()),
            Step::Done { bytes } => Self::Done(*bytes),
            Step::Decoded(decoding) => Self::Decoded((*decoding).clone()),
            Step::Settled(_) => Self::Settled,
            Step::Opened(_) => Self::Opened,
            Step::Message { way, opcode, data } => Self::Message(*way, *opcode, Bytes::copy_from_slice(data)),
            Step::Closed(closed) => Self::Closed(closed.code),
            _ => Self::Unknown,
        }
    }
}
