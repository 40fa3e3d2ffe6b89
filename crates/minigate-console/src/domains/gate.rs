//! What has to hold beside the rules of lists, each with what it was decided on.
//!
//! A change that goes through a gate rests on the records that the gate read, so it can't slip through while they change.

use jiff::Timestamp;
use minigate_policy::{AppId, WrittenLists};

use super::{DomainsError, Draft};
use crate::app::App;
use crate::block::Blocks;
use crate::filing::{Filing, FilingOf, FilingRegister, Inquiry};
use crate::preflight::Kept;
use crate::store::{Change, Record, Store, StoreError};

/// No entry is blocked that isn't effective already: those are kept from runtimes anyway, and mustn't keep an app from any
/// other change.
pub(super) struct Unblocked(Option<Record>);

/// Every domain is filed, as far as the platform asks for it (rule D5).
pub(super) struct Filed<'a> {
    inquiry: Inquiry<'a>,
    let_through: Vec<FilingOf>,
}

/// The draft has passed a pre-flight, where the app wants one.
pub(super) struct Checked(Kept);

impl Unblocked {
    pub(super) async fn check(
        store: &dyn Store,
        effective: &WrittenLists,
        lists: &WrittenLists,
        now: Timestamp,
    ) -> Result<Self, DomainsError> {
        let (record, blocks) = Blocks::load_with_record(store).await?;
        let mut blocked = blocks.in_lists(lists, now);
        blocked.retain(|of| !effective.of(of.interface).contains(&of.entry));
        if blocked.is_empty() {
            Ok(Self(record))
        } else {
            Err(DomainsError::Blocked(blocked))
        }
    }

    pub(super) fn rest(&self, change: Change) -> Result<Change, StoreError> {
        Blocks::rest(self.0.as_ref(), change)
    }
}

impl<'a> Filed<'a> {
    pub(super) async fn check(
        store: &'a dyn Store,
        register: Option<&'a dyn FilingRegister>,
        lists: &WrittenLists,
    ) -> Result<Self, DomainsError> {
        let inquiry = Inquiry::open(store, register).await?;
        let unfiled = inquiry.ask_all(lists).await;
        let unfiled = unfiled
            .into_iter()
            .filter(|of| !matches!(of.filing, Filing::Filed { .. }));
        let (stopping, let_through): (Vec<_>, Vec<_>) =
            unfiled.partition(|of| inquiry.terms().stop(&of.filing));
        let (unknown, not_filed): (Vec<_>, Vec<_>) = stopping
            .into_iter()
            .partition(|of| matches!(of.filing, Filing::Unknown { .. }));
        if !not_filed.is_empty() {
            return Err(DomainsError::NotFiled(not_filed));
        }
        if !unknown.is_empty() {
            return Err(DomainsError::FilingUnknown(unknown));
        }
        Ok(Self { inquiry, let_through })
    }

    /// What isn't filed, as far as is known, and stops nothing.
    pub(super) fn let_through(&self) -> &[FilingOf] {
        &self.let_through
    }

    pub(super) fn rest(&self, change: Change) -> Change {
        self.inquiry.rest(change)
    }
}

impl Checked {
    pub(super) async fn check(
        store: &dyn Store,
        id: &AppId,
        app: &App,
        draft: &Draft,
        now: Timestamp,
    ) -> Result<Self, DomainsError> {
        let kept = Kept::load(store, id, &draft.lists).await?;
        if app.preflight_required {
            kept.require(now).map_err(DomainsError::PreflightFailed)?;
        }
        Ok(Self(kept))
    }

    /// The pre-flight becomes that of the version.
    pub(super) fn settle(self, change: Change) -> Result<Change, StoreError> {
        self.0.settle(change)
    }
}
