//! Apps, whose domains are configured here.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use minigate_policy::{AppId, Era, Platform, Profile};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::By;
use crate::access::{Caller, Right};
use crate::action::Action;
use crate::domains::Domains;
use crate::store::{Change, Key, Record, Store, StoreError};
use crate::text::{is_name, unfit_en};

/// An app, as it is kept.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct App {
    /// Its ID.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// Whose numbers hold for it.
    pub era: Era,
    /// Whether somebody else than the author has to approve a change of its domains.
    pub two_people: bool,
    /// Whether a draft has to pass a pre-flight before it can be published.
    #[serde(default)]
    pub preflight_required: bool,
    /// Whether changes by the platform's server API become effective at once.
    #[serde(default = "yes")]
    pub api_publishes: bool,
    /// The number of its effective version; 0 before the first.
    pub effective: u32,
    /// How many changes of its domains have been published in one month.
    pub changes: Monthly,
    /// When it was made.
    pub created_at: Timestamp,
}

/// A count that begins anew each month, in UTC.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct Monthly {
    /// The month, `2026-11`.
    pub month: String,
    /// The count in it.
    pub count: u32,
}

/// What is to be changed of an app; what is none stays.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Settings {
    /// What people call it.
    pub name: Option<String>,
    /// Whether somebody else than the author has to approve a change of its domains.
    pub two_people: Option<bool>,
    /// Whether a draft has to pass a pre-flight before it can be published.
    pub preflight_required: Option<bool>,
    /// Whether changes by the platform's server API become effective at once.
    pub api_publishes: Option<bool>,
}

/// Why an app can't be made or found.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AppError {
    /// There is one with this ID already.
    #[error("there is an app `{0}` already")]
    Exists(String),
    /// There is none with this ID.
    #[error("there is no app `{0}`")]
    Unknown(String),
    /// The name is empty, too long, or has characters that can't be seen.
    #[error("{}: it has 1 to 100 characters, none of them invisible", unfit_en(.0, "name"))]
    Name(String),
    /// The ID is a word of the console's own addresses: `/lists/keys` isn't the list of an app.
    #[error("`{0}` can't be the ID of an app: /lists/{0} is something else")]
    Reserved(String),
    /// Two people are wanted, and a change waits that only the second of them may let through.
    #[error(
        "a change is on its way that somebody else than its author has to approve: publish or discard the draft first, or let a platform operator turn this rule off"
    )]
    OneFewer,
    /// The store doesn't do its work.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Settings {
    /// An app with them.
    pub(crate) fn of(self, app: App) -> App {
        App {
            name: self.name.unwrap_or(app.name),
            two_people: self.two_people.unwrap_or(app.two_people),
            preflight_required: self.preflight_required.unwrap_or(app.preflight_required),
            api_publishes: self.api_publishes.unwrap_or(app.api_publishes),
            ..app
        }
    }
}

impl App {
    /// The numbers that hold for it; its domains are the same on every platform.
    #[must_use]
    pub fn profile(&self) -> Profile {
        Profile::new(self.era, Platform::default())
    }

    /// Whether what its own server changes becomes effective without anybody's approval: not where two people have to see
    /// it, or a pre-flight.
    #[must_use]
    pub const fn publishes_at_once(&self) -> bool {
        self.api_publishes && !self.two_people && !self.preflight_required
    }

    /// How many changes of its domains can be published in a month.
    #[must_use]
    pub const fn changes_a_month(&self) -> u32 {
        match self.era {
            Era::Guide => 5,
            Era::Current => 50,
        }
    }
}

impl Monthly {
    /// The count in the month of a moment.
    #[must_use]
    pub fn at(&self, now: Timestamp) -> u32 {
        if self.month == month(now) { self.count } else { 0 }
    }

    /// One more in that month. What began in an earlier one counts in the later one: going back would forget its count.
    #[must_use]
    pub fn and_one(&self, now: Timestamp) -> Self {
        let month = month(now);
        let has_begun = self.month >= month;
        Self {
            count: if has_begun { self.count } else { 0 }.saturating_add(1),
            month: month.max(self.month.clone()),
        }
    }
}

