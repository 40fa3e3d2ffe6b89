//! The domains of an app, from a draft to what is effective (rules D2 to D7).
//!
//! ```text
//!  write ─► Draft (open) ─► submit ─► approve ─► publish ─► Version (effective, never changed again)
//!    │                                  └─ again, and by the register of filings
//!    └─ judged by minigate-policy and the block list: lists that break a rule aren't kept
//!  rollback to a version ─► Draft with its very lists ─► …
//! ```
//! An app has one draft at a time. Each step is one change of the store that rests on what was read, so two people who act
//! at once can't both win, and the count of changes a month is exact.

mod at_once;
mod canonical;
mod diff;
mod error;
mod gate;
mod model;
mod pace;
mod propose;
mod tell;
mod two_people;
mod waiting;

use minigate_policy::{AppId, WrittenLists};
use serde_json::json;

pub use at_once::{Standing, Taken};
pub use diff::{Difference, diff};
pub use error::DomainsError;
pub use model::{Approval, Draft, Proposed, State, Version};
pub(crate) use waiting::{Waiting, waiting};

use canonical::canonical;

use crate::By;
use crate::action::Action;
use crate::app::{self, App};
use crate::filing::FilingRegister;
use crate::store::{self, Change, Key, Record, Sequence, Store, StoreError};

/// The drafts of all apps, with their IDs and revisions, in the order of the IDs, from after one of them.
///
/// # Errors
/// [`StoreError`].
pub async fn drafts(
    store: &dyn Store,
    after: Option<&AppId>,
    most: u32,
) -> Result<Vec<(String, Sequence, Draft)>, StoreError> {
    let after = after.map(|id| Key::of(&["draft", id.as_str()])).transpose()?;
    let records = store
        .list(&Key::of(&["draft", ""])?, after.as_ref(), most)
        .await?;
    let of = |record: &Record| {
        let id = record.key.as_str().rsplit('/').next().unwrap_or_default();
        Ok((id.to_owned(), record.revision, store::read(record)?))
    };
    records.iter().map(of).collect()
}

/// The domains of one app.
#[derive(Clone, Copy, Debug)]
pub struct Domains<'a> {
    store: &'a dyn Store,
    id: &'a AppId,
    register: Option<&'a dyn FilingRegister>,
    expected: Expected,
}

/// Which draft somebody has looked at before a step.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Expected {
    /// It doesn't matter.
    #[default]
    Any,
    /// There was none.
    None,
    /// There was one, whichever.
    Some,
    /// The one of this revision.
    At(Sequence),
}

impl<'a> Domains<'a> {
    /// Those of this app.
    #[must_use]
    pub const fn of(store: &'a dyn Store, id: &'a AppId) -> Self {
        Self {
            store,
            id,
            register: None,
            expected: Expected::Any,
        }
    }

    /// Takes a step only where the draft is the one that was looked at; otherwise it is [`DomainsError::Moved`]
    /// or [`DomainsError::DraftThere`].
    #[must_use]
    pub const fn expecting(self, expected: Expected) -> Self {
        Self { expected, ..self }
    }

    /// Asks this register of filings in place of the console's own (rule D5).
    #[must_use]
    pub const fn with_register(self, register: &'a dyn FilingRegister) -> Self {
        Self {
            register: Some(register),
            ..self
        }
    }

    /// The draft, where there is one.
    ///
    /// # Errors
    /// [`DomainsError::Store`].
    pub async fn draft(&self) -> Result<Option<Draft>, DomainsError> {
        let record = self.store.get(&self.draft_key()?).await?;
        Ok(record.as_ref().map(store::read).transpose()?)
    }

    /// The draft with its revision, which each change of it makes larger.
    ///
    /// # Errors
    /// [`DomainsError::NoDraft`], [`DomainsError::Store`].
    pub async fn draft_at(&self) -> Result<(Sequence, Draft), DomainsError> {
        let record = self.store.get(&self.draft_key()?).await?;
        let record = record.ok_or(DomainsError::NoDraft)?;
        Ok((record.revision, store::read(&record)?))
    }

    /// The same, where there may be none.
    ///
    /// # Errors
    /// [`DomainsError::Store`].
    pub async fn draft_with_revision(&self) -> Result<Option<(Sequence, Draft)>, DomainsError> {
        match self.draft_at().await {
            Ok(found) => Ok(Some(found)),
            Err(DomainsError::NoDraft) => Ok(None),
            Err(other) => Err(other),
        }
    }

