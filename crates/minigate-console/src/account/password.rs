//! Passwords: which are good enough, and how they are hashed.

use std::collections::BTreeSet;
use std::sync::Arc;

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use tokio::sync::{Semaphore, TryAcquireError};

use super::AccountName;
use crate::hidden::Hidden;

/// Hashes passwords with argon2id, a few at once, so that sign-ins exhaust neither memory nor processor.
#[derive(Debug)]
pub struct Passwords {
    argon: Argon2<'static>,
    /// What is compared with where there is no password, so that it takes the same time.
    dummy: Hidden,
    running: Arc<Semaphore>,
    waiting: Arc<Semaphore>,
}

/// How expensive a hash is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Cost {
    /// Its memory, in KiB.
    pub memory: u32,
    /// How often it goes over that memory.
    pub passes: u32,
    /// How many are made at once.
    pub at_once: usize,
}

/// OWASP's recommendation for argon2id: 19 MiB, two passes, one lane; two at once.
impl Default for Cost {
    fn default() -> Self {
        Self {
            memory: 19 * 1024,
            passes: 2,
            at_once: 2,
        }
    }
}

/// Why a password isn't good enough.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Weakness {
    /// It has fewer than 12 characters.
    #[error("a password has 12 characters or more")]
    Short,
    /// It has more than 128 characters.
    #[error("a password has 128 characters or fewer")]
    Long,
    /// It is little more than the account's name.
    #[error("a password isn't the account's name")]
    Name,
    /// It is one of those that are tried first, or has fewer than five different characters.
    #[error("this password is one of those that are tried first")]
    Common,
}

/// Why a password can't be hashed.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum HashError {
    /// Too many wait for theirs already.
    #[error("too many passwords are being checked just now")]
    Busy,
    /// argon2 can't be used so, or a stored hash can't be read.
    #[error("a password can't be hashed: {0}")]
    Argon(String),
}

impl Passwords {
    /// With a cost; a stored hash is checked with the cost that it was made with.
    ///
    /// # Errors
    /// [`HashError::Argon`] where argon2 can't have this cost.
    pub fn new(cost: Cost) -> Result<Self, HashError> {
        let params = Params::new(cost.memory, cost.passes, 1, None).map_err(argon_error)?;
        let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        Ok(Self {
            dummy: hash(&argon, &Hidden::new("nobody's password"))?,
            argon,
            running: Arc::new(Semaphore::new(cost.at_once)),
            waiting: Arc::new(Semaphore::new(cost.at_once.saturating_add(QUEUE))),
        })
    }

    /// A hash as a PHC string, with a salt of its own.
    pub(crate) async fn hash(&self, password: &Hidden) -> Result<Hidden, HashError> {
        let (argon, password) = (self.argon.clone(), password.clone());
        self.run(move || hash(&argon, &password)).await
    }

    /// Whether a password is the one of a hash; where there is none it isn't, after the same time.
    pub(crate) async fn matches(&self, password: &Hidden, stored: Option<Hidden>) -> Result<bool, HashError> {
        let is_there = stored.is_some();
        let stored = stored.unwrap_or_else(|| self.dummy.clone());
        let (argon, password) = (self.argon.clone(), password.clone());
        let is_same = self.run(move || matches(&argon, &password, &stored)).await?;
        Ok(is_there && is_same)
    }

    /// In its turn, on a thread that may block; what is running goes on, and is counted, where nobody waits any more.
    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, HashError> + Send + 'static,
    ) -> Result<T, HashError> {
        let place = Arc::clone(&self.waiting).try_acquire_owned();
        let place = place.map_err(|_: TryAcquireError| HashError::Busy)?;
        let turn = Arc::clone(&self.running).acquire_owned().await;
        let turn = turn.map_err(|_| HashError::Busy)?;
        let running = tokio::task::spawn_blocking(move || {
            let _until_the_end = (place, turn);
            work()
        });
        running.await.map_err(argon_error)?
    }
}

/// Whether a password is good enough for an account.
///
/// # Errors
/// [`Weakness`].
pub fn judge(password: &Hidden, name: &AccountName) -> Result<(), Weakness> {
    let text = password.reveal();
    let lower = text.to_lowercase();
    let rest = lower.replace(name.as_str(), "");
    match text.chars().count() {
        ..SHORTEST => Err(Weakness::Short),
        LONGEST.. => Err(Weakness::Long),
        // Short names are in many a good password.
        _ if name.as_str().len() >= 3 && rest.chars().count() < 5 => Err(Weakness::Name),
        _ if COMMON.contains(&lower.as_str()) || distinct(&lower) < 5 => Err(Weakness::Common),
        _ => Ok(()),
    }
}

fn distinct(text: &str) -> usize {
    text.chars().collect::<BTreeSet<_>>().len()
}

