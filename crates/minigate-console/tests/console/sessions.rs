//! Signing in, and what others try.

use std::sync::Arc;

use minigate_console::access::{Right, Role};
use minigate_console::account::{Accounts, Members};
use minigate_console::session::{Attempt, MustChange, SignInError, csrf};
use minigate_console::{Hidden, Origin};

use crate::database::{Database, on_both};
use crate::people::{
    OTHER_PASSWORD, PASSWORD, PASSWORDS, home, hours, log, make, make_app, name, origin, person, root,
    seconds, sessions, sign_in,
};
use crate::store::now;

on_both! {
    a_session_ends_after_an_hour_without_a_request_and_after_twelve
    a_session_that_ended_isnt_brought_back_by_a_request
    each_sign_in_has_a_secret_and_a_csrf_token_of_its_own
    a_demotion_and_disabling_work_at_once
    a_temporary_password_is_changed_before_anything_else
    a_new_password_ends_every_other_session
    a_link_is_used_once_and_within_a_day
    of_many_who_use_one_link_at_once_one_does
    a_weak_password_doesnt_use_the_link_up
    an_unknown_name_a_disabled_account_and_a_wrong_password_are_the_same
    tries_from_one_place_are_slowed_down_and_the_owner_elsewhere_isnt
    many_tries_at_once_are_no_more_than_many_in_a_row
    tries_from_everywhere_lock_out_no_place_that_was_let_in
    a_device_that_was_let_in_gets_in_beside_an_attacker
    one_place_cant_try_many_accounts
    the_right_password_makes_tries_free_again
    refused_sign_ins_dont_fill_the_log
}

async fn a_session_ends_after_an_hour_without_a_request_and_after_twelve(database: &Database) {
    let store = database.open().await;
    let begun = person(&store, "ada", None).await;
    let sessions = sessions(&store);
    let is_there = async |at| sessions.find(&begun.secret, home(), at).await.unwrap().is_some();

    for minutes in (0..=718).step_by(59) {
        assert!(is_there(seconds(minutes * 60)).await, "{minutes}");
    }
    assert!(is_there(seconds(12 * 3600 - 1)).await);
    assert!(!is_there(hours(12)).await);

    let idle = sign_in(&store, "ada", PASSWORD, "192.0.2.7", hours(13))
        .await
        .unwrap();
    assert!(
        sessions
            .find(&idle.secret, home(), hours(14))
            .await
            .unwrap()
            .is_none()
    );
    assert!(
        sessions
            .find(&Hidden::new("guess"), home(), now())
            .await
            .unwrap()
            .is_none()
    );
    sessions.sign_out(&idle.secret, hours(13)).await.unwrap();
    assert!(
        sessions
            .find(&idle.secret, home(), hours(13))
            .await
            .unwrap()
            .is_none()
    );
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

    assert!(
        sessions(&store)
            .find(&begun.secret, home(), seconds(101))
            .await
            .unwrap()
            .is_none()
    );
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
    assert!(
        sessions
            .find(&begun.secret, home(), now())
            .await
            .unwrap()
            .is_none()
    );
    accounts.enable(&name("bob")).await.unwrap();
    assert!(
        sessions
            .find(&begun.secret, home(), now())
            .await
            .unwrap()
            .is_none()
    );
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
    assert!(
        sessions
            .find(&begun.secret, home(), now())
            .await
            .unwrap()
            .is_none()
    );
}

