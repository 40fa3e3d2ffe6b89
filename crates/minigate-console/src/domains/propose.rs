//! A refused call that becomes a change.

use jiff::Timestamp;
use minigate_policy::{Entry, EntryFault, Interface, ListError, ListsError, Target, WrittenLists};

use super::canonical::canonical;
use super::gate::Unblocked;
use super::{Domains, DomainsError, Draft, Expected, Proposed, State};
use crate::By;
use crate::action::Action;
use crate::app;
use crate::store::{self, Sequence, StoreError};

impl Domains<'_> {
    /// Puts the origin of a URL that a runtime refused into the open draft, or writes a draft with it.
    ///
    /// Proposals that come at once all end up in the draft. Who proposes counts as one of its authors where the app wants two
    /// people. A draft that is submitted or approved is opened again only for who has looked at it
    /// ([`Expected::At`]), and then has to be approved anew.
    ///
    /// # Errors
    /// [`DomainsError::Url`] where the text is no URL; [`DomainsError::NothingChanges`] and [`DomainsError::InDraft`] where
    /// its entry is effective, or in the draft, already; [`DomainsError::State`] where the draft is submitted or approved and
    /// wasn't looked at; as [`Domains::write`] otherwise.
    pub async fn propose(&self, interface: Interface, url: &str, by: &By) -> Result<Draft, DomainsError> {
        let entry = entry(interface, url)?;
        let mut tries = MOST_TRIES;
        loop {
            tries -= 1;
            match self.propose_once(interface, &entry, by).await {
                // Somebody else's proposal was faster: this one joins it.
                Err(DomainsError::Store(StoreError::Conflict { .. })) if tries > 0 => {}
                settled => return settled,
            }
        }
    }

    /// The draft that the origin of a URL would join, with its revision; none where a new one would be written.
    ///
    /// # Errors
    /// As [`Domains::propose`], but never [`DomainsError::State`]: what the draft stands at is the caller's to tell.
    pub async fn proposable(
        &self,
        interface: Interface,
        url: &str,
        now: Timestamp,
    ) -> Result<Option<(Sequence, Draft)>, DomainsError> {
        let entry = entry(interface, url)?;
        let app = app::find(self.store, self.id).await?;
        let found = self.draft_with_revision().await?;
        let effective = self.lists_at(app.effective).await?;
        let mut lists = match &found {
            Some((_, draft)) => draft.lists.clone(),
            None => effective.clone(),
        };
        add(&mut lists, &effective, interface, &entry)?;
        let lists = canonical(&lists, &app)?;
        Unblocked::check(self.store, &effective, &lists, now).await?;
        Ok(found)
    }

    async fn propose_once(
        &self,
        interface: Interface,
        entry: &Entry,
        by: &By,
    ) -> Result<Draft, DomainsError> {
        let (app_record, app) = app::load(self.store, self.id).await?;
        let old = self.store.get(&self.draft_key()?).await?;
        self.expected.check(old.as_ref())?;
        let effective = self.lists_at(app.effective).await?;
        let mut draft = match &old {
            Some(record) => self.joined(store::read(record)?, by)?,
            None => Draft::new(app.effective, effective.clone(), by),
        };
        add(&mut draft.lists, &effective, interface, entry)?;
        draft.proposed.push(Proposed {
            interface,
            entry: entry.to_string(),
            by: by.actor().to_owned(),
            at: by.at(),
        });
        self.keep(
            Action::DomainsPropose,
            (&app_record, &app),
            old.as_ref(),
            draft,
            by,
        )
        .await
    }

    /// The draft as it is open; whoever has approved it has to do so again.
    fn joined(&self, mut draft: Draft, by: &By) -> Result<Draft, DomainsError> {
        if !matches!(self.expected, Expected::At(_)) {
            draft.require(State::Open)?;
        }
        draft.state = State::Open;
        draft.approvals.clear();
        draft.written_at = by.at();
        Ok(draft)
    }
}

/// Puts an entry on a draft's lists that isn't there yet.
fn add(
    lists: &mut WrittenLists,
    effective: &WrittenLists,
    interface: Interface,
    entry: &Entry,
) -> Result<(), DomainsError> {
    let stands_in = |lists: &WrittenLists| {
        let mut listed = lists.of(interface).iter();
        listed.any(|text| Entry::parse(text, interface).is_ok_and(|listed| listed == *entry))
    };
    if !stands_in(lists) {
        lists.of_mut(interface).push(entry.to_string());
        Ok(())
    } else if stands_in(effective) {
        Err(DomainsError::NothingChanges)
    } else {
        Err(DomainsError::InDraft(entry.to_string()))
    }
}

/// The entry that would allow a call to a URL; its path doesn't matter, and neither does a socket's port.
fn entry(interface: Interface, url: &str) -> Result<Entry, DomainsError> {
    let target = Target::parse(url).map_err(DomainsError::Url)?;
    let host = target.host_str();
    let text = if interface.compares_ports() {
        target.origin()
    } else {
        format!("{}://{host}", target.scheme())
    };
    Entry::parse(&text, interface).map_err(|error| {
        let faults = vec![EntryFault { text, error }];
        DomainsError::Lists(ListsError(vec![ListError::Entries { interface, faults }]))
    })
}

const MOST_TRIES: u32 = 20;
