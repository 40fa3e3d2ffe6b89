//! The policy that holds for an app's calls, which others can exchange.

use minigate_policy::Policy;
use tokio::sync::watch;

/// The policy by which an app's calls are judged.
///
/// A handle to one place: clones see and exchange the same policy, from any thread. A call that is under way keeps the
/// policy that it began with, redirects included; those made later are judged by the new one.
#[derive(Clone, Debug)]
pub struct Standing(watch::Sender<Policy>);

impl Standing {
    pub(crate) fn new(policy: Policy) -> Self {
        Self(watch::Sender::new(policy))
    }

    /// The policy that holds now.
    #[must_use]
    pub fn policy(&self) -> Policy {
        self.0.borrow().clone()
    }

    /// Lets another one hold for the calls to come.
    ///
    /// It is for its lists and its skipped check: what an app was told of its ID, release and profile when it was set up
    /// stays as it was.
    pub fn exchange(&self, policy: Policy) {
        self.0.send_replace(policy);
    }
}
