//! Everything that an app's list is made of, as of one moment.

use minigate_lists::{Blocked, Published, Skip};
use minigate_policy::AppId;

use crate::app;
use crate::block::Blocks;
use crate::domains::{Domains, Version};
use crate::grant::{self, Grant, Unreleased};
use crate::store::{Sequence, Store};

use super::PublishError;

pub(super) struct Snapshot {
    version: Option<Version>,
    blocks: Blocks,
    grant: Option<Grant>,
    /// The commits that wrote the records that it was read from; none of those is ever deleted.
    revisions: [Sequence; 3],
}

impl Snapshot {
    /// Reads until two readings agree: records are read one by one, and may move on in between.
    pub(super) async fn read(store: &dyn Store, id: &AppId) -> Result<Self, PublishError> {
        let mut last = Self::read_once(store, id).await?;
        for _ in 0..MOST_READINGS {
            let again = Self::read_once(store, id).await?;
            if again.revisions == last.revisions {
                return Ok(again);
            }
            last = again;
        }
        Err(PublishError::Restless)
    }

    async fn read_once(store: &dyn Store, id: &AppId) -> Result<Self, PublishError> {
        let (app_record, app) = app::load(store, id).await?;
        let version = match app.effective {
            0 => None,
            number => Some(Domains::of(store, id).version(number).await?),
        };
        let (blocks_record, blocks) = Blocks::load_with_record(store).await?;
        let grant = grant::load(store, id).await?;
        Ok(Self {
            version,
            blocks,
            revisions: [
                app_record.revision,
                blocks_record.map_or(0, |record| record.revision),
                grant.as_ref().map_or(0, |(record, _)| record.revision),
            ],
            grant: grant.map(|(_, grant)| grant),
        })
    }

    pub(super) fn published(&self, id: &AppId) -> Published {
        let sequence = self.revisions.iter().copied().max().unwrap_or_default();
        let blocked = self.blocks.all().map(|block| Blocked {
            domain: block.domain.clone(),
            until: block.until,
        });
        Published {
            app: id.to_string(),
            sequence: sequence.unsigned_abs(),
            version: self.version.as_ref().map_or(0, |version| version.number),
            published_at: self.version.as_ref().map(|version| version.published_at),
            lists: self
                .version
                .as_ref()
                .map(|version| version.lists.clone())
                .unwrap_or_default(),
            blocked: blocked.collect(),
            skip: self.grant.as_ref().map(skip),
        }
    }
}

fn skip(grant: &Grant) -> Skip {
    Skip {
        until: grant.until,
        develop: grant.releases.contains(&Unreleased::Develop),
        trial: grant.releases.contains(&Unreleased::Trial),
    }
}

const MOST_READINGS: usize = 8;