    /// The lists of a version; none before the first, which is version 0.
    ///
    /// # Errors
    /// [`DomainsError::NoVersion`], [`DomainsError::Store`].
    pub async fn lists_at(&self, number: u32) -> Result<WrittenLists, DomainsError> {
        match number {
            0 => Ok(WrittenLists::default()),
            number => Ok(self.version(number).await?.lists),
        }
    }

    /// One version.
    ///
    /// # Errors
    /// [`DomainsError::NoVersion`], [`DomainsError::Store`].
    pub async fn version(&self, number: u32) -> Result<Version, DomainsError> {
        let record = self.store.get(&self.version_key(number)?).await?;
        let record = record.ok_or(DomainsError::NoVersion { number })?;
        Ok(store::read(&record)?)
    }

    /// The effective version; none before the first is published.
    ///
    /// # Errors
    /// [`DomainsError::App`], [`DomainsError::Store`].
    pub async fn effective(&self) -> Result<Option<Version>, DomainsError> {
        match app::find(self.store, self.id).await?.effective {
            0 => Ok(None),
            number => Ok(Some(self.version(number).await?)),
        }
    }

    /// Every version, the oldest first, from after one of them.
    ///
    /// # Errors
    /// [`DomainsError::Store`].
    pub async fn versions(&self, after: u32, most: u32) -> Result<Vec<Version>, DomainsError> {
        let prefix = Key::of(&["version", self.id.as_str(), ""])?;
        let after = self.version_key(after)?;
        let records = self.store.list(&prefix, Some(&after), most).await?;
        records.iter().map(|record| Ok(store::read(record)?)).collect()
    }

    /// Writes a draft, or writes it anew; whoever had approved it has to do so again. The reason of `by` is its note.
    ///
    /// # Errors
    /// [`DomainsError::Lists`] where an entry breaks a rule and [`DomainsError::Blocked`] where one is blocked, and then
    /// nothing is kept; [`DomainsError::NothingChanges`], [`DomainsError::App`], [`DomainsError::Store`].
    pub async fn write(&self, lists: WrittenLists, by: &By) -> Result<Draft, DomainsError> {
        let (app_record, app) = app::load(self.store, self.id).await?;
        let old = self.store.get(&self.draft_key()?).await?;
        self.expected.check(old.as_ref())?;
        let before = old.as_ref().map(store::read).transpose()?;
        let draft = Draft::new(app.effective, lists, by).after(before);
        self.keep(Action::DomainsWrite, (&app_record, &app), old.as_ref(), draft, by)
            .await
    }

    /// Writes a draft with the very lists of a version, in place of the one that there is.
    ///
    /// # Errors
    /// As [`Domains::write`], and [`DomainsError::NoVersion`].
    pub async fn roll_back(&self, number: u32, by: &By) -> Result<Draft, DomainsError> {
        let version = self.version(number).await?;
        self.write(version.lists, by).await
    }

    /// Drops the draft.
    ///
    /// # Errors
    /// [`DomainsError::NoDraft`], [`DomainsError::Store`].
    pub async fn discard(&self, by: &By) -> Result<(), DomainsError> {
        let (record, draft) = self.load_draft().await?;
        let entry = by
            .entry(Action::DomainsDiscard, self.id.as_str())
            .before(json!(draft));
        self.store
            .commit(&Change::new(entry).delete(&record), by.at())
            .await?;
        Ok(())
    }

    /// Asks for approval.
    ///
    /// # Errors
    /// [`DomainsError::NoDraft`], [`DomainsError::State`] where that was done already, [`DomainsError::Store`].
    pub async fn submit(&self, by: &By) -> Result<Draft, DomainsError> {
        let (record, mut draft) = self.load_draft().await?;
        draft.require(State::Open)?;
        draft.state = State::Submitted;
        let change = self
            .put_draft(Action::DomainsSubmit, Some(&record), &draft, by)
            .await?;
        self.store.commit(&change, by.at()).await?;
        Ok(draft)
    }

    /// Approves a draft that was submitted.
    ///
    /// # Errors
    /// [`DomainsError::NoDraft`]; [`DomainsError::State`] where it isn't submitted; [`DomainsError::OwnDraft`] where the
    /// app wants two people and the author is the one; [`DomainsError::Store`].
    pub async fn approve(&self, by: &By) -> Result<Draft, DomainsError> {
        let (app_record, app) = app::load(self.store, self.id).await?;
        let (record, mut draft) = self.load_draft().await?;
        draft.require(State::Submitted)?;
        if app.two_people && draft.is_by(by.actor()) {
            return Err(DomainsError::OwnDraft);
        }
        draft.state = State::Approved;
        draft.approvals.push(Approval {
            actor: by.actor().to_owned(),
            at: by.at(),
        });
        let change = self
            .put_draft(Action::DomainsApprove, Some(&record), &draft, by)
            .await?;
        self.store.commit(&change.rest_on(&app_record), by.at()).await?;
        Ok(draft)
    }

