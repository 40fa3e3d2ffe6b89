//! Who did what, when, from where and why.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Sequence;

/// What is said of a change in the audit log.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Entry {
    /// Who: the name of an account, a token, or the console itself.
    pub actor: String,
    /// From where: an address.
    pub origin: Option<String>,
    /// What: `app.create`, `domains.publish` …
    pub action: String,
    /// Which app it concerns.
    pub app: Option<String>,
    /// What was before.
    pub before: Option<Value>,
    /// What is after.
    pub after: Option<Value>,
    /// Why, in the actor's words.
    pub reason: Option<String>,
}

impl Entry {
    /// An entry that says who did what.
    #[must_use]
    pub fn new(actor: impl Into<String>, action: impl Into<String>) -> Self {
        Self {
            actor: actor.into(),
            origin: None,
            action: action.into(),
            app: None,
            before: None,
            after: None,
            reason: None,
        }
    }

    /// From where.
    #[must_use]
    pub fn from(self, origin: impl Into<String>) -> Self {
        Self {
            origin: Some(origin.into()),
            ..self
        }
    }

    /// Which app it concerns.
    #[must_use]
    pub fn about(self, app: impl Into<String>) -> Self {
        Self {
            app: Some(app.into()),
            ..self
        }
    }

    /// What was before.
    #[must_use]
    pub fn before(self, before: Value) -> Self {
        Self {
            before: Some(before),
            ..self
        }
    }

    /// What is after.
    #[must_use]
    pub fn after(self, after: Value) -> Self {
        Self {
            after: Some(after),
            ..self
        }
    }

    /// Why.
    #[must_use]
    pub fn because(self, reason: impl Into<String>) -> Self {
        Self {
            reason: Some(reason.into()),
            ..self
        }
    }
}

/// An entry as it stands in the log.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Logged {
    /// Its number.
    pub sequence: Sequence,
    /// When it was committed.
    pub at: Timestamp,
    /// What it says.
    #[serde(flatten)]
    pub entry: Entry,
}

/// Which entries are wanted.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Query {
    /// Those about this app.
    pub app: Option<String>,
    /// Those about one of these apps; those about none of them, or about the platform, aren't wanted.
    pub apps: Option<BTreeSet<String>>,
    /// Those of this actor.
    pub actor: Option<String>,
    /// Those of this action, `domains.publish`, or of all of its kind, `domains`.
    pub action: Option<String>,
    /// Those from this moment on.
    pub since: Option<Timestamp>,
    /// Those before this moment.
    pub until: Option<Timestamp>,
    /// Those before this number, to page on.
    pub before: Option<Sequence>,
    /// How many at most.
    pub most: u32,
}

impl Default for Query {
    fn default() -> Self {
        Self {
            app: None,
            apps: None,
            actor: None,
            action: None,
            since: None,
            until: None,
            before: None,
            most: 100,
        }
    }
}
