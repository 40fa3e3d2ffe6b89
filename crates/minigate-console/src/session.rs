//! Who is signed in.
//!
//! ```text
//!  name, password ──► gate: not too many tries ──► argon2id ──► NewSession: the secret of a cookie, shown once
//!  invitation, first password ──────────────────────┘               │ kept by its SHA-256
//!  cookie ──► Sessions::find ──► Session ──► caller() ──► Caller    ◄┘ its roles are read anew for each request
//! ```
//! A session ends 12 hours after it began, after an hour without a request, when somebody signs out, and at once when its
//! account is disabled or gets another password. Its secret has 256 random bits and is made when somebody signs in or
//! changes the password, never taken from the browser, so nobody can be made to use a session that another knows. The
//! CSRF token is an HMAC with the session's secret as its key: it is kept nowhere, and a form of one session is of no use
//! in another.

mod error;
mod gate;

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

pub use error::{MustChange, SignInError};

use crate::By;
use crate::access::Caller;
use crate::account::{
    self, Account, AccountError, AccountName, Invited, PasswordState, Passwords, invitation_key, judge,
};
use crate::action::Action;
use crate::by::Ground;
use crate::hidden::Hidden;
use crate::moment::after;
use crate::origin::Origin;
use crate::refusal;
use crate::seen;
use crate::store::{Change, Key, Store, StoreError};
use gate::Gate;

/// The sessions of a console.
#[derive(Clone, Copy, Debug)]
pub struct Sessions<'a> {
    store: &'a dyn Store,
    passwords: &'a Passwords,
}

/// What somebody signs in with.
#[derive(Clone, Debug)]
pub struct Attempt<'a> {
    /// The name, as it was typed.
    pub name: &'a str,
    /// The password.
    pub password: &'a Hidden,
    /// Where it comes from.
    pub origin: Origin,
    /// The cookie that the device got with an earlier session.
    pub device: Option<&'a Hidden>,
}

/// A session that has just begun.
#[derive(Clone, Debug)]
pub struct NewSession {
    /// The secret of its cookie: `HttpOnly`, `Secure`, `SameSite=Lax` or stricter.
    pub secret: Hidden,
    /// A cookie for 180 days that lets this device sign in while others try passwords; none where it has one already.
    pub device: Option<Hidden>,
    /// The session.
    pub session: Session,
}

/// Somebody who is signed in, as of a request.
#[derive(Clone, Debug)]
pub struct Session {
    account: Account,
    origin: Origin,
    csrf: Hidden,
    ends_at: Timestamp,
    grounds: Vec<Ground>,
}

/// What is kept of a session, by the hash of its secret.
#[derive(Clone, Debug, Deserialize, Serialize)]
struct Kept {
    account: AccountName,
    epoch: u32,
    began_at: Timestamp,
    seen_at: Timestamp,
}

impl<'a> Sessions<'a> {
    /// Those of a store.
    #[must_use]
    pub const fn of(store: &'a dyn Store, passwords: &'a Passwords) -> Self {
        Self { store, passwords }
    }

