//! People, and what they sign in with.

use std::sync::{Arc, LazyLock};

use jiff::{SignedDuration, Timestamp};
use minigate_console::access::{Caller, Role};
use minigate_console::account::{Account, AccountName, Accounts, Cost, NewAccount, Passwords};
use minigate_console::app;
use minigate_console::session::{Attempt, NewSession, Sessions, SignInError};
use minigate_console::store::{Logged, Query, Store};
use minigate_console::{Hidden, Origin};
use minigate_policy::{AppId, Era};

use crate::store::now;

/// As cheap as argon2 can be: what is tested isn't its cost.
pub(crate) static PASSWORDS: LazyLock<Passwords> = LazyLock::new(|| {
    Passwords::new(Cost {
        memory: 64,
        passes: 1,
        at_once: 4,
    })
    .unwrap()
});

pub(crate) const PASSWORD: &str = "forty two blue whales";
pub(crate) const OTHER_PASSWORD: &str = "seven hungry penguins";

pub(crate) fn sessions(store: &Arc<dyn Store>) -> Sessions<'_> {
    Sessions::of(&**store, &PASSWORDS)
}

pub(crate) fn root() -> Caller {
    Caller::local("root")
}

pub(crate) fn name(text: &str) -> AccountName {
    text.parse().unwrap()
}

pub(crate) fn origin(text: &str) -> Origin {
    Origin::new(text.parse().unwrap())
}

pub(crate) fn home() -> Origin {
    origin("192.0.2.7")
}

pub(crate) fn seconds(count: i64) -> Timestamp {
    now() + SignedDuration::from_secs(count)
}

pub(crate) fn hours(count: i64) -> Timestamp {
    now() + SignedDuration::from_hours(count)
}

pub(crate) async fn make(store: &dyn Store, text: &str, platform: Option<Role>) -> Account {
    let new = NewAccount {
        name: name(text),
        display_name: text.to_owned(),
        platform,
    };
    Accounts::of(store, &root(), now()).create(&new).await.unwrap()
}

/// Somebody with a password of the own choice, who is signed in.
pub(crate) async fn person(store: &Arc<dyn Store>, text: &str, platform: Option<Role>) -> NewSession {
    make(&**store, text, platform).await;
    let invitation = Accounts::of(&**store, &root(), now())
        .invite(&name(text))
        .await
        .unwrap();
    sessions(store)
        .redeem(&invitation.secret, &Hidden::new(PASSWORD), home(), now())
        .await
        .unwrap()
}

pub(crate) async fn sign_in(
    store: &Arc<dyn Store>,
    name: &str,
    password: &str,
    from: &str,
    at: Timestamp,
) -> Result<NewSession, SignInError> {
    let attempt = Attempt {
        name,
        password: &Hidden::new(password),
        origin: origin(from),
        device: None,
    };
    sessions(store).sign_in(&attempt, at).await
}

/// Whether a session is open.
pub(crate) async fn is_there(store: &Arc<dyn Store>, secret: &Hidden, at: Timestamp) -> bool {
    sessions(store).find(secret, home(), at).await.unwrap().is_some()
}

pub(crate) async fn make_app(store: &dyn Store, id: &str) -> AppId {
    let id: AppId = id.parse().unwrap();
    let by = root()
        .allow(minigate_console::access::Right::Operate, None, now())
        .unwrap();
    app::create(store, &id, "Shop", Era::Guide, false, &by)
        .await
        .unwrap();
    id
}

pub(crate) async fn log(store: &dyn Store) -> Vec<Logged> {
    let query = Query {
        most: 10_000,
        ..Query::default()
    };
    store.log(&query).await.unwrap()
}

pub(crate) async fn actions(store: &dyn Store) -> Vec<String> {
    let rows = log(store).await.into_iter().rev();
    rows.map(|row| row.entry.action).collect()
}
