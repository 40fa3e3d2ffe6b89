//! On whose behalf something is done.

use jiff::Timestamp;

use crate::action::Action;
use crate::store::{Change, Entry, Key, Record, Sequence};

/// Who does something, from where, when and why: what the audit log says of it.
///
/// It is the proof that somebody may do it: only [`Caller::allow`](crate::access::Caller::allow) makes one.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct By {
    actor: String,
    origin: Option<String>,
    reason: Option<String>,
    at: Timestamp,
    behind: Option<String>,
    grounds: Vec<Ground>,
}

/// A record that says who somebody is and what they may do, as it was read.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Ground {
    key: Key,
    revision: Sequence,
}

impl By {
    pub(crate) const fn new(actor: String, origin: Option<String>, at: Timestamp) -> Self {
        Self {
            actor,
            origin,
            reason: None,
            at,
            behind: None,
            grounds: Vec::new(),
        }
    }

    pub(crate) fn on(self, grounds: Vec<Ground>) -> Self {
        Self { grounds, ..self }
    }

    /// A change that fails where the actor's account, token or AppSecret has moved on: for what takes its time between the
    /// proof and the commit.
    pub(crate) fn rest(&self, change: Change) -> Change {
        self.grounds.iter().fold(change, |change, ground| {
            change.rest_at(&ground.key, ground.revision)
        })
    }

    /// Whether that is what such a change fails by: then trying again is of no use.
    pub(crate) fn rests_on(&self, key: &Key) -> bool {
        self.grounds.iter().any(|ground| ground.key == *key)
    }

    pub(crate) fn with_somebody_behind(self, person: Option<String>) -> Self {
        Self {
            behind: person,
            ..self
        }
    }

    /// Why, in the actor's words, where that is said.
    #[must_use]
    pub fn because(self, reason: impl Into<Option<String>>) -> Self {
        Self {
            reason: reason.into(),
            ..self
        }
    }

    /// The name of an account or a token.
    #[must_use]
    pub fn actor(&self) -> &str {
        &self.actor
    }

    /// Who has seen the secret that the actor showed, where that is an app's server: whatever it does may be that person's.
    #[must_use]
    pub fn behind(&self) -> Option<&str> {
        self.behind.as_deref()
    }

    /// Why.
    #[must_use]
    pub fn reason(&self) -> Option<&str> {
        self.reason.as_deref()
    }

    /// When.
    #[must_use]
    pub const fn at(&self) -> Timestamp {
        self.at
    }

    /// An entry of the log for something that is done to an app.
    pub(crate) fn entry(&self, action: Action, app: &str) -> Entry {
        Entry {
            app: Some(app.to_owned()),
            ..self.platform_entry(action)
        }
    }

    /// An entry of the log for something that is done to the platform.
    pub(crate) fn platform_entry(&self, action: Action) -> Entry {
        Entry {
            origin: self.origin.clone(),
            reason: self.reason.clone(),
            ..Entry::new(self.actor.as_str(), action)
        }
    }
}

impl From<&Record> for Ground {
    fn from(record: &Record) -> Self {
        Self {
            key: record.key.clone(),
            revision: record.revision,
        }
    }
}
