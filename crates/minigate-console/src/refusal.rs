//! What was refused, in the audit log, without letting whoever is refused fill it.
//!
//! Of what the same one does within an hour, the 1st, 2nd, 4th, 8th … gets a row, which tells how many there were by then;
//! of all such rows, at most a thousand in an hour are written, and then the 1,024th, 2,048th … So a row is never the only
//! sign of a lasting attack, and a million attempts leave twenty rows.

use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use crate::access::Denied;
use crate::account::AccountName;
use crate::hidden::fingerprint;
use crate::moment::after;
use crate::origin::Origin;
use crate::store::{Change, Entry, Key, Store, StoreError};

/// Writes that somebody was denied a right: `access.denied`, with the right, and how often within this hour.
///
/// # Errors
/// [`StoreError`].
pub async fn audit_denial(store: &dyn Store, denied: &Denied, at: Timestamp) -> Result<(), StoreError> {
    let Some(times) = worth_a_row(store, &["denied", &denied.actor], at).await? else {
        return Ok(());
    };
    let entry = Entry {
        origin: denied.origin.clone(),
        app: denied.app.clone(),
        ..Entry::new(denied.actor.as_str(), "access.denied")
    };
    let entry = entry.after(json!({ "right": denied.right, "times": times }));
    store.commit(&Change::new(entry), at).await?;
    Ok(())
}

/// Writes that somebody couldn't sign in: `session.refused`, with the reason, and how often within this hour from there.
///
/// Only names of accounts that exist are written: what is typed into the field of the name may be a password.
pub(crate) async fn audit_sign_in(
    store: &dyn Store,
    claimed: Option<&AccountName>,
    origin: Origin,
    why: &str,
    at: Timestamp,
) -> Result<(), StoreError> {
    let place = origin.neighbourhood().to_string();
    let Some(times) = worth_a_row(store, &["sign-in", &place], at).await? else {
        return Ok(());
    };
    let actor = claimed.map_or(NOBODY, AccountName::as_str);
    let entry = Entry::new(actor, "session.refused").from(origin.to_string());
    let entry = entry.after(json!({ "why": why, "times": times }));
    store.commit(&Change::new(entry), at).await?;
    Ok(())
}

/// Writes that somebody got no access token with an AppSecret: `secret.refused`, with the reason, and how often within this
/// hour from there.
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
    let place = origin.neighbourhood().to_string();
    let Some(times) = worth_a_row(store, &["secret", app, &place], at).await? else {
        return Ok(());
    };
    let entry = Entry::new(NOBODY, "secret.refused")
        .about(app)
        .from(origin.to_string());
    let entry = entry.after(json!({ "why": why, "times": times }));
    store.commit(&Change::new(entry), at).await?;
    Ok(())
}

/// How often it happened within the hour, where that is worth a row.
async fn worth_a_row(store: &dyn Store, who: &[&str], at: Timestamp) -> Result<Option<u32>, StoreError> {
    let end = after(at, HOUR);
    let key = Key::of(&["refused", &fingerprint(who)])?;
    let times = store.count(&key, end, at).await?;
    if !times.is_power_of_two() {
        return Ok(None);
    }
    let all = store.count(&Key::of(&["refused-all"])?, end, at).await?;
    Ok((all <= MOST_ROWS || all.is_power_of_two()).then_some(times))
}

/// No account can have this name.
const NOBODY: &str = "(nobody)";
const HOUR: SignedDuration = SignedDuration::from_hours(1);
const MOST_ROWS: u32 = 1000;
