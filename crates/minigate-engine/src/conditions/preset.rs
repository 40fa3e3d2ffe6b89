use std::fmt;
use std::num::NonZeroU64;
use std::str::FromStr;
use std::time::Duration;

use super::{Network, NetworkType};

/// A network that many tools know by name.
///
/// The numbers are those of WebPageTest's connectivity profiles, which shape packets, as is done here; the throttling
/// in browsers' developer tools works on whole requests and has other numbers for that reason. Loss is left at none,
/// as there.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Preset {
    /// No network.
    Offline,
    /// 280/256 kbit/s, 800 ms.
    G2,
    /// 400/400 kbit/s, 400 ms.
    Slow3g,
    /// 1.6 Mbit/s and 768 kbit/s, 300 ms.
    G3,
    /// 9/9 Mbit/s, 170 ms.
    G4,
    /// 20/5 Mbit/s, 4 ms: a fibre connection behind it.
    Wifi,
}

impl Preset {
    /// All of them, the weakest first.
    pub const ALL: [Self; 6] = [
        Self::Offline,
        Self::G2,
        Self::Slow3g,
        Self::G3,
        Self::G4,
        Self::Wifi,
    ];

    /// What it is called.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Offline => "offline",
            Self::G2 => "2g",
            Self::Slow3g => "slow-3g",
            Self::G3 => "3g",
            Self::G4 => "4g",
            Self::Wifi => "wifi",
        }
    }

    /// Its numbers.
    #[must_use]
    pub fn network(self) -> Network {
        let link = |kind, signal, down_kbit, up_kbit, rtt| Network {
            kind,
            signal,
            down: bytes_a_second(down_kbit),
            up: bytes_a_second(up_kbit),
            rtt: Duration::from_millis(rtt),
            ..Network::default()
        };
        match self {
            Self::Offline => Network {
                kind: NetworkType::None,
                signal: NO_SIGNAL,
                ..Network::default()
            },
            Self::G2 => link(NetworkType::G2, -100, 280, 256, 800),
            Self::Slow3g => link(NetworkType::G3, -105, 400, 400, 400),
            Self::G3 => link(NetworkType::G3, -90, 1600, 768, 300),
            Self::G4 => link(NetworkType::G4, -80, 9000, 9000, 170),
            Self::Wifi => link(NetworkType::Wifi, -50, 20_000, 5000, 4),
        }
    }
}

fn bytes_a_second(kbit: u64) -> Option<NonZeroU64> {
    NonZeroU64::new(kbit * 1000 / 8)
}

const NO_SIGNAL: i32 = -140;

impl fmt::Display for Preset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Preset {
    type Err = UnknownPreset;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let found = Self::ALL.into_iter().find(|preset| preset.name() == text);
        found.ok_or_else(|| UnknownPreset {
            found: text.to_owned(),
        })
    }
}

/// A text that names no preset.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("`{found}` is no preset: use offline, 2g, slow-3g, 3g, 4g or wifi")]
pub struct UnknownPreset {
    found: String,
}
