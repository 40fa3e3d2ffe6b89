use std::net::{IpAddr, Ipv4Addr};
use std::num::NonZeroU64;
use std::time::Duration;

use anyhow::{Context, bail, ensure};
use minigate_engine::{Cut, Fault, HostFault, Loss, Network, Preset};
use serde::Deserialize;

use super::{Change, Script};

/// A script as it is written; everything in it is optional, and unknown keys are refused.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct WrittenScript {
    #[serde(flatten)]
    start: Written,
    change: Vec<WrittenChange>,
}

#[derive(Clone, Debug, Deserialize)]
struct WrittenChange {
    at: String,
    #[serde(default)]
    cut: Option<WrittenCut>,
    #[serde(flatten)]
    network: Written,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum WrittenCut {
    Switch,
    Reset,
    Lost,
}

/// What differs from the network before.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Written {
    preset: Option<String>,
    r#type: Option<String>,
    signal: Option<i32>,
    rtt: Option<String>,
    jitter: Option<String>,
    down_kbit: Option<u64>,
    up_kbit: Option<u64>,
    loss: Option<f64>,
    silent: Option<bool>,
    connect_timeout: Option<String>,
    local_ip: Option<IpAddr>,
    netmask: Option<Ipv4Addr>,
    system_proxy: Option<bool>,
    seed: Option<u64>,
    fault: Option<Vec<WrittenFault>>,
    /// A flattened struct can't refuse what it doesn't know by itself.
    #[serde(flatten)]
    unknown: toml::Table,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenFault {
    #[serde(default = "every_host")]
    host: String,
    what: FaultName,
    #[serde(default)]
    after_bytes: u64,
    #[serde(default)]
    by: Option<String>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum FaultName {
    NoAddress,
    SlowLookup,
    Refused,
    Unreachable,
    NeverConnects,
    Reset,
    Close,
}

fn every_host() -> String {
    "*".to_owned()
}

impl WrittenScript {
    /// Reads it; each change goes on from the one before.
    pub(crate) fn script(&self) -> anyhow::Result<Script> {
        ensure!(
            self.change.len() <= MOST_CHANGES,
            "there are more than {MOST_CHANGES} changes"
        );
        let start = self.start.over(&Network::default())?;
        let mut changes: Vec<Change> = Vec::new();
        for (number, written) in self.change.iter().enumerate() {
            let before = changes.last().map_or(&start, |change| &change.network);
            let change = written
                .read(before)
                .with_context(|| format!("`change` {}", number + 1))?;
            ensure!(
                changes.last().is_none_or(|last| last.at <= change.at),
                "`change` {}: it comes before the one above it",
                number + 1
            );
            changes.push(change);
        }
        Ok(Script { start, changes })
    }
}

impl WrittenChange {
    fn read(&self, before: &Network) -> anyhow::Result<Change> {
        Ok(Change {
            at: span("at", &self.at)?,
            network: self.network.over(before)?,
            cut: self.cut.map(|cut| match cut {
                WrittenCut::Switch => Cut::Switched,
                WrittenCut::Reset => Cut::Reset,
                WrittenCut::Lost => Cut::Lost,
            }),
        })
    }
}

impl Written {
    /// The network that it makes of another.
    fn over(&self, before: &Network) -> anyhow::Result<Network> {
        if let Some(key) = self.unknown.keys().next() {
            bail!("unknown key `{key}`");
        }
        let mut network = self.preset_over(before)?;
        if let Some(kind) = &self.r#type {
            network.kind = kind.parse()?;
        }
        set(&mut network.signal, self.signal);
        set(&mut network.silent, self.silent);
        set(&mut network.local_ip, self.local_ip);
        set(&mut network.netmask, self.netmask);
        set(&mut network.system_proxy, self.system_proxy);
        set(&mut network.seed, self.seed);
        set(&mut network.rtt, optional_span("rtt", self.rtt.as_deref())?);
        set(
            &mut network.jitter,
            optional_span("jitter", self.jitter.as_deref())?,
        );
        set(
            &mut network.connect_timeout,
            optional_span("connect_timeout", self.connect_timeout.as_deref())?,
        );
        set(&mut network.down, self.down_kbit.map(bytes_a_second));
        set(&mut network.up, self.up_kbit.map(bytes_a_second));
        if let Some(share) = self.loss {
            network.loss = Loss::share(share).context("`loss` is a share from 0 to 1")?;
        }
        if let Some(faults) = &self.fault {
            network.faults = faults.iter().map(WrittenFault::read).collect::<Result<_, _>>()?;
        }
        Ok(network)
    }

    /// A preset brings the numbers of its link; who the device is, and what goes wrong with hosts, stays.
    fn preset_over(&self, before: &Network) -> anyhow::Result<Network> {
        let Some(name) = &self.preset else {
            return Ok(before.clone());
        };
        let link = name.parse::<Preset>()?.network();
        Ok(Network {
            connect_timeout: before.connect_timeout,
            faults: before.faults.clone(),
            local_ip: before.local_ip,
            netmask: before.netmask,
            system_proxy: before.system_proxy,
            seed: before.seed,
            ..link
        })
    }
}

impl WrittenFault {
    fn read(&self) -> anyhow::Result<HostFault> {
        let fault = match self.what {
            FaultName::NoAddress => Fault::NoAddress,
            FaultName::SlowLookup => Fault::SlowLookup(span(
                "by",
                self.by.as_deref().context("`slow-lookup` needs `by`")?,
            )?),
            FaultName::Refused => Fault::Refused,
            FaultName::Unreachable => Fault::Unreachable,
            FaultName::NeverConnects => Fault::NeverConnects,
            FaultName::Reset => Fault::ResetAfter(self.after_bytes),
            FaultName::Close => Fault::CloseAfter(self.after_bytes),
        };
        Ok(HostFault {
            host: self.host.clone(),
            fault,
        })
    }
}

fn set<T>(target: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *target = value;
    }
}

