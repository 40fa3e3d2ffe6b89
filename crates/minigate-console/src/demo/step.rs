//! What was done in an app.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use minigate_policy::{AppId, WrittenLists};

use super::Wrong;
use super::host::{Host, look};
use super::story::AppStory;
use crate::access::{Caller, Right, Role};
use crate::account::Members;
use crate::app::Settings;
use crate::domains::Domains;
use crate::grant::Unreleased;
use crate::moment::after;
use crate::store::Store;
use crate::{By, app, grant, preflight};

/// What was done in an app.
#[derive(Clone, Copy, Debug)]
pub(super) enum Step {
    Make(&'static AppStory),
    Member(&'static str, Role),
    RequirePreflight,
    Write(Lists),
    Preflight(&'static [Host]),
    Submit,
    Approve,
    Publish,
    /// A grant that ends so many days from now.
    Grant(i64),
}

/// Lists as they are written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lists {
    pub(super) request: &'static [&'static str],
    pub(super) upload_file: &'static [&'static str],
    pub(super) download_file: &'static [&'static str],
    pub(super) connect_socket: &'static [&'static str],
}

impl Step {
    pub(super) async fn take(
        self,
        store: &dyn Store,
        id: &AppId,
        caller: &Caller,
        (at, now): (Timestamp, Timestamp),
        why: Option<&'static str>,
    ) -> Result<(), Wrong> {
        let by = caller.allow(self.right(), Some(id), at)?;
        let by = by.because(why.map(str::to_owned));
        let domains = Domains::of(store, id);
        match self {
            Self::Make(story) => {
                app::create(store, id, story.name, story.era, story.two_people, &by).await?;
            }
            Self::Member(name, role) => {
                let members = Members::of(store, id, caller, at);
                members.set(&name.parse()?, role).await?;
            }
            Self::RequirePreflight => {
                let wanted = Settings {
                    preflight_required: Some(true),
                    ..Settings::default()
                };
                app::set(store, id, wanted, caller, &by).await?;
            }
            Self::Write(lists) => drop(domains.write(lists.written(), &by).await?),
            Self::Preflight(hosts) => check(store, id, hosts, &by, now).await?,
            Self::Submit => drop(domains.submit(&by).await?),
            Self::Approve => drop(domains.approve(&by).await?),
            Self::Publish => drop(domains.publish(&by).await?),
            Self::Grant(days) => {
                let until = after(now, SignedDuration::from_hours(24 * days));
                let releases = [Unreleased::Develop, Unreleased::Trial];
                grant::give(store, id, &releases, until, why.unwrap_or_default(), &by).await?;
            }
        }
        Ok(())
    }

    const fn right(self) -> Right {
        match self {
            Self::Make(_) => Right::Operate,
            Self::Member(..) | Self::RequirePreflight | Self::Grant(_) => Right::Manage,
            Self::Write(_) | Self::Preflight(_) | Self::Submit => Right::Write,
            Self::Approve => Right::Approve,
            Self::Publish => Right::Publish,
        }
    }
}

async fn check(store: &dyn Store, id: &AppId, hosts: &[Host], by: &By, now: Timestamp) -> Result<(), Wrong> {
    let started = preflight::begin(store, id, by).await?;
    let asked = started.ask(store, None).await?;
    let seen = look(&started.hosts(), hosts, now);
    started.conclude(store, asked, seen, TOOK).await?;
    Ok(())
}

impl Lists {
    pub(super) const NONE: Self = Self {
        request: &[],
        upload_file: &[],
        download_file: &[],
        connect_socket: &[],
    };

    fn written(self) -> WrittenLists {
        let texts = |entries: &[&str]| entries.iter().map(ToString::to_string).collect();
        WrittenLists {
            request: texts(self.request),
            upload_file: texts(self.upload_file),
            download_file: texts(self.download_file),
            connect_socket: texts(self.connect_socket),
        }
    }
}

const TOOK: Duration = Duration::from_secs(23);
