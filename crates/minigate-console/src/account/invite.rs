//! Links with which somebody sets a first password, once.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::json;
use url::Url;

use super::{
    Account, AccountError, AccountName, Accounts, NewAccount, PasswordState, keep_an_operator, key, load,
    operators,
};
use crate::access::{Caller, Right, Role};
use crate::action::Action;
use crate::hidden::Hidden;
use crate::moment::after;
use crate::store::{Change, Key, Store, StoreError};

/// What an account's owner sets a password with: to be shown once, as a link.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Invitation {
    /// Whose.
    pub account: AccountName,
    /// The secret in the link: 43 characters of base64url.
    pub secret: Hidden,
    /// Until when it can be used.
    pub ends_at: Timestamp,
}

impl Invitation {
    /// The link of the console at this address.
    #[must_use]
    pub fn link(&self, console: &Url) -> Url {
        let mut link = console.clone();
        link.set_path(&self.path());
        link
    }

    /// The link's path.
    #[must_use]
    pub fn path(&self) -> String {
        format!("/invited/{}", self.secret.reveal())
    }
}

/// What is kept of an invitation, by the hash of its secret.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Invited {
    pub(crate) account: AccountName,
    /// It ends with the sessions of its account.
    pub(crate) epoch: u32,
}

impl Accounts<'_> {
    /// A link with which the owner of an account sets a password, within 24 hours and once. The next one ends it, and whatever
    /// ends the account's sessions does, too.
    ///
    /// # Errors
    /// [`AccountError::Denied`], [`AccountError::Unknown`], [`AccountError::Disabled`], [`AccountError::Random`],
    /// [`AccountError::Store`].
    pub async fn invite(&self, name: &AccountName) -> Result<Invitation, AccountError> {
        let by = self.by()?;
        let (record, account) = load(self.store, name).await?;
        if account.disabled {
            return Err(AccountError::Disabled(account.name));
        }
        let entry = by
            .platform_entry(Action::AccountInvite)
            .after(json!({ "name": name }));
        // The log first: an invitation that nobody hears of is worse than a row about one that wasn't made.
        self.store
            .commit(&Change::new(entry).rest_on(&record), self.at)
            .await?;
        invite(self.store, &account, self.at).await
    }
}

/// At the first start there is nobody: this makes an operator of this name, who sets a password with the invitation; one
/// who never did gets another invitation. There is none where an operator can sign in.
///
/// Several processes that start at once make one operator.
///
/// # Errors
/// [`AccountError::Random`], [`AccountError::Store`].
pub async fn first_start(
    store: &dyn Store,
    name: &AccountName,
    at: Timestamp,
) -> Result<Option<Invitation>, AccountError> {
    if operators(store).await?.is_empty() {
        make_operator(store, name, at).await?;
    }
    let mut first = None;
    for operator in operators(store).await? {
        let (_, account) = load(store, &operator).await?;
        if account.password != PasswordState::None || account.identity.is_some() {
            return Ok(None);
        }
        first = first.or(Some(account));
    }
    match first {
        Some(account) => Ok(Some(invite(store, &account, at).await?)),
        None => Ok(None),
    }
}

async fn make_operator(store: &dyn Store, name: &AccountName, at: Timestamp) -> Result<(), AccountError> {
    let new = NewAccount {
        name: name.clone(),
        display_name: name.to_string(),
        platform: Some(Role::PlatformOperator),
    };
    let account = Account::new(&new, at)?;
    let by = Caller::local("console").allow(Right::Operate, None, at)?;
    let entry = by.platform_entry(Action::AccountCreate).after(json!(account));
    let change = Change::new(entry).create(&key(name)?, json!(account));
    let change = keep_an_operator(store, change, None, &account).await?;
    match store.commit(&change, at).await {
        // Another process was faster.
        Ok(_) | Err(StoreError::Conflict { .. }) => Ok(()),
        Err(other) => Err(other.into()),
    }
}

async fn invite(store: &dyn Store, account: &Account, at: Timestamp) -> Result<Invitation, AccountError> {
    let secret = Hidden::random("")?;
    let ends_at = after(at, LIFETIME);
    let invited = Invited {
        account: account.name.clone(),
        epoch: account.epoch,
    };
    store
        .keep(&invitation_key(&secret)?, &json!(invited), ends_at)
        .await?;
    // From here on the ones before are of no use.
    store
        .keep(&newest_key(&account.name)?, &json!(secret.fingerprint()), ends_at)
        .await?;
    Ok(Invitation {
        account: invited.account,
        secret,
        ends_at,
    })
}

pub(crate) fn invitation_key(secret: &Hidden) -> Result<Key, StoreError> {
    Key::of(&["invite", &secret.fingerprint()])
}

/// Whether an account has had no other invitation since this one.
pub(crate) async fn is_newest(
    store: &dyn Store,
    name: &AccountName,
    secret: &Hidden,
    at: Timestamp,
) -> Result<bool, StoreError> {
    let newest = store.kept(&newest_key(name)?, at).await?;
    Ok(newest == Some(json!(secret.fingerprint())))
}

fn newest_key(name: &AccountName) -> Result<Key, StoreError> {
    Key::of(&["invited", name.as_str()])
}

const LIFETIME: SignedDuration = SignedDuration::from_hours(24);
