//! A console as it looks after half a year: apps, people and what they did, to be looked at without setting anything up.
//!
//! ```text
//!  AppStory, Order (data) ─► Events, the earliest first ─► the same functions that people's clicks end up in,
//!                                                          each as of its own moment
//! ```
//! So the demo's people can do only what their roles let them, and its domains keep every rule.

mod bikes;
mod canteen;
mod clinic;
mod event;
mod host;
mod metro;
mod order;
mod person;
mod step;
mod story;
mod tea;

use std::error::Error;
use std::net::{IpAddr, Ipv4Addr};

use jiff::Timestamp;
use minigate_policy::Era;

pub use person::{PEOPLE, Person};

use crate::account::Passwords;
use crate::hidden::{Hidden, NoRandom};
use crate::store::{Query, Store, StoreError};
use event::Event;
use story::AppStory;

/// Why a database can't be filled.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DemoError {
    /// Somebody uses it already; nothing of it was changed.
    #[error("the database isn't empty: its audit log has entries, and the demo is for a new database only")]
    NotEmpty,
    /// Something of the demo's data was refused.
    #[error("{what} was refused: {why}")]
    Refused {
        /// What.
        what: String,
        /// Why.
        why: Box<dyn Error + Send + Sync>,
    },
    /// There is no password.
    #[error(transparent)]
    Random(#[from] NoRandom),
    /// The store doesn't do its work.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Fills an empty database as of a moment, and gives the password of all [`PEOPLE`]: 120 random bits.
///
/// # Errors
/// [`DemoError::NotEmpty`] before anything is written; [`DemoError::Refused`], [`DemoError::Random`],
/// [`DemoError::Store`].
pub async fn fill(store: &dyn Store, passwords: &Passwords, now: Timestamp) -> Result<Hidden, DemoError> {
    let first = Query {
        most: 1,
        ..Query::default()
    };
    if !store.log(&first).await?.is_empty() {
        return Err(DemoError::NotEmpty);
    }
    let password = Hidden::random("")?
        .reveal()
        .chars()
        .take(PASSWORD_LENGTH)
        .collect::<String>();
    let password = Hidden::new(password);
    for (person, minutes) in PEOPLE.iter().zip((0..).map(|nth| FOUNDED - nth * 11)) {
        let joined = person.join(store, passwords, &password, ago(now, minutes)).await;
        joined.map_err(|why| refused(person.name, why))?;
    }
    for event in events() {
        let happened = event.happen(store, now).await;
        happened.map_err(|why| refused(&format!("{event:?}"), why))?;
    }
    Ok(password)
}

fn events() -> Vec<Event> {
    let apps = APPS.iter().flat_map(|app| app.events());
    let mut events: Vec<_> = apps
        .chain(order::ORDERS.iter().copied().map(Event::from))
        .collect();
    events.sort_by_key(|event| std::cmp::Reverse(event.minutes_ago));
    events
}

fn refused(what: &str, why: Wrong) -> DemoError {
    DemoError::Refused {
        what: what.to_owned(),
        why,
    }
}

fn ago(now: Timestamp, minutes: i64) -> Timestamp {
    crate::moment::after(now, -jiff::SignedDuration::from_mins(minutes))
}

/// An address for documentation (RFC 5737).
const fn address(last: u8) -> IpAddr {
    IpAddr::V4(Ipv4Addr::new(203, 0, 113, last))
}

type Wrong = Box<dyn Error + Send + Sync>;

const APPS: [&AppStory; 6] = [
    &tea::STORY,
    &clinic::STORY,
    &metro::STORY,
    &canteen::STORY,
    &bikes::STORY,
    &AppStory {
        made_days_ago: 1,
        members: &[("sara", crate::access::Role::Owner)],
        ..AppStory::named("wx9ad04c7716be25f3", "小书店 Corner Bookshop", Era::Current)
    },
];
const DAY: i64 = 24 * 60;
/// How many minutes ago it all began.
const FOUNDED: i64 = 200 * DAY;
const PASSWORD_LENGTH: usize = 20;
