//! Who may read which part of the audit log.

use std::collections::BTreeSet;

use minigate_policy::AppId;

use crate::Console;
use crate::access::{Caller, Right};
use crate::console::Refusal;
use crate::store::{Logged, Query};

impl Console {
    /// The audit log as somebody may read it, the newest entry first: all of it, or what is about the apps in which they
    /// have [`Right::Audit`].
    ///
    /// # Errors
    /// [`Refusal`] where they may read none of it, or not that of the app which the query names.
    pub async fn log_for(&self, caller: &Caller, query: &Query) -> Result<Vec<Logged>, Refusal> {
        if let Some(app) = query.app.as_deref().and_then(|app| app.parse::<AppId>().ok()) {
            self.allow(caller, Right::Audit, Some(&app)).await?;
        }
        let apps = audited(caller);
        if apps.as_ref().is_some_and(BTreeSet::is_empty) {
            self.allow(caller, Right::Audit, None).await?;
        }
        let query = Query {
            apps,
            ..query.clone()
        };
        Ok(self.store().log(&query).await?)
    }
}

/// Whether somebody may read any of the log.
pub(crate) fn may_audit(caller: &Caller) -> bool {
    audited(caller).is_none_or(|apps| !apps.is_empty())
}

/// The apps whose log somebody may read; none where that is all of it.
fn audited(caller: &Caller) -> Option<BTreeSet<String>> {
    if caller.may(Right::Audit, None) {
        return None;
    }
    let apps = caller.roles().apps.keys();
    let readable = apps.filter(|id| {
        let id = id.parse::<AppId>();
        id.is_ok_and(|id| caller.may(Right::Audit, Some(&id)))
    });
    Some(readable.cloned().collect())
}