/// Makes an app, without any domain.
///
/// # Errors
/// [`AppError::Exists`], [`AppError::Name`], [`AppError::Reserved`], [`AppError::Store`].
pub async fn create(
    store: &dyn Store,
    id: &AppId,
    name: &str,
    era: Era,
    two_people: bool,
    by: &By,
) -> Result<App, AppError> {
    if id.as_str() == KEYS {
        return Err(AppError::Reserved(id.to_string()));
    }
    let app = App {
        id: id.to_string(),
        name: name_of(name)?,
        era,
        two_people,
        preflight_required: false,
        api_publishes: true,
        effective: 0,
        changes: Monthly::default(),
        created_at: by.at(),
    };
    let body = json!(app);
    let entry = by.entry(Action::AppCreate, id.as_str()).after(body.clone());
    let change = Change::new(entry).create(&key(id)?, body);
    match store.commit(&change, by.at()).await {
        Ok(_) => Ok(app),
        Err(StoreError::Conflict { .. }) => Err(AppError::Exists(id.to_string())),
        Err(other) => Err(other.into()),
    }
}

/// Reads an app.
///
/// # Errors
/// [`AppError::Unknown`], [`AppError::Store`].
pub async fn find(store: &dyn Store, id: &AppId) -> Result<App, AppError> {
    Ok(load(store, id).await?.1)
}

/// Changes settings of an app.
///
/// That two people have to agree can't be given up while there is a draft, or one person alone could let it through; who runs
/// the platform can. Where it is wanted anew, a draft that only its authors have approved waits for somebody else.
///
/// # Errors
/// [`AppError::Unknown`], [`AppError::Name`], [`AppError::OneFewer`], [`AppError::Store`].
pub async fn set(
    store: &dyn Store,
    id: &AppId,
    settings: Settings,
    caller: &Caller,
    by: &By,
) -> Result<App, AppError> {
    let (record, old) = load(store, id).await?;
    let name = settings.name.as_deref().map(name_of).transpose()?;
    let app = Settings { name, ..settings }.of(old.clone());
    if app == old {
        return Ok(app);
    }
    let entry = by.entry(Action::AppSettings, id.as_str());
    let entry = entry.before(record.body.clone()).after(json!(app));
    let change = Change::new(entry).replace(&record, json!(app));
    let domains = Domains::of(store, id);
    let change = match (old.two_people, app.two_people) {
        (false, true) => domains.want_two(change).await?,
        (true, false) if !caller.may(Right::Operate, None) => {
            domains.want_one(change).await?.ok_or(AppError::OneFewer)?
        }
        _ => change,
    };
    store.commit(&change, by.at()).await?;
    Ok(app)
}

/// Every app, in the order of their IDs, from after one of them.
///
/// # Errors
/// [`AppError::Store`].
pub async fn list(store: &dyn Store, after: Option<&AppId>, most: u32) -> Result<Vec<App>, AppError> {
    let after = after.map(key).transpose()?;
    let records = store.list(&prefix()?, after.as_ref(), most).await?;
    records
        .iter()
        .map(|record| Ok(crate::store::read(record)?))
        .collect()
}

/// Whether there is such an app.
pub(crate) async fn is_there(store: &dyn Store, id: &AppId) -> Result<bool, StoreError> {
    Ok(store.get(&key(id)?).await?.is_some())
}

pub(crate) async fn load(store: &dyn Store, id: &AppId) -> Result<(Record, App), AppError> {
    let record = store.get(&key(id)?).await?;
    let record = record.ok_or_else(|| AppError::Unknown(id.to_string()))?;
    let app = crate::store::read(&record)?;
    Ok((record, app))
}

fn key(id: &AppId) -> Result<Key, StoreError> {
    Key::of(&["app", id.as_str()])
}

fn prefix() -> Result<Key, StoreError> {
    Key::of(&["app", ""])
}

fn name_of(name: &str) -> Result<String, AppError> {
    let name = name.trim();
    if is_name(name) {
        Ok(name.to_owned())
    } else {
        Err(AppError::Name(name.chars().take(120).collect()))
    }
}

fn month(now: Timestamp) -> String {
    now.to_zoned(TimeZone::UTC).strftime("%Y-%m").to_string()
}

const fn yes() -> bool {
    true
}

/// Below `/lists`, what isn't an app's list: the keys that sign them.
pub(crate) const KEYS: &str = "keys";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn d7_a_month_that_has_begun_keeps_its_count() {
        let old: Timestamp = "2026-11-30T23:59:59Z".parse().unwrap();
        let new: Timestamp = "2026-12-01T00:00:00Z".parse().unwrap();

        let begun = Monthly::default().and_one(old).and_one(new);
        let late = begun.and_one(old);

        assert_eq!((begun.at(new), late.at(new), late.at(old)), (1, 2, 0));
    }
}
