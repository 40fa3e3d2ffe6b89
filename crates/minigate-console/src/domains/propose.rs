//! A refused call that becomes a change.

use minigate_policy::{Entry, EntryFault, Interface, ListError, ListsError, Target, WrittenLists};

use super::{Domains, DomainsError, Draft, Proposed, State};
use crate::By;
use crate::action::Action;
use crate::app;
use crate::store::{self, StoreError};

impl Domains<'_> {
    /// Puts the origin of a URL that a runtime refused into the open draft, or writes a draft with it.
    ///
    /// Proposals that come at once all end up in the draft. Who proposes counts as one of its authors where the app wants two
    /// people.
    ///
    /// # Errors
    /// [`DomainsError::Url`] where the text is no URL; [`DomainsError::NothingChanges`] and [`DomainsError::InDraft`] where
    /// its entry is effective, or in the draft, already; [`DomainsError::State`] where the draft is submitted or approved; as [`Domains::write`] otherwise.
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

    async fn propose_once(
        &self,
        interface: Interface,
        entry: &Entry,
        by: &By,
    ) -> Result<Draft, DomainsError> {
        let (app_record, app) = app::load(self.store, self.id).await?;
        let old = self.store.get(&self.draft_key()?).await?;
        let mut draft = match &old {
            Some(record) => joined(store::read(record)?, by)?,
            None => Draft::new(app.effective, self.lists_at(app.effective).await?, by),
        };
        let stands_in = |lists: &WrittenLists| {
            let mut listed = lists.of(interface).iter();
            listed.any(|text| Entry::parse(text, interface).is_ok_and(|listed| listed == *entry))
        };
        if stands_in(&draft.lists) {
            let is_effective = stands_in(&self.lists_at(app.effective).await?);
            return Err(if is_effective {
                DomainsError::NothingChanges
            } else {
                DomainsError::InDraft(entry.to_string())
            });
        }
        draft.lists.of_mut(interface).push(entry.to_string());
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
}

fn joined(mut draft: Draft, by: &By) -> Result<Draft, DomainsError> {
    draft.require(State::Open)?;
    draft.written_at = by.at();
    Ok(draft)
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
