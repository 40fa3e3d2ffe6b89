//! How many passwords can be tried, by whom.
//!
//! ```text
//!  where from                         what is counted                     what happens
//!  a device that has been let in ──►  tries with this device ──────────►  delay grows
//!  a neighbourhood that has been ──►  tries from there for this account ► delay grows
//!   └ and any other ───────────────►  all tries from there ────────────►  200 in 15 minutes, then none
//!  anywhere else ──────────────────►  tries for this account from all ─►  100 in an hour, then none from such places
//!                                     unknown places
//! ```
//! An attacker can use up only what is counted for the attacker: the owner of an account is let in with a device, or from a
//! neighbourhood, that was let in before, whatever others try elsewhere; a device (a cookie) even beside an attacker in
//! the same network. Only at a place where the owner never was can attackers with many networks be in the way, for an
//! hour at most each time. This follows OWASP's device cookies.
//!
//! A neighbourhood is a /24 of IPv4 or a /56 of IPv6. Five tries are free; after the sixth there are 2 s to wait, then 4,
//! 8 … up to 10 minutes; an hour after the first one, or once the right password was given, they are free again. So
//! somebody who knows no password has about twenty tries an hour from one place and a hundred from everywhere. Tries are
//! counted before the password is looked at, so many at once are no more than many in a row, and they are counted in the
//! same way for names that nobody has. All of it is kept in the database: several processes count together.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::SignInError;
use crate::hidden::{Hidden, fingerprint};
use crate::moment::after;
use crate::origin::Origin;
use crate::store::{Key, Store, StoreError};

/// The way of one try.
#[derive(Debug)]
pub(super) struct Gate<'a> {
    store: &'a dyn Store,
    /// The hash of the name that was given, of which nobody knows whether it is one.
    account: String,
    origin: Origin,
    place: Place,
}

/// Where a try comes from.
#[derive(Clone, Debug, Eq, PartialEq)]
enum Place {
    /// A device that was let in, by the hash of its cookie.
    Device(String),
    /// A neighbourhood from where somebody was let in.
    Known,
    Unknown,
}

impl<'a> Gate<'a> {
    pub(super) async fn find(
        store: &'a dyn Store,
        name: &str,
        origin: Origin,
        device: Option<&Hidden>,
        at: Timestamp,
    ) -> Result<Self, StoreError> {
        // The first characters are enough to tell accounts apart, and keep keys short.
        let account: String = fingerprint(&[name]).chars().take(32).collect();
        let mut gate = Self {
            store,
            account,
            origin,
            place: Place::Unknown,
        };
        gate.place = gate.place_of(device, at).await?;
        Ok(gate)
    }

    /// Counts a try.
    ///
    /// # Errors
    /// [`SignInError::Later`] where it is one too many.
    pub(super) async fn pass(&self, at: Timestamp) -> Result<(), SignInError> {
        if !matches!(self.place, Place::Device(_)) {
            let key = Key::of(&["try-from", &self.neighbourhood()])?;
            self.count(&key, MOST_FROM_ONE, QUARTER, at).await?;
        }
        self.wait(at).await?;
        if self.place == Place::Unknown {
            let key = Key::of(&["try-unknown", &self.account])?;
            self.count(&key, MOST_UNKNOWN, HOUR, at).await?;
        }
        let tries = self.store.count(&self.key("try")?, after(at, HOUR), at).await?;
        match tries.checked_sub(FREE.saturating_add(1)) {
            None => Ok(()),
            Some(doublings) => self.delay(doublings, at).await,
        }
    }

    /// After the right password: tries are free again, and the place is known from now on. Gives a cookie for a device
    /// that has none yet.
    pub(super) async fn open(&self, at: Timestamp) -> Result<Option<Hidden>, SignInError> {
        self.store.drop_kept(&self.key("try")?, at).await?;
        self.store.drop_kept(&self.key("wait")?, at).await?;
        self.store
            .keep(&self.known_key()?, &Value::Bool(true), after(at, KNOWN))
            .await?;
        if let Place::Device(_) = self.place {
            return Ok(None);
        }
        let cookie = Hidden::random("")?;
        let key = self.device_key(&cookie.fingerprint())?;
        self.store
            .keep(&key, &Value::Bool(true), after(at, DEVICE))
            .await?;
        Ok(Some(cookie))
    }

    async fn place_of(&self, device: Option<&Hidden>, at: Timestamp) -> Result<Place, StoreError> {
        if let Some(device) = device.map(Hidden::fingerprint)
            && self.store.kept(&self.device_key(&device)?, at).await?.is_some()
        {
            return Ok(Place::Device(device));
        }
        let known = self.store.kept(&self.known_key()?, at).await?;
        Ok(known.map_or(Place::Unknown, |_| Place::Known))
    }

    async fn count(
        &self,
        key: &Key,
        most: u32,
        window: SignedDuration,
        at: Timestamp,
    ) -> Result<(), SignInError> {
        if self.store.count(key, after(at, window), at).await? > most {
            return Err(later(window));
        }
        Ok(())
    }

    async fn wait(&self, at: Timestamp) -> Result<(), SignInError> {
        let until = self.store.kept(&self.key("wait")?, at).await?;
        match until.and_then(|until| until.as_i64()) {
            Some(until) => Err(later(SignedDuration::from_millis(
                until.saturating_sub(at.as_millisecond()),
            ))),
            None => Ok(()),
        }
    }

    /// Lets one through, and nobody after it until the delay is over.
    async fn delay(&self, doublings: u32, at: Timestamp) -> Result<(), SignInError> {
        let seconds = 2_i64.checked_shl(doublings.min(30)).unwrap_or(i64::MAX);
        let delay = SignedDuration::from_secs(seconds).min(LONGEST);
        let until = after(at, delay);
        let is_first = self
            .store
            .swap(
                &self.key("wait")?,
                None,
                &json!(until.as_millisecond()),
                until,
                at,
            )
            .await?;
        if is_first { Ok(()) } else { Err(later(delay)) }
    }

    /// What is counted for this account and place.
    fn key(&self, kind: &str) -> Result<Key, StoreError> {
        match &self.place {
            Place::Device(device) => Key::of(&[kind, &self.account, device]),
            Place::Known | Place::Unknown => Key::of(&[kind, &self.account, &self.neighbourhood()]),
        }
    }

    fn known_key(&self) -> Result<Key, StoreError> {
        Key::of(&["known", &self.account, &self.neighbourhood()])
    }

    fn device_key(&self, device: &str) -> Result<Key, StoreError> {
        Key::of(&["device", &self.account, device])
    }

    fn neighbourhood(&self) -> String {
        self.origin.neighbourhood().to_string()
    }
}

fn later(span: SignedDuration) -> SignInError {
    let whole = span.as_secs().saturating_add(1);
    SignInError::Later {
        after: Duration::from_secs(u64::try_from(whole).unwrap_or(1)),
    }
}

const FREE: u32 = 5;
const MOST_FROM_ONE: u32 = 200;
const MOST_UNKNOWN: u32 = 100;
const QUARTER: SignedDuration = SignedDuration::from_mins(15);
const HOUR: SignedDuration = SignedDuration::from_hours(1);
const LONGEST: SignedDuration = SignedDuration::from_mins(10);
const KNOWN: SignedDuration = SignedDuration::from_hours(90 * 24);
const DEVICE: SignedDuration = SignedDuration::from_hours(180 * 24);
