//! On whose behalf something is done.

use jiff::Timestamp;

use crate::store::Entry;

/// Who does something, from where, when and why: what the audit log says of it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct By {
    /// The name of an account or a token.
    pub actor: String,
    /// The address that it came from.
    pub origin: Option<String>,
    /// Why, in the actor's words.
    pub reason: Option<String>,
    /// When.
    pub at: Timestamp,
}

impl By {
    /// An entry of the log for something that is done to an app.
    pub(crate) fn entry(&self, action: &str, app: &str) -> Entry {
        Entry {
            origin: self.origin.clone(),
            reason: self.reason.clone(),
            ..Entry::new(self.actor.as_str(), action).about(app)
        }
    }
}
