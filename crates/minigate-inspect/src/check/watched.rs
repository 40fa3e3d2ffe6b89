//! What has changed of a server since it was looked at before.

mod change;
mod standing;

use std::collections::BTreeMap;
use std::net::SocketAddr;

use super::{Grade, Report};
pub use change::{Change, Condition, Direction};
use standing::{Difference, Fingerprint, Standing, differences, fingerprint};

/// What is known of one server, against which each further report on it is held.
///
/// A change is one of verdict: on a device, of what the application does, of whether the origin can be called. What
/// moves by itself (days left, times, the order of suites) is none, nor is a certificate that is renewed. Certificates that
/// one address alone sends are told too, once.
///
/// What a network's weather can explain counts when two reports in a row say the same: an address that isn't reached, a
/// name without addresses, a handshake or an answer that breaks off where it didn't before. The way back counts at once.
/// An address that a resolver no longer names is no change, and is remembered; a new one is held against all others, and
/// is one where it differs from each. At most 256 addresses are remembered, and nothing else of a report is kept.
///
/// ```no_run
/// # async fn example(checker: minigate_inspect::check::Checker, subject: minigate_inspect::check::Subject, terms: minigate_inspect::check::Terms) {
/// use minigate_inspect::check::Watched;
/// use minigate_policy::diagnosis::Lang;
///
/// let mut watched = Watched::default();
/// loop {
///     let report = checker.check(&subject, &terms, jiff::Timestamp::now()).await;
///     for change in watched.note(&report) {
///         println!("{} {:?}: {}", change.url, change.address, change.tell(Lang::En).headline);
///     }
/// #   break;
/// }
/// # }
/// ```
#[derive(Clone, Debug, Default)]
pub struct Watched {
    whole: Known,
    addresses: BTreeMap<SocketAddr, Known>,
    has_one_chain: Option<bool>,
    reports: u64,
}

/// What was found last, and what isn't believed yet.
#[derive(Clone, Debug, Default)]
struct Known {
    standing: Option<Standing>,
    doubted: Option<Standing>,
    chain: Option<Fingerprint>,
    seen_in: u64,
}

/// A step from one standing to the next.
#[derive(Debug)]
struct Turn {
    /// The grade before, where anything was known.
    before: Option<Option<Grade>>,
    after: Option<Grade>,
    differences: Vec<Difference>,
}

impl Watched {
    /// What a report says that those before it didn't, the whole server first, then address by address; nothing of the first.
    pub fn note(&mut self, report: &Report) -> Vec<Change> {
        self.reports += 1;
        let whole = Standing::of_whole(report);
        let turn = self.whole.take(whole, None, self.reports);
        let mut changes = change::grouped(report, None, turn);
        // Before any of them is noted: a new one is held against what was known, not against its like.
        let found: Vec<_> = report
            .addresses
            .iter()
            .map(|address| {
                let standing = Standing::of_address(address);
                let like = self.most_like(address.facts.address, &standing);
                (address.facts.address, standing, like)
            })
            .collect();
        for (address, standing, like) in found {
            let known = self.addresses.entry(address).or_default();
            let turn = known.take(standing, like, self.reports);
            changes.extend(change::grouped(report, Some(address), turn));
        }
        changes.extend(self.note_chains(report, &changes));
        for address in &report.addresses {
            let known = self.addresses.entry(address.facts.address).or_default();
            known.chain = address.facts.chain().map(fingerprint).or(known.chain);
        }
        self.forget();
        changes
    }

    /// For an address that isn't known, what is known of the one that differs least.
    fn most_like(&self, address: SocketAddr, found: &Standing) -> Option<Standing> {
        if self.addresses.contains_key(&address) {
            return None;
        }
        let standings = self
            .addresses
            .values()
            .filter_map(|known| known.standing.as_ref());
        standings
            .min_by_key(|standing| differences(Some(standing), found).len())
            .cloned()
    }

    /// Tells of the addresses whose certificates have changed so that not all send the same any more, or do so again.
    fn note_chains(&mut self, report: &Report, told: &[Change]) -> Vec<Change> {
        let sent = report.addresses.iter().filter_map(|address| {
            let chain = address.facts.chain().map(fingerprint)?;
            Some((address.facts.address, chain))
        });
        let sent: Vec<_> = sent.collect();
        let Some((_, first)) = sent.first() else {
            return Vec::new();
        };
        let has_one = sent.iter().all(|(_, chain)| chain == first);
        let before = self.has_one_chain.replace(has_one);
        if before.is_none_or(|before| before == has_one) {
            return Vec::new();
        }
        let is_told = |address| told.iter().any(|change| change.address == Some(address));
        let changed = sent.iter().filter(|(address, chain)| {
            let known = self.addresses.get(address).and_then(|known| known.chain);
            let is_new = known.is_none() && !self.knows_chain(chain);
            (is_new || known.is_some_and(|known| known != *chain)) && !is_told(*address)
        });
        changed
            .map(|(address, _)| Change::of_chains(report, *address, has_one))
            .collect()
    }

    fn knows_chain(&self, chain: &Fingerprint) -> bool {
        self.addresses
            .values()
            .any(|known| known.chain.as_ref() == Some(chain))
    }

    /// Lets go of the addresses that weren't seen for longest.
    fn forget(&mut self) {
        while self.addresses.len() > MOST_ADDRESSES {
            let oldest = self.addresses.iter().min_by_key(|(_, known)| known.seen_in);
            let Some(oldest) = oldest.map(|(address, _)| *address) else {
                return;
            };
            self.addresses.remove(&oldest);
        }
    }
}

impl Known {
    /// Takes what was found, or holds it back until it is found again.
    ///
    /// It is held against `like` where nothing is known; with neither, against a server that is well.
    fn take(&mut self, found: Standing, like: Option<Standing>, report: u64) -> Option<Turn> {
        self.seen_in = report;
        let before = self.standing.take().or(like);
        let found = match &before {
            Some(before) => found.with_unseen_of(before),
            None => found,
        };
        if report != FIRST && found.is_doubtful_after(before.as_ref()) && !self.was_found(&found) {
            self.standing = before;
            self.doubted = Some(found);
            return None;
        }
        let turn = Turn {
            differences: differences(before.as_ref(), &found),
            before: before.as_ref().map(Standing::grade),
            after: found.grade(),
        };
        self.standing = Some(found);
        self.doubted = None;
        (report != FIRST).then_some(turn)
    }

    fn was_found(&self, found: &Standing) -> bool {
        let doubted = self.doubted.as_ref();
        doubted.is_some_and(|doubted| doubted.is_same(found))
    }
}

const MOST_ADDRESSES: usize = 256;
const FIRST: u64 = 1;