    /// Sends a draft that was submitted back to its author.
    ///
    /// # Errors
    /// [`DomainsError::NoDraft`], [`DomainsError::State`], [`DomainsError::Store`].
    pub async fn refuse(&self, by: &By) -> Result<Draft, DomainsError> {
        let (record, mut draft) = self.load_draft().await?;
        draft.require(State::Submitted)?;
        draft.state = State::Open;
        let change = self
            .put_draft(Action::DomainsRefuse, Some(&record), &draft, by)
            .await?;
        self.store.commit(&change, by.at()).await?;
        Ok(draft)
    }

    /// Makes an approved draft effective.
    ///
    /// # Errors
    /// [`DomainsError::NoDraft`]; [`DomainsError::State`] where it isn't approved; [`DomainsError::OwnDraft`] where the app
    /// wants two people and only its authors have approved it; [`DomainsError::Outdated`] where
    /// another version has become effective since it was written; [`DomainsError::Quota`] where the changes of this month
    /// are used up; [`DomainsError::Lists`] where it breaks a rule by now, [`DomainsError::Blocked`] where an entry is blocked
    /// by now; [`DomainsError::NotFiled`] and [`DomainsError::FilingUnknown`] as
    /// [`FilingTerms`](crate::filing::FilingTerms) say; [`DomainsError::PreflightFailed`] where the app wants a pre-flight;
    /// [`DomainsError::Store`].
    pub async fn publish(&self, by: &By) -> Result<Version, DomainsError> {
        let (app_record, app) = app::load(self.store, self.id).await?;
        let (draft_record, draft) = self.load_draft().await?;
        draft.require(State::Approved)?;
        if app.two_people && !draft.is_agreed() {
            return Err(DomainsError::OwnDraft);
        }
        if draft.base != app.effective {
            return Err(DomainsError::Outdated {
                base: draft.base,
                effective: app.effective,
            });
        }
        self.make_effective((&app_record, &app), Some(&draft_record), &draft, by)
            .await
    }

    /// Keeps a draft that holds, in canonical form, in place of the one that was read.
    async fn keep(
        &self,
        action: Action,
        (app_record, app): (&Record, &App),
        old: Option<&Record>,
        mut draft: Draft,
        by: &By,
    ) -> Result<Draft, DomainsError> {
        draft.lists = canonical(&draft.lists, app)?;
        let effective = self.lists_at(app.effective).await?;
        let unblocked = gate::Unblocked::check(self.store, &effective, &draft.lists, by.at()).await?;
        if draft.lists == effective {
            return Err(DomainsError::NothingChanges);
        }
        let change = unblocked.rest(self.put_draft(action, old, &draft, by).await?)?;
        self.store.commit(&change.rest_on(app_record), by.at()).await?;
        Ok(draft)
    }

    async fn load_draft(&self) -> Result<(Record, Draft), DomainsError> {
        let record = self.store.get(&self.draft_key()?).await?;
        self.expected.check(record.as_ref())?;
        let record = record.ok_or(DomainsError::NoDraft)?;
        let draft = store::read(&record)?;
        Ok((record, draft))
    }

    async fn put_draft(
        &self,
        action: Action,
        old: Option<&Record>,
        draft: &Draft,
        by: &By,
    ) -> Result<Change, DomainsError> {
        pace::keep(self.store, by).await?;
        let entry = by.entry(action, self.id.as_str()).after(json!(draft));
        Ok(match old {
            Some(old) => Change::new(entry.before(old.body.clone())).replace(old, json!(draft)),
            None => Change::new(entry).create(&self.draft_key()?, json!(draft)),
        })
    }

    fn draft_key(&self) -> Result<Key, StoreError> {
        Key::of(&["draft", self.id.as_str()])
    }

    /// Padded, so that the order of keys is that of numbers.
    fn version_key(&self, number: u32) -> Result<Key, StoreError> {
        Key::of(&["version", self.id.as_str(), &format!("{number:010}")])
    }
}

impl Expected {
    fn check(self, record: Option<&Record>) -> Result<(), DomainsError> {
        match (self, record) {
            (Self::Any, _) | (Self::None, None) | (Self::Some, Some(_)) => Ok(()),
            (Self::At(revision), Some(record)) if record.revision == revision => Ok(()),
            (Self::None, Some(_)) => Err(DomainsError::DraftThere),
            (Self::Some, None) | (Self::At(_), _) => Err(DomainsError::Moved),
        }
    }
}
