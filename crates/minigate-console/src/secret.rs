//! AppSecrets: with what an app's own server asks for the platform's access tokens.
//!
//! ```text
//!  AppSecret: shown once, kept as a hash ──► Access::token         a new one each time, the old one for 5 minutes more
//!   rotate, freeze, allow only some addresses └► Access::stable_token  the same one until it is renewed or forced
//! ```
//! An AppSecret has 128 random bits as 32 hex characters, as the platform's has. It is kept as its SHA-256 together with
//! the app's ID: nobody can guess so many bits from it. Rotating it ends the old one at once, or after a grace of 24 hours
//! at most; what was got with it ends with it.

mod access;
mod error;

use ipnet::IpNet;
use jiff::{SignedDuration, Timestamp};
use minigate_policy::AppId;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

pub use access::{Access, AccessToken, Credentials, Refresh};
pub use error::{AccessError, SecretError};

use crate::By;
use crate::access::{Caller, Denied, Right};
use crate::action::Action;
use crate::app;
use crate::hidden::{Hidden, fingerprint, same};
use crate::moment::after;
use crate::origin::Origin;
use crate::store::{self, Change, Key, Record, Store, StoreError};

/// The AppSecret of an app; what is done to it asks for [`Right::Manage`] and is one row of the audit log.
#[derive(Clone, Debug)]
pub struct AppSecret<'a> {
    store: &'a dyn Store,
    app: &'a AppId,
    caller: &'a Caller,
    at: Timestamp,
    reason: Option<String>,
}

/// What can be shown of an AppSecret.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SecretState {
    /// How many there have been: 1 for the first.
    pub serial: u32,
    /// When it was made.
    pub made_at: Timestamp,
    /// When the one before it ends or ended, where it was given a grace.
    pub previous_ends_at: Option<Timestamp>,
    /// Whether no token can be got with it; those that were got already can be used until they end.
    pub frozen: bool,
    /// From where tokens can be got; from everywhere where this is none.
    pub allowed_from: Option<Vec<IpNet>>,
}

/// What is to be changed of an AppSecret; what is none stays.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct SecretChange {
    /// Whether no token can be got with it.
    pub frozen: Option<bool>,
    /// From where tokens can be got, 200 entries at most; from everywhere where this says none.
    pub allowed_from: Option<Option<Vec<IpNet>>>,
}

/// What is kept of an AppSecret.
#[derive(Clone, Debug, Deserialize, Serialize)]
struct Kept {
    state: SecretState,
    hash: String,
    previous_hash: Option<String>,
    /// Who made it, and who made the previous one: whoever has seen a secret can do what an app's server can.
    #[serde(default)]
    maker: Option<String>,
    #[serde(default)]
    previous_maker: Option<String>,
}

impl<'a> AppSecret<'a> {
    /// That of an app, for somebody, at a moment.
    #[must_use]
    pub const fn of(store: &'a dyn Store, app: &'a AppId, caller: &'a Caller, at: Timestamp) -> Self {
        Self {
            store,
            app,
            caller,
            at,
            reason: None,
        }
    }

    /// Why, in the caller's words, where that is said.
    #[must_use]
    pub fn because(self, reason: impl Into<Option<String>>) -> Self {
        Self {
            reason: reason.into(),
            ..self
        }
    }

    /// What can be shown of it; none where it was never made.
    ///
    /// # Errors
    /// [`SecretError::Denied`], [`SecretError::Store`].
    pub async fn state(&self) -> Result<Option<SecretState>, SecretError> {
        self.caller.allow(Right::Manage, Some(self.app), self.at)?;
        let found = load(self.store, self.app).await?;
        Ok(found.map(|(_, kept)| kept.state))
    }

