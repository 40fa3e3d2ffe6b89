use std::fmt;
use std::net::{IpAddr, Ipv4Addr};
use std::num::NonZeroU64;
use std::str::FromStr;
use std::time::Duration;

/// What a network is like, as numbers. The default is a wireless one without any fault.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Network {
    /// What the app is told that it is.
    pub kind: NetworkType,
    /// What the app is told of the signal, in dBm.
    pub signal: i32,
    /// There and back: what a look-up, a connect and each exchange take at least.
    pub rtt: Duration,
    /// Up to so much more on each way, evenly spread; bytes of a connection never overtake each other.
    pub jitter: Duration,
    /// Bytes a second to the app, all connections together; `None`: no limit.
    pub down: Option<NonZeroU64>,
    /// Bytes a second from the app, all connections together; `None`: no limit.
    pub up: Option<NonZeroU64>,
    /// Which share of packets is lost.
    pub loss: Loss,
    /// Nothing arrives any more, and nothing fails before its time is up: a half-open connection.
    pub silent: bool,
    /// How long the system goes on trying to connect. Default: 127 s, six repetitions with doubled pauses, as Linux.
    pub connect_timeout: Duration,
    /// What goes wrong with some hosts, or all; the first that fits a host and a stage counts.
    pub faults: Vec<HostFault>,
    /// What the app is told of its address: one of a home's network by default, never the machine's own.
    pub local_ip: IpAddr,
    /// What the app is told of its subnet.
    pub netmask: Ipv4Addr,
    /// What the app is told of a proxy.
    pub system_proxy: bool,
    /// Where jitter and loss begin; the same packets in the same order have the same fate. Read once, by
    /// [`Conditions::new`](crate::Conditions::new).
    pub seed: u64,
}

impl Default for Network {
    fn default() -> Self {
        Self {
            kind: NetworkType::Wifi,
            signal: -50,
            rtt: Duration::ZERO,
            jitter: Duration::ZERO,
            down: None,
            up: None,
            loss: Loss::NONE,
            silent: false,
            connect_timeout: Duration::from_secs(127),
            faults: Vec::new(),
            local_ip: IpAddr::V4(Ipv4Addr::new(192, 168, 1, 101)),
            netmask: Ipv4Addr::new(255, 255, 255, 0),
            system_proxy: false,
            seed: 0,
        }
    }
}

impl Network {
    /// Whether there is none.
    #[must_use]
    pub fn is_offline(&self) -> bool {
        self.kind == NetworkType::None
    }

    /// How long a packet is waited for before it is sent again: RFC 6298 with Linux' least, where the round trip is
    /// known.
    pub(crate) fn retransmission(&self) -> Duration {
        self.rtt.saturating_mul(2).max(LEAST_RETRANSMISSION)
    }

    /// The first fault of a host that has a say in something.
    pub(crate) fn fault<T>(&self, host: &str, pick: impl Fn(&Fault) -> Option<T>) -> Option<T> {
        let of_host = self.faults.iter().filter(|fault| fault.is_for(host));
        of_host.filter_map(|fault| pick(&fault.fault)).next()
    }
}

const LEAST_RETRANSMISSION: Duration = Duration::from_millis(200);

/// What `wx.getNetworkType` calls a network.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum NetworkType {
    /// Wireless.
    Wifi,
    /// Second generation.
    G2,
    /// Third generation.
    G3,
    /// Fourth generation.
    G4,
    /// Fifth generation.
    G5,
    /// There is one, and nobody knows which.
    Unknown,
    /// There is none: everything fails at once.
    None,
}

impl NetworkType {
    const ALL: [(Self, &'static str); 7] = [
        (Self::Wifi, "wifi"),
        (Self::G2, "2g"),
        (Self::G3, "3g"),
        (Self::G4, "4g"),
        (Self::G5, "5g"),
        (Self::Unknown, "unknown"),
        (Self::None, "none"),
    ];
}

impl fmt::Display for NetworkType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = Self::ALL.iter().find(|(kind, _)| kind == self);
        f.write_str(name.map_or("unknown", |(_, name)| name))
    }
}

