//! Authorities that programs have stopped trusting, by date (rule T9).

use std::collections::BTreeSet;
use std::fmt;
use std::sync::LazyLock;

use data_encoding::HEXLOWER;
use jiff::Timestamp;
use jiff::civil::Date;
use minigate_policy::Rule;
use rustls::pki_types::CertificateDer;
use serde::{Deserialize, Serialize};

use crate::data;
use crate::device::Device;
use crate::root::{self, Root, Sha256Hash, key_hash};

/// Who decides which roots are trusted.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Program {
    /// Google, for Chrome and what is built of Chromium.
    Chrome,
    /// Apple, for iOS and macOS.
    Apple,
    /// Microsoft, for Windows.
    Microsoft,
    /// Mozilla, for Firefox and most lists of roots outside of browsers.
    Mozilla,
}

/// That a chain leads to an authority which a device no longer trusts.
#[derive(Clone, Copy, Debug)]
pub struct Distrusted {
    /// The platform's rule: T9.
    pub rule: Rule,
    /// Who distrusts.
    pub by: Program,
    /// Whom: the name by which the authority is known.
    pub authority: &'static str,
    /// Since when the rule holds.
    pub since: Timestamp,
    /// Which of the authority's certificates it meets.
    pub condition: Condition,
    /// Where it was announced.
    pub source: &'static str,
}

/// Which leaves a rule of distrust meets.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Condition {
    /// All.
    Always,
    /// Those whose validity begins later.
    NotBeforeAfter(Timestamp),
    /// Those whose validity begins earlier.
    NotBeforeUntil(Timestamp),
    /// Those whose every stamp of a transparency log is later; without any stamp it is asked when their validity begins.
    SctAfter(Timestamp),
}

/// A rule by which a program distrusts an authority.
#[derive(Debug)]
pub struct DistrustRule {
    /// What it is called in the data.
    pub id: String,
    /// Whom it is about.
    pub authority: String,
    /// Whose rule it is.
    pub program: Program,
    /// Since when it holds, by the release that brought it.
    pub in_force: Timestamp,
    /// Which leaves it meets.
    pub condition: Condition,
    /// Where it was announced, or stands.
    pub source: String,
    /// The day of the source.
    pub source_date: Date,
    keys: BTreeSet<Sha256Hash>,
    except: BTreeSet<Sha256Hash>,
}

/// Whether a device distrusts a chain at a date, and by which rule; by the oldest where several say so.
///
/// `chain` is the way that the device takes, the server's certificate first; its root may be left out. `scts` are the
/// times of the leaf's stamps by transparency logs. A certificate that can't be read says nothing here.
#[must_use]
pub fn distrust(
    device: &Device,
    chain: &[CertificateDer<'_>],
    date: Timestamp,
    scts: &[Timestamp],
) -> Option<Distrusted> {
    first_met(distrust_rules().iter(), device, chain, date, scts).map(DistrustRule::verdict)
}

/// The oldest of some rules that a chain meets on a device.
pub(crate) fn first_met<'r>(
    rules: impl Iterator<Item = &'r DistrustRule>,
    device: &Device,
    chain: &[CertificateDer<'_>],
    date: Timestamp,
    scts: &[Timestamp],
) -> Option<&'r DistrustRule> {
    let leaf = Leaf {
        not_before: not_before(chain.first()?)?,
        first_sct: scts.iter().min().copied(),
    };
    let keys = keys_of(chain);
    let meets = |rule: &&DistrustRule| {
        device.programs().contains(&rule.program)
            && rule.in_force <= date
            && rule.concerns(&keys)
            && rule.condition.meets(&leaf)
    };
    rules.filter(meets).min_by_key(|rule| rule.in_force)
}

/// Every rule of distrust, Mozilla's too, which hold on no device but for whoever takes its list of roots.
#[must_use]
pub fn distrust_rules() -> &'static [DistrustRule] {
    static RULES: LazyLock<Vec<DistrustRule>> = LazyLock::new(|| {
        let table: Table = data::table(data::DISTRUST);
        table.rules()
    });
    &RULES
}

