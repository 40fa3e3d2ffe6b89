use std::collections::VecDeque;
use std::io;

use bytes::Bytes;
use tokio::time::Instant;

use super::Network;
use super::bottleneck::{Bottleneck, Direction};

/// The bytes of one connection that are on their way in one direction. No I/O, no clock.
pub(crate) struct Lane {
    direction: Direction,
    under_way: VecDeque<(Instant, Freight)>,
    bytes: usize,
    last: Option<Instant>,
}

/// What arrives.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Freight {
    Bytes(Bytes),
    /// Nothing more will come, in order or since the stream below failed.
    End(Option<io::ErrorKind>),
}

impl Lane {
    pub(crate) const fn new(direction: Direction) -> Self {
        Self {
            direction,
            under_way: VecDeque::new(),
            bytes: 0,
            last: None,
        }
    }

    /// Sends bytes off, and gives how many packets were lost.
    pub(crate) fn send(
        &mut self,
        mut bytes: Bytes,
        bottleneck: &mut Bottleneck,
        network: &Network,
        now: Instant,
    ) -> u32 {
        let mut losses = 0;
        while !bytes.is_empty() {
            let packet = bytes.split_to(bytes.len().min(PACKET));
            let fate = bottleneck.send(packet.len(), self.direction, network, now);
            losses += fate.losses;
            self.bytes += packet.len();
            self.arrive(fate.arrives, Freight::Bytes(packet));
        }
        losses
    }

    /// Sends off that nothing more will come.
    pub(crate) fn end(
        &mut self,
        failure: Option<io::ErrorKind>,
        bottleneck: &mut Bottleneck,
        network: &Network,
        now: Instant,
    ) {
        let fate = bottleneck.send(0, self.direction, network, now);
        self.arrive(fate.arrives, Freight::End(failure));
    }

    /// What has arrived, in the order in which it set out.
    pub(crate) fn take(&mut self, now: Instant) -> Option<Freight> {
        let (_, freight) = self.under_way.pop_front_if(|(arrives, _)| *arrives <= now)?;
        if let Freight::Bytes(bytes) = &freight {
            self.bytes -= bytes.len();
        }
        Some(freight)
    }

    /// When the next thing arrives.
    pub(crate) fn next(&self) -> Option<Instant> {
        self.under_way.front().map(|(arrives, _)| *arrives)
    }

    /// Whether the sender may send more: as a window of TCP, it is as large as what fits on the way, and some more.
    pub(crate) fn has_room(&self, network: &Network) -> bool {
        let rate = match self.direction {
            Direction::Up => network.up,
            Direction::Down => network.down,
        };
        let fits = rate.map_or(LARGEST_WINDOW as f64, |rate| {
            rate.get() as f64 * network.rtt.as_secs_f64()
        });
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "it is bounded"
        )]
        let window = LEAST_WINDOW + fits.min(LARGEST_WINDOW as f64) as usize;
        self.bytes < window
    }

    /// Nothing overtakes what set out before.
    fn arrive(&mut self, at: Instant, freight: Freight) {
        let at = self.last.map_or(at, |last| last.max(at));
        self.last = Some(at);
        self.under_way.push_back((at, freight));
    }
}

/// What an Ethernet frame leaves for data.
const PACKET: usize = 1460;
const LEAST_WINDOW: usize = 32 * 1024;
const LARGEST_WINDOW: usize = 1024 * 1024;

#[cfg(test)]
mod tests {
    use std::num::NonZeroU64;
    use std::time::Duration;

    use super::*;
    use crate::Loss;

    fn arrivals(network: &Network, sizes: &[usize]) -> Vec<Duration> {
        let now = Instant::now();
        let mut bottleneck = Bottleneck::new(network.seed);
        let mut lane = Lane::new(Direction::Down);
        for size in sizes {
            lane.send(Bytes::from(vec![0; *size]), &mut bottleneck, network, now);
        }
        let mut arrivals = Vec::new();
        while let Some(at) = lane.next() {
            arrivals.push(at - now);
            assert!(lane.take(at).is_some());
        }
        arrivals
    }

