//! Who has which role in an app.

use std::collections::BTreeMap;

use jiff::Timestamp;
use minigate_policy::AppId;
use serde_json::json;

use super::{Account, AccountError, AccountName, load, put};
use crate::access::{Caller, Right, Role};
use crate::action::Action;
use crate::app;
use crate::store::{self, Change, Key, Record, Store, StoreError};

/// The members of an app; changing them asks for [`Right::Manage`].
#[derive(Clone, Debug)]
pub struct Members<'a> {
    store: &'a dyn Store,
    app: &'a AppId,
    caller: &'a Caller,
    at: Timestamp,
    reason: Option<String>,
}

impl<'a> Members<'a> {
    /// Those of an app, for somebody, at a moment.
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

    /// All of them; asks for [`Right::Read`].
    ///
    /// # Errors
    /// [`AccountError::Denied`], [`AccountError::Store`].
    pub async fn list(&self) -> Result<BTreeMap<AccountName, Role>, AccountError> {
        self.caller.allow(Right::Read, Some(self.app), self.at)?;
        Ok(members_of(self.store.get(&self.key()?).await?.as_ref())?)
    }

    /// Makes somebody a member, or gives a member another role: an owner's, a developer's or an auditor's.
    ///
    /// # Errors
    /// [`AccountError::Denied`]; [`AccountError::App`] and [`AccountError::Unknown`] for what isn't there;
    /// [`AccountError::Role`]; [`AccountError::LastOwner`], unless an operator wants it; [`AccountError::Store`].
    pub async fn set(&self, name: &AccountName, role: Role) -> Result<(), AccountError> {
        if role == Role::PlatformOperator {
            return Err(AccountError::Role { role, in_app: true });
        }
        self.change(Action::MemberSet, name, Some(role)).await
    }

    /// Takes somebody's role.
    ///
    /// # Errors
    /// As [`Members::set`].
    pub async fn remove(&self, name: &AccountName) -> Result<(), AccountError> {
        self.change(Action::MemberRemove, name, None).await
    }

    async fn change(
        &self,
        action: Action,
        name: &AccountName,
        role: Option<Role>,
    ) -> Result<(), AccountError> {
        let by = self.caller.allow(Right::Manage, Some(self.app), self.at)?;
        app::find(self.store, self.app).await?;
        let (record, mut account) = load(self.store, name).await?;
        match role {
            Some(role) => account.roles.apps.insert(self.app.to_string(), role),
            None => account.roles.apps.remove(self.app.as_str()),
        };
        // It is read once: what is decided on is what is replaced.
        let key = self.key()?;
        let read = self.store.get(&key).await?;
        let mut members = members_of(read.as_ref())?;
        let before = match role {
            Some(role) => members.insert(name.clone(), role),
            None => members.remove(name),
        };
        if before == role {
            return Ok(());
        }
        // Only what it is to this app: who reads the app's log needn't know the rest.
        let entry = store::Entry {
            reason: self.reason.clone(),
            before: Some(json!({ "account": name, "role": before })),
            after: Some(json!({ "account": name, "role": role })),
            ..by.entry(action, self.app.as_str())
        };
        let change = Change::new(entry).replace(&record, json!(account));
        let change = put(change, &key, read.as_ref(), json!(members));
        let change = if before == Some(Role::Owner) && role != Some(Role::Owner) {
            self.keep_an_owner(change, name, &members).await?
        } else {
            change
        };
        self.store.commit(&change, self.at).await?;
        Ok(())
    }

    /// Rests on another owner who can sign in; operators can do without one.
    async fn keep_an_owner(
        &self,
        change: Change,
        leaving: &AccountName,
        members: &BTreeMap<AccountName, Role>,
    ) -> Result<Change, AccountError> {
        if self.caller.may(Right::Operate, None) {
            return Ok(change);
        }
        let owners = members.iter().filter(|(_, role)| **role == Role::Owner);
        for (owner, _) in owners {
            let (record, Account { disabled, .. }) = load(self.store, owner).await?;
            if !disabled {
                return Ok(change.rest_on(&record));
            }
        }
        Err(AccountError::LastOwner {
            name: leaving.clone(),
            app: self.app.to_string(),
        })
    }

    fn key(&self) -> Result<Key, StoreError> {
        Key::of(&["members", self.app.as_str()])
    }
}

fn members_of(record: Option<&Record>) -> Result<BTreeMap<AccountName, Role>, StoreError> {
    Ok(record.map(store::read).transpose()?.unwrap_or_default())
}
