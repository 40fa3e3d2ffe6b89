//! The rows of the matrix.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use jiff::civil::Date;
use minigate_policy::Interface;
use minigate_policy::diagnosis::Lang;
use rustls::ProtocolVersion;
use rustls::pki_types::CertificateDer;
use serde::Deserialize;

use crate::data;
use crate::distrust::Program;
use crate::offer::Offer;
use crate::presence::{Presence, presence};
use crate::root::{self, Identity, Root, roots};
use crate::store::{Holding, Store, stores};

/// A row of the matrix: a system at some versions, and WeChat on it.
#[derive(Debug)]
pub struct Device {
    row: Row,
    stores: Vec<&'static Store>,
    offers: BTreeMap<Interface, &'static Offer>,
}

/// What a device does about an intermediate certificate that the server leaves out (rule T5).
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "lowercase")]
pub enum Intermediates {
    /// The connection fails.
    Never,
    /// It may have it from elsewhere, so that the fault doesn't show.
    May,
}

/// Every device, phones first.
#[must_use]
pub fn devices() -> &'static [Device] {
    static DEVICES: LazyLock<Vec<Device>> =
        LazyLock::new(|| DATA.device.iter().cloned().map(Device::new).collect());
    &DEVICES
}

impl Device {
    fn new(row: Row) -> Self {
        let store = |id: &String| stores().iter().find(|store| store.id == *id);
        let offer = |id: &String| DATA.offer.iter().find(|offer| offer.id == *id);
        let offers = row.offers.iter();
        Self {
            stores: row.stores.iter().filter_map(store).collect(),
            offers: offers.filter_map(|(of, id)| Some((*of, offer(id)?))).collect(),
            row,
        }
    }

    /// The device with an ID.
    #[must_use]
    pub fn find(id: &str) -> Option<&'static Self> {
        devices().iter().find(|device| device.id() == id)
    }

    /// What it is called in reports for machines; never changes.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.row.id
    }

    /// What people call it.
    #[must_use]
    pub fn name(&self, lang: Lang) -> &str {
        match lang {
            Lang::En => &self.row.name.en,
            Lang::Zh => &self.row.name.zh,
        }
    }

    /// What it offers for a call through an interface; `None` where its TLS isn't known.
    #[must_use]
    pub fn offers(&self, interface: Interface) -> Option<&'static Offer> {
        self.offers.get(&interface).copied()
    }

    /// The versions of TLS that it has on for calls through an interface, the oldest first; none where that isn't known.
    #[must_use]
    pub fn tls_versions(&self, interface: Interface) -> &'static [ProtocolVersion] {
        self.offers(interface).map_or(&[], |offer| &offer.versions)
    }

    /// The root stores of the versions that it stands for, in order of time; never empty.
    #[must_use]
    pub fn stores(&self) -> &[&'static Store] {
        &self.stores
    }

    /// The roots that every one of its stores certainly has, one certificate for each key.
    pub fn anchors(&self) -> impl Iterator<Item = &'static CertificateDer<'static>> {
        let everywhere = |root: Identity| self.stores.iter().all(|store| store.has(root) == Holding::Yes);
        let held = roots().iter().filter(move |root| everywhere(root.identity()));
        let by_key: BTreeMap<_, _> = held.map(|root| (root.identity(), root)).collect();
        by_key.into_values().map(Root::der)
    }

    /// Whether it trusts a root, by this or any certificate with the same subject and key (rule T2).
    ///
    /// What can't be read is absent.
    #[must_use]
    pub fn holds(&self, root: &CertificateDer<'_>) -> Presence {
        root::read(root).map_or(
            Presence::Absent {
                since: None,
                until: None,
            },
            |root| presence(Identity::of(&root), &self.stores),
        )
    }

    /// What it does about intermediates that the server leaves out (rule T5).
    #[must_use]
    pub const fn intermediates(&self) -> Intermediates {
        self.row.intermediates
    }

    /// Whether App Transport Security holds on it (rule T7).
    #[must_use]
    pub const fn ats(&self) -> bool {
        self.row.ats
    }

    /// Whether it never takes a self-signed certificate, not even with checks skipped (rule T6).
    #[must_use]
    pub const fn self_signed_never(&self) -> bool {
        self.row.self_signed_never
    }

    /// Whether roots that its user has installed count for an app that doesn't ask for them; not since Android 7.
    ///
    /// They are in none of its stores.
    #[must_use]
    pub const fn user_roots(&self) -> bool {
        self.row.user_roots
    }

    /// The programs whose rules of distrust hold on it (rule T9).
    #[must_use]
    pub fn programs(&self) -> &[Program] {
        &self.row.programs
    }

    /// Whether it refuses a certificate that the stapled answer calls revoked.
    #[must_use]
    pub const fn heeds_revocation(&self) -> bool {
        self.row.heeds_revocation
    }

    /// Whether it counts less in a grade: its roots and its TLS are older than most servers' certificates, nothing brings
    /// them up to date, and hardly anybody has it any more.
    #[must_use]
    pub const fn is_legacy(&self) -> bool {
        self.row.legacy
    }

    /// Where its roots are published.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.row.source
    }

    /// The day of the newest copy of its roots.
    #[must_use]
    pub const fn date(&self) -> Date {
        self.row.date
    }

    /// What the sources leave open; empty if nothing.
    #[must_use]
    pub fn note(&self) -> &str {
        &self.row.note
    }
}

static DATA: LazyLock<Table> = LazyLock::new(|| data::table(data::DEVICES));

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    offer: Vec<Offer>,
    device: Vec<Row>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    id: String,
    name: Name,
    stores: Vec<String>,
    intermediates: Intermediates,
    ats: bool,
    self_signed_never: bool,
    user_roots: bool,
    #[serde(default)]
    heeds_revocation: bool,
    #[serde(default)]
    legacy: bool,
    programs: Vec<Program>,
    offers: BTreeMap<Interface, String>,
    source: String,
    date: Date,
    note: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Name {
    en: String,
    zh: String,
}
