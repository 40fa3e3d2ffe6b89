//! Root stores by system and version.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use data_encoding::HEXLOWER;
use jiff::civil::Date;
use rustls::pki_types::CertificateDer;
use serde::Deserialize;

use crate::data;
use crate::root::{self, Identity, Root};

/// What a system trusts at one version.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Store {
    /// What it is called in the data, `android-7.1.1` for instance.
    pub id: String,
    /// The system: `android`, `apple`, `mozilla`, `chrome` or `windows`.
    pub family: String,
    /// What people call it, `Android 7.1.1` for instance.
    pub name: String,
    /// The day of the copy, or of the last change before the release.
    pub date: Date,
    /// Where the copy is from.
    pub source: String,
    /// How it was made up where no copy of it is kept; what can't be told so is [`Holding::Unknown`].
    pub derived: Option<String>,
    /// Whether roots that only it ever had are left out of the data.
    #[serde(default)]
    pub partial: bool,
    /// How many certificates it certainly has.
    pub roots: usize,
    #[serde(skip)]
    members: BTreeMap<Identity, Holding>,
    #[serde(skip)]
    anchors: Vec<&'static Root>,
}

/// Whether a store has a root.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Holding {
    /// It doesn't.
    No,
    /// Nothing says so.
    Unknown,
    /// It does.
    Yes,
}

/// Every store, those of a family in order of time.
#[must_use]
pub fn stores() -> &'static [Store] {
    static STORES: LazyLock<Vec<Store>> = LazyLock::new(|| {
        let mut table: Table = data::table(data::STORES);
        fill(&mut table.store);
        table.store
    });
    &STORES
}

impl Store {
    /// Whether it has a root, by this or any certificate with the same subject and key.
    ///
    /// What can't be read is in no store.
    #[must_use]
    pub fn holds(&self, root: &CertificateDer<'_>) -> Holding {
        root::read(root).map_or(Holding::No, |root| self.has(Identity::of(&root)))
    }

    pub(crate) fn has(&self, root: Identity) -> Holding {
        self.members.get(&root).copied().unwrap_or(Holding::No)
    }

    /// The roots that it certainly has.
    pub fn anchors(&self) -> impl Iterator<Item = &'static Root> {
        self.anchors.iter().copied()
    }

    fn add(&mut self, root: &'static Root, holding: Holding) {
        if holding == Holding::Yes {
            self.anchors.push(root);
        }
        let known = self.members.entry(root.identity()).or_insert(holding);
        *known = holding.max(*known);
    }
}

#[derive(Deserialize)]
struct Table {
    store: Vec<Store>,
}

/// Reads who has what: a row for each root, and a cell for each store in the order of the stores.
fn fill(stores: &mut [Store]) {
    for line in data::MEMBERSHIP.lines().skip(1) {
        let mut cells = line.split(',');
        let Some(root) = cells.next().and_then(by_hex) else {
            continue;
        };
        for (store, cell) in stores.iter_mut().zip(cells) {
            match cell {
                "1" => store.add(root, Holding::Yes),
                "?" => store.add(root, Holding::Unknown),
                _ => {}
            }
        }
    }
}

fn by_hex(fingerprint: &str) -> Option<&'static Root> {
    let fingerprint = HEXLOWER.decode(fingerprint.as_bytes()).ok()?;
    Root::by_fingerprint(&fingerprint.try_into().ok()?)
}
