//! The tokens of one owner: how many there are, which are made, and which go together.

use serde::Serialize;
use serde_json::json;

use super::{Kept, MOST, NewToken, Token, TokenError, Tokens, Way, is_id, key, way_key};
use crate::By;
use crate::account::{AccountName, put};
use crate::action::Action;
use crate::hidden::Hidden;
use crate::store::{self, Change, Entry, Key, Record, StoreError};

/// How often an owner's tokens have changed: what was decided on all of them rests on it.
struct Round {
    key: Key,
    record: Option<Record>,
}

/// A token that is revoked, with those that go with it, for the log.
#[derive(Serialize)]
struct Gone<'a> {
    #[serde(flatten)]
    token: &'a Token,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    children: Vec<&'a Token>,
}

impl Tokens<'_> {
    pub(super) async fn make(
        &self,
        owner: &AccountName,
        parent: Option<&Token>,
        new: &NewToken,
        by: &By,
    ) -> Result<(Token, Hidden), TokenError> {
        let mut tries = MOST_TRIES;
        loop {
            tries -= 1;
            match self.make_once(owner, parent, new, by).await {
                // Another one was made or revoked meanwhile: whether there is room is to be seen again.
                Err(TokenError::Store(StoreError::Conflict { key })) if tries > 0 && !by.rests_on(&key) => {}
                settled => return settled,
            }
        }
    }

    async fn make_once(
        &self,
        owner: &AccountName,
        parent: Option<&Token>,
        new: &NewToken,
        by: &By,
    ) -> Result<(Token, Hidden), TokenError> {
        let round = self.round(owner).await?;
        let there = self.of_owner(owner).await?;
        if there.len() >= MOST as usize {
            return Err(TokenError::TooMany(MOST));
        }
        if let Some(parent) = parent.filter(|parent| there.iter().all(|token| token.id != parent.id)) {
            return Err(TokenError::Unknown(parent.id.clone()));
        }
        let secret = Hidden::random(PREFIX)?;
        let mut kept = Kept::new(new, owner.clone(), secret.fingerprint(), by.at());
        kept.token.parent = parent.map(|parent| parent.id.clone());
        let way = Way::to(&kept.token);
        let entry = self.entry(by, Action::TokenCreate);
        let change = Change::new(entry.after(json!(kept.token)))
            .create(&key(&way)?, json!(kept))
            .create(&way_key(&kept.fingerprint)?, json!(way));
        // Who was disabled meanwhile makes none that would live again with the account.
        let change = by.rest(round.turn(change)?);
        self.store.commit(&change, by.at()).await?;
        Ok((kept.token, secret))
    }

    /// Revokes a token, and those that were made with it.
    pub(super) async fn drop(&self, owner: &AccountName, id: &str, by: &By) -> Result<(), TokenError> {
        let mut tries = MOST_TRIES;
        loop {
            tries -= 1;
            match self.drop_once(owner, id, by).await {
                // Another one was made meanwhile, maybe with this one.
                Err(TokenError::Store(StoreError::Conflict { .. })) if tries > 0 => {}
                settled => return settled,
            }
        }
    }

    async fn drop_once(&self, owner: &AccountName, id: &str, by: &By) -> Result<(), TokenError> {
        let unknown = || TokenError::Unknown(id.chars().take(40).collect());
        if !is_id(id) {
            return Err(unknown());
        }
        let round = self.round(owner).await?;
        let kept = self.kept_of(owner).await?;
        let token = kept
            .iter()
            .map(|(_, kept)| &kept.token)
            .find(|token| token.id == id);
        let token = token.ok_or_else(unknown)?;
        let family = kept.iter().filter(|(_, kept)| kept.token.is_of(token));
        let children = family.clone().map(|(_, kept)| &kept.token);
        let gone = Gone {
            token,
            children: children.filter(|other| other.id != token.id).collect(),
        };
        let change = Change::new(self.entry(by, Action::TokenRevoke).before(json!(gone)));
        let change = self.without(change, family).await?;
        self.store.commit(&round.turn(change)?, by.at()).await?;
        Ok(())
    }

    /// A change that revokes every token of somebody too, and tells of them.
    pub(crate) async fn revoking_all(
        &self,
        change: Change,
        owner: &AccountName,
    ) -> Result<Change, StoreError> {
        let round = self.round(owner).await?;
        let kept = self.kept_of(owner).await?;
        let change = if kept.is_empty() {
            change
        } else {
            let gone: Vec<&Token> = kept.iter().map(|(_, kept)| &kept.token).collect();
            change.telling("tokens", json!(gone), json!([]))
        };
        // The round comes first: whoever comes between is met there, where it is tried again.
        self.without(round.turn(change)?, kept.iter()).await
    }

    async fn without(
        &self,
        mut change: Change,
        tokens: impl Iterator<Item = &(Record, Kept)>,
    ) -> Result<Change, StoreError> {
        for (record, kept) in tokens {
            change = change.delete(record);
            if let Some(way) = self.store.get(&way_key(&kept.fingerprint)?).await? {
                change = change.delete(&way);
            }
        }
        Ok(change)
    }

    fn entry(&self, by: &By, action: Action) -> Entry {
        Entry {
            reason: self.reason.clone(),
            ..by.platform_entry(action)
        }
    }

    pub(super) async fn of_owner(&self, owner: &AccountName) -> Result<Vec<Token>, StoreError> {
        let kept = self.kept_of(owner).await?;
        Ok(kept.into_iter().map(|(_, kept)| kept.token).collect())
    }

    /// All of them, however many there are.
    async fn kept_of(&self, owner: &AccountName) -> Result<Vec<(Record, Kept)>, StoreError> {
        let prefix = Key::of(&["token", owner.as_str(), ""])?;
        let mut all = Vec::new();
        let mut after: Option<Key> = None;
        loop {
            let page = self.store.list(&prefix, after.as_ref(), MOST).await?;
            after = page.last().map(|record| record.key.clone());
            let is_last = page.len() < MOST as usize;
            for record in page {
                let kept = store::read(&record)?;
                all.push((record, kept));
            }
            if is_last {
                return Ok(all);
            }
        }
    }

    async fn round(&self, owner: &AccountName) -> Result<Round, StoreError> {
        let key = round_key(owner)?;
        let record = self.store.get(&key).await?;
        Ok(Round { key, record })
    }
}

impl Token {
    /// Whether it is another one, or was made with it.
    pub(super) fn is_of(&self, other: &Self) -> bool {
        self.id == other.id || self.parent.as_ref() == Some(&other.id)
    }
}

impl Round {
    /// A change that conflicts with any other of the owner's tokens.
    fn turn(&self, change: Change) -> Result<Change, StoreError> {
        let turns: Option<u64> = self.record.as_ref().map(store::read).transpose()?;
        let next = turns.unwrap_or_default().wrapping_add(1);
        Ok(put(change, &self.key, self.record.as_ref(), json!(next)))
    }
}

/// Where it stands how often an owner's tokens have changed.
pub(crate) fn round_key(owner: &AccountName) -> Result<Key, StoreError> {
    Key::of(&["token-round", owner.as_str()])
}

const PREFIX: &str = "mgt_";
/// Each time somebody else has won.
pub(crate) const MOST_TRIES: u32 = 50;
