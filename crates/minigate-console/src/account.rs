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

mod edit;
mod error;
mod invite;
mod members;
mod name;
mod password;
mod records;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use edit::Edit;
pub use error::AccountError;
pub use invite::{Invitation, first_start};
pub(crate) use invite::{Invited, invitation_key, is_newest};
pub use members::Members;
pub use name::{AccountName, BadAccountName};
pub use password::{Cost, HashError, Passwords, Weakness, judge};
pub(crate) use records::{
    create, hash_of, keep_an_operator, linked, load, operators, put, relink, replace, with_password,
};

use crate::By;
use crate::access::{Caller, Denied, Right, Role, Roles};
use crate::action::Action;
use crate::hidden::Hidden;
use crate::store::{self, Key, Store, StoreError};
use crate::text::is_name;
use records::key;

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

    /// Why, in the caller's words, where that is said.
    #[must_use]
    pub fn because(self, reason: impl Into<Option<String>>) -> Self {
        Self {
            reason: reason.into(),
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
        let change = create(&by.platform_entry(Action::AccountCreate), &account)?;
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
        let edit = Edit {
            display_name: Some(display_name.to_owned()),
            ..Edit::default()
        };
        self.set(name, edit).await
    }

    /// Disables an account: its sessions end and its tokens are revoked at once, for good.
    ///
    /// # Errors
    /// [`AccountError::Denied`], [`AccountError::Unknown`], [`AccountError::LastOperator`], [`AccountError::Store`].
    pub async fn disable(&self, name: &AccountName) -> Result<Account, AccountError> {
        let edit = Edit {
            disabled: Some(true),
            ..Edit::default()
        };
        self.set(name, edit).await
    }

    /// Lets an account be used again, with the password and the roles that it had, and without the tokens.
    ///
    /// # Errors
    /// [`AccountError::Denied`], [`AccountError::Unknown`], [`AccountError::Store`].
    pub async fn enable(&self, name: &AccountName) -> Result<Account, AccountError> {
        let edit = Edit {
            disabled: Some(false),
            ..Edit::default()
        };
        self.set(name, edit).await
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
        let edit = Edit {
            platform: Some(role),
            ..Edit::default()
        };
        self.set(name, edit).await
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
        let edit = Edit {
            identity: Some(identity),
            ..Edit::default()
        };
        self.set(name, edit).await
    }

    /// Ends all its sessions, of which an [invitation](Self::invite) is one, too.
    ///
    /// # Errors
    /// [`AccountError::Denied`], [`AccountError::Unknown`], [`AccountError::Store`].
    pub async fn end_sessions(&self, name: &AccountName) -> Result<Account, AccountError> {
        let by = self.by()?;
        let (record, mut account) = load(self.store, name).await?;
        account.end_sessions();
        let change = replace(&by.platform_entry(Action::AccountSignOut), &record, &account);
        self.store.commit(&change, self.at).await?;
        Ok(account)
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

    fn sees(&self) -> Result<By, Denied> {
        self.caller.allow(to_see_accounts(self.caller), None, self.at)
    }

    fn by(&self) -> Result<By, Denied> {
        let by = self.caller.allow(Right::Operate, None, self.at)?;
        Ok(by.because(self.reason.clone()))
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

fn platform_role(role: Option<Role>) -> Result<Option<Role>, AccountError> {
    match role {
        None | Some(Role::PlatformOperator | Role::Auditor) => Ok(role),
        Some(role @ (Role::Owner | Role::Developer)) => Err(AccountError::Role { role, in_app: false }),
    }
}

fn display_name_of(text: &str) -> Result<String, AccountError> {
    let name = text.trim();
    if is_name(name) {
        Ok(name.to_owned())
    } else {
        Err(AccountError::DisplayName(name.chars().take(120).collect()))
    }
}
