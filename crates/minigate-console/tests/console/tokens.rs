//! API tokens.

use std::collections::BTreeSet;
use std::sync::Arc;

use minigate_console::access::{Right, Role, Scopes};
use minigate_console::account::{Accounts, Members};
use minigate_console::session::NewSession;
use minigate_console::store::{Change, Store};
use minigate_console::token::{NewToken, Token, TokenError, Tokens};
use minigate_console::{Hidden, Origin};
use minigate_policy::AppId;
use serde_json::json;

use crate::database::{Database, on_both};
use crate::people::{
    OTHER_PASSWORD, PASSWORD, PASSWORDS, home, hours, log, make_app, name, person, root, seconds, sessions,
    sign_in,
};
use crate::store::{entry, now};

on_both! {
    a_token_does_what_its_scopes_and_its_owners_roles_allow
    a_token_loses_what_its_owner_loses
    disabling_an_account_revokes_its_tokens_for_good
    enabling_brings_no_token_back_that_disabling_left
    who_was_disabled_meanwhile_makes_no_token
    a_token_is_of_no_use_while_the_password_is_temporary
    a_token_ends_and_is_revoked
    a_token_of_somebody_else_cant_be_revoked
    what_cant_be_a_token_isnt_made
    a_token_is_for_apps_that_its_owner_sees
    a_token_thats_made_with_a_token_is_for_apps_that_their_owner_sees
    of_many_that_are_made_at_once_no_more_than_a_hundred_are
    what_was_made_with_a_token_goes_with_it
    a_token_is_shown_once_and_kept_nowhere
    a_tokens_use_is_seen_to_ten_minutes
}

async fn a_token_does_what_its_scopes_and_its_owners_roles_allow(database: &Database) {
    let store = database.open().await;
    let (one, two) = (make_app(&*store, "wx1").await, make_app(&*store, "wx2").await);
    let begun = owner_of(&store, &[&one, &two]).await;
    let (_, secret) = token(&store, &begun, &[Right::Write, Right::Operate], Some("wx1")).await;

    let caller = Tokens::of(&*store).caller(&secret, home(), now()).await;

    let caller = caller.unwrap().unwrap();
    assert!(caller.may(Right::Write, Some(&one)));
    for (right, app) in [
        (Right::Write, Some(&two)),
        (Right::Read, Some(&one)),
        (Right::Operate, None),
    ] {
        assert!(!caller.may(right, app), "{right} {app:?}");
    }
    // The two-people rule compares people.
    assert_eq!(
        (caller.actor(), caller.origin()),
        ("dev", Some("192.0.2.7, token ci"))
    );
}

async fn a_token_loses_what_its_owner_loses(database: &Database) {
    let store = database.open().await;
    let app = make_app(&*store, "wx1").await;
    let begun = owner_of(&store, &[&app]).await;
    let (_, secret) = token(&store, &begun, &[Right::Write], None).await;
    let caller = async || Tokens::of(&*store).caller(&secret, home(), now()).await.unwrap();
    let root = root();

    assert!(caller().await.unwrap().may(Right::Write, Some(&app)));
    let members = Members::of(&*store, &app, &root, now());
    members.set(&name("dev"), Role::Auditor).await.unwrap();
    assert!(!caller().await.unwrap().may(Right::Write, Some(&app)));
    let accounts = Accounts::of(&*store, &root, now());
    accounts.disable(&name("dev")).await.unwrap();
    assert_eq!(caller().await, None);
}

async fn disabling_an_account_revokes_its_tokens_for_good(database: &Database) {
    let store = database.open().await;
    let begun = person(&store, "dev", None).await;
    let tokens = Tokens::of(&*store);
    let (parent, secret) = token(&store, &begun, &[Right::Read], None).await;
    let caller = tokens.caller(&secret, home(), now()).await.unwrap().unwrap();
    let new = new(&[Right::Read], None);
    let made = tokens.delegate(&parent, &caller, &new, now()).await;
    let (child, child_secret) = made.unwrap();
    let root = root();
    let accounts = Accounts::of(&*store, &root, now());

    accounts.disable(&name("dev")).await.unwrap();
    accounts.enable(&name("dev")).await.unwrap();

    for secret in [&secret, &child_secret] {
        assert_eq!(tokens.caller(secret, home(), now()).await.unwrap(), None);
    }
    assert_eq!(tokens.mine(&begun.session).await.unwrap(), []);
    let rows = log(&*store).await;
    let row = rows.iter().find(|row| row.entry.action == "account.disable");
    let (before, after) = row
        .map(|row| {
            (
                row.entry.before.clone().unwrap(),
                row.entry.after.clone().unwrap(),
            )
        })
        .unwrap();
    let told: BTreeSet<&str> = before["tokens"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|token| token["id"].as_str())
        .collect();
    assert_eq!(told, BTreeSet::from([parent.id.as_str(), child.id.as_str()]));
    assert_eq!(after["tokens"], json!([]));
}

