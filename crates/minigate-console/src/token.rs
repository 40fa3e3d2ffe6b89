//! API tokens: what programs show instead of a password.
//!
//! A token is its owner's: the audit log names the person, and the token as the place where it came from, so approving
//! with a token is approving by its owner where two people are needed. It can do what its owner's roles allow at that
//! moment and what its scopes name, and nothing else; changing passwords isn't among it. With a token, tokens can be made
//! that can do less and end with it, and that can make no others. It begins
//! with `mgt_`, so that scanners find it in a repository, has 256 random bits, is kept by its SHA-256, and ends after a
//! year at the latest and when it is revoked, which disabling its owner does with all of them. While its owner has a
//! temporary password, it can't be used.

mod delegated;
mod error;
mod owned;

use jiff::{SignedDuration, Timestamp};
use minigate_policy::AppId;
use serde::{Deserialize, Serialize};
use serde_json::json;

pub use error::TokenError;
pub(crate) use owned::{MOST_TRIES, round_key};

use crate::access::{Caller, Right, Roles, Scopes};
use crate::account::{self, AccountError, AccountName, PasswordState, to_see_accounts};
use crate::app;
use crate::by::Ground;
use crate::hidden::Hidden;
use crate::moment::after;
use crate::origin::Origin;
use crate::seen;
use crate::session::Session;
use crate::store::{self, Key, Record, Store, StoreError};

/// An API token, without its secret.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Token {
    /// By what it is revoked: 16 hex characters.
    pub id: String,
    /// Whose it is.
    pub owner: AccountName,
    /// What its owner calls it.
    pub name: String,
    /// What it is limited to.
    pub scopes: Scopes,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends.
    pub ends_at: Timestamp,
    /// The ID of the token that it was made with, and with which it ends; none where its owner made it.
    #[serde(default)]
    pub parent: Option<String>,
}

/// A token that is to be made.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct NewToken {
    /// What its owner calls it: 1 to 64 letters, digits, blanks, `.`, `_` and `-`.
    pub name: String,
    /// What it is limited to.
    pub scopes: Scopes,
    /// When it ends: within a year.
    pub ends_at: Timestamp,
}

/// The API tokens of a console.
#[derive(Clone, Debug)]
pub struct Tokens<'a> {
    store: &'a dyn Store,
    reason: Option<String>,
}

/// A token, as it is kept.
#[derive(Deserialize, Serialize)]
struct Kept {
    token: Token,
    /// By which the way to it is found: the SHA-256 of the secret.
    fingerprint: String,
}

/// The way from a secret to its token.
#[derive(Deserialize, Serialize)]
struct Way {
    owner: AccountName,
    id: String,
}

impl<'a> Tokens<'a> {
    /// Those of a store.
    #[must_use]
    pub const fn of(store: &'a dyn Store) -> Self {
        Self { store, reason: None }
    }

    /// Why one is made or revoked, in its owner's or an operator's words, where that is said.
    #[must_use]
    pub fn because(self, reason: impl Into<Option<String>>) -> Self {
        Self {
            reason: reason.into(),
            ..self
        }
    }

    /// Makes a token of the one who is signed in, and gives its secret, which can't be shown again.
    ///
    /// # Errors
    /// [`TokenError::MustChange`], [`TokenError::Name`], [`TokenError::NoScope`], [`TokenError::TooManyApps`],
    /// [`TokenError::NoApp`], [`TokenError::Past`], [`TokenError::End`], [`TokenError::TooMany`] with a hundred of them,
    /// [`TokenError::Random`], [`TokenError::Store`].
    pub async fn create(
        &self,
        session: &Session,
        new: &NewToken,
        at: Timestamp,
    ) -> Result<(Token, Hidden), TokenError> {
        let caller = session.caller()?;
        new.judge(at)?;
        self.see_apps(new, caller.roles()).await?;
        self.make(&session.account().name, None, new, &session.by(at))
            .await
    }

    /// The tokens of the one who is signed in, those that have ended too.
    ///
    /// # Errors
    /// [`TokenError::Store`].
    pub async fn mine(&self, session: &Session) -> Result<Vec<Token>, TokenError> {
        Ok(self.of_owner(&session.account().name).await?)
    }

    /// Somebody's tokens, for who sees everybody's accounts.
    ///
    /// # Errors
    /// [`TokenError::Denied`], [`TokenError::Store`].
    pub async fn of_account(
        &self,
        owner: &AccountName,
        caller: &Caller,
        at: Timestamp,
    ) -> Result<Vec<Token>, TokenError> {
        caller.allow(to_see_accounts(caller), None, at)?;
        Ok(self.of_owner(owner).await?)
    }

    /// Revokes a token of the one who is signed in, and those that were made with it; they can't be used from then on.
    ///
    /// # Errors
    /// [`TokenError::MustChange`], [`TokenError::Unknown`], [`TokenError::Store`].
    pub async fn revoke(&self, session: &Session, id: &str, at: Timestamp) -> Result<(), TokenError> {
        session.caller()?;
        self.drop(&session.account().name, id, &session.by(at)).await
    }

    /// Revokes every token of the one who is signed in.
    ///
    /// # Errors
    /// [`TokenError::MustChange`], [`TokenError::Store`].
    pub async fn revoke_all(&self, session: &Session, at: Timestamp) -> Result<(), TokenError> {
        for token in self.mine(session).await? {
            match self.revoke(session, &token.id, at).await {
                // It went with the one that it was made with.
                Ok(()) | Err(TokenError::Unknown(_)) => {}
                Err(other) => return Err(other),
            }
        }
        Ok(())
    }

