//! What a server takes beside its first choice.

use super::facts::{Agreed, Offered, Refusal};
use super::flight::Landed;
use super::hello::{Hello, Key};
use super::numbers::{Group, Suite};
use super::offer;
use super::wire::Wire;

/// The suites of a version: what the server chose is taken away until it gives up.
pub(super) async fn suites(wire: &Wire, name: Option<&str>, first: &Agreed) -> Offered<Suite> {
    let groups = offer::groups(first.version);
    let mut left = offer::suites(first.version);
    let mut found = Offered::default();
    let mut chosen = first.suite;
    while found.list.len() < wire.bounds.listed {
        found.list.push(chosen);
        left.retain(|suite| *suite != chosen);
        let hello = Hello {
            version: first.version,
            name,
            suites: &left,
            groups: &groups,
            key: Key::Brought,
        };
        match next(wire, &hello).await {
            Ok((agreed, _)) => chosen = agreed.suite,
            Err(end) => return found.ended(end),
        }
    }
    found
}

/// The groups of a version; only suites are offered that need one.
pub(super) async fn groups(wire: &Wire, name: Option<&str>, first: &Agreed) -> Offered<Group> {
    let mut suites = offer::suites(first.version);
    suites.retain(|suite| suite.needs_group());
    let mut left = offer::groups(first.version);
    let mut found = Offered::default();
    while found.list.len() < wire.bounds.listed {
        let hello = Hello {
            version: first.version,
            name,
            suites: &suites,
            groups: &left,
            key: Key::Left,
        };
        let chosen = match next(wire, &hello).await {
            Ok((agreed, _)) => agreed.group.filter(|group| left.contains(group)),
            Err(end) => return found.ended(end),
        };
        // A server may fall back to a prime of its own, or ignore what is offered.
        let Some(group) = chosen else {
            return found.ended(End::GaveUp);
        };
        found.list.push(group);
        left.retain(|other| *other != group);
    }
    found
}

impl<T> Offered<T> {
    fn ended(self, end: End) -> Self {
        Self {
            is_complete: end == End::GaveUp,
            ..self
        }
    }
}

/// How a list ends.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum End {
    /// The server takes nothing else.
    GaveUp,
    /// It can't be asked any more.
    Broke,
}

async fn next(wire: &Wire, hello: &Hello<'_>) -> Result<Landed, End> {
    if hello.suites.is_empty() || hello.groups.is_empty() {
        return Err(End::GaveUp);
    }
    wire.greet(hello).await.map_err(|refusal| match refusal {
        // Servers without anything in common say so, close the connection, or insist on what isn't offered.
        Refusal::Alert { .. }
        | Refusal::Closed
        | Refusal::OtherVersion { .. }
        | Refusal::OtherSuite { .. } => End::GaveUp,
        _ => End::Broke,
    })
}
