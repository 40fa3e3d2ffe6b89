//! What was refused, in the audit log, without letting whoever is refused fill it.
//!
//! What is counted together is one account's failures from one network, or one actor's denials of one right in one app. Of
//! these, each of the first twenty within an hour gets a row, and then the 32nd, 64th, 128th …; so somebody who is refused all
//! the time hides nothing of anybody else, nor of what they do besides. A row tells how many there were by then, and how many
//! of the same network or actor got none since the last row.
//!
//! Two bounds are above that: 200 rows an hour of one network or actor, and 10,000 of all; then the 256th, 512th … and
//! the 16,384th … of those rows. So even they leave a lasting attack its signs, and a million attempts some hundred rows.

use jiff::{SignedDuration, Timestamp};
use serde_json::Map;

use crate::access::Denied;
use crate::account::AccountName;
use crate::action::Action;
use crate::hidden::fingerprint;
use crate::moment;
use crate::origin::Origin;
use crate::store::{Change, Entry, Key, Store, StoreError};

/// Writes that somebody was denied a right: `access.denied`, with the right, and how often within this hour.
///
/// # Errors
/// [`StoreError`].
pub async fn audit_denial(store: &dyn Store, denied: &Denied, at: Timestamp) -> Result<(), StoreError> {
    let right = denied.right.as_str();
    let source = Source {
        who: &["denied", &denied.actor],
        what: &[right, denied.app.as_deref().unwrap_or_default()],
    };
    let entry = Entry {
        origin: denied.origin.clone(),
        app: denied.app.clone(),
        ..Entry::new(denied.actor.as_str(), Action::AccessDenied)
    };
    source.write(store, entry, ("right", right), at).await
}

/// Writes that somebody couldn't sign in: `session.refused`, with the reason, and how often within this hour with this name
/// from there.
///
/// Only names of accounts that exist are written: what is typed into the field of the name may be a password.
pub(crate) async fn audit_sign_in(
    store: &dyn Store,
    claimed: Option<&AccountName>,
    origin: Origin,
    why: &str,
    at: Timestamp,
) -> Result<(), StoreError> {
    let actor = claimed.map_or(NOBODY, AccountName::as_str);
    let source = Source {
        who: &["sign-in", &origin.neighbourhood().to_string()],
        what: &[actor],
    };
    let entry = Entry::new(actor, Action::SessionRefused).from(origin.to_string());
    source.write(store, entry, ("why", why), at).await
}

/// Writes that somebody got no access token with an AppSecret: `secret.refused`, with the reason, and how often within this
/// hour for this app from there.
///
/// # Errors
/// [`StoreError`].
pub(crate) async fn audit_secret(
    store: &dyn Store,
    app: &str,
    origin: Origin,
    why: &str,
    at: Timestamp,
) -> Result<(), StoreError> {
    let source = Source {
        who: &["secret", &origin.neighbourhood().to_string()],
        what: &[app],
    };
    let entry = Entry::new(NOBODY, Action::SecretRefused)
        .about(app)
        .from(origin.to_string());
    source.write(store, entry, ("why", why), at).await
}

/// Whose refusals are counted.
struct Source<'a> {
    /// The network or the actor, who may fill no more than a part of the log.
    who: &'a [&'a str],
    /// What they were refused.
    what: &'a [&'a str],
}

impl Source<'_> {
    /// Writes a row, where it is worth one.
    async fn write(
        &self,
        store: &dyn Store,
        entry: Entry,
        told: (&str, &str),
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let whole = fingerprint(&[self.who, self.what].concat());
        let times = store.count(&refused(&whole)?, an_hour_after(at), at).await?;
        let unwritten = Key::of(&["refused-unwritten", &fingerprint(self.who)])?;
        if !self.is_worth_a_row(store, times, at).await? {
            store.count(&unwritten, moment::after(at, DAY), at).await?;
            return Ok(());
        }
        let mut after = Map::from_iter([
            (told.0.to_owned(), told.1.into()),
            ("times".to_owned(), times.into()),
        ]);
        if let Some(unwritten) = store.take(&unwritten, at).await? {
            after.insert("unwritten".to_owned(), unwritten);
        }
        store.commit(&Change::new(entry.after(after.into())), at).await?;
        Ok(())
    }

    async fn is_worth_a_row(&self, store: &dyn Store, times: u32, at: Timestamp) -> Result<bool, StoreError> {
        if !is_within(times, EACH) {
            return Ok(false);
        }
        let end = an_hour_after(at);
        let theirs = store.count(&refused(&fingerprint(self.who))?, end, at).await?;
        if !is_within(theirs, OF_ONE) {
            return Ok(false);
        }
        let all = store.count(&Key::of(&["refused-all"])?, end, at).await?;
        Ok(is_within(all, OF_ALL))
    }
}

fn is_within(times: u32, bound: u32) -> bool {
    times <= bound || times.is_power_of_two()
}

fn refused(counted: &str) -> Result<Key, StoreError> {
    Key::of(&["refused", counted])
}

fn an_hour_after(at: Timestamp) -> Timestamp {
    moment::after(at, SignedDuration::from_hours(1))
}

/// No account can have this name.
const NOBODY: &str = "(nobody)";
/// Rows in an hour of the same refusal, of one network or actor, and of all.
const EACH: u32 = 20;
const OF_ONE: u32 = 200;
const OF_ALL: u32 = 10_000;
const DAY: SignedDuration = SignedDuration::from_hours(24);