    pub(crate) const fn store(&self) -> &'a dyn Store {
        self.store
    }

    /// Signs somebody in with a name and a password; a refusal is audited as `session.refused`, a success as
    /// `session.begin`.
    ///
    /// # Errors
    /// [`SignInError::Refused`], the same and after the same time whatever is wrong; [`SignInError::Later`],
    /// [`SignInError::Busy`], [`SignInError::Hash`], [`SignInError::Random`], [`SignInError::Store`].
    pub async fn sign_in(&self, attempt: &Attempt<'_>, at: Timestamp) -> Result<NewSession, SignInError> {
        let found = self.account_of(attempt.name).await?;
        let gate = Gate::find(self.store, attempt.name, attempt.origin, attempt.device, at).await?;
        if let Err(error) = gate.pass(at).await {
            self.refused(found.as_ref(), attempt.origin, "too many attempts", at)
                .await?;
            return Err(error);
        }
        let matches = self.matches(found.as_ref(), attempt.password).await?;
        match found {
            Some(account) if matches && !account.disabled => {
                let device = gate.open(at).await?;
                self.begin(account, attempt.origin, device, at).await
            }
            found => {
                self.refused(found.as_ref(), attempt.origin, "wrong name or password", at)
                    .await?;
                Err(SignInError::Refused)
            }
        }
    }

    /// The session of a cookie, as of a request from somewhere; none where it has ended.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn find(
        &self,
        secret: &Hidden,
        origin: Origin,
        at: Timestamp,
    ) -> Result<Option<Session>, StoreError> {
        let key = session_key(secret)?;
        let Some(body) = self.store.kept(&key, at).await? else {
            return Ok(None);
        };
        let Ok(kept) = Kept::deserialize(&body) else {
            return Ok(None);
        };
        let (record, account) = match account::load(self.store, &kept.account).await {
            Ok(found) => found,
            Err(AccountError::Store(error)) => return Err(error),
            Err(_) => return Ok(None),
        };
        if account.disabled || account.epoch != kept.epoch {
            return Ok(None);
        }
        seen::note(self.see(&key, &body, &kept, at)).await;
        let session = Session::new(account, origin, secret, kept.began_at);
        Ok(Some(Session {
            grounds: vec![Ground::from(&record)],
            ..session
        }))
    }

    /// Signs out.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn sign_out(&self, secret: &Hidden, at: Timestamp) -> Result<(), StoreError> {
        self.store.drop_kept(&session_key(secret)?, at).await
    }

    /// Ends all sessions of the one who is signed in, this one too.
    ///
    /// # Errors
    /// [`SignInError::Store`].
    pub async fn sign_out_everywhere(&self, session: &Session, at: Timestamp) -> Result<(), SignInError> {
        let (record, mut account) = account::load(self.store, &session.account.name).await?;
        account.end_sessions();
        let entry = session.by(at).platform_entry(Action::AccountSignOut);
        let change = account::replace(&entry, &record, &account);
        self.store.commit(&change, at).await?;
        Ok(())
    }

    /// Changes the password of the one who is signed in. All its sessions end, and a new one begins.
    ///
    /// Wrong old passwords count as tries to sign in.
    ///
    /// # Errors
    /// [`SignInError::Refused`] where the old one is wrong; [`SignInError::SamePassword`], [`SignInError::Weak`], and what
    /// [`Sessions::sign_in`] has.
    pub async fn change_password(
        &self,
        session: &Session,
        old: &Hidden,
        new: &Hidden,
        at: Timestamp,
    ) -> Result<NewSession, SignInError> {
        let name = session.account.name.clone();
        judge(new, &name)?;
        let gate = Gate::find(self.store, name.as_str(), session.origin, None, at).await?;
        gate.pass(at).await?;
        if !self.matches(Some(&session.account), old).await? {
            self.refused(Some(&session.account), session.origin, "wrong old password", at)
                .await?;
            return Err(SignInError::Refused);
        }
        if old == new {
            return Err(SignInError::SamePassword);
        }
        let account = self
            .set_password(&name, session.account.epoch, new, session.by(at))
            .await?;
        let device = gate.open(at).await?;
        self.begin(account, session.origin, device, at).await
    }

    /// Whose an invitation is, for the page that asks for the password; it can still be used.
    ///
    /// # Errors
    /// [`SignInError::Link`], [`SignInError::Store`].
    pub async fn invited(&self, secret: &Hidden, at: Timestamp) -> Result<AccountName, SignInError> {
        Ok(self.invitation(secret, at).await?.account)
    }

    /// Sets a password with an invitation, and signs in. Of two who use the same one at once, one does; where the password isn't
    /// set, the link can still be used.
    ///
    /// # Errors
    /// [`SignInError::Weak`], [`SignInError::Link`], [`SignInError::Busy`], [`SignInError::Hash`], [`SignInError::Random`],
    /// [`SignInError::Store`].
    pub async fn redeem(
        &self,
        secret: &Hidden,
        password: &Hidden,
        origin: Origin,
        at: Timestamp,
    ) -> Result<NewSession, SignInError> {
        let invited = self.invitation(secret, at).await?;
        judge(password, &invited.account)?;
        let by = By::new(invited.account.to_string(), Some(origin.to_string()), at);
        let set = self.set_password(&invited.account, invited.epoch, password, by);
        // The account's epoch goes on in the very change that sets the password, and the link ends with it.
        let account = match set.await {
            Ok(account) => account,
            Err(error) => {
                self.invitation(secret, at).await?;
                return Err(error);
            }
        };
        let gate = Gate::find(self.store, account.name.as_str(), origin, None, at).await?;
        let device = gate.open(at).await?;
        self.begin(account, origin, device, at).await
    }

    /// Begins a session for somebody who has shown who it is.
    pub(crate) async fn begin(
        &self,
        account: Account,
        origin: Origin,
        device: Option<Hidden>,
        at: Timestamp,
    ) -> Result<NewSession, SignInError> {
        let secret = Hidden::random("")?;
        let kept = Kept {
            account: account.name.clone(),
            epoch: account.epoch,
            began_at: at,
            seen_at: at,
        };
        let session = Session::new(account, origin, &secret, at);
        let entry = session.by(at).platform_entry(Action::SessionBegin);
        self.store.commit(&Change::new(entry), at).await?;
        self.store
            .keep(&session_key(&secret)?, &json!(kept), after(at, IDLE))
            .await?;
        Ok(NewSession {
            secret,
            device,
            session,
        })
    }

    /// Puts the end off, at most once a minute; a session that somebody signed out of meanwhile stays ended.
    async fn see(&self, key: &Key, body: &Value, kept: &Kept, at: Timestamp) -> Result<(), StoreError> {
        if at < after(kept.seen_at, COARSE) {
            return Ok(());
        }
        let seen = Kept {
            seen_at: at,
            ..kept.clone()
        };
        let ends_at = after(at, IDLE).min(after(kept.began_at, LONGEST));
        self.store
            .swap(key, Some(body), &json!(seen), ends_at, at)
            .await?;
        Ok(())
    }

    async fn set_password(
        &self,
        name: &AccountName,
        epoch: u32,
        password: &Hidden,
        by: By,
    ) -> Result<Account, SignInError> {
        let hash = self.passwords.hash(password).await?;
        let (record, account) = account::load(self.store, name).await?;
        if account.disabled || account.epoch != epoch {
            return Err(SignInError::Refused);
        }
        let (change, account) =
            account::with_password(self.store, &by, (&record, account), PasswordState::Own, &hash).await?;
        self.store.commit(&change, by.at()).await?;
        Ok(account)
    }

    /// What an invitation says that can still be used.
    async fn invitation(&self, secret: &Hidden, at: Timestamp) -> Result<Invited, SignInError> {
        let body = self.store.kept(&invitation_key(secret)?, at).await?;
        let invited = body.and_then(|body| Invited::deserialize(&body).ok());
        let invited = invited.ok_or(SignInError::Link)?;
        let (_, account) = account::load(self.store, &invited.account).await?;
        let is_newest = account::is_newest(self.store, &account.name, secret, at).await?;
        if account.disabled || account.epoch != invited.epoch || !is_newest {
            return Err(SignInError::Link);
        }
        Ok(invited)
    }

    async fn account_of(&self, name: &str) -> Result<Option<Account>, StoreError> {
        let Ok(name) = name.parse() else {
            return Ok(None);
        };
        match account::load(self.store, &name).await {
            Ok((_, account)) => Ok(Some(account)),
            Err(AccountError::Store(error)) => Err(error),
            Err(_) => Ok(None),
        }
    }

    async fn matches(&self, account: Option<&Account>, password: &Hidden) -> Result<bool, SignInError> {
        let hash = match account {
            Some(account) => account::hash_of(self.store, &account.name).await?,
            None => None,
        };
        Ok(self.passwords.matches(password, hash).await?)
    }

    async fn refused(
        &self,
        claimed: Option<&Account>,
        origin: Origin,
        why: &str,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let name = claimed.map(|account| &account.name);
        refusal::audit_sign_in(self.store, name, origin, why, at).await
    }
}

