//! The drafts that wait for somebody's yes.

use minigate_policy::AppId;

use super::{DomainsError, Draft, State};
use crate::Console;
use crate::access::{Caller, Right};
use crate::store::Sequence;

/// A draft that was submitted.
#[derive(Debug)]
pub(crate) struct Waiting {
    pub(crate) id: AppId,
    pub(crate) revision: Sequence,
    pub(crate) draft: Draft,
}

/// The drafts that wait, of the apps that the caller sees, in the order of their IDs, from after one of them.
pub(crate) async fn waiting(
    console: &Console,
    caller: &Caller,
    after: Option<AppId>,
    most: usize,
) -> Result<Vec<Waiting>, DomainsError> {
    let mut found = Vec::new();
    let mut after = after;
    loop {
        let (drafts, last) = drafts(console, caller, after.as_ref()).await?;
        let submitted = drafts.into_iter().filter(|of| of.draft.state == State::Submitted);
        found.extend(submitted.take(most - found.len()));
        match last {
            Some(last) if found.len() < most => after = Some(last),
            _ => return Ok(found),
        }
    }
}

/// Drafts of the next apps, and the app to go on after; whoever sees every app reads them by the batch.
async fn drafts(
    console: &Console,
    caller: &Caller,
    after: Option<&AppId>,
) -> Result<(Vec<Waiting>, Option<AppId>), DomainsError> {
    if caller.may(Right::Read, None) {
        let drafts = super::drafts(console.store(), after, BATCH).await?;
        let of = |(id, revision, draft): (String, _, _)| {
            Some(Waiting {
                id: id.parse().ok()?,
                revision,
                draft,
            })
        };
        let drafts: Vec<_> = drafts.into_iter().filter_map(of).collect();
        let last = drafts.last().map(|of| of.id.clone());
        return Ok((drafts, last));
    }
    let apps = console.apps_of(caller, after, BATCH).await?;
    let ids = apps.iter().filter_map(|app| app.id.parse::<AppId>().ok());
    let (mut drafts, mut last) = (Vec::new(), None);
    for id in ids {
        if let Some((revision, draft)) = console.domains(&id).draft_with_revision().await? {
            drafts.push(Waiting {
                id: id.clone(),
                revision,
                draft,
            });
        }
        last = Some(id);
    }
    Ok((drafts, last))
}

const BATCH: u32 = 100;
