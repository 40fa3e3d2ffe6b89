//! Links that let somebody set a password.

use std::sync::Arc;

use minigate_console::Hidden;
use minigate_console::account::{AccountError, Accounts, Cost, Passwords, first_start};
use minigate_console::session::{Attempt, Sessions, SignInError};
use minigate_console::store::Store;
use tokio::task::JoinSet;

use crate::database::{Database, on_both};
use crate::people::{PASSWORD, home, hours, make, name, origin, root, sessions, sign_in};
use crate::store::now;

on_both! {
    a_link_is_used_once_and_within_a_day
    a_newer_link_ends_the_ones_before
    a_disabled_account_isnt_invited
    of_many_who_use_one_link_at_once_one_does
    a_weak_password_doesnt_use_the_link_up
    a_link_isnt_used_up_where_too_many_hashes_wait
}

async fn a_link_is_used_once_and_within_a_day(database: &Database) {
    let store = database.open().await;
    make(&*store, "ada", None).await;
    let root = root();
    let accounts = Accounts::of(&*store, &root, now());
    let late = accounts.invite(&name("ada")).await.unwrap();
    let sessions = sessions(&store);
    let password = Hidden::new(PASSWORD);

    assert_eq!(sessions.invited(&late.secret, now()).await.unwrap(), name("ada"));
    let ended = sessions.redeem(&late.secret, &password, home(), hours(24)).await;
    assert!(matches!(ended, Err(SignInError::Link)));
    let used = accounts.invite(&name("ada")).await.unwrap();
    sessions
        .redeem(&used.secret, &password, home(), now())
        .await
        .unwrap();
    for link in [&used.secret, &late.secret, &Hidden::new("guess")] {
        let again = sessions.redeem(link, &password, home(), now()).await;
        assert!(matches!(again, Err(SignInError::Link)));
    }

    let disabled = accounts.invite(&name("ada")).await.unwrap();
    accounts.disable(&name("ada")).await.unwrap();
    let again = sessions.redeem(&disabled.secret, &password, home(), now()).await;
    assert!(matches!(again, Err(SignInError::Link)));
}

async fn a_newer_link_ends_the_ones_before(database: &Database) {
    let store = database.open().await;
    let operator = name("operator");
    let first = first_start(&*store, &operator, now()).await.unwrap().unwrap();
    let second = first_start(&*store, &operator, now()).await.unwrap().unwrap();
    let root = root();
    let accounts = Accounts::of(&*store, &root, now());
    let newest = accounts.invite(&operator).await.unwrap();
    make(&*store, "ada", None).await;
    let other = accounts.invite(&name("ada")).await.unwrap();
    let sessions = sessions(&store);

    for link in [&first.secret, &second.secret] {
        let shown = sessions.invited(link, now()).await;
        let used = sessions.redeem(link, &Hidden::new(PASSWORD), home(), now()).await;
        assert!(matches!(shown, Err(SignInError::Link)), "{shown:?}");
        assert!(matches!(used, Err(SignInError::Link)), "{used:?}");
    }
    assert_eq!(sessions.invited(&newest.secret, now()).await.unwrap(), operator);
    assert_eq!(sessions.invited(&other.secret, now()).await.unwrap(), name("ada"));
}

async fn a_disabled_account_isnt_invited(database: &Database) {
    let store = database.open().await;
    make(&*store, "ada", None).await;
    let root = root();
    let accounts = Accounts::of(&*store, &root, now());
    accounts.disable(&name("ada")).await.unwrap();

    let refused = accounts.invite(&name("ada")).await;

    assert!(matches!(refused, Err(AccountError::Disabled(_))), "{refused:?}");
}

async fn of_many_who_use_one_link_at_once_one_does(database: &Database) {
    let store = database.open().await;
    make(&*store, "ada", None).await;
    let invitation = Accounts::of(&*store, &root(), now())
        .invite(&name("ada"))
        .await
        .unwrap();

    let users: Vec<_> = (0..8)
        .map(|number| {
            let (store, secret) = (Arc::clone(&store), invitation.secret.clone());
            let password = Hidden::new(format!("the choice of user {number}"));
            tokio::spawn(async move {
                sessions(&store)
                    .redeem(&secret, &password, home(), now())
                    .await
                    .is_ok()
            })
        })
        .collect();
    let mut signed_in = Vec::new();
    for (number, user) in users.into_iter().enumerate() {
        if user.await.unwrap() {
            signed_in.push(format!("the choice of user {number}"));
        }
    }

    assert_eq!(signed_in.len(), 1);
    sign_in(&store, "ada", &signed_in[0], "192.0.2.7", now())
        .await
        .unwrap();
}

async fn a_link_isnt_used_up_where_too_many_hashes_wait(database: &Database) {
    let store = database.open().await;
    make(&*store, "ada", None).await;
    let invitation = Accounts::of(&*store, &root(), now())
        .invite(&name("ada"))
        .await
        .unwrap();
    let passwords = Arc::new(never());
    let waiting = fill(&store, &passwords).await;
    let busy = Sessions::of(&*store, &passwords);

    let full = busy
        .redeem(&invitation.secret, &Hidden::new(PASSWORD), home(), now())
        .await;
    let later = sessions(&store)
        .redeem(&invitation.secret, &Hidden::new(PASSWORD), home(), now())
        .await;

    assert!(matches!(full, Err(SignInError::Busy)), "{full:?}");
    assert!(later.is_ok(), "{later:?}");
    assert!(!waiting.is_empty());
}

/// Comes to no hash.
fn never() -> Passwords {
    let cost = Cost {
        memory: 8,
        passes: 1,
        at_once: 0,
    };
    Passwords::new(cost).unwrap()
}

/// Lets people sign in until no more of them can wait for their hash.
async fn fill(store: &Arc<dyn Store>, passwords: &Arc<Passwords>) -> JoinSet<()> {
    let mut waiting = JoinSet::new();
    for number in 0..128_u8 {
        let (store, passwords) = (Arc::clone(store), Arc::clone(passwords));
        waiting.spawn(async move {
            let attempt = Attempt {
                name: &format!("nobody{number}"),
                password: &Hidden::new(PASSWORD),
                origin: origin(&format!("192.{number}.2.7")),
                device: None,
            };
            let begun = Sessions::of(&*store, &passwords).sign_in(&attempt, now()).await;
            assert!(matches!(begun, Err(SignInError::Busy)), "{begun:?}");
        });
    }
    while waiting.len() > QUEUE {
        waiting.join_next().await.unwrap().unwrap();
    }
    waiting
}

async fn a_weak_password_doesnt_use_the_link_up(database: &Database) {
    let store = database.open().await;
    make(&*store, "ada", None).await;
    let invitation = Accounts::of(&*store, &root(), now())
        .invite(&name("ada"))
        .await
        .unwrap();
    let sessions = sessions(&store);

    let weak = sessions
        .redeem(&invitation.secret, &Hidden::new("password1234"), home(), now())
        .await;
    let strong = sessions
        .redeem(&invitation.secret, &Hidden::new(PASSWORD), home(), now())
        .await;

    assert!(matches!(weak, Err(SignInError::Weak(_))));
    assert!(strong.is_ok());
}

/// So many wait for their hash where none is being made.
const QUEUE: usize = 64;
