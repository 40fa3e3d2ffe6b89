use std::num::NonZeroU64;
use std::time::Duration;

use fastrand::Rng;
use tokio::time::Instant;

use super::Network;
use super::network::MILLION;

/// The one link that all connections share, and the chance that rules it.
#[derive(Debug)]
pub(crate) struct Bottleneck {
    chance: Rng,
    up: Taken,
    down: Taken,
}

/// Until when the link is taken, by what was sent at a rate.
#[derive(Clone, Copy, Debug, Default)]
struct Taken {
    rate: Option<NonZeroU64>,
    until: Option<Instant>,
}

impl Taken {
    /// When a packet that is sent now has left. What waited for a link of another rate doesn't hold it up.
    fn send(&mut self, bytes: usize, rate: Option<NonZeroU64>, now: Instant) -> Instant {
        let Some(rate) = rate else {
            *self = Self::default();
            return now;
        };
        let free = self.until.filter(|_| self.rate == Some(rate));
        let spent = Duration::from_secs_f64(bytes as f64 / rate.get() as f64);
        let sent = free.map_or(now, |free| free.max(now)) + spent;
        *self = Self {
            rate: Some(rate),
            until: Some(sent),
        };
        sent
    }
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
            up: Taken::default(),
            down: Taken::default(),
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
        let sent = match direction {
            Direction::Up => self.up.send(bytes, network.up, now),
            Direction::Down => self.down.send(bytes, network.down, now),
        };
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
            network.jitter.min(LONGEST_DELAY).mul_f64(self.chance.f64())
        };
        network.rtt.min(LONGEST_DELAY) / 2 + jitter
    }

    /// How much later a packet comes since it was lost, and how often it was.
    fn losses(&mut self, network: &Network, repeated_after: Duration) -> (Duration, u32) {
        let mut late = Duration::ZERO;
        let mut losses = 0;
        while losses < MOST_REPEATED && network.loss.takes(self.chance.u32(..MILLION)) {
            late = late.saturating_add(repeated_after.saturating_mul(1 << losses));
            losses += 1;
        }
        (late.min(LONGEST_DELAY), losses)
    }
}

/// Beyond it, every call is over and no clock has to count so far.
const LONGEST_DELAY: Duration = Duration::from_secs(24 * 60 * 60);

/// As often as Linux repeats a packet before it gives a connection up; doubled each time, that is a quarter of an hour.
const MOST_REPEATED: u32 = 15;