async fn enabling_brings_no_token_back_that_disabling_left(database: &Database) {
    let store = database.open().await;
    let begun = person(&store, "dev", None).await;
    let (_, secret) = token(&store, &begun, &[Right::Read], None).await;
    let is_good = async || {
        let caller = Tokens::of(&*store).caller(&secret, home(), now()).await;
        caller.unwrap().is_some()
    };
    let root = root();
    let accounts = Accounts::of(&*store, &root, now());
    // Who is enabled already keeps what there is.
    accounts.enable(&name("dev")).await.unwrap();
    assert!(is_good().await);
    let record = store.get(&"account/dev".parse().unwrap()).await.unwrap().unwrap();
    let mut body = record.body.clone();
    body["disabled"] = json!(true);
    let change = Change::new(entry()).replace(&record, body);
    store.commit(&change, now()).await.unwrap();

    accounts.enable(&name("dev")).await.unwrap();

    assert!(!is_good().await);
    assert_eq!(Tokens::of(&*store).mine(&begun.session).await.unwrap(), []);
}

async fn who_was_disabled_meanwhile_makes_no_token(database: &Database) {
    let store = database.open().await;
    let begun = person(&store, "dev", None).await;
    let found = sessions(&store).find(&begun.secret, home(), now()).await;
    let session = found.unwrap().unwrap();
    let root = root();
    let accounts = Accounts::of(&*store, &root, now());

    accounts.disable(&name("dev")).await.unwrap();
    let made = Tokens::of(&*store)
        .create(&session, &new(&[Right::Read], None), now())
        .await;

    assert!(matches!(made, Err(TokenError::Store(_))), "{made:?}");
}

async fn a_token_is_of_no_use_while_the_password_is_temporary(database: &Database) {
    let store = database.open().await;
    let begun = person(&store, "dev", None).await;
    let (_, secret) = token(&store, &begun, &[Right::Read], None).await;
    let is_good = async || {
        let caller = Tokens::of(&*store).caller(&secret, home(), now()).await;
        caller.unwrap().is_some()
    };
    let temporary = Hidden::new("a temporary one 17");
    let root = root();

    let accounts = Accounts::of(&*store, &root, now());
    accounts
        .set_password(&name("dev"), &temporary, &PASSWORDS)
        .await
        .unwrap();
    assert!(!is_good().await);

    let begun = sign_in(&store, "dev", temporary.reveal(), "192.0.2.7", now())
        .await
        .unwrap();
    sessions(&store)
        .change_password(&begun.session, &temporary, &Hidden::new(OTHER_PASSWORD), now())
        .await
        .unwrap();
    assert!(is_good().await);
}

async fn a_token_ends_and_is_revoked(database: &Database) {
    let store = database.open().await;
    let begun = person(&store, "dev", None).await;
    let tokens = Tokens::of(&*store);
    let (ending, ending_secret) = token(&store, &begun, &[Right::Read], None).await;
    let (revoked, revoked_secret) = token(&store, &begun, &[Right::Read], None).await;
    let is_good = async |secret: &Hidden, at| tokens.caller(secret, home(), at).await.unwrap().is_some();

    assert!(is_good(&ending_secret, seconds(3599)).await && is_good(&revoked_secret, now()).await);
    tokens.revoke(&begun.session, &revoked.id, now()).await.unwrap();

    assert!(!is_good(&ending_secret, hours(1)).await);
    assert!(!is_good(&revoked_secret, now()).await);
    assert!(!is_good(&Hidden::new("mgt_guess"), now()).await);
    assert_eq!(tokens.mine(&begun.session).await.unwrap(), [ending]);
    let again = tokens.revoke(&begun.session, &revoked.id, now()).await;
    assert!(matches!(again, Err(TokenError::Unknown(_))));
}

