//! When an app is told that its network is weak.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// What one call showed of the network.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Sample {
    /// The time ran out while it connected.
    pub connect_timed_out: bool,
    /// How long there and back took, as far as known.
    pub rtt: Option<Duration>,
    /// Packets that were lost.
    pub lost: u64,
}

/// Judges from the last calls whether the network is weak, as the platform documents it for
/// `wx.onNetworkWeakChange`.
///
/// It is weak while among the last eight calls three couldn't connect in time, or three took more than 400 ms there
/// and back, or three lost packets. No I/O, no clock.
///
/// ```
/// use std::time::{Duration, Instant};
///
/// use minigate_policy::{Sample, Weakness};
///
/// let (mut weakness, now) = (Weakness::default(), Instant::now());
/// let slow = Sample { rtt: Some(Duration::from_millis(401)), ..Sample::default() };
///
/// assert_eq!(weakness.observe(slow, now), None);
/// assert_eq!(weakness.observe(slow, now), None);
/// assert_eq!(weakness.observe(slow, now), Some(true));
/// ```
#[derive(Clone, Debug, Default)]
pub struct Weakness {
    last: VecDeque<Sample>,
    is_weak: bool,
    told_at: Option<Instant>,
}

impl Weakness {
    /// Takes what a call showed; `Some` where the app is to be told, with whether the network is weak now.
    ///
    /// A change is told at once. While the network stays weak, calls bring the notice again, every 30 s at most; that
    /// it stays good isn't repeated, which the platform leaves open.
    pub fn observe(&mut self, sample: Sample, now: Instant) -> Option<bool> {
        self.last.push_back(sample);
        if self.last.len() > CALLS {
            self.last.pop_front();
        }
        let is_weak = self.judge();
        let has_changed = is_weak != self.is_weak;
        let is_due = self
            .told_at
            .is_none_or(|told_at| now.saturating_duration_since(told_at) >= INTERVAL);
        self.is_weak = is_weak;
        let is_told = has_changed || is_weak && is_due;
        is_told.then(|| {
            self.told_at = Some(now);
            is_weak
        })
    }

    /// Whether the network is weak.
    #[must_use]
    pub const fn is_weak(&self) -> bool {
        self.is_weak
    }

    fn judge(&self) -> bool {
        let signs: [fn(&Sample) -> bool; 3] = [
            |sample| sample.connect_timed_out,
            |sample| sample.rtt.is_some_and(|rtt| rtt > LONGEST_RTT),
            |sample| sample.lost > 0,
        ];
        let often =
            |sign: &fn(&Sample) -> bool| self.last.iter().filter(|sample| sign(sample)).count() >= SIGNS;
        signs.iter().any(often)
    }
}

const CALLS: usize = 8;
const SIGNS: usize = 3;
const LONGEST_RTT: Duration = Duration::from_millis(400);
const INTERVAL: Duration = Duration::from_secs(30);

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "a test begins its own time somewhere")]
mod tests {
    use super::*;

    fn took(ms: u64) -> Sample {
        Sample {
            rtt: Some(Duration::from_millis(ms)),
            ..Sample::default()
        }
    }

    const GOOD: Sample = Sample {
        connect_timed_out: false,
        rtt: Some(Duration::from_millis(400)),
        lost: 0,
    };

    fn notices(samples: &[Sample]) -> Vec<Option<bool>> {
        let (mut weakness, now) = (Weakness::default(), Instant::now());
        samples
            .iter()
            .map(|sample| weakness.observe(*sample, now))
            .collect()
    }

    #[test]
    fn each_sign_makes_the_network_weak_at_the_third_time() {
        let timed_out = Sample {
            connect_timed_out: true,
            ..Sample::default()
        };
        let lossy = Sample {
            lost: 1,
            ..Sample::default()
        };
        for sign in [timed_out, lossy, took(401)] {
            assert_eq!(notices(&[sign, sign, sign]), [None, None, Some(true)], "{sign:?}");
            assert_eq!(notices(&[sign, sign]), [None, None], "{sign:?}");
        }
    }

    #[test]
    fn four_hundred_milliseconds_are_not_slow() {
        assert_eq!(notices(&[GOOD; 8]), [None; 8]);
    }

    #[test]
    fn signs_of_different_kinds_dont_add_up() {
        let timed_out = Sample {
            connect_timed_out: true,
            ..Sample::default()
        };
        let lossy = Sample {
            lost: 3,
            ..Sample::default()
        };

        assert_eq!(
            notices(&[timed_out, lossy, took(900), timed_out, lossy]),
            [None; 5]
        );
    }

    #[test]
    fn only_the_last_eight_calls_count() {
        let slow = took(401);
        let seven_between = [&[slow, slow][..], &[GOOD; 6], &[slow]].concat();
        let five_between = [&[slow, slow][..], &[GOOD; 5], &[slow]].concat();

        assert!(notices(&seven_between).iter().all(Option::is_none));
        assert_eq!(notices(&five_between).last(), Some(&Some(true)));
    }

    #[test]
    fn it_is_good_again_when_the_third_last_sign_is_out_of_sight() {
        let calls = [&[took(401); 3][..], &[GOOD; 6]].concat();

        let notices = notices(&calls);

        assert_eq!(notices[2], Some(true));
        assert_eq!(notices[7], None);
        assert_eq!(notices[8], Some(false));
    }

    #[test]
    fn a_weak_network_is_told_again_every_thirty_seconds_at_most() {
        let (mut weakness, start) = (Weakness::default(), Instant::now());
        let at = |ms| start + Duration::from_millis(ms);
        for _ in 0..3 {
            weakness.observe(took(500), start);
        }

        assert_eq!(weakness.observe(took(500), at(29_999)), None);
        assert_eq!(weakness.observe(took(500), at(30_000)), Some(true));
        assert_eq!(weakness.observe(took(500), at(30_001)), None);
        assert_eq!(weakness.observe(took(500), at(60_000)), Some(true));
    }
}
