//! What a server takes beside its first choice.

use super::facts::{Agreed, Offered, Refusal};
use super::flight::Landed;
use super::hello::{Hello, Key};
use super::numbers::{Group, Suite};
use super::offer;
use super::wire::Wire;

/// A list as far as it has come.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct List<T> {
    pub(super) offered: Offered<T>,
    /// What it broke off with, where a connection was lost; it can be gone on with.
    pub(super) lost: Option<Refusal>,
}

impl<T> Default for List<T> {
    fn default() -> Self {
        Self {
            offered: Offered::default(),
            lost: None,
        }
    }
}

impl<T> List<T> {
    /// Whether there is more to ask.
    pub(super) const fn is_open(&self) -> bool {
        self.lost.is_some() || (self.offered.list.is_empty() && !self.offered.is_complete)
    }

    /// The same, ended by a server that takes nothing else, or broken off.
    fn ended(self, refusal: Refusal) -> Self {
        let offered = Offered {
            is_complete: gives_up(&refusal),
            ..self.offered
        };
        let lost = refusal.is_lost().then_some(refusal);
        Self { offered, lost }
    }

    /// The same, after which nothing is left to be taken.
    fn whole(self) -> Self {
        let offered = Offered {
            is_complete: true,
            ..self.offered
        };
        Self { offered, lost: None }
    }

    /// The same, where the server is known to refuse without a word.
    pub(super) fn confirmed(self) -> Self {
        match &self.lost {
            Some(lost) if lost.is_cut() => self.whole(),
            _ => self,
        }
    }
}

/// The suites of a version, from what is known on: what the server chose is taken away until it gives up.
pub(super) async fn suites(
    wire: &Wire,
    name: Option<&str>,
    first: &Agreed,
    known: List<Suite>,
) -> List<Suite> {
    let groups = offer::groups(first.version);
    let mut left = offer::suites(first.version);
    let mut found = known;
    if wire.bounds.listed == 0 {
        return found;
    }
    if found.offered.list.is_empty() {
        found.offered.list.push(first.suite);
    }
    loop {
        left.retain(|suite| !found.offered.list.contains(suite));
        let hello = Hello {
            version: first.version,
            name,
            suites: &left,
            groups: &groups,
            key: Key::Brought,
        };
        match next(wire, &hello).await {
            Some(Ok(_)) if found.offered.list.len() >= wire.bounds.listed => return found,
            Some(Ok((agreed, _))) => found.offered.list.push(agreed.suite),
            Some(Err(refusal)) => return found.ended(refusal),
            None => return found.whole(),
        }
    }
}

/// The groups of a version, from what is known on; only suites are offered that need one.
pub(super) async fn groups(
    wire: &Wire,
    name: Option<&str>,
    first: &Agreed,
    known: List<Group>,
) -> List<Group> {
    let mut suites = offer::suites(first.version);
    suites.retain(|suite| suite.needs_group());
    let mut left = offer::groups(first.version);
    let mut found = known;
    while found.offered.list.len() < wire.bounds.listed {
        left.retain(|group| !found.offered.list.contains(group));
        let hello = Hello {
            version: first.version,
            name,
            suites: &suites,
            groups: &left,
            key: Key::Left,
        };
        let chosen = match next(wire, &hello).await {
            Some(Ok((agreed, _))) => agreed.group.filter(|group| left.contains(group)),
            Some(Err(refusal)) => return found.ended(refusal),
            None => None,
        };
        // A server may fall back to a prime of its own, or ignore what is offered.
        let Some(group) = chosen else {
            return found.whole();
        };
        found.offered.list.push(group);
    }
    found
}

/// The answer to a hello; none where it would offer nothing.
async fn next(wire: &Wire, hello: &Hello<'_>) -> Option<Result<Landed, Refusal>> {
    if hello.suites.is_empty() || hello.groups.is_empty() {
        return None;
    }
    Some(wire.greet(hello).await)
}

/// Servers without anything in common say so, or insist on what isn't offered.
const fn gives_up(refusal: &Refusal) -> bool {
    matches!(
        refusal,
        Refusal::Alert { .. } | Refusal::OtherVersion { .. } | Refusal::OtherSuite { .. }
    )
}
