//! Who may read which part of the audit log.

mod table;

use std::collections::BTreeSet;
use std::future::ready;
use std::io;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::stream::{self, Stream, StreamExt};
use minigate_policy::AppId;

use crate::Console;
use crate::access::{Caller, Right};
use crate::console::Refusal;
use crate::store::{Logged, Query, StoreError};

pub(crate) use table::Format;

impl Console {
    /// The audit log as somebody may read it, the newest entry first: all of it, or what is about the apps in which they
    /// have [`Right::Audit`].
    ///
    /// # Errors
    /// [`Refusal`] where they may read none of it, or not that of the app which the query names.
    pub async fn log_for(&self, caller: &Caller, query: &Query) -> Result<Vec<Logged>, Refusal> {
        let query = self.readable(caller, query).await?;
        Ok(self.store().log(&query).await?)
    }

    /// The same as a file, in pieces: no more than a few of its rows are in memory at any time, however many are asked
    /// for. What goes wrong later than with the first of them cuts it short.
    ///
    /// # Errors
    /// As [`Console::log_for`].
    pub(crate) async fn log_stream(
        self: &Arc<Self>,
        caller: &Caller,
        query: &Query,
        format: Format,
    ) -> Result<impl Stream<Item = io::Result<Bytes>> + Send + use<>, Refusal> {
        let query = self.readable(caller, query).await?;
        let batches = Batches::begin(Arc::clone(self), query, format).await?;
        let part = |text: &'static str| stream::once(ready(Ok(Bytes::from_static(text.as_bytes()))));
        let rows = stream::try_unfold(batches, Batches::next);
        Ok(part(format.head()).chain(rows).chain(part(format.tail())))
    }

    /// A query for no more than somebody may read.
    async fn readable(&self, caller: &Caller, query: &Query) -> Result<Query, Refusal> {
        if let Some(app) = query.app.as_deref().and_then(|app| app.parse::<AppId>().ok()) {
            self.allow(caller, Right::Audit, Some(&app)).await?;
        }
        let apps = caller.apps_where(Right::Audit);
        if apps.as_ref().is_some_and(BTreeSet::is_empty) {
            self.allow(caller, Right::Audit, None).await?;
        }
        Ok(Query {
            apps,
            ..query.clone()
        })
    }
}

/// Rows that are read while those before them are taken.
struct Batches {
    console: Arc<Console>,
    format: Format,
    /// For all that is still to be read.
    rest: Query,
    /// What is read and not yet written.
    rows: Vec<Logged>,
    is_first: bool,
}

impl Batches {
    async fn begin(console: Arc<Console>, rest: Query, format: Format) -> Result<Self, StoreError> {
        let mut begun = Self {
            console,
            format,
            rest,
            rows: Vec::new(),
            is_first: true,
        };
        begun.read().await?;
        Ok(begun)
    }

    async fn read(&mut self) -> Result<(), StoreError> {
        let query = Query {
            most: self.rest.most.min(AT_ONCE),
            ..self.rest.clone()
        };
        self.rows = self.console.store().log(&query).await?;
        self.rest.before = self.rows.last().map(|row| row.sequence).or(self.rest.before);
        self.rest.most -= query.most;
        Ok(())
    }

    async fn next(mut self) -> io::Result<Option<(Bytes, Self)>> {
        if self.rows.is_empty() {
            return Ok(None);
        }
        let mut text = Vec::new();
        if !self.is_first {
            text.extend_from_slice(self.format.joint().as_bytes());
        }
        self.format.write(&self.rows, &mut text)?;
        self.is_first = false;
        self.rows.clear();
        if self.rest.most > 0 {
            let read = self.read().await;
            read.inspect_err(|error| tracing::error!(%error, "a file of the audit log is cut short"))
                .map_err(io::Error::other)?;
        }
        Ok(Some((text.into(), self)))
    }
}

/// Whether somebody may read any of the log.
pub(crate) fn may_audit(caller: &Caller) -> bool {
    caller
        .apps_where(Right::Audit)
        .is_none_or(|apps| !apps.is_empty())
}

/// A row can be a draft of hundreds of kilobytes, before and after.
const AT_ONCE: u32 = 20;
