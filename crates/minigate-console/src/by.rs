//! On whose behalf something is done.

use jiff::Timestamp;

use crate::store::Entry;

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
}

impl By {
    pub(crate) const fn new(actor: String, origin: Option<String>, at: Timestamp) -> Self {
        Self {
            actor,
            origin,
            reason: None,
            at,
            behind: None,
        }
    }

    pub(crate) fn with_somebody_behind(self, person: Option<String>) -> Self {
        Self {
            behind: person,
            ..self
        }
    }

    /// Why, in the actor's words.
    #[must_use]
    pub fn because(self, reason: impl Into<String>) -> Self {
        Self {
            reason: Some(reason.into()),
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
    pub(crate) fn entry(&self, action: &str, app: &str) -> Entry {
        Entry {
            app: Some(app.to_owned()),
            ..self.platform_entry(action)
        }
    }

    /// An entry of the log for something that is done to the platform.
    pub(crate) fn platform_entry(&self, action: &str) -> Entry {
        Entry {
            origin: self.origin.clone(),
            reason: self.reason.clone(),
            ..Entry::new(self.actor.as_str(), action)
        }
    }
}
