//! Accounts: who people are, and what they are to apps and the platform.
//!
//! ```text
//!  account/NAME ──── Account: names, roles, whether it is disabled; never a secret
//!  credential/NAME ─ the hash of its password; never in the audit log
//!  operators ─────── who runs the platform and isn't disabled; never empty once it has had somebody
//!  members/APP ───── who has which role in an app; the same as in the accounts, written in the same change
//! ```
//! Roles are read anew for each request, so what is taken from somebody is gone at once. An account's `epoch` counts how
//! often all its sessions were ended: by a new password, by disabling it, or because somebody wanted that. Accounts are
//! disabled and never deleted, so that a name in the audit log means one person for ever.

mod error;
mod invite;
mod members;
mod name;
mod password;

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;

pub use error::AccountError;
pub use invite::{Invitation, first_start};
pub(crate) use invite::{Invited, invitation_key};
pub use members::Members;
pub use name::{AccountName, BadAccountName};
pub use password::{Cost, HashError, Passwords, Weakness, judge};

use crate::By;
use crate::access::{Caller, Denied, Right, Role, Roles};
use crate::hidden::Hidden;
use crate::store::{self, Change, Key, Record, Store, StoreError};

/// Somebody who can sign in.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Account {
    /// Its name, which never changes.
    pub name: AccountName,
    /// What people call its owner.
    pub display_name: String,
    /// What it is to apps and to the platform.
    pub roles: Roles,
    /// Which password it has.
    pub password: PasswordState,
    /// Who its owner is at the OIDC provider.
    pub identity: Option<Identity>,
    /// Whether it can't be used.
    pub disabled: bool,
    /// How often all its sessions were ended.
    pub epoch: u32,
    /// When it was made.
    pub created_at: Timestamp,
}

/// Which password an account has.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum PasswordState {
    /// None: it can't sign in with one.
    None,
    /// One that somebody else knows: it has to be changed before anything else.
    Temporary,
    /// One of its owner's choice.
    Own,
}

/// Somebody at an OIDC provider.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Identity {
    /// Whoever has this verified address at the next sign-in; from then on it is that subject.
    Email(String),
    /// The provider's own name for somebody, which is never used for anybody else.
    Subject(String),
}

impl Identity {
    fn is_fit(&self) -> bool {
        let (Self::Email(text) | Self::Subject(text)) = self;
        (1..=255).contains(&text.chars().count()) && !text.chars().any(char::is_control)
    }
}

/// An account that is to be made.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct NewAccount {
    /// Its name.
    pub name: AccountName,
    /// What people call its owner.
    pub display_name: String,
    /// Its role for the whole platform.
    pub platform: Option<Role>,
}

/// What operators do with accounts; each change asks for [`Right::Operate`] and is one row of the audit log.
#[derive(Clone, Debug)]
pub struct Accounts<'a> {
    store: &'a dyn Store,
    caller: &'a Caller,
    at: Timestamp,
    reason: Option<String>,
}

impl<'a> Accounts<'a> {
    /// For somebody, at a moment.
    #[must_use]
    pub const fn of(store: &'a dyn Store, caller: &'a Caller, at: Timestamp) -> Self {
        Self {
            store,
            caller,
            at,
            reason: None,
        }
    }

    /// Why, in the caller's words.
    #[must_use]
    pub fn because(self, reason: impl Into<String>) -> Self {
        Self {
            reason: Some(reason.into()),
            ..self
        }
    }

    /// One account.
    ///
    /// # Errors
    /// [`AccountError::Denied`], [`AccountError::Unknown`], [`AccountError::Store`].
    pub async fn find(&self, name: &AccountName) -> Result<Account, AccountError> {
        self.sees()?;
        Ok(load(self.store, name).await?.1)
    }

    /// Every account, in the order of their names, from after one of them.
    ///
    /// # Errors
    /// [`AccountError::Denied`], [`AccountError::Store`].
    pub async fn list(&self, after: Option<&AccountName>, most: u32) -> Result<Vec<Account>, AccountError> {
        self.sees()?;
        let after = after.map(key).transpose()?;
        let prefix = Key::of(&["account", ""])?;
        let records = self.store.list(&prefix, after.as_ref(), most).await?;
        records.iter().map(|record| Ok(store::read(record)?)).collect()
    }

