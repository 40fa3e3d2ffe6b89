//! A network that is played from a recording.

use http::Method;
use url::Url;

use crate::{Failure, Phase};

/// Says what becomes of each hop before it is dialled: a recording that is replayed has failures, too.
///
/// It stands below the rules: slots, deadlines and the policy act as ever.
pub trait Rehearsal: Send + Sync {
    /// What becomes of a hop; asked once for each, when it has its slot.
    fn cue(&self, method: &Method, url: &Url) -> Cue;
}

/// What becomes of a hop.
#[derive(Clone, Debug)]
pub enum Cue {
    /// It is dialled as ever.
    Dial,
    /// It fails like this.
    Fail(Box<Failure>),
    /// Nothing happens until something else ends the call, which is said to wait for this.
    Wait(Phase),
}