impl FromStr for NetworkType {
    type Err = UnknownNetworkType;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let found = Self::ALL.iter().find(|(_, name)| *name == text);
        found.map(|(kind, _)| *kind).ok_or_else(|| UnknownNetworkType {
            found: text.to_owned(),
        })
    }
}

/// A text that names no type of network.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("`{found}` is no type of network: use wifi, 2g, 3g, 4g, 5g, unknown or none")]
pub struct UnknownNetworkType {
    found: String,
}

/// Which share of packets is lost.
///
/// Below TCP nothing is lost for good: a lost packet, and with it all that follow, comes late, by the time after which
/// it is sent again (twice the round trip, at least 200 ms), doubled each time that it is lost once more (RFC 6298).
/// That congestion control slows a sender down as well is not modelled.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Loss(u32);

impl Loss {
    /// Nothing is lost.
    pub const NONE: Self = Self(0);

    /// A share from 0 to 1; `None` for any other number.
    #[must_use]
    pub fn share(share: f64) -> Option<Self> {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "it is from 0 to a million"
        )]
        (0.0..=1.0)
            .contains(&share)
            .then(|| Self((share * f64::from(MILLION)).round() as u32))
    }

    /// The share, from 0 to 1.
    #[must_use]
    pub fn as_share(self) -> f64 {
        f64::from(self.0) / f64::from(MILLION)
    }

    /// Whether a packet is lost that drew this lot, of a million.
    pub(super) const fn takes(self, lot: u32) -> bool {
        lot < self.0
    }
}

pub(super) const MILLION: u32 = 1_000_000;

/// Something that goes wrong with a host.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct HostFault {
    /// The host's name or address, or `*` for every host.
    pub host: String,
    /// What goes wrong.
    pub fault: Fault,
}

impl HostFault {
    fn is_for(&self, host: &str) -> bool {
        self.host == "*" || self.host.eq_ignore_ascii_case(host)
    }
}

/// What goes wrong.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Fault {
    /// Its name can't be looked up.
    NoAddress,
    /// Looking its name up takes so much longer.
    SlowLookup(Duration),
    /// It refuses connections.
    Refused,
    /// No way leads to it.
    Unreachable,
    /// It never takes a connection: the system gives up after the network's `connect_timeout`.
    NeverConnects,
    /// The connection is reset once it has brought so many bytes, those of TLS included.
    ResetAfter(u64),
    /// The connection ends without a word once it has brought so many bytes, those of TLS included.
    CloseAfter(u64),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_of_network_is_written_as_the_platform_does() {
        for name in ["wifi", "2g", "3g", "4g", "5g", "unknown", "none"] {
            assert_eq!(name.parse::<NetworkType>().unwrap().to_string(), name);
        }
        assert!("WIFI".parse::<NetworkType>().is_err());
    }

    #[test]
    fn the_first_fault_of_a_host_that_has_a_say_counts() {
        let fault = |host: &str, fault| HostFault {
            host: host.to_owned(),
            fault,
        };
        let network = Network {
            faults: vec![
                fault("a.com", Fault::Refused),
                fault("*", Fault::CloseAfter(0)),
                fault("*", Fault::CloseAfter(9)),
            ],
            ..Network::default()
        };
        let close = |host: &str| {
            network.fault(host, |fault| match fault {
                Fault::CloseAfter(bytes) => Some(*bytes),
                _ => None,
            })
        };

        assert_eq!((close("A.com"), close("b.com")), (Some(0), Some(0)));
        assert_eq!(
            network.fault("b.com", |fault| (*fault == Fault::Refused).then_some(())),
            None
        );
    }

    #[test]
    fn a_share_is_from_nothing_to_all() {
        assert_eq!(Loss::share(0.02).unwrap().as_share(), 0.02);
        assert!(Loss::share(1.0).unwrap().takes(MILLION - 1));
        assert!(!Loss::share(0.0).unwrap().takes(0));
        assert_eq!(
            (Loss::share(1.1), Loss::share(-0.1), Loss::share(f64::NAN)),
            (None, None, None)
        );
    }
}
