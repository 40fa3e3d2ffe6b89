//! Whether a device has a root, and since when or until when.

use crate::root::Identity;
use crate::store::{Holding, Store, stores};

/// Whether the systems that a row stands for have a root.
#[derive(Clone, Copy, Debug)]
pub enum Presence {
    /// All of them do.
    Present,
    /// Some of them do, and some certainly don't.
    Partly {
        /// The first of them that does, if an earlier one doesn't.
        since: Option<&'static Store>,
        /// The last of them that does, if a later one doesn't.
        until: Option<&'static Store>,
    },
    /// None of them does.
    Absent {
        /// The first later version of the same system that does.
        since: Option<&'static Store>,
        /// The last earlier version that did.
        until: Option<&'static Store>,
    },
    /// No copy tells of at least one of them, and none certainly lacks it; [`Store::holds`] tells them apart.
    Unknown,
}

/// Judges a root by the stores of a row, which are some of one family, in order of time.
pub(crate) fn presence(root: Identity, row: &[&'static Store]) -> Presence {
    let has = |wanted: Holding| row.iter().any(|store| store.has(root) == wanted);
    match (has(Holding::Yes), has(Holding::Unknown), has(Holding::No)) {
        (true, _, true) => partly(root, row),
        (_, true, _) => Presence::Unknown,
        (true, false, false) => Presence::Present,
        (false, false, _) => absent(root, row),
    }
}

fn partly(root: Identity, row: &[&'static Store]) -> Presence {
    let holds = |store: &&&'static Store| store.has(root) == Holding::Yes;
    let lacks = |store: Option<&&'static Store>| store.is_some_and(|store| store.has(root) != Holding::Yes);
    Presence::Partly {
        since: row.iter().find(holds).copied().filter(|_| lacks(row.first())),
        until: row.iter().rfind(holds).copied().filter(|_| lacks(row.last())),
    }
}

fn absent(root: Identity, row: &[&'static Store]) -> Presence {
    let place = |wanted: Option<&&'static Store>| {
        let wanted = wanted?;
        stores().iter().position(|store| store.id == wanted.id)
    };
    let (Some(first), Some(last)) = (place(row.first()), place(row.last())) else {
        return Presence::Unknown;
    };
    let family = row.first().map(|store| store.family.as_str());
    let holds =
        |store: &&'static Store| Some(store.family.as_str()) == family && store.has(root) == Holding::Yes;
    Presence::Absent {
        since: stores().iter().skip(last).find(holds),
        until: stores().iter().take(first).rfind(holds),
    }
}