async fn a_token_of_somebody_else_cant_be_revoked(database: &Database) {
    let store = database.open().await;
    let (dev, eve) = (
        person(&store, "dev", None).await,
        person(&store, "eve", None).await,
    );
    let tokens = Tokens::of(&*store);
    let (made, secret) = token(&store, &dev, &[Right::Read], None).await;
    let stranger = eve.session.caller().unwrap();

    for id in [made.id.as_str(), "../dev/x", ""] {
        let revoked = tokens.revoke(&eve.session, id, now()).await;
        assert!(matches!(revoked, Err(TokenError::Unknown(_))));
    }
    let seen = tokens.of_account(&name("dev"), &stranger, now()).await;
    assert!(matches!(seen, Err(TokenError::Denied(_))));
    let revoked = tokens.revoke_of(&name("dev"), &made.id, &stranger, now()).await;
    assert!(matches!(revoked, Err(TokenError::Denied(_))));

    tokens
        .revoke_of(&name("dev"), &made.id, &root(), now())
        .await
        .unwrap();
    assert_eq!(tokens.caller(&secret, home(), now()).await.unwrap(), None);
}

async fn what_cant_be_a_token_isnt_made(database: &Database) {
    let store = database.open().await;
    let begun = person(&store, "dev", None).await;
    let tokens = Tokens::of(&*store);
    let create = async |new: NewToken| tokens.create(&begun.session, &new, now()).await.unwrap_err();
    let good = new(&[Right::Read], None);

    let nameless = create(NewToken {
        name: "a\nb".to_owned(),
        ..good.clone()
    })
    .await;
    assert!(matches!(nameless, TokenError::Name(_)));
    assert!(matches!(create(new(&[], None)).await, TokenError::NoScope));
    let ending = |ends_at| NewToken {
        ends_at,
        ..good.clone()
    };
    assert!(matches!(create(ending(now())).await, TokenError::Past(_)));
    assert!(matches!(
        create(ending(hours(367 * 24))).await,
        TokenError::End(_)
    ));

    let root = root();
    let accounts = Accounts::of(&*store, &root, now());
    accounts
        .set_password(&name("dev"), &Hidden::new("a temporary one 17"), &PASSWORDS)
        .await
        .unwrap();
    let begun = sign_in(&store, "dev", "a temporary one 17", "192.0.2.7", now())
        .await
        .unwrap();
    let early = tokens.create(&begun.session, &good, now()).await;
    assert!(matches!(early, Err(TokenError::MustChange(_))));
}

async fn a_token_is_for_apps_that_its_owner_sees(database: &Database) {
    let store = database.open().await;
    let mine = make_app(&*store, "wx1").await;
    make_app(&*store, "wx2").await;
    let owner = owner_of(&store, &[&mine]).await;
    let operator = person(&store, "root", Some(Role::PlatformOperator)).await;
    let create = async |begun: &NewSession, app| {
        let new = new(&[Right::Write], Some(app));
        let made = Tokens::of(&*store).create(&begun.session, &new, now()).await;
        made.map_err(|error| error.to_string()).err()
    };

    let refused = |app| Some(format!("there is no app `{app}`, so no token can be made for it"));
    assert_eq!(create(&owner, "wx1").await, None);
    for app in ["wx2", "nowhere", "a b"] {
        assert_eq!(create(&owner, app).await, refused(app));
    }
    assert_eq!(create(&operator, "wx2").await, None);
    assert_eq!(create(&operator, "nowhere").await, refused("nowhere"));
}

async fn a_token_thats_made_with_a_token_is_for_apps_that_their_owner_sees(database: &Database) {
    let store = database.open().await;
    let mine = make_app(&*store, "wx1").await;
    make_app(&*store, "wx2").await;
    let begun = owner_of(&store, &[&mine]).await;
    let delegate = async |parent: Option<&str>, app| {
        let (parent, secret) = token(&store, &begun, &[Right::Write], parent).await;
        let tokens = Tokens::of(&*store);
        let caller = tokens.caller(&secret, home(), now()).await.unwrap().unwrap();
        let new = new(&[Right::Write], Some(app));
        tokens.delegate(&parent, &caller, &new, now()).await.err()
    };

    for app in ["wx2", "nowhere"] {
        assert!(matches!(delegate(None, app).await, Some(TokenError::NoApp(named)) if named == app));
        assert!(matches!(
            delegate(Some("wx1"), app).await,
            Some(TokenError::Wider)
        ));
    }
    assert!(delegate(None, "wx1").await.is_none());
    assert!(delegate(Some("wx1"), "wx1").await.is_none());
}

