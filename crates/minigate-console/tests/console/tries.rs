//! Tries to sign in, one's own and an attacker's.

use std::sync::Arc;

use minigate_console::account::Accounts;
use minigate_console::session::{Attempt, SignInError};
use minigate_console::{Hidden, Origin};

use crate::database::{Database, on_both};
use crate::people::{
    PASSWORD, home, hours, log, make, name, origin, person, root, seconds, sessions, sign_in,
};
use crate::store::now;

on_both! {
    an_unknown_name_a_disabled_account_and_a_wrong_password_are_the_same
    tries_from_one_place_are_slowed_down_and_the_owner_elsewhere_isnt
    many_tries_at_once_are_no_more_than_many_in_a_row
    tries_from_everywhere_lock_out_no_place_that_was_let_in
    a_device_that_was_let_in_gets_in_beside_an_attacker
    one_place_cant_try_many_accounts
    the_right_password_makes_tries_free_again
    refused_sign_ins_dont_fill_the_log
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
