//! What is changed of an account.

use super::{
    Account, AccountError, AccountName, Accounts, Identity, display_name_of, keep_an_operator, load,
    platform_role, relink, replace,
};
use crate::By;
use crate::access::Role;
use crate::action::Action;
use crate::store::StoreError;
use crate::token::{self, Tokens};

/// What is to be changed of an account; what is none stays.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Edit {
    /// What people call its owner.
    pub display_name: Option<String>,
    /// Whether it can't be used. Disabling ends its sessions and revokes its tokens; enabling brings none of them back.
    pub disabled: Option<bool>,
    /// What it is to the platform; nothing where this says none.
    pub platform: Option<Option<Role>>,
    /// Who its owner is at the OIDC provider; nobody where this says none.
    pub identity: Option<Option<Identity>>,
}

impl Accounts<'_> {
    /// Changes an account: all that is wanted, as one row of the audit log, or nothing.
    ///
    /// # Errors
    /// [`AccountError::Denied`], [`AccountError::Unknown`], [`AccountError::DisplayName`], [`AccountError::Role`],
    /// [`AccountError::Identity`], [`AccountError::LastOperator`], [`AccountError::Linked`], [`AccountError::Store`].
    pub async fn set(&self, name: &AccountName, edit: Edit) -> Result<Account, AccountError> {
        let by = self.by()?;
        let tokens = token::round_key(name)?;
        let mut tries = token::MOST_TRIES;
        loop {
            tries -= 1;
            match self.set_once(name, edit.clone(), &by).await {
                // One of its tokens was made or revoked meanwhile.
                Err(AccountError::Store(StoreError::Conflict { key })) if tries > 0 && key == tokens => {}
                settled => return settled,
            }
        }
    }

    async fn set_once(&self, name: &AccountName, edit: Edit, by: &By) -> Result<Account, AccountError> {
        let (record, old) = load(self.store, name).await?;
        let Some(action) = edit.action() else {
            return Ok(old);
        };
        // Who was disabled before tokens went with it may have some still.
        let revokes = edit.disabled.is_some_and(|disabled| disabled || old.disabled);
        let account = edit.of(old.clone())?;
        let mut change = replace(&by.platform_entry(action), &record, &account);
        if revokes {
            change = Tokens::of(self.store).revoking_all(change, name).await?;
        }
        let change = keep_an_operator(self.store, change, Some(&old), &account).await?;
        let change = relink(self.store, change, &old, &account).await?;
        self.store.commit(&change, self.at).await?;
        Ok(account)
    }
}

impl Edit {
    /// What the log calls it; none where it changes nothing.
    fn action(&self) -> Option<Action> {
        let disabling = match self.disabled {
            Some(true) => Action::AccountDisable,
            _ => Action::AccountEnable,
        };
        let actions = [
            self.display_name.as_ref().map(|_| Action::AccountRename),
            self.disabled.map(|_| disabling),
            self.platform.map(|_| Action::AccountRole),
            self.identity.as_ref().map(|_| Action::AccountLink),
        ];
        let mut wanted = actions.into_iter().flatten();
        let first = wanted.next()?;
        Some(wanted.next().map_or(first, |_| Action::AccountSettings))
    }

    fn of(self, mut account: Account) -> Result<Account, AccountError> {
        if let Some(display_name) = self.display_name {
            account.display_name = display_name_of(&display_name)?;
        }
        if let Some(role) = self.platform {
            account.roles.platform = platform_role(role)?;
        }
        if let Some(identity) = self.identity {
            if !identity.as_ref().is_none_or(Identity::is_fit) {
                return Err(AccountError::Identity);
            }
            account.identity = identity;
        }
        if let Some(disabled) = self.disabled {
            account.disabled = disabled;
        }
        if self.disabled == Some(true) {
            account.end_sessions();
        }
        Ok(account)
    }
}
