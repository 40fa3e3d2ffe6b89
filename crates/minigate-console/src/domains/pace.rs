//! How often somebody may write drafts: the audit log keeps each of them for good, before and after.

use jiff::SignedDuration;

use super::DomainsError;
use crate::By;
use crate::hidden::fingerprint;
use crate::moment;
use crate::store::{Key, Store};

/// Counts a write of somebody.
pub(super) async fn keep(store: &dyn Store, by: &By) -> Result<(), DomainsError> {
    let key = Key::of(&["drafts-written", &fingerprint(&[by.actor()])])?;
    let written = store.count(&key, moment::after(by.at(), MINUTE), by.at());
    if written.await? > A_MINUTE {
        return Err(DomainsError::TooOften { limit: A_MINUTE });
    }
    Ok(())
}

const MINUTE: SignedDuration = SignedDuration::from_mins(1);
const A_MINUTE: u32 = 60;
