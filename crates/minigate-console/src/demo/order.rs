//! What was done for the whole platform.

use jiff::{SignedDuration, Timestamp};
use minigate_policy::Domain;

use super::event::{Event, What};
use super::{DAY, Wrong};
use crate::access::{Caller, Right};
use crate::filing::{self, Register};
use crate::moment::after;
use crate::store::{Import, Store};
use crate::{audit_denial, block};

/// What was done for the whole platform.
#[derive(Clone, Copy, Debug)]
pub(super) enum Order {
    Block {
        domain: &'static str,
        /// How many days from now it ends; it may have.
        ends_in_days: Option<i64>,
    },
    Lift(&'static str),
    Import(&'static str),
    /// Somebody wanted to block something and wasn't let.
    Denied,
}

impl Order {
    pub(super) async fn give(
        self,
        store: &dyn Store,
        caller: &Caller,
        (at, now): (Timestamp, Timestamp),
        why: Option<&str>,
    ) -> Result<(), Wrong> {
        let by = match (self, caller.allow(Right::Operate, None, at)) {
            (Self::Denied, Err(denied)) => return Ok(audit_denial(store, &denied, at).await?),
            (_, by) => by?,
        };
        match self {
            Self::Block { domain, ends_in_days } => {
                let until = ends_in_days.map(|days| after(now, SignedDuration::from_hours(24 * days)));
                let domain = Domain::parse(domain)?;
                block::add(store, &domain, why.unwrap_or_default(), until, &by).await?;
            }
            Self::Lift(domain) => block::lift(store, &Domain::parse(domain)?, &by).await?,
            Self::Import(csv) => {
                filing::import(store, Register::from_csv(csv)?, Import::Replace, &by).await?;
            }
            Self::Denied => {}
        }
        Ok(())
    }
}

impl From<(i64, &'static str, &'static str, Order)> for Event {
    fn from((minutes_ago, who, why, order): (i64, &'static str, &'static str, Order)) -> Self {
        Self {
            minutes_ago,
            who,
            why: Some(why),
            what: What::Order(order),
        }
    }
}

/// When, who, why and what.
pub(super) const ORDERS: [(i64, &str, &str, Order); 6] = [
    (
        198 * DAY + 95,
        "mei",
        "first import of the filing register / 首次导入备案信息",
        Order::Import(include_str!("filings.csv")),
    ),
    (
        121 * DAY + 340,
        "mei",
        "coupon phishing, reported by three shops",
        Order::Block {
            domain: "lucky-coupon.example",
            ends_in_days: None,
        },
    ),
    (
        64 * DAY + 220,
        "mei",
        "疑似被入侵，待所有者处理",
        Order::Block {
            domain: "mall.example",
            ends_in_days: None,
        },
    ),
    (
        61 * DAY + 75,
        "mei",
        "cleaned up, confirmed by its owner",
        Order::Lift("mall.example"),
    ),
    (9 * DAY + 415, "wang", "wanted to block a domain", Order::Denied),
    (
        2 * DAY + 130,
        "mei",
        "GPS tracker sends locations to strangers until its vendor mends it",
        Order::Block {
            domain: "trackers.example",
            ends_in_days: Some(21),
        },
    ),
];
