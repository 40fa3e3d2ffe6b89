//! What is known of one hop of a call.

use minigate_engine::{AddressSource, Decoding, Head, Step};
use minigate_har::{SocketMessage, Timings};
use minigate_policy::Verdict;
use serde_json::Value;
use tokio::time::Instant;

use super::kept::{Kept, Room};

/// One hop: a request and what came of it, as far as it has got.
pub(super) struct Hop {
    pub(super) method: String,
    pub(super) url: String,
    pub(super) version: http::Version,
    pub(super) headers: Vec<(String, String)>,
    pub(super) verdict: Verdict,
    pub(super) sent: Kept,
    pub(super) head: Option<Head>,
    pub(super) received: Kept,
    pub(super) messages: Option<Vec<SocketMessage>>,
    /// Whether there were more messages than there is room for.
    pub(super) is_broken_off: bool,
    pub(super) decoding: Option<Decoding>,
    pub(super) peer: Option<std::net::SocketAddr>,
    pub(super) addresses: Vec<std::net::IpAddr>,
    /// The certificate's fault that was spared, written down.
    pub(super) spared: Value,
    pub(super) begun: Instant,
    pub(super) ended: Option<Instant>,
    /// Whether it got as far as to look for a connection.
    pub(super) left: bool,
    lanes: Lanes,
}

impl Hop {
    pub(super) fn new(method: &str, verdict: &Verdict, at: Instant) -> Self {
        Self {
            method: method.to_owned(),
            url: verdict.url.clone(),
            version: http::Version::HTTP_11,
            headers: Vec::new(),
            verdict: verdict.clone(),
            sent: Kept::default(),
            head: None,
            received: Kept::default(),
            messages: None,
            is_broken_off: false,
            decoding: None,
            peer: None,
            addresses: Vec::new(),
            spared: Value::Null,
            begun: at,
            ended: None,
            left: false,
            lanes: Lanes::new(at),
        }
    }

    /// Takes a step in.
    pub(super) fn follow(&mut self, at: Instant, step: &Step<'_>, room: &mut Room) {
        match step {
            Step::Dialling => {
                self.left = true;
                self.lanes.enter(Lane::Dns, at);
            }
            Step::Resolved {
                addresses, source, ..
            } => {
                self.addresses = addresses.to_vec();
                self.lanes.resolved(*source, at);
            }
            Step::Connected { peer } => {
                self.peer = Some(*peer);
                self.lanes.enter(Lane::Ssl, at);
            }
            Step::Secured { spared, .. } => {
                self.spared = written(spared);
                self.lanes.enter(Lane::Send, at);
            }
            Step::Reused { peer, spared } => {
                self.left = true;
                self.peer = Some(*peer);
                self.spared = written(spared);
                self.lanes.enter(Lane::Send, at);
            }
            Step::Sent { .. } => self.lanes.enter(Lane::Wait, at),
            Step::FirstByte { head } => {
                self.head = Some((*head).clone());
                self.lanes.enter(Lane::Receive, at);
            }
            Step::Uploaded(piece) => self.sent.add(piece, room),
            Step::Received(piece) => self.received.add(piece, room),
            Step::Decoded(decoding) => self.decoding = Some((*decoding).clone()),
            Step::Asked {
                method,
                url,
                version,
                headers,
            } => {
                self.sent.clear(room);
                method.as_str().clone_into(&mut self.method);
                url.as_str().clone_into(&mut self.url);
                self.version = *version;
                self.headers = headers
                    .iter()
                    .map(|(name, value)| {
                        (
                            name.to_string(),
                            String::from_utf8_lossy(value.as_bytes()).into_owned(),
                        )
                    })
                    .collect();
            }
            _ => {}
        }
    }

    /// Adds a message of its socket; beyond the room, they break off.
    pub(super) fn say(&mut self, message: SocketMessage, room: &mut Room) {
        let Some(messages) = &mut self.messages else {
            return;
        };
        // What follows a gap would make no sense.
        self.is_broken_off |= !room.take(message.data.len() + MESSAGE);
        if !self.is_broken_off {
            messages.push(message);
        }
    }