async fn of_many_that_are_made_at_once_no_more_than_a_hundred_are(database: &Database) {
    let store = database.open().await;
    let begun = person(&store, "dev", None).await;
    let tokens = Tokens::of(&*store);
    for _ in 0..97 {
        token(&store, &begun, &[Right::Read], None).await;
    }
    let wanted = new(&[Right::Read], None);
    let making = (0..8).map(|_| tokens.create(&begun.session, &wanted, now()));

    let made = futures_util::future::join_all(making).await;

    assert_eq!(made.iter().filter(|made| made.is_ok()).count(), 3);
    for refused in made.into_iter().filter_map(Result::err) {
        assert!(matches!(refused, TokenError::TooMany(100)), "{refused}");
    }
    assert_eq!(tokens.mine(&begun.session).await.unwrap().len(), 100);
    tokens.revoke_all(&begun.session, now()).await.unwrap();
    assert_eq!(tokens.mine(&begun.session).await.unwrap(), []);
}

async fn what_was_made_with_a_token_goes_with_it(database: &Database) {
    let store = database.open().await;
    let begun = person(&store, "dev", None).await;
    let tokens = Tokens::of(&*store);
    let (parent, secret) = token(&store, &begun, &[Right::Read], None).await;
    let (other, _) = token(&store, &begun, &[Right::Read], None).await;
    let caller = tokens.caller(&secret, home(), now()).await.unwrap().unwrap();
    let narrow = new(&[Right::Read], None);
    let (made, child) = tokens.delegate(&parent, &caller, &narrow, now()).await.unwrap();

    tokens.revoke(&begun.session, &parent.id, now()).await.unwrap();

    assert_eq!(tokens.mine(&begun.session).await.unwrap(), [other]);
    assert_eq!(tokens.caller(&child, home(), now()).await.unwrap(), None);
    let late = tokens.delegate(&parent, &caller, &narrow, now()).await;
    assert!(matches!(late, Err(TokenError::Unknown(_))), "{late:?}");
    let row = log(&*store).await.remove(0).entry;
    let told = row.before.unwrap();
    assert_eq!(
        (row.action.as_str(), &told["id"]),
        ("token.revoke", &json!(parent.id))
    );
    assert_eq!(told["children"], json!([made]));
}

async fn a_token_is_shown_once_and_kept_nowhere(database: &Database) {
    let store = database.open().await;
    let begun = person(&store, "dev", None).await;
    let (made, secret) = token(&store, &begun, &[Right::Read], None).await;
    Tokens::of(&*store)
        .revoke(&begun.session, &made.id, now())
        .await
        .unwrap();

    let text = format!("{:?} {made:?} {secret:?}", log(&*store).await);

    assert!(secret.reveal().starts_with("mgt_") && secret.reveal().len() == 47);
    assert!(!text.contains(secret.reveal()));
    assert!(text.contains("token.create") && text.contains("token.revoke"));
}

async fn a_tokens_use_is_seen_to_ten_minutes(database: &Database) {
    let store = database.open().await;
    let begun = person(&store, "dev", None).await;
    let tokens = Tokens::of(&*store);
    let (made, secret) = token(&store, &begun, &[Right::Read], None).await;
    let used = async |at| {
        let caller = tokens
            .caller(&secret, Origin::new([192, 0, 2, 9].into()), at)
            .await;
        caller.unwrap().unwrap();
        tokens.last_used(&made, at).await.unwrap()
    };

    assert_eq!(tokens.last_used(&made, now()).await.unwrap(), None);
    assert_eq!(used(now()).await, Some(now()));
    assert_eq!(used(seconds(599)).await, Some(now()));
    assert_eq!(used(seconds(600)).await, Some(seconds(600)));
}

/// Somebody who answers for apps, signed in.
async fn owner_of(store: &Arc<dyn Store>, apps: &[&AppId]) -> NewSession {
    person(store, "dev", None).await;
    let root = root();
    for app in apps {
        let members = Members::of(&**store, app, &root, now());
        members.set(&name("dev"), Role::Owner).await.unwrap();
    }
    sign_in(store, "dev", PASSWORD, "192.0.2.7", now()).await.unwrap()
}

pub(crate) async fn read_token(store: &Arc<dyn Store>, begun: &NewSession) -> (Token, Hidden) {
    token(store, begun, &[Right::Read], None).await
}

async fn token(
    store: &Arc<dyn Store>,
    begun: &NewSession,
    rights: &[Right],
    app: Option<&str>,
) -> (Token, Hidden) {
    let (tokens, new) = (Tokens::of(&**store), new(rights, app));
    tokens.create(&begun.session, &new, now()).await.unwrap()
}

fn new(rights: &[Right], app: Option<&str>) -> NewToken {
    NewToken {
        name: "ci".to_owned(),
        scopes: Scopes {
            rights: rights.iter().copied().collect(),
            apps: app.map(|app| BTreeSet::from([app.to_owned()])),
        },
        ends_at: hours(1),
    }
}