fn hash(argon: &Argon2<'_>, password: &Hidden) -> Result<Hidden, HashError> {
    let hash: PasswordHash = argon
        .hash_password(password.reveal().as_bytes())
        .map_err(argon_error)?;
    Ok(Hidden::new(hash.to_string()))
}

fn matches(argon: &Argon2<'_>, password: &Hidden, stored: &Hidden) -> Result<bool, HashError> {
    // What is longer can't be a password, and would only cost time.
    let text: String = password.reveal().chars().take(LONGEST).collect();
    let stored = PasswordHash::new(stored.reveal()).map_err(argon_error)?;
    match argon.verify_password(text.as_bytes(), &stored) {
        Ok(()) => Ok(true),
        Err(argon2::password_hash::Error::PasswordInvalid) => Ok(false),
        Err(other) => Err(argon_error(other)),
    }
}

#[expect(clippy::needless_pass_by_value, reason = "it is what `map_err` gives")]
fn argon_error(error: impl ToString) -> HashError {
    HashError::Argon(error.to_string())
}

const SHORTEST: usize = 12;
/// The first length that is too long.
const LONGEST: usize = 129;
/// How many may wait beside those that are checked.
const QUEUE: usize = 64;
/// Of the lists of leaked passwords, those with 12 characters or more that come first.
const COMMON: [&str; 40] = [
    "000000000000",
    "111111111111",
    "123123123123",
    "1234567890123",
    "12345678901234",
    "123456789012",
    "1234567890qwerty",
    "123456789abc",
    "123456789qwe",
    "1q2w3e4r5t6y",
    "1q2w3e4r5t6y7u8i",
    "1qaz2wsx3edc",
    "1qaz2wsx3edc4rfv",
    "abcd1234abcd",
    "abcdefghijkl",
    "abcdefghijklm",
    "administrator",
    "administrator1",
    "admin1234567",
    "admin12345678",
    "adminadminadmin",
    "changemechangeme",
    "changeme1234",
    "correcthorsebatterystaple",
    "iloveyou1234",
    "iloveyouforever",
    "letmeinletmein",
    "minigate1234",
    "minigateminigate",
    "p@ssw0rd1234",
    "password1234",
    "password12345",
    "password123456",
    "passwordpassword",
    "qazwsxedcrfv",
    "qwerty123456",
    "qwertyqwerty",
    "qwertyuiop12",
    "qwertyuiop123",
    "woaini1314520",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(password: &str) -> Result<(), Weakness> {
        judge(&Hidden::new(password), &"li.wei".parse().unwrap())
    }

    #[test]
    fn a_password_is_long_and_nobodys_first_guess() {
        assert_eq!(verdict("elf zeichen"), Err(Weakness::Short));
        assert_eq!(verdict("zwölf wörter"), Ok(()));
        assert_eq!(verdict(&"abcdefgh".repeat(16)), Ok(()));
        assert_eq!(
            verdict(&format!("{}i", "abcdefgh".repeat(16))),
            Err(Weakness::Long)
        );
        assert_eq!(verdict("Li.Wei-Li.Wei"), Err(Weakness::Name));
        assert_eq!(verdict("PassWord1234"), Err(Weakness::Common));
        assert_eq!(verdict("abababababab"), Err(Weakness::Common));
    }

    #[tokio::test]
    async fn a_password_matches_its_hash_and_no_other() {
        let passwords = Passwords::new(CHEAP).unwrap();
        let (good, bad) = (Hidden::new("a fine password"), Hidden::new("another password"));

        let hash = passwords.hash(&good).await.unwrap();

        assert!(hash.reveal().starts_with("$argon2id$v=19$m=64,t=1,p=1$"));
        assert!(passwords.matches(&good, Some(hash.clone())).await.unwrap());
        assert!(!passwords.matches(&bad, Some(hash)).await.unwrap());
        assert!(!passwords.matches(&good, None).await.unwrap());
        assert!(
            !passwords
                .matches(&Hidden::new("nobody's password"), None)
                .await
                .unwrap()
        );
    }

    #[tokio::test]
    async fn no_more_wait_than_there_are_places() {
        let passwords = Passwords::new(CHEAP).unwrap();
        let _taken = Arc::clone(&passwords.waiting)
            .acquire_many_owned(65)
            .await
            .unwrap();

        let answer = passwords.hash(&Hidden::new("a fine password")).await;

        assert_eq!(answer.unwrap_err(), HashError::Busy);
    }

    #[test]
    fn the_cost_is_what_owasp_recommends_or_more() {
        let cost = Cost::default();

        assert!(cost.memory >= 19 * 1024 && cost.passes >= 2);
    }

    const CHEAP: Cost = Cost {
        memory: 64,
        passes: 1,
        at_once: 1,
    };
}
