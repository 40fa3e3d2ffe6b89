//! How accounts are kept: the records that a change of one writes together.

use std::collections::BTreeSet;

use serde_json::json;

use super::{Account, AccountError, AccountName, Identity, PasswordState};
use crate::By;
use crate::action::Action;
use crate::hidden::Hidden;
use crate::store::{self, Change, Key, Record, Store, StoreError};

/// Reads an account without asking for a right: for those who show who they are.
pub(crate) async fn load(store: &dyn Store, name: &AccountName) -> Result<(Record, Account), AccountError> {
    let record = store.get(&key(name)?).await?;
    let record = record.ok_or_else(|| AccountError::Unknown(name.clone()))?;
    let account = store::read(&record)?;
    Ok((record, account))
}

/// The hash of an account's password.
pub(crate) async fn hash_of(store: &dyn Store, name: &AccountName) -> Result<Option<Hidden>, StoreError> {
    let record = store.get(&credential_key(name)?).await?;
    let hash: Option<String> = record.as_ref().map(store::read).transpose()?;
    Ok(hash.map(Hidden::new))
}

/// A change that gives an account another password and ends its sessions; the hash isn't in its entry.
pub(crate) async fn with_password(
    store: &dyn Store,
    by: &By,
    (record, mut account): (&Record, Account),
    state: PasswordState,
    hash: &Hidden,
) -> Result<(Change, Account), StoreError> {
    account.password = state;
    account.end_sessions();
    let change = replace(&by.platform_entry(Action::AccountPassword), record, &account);
    let key = credential_key(&account.name)?;
    let old = store.get(&key).await?;
    let change = put(change, &key, old.as_ref(), json!(hash.reveal()));
    Ok((change, account))
}

/// A change that makes an account.
pub(crate) fn create(entry: &store::Entry, account: &Account) -> Result<Change, StoreError> {
    let entry = entry.clone().after(json!(account));
    Ok(Change::new(entry).create(&key(&account.name)?, json!(account)))
}

/// A change that writes an account anew, with what was before and what is after.
pub(crate) fn replace(entry: &store::Entry, record: &Record, account: &Account) -> Change {
    let entry = entry.clone().before(record.body.clone()).after(json!(account));
    Change::new(entry).replace(record, json!(account))
}

/// The account of a subject at the OIDC provider, or of a verified address.
pub(crate) async fn linked(
    store: &dyn Store,
    identity: &Identity,
) -> Result<Option<AccountName>, StoreError> {
    let record = store.get(&identity_key(identity)?).await?;
    record.as_ref().map(store::read).transpose()
}

/// Keeps the way from an identity to its account right.
pub(crate) async fn relink(
    store: &dyn Store,
    change: Change,
    old: &Account,
    new: &Account,
) -> Result<Change, AccountError> {
    if old.identity == new.identity {
        return Ok(change);
    }
    let change = match &old.identity {
        Some(identity) => match store.get(&identity_key(identity)?).await? {
            Some(record) => change.delete(&record),
            None => change,
        },
        None => change,
    };
    let Some(identity) = &new.identity else {
        return Ok(change);
    };
    match linked(store, identity).await? {
        Some(other) => Err(AccountError::Linked(other.to_string())),
        None => Ok(change.create(&identity_key(identity)?, json!(new.name))),
    }
}

/// Writes who runs the platform where that changes, so that of two who leave at once one stays.
pub(crate) async fn keep_an_operator(
    store: &dyn Store,
    change: Change,
    old: Option<&Account>,
    new: &Account,
) -> Result<Change, AccountError> {
    if old.is_some_and(Account::operates) == new.operates() {
        return Ok(change);
    }
    let key = operators_key()?;
    // It is read once: what is decided on is what is replaced.
    let record = store.get(&key).await?;
    let mut operators = operators_of(record.as_ref())?;
    if new.operates() {
        operators.insert(new.name.clone());
    } else {
        operators.remove(&new.name);
    }
    if operators.is_empty() {
        return Err(AccountError::LastOperator(new.name.clone()));
    }
    Ok(put(change, &key, record.as_ref(), json!(operators)))
}

/// Who runs the platform and isn't disabled.
pub(crate) async fn operators(store: &dyn Store) -> Result<BTreeSet<AccountName>, StoreError> {
    operators_of(store.get(&operators_key()?).await?.as_ref())
}

fn operators_of(record: Option<&Record>) -> Result<BTreeSet<AccountName>, StoreError> {
    Ok(record.map(store::read).transpose()?.unwrap_or_default())
}

/// Writes what was read, or found missing: whoever was faster makes a conflict.
pub(crate) fn put(change: Change, key: &Key, read: Option<&Record>, body: serde_json::Value) -> Change {
    match read {
        Some(record) => change.replace(record, body),
        None => change.create(key, body),
    }
}

pub(super) fn key(name: &AccountName) -> Result<Key, StoreError> {
    Key::of(&["account", name.as_str()])
}

fn credential_key(name: &AccountName) -> Result<Key, StoreError> {
    Key::of(&["credential", name.as_str()])
}

fn operators_key() -> Result<Key, StoreError> {
    Key::of(&["operators"])
}

/// By a hash: what a provider says may be long and of any characters. Other letters than A to Z keep their case: some of them
/// become ASCII where it is lowered, and so another mailbox's address.
fn identity_key(identity: &Identity) -> Result<Key, StoreError> {
    let (kind, text) = match identity {
        Identity::Email(address) => ("email", address.to_ascii_lowercase()),
        Identity::Subject(subject) => ("subject", subject.clone()),
    };
    Key::of(&["identity", kind, &crate::hidden::fingerprint(&[&text])])
}