    /// Makes an account that can't sign in yet: it needs an [invitation](Self::invite), a
    /// [password](Self::set_password) or an [identity](Self::link).
    ///
    /// # Errors
    /// [`AccountError::Denied`], [`AccountError::Exists`], [`AccountError::DisplayName`], [`AccountError::Role`],
    /// [`AccountError::Store`].
    pub async fn create(&self, new: &NewAccount) -> Result<Account, AccountError> {
        let by = self.by()?;
        let account = Account::new(new, self.at)?;
        let key = key(&account.name)?;
        let change = create(&by.platform_entry("account.create"), &account)?;
        let change = keep_an_operator(self.store, change, None, &account).await?;
        match self.store.commit(&change, self.at).await {
            Ok(_) => Ok(account),
            Err(StoreError::Conflict { key: found }) if found == key => {
                Err(AccountError::Exists(account.name))
            }
            Err(other) => Err(other.into()),
        }
    }

    /// Gives its owner another display name.
    ///
    /// # Errors
    /// [`AccountError::Denied`], [`AccountError::Unknown`], [`AccountError::DisplayName`], [`AccountError::Store`].
    pub async fn rename(&self, name: &AccountName, display_name: &str) -> Result<Account, AccountError> {
        let display_name = display_name_of(display_name)?;
        self.edit("account.rename", name, |account| {
            account.display_name = display_name;
        })
        .await
    }

    /// Disables an account: its sessions and tokens end at once.
    ///
    /// # Errors
    /// [`AccountError::Denied`], [`AccountError::Unknown`], [`AccountError::LastOperator`], [`AccountError::Store`].
    pub async fn disable(&self, name: &AccountName) -> Result<Account, AccountError> {
        self.edit("account.disable", name, |account| {
            account.disabled = true;
            account.end_sessions();
        })
        .await
    }

    /// Lets an account be used again, with the password, the tokens and the roles that it had.
    ///
    /// # Errors
    /// [`AccountError::Denied`], [`AccountError::Unknown`], [`AccountError::Store`].
    pub async fn enable(&self, name: &AccountName) -> Result<Account, AccountError> {
        self.edit("account.enable", name, |account| account.disabled = false)
            .await
    }

    /// Gives or takes a role for the whole platform: an operator's or an auditor's.
    ///
    /// # Errors
    /// [`AccountError::Denied`], [`AccountError::Unknown`], [`AccountError::Role`], [`AccountError::LastOperator`],
    /// [`AccountError::Store`].
    pub async fn set_platform_role(
        &self,
        name: &AccountName,
        role: Option<Role>,
    ) -> Result<Account, AccountError> {
        let role = platform_role(role)?;
        self.edit("account.role", name, |account| account.roles.platform = role)
            .await
    }

    /// Says who its owner is at the OIDC provider.
    ///
    /// # Errors
    /// [`AccountError::Denied`], [`AccountError::Identity`], [`AccountError::Unknown`], [`AccountError::Linked`],
    /// [`AccountError::Store`].
    pub async fn link(
        &self,
        name: &AccountName,
        identity: Option<Identity>,
    ) -> Result<Account, AccountError> {
        let by = self.by()?;
        if !identity.as_ref().is_none_or(Identity::is_fit) {
            return Err(AccountError::Identity);
        }
        let (record, old) = load(self.store, name).await?;
        let account = Account {
            identity,
            ..old.clone()
        };
        let change = replace(&by.platform_entry("account.link"), &record, &account);
        let change = relink(self.store, change, &old, &account).await?;
        self.store.commit(&change, self.at).await?;
        Ok(account)
    }

    /// Ends all its sessions, of which an [invitation](Self::invite) is one, too.
    ///
    /// # Errors
    /// [`AccountError::Denied`], [`AccountError::Unknown`], [`AccountError::Store`].
    pub async fn end_sessions(&self, name: &AccountName) -> Result<Account, AccountError> {
        self.edit("account.sign-out", name, Account::end_sessions).await
    }

