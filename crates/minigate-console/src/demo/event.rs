//! What somebody did, and when.

use jiff::Timestamp;

use super::order::Order;
use super::person::caller;
use super::step::Step;
use super::{Wrong, ago};
use crate::store::Store;

/// What somebody did, and when.
#[derive(Clone, Copy, Debug)]
pub(super) struct Event {
    pub(super) minutes_ago: i64,
    pub(super) who: &'static str,
    pub(super) why: Option<&'static str>,
    pub(super) what: What,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum What {
    /// Something in an app.
    Step(&'static str, Step),
    /// Something for the platform.
    Order(Order),
}

impl Event {
    pub(super) async fn happen(&self, store: &dyn Store, now: Timestamp) -> Result<(), Wrong> {
        let caller = caller(store, self.who).await?;
        let at = ago(now, self.minutes_ago);
        match self.what {
            What::Step(app, step) => {
                step.take(store, &app.parse()?, &caller, (at, now), self.why)
                    .await
            }
            What::Order(order) => order.give(store, &caller, (at, now), self.why).await,
        }
    }
}
