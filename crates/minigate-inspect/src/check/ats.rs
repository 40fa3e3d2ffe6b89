//! App Transport Security, demand by demand (rule T7).

use minigate_tls::AtsDemand;
use rustls::pki_types::CertificateDer;
use serde::Serialize;

use crate::chain::ends_publicly;
use crate::matrix::meets_ats;
use crate::probe::{Facts, Suite, Version, VersionFacts};

/// One demand of App Transport Security.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AtsLine {
    /// 1 TLS 1.2, 2 the suite, 3 the signature, 4 the key, 5 the purpose, 6 the life.
    pub number: u8,
    /// Whether it is met.
    pub is_met: bool,
    /// How it isn't, where more is known than that.
    pub unmet: Option<AtsDemand>,
}

impl AtsLine {
    /// All demands in the order of their numbers, without those that nobody can tell; none where no certificate is presented.
    pub(super) fn all(facts: &Facts, beside: &[CertificateDer<'_>]) -> Vec<Self> {
        let Some(sent) = facts.chain() else {
            return Vec::new();
        };
        let certificates = sent.certificates();
        let is_preinstalled = ends_publicly(sent) || leads_to(beside, &certificates);
        let leaf = certificates.first();
        let unmet = leaf.map(|leaf| minigate_tls::ats_unmet(leaf, is_preinstalled));
        let unmet = unmet.unwrap_or_default();
        let of_protocol = [
            Self::new(1, spoken(facts).next().is_some(), None),
            Self::of_suites(facts),
        ];
        let is_open = is_open(facts);
        let mut lines: Vec<_> = of_protocol
            .into_iter()
            .filter(|line| line.is_met || !is_open)
            .collect();
        lines.extend((3..=6).map(|number| {
            let unmet = unmet.iter().find(|demand| demand.number() == number);
            Self::new(number, unmet.is_none(), unmet.cloned())
        }));
        lines
    }

    fn of_suites(facts: &Facts) -> Self {
        let taken: Vec<_> = spoken(facts).collect();
        let is_met = taken.iter().any(|(version, suite)| meets_ats(*version, *suite));
        let unmet = taken.first().filter(|_| !is_met);
        let unmet = unmet.map(|(_, suite)| AtsDemand::Suite {
            suite: suite.0.into(),
        });
        Self::new(2, is_met, unmet)
    }

    const fn new(number: u8, is_met: bool, unmet: Option<AtsDemand>) -> Self {
        Self {
            number,
            is_met,
            unmet,
        }
    }
}

/// Whether a root that every device is taken to come with has issued the last certificate of the way.
fn leads_to(roots: &[CertificateDer<'_>], sent: &[CertificateDer<'_>]) -> bool {
    let all: Vec<_> = sent.iter().chain(roots).cloned().collect();
    let way = minigate_tls::way_up(&all);
    way.last().is_some_and(|top| *top >= sent.len())
}

/// Whether the server may take more since TLS 1.2 than it has shown.
fn is_open(facts: &Facts) -> bool {
    new(facts).any(|version| match version.greeting.refusal() {
        Some(refusal) => refusal.is_unanswered(),
        None => !version.suites.is_complete,
    })
}

/// What the server takes since TLS 1.2.
fn spoken(facts: &Facts) -> impl Iterator<Item = (Version, Suite)> {
    new(facts).flat_map(|version| {
        let agreed = version.greeting.agreed().map(|agreed| agreed.suite);
        let all = agreed.into_iter().chain(version.suites.list.iter().copied());
        all.map(|suite| (version.version, suite))
    })
}

fn new(facts: &Facts) -> impl Iterator<Item = &VersionFacts> {
    let versions = facts.versions.iter();
    versions.filter(|version| version.version >= Version::Tls12)
}