    /// Makes it, or another one: the old one can be used for a grace of 24 hours at most, the one before that no more.
    /// It can't be shown again.
    ///
    /// Whoever sees it can do what the app's server can, so this asks for [`RIGHTS`] too; and where two people are wanted,
    /// who makes it is one of the authors of what the server writes with it.
    ///
    /// # Errors
    /// [`SecretError::Denied`], [`SecretError::App`], [`SecretError::Grace`], [`SecretError::Random`],
    /// [`SecretError::Store`].
    pub async fn rotate(&self, grace: SignedDuration) -> Result<Hidden, SecretError> {
        let by = self.manage()?;
        for right in RIGHTS {
            self.caller.allow(right, Some(self.app), self.at)?;
        }
        app::find(self.store, self.app).await?;
        if grace.is_negative() || grace > LONGEST_GRACE {
            return Err(SecretError::Grace(grace));
        }
        let secret = Hidden::random_hex()?;
        let found = load(self.store, self.app).await?;
        let old = found.as_ref().map(|(_, kept)| kept);
        let kept = Kept::next(old, hash(self.app, &secret), grace, &by);
        let entry = by.entry(Action::SecretRotate, self.app.as_str());
        let entry = store::Entry {
            before: old.map(|old| json!(old.state)),
            after: Some(json!(kept.state)),
            ..entry
        };
        let change = match &found {
            Some((record, _)) => Change::new(entry).replace(record, json!(kept)),
            None => Change::new(entry).create(&key(self.app)?, json!(kept)),
        };
        self.store.commit(&change, self.at).await?;
        Ok(secret)
    }

    /// Lets nobody get a token with it.
    ///
    /// # Errors
    /// [`SecretError::Denied`], [`SecretError::None`], [`SecretError::Store`].
    pub async fn freeze(&self) -> Result<(), SecretError> {
        self.set(SecretChange {
            frozen: Some(true),
            ..SecretChange::default()
        })
        .await
    }

    /// Lets tokens be got with it again.
    ///
    /// # Errors
    /// As [`AppSecret::freeze`].
    pub async fn unfreeze(&self) -> Result<(), SecretError> {
        self.set(SecretChange {
            frozen: Some(false),
            ..SecretChange::default()
        })
        .await
    }

    /// Lets tokens be got from these addresses only, 200 entries at most; from everywhere where it is none.
    ///
    /// # Errors
    /// [`SecretError::TooMany`], and as [`AppSecret::freeze`].
    pub async fn allow_from(&self, nets: Option<Vec<IpNet>>) -> Result<(), SecretError> {
        self.set(SecretChange {
            allowed_from: Some(nets),
            ..SecretChange::default()
        })
        .await
    }

    /// Changes several of these at once: all that is wanted, or nothing.
    ///
    /// # Errors
    /// [`SecretError::TooMany`], and as [`AppSecret::freeze`].
    pub async fn set(&self, wanted: SecretChange) -> Result<(), SecretError> {
        let by = self.manage()?;
        let Some(action) = wanted.action() else {
            return Ok(());
        };
        wanted.judge()?;
        let found = load(self.store, self.app).await?;
        let (record, mut kept) = found.ok_or_else(|| SecretError::None(self.app.to_string()))?;
        let entry = by.entry(action, self.app.as_str()).before(json!(kept.state));
        kept.state = wanted.of(kept.state);
        let change = Change::new(entry.after(json!(kept.state))).replace(&record, json!(kept));
        self.store.commit(&change, self.at).await?;
        Ok(())
    }

    fn manage(&self) -> Result<By, Denied> {
        let by = self.caller.allow(Right::Manage, Some(self.app), self.at)?;
        Ok(by.because(self.reason.clone()))
    }
}

impl SecretChange {
    /// What the log calls it; none where it changes nothing.
    const fn action(&self) -> Option<Action> {
        match (self.frozen, &self.allowed_from) {
            (None, None) => None,
            (Some(true), None) => Some(Action::SecretFreeze),
            (Some(false), None) => Some(Action::SecretUnfreeze),
            (None, Some(_)) => Some(Action::SecretAllowFrom),
            (Some(_), Some(_)) => Some(Action::SecretSettings),
        }
    }