    /// Gives an account a password that has to be changed before anything else; its sessions end.
    ///
    /// # Errors
    /// [`AccountError::Denied`], [`AccountError::Unknown`], [`AccountError::Weak`], [`AccountError::Hash`],
    /// [`AccountError::Store`].
    pub async fn set_password(
        &self,
        name: &AccountName,
        password: &Hidden,
        passwords: &Passwords,
    ) -> Result<Account, AccountError> {
        let by = self.by()?;
        judge(password, name)?;
        let hash = passwords.hash(password).await?;
        let (record, account) = load(self.store, name).await?;
        let (change, account) = with_password(
            self.store,
            &by,
            (&record, account),
            PasswordState::Temporary,
            &hash,
        )
        .await?;
        self.store.commit(&change, self.at).await?;
        Ok(account)
    }

    async fn edit(
        &self,
        action: &str,
        name: &AccountName,
        edit: impl FnOnce(&mut Account),
    ) -> Result<Account, AccountError> {
        let by = self.by()?;
        let (record, old) = load(self.store, name).await?;
        let mut account = old.clone();
        edit(&mut account);
        let change = replace(&by.platform_entry(action), &record, &account);
        let change = keep_an_operator(self.store, change, Some(&old), &account).await?;
        self.store.commit(&change, self.at).await?;
        Ok(account)
    }

    fn sees(&self) -> Result<By, Denied> {
        self.caller.allow(to_see_accounts(self.caller), None, self.at)
    }

    fn by(&self) -> Result<By, Denied> {
        let by = self.caller.allow(Right::Operate, None, self.at)?;
        Ok(match &self.reason {
            Some(reason) => by.because(reason.as_str()),
            None => by,
        })
    }
}

/// The right with which somebody sees everybody's accounts: who runs the platform does, and who audits all of it.
pub(crate) fn to_see_accounts(caller: &Caller) -> Right {
    if caller.may(Right::Operate, None) {
        Right::Operate
    } else {
        Right::Audit
    }
}

impl Account {
    pub(crate) fn new(new: &NewAccount, at: Timestamp) -> Result<Self, AccountError> {
        Ok(Self {
            name: new.name.clone(),
            display_name: display_name_of(&new.display_name)?,
            roles: Roles {
                platform: platform_role(new.platform)?,
                ..Roles::default()
            },
            password: PasswordState::None,
            identity: None,
            disabled: false,
            epoch: 0,
            created_at: at,
        })
    }

    pub(crate) const fn end_sessions(&mut self) {
        self.epoch = self.epoch.wrapping_add(1);
    }

    fn operates(&self) -> bool {
        !self.disabled && self.roles.platform == Some(Role::PlatformOperator)
    }
}

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
    let change = replace(&by.platform_entry("account.password"), record, &account);
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

fn platform_role(role: Option<Role>) -> Result<Option<Role>, AccountError> {
    match role {
        None | Some(Role::PlatformOperator | Role::Auditor) => Ok(role),
        Some(role @ (Role::Owner | Role::Developer)) => Err(AccountError::Role { role, in_app: false }),
    }
}

fn display_name_of(text: &str) -> Result<String, AccountError> {
    let name = text.trim();
    let is_name = (1..=100).contains(&name.chars().count()) && !name.chars().any(char::is_control);
    if is_name {
        Ok(name.to_owned())
    } else {
        Err(AccountError::DisplayName(name.chars().take(120).collect()))
    }
}

fn key(name: &AccountName) -> Result<Key, StoreError> {
    Key::of(&["account", name.as_str()])
}

fn credential_key(name: &AccountName) -> Result<Key, StoreError> {
    Key::of(&["credential", name.as_str()])
}

fn operators_key() -> Result<Key, StoreError> {
    Key::of(&["operators"])
}

/// By a hash: what a provider says may be long and of any characters.
fn identity_key(identity: &Identity) -> Result<Key, StoreError> {
    let (kind, text) = match identity {
        Identity::Email(address) => ("email", address.to_lowercase()),
        Identity::Subject(subject) => ("subject", subject.clone()),
    };
    Key::of(&["identity", kind, &crate::hidden::fingerprint(&[&text])])
}