impl Session {
    fn new(account: Account, origin: Origin, secret: &Hidden, began_at: Timestamp) -> Self {
        Self {
            account,
            origin,
            csrf: csrf(secret),
            ends_at: after(began_at, LONGEST),
            grounds: Vec::new(),
        }
    }

    /// Whose it is.
    #[must_use]
    pub const fn account(&self) -> &Account {
        &self.account
    }

    /// When it ends at the latest.
    #[must_use]
    pub const fn ends_at(&self) -> Timestamp {
        self.ends_at
    }

    /// What every form and script of this session sends back.
    #[must_use]
    pub const fn csrf(&self) -> &Hidden {
        &self.csrf
    }

    /// Whether what was sent back is this session's; compared in constant time.
    #[must_use]
    pub fn is_csrf(&self, sent: &str) -> bool {
        self.csrf == Hidden::new(sent)
    }

    /// Who asks for something, with the roles that the account has now.
    ///
    /// # Errors
    /// [`MustChange`] where the password has to be changed before anything else.
    pub fn caller(&self) -> Result<Caller, MustChange> {
        if self.account.password == PasswordState::Temporary {
            return Err(MustChange);
        }
        let caller = Caller::new(self.account.name.to_string(), self.account.roles.clone());
        Ok(caller.from(self.origin.to_string()).on(self.grounds.clone()))
    }

    /// For what everybody may do: to one's own account.
    pub(crate) fn by(&self, at: Timestamp) -> By {
        let by = By::new(self.account.name.to_string(), Some(self.origin.to_string()), at);
        by.on(self.grounds.clone())
    }
}

/// What a form has to send back before anybody is signed in, from the secret of a cookie that the page sets with it.
#[must_use]
pub fn csrf(secret: &Hidden) -> Hidden {
    secret.derive("csrf")
}

/// The longest that the secret of a session can be of use, for its cookie.
pub const LONGEST_SESSION: Duration = Duration::from_hours(12);

fn session_key(secret: &Hidden) -> Result<Key, StoreError> {
    Key::of(&["session", &secret.fingerprint()])
}

const LONGEST: SignedDuration = SignedDuration::from_hours(12);
const IDLE: SignedDuration = SignedDuration::from_hours(1);
const COARSE: SignedDuration = SignedDuration::from_mins(1);