impl DistrustRule {
    /// Reads further rules, written as those of this crate are (`data/distrust.toml`).
    ///
    /// # Errors
    /// Where it isn't such a table. Roots that aren't known are left out; a key counts by its SHA-256.
    pub fn read(text: &str) -> Result<Vec<Self>, toml::de::Error> {
        toml::from_str(text).map(Table::rules)
    }

    /// The known roots that it is about.
    pub fn roots(&self) -> impl Iterator<Item = &'static Root> {
        root::roots().iter().filter(|root| self.keys.contains(root.key()))
    }

    fn concerns(&self, keys: &BTreeSet<Sha256Hash>) -> bool {
        !self.keys.is_disjoint(keys) && self.except.is_disjoint(keys)
    }

    fn verdict(&'static self) -> Distrusted {
        Distrusted {
            rule: Rule::T9,
            by: self.program,
            authority: &self.authority,
            since: self.in_force,
            condition: self.condition,
            source: &self.source,
        }
    }
}

impl Condition {
    fn meets(self, leaf: &Leaf) -> bool {
        match self {
            Self::Always => true,
            Self::NotBeforeAfter(date) => leaf.not_before > date,
            Self::NotBeforeUntil(date) => leaf.not_before < date,
            Self::SctAfter(date) => leaf.first_sct.unwrap_or(leaf.not_before) > date,
        }
    }
}

impl fmt::Display for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Chrome => "Chrome",
            Self::Apple => "Apple",
            Self::Microsoft => "Microsoft",
            Self::Mozilla => "Mozilla",
        })
    }
}

struct Leaf {
    not_before: Timestamp,
    first_sct: Option<Timestamp>,
}

fn not_before(leaf: &CertificateDer<'_>) -> Option<Timestamp> {
    let seconds = root::read(leaf)?.validity().not_before.timestamp();
    Timestamp::from_second(seconds).ok()
}

/// The keys along a chain, that of its root included if the chain leaves it out.
fn keys_of(chain: &[CertificateDer<'_>]) -> BTreeSet<Sha256Hash> {
    let sent = chain.iter().filter_map(root::read).map(|read| key_hash(&read));
    let above = chain.last().map(Root::issuers_of).unwrap_or_default();
    sent.chain(above.into_iter().map(|root| *root.key())).collect()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    rule: Vec<Entry>,
}

impl Table {
    fn rules(self) -> Vec<DistrustRule> {
        self.rule.into_iter().map(DistrustRule::from).collect()
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    id: String,
    authority: String,
    program: Program,
    in_force: Timestamp,
    not_before_after: Option<Timestamp>,
    not_before_until: Option<Timestamp>,
    sct_after: Option<Timestamp>,
    source: String,
    source_date: Date,
    #[serde(default)]
    roots: Vec<String>,
    #[serde(default)]
    keys: Vec<String>,
    #[serde(default)]
    except_keys: Vec<String>,
}

impl Entry {
    fn condition(&self) -> Condition {
        let after = self.not_before_after.map(Condition::NotBeforeAfter);
        let until = self.not_before_until.map(Condition::NotBeforeUntil);
        let stamped = self.sct_after.map(Condition::SctAfter);
        after.or(until).or(stamped).unwrap_or(Condition::Always)
    }

    fn keys(&self) -> BTreeSet<Sha256Hash> {
        let roots = self
            .roots
            .iter()
            .filter_map(|root| Root::by_fingerprint(&decode(root)?));
        let further = self.keys.iter().filter_map(|key| decode(key));
        roots.map(|root| *root.key()).chain(further).collect()
    }
}

impl From<Entry> for DistrustRule {
    fn from(entry: Entry) -> Self {
        Self {
            condition: entry.condition(),
            keys: entry.keys(),
            except: entry.except_keys.iter().filter_map(|key| decode(key)).collect(),
            id: entry.id,
            authority: entry.authority,
            program: entry.program,
            in_force: entry.in_force,
            source: entry.source,
            source_date: entry.source_date,
        }
    }
}

fn decode(hex: &str) -> Option<Sha256Hash> {
    HEXLOWER.decode(hex.as_bytes()).ok()?.try_into().ok()
}