fn optional_span(key: &str, text: Option<&str>) -> anyhow::Result<Option<Duration>> {
    text.map(|text| span(key, text)).transpose()
}

fn span(key: &str, text: &str) -> anyhow::Result<Duration> {
    let span = humantime::parse_duration(text)
        .with_context(|| format!("`{key}` is `{text}`: write 500ms, 10s or 2m"))?;
    Ok(span.min(LONGEST))
}

/// 0 stands for no limit.
fn bytes_a_second(kbit: u64) -> Option<NonZeroU64> {
    NonZeroU64::new(kbit.saturating_mul(1000) / 8)
}

const MOST_CHANGES: usize = 10_000;
/// A year, which every clock reaches.
const LONGEST: Duration = Duration::from_secs(365 * 24 * 60 * 60);

#[cfg(test)]
mod tests {
    use minigate_engine::NetworkType;

    use super::*;

    fn read(text: &str) -> anyhow::Result<Script> {
        toml::from_str::<WrittenScript>(text)?.script()
    }

    #[test]
    fn a_script_begins_with_a_preset_and_changes_what_it_names() {
        let script = read(
            "preset = '3g'\nloss = 0.02\nlocal_ip = '10.0.0.7'\n\
             [[fault]]\nhost = 'a.com'\nwhat = 'reset'\nafter_bytes = 9\n\
             [[change]]\nat = '2s'\npreset = 'offline'\n\
             [[change]]\nat = '2500ms'\ntype = '4g'\nrtt = '50ms'\ndown_kbit = 0\nfault = []\ncut = 'reset'",
        )
        .unwrap();

        assert_eq!(script.start.kind, NetworkType::G3);
        assert_eq!(
            (script.start.rtt.as_millis(), script.start.loss.as_share()),
            (300, 0.02)
        );
        let [offline, later] = &script.changes[..] else {
            panic!("{script:?}")
        };
        assert!(offline.network.is_offline());
        assert_eq!(offline.network.faults, script.start.faults);
        assert_eq!(offline.network.local_ip, script.start.local_ip);
        assert_eq!((later.at.as_millis(), later.cut), (2500, Some(Cut::Reset)));
        assert_eq!((later.network.kind, later.network.down), (NetworkType::G4, None));
        assert!(later.network.faults.is_empty());
    }

    #[test]
    fn a_wrong_script_says_what_is_wrong() {
        for (text, expected) in [
            ("prest = '3g'", "`prest`"),
            ("preset = '6g'", "`6g` is no preset"),
            ("type = 'lan'", "`lan` is no type"),
            ("loss = 2.0", "`loss`"),
            ("rtt = 'long'", "`rtt` is `long`"),
            ("[[fault]]\nwhat = 'slow-lookup'", "`by`"),
            ("[[fault]]\nwhat = 'gone'", "gone"),
            ("[[change]]\nat = '1s'\nrt = '1s'", "`change` 1"),
            ("[[change]]\nat = '2s'\n[[change]]\nat = '1s'", "`change` 2"),
            ("[[change]]\npreset = '3g'", "at"),
        ] {
            let error = format!("{:#}", read(text).unwrap_err());
            assert!(error.contains(expected), "{text}: {error}");
        }
    }
}