    /// Revokes somebody's token, for who has [`Right::Operate`].
    ///
    /// # Errors
    /// [`TokenError::Denied`], [`TokenError::Unknown`], [`TokenError::Store`].
    pub async fn revoke_of(
        &self,
        owner: &AccountName,
        id: &str,
        caller: &Caller,
        at: Timestamp,
    ) -> Result<(), TokenError> {
        let by = caller.allow(Right::Operate, None, at)?;
        self.drop(owner, id, &by).await
    }

    /// Who a token speaks for, as of a request from somewhere; nobody where it can't be used.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn caller(
        &self,
        secret: &Hidden,
        origin: Origin,
        at: Timestamp,
    ) -> Result<Option<Caller>, StoreError> {
        let found = self.find_caller(secret, origin, at).await?;
        Ok(found.map(|(_, caller)| caller))
    }

    /// The same, with the token.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn find_caller(
        &self,
        secret: &Hidden,
        origin: Origin,
        at: Timestamp,
    ) -> Result<Option<(Token, Caller)>, StoreError> {
        let Some((token_record, token)) = self.find(secret).await? else {
            return Ok(None);
        };
        if token.ends_at <= at || !self.has_its_parent(&token).await? {
            return Ok(None);
        }
        let (record, account) = match account::load(self.store, &token.owner).await {
            // Somebody else knows a temporary password: until its owner has another one, it lets nobody in, by tokens neither.
            Ok((record, account)) if !account.disabled && account.password != PasswordState::Temporary => {
                (record, account)
            }
            Err(AccountError::Store(error)) => return Err(error),
            _ => return Ok(None),
        };
        seen::note(self.see(&token, at)).await;
        let caller = Caller::new(token.owner.to_string(), account.roles);
        let from = format!("{origin}, token {}", token.name);
        let caller = caller
            .from(from)
            .within(token.scopes.clone())
            .on(vec![Ground::from(&token_record), Ground::from(&record)]);
        Ok(Some((token, caller)))
    }

    /// When a token was used last, to ten minutes.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn last_used(&self, token: &Token, at: Timestamp) -> Result<Option<Timestamp>, StoreError> {
        let seen = self.store.kept(&used_key(token)?, at).await?;
        let seconds = seen.and_then(|seen| seen.as_i64());
        Ok(seconds.and_then(|seconds| Timestamp::from_second(seconds).ok()))
    }

    async fn see(&self, token: &Token, at: Timestamp) -> Result<(), StoreError> {
        if let Some(seen) = self.last_used(token, at).await?
            && at < after(seen, COARSE)
        {
            return Ok(());
        }
        self.store
            .keep(&used_key(token)?, &json!(at.as_second()), token.ends_at)
            .await
    }

    /// That its owner sees each of the apps that it names; others could be made later, by somebody else.
    async fn see_apps(&self, new: &NewToken, roles: &Roles) -> Result<(), TokenError> {
        for app in new.scopes.apps.iter().flatten() {
            let no_app = || TokenError::NoApp(app.chars().take(LONGEST_SHOWN).collect());
            let id: AppId = app.parse().map_err(|_| no_app())?;
            let is_seen = roles.of(&id).is_some_and(|role| role.has(Right::Read));
            if !is_seen || !app::is_there(self.store, &id).await? {
                return Err(no_app());
            }
        }
        Ok(())
    }

    async fn find(&self, secret: &Hidden) -> Result<Option<(Record, Token)>, StoreError> {
        let Some(record) = self.store.get(&way_key(&secret.fingerprint())?).await? else {
            return Ok(None);
        };
        let Some(found) = self.store.get(&key(&store::read(&record)?)?).await? else {
            return Ok(None);
        };
        let kept: Kept = store::read(&found)?;
        Ok(Some((found, kept.token)))
    }
}

impl NewToken {
    fn judge(&self, at: Timestamp) -> Result<(), TokenError> {
        let fits = |c: char| c.is_ascii_alphanumeric() || " ._-".contains(c);
        if !(1..=64).contains(&self.name.len()) || !self.name.chars().all(fits) {
            return Err(TokenError::Name(self.name.chars().take(80).collect()));
        }
        if self.scopes.rights.is_empty() {
            return Err(TokenError::NoScope);
        }
        if self
            .scopes
            .apps
            .as_ref()
            .is_some_and(|apps| apps.len() > MOST as usize)
        {
            return Err(TokenError::TooManyApps(MOST));
        }
        if self.ends_at <= at {
            return Err(TokenError::Past(self.ends_at));
        }
        if self.ends_at > after(at, YEAR) {
            return Err(TokenError::End(self.ends_at));
        }
        Ok(())
    }
}

impl Kept {
    fn new(new: &NewToken, owner: AccountName, fingerprint: String, at: Timestamp) -> Self {
        let token = Token {
            id: fingerprint.chars().take(ID).collect(),
            owner,
            name: new.name.clone(),
            scopes: new.scopes.clone(),
            created_at: at,
            ends_at: new.ends_at,
            parent: None,
        };
        Self { token, fingerprint }
    }
}

impl Way {
    fn to(token: &Token) -> Self {
        Self {
            owner: token.owner.clone(),
            id: token.id.clone(),
        }
    }
}

fn is_id(text: &str) -> bool {
    text.len() == ID && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn key(way: &Way) -> Result<Key, StoreError> {
    Key::of(&["token", way.owner.as_str(), &way.id])
}

fn way_key(fingerprint: &str) -> Result<Key, StoreError> {
    Key::of(&["token-by", fingerprint])
}

fn used_key(token: &Token) -> Result<Key, StoreError> {
    Key::of(&["token-used", &token.id])
}

const ID: usize = 16;
const MOST: u32 = 100;
const LONGEST_SHOWN: usize = 80;
const YEAR: SignedDuration = SignedDuration::from_hours(366 * 24);
const COARSE: SignedDuration = SignedDuration::from_mins(10);