    #[test]
    fn a_packet_takes_half_a_round_trip_and_its_share_of_the_rate() {
        let network = Network {
            rtt: Duration::from_millis(300),
            down: NonZeroU64::new(14_600),
            ..Network::default()
        };

        let ms: Vec<_> = arrivals(&network, &[1460 * 2 + 730])
            .iter()
            .map(Duration::as_millis)
            .collect();

        assert_eq!(ms, [250, 350, 400]);
    }

    #[test]
    fn two_connections_share_the_link() {
        let now = Instant::now();
        let network = Network {
            down: NonZeroU64::new(1460),
            ..Network::default()
        };
        let mut bottleneck = Bottleneck::new(0);
        let (mut first, mut second) = (Lane::new(Direction::Down), Lane::new(Direction::Down));

        first.send(Bytes::from(vec![0; 1460]), &mut bottleneck, &network, now);
        second.send(Bytes::from(vec![0; 1460]), &mut bottleneck, &network, now);

        assert_eq!(first.next(), Some(now + Duration::from_secs(1)));
        assert_eq!(second.next(), Some(now + Duration::from_secs(2)));
    }

    #[test]
    fn what_waits_for_a_slow_link_doesnt_hold_up_a_better_one() {
        let now = Instant::now();
        let slow = Network {
            down: NonZeroU64::new(1460),
            ..Network::default()
        };
        let better = Network {
            down: NonZeroU64::new(14_600),
            ..Network::default()
        };
        let mut bottleneck = Bottleneck::new(0);
        let packet = || Bytes::from(vec![0; 1460]);
        Lane::new(Direction::Down).send(packet(), &mut bottleneck, &slow, now);

        for (network, ms) in [(better, 100), (Network::default(), 0)] {
            let mut lane = Lane::new(Direction::Down);
            lane.send(packet(), &mut bottleneck, &network, now);
            assert_eq!(lane.next(), Some(now + Duration::from_millis(ms)));
        }
    }

    #[test]
    fn a_lost_packet_holds_up_those_behind_it() {
        let network = Network {
            rtt: Duration::from_millis(300),
            loss: Loss::share(0.2).unwrap(),
            seed: 7,
            ..Network::default()
        };

        let found = arrivals(&network, &[1460 * 50]);

        assert!(found.is_sorted());
        assert!(found.last().unwrap().as_millis() >= 150 + 600, "{found:?}");
        assert_eq!(found, arrivals(&network, &[1460 * 50]));
    }

    #[test]
    fn jitter_never_turns_the_order_round() {
        let network = Network {
            rtt: Duration::from_millis(20),
            jitter: Duration::from_millis(500),
            ..Network::default()
        };

        let found = arrivals(&network, &[100; 40]);

        assert_eq!(found.len(), 40);
        assert!(found.is_sorted());
        assert!(found.iter().all(|at| (10..=510).contains(&at.as_millis())));
    }

    #[test]
    fn no_number_is_too_large() {
        let network = Network {
            rtt: Duration::MAX,
            jitter: Duration::MAX,
            down: NonZeroU64::new(1),
            loss: Loss::share(1.0).unwrap(),
            ..Network::default()
        };

        assert_eq!(arrivals(&network, &[2000]).len(), 2);
    }

    #[test]
    fn a_lane_is_bounded() {
        let network = Network {
            down: NonZeroU64::new(1000),
            rtt: Duration::from_secs(1),
            ..Network::default()
        };
        let now = Instant::now();
        let (mut bottleneck, mut lane) = (Bottleneck::new(0), Lane::new(Direction::Down));
        assert!(lane.has_room(&network));

        lane.send(Bytes::from(vec![0; 40_000]), &mut bottleneck, &network, now);

        assert!(!lane.has_room(&network));
    }
}
