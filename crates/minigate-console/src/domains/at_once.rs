//! What an app's own server changes: at once where the app lets it, else as a draft that waits for an approval.

use minigate_policy::WrittenLists;
use serde_json::json;

use super::{Domains, DomainsError, Draft, State, Version};
use crate::By;
use crate::action::Action;
use crate::app::{self, App};
use crate::store::{self, Change, Record};

/// What a change rests on.
#[derive(Clone, Debug)]
pub struct Standing {
    app: (Record, App),
    effective: WrittenLists,
    draft: Option<(Record, Draft)>,
    actor: String,
}

/// What has become of a change.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Taken {
    /// It is effective.
    Published(Box<Version>),
    /// It is a draft that was submitted.
    Waits,
    /// The draft that waited is gone: what it is to become is effective.
    Withdrawn,
    /// Nothing: somebody else's draft is there.
    InTheWay,
}

impl Standing {
    /// What somebody's next change changes: their draft that waits, else what is effective.
    #[must_use]
    pub fn lists(&self) -> &WrittenLists {
        self.waiting().unwrap_or(&self.effective)
    }

    /// Their draft that waits.
    #[must_use]
    pub fn waiting(&self) -> Option<&WrittenLists> {
        let (_, draft) = self.own_draft()?;
        // What was written on another version would undo that one.
        (draft.base == self.app.1.effective).then_some(&draft.lists)
    }

    /// What is effective.
    #[must_use]
    pub const fn effective(&self) -> &WrittenLists {
        &self.effective
    }

    fn own_draft(&self) -> Option<&(Record, Draft)> {
        let draft = self.draft.as_ref();
        draft.filter(|(_, draft)| draft.author == self.actor)
    }
}

impl Domains<'_> {
    /// What somebody's next change rests on.
    ///
    /// # Errors
    /// [`DomainsError::App`], [`DomainsError::Store`].
    pub async fn standing(&self, actor: &str) -> Result<Standing, DomainsError> {
        let (record, app) = app::load(self.store, self.id).await?;
        let effective = self.lists_at(app.effective).await?;
        let draft = match self.store.get(&self.draft_key()?).await? {
            Some(record) => {
                let draft: Draft = store::read(&record)?;
                Some((record, draft))
            }
            None => None,
        };
        Ok(Standing {
            app: (record, app),
            effective,
            draft,
            actor: actor.to_owned(),
        })
    }

    /// Makes lists effective at once where the app lets its server publish; else they are submitted for an approval.
    ///
    /// Somebody else's draft stays, and is outdated once this is effective.
    ///
    /// # Errors
    /// As [`Domains::write`] and [`Domains::publish`]; [`StoreError::Conflict`](crate::store::StoreError::Conflict) where
    /// the standing has moved on.
    pub async fn take(
        &self,
        standing: &Standing,
        lists: WrittenLists,
        by: &By,
    ) -> Result<Taken, DomainsError> {
        let (app_record, app) = &standing.app;
        let is_back = lists == standing.effective;
        let mut draft = Draft::new(app.effective, lists, by);
        let own = standing.own_draft().map(|(record, _)| record);
        match own {
            Some(own) if is_back => {
                let entry = by.entry(Action::DomainsDiscard, self.id.as_str());
                let change = Change::new(entry.before(own.body.clone())).delete(own);
                self.store.commit(&change.rest_on(app_record), by.at()).await?;
                Ok(Taken::Withdrawn)
            }
            _ if is_back => Err(DomainsError::NothingChanges),
            own if app.publishes_at_once() => {
                let version = self.make_effective((app_record, app), own, &draft, by);
                Ok(Taken::Published(Box::new(version.await?)))
            }
            own => {
                if own.is_none() && standing.draft.is_some() {
                    return Ok(Taken::InTheWay);
                }
                let before = standing.own_draft().map(|(_, draft)| draft.makers.clone());
                draft.makers.extend(before.unwrap_or_default());
                draft.state = State::Submitted;
                self.keep(Action::DomainsSubmit, (app_record, app), own, draft, by)
                    .await?;
                Ok(Taken::Waits)
            }
        }
    }

    /// Makes a draft effective that may be, whose record goes where it has one.
    pub(super) async fn make_effective(
        &self,
        (app_record, app): (&Record, &App),
        draft_record: Option<&Record>,
        draft: &Draft,
        by: &By,
    ) -> Result<Version, DomainsError> {
        let lists = super::canonical::canonical(&draft.lists, app)?;
        let limit = app.changes_a_month();
        let changes = app.changes.and_one(by.at());
        if changes.count > limit {
            return Err(DomainsError::Quota { limit });
        }
        let before = self.lists_at(app.effective).await?;
        let unblocked = super::gate::Unblocked::check(self.store, &before, &lists, by.at()).await?;
        let filed = super::gate::Filed::check(self.store, self.register, &lists).await?;
        let checked = super::gate::Checked::check(self.store, self.id, app, draft, by.at()).await?;
        let number = app.effective.saturating_add(1);
        let version = Version::of(draft, lists, number, by).with_unfiled(filed.let_through());
        let published = App {
            effective: version.number,
            changes,
            ..app.clone()
        };
        let entry = by.entry(Action::DomainsPublish, self.id.as_str());
        let change = Change::new(entry.before(json!(before)).after(json!(version)))
            .replace(app_record, json!(published))
            .create(&self.version_key(version.number)?, json!(version));
        let change = draft_record.into_iter().fold(change, Change::delete);
        let change = checked.settle(filed.rest(unblocked.rest(change)?))?;
        // The register may have taken its time, in which the publisher may have lost the right.
        self.store.commit(&by.rest(change), by.at()).await?;
        Ok(version)
    }
}