    /// It is over.
    pub(super) fn end(&mut self, at: Instant) {
        self.lanes.end(at);
        self.ended = Some(at);
    }

    /// Where the time went; of a hop that isn't over, up to its last step.
    pub(super) fn timings(&self) -> Timings {
        self.lanes.rounded()
    }
}

/// Times that follow each other without a gap, so that they sum up to the whole.
struct Lanes {
    spent: Timings,
    now_in: Lane,
    since: Instant,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Lane {
    Blocked,
    Dns,
    Connect,
    Ssl,
    Send,
    Wait,
    Receive,
}

impl Lanes {
    fn new(at: Instant) -> Self {
        Self {
            spent: Timings::default(),
            now_in: Lane::Blocked,
            since: at,
        }
    }

    /// To the microsecond.
    fn rounded(&self) -> Timings {
        let round = |lane: f64| (lane * 1000.0).round() / 1000.0;
        let spent = &self.spent;
        Timings {
            blocked: round(spent.blocked),
            dns: round(spent.dns),
            connect: round(spent.connect),
            send: round(spent.send),
            wait: round(spent.wait),
            receive: round(spent.receive),
            ssl: round(spent.ssl),
        }
    }

    /// The look-up is over; an address that was given isn't looked up.
    fn resolved(&mut self, source: AddressSource, at: Instant) {
        if source == AddressSource::Override {
            self.now_in = Lane::Blocked;
        }
        self.enter(Lane::Connect, at);
    }

    fn enter(&mut self, lane: Lane, at: Instant) {
        self.end(at);
        self.now_in = lane;
    }

    fn end(&mut self, at: Instant) {
        let span = at.saturating_duration_since(self.since).as_secs_f64() * 1000.0;
        self.since = at;
        let spent = &mut self.spent;
        let add = |lane: &mut f64| *lane = lane.max(0.0) + span;
        match self.now_in {
            Lane::Blocked => add(&mut spent.blocked),
            Lane::Dns => add(&mut spent.dns),
            Lane::Connect => add(&mut spent.connect),
            Lane::Ssl => {
                add(&mut spent.connect);
                add(&mut spent.ssl);
            }
            Lane::Send => add(&mut spent.send),
            Lane::Wait => add(&mut spent.wait),
            Lane::Receive => add(&mut spent.receive),
        }
    }
}

/// What a message takes beside its payload.
const MESSAGE: usize = 64;

fn written(spared: &Option<&minigate_tls::CertificateFault>) -> Value {
    serde_json::to_value(spared).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn the_lanes_sum_up_to_the_whole() {
        let start = Instant::now();
        let at = |ms: u64| start + Duration::from_millis(ms);
        let mut lanes = Lanes::new(start);

        for (lane, ms) in [
            (Lane::Dns, 5),
            (Lane::Connect, 9),
            (Lane::Ssl, 20),
            (Lane::Send, 50),
            (Lane::Wait, 51),
            (Lane::Receive, 90),
        ] {
            lanes.enter(lane, at(ms));
        }
        lanes.end(at(100));

        let Timings {
            blocked,
            dns,
            connect,
            send,
            wait,
            receive,
            ssl,
        } = lanes.spent;
        assert_eq!((ssl, blocked), (30.0, 5.0));
        assert!((blocked + dns + connect + send + wait + receive - 100.0).abs() < 0.001);
    }

    #[test]
    fn what_did_not_happen_is_minus_one() {
        let start = Instant::now();
        let mut lanes = Lanes::new(start);

        lanes.enter(Lane::Send, start);
        lanes.end(start);

        assert_eq!(
            (lanes.spent.dns, lanes.spent.connect, lanes.spent.ssl),
            (-1.0, -1.0, -1.0)
        );
    }
}
