use std::time::Duration;

use fastrand::Rng;
use tokio::time::Instant;

use super::Network;
use super::network::MILLION;

/// The one link that all connections share, and the chance that rules it.
#[derive(Debug)]
pub(crate) struct Bottleneck {
    chance: Rng,
    /// Until when the link is taken, from the app and to it.
    up: Option<Instant>,
    down: Option<Instant>,
}

/// Which way bytes go.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Direction {
    /// From the app.
    Up,
    /// To the app.
    Down,
}

/// What becomes of a packet.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Fate {
    pub(super) arrives: Instant,
    pub(super) losses: u32,
}

impl Bottleneck {
    pub(super) fn new(seed: u64) -> Self {
        Self {
            chance: Rng::with_seed(seed),
            up: None,
            down: None,
        }
    }

    /// Sends a packet off: it waits for the link, takes its time on it, and may be lost and sent again.
    pub(super) fn send(
        &mut self,
        bytes: usize,
        direction: Direction,
        network: &Network,
        now: Instant,
    ) -> Fate {
        let (rate, taken) = match direction {
            Direction::Up => (network.up, &mut self.up),
            Direction::Down => (network.down, &mut self.down),
        };
        let spent = rate.map_or(Duration::ZERO, |rate| {
            Duration::from_secs_f64(bytes as f64 / rate.get() as f64)
        });
        let sent = taken.map_or(now, |taken| taken.max(now)) + spent;
        *taken = Some(sent);
        let (late, losses) = self.losses(network, network.retransmission());
        Fate {
            arrives: sent + self.one_way(network) + late,
            losses,
        }
    }

    /// How long a packet takes there and another back, where each is sent again after the first of these times, and
    /// how many were lost on the way.
    pub(crate) fn round_trip(&mut self, network: &Network, repeated_after: Duration) -> (Duration, u32) {
        let there = self.losses(network, repeated_after);
        let back = self.losses(network, repeated_after);
        let travel = self.one_way(network) + self.one_way(network);
        (travel + there.0 + back.0, there.1 + back.1)
    }

    fn one_way(&mut self, network: &Network) -> Duration {
        let jitter = if network.jitter.is_zero() {
            Duration::ZERO
        } else {
            network.jitter.mul_f64(self.chance.f64())
        };
        network.rtt / 2 + jitter
    }

    /// How much later a packet comes since it was lost, and how often it was.
    fn losses(&mut self, network: &Network, repeated_after: Duration) -> (Duration, u32) {
        let mut late = Duration::ZERO;
        let mut losses = 0;
        while losses < MOST_REPEATED && network.loss.takes(self.chance.u32(..MILLION)) {
            late += repeated_after * (1 << losses);
            losses += 1;
        }
        (late, losses)
    }
}

/// As often as Linux repeats a packet before it gives a connection up; doubled each time, that is a quarter of an hour.
const MOST_REPEATED: u32 = 15;