    fn judge(&self) -> Result<(), SecretError> {
        let nets = self.allowed_from.iter().flatten();
        if nets.map(Vec::len).any(|nets| nets > MOST_NETS) {
            return Err(SecretError::TooMany(MOST_NETS));
        }
        Ok(())
    }

    fn of(self, state: SecretState) -> SecretState {
        SecretState {
            frozen: self.frozen.unwrap_or(state.frozen),
            allowed_from: self.allowed_from.unwrap_or(state.allowed_from),
            ..state
        }
    }
}

impl Kept {
    fn next(old: Option<&Self>, hash: String, grace: SignedDuration, by: &By) -> Self {
        let has_grace = grace > SignedDuration::ZERO;
        let previous = old.filter(|_| has_grace);
        Self {
            state: SecretState {
                serial: old.map_or(0, |old| old.state.serial).saturating_add(1),
                made_at: by.at(),
                previous_ends_at: previous.map(|_| after(by.at(), grace)),
                frozen: old.is_some_and(|old| old.state.frozen),
                allowed_from: old.and_then(|old| old.state.allowed_from.clone()),
            },
            hash,
            previous_hash: previous.map(|old| old.hash.clone()),
            maker: Some(by.actor().to_owned()),
            previous_maker: previous.and_then(|old| old.maker.clone()),
        }
    }

    /// Who made the secret of a serial number, the current or the previous one.
    fn maker_of(&self, serial: u32) -> Option<String> {
        if serial == self.state.serial {
            self.maker.clone()
        } else {
            self.previous_maker.clone()
        }
    }

    /// The serial number of a secret that can be used.
    fn serial_of(&self, app: &AppId, secret: &Hidden, at: Timestamp) -> Option<u32> {
        let hash = hash(app, secret);
        let previous = self.previous_hash.as_ref();
        if same(&hash, &self.hash) {
            Some(self.state.serial)
        } else if previous.is_some_and(|previous| same(&hash, previous)) {
            self.previous_serial(at)
        } else {
            None
        }
    }

    /// Whether what was got with a secret can still be used.
    fn honours(&self, serial: u32, at: Timestamp) -> bool {
        serial == self.state.serial || Some(serial) == self.previous_serial(at)
    }

    fn previous_serial(&self, at: Timestamp) -> Option<u32> {
        let is_there = self.state.previous_ends_at.is_some_and(|end| at < end);
        is_there.then(|| self.state.serial.saturating_sub(1))
    }

    fn allows(&self, origin: Origin) -> bool {
        let nets = self.state.allowed_from.as_ref();
        nets.is_none_or(|nets| nets.iter().any(|net| net.contains(&origin.address())))
    }
}

async fn load(store: &dyn Store, app: &AppId) -> Result<Option<(Record, Kept)>, StoreError> {
    let Some(record) = store.get(&key(app)?).await? else {
        return Ok(None);
    };
    let kept = store::read(&record)?;
    Ok(Some((record, kept)))
}

fn hash(app: &AppId, secret: &Hidden) -> String {
    fingerprint(&[app.as_str(), secret.reveal()])
}

fn key(app: &AppId) -> Result<Key, StoreError> {
    Key::of(&["secret", app.as_str()])
}

/// What is kept in the store, as a type.
fn kept<T: serde::de::DeserializeOwned>(key: &Key, body: &Value) -> Result<T, StoreError> {
    T::deserialize(body).map_err(|error| StoreError::Corrupt {
        place: key.to_string(),
        reason: error.to_string(),
    })
}

/// What can be done with what is got for an AppSecret; whoever makes one has to have these rights too.
pub const RIGHTS: [Right; 4] = [Right::Read, Right::Write, Right::Approve, Right::Publish];
const LONGEST_GRACE: SignedDuration = SignedDuration::from_hours(24);
const MOST_NETS: usize = 200;
