//! What an app is told of its network.

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use minigate_policy::{Sample, Weakness};
use tokio::sync::watch;
use tokio::time::Instant;

use crate::conditions::{Conditions, Network, Outlook};
use crate::journal::track::Track;
use crate::{Failure, NetworkType, Outcome, Phase, Timing};

/// What the network looks like to an app.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct NetworkView {
    /// Its type.
    pub kind: NetworkType,
    /// The signal in dBm.
    pub signal: i32,
    /// Whether the last calls found it weak; see [`Weakness`].
    pub is_weak: bool,
    /// Whether a proxy is set.
    pub system_proxy: bool,
    /// The device's address.
    pub local_ip: IpAddr,
    /// The device's subnet.
    pub netmask: Ipv4Addr,
}

/// Something that an app is told of its network.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum NetworkEvent {
    /// It is of another type, or there is none any more, or one again.
    Status(NetworkView),
    /// It became weak, is still weak, or isn't any more.
    Weak(NetworkView),
}

/// Watches the network of an engine.
pub struct NetworkWatch {
    conditions: Conditions,
    outlook: Option<Outlook>,
    kind: NetworkType,
    weak: watch::Receiver<bool>,
}

impl NetworkWatch {
    /// What has been told before isn't told again.
    pub(crate) fn new(conditions: Conditions, mut weak: watch::Receiver<bool>) -> Self {
        weak.mark_unchanged();
        Self {
            outlook: conditions.outlook(),
            kind: conditions.network().kind,
            conditions,
            weak,
        }
    }

    /// What it looks like now.
    #[must_use]
    pub fn now(&self) -> NetworkView {
        let network = self.conditions.network();
        view(&network, *self.weak.borrow())
    }

    /// Waits for the next change; several that come at once may be one. Dropping the future loses none.
    pub async fn changed(&mut self) -> NetworkEvent {
        let kind = self.kind;
        let status = async {
            match &self.outlook {
                Some(outlook) => outlook.other_than(kind).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            network = status => {
                self.kind = network.kind;
                NetworkEvent::Status(view(&network, *self.weak.borrow()))
            }
            is_weak = told(&mut self.weak) => {
                NetworkEvent::Weak(view(&self.conditions.network(), is_weak))
            }
        }
    }
}

async fn told(weak: &mut watch::Receiver<bool>) -> bool {
    match weak.changed().await {
        Ok(()) => *weak.borrow_and_update(),
        // The engine has gone, and with it everything that could change.
        Err(_) => std::future::pending().await,
    }
}

fn view(network: &Network, is_weak: bool) -> NetworkView {
    NetworkView {
        kind: network.kind,
        signal: network.signal,
        is_weak,
        system_proxy: network.system_proxy,
        local_ip: network.local_ip,
        netmask: network.netmask,
    }
}

/// Learns from each call that has ended whether the network is weak.
pub(crate) struct Quality {
    weakness: Weakness,
    told: watch::Sender<bool>,
}

impl Quality {
    pub(crate) fn new() -> (Self, watch::Receiver<bool>) {
        let (told, weak) = watch::channel(false);
        let quality = Self {
            weakness: Weakness::default(),
            told,
        };
        (quality, weak)
    }

    /// A call has ended.
    pub(crate) fn learn(&mut self, outcome: &Outcome, track: &Track, now: Instant) {
        let sample = sample(outcome, &track.timing(), track.lost());
        let notice = sample.and_then(|sample| self.weakness.observe(sample, now.into_std()));
        if let Some(is_weak) = notice {
            self.told.send_replace(is_weak);
        }
    }
}

/// What a call showed of the network; nothing where it never came to it.
fn sample(outcome: &Outcome, timing: &Timing, lost: u64) -> Option<Sample> {
    let connect_timed_out = match outcome {
        Ok(_) | Err(Failure::Insecure { .. } | Failure::Broken { .. }) => false,
        Err(Failure::NotConnected { kind, .. }) => *kind == std::io::ErrorKind::TimedOut,
        Err(Failure::TimedOut { phase, .. }) => match phase {
            Phase::Queue => return None,
            Phase::Resolve | Phase::Head | Phase::Body => false,
            Phase::Connect | Phase::Handshake => true,
        },
        Err(_) => return None,
    };
    Some(Sample {
        connect_timed_out,
        rtt: rtt(timing),
        lost,
    })
}

/// How long there and back took: connecting, or on a connection that was there, from the request to the first byte, which
/// holds the server's own time as well. The platform doesn't say how it measures.
fn rtt(timing: &Timing) -> Option<Duration> {
    let connected = timing.connected.zip(timing.connect_start);
    let answered = timing
        .response_start
        .zip(timing.request_end.or(timing.request_start));
    let (end, start) = connected.or(answered)?;
    end.duration_since(start).ok()
}
