//! How long a session lives, and what ends it.

use std::sync::Arc;

use minigate_console::Hidden;
use minigate_console::access::{Right, Role};
use minigate_console::account::{Accounts, Members};
use minigate_console::session::{MustChange, SignInError, csrf};

use crate::database::{Database, on_both};
use crate::people::{
    OTHER_PASSWORD, PASSWORD, PASSWORDS, home, hours, is_there, make, make_app, name, person, root, seconds,
    sessions, sign_in,
};
use crate::store::now;

on_both! {
    a_session_ends_after_an_hour_without_a_request_and_after_twelve
    a_session_that_ended_isnt_brought_back_by_a_request
    each_sign_in_has_a_secret_and_a_csrf_token_of_its_own
    a_demotion_and_disabling_work_at_once
    a_temporary_password_is_changed_before_anything_else
    a_new_password_ends_every_other_session
}

async fn a_session_ends_after_an_hour_without_a_request_and_after_twelve(database: &Database) {
    let store = database.open().await;
    let begun = person(&store, "ada", None).await;
    let sessions = sessions(&store);
    let is_open = async |at| is_there(&store, &begun.secret, at).await;

    for minutes in (0..=718).step_by(59) {
        assert!(is_open(seconds(minutes * 60)).await, "{minutes}");
    }
    assert!(is_open(seconds(12 * 3600 - 1)).await);
    assert!(!is_open(hours(12)).await);

    let idle = sign_in(&store, "ada", PASSWORD, "192.0.2.7", hours(13))
        .await
        .unwrap();
    assert!(!is_there(&store, &idle.secret, hours(14)).await);
    assert!(!is_there(&store, &Hidden::new("guess"), now()).await);
    sessions.sign_out(&idle.secret, hours(13)).await.unwrap();
    assert!(!is_there(&store, &idle.secret, hours(13)).await);
}

async fn a_session_that_ended_isnt_brought_back_by_a_request(database: &Database) {
    let store = database.open().await;
    let begun = person(&store, "ada", None).await;

    let requests: Vec<_> = (0..8)
        .map(|number| {
            let (store, secret) = (Arc::clone(&store), begun.secret.clone());
            tokio::spawn(async move {
                let sessions = sessions(&store);
                if number == 4 {
                    sessions.sign_out(&secret, seconds(100)).await.unwrap();
                } else {
                    sessions.find(&secret, home(), seconds(100)).await.unwrap();
                }
            })
        })
        .collect();
    for request in requests {
        request.await.unwrap();
    }

    assert!(!is_there(&store, &begun.secret, seconds(101)).await);
}

async fn each_sign_in_has_a_secret_and_a_csrf_token_of_its_own(database: &Database) {
    let store = database.open().await;
    let first = person(&store, "ada", None).await;
    let second = sign_in(&store, "ada", PASSWORD, "192.0.2.7", now())
        .await
        .unwrap();

    assert_ne!(first.secret, second.secret);
    let token = first.session.csrf().clone();
    assert!(first.session.is_csrf(token.reveal()));
    assert!(!second.session.is_csrf(token.reveal()));
    assert!(!first.session.is_csrf(""));
    assert!(!first.session.is_csrf(first.secret.reveal()));
    let later = sessions(&store)
        .find(&first.secret, home(), seconds(5))
        .await
        .unwrap()
        .unwrap();
    assert!(later.is_csrf(token.reveal()));
    assert_eq!(csrf(&first.secret), token);
}

async fn a_demotion_and_disabling_work_at_once(database: &Database) {
    let store = database.open().await;
    make(&*store, "ada", Some(Role::PlatformOperator)).await;
    let app = make_app(&*store, "wx1").await;
    let begun = person(&store, "bob", Some(Role::PlatformOperator)).await;
    let sessions = sessions(&store);
    let may = async |right| {
        let session = sessions
            .find(&begun.secret, home(), now())
            .await
            .unwrap()
            .unwrap();
        session.caller().unwrap().may(right, Some(&app))
    };
    let root = root();
    let accounts = Accounts::of(&*store, &root, now());

    assert!(may(Right::Operate).await);
    accounts.set_platform_role(&name("bob"), None).await.unwrap();
    assert!(!may(Right::Read).await);
    Members::of(&*store, &app, &root, now())
        .set(&name("bob"), Role::Developer)
        .await
        .unwrap();
    assert!(may(Right::Write).await && !may(Right::Publish).await);
    accounts.disable(&name("bob")).await.unwrap();
    assert!(!is_there(&store, &begun.secret, now()).await);
    accounts.enable(&name("bob")).await.unwrap();
    assert!(!is_there(&store, &begun.secret, now()).await);
}

async fn a_temporary_password_is_changed_before_anything_else(database: &Database) {
    let store = database.open().await;
    make(&*store, "ada", Some(Role::PlatformOperator)).await;
    let root = root();
    let accounts = Accounts::of(&*store, &root, now());
    accounts
        .set_password(&name("ada"), &Hidden::new(PASSWORD), &PASSWORDS)
        .await
        .unwrap();

    let begun = sign_in(&store, "ada", PASSWORD, "192.0.2.7", now())
        .await
        .unwrap();
    assert_eq!(begun.session.caller(), Err(MustChange));
    let sessions = sessions(&store);
    let change = async |old: &str, new: &str| {
        let (old, new) = (Hidden::new(old), Hidden::new(new));
        sessions.change_password(&begun.session, &old, &new, now()).await
    };
    assert!(matches!(
        change(PASSWORD, PASSWORD).await,
        Err(SignInError::SamePassword)
    ));
    assert!(matches!(
        change(PASSWORD, "short").await,
        Err(SignInError::Weak(_))
    ));
    assert!(matches!(
        change(OTHER_PASSWORD, OTHER_PASSWORD).await,
        Err(SignInError::Refused)
    ));
    let changed = change(PASSWORD, OTHER_PASSWORD).await.unwrap();

    assert!(changed.session.caller().unwrap().may(Right::Operate, None));
    assert!(!is_there(&store, &begun.secret, now()).await);
}

async fn a_new_password_ends_every_other_session(database: &Database) {
    let store = database.open().await;
    let first = person(&store, "ada", None).await;
    let second = sign_in(&store, "ada", PASSWORD, "192.0.2.7", now())
        .await
        .unwrap();
    let sessions = sessions(&store);
    let is_open = async |secret: &Hidden| is_there(&store, secret, now()).await;

    let third = sessions
        .change_password(
            &first.session,
            &Hidden::new(PASSWORD),
            &Hidden::new(OTHER_PASSWORD),
            now(),
        )
        .await
        .unwrap();
    assert_ne!(first.secret, third.secret);
    assert!(!is_open(&first.secret).await && !is_open(&second.secret).await);
    assert!(is_open(&third.secret).await);
    let old = sign_in(&store, "ada", PASSWORD, "192.0.2.7", now()).await;
    assert!(matches!(old, Err(SignInError::Refused)));

    sessions.sign_out_everywhere(&third.session, now()).await.unwrap();
    assert!(!is_open(&third.secret).await);
}
