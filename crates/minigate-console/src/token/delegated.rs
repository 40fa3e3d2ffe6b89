//! Tokens that are made with a token: for a program that hands a part of what it may do to another one.

use jiff::Timestamp;

use super::{NewToken, Token, TokenError, Tokens, Way, key};
use crate::By;
use crate::access::{Caller, Scopes};
use crate::hidden::Hidden;
use crate::store::{self, StoreError};

impl Tokens<'_> {
    /// Makes a token that can do no more than another one, ends no later, and ends with it.
    ///
    /// # Errors
    /// [`TokenError::Child`] where that one was made so itself, [`TokenError::Wider`], and as [`Tokens::create`].
    pub async fn delegate(
        &self,
        parent: &Token,
        caller: &Caller,
        new: &NewToken,
        at: Timestamp,
    ) -> Result<(Token, Hidden), TokenError> {
        new.judge(at)?;
        if parent.parent.is_some() {
            return Err(TokenError::Child);
        }
        if !is_within(&new.scopes, &parent.scopes) || new.ends_at > parent.ends_at {
            return Err(TokenError::Wider);
        }
        // Those that the other one names were seen when it was made.
        if parent.scopes.apps.is_none() {
            self.see_apps(new, caller.roles()).await?;
        }
        let by = by(caller, at);
        self.make(&parent.owner, Some(parent), new, &by).await
    }

    /// A token, and those that were made with it.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn family(&self, token: &Token) -> Result<Vec<Token>, StoreError> {
        let mut all = self.of_owner(&token.owner).await?;
        all.retain(|other| other.is_of(token));
        Ok(all)
    }

    /// Revokes a token itself, or one that was made with it.
    ///
    /// # Errors
    /// [`TokenError::Unknown`] for others, [`TokenError::Store`].
    pub async fn revoke_within(
        &self,
        token: &Token,
        caller: &Caller,
        id: &str,
        at: Timestamp,
    ) -> Result<(), TokenError> {
        let family = self.family(token).await?;
        if family.iter().any(|other| other.id == id) {
            self.drop(&token.owner, id, &by(caller, at)).await
        } else {
            Err(TokenError::Unknown(id.chars().take(40).collect()))
        }
    }

    /// Whether the token that one was made with is still there; it ends no later than that one.
    pub(super) async fn has_its_parent(&self, token: &Token) -> Result<bool, StoreError> {
        let Some(parent) = &token.parent else {
            return Ok(true);
        };
        let way = Way {
            owner: token.owner.clone(),
            id: parent.clone(),
        };
        let record = self.store.get(&key(&way)?).await?;
        Ok(record
            .as_ref()
            .map(store::read::<super::Kept>)
            .transpose()?
            .is_some())
    }
}

fn is_within(inner: &Scopes, outer: &Scopes) -> bool {
    let apps = match (&inner.apps, &outer.apps) {
        (_, None) => true,
        (None, Some(_)) => false,
        (Some(inner), Some(outer)) => inner.is_subset(outer),
    };
    apps && inner.rights.is_subset(&outer.rights)
}

/// No right is needed to make what can do less, or to give something up.
fn by(caller: &Caller, at: Timestamp) -> By {
    By::new(caller.actor().to_owned(), caller.origin().map(str::to_owned), at)
}