async fn a_new_password_ends_every_other_session(database: &Database) {
    let store = database.open().await;
    let first = person(&store, "ada", None).await;
    let second = sign_in(&store, "ada", PASSWORD, "192.0.2.7", now())
        .await
        .unwrap();
    let sessions = sessions(&store);
    let is_there = async |secret: &Hidden| sessions.find(secret, home(), now()).await.unwrap().is_some();

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
    assert!(!is_there(&first.secret).await && !is_there(&second.secret).await);
    assert!(is_there(&third.secret).await);
    let old = sign_in(&store, "ada", PASSWORD, "192.0.2.7", now()).await;
    assert!(matches!(old, Err(SignInError::Refused)));

    sessions.sign_out_everywhere(&third.session, now()).await.unwrap();
    assert!(!is_there(&third.secret).await);
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

async fn an_unknown_name_a_disabled_account_and_a_wrong_password_are_the_same(database: &Database) {
    let store = database.open().await;
    person(&store, "ada", None).await;
    person(&store, "bob", None).await;
    make(&*store, "new", None).await;
    Accounts::of(&*store, &root(), now())
        .disable(&name("bob"))
        .await
        .unwrap();

    let tries = [
        ("ada", "wrong"),
        ("bob", PASSWORD),
        ("new", ""),
        ("nix", PASSWORD),
        ("No Name\n", PASSWORD),
    ];
    for (name, password) in tries {
        let refused = sign_in(&store, name, password, "192.0.2.7", now())
            .await
            .unwrap_err();
        assert!(matches!(refused, SignInError::Refused), "{name}");
    }
    // Tries for a name that nobody has are slowed down, too.
    for attempt in 0..6 {
        let known = sign_in(&store, "ada", "wrong", "198.51.100.1", now())
            .await
            .unwrap_err();
        let unknown = sign_in(&store, "nix", "wrong", "198.51.100.1", now())
            .await
            .unwrap_err();
        assert_eq!(known.to_string(), unknown.to_string(), "{attempt}");
    }
}

async fn tries_from_one_place_are_slowed_down_and_the_owner_elsewhere_isnt(database: &Database) {
    let store = database.open().await;
    person(&store, "ada", None).await;

    let mut looked_at = 0;
    for second in 0..3600 {
        let from = format!("198.51.100.{}", second % 200);
        if second % 18 == 0 {
            let refused = sign_in(&store, "ada", "wrong", &from, seconds(second))
                .await
                .unwrap_err();
            looked_at += u32::from(matches!(refused, SignInError::Refused));
        }
    }
    assert!((10..=20).contains(&looked_at), "{looked_at}");

    let right = sign_in(&store, "ada", PASSWORD, "198.51.100.9", seconds(3590)).await;
    assert!(matches!(right, Err(SignInError::Later { .. })));
    sign_in(&store, "ada", PASSWORD, "192.0.2.200", seconds(3590))
        .await
        .unwrap();
    sign_in(&store, "ada", PASSWORD, "203.0.113.1", seconds(3590))
        .await
        .unwrap();
}

async fn many_tries_at_once_are_no_more_than_many_in_a_row(database: &Database) {
    let store = database.open().await;
    person(&store, "ada", None).await;

    let tries: Vec<_> = (0..40)
        .map(|_| {
            let store = Arc::clone(&store);
            tokio::spawn(async move { sign_in(&store, "ada", "wrong", "198.51.100.1", now()).await })
        })
        .collect();
    let mut looked_at = 0;
    for attempt in tries {
        looked_at += u32::from(matches!(attempt.await.unwrap(), Err(SignInError::Refused)));
    }

    assert_eq!(looked_at, 6);
}

async fn tries_from_everywhere_lock_out_no_place_that_was_let_in(database: &Database) {
    let store = database.open().await;
    person(&store, "ada", None).await;

    let mut looked_at = 0;
    for number in 0..120 {
        let from = format!("10.0.{number}.1");
        let refused = sign_in(&store, "ada", "wrong", &from, now()).await.unwrap_err();
        looked_at += u32::from(matches!(refused, SignInError::Refused));
    }
    assert_eq!(looked_at, 100);

    // A new place has to wait, with the right password too; where the owner was, nobody has to.
    let new = sign_in(&store, "ada", PASSWORD, "203.0.113.1", now()).await;
    assert!(matches!(new, Err(SignInError::Later { .. })));
    sign_in(&store, "ada", PASSWORD, "192.0.2.99", now())
        .await
        .unwrap();
    sign_in(&store, "ada", PASSWORD, "203.0.113.1", hours(1))
        .await
        .unwrap();
}

async fn a_device_that_was_let_in_gets_in_beside_an_attacker(database: &Database) {
    let store = database.open().await;
    let device = person(&store, "ada", None).await.device.unwrap();
    for number in 0..300 {
        let from = format!("192.0.2.{}", number % 250);
        sign_in(&store, "ada", "wrong", &from, now()).await.unwrap_err();
    }
    let attempt = |password, device| Attempt {
        name: "ada",
        password,
        origin: home(),
        device: Some(device),
    };
    let (right, wrong) = (Hidden::new(PASSWORD), Hidden::new("wrong"));
    let sessions = sessions(&store);

    let guess = Hidden::new("guess");
    let stranger = sessions.sign_in(&attempt(&right, &guess), now()).await;
    assert!(matches!(stranger, Err(SignInError::Later { .. })));
    let begun = sessions.sign_in(&attempt(&right, &device), now()).await.unwrap();
    assert_eq!(begun.device, None);

    // A device in the wrong hands can't try without end, either.
    let mut looked_at = 0;
    for _ in 0..50 {
        let refused = sessions
            .sign_in(&attempt(&wrong, &device), now())
            .await
            .unwrap_err();
        looked_at += u32::from(matches!(refused, SignInError::Refused));
    }
    assert_eq!(looked_at, 6);
}

async fn one_place_cant_try_many_accounts(database: &Database) {
    let store = database.open().await;
    person(&store, "ada", None).await;

    let mut looked_at = 0;
    for number in 0..230 {
        let claimed = format!("user{number}");
        let guess = sign_in(&store, &claimed, "spring 2026 spring", "2001:db8::1", now()).await;
        looked_at += u32::from(matches!(guess.unwrap_err(), SignInError::Refused));
    }
    assert_eq!(looked_at, 200);

    let near: Origin = origin("2001:db8::ff:1");
    let neighbour = sign_in(&store, "ada", PASSWORD, &near.to_string(), now()).await;
    assert!(matches!(neighbour, Err(SignInError::Later { .. })));
    sign_in(&store, "ada", PASSWORD, "2001:db8:0:100::1", now())
        .await
        .unwrap();
}

async fn the_right_password_makes_tries_free_again(database: &Database) {
    let store = database.open().await;
    person(&store, "ada", None).await;

    for _ in 0..3 {
        for _ in 0..4 {
            let wrong = sign_in(&store, "ada", "wrong", "192.0.2.7", now())
                .await
                .unwrap_err();
            assert!(matches!(wrong, SignInError::Refused));
        }
        sign_in(&store, "ada", PASSWORD, "192.0.2.7", now())
            .await
            .unwrap();
    }
}

async fn refused_sign_ins_dont_fill_the_log(database: &Database) {
    let store = database.open().await;
    person(&store, "ada", None).await;
    for number in 0..150 {
        let claimed = if number % 2 == 0 {
            "ada"
        } else {
            "my password is 42"
        };
        sign_in(&store, claimed, "wrong", "198.51.100.1", now())
            .await
            .unwrap_err();
    }

    let rows = log(&*store).await;
    let refused: Vec<_> = rows
        .iter()
        .rev()
        .filter(|row| row.entry.action == "session.refused")
        .collect();
    let of = |actor: &str| refused.iter().filter(|row| row.entry.actor == actor).count();
    assert_eq!((of("ada"), of("(nobody)")), (22, 22));
    assert_eq!(refused[0].entry.origin.as_deref(), Some("198.51.100.1"));
    assert_eq!(refused[43].entry.after.as_ref().unwrap()["times"], 64);
}
