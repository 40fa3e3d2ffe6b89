//! What a follower knows.

use std::sync::Arc;

use jiff::Timestamp;
use minigate_policy::{DomainLists, Profile};

use crate::Published;
use crate::problem::Problem;
use crate::trust::Trusted;

/// What a follower has by now.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct State {
    /// The last good list; none where there never was one.
    pub held: Option<Arc<Held>>,
    /// Why there is no newer one, while that is so: the console is away, or what it says is refused.
    pub problem: Option<Arc<Problem>>,
    /// Why the disk doesn't keep what was fetched.
    pub unkept: Option<Arc<Problem>>,
    /// Why the list that the disk had at the start isn't used.
    pub unused: Option<Arc<Problem>>,
    /// The keys that are trusted.
    pub trusted: Option<Arc<Trusted>>,
    pub(super) console: Arc<str>,
}

/// A list that was verified.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Held {
    /// What it says.
    pub published: Published,
    /// When the console last said that it is the newest.
    pub fetched_at: Timestamp,
}

impl State {
    /// The lists for a policy at a moment, named after their version and console; without any, all of them refuse and say
    /// why. They change with the state, and when a block ends ([`Published::next_end`]).
    #[must_use]
    pub fn lists_for(&self, profile: &Profile, now: Timestamp) -> DomainLists {
        let held = self.held.as_ref();
        let lists = held.and_then(|held| Some((held, held.published.lists_for(profile, now).ok()?)));
        match lists {
            Some((held, lists)) => lists
                .with_version(format!("{} · {}", held.published.version, self.console))
                .with_fetched_at(held.fetched_at.into()),
            None => DomainLists::missing(&*self.console),
        }
    }

    /// The console's address.
    #[must_use]
    pub fn console(&self) -> &str {
        &self.console
    }
}
