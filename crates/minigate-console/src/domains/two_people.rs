//! What becomes of a draft where an app begins or ceases to want two people.

use serde_json::json;

use super::{Domains, Draft, State};
use crate::store::{self, Change, StoreError};

impl Domains<'_> {
    /// A change after which two people are wanted: what only its authors have approved waits for somebody else then.
    pub(crate) async fn want_two(&self, change: Change) -> Result<Change, StoreError> {
        let Some(record) = self.store.get(&self.draft_key()?).await? else {
            return Ok(change);
        };
        let mut draft: Draft = store::read(&record)?;
        if draft.state != State::Approved || draft.is_agreed() {
            return Ok(change.rest_on(&record));
        }
        let told = |draft: &Draft| json!({ "state": draft.state, "approvals": draft.approvals });
        let before = told(&draft);
        draft.state = State::Submitted;
        draft.approvals.clear();
        let change = change.telling("draft", before, told(&draft));
        Ok(change.replace(&record, json!(draft)))
    }

    /// A change after which one is enough, which rests on there being no draft; none where there is one.
    pub(crate) async fn want_one(&self, change: Change) -> Result<Option<Change>, StoreError> {
        let key = self.draft_key()?;
        let draft = self.store.get(&key).await?;
        Ok(draft.is_none().then(|| change.rest_on_absence(&key)))
    }
}
