//! Which lists a commit may have changed: those of the app that its entry in the log names, or all.

use tokio::sync::Mutex;

use crate::action::Action;
use crate::store::{Entry, Query, Sequence, Store, StoreError};

/// What the log says of lists, as far as it was read.
#[derive(Debug)]
pub(super) struct Tidings(Mutex<Read>);

/// How far the log was read, and what it came to for everybody.
#[derive(Clone, Copy, Debug)]
pub(super) struct Read {
    /// The newest commit that was looked at.
    pub(super) to: Sequence,
    /// The newest one that concerns every app.
    pub(super) everyone: Sequence,
}

impl Tidings {
    /// As of a commit; what came before it counts as new to everybody.
    pub(super) fn since(newest: Sequence) -> Self {
        Self(Mutex::new(Read {
            to: newest,
            everyone: newest,
        }))
    }

    /// Reads the log up to a commit at least, where it wasn't read so far, and tells of each app that it names.
    pub(super) async fn read_to(
        &self,
        newest: Sequence,
        store: &dyn Store,
        mut concern: impl FnMut(&str, Sequence),
    ) -> Result<Read, StoreError> {
        let mut read = self.0.lock().await;
        if read.to >= newest {
            return Ok(*read);
        }
        let mut everyone = read.everyone;
        match u32::try_from(newest - read.to) {
            Ok(count) if count <= MOST => {
                for logged in store.log(&up_to(newest, count)).await? {
                    match &logged.entry.app {
                        Some(app) => concern(app, logged.sequence),
                        None if is_for_everyone(&logged.entry) => everyone = everyone.max(logged.sequence),
                        None => {}
                    }
                }
            }
            // To read every list anew costs less than to find out whose needn't be.
            _ => everyone = newest,
        }
        *read = Read { to: newest, everyone };
        Ok(*read)
    }
}

/// Numbers may be missing in the log, so these are all that are newer by so many, and perhaps older ones.
fn up_to(newest: Sequence, count: u32) -> Query {
    Query {
        before: Some(newest.saturating_add(1)),
        most: count,
        ..Query::default()
    }
}

fn is_for_everyone(entry: &Entry) -> bool {
    Action::of(&entry.action).is_some_and(Action::is_for_every_app)
}

const MOST: u32 = 256;
