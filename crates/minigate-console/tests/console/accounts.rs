//! Accounts, and who gives which roles.

use std::sync::Arc;

use minigate_console::Hidden;
use minigate_console::access::{Caller, Denied, Missing, Right, Role, Roles};
use minigate_console::account::{
    AccountError, Accounts, Identity, Members, NewAccount, PasswordState, first_start,
};
use minigate_console::audit_denial;
use minigate_console::session::SignInError;
use minigate_console::store::Store;
use minigate_policy::AppId;
use serde_json::{Value, json};

use crate::database::{Database, on_both};
use crate::people::{
    PASSWORD, PASSWORDS, actions, home, log, make, make_app, name, person, root, seconds, sessions, sign_in,
};
use crate::store::now;

on_both! {
    only_an_operator_makes_accounts
    an_account_has_a_name_of_its_own_and_a_role_of_the_platform
    the_last_operator_stays
    of_two_operators_who_remove_each_other_one_stays
    an_owner_manages_the_members_of_one_app_only
    a_member_has_an_account_and_a_role_of_apps
    an_apps_last_owner_stays_unless_an_operator_wants_it
    the_log_of_an_app_tells_nothing_of_a_members_other_apps
    no_password_and_no_hash_is_in_the_log
    the_first_start_makes_an_operator_once
    an_identity_is_of_one_account
    a_letter_that_becomes_ascii_in_lower_case_is_another_address
    each_denial_is_in_the_log_by_right_and_app
    denials_dont_fill_the_log
}

async fn only_an_operator_makes_accounts(database: &Database) {
    let store = database.open().await;
    make(&*store, "ada", Some(Role::PlatformOperator)).await;
    let auditor = person(&store, "aud", Some(Role::Auditor)).await;
    let caller = auditor.session.caller().unwrap();
    let accounts = Accounts::of(&*store, &caller, now());
    let operator = Some(Role::PlatformOperator);

    assert!(is_denied(&accounts.create(&eve(operator)).await));
    assert_eq!(accounts.list(None, 10).await.unwrap().len(), 2);
    let somebody = person(&store, "dev", None).await.session.caller().unwrap();
    let somebodys = Accounts::of(&*store, &somebody, now());
    assert!(is_denied(&somebodys.list(None, 10).await));
    assert!(is_denied(
        &accounts.set_platform_role(&name("aud"), operator).await
    ));

    let root = root();
    let accounts = Accounts::of(&*store, &root, now()).because("new colleague".to_owned());
    accounts.create(&eve(operator)).await.unwrap();
    let listed = accounts.list(Some(&name("ada")), 10).await.unwrap();
    let names: Vec<_> = listed.iter().map(|account| account.name.as_str()).collect();
    assert_eq!(names, ["aud", "dev", "eve"]);
    let row = &log(&*store).await[0].entry;
    assert_eq!(
        (row.action.as_str(), row.reason.as_deref()),
        ("account.create", Some("new colleague"))
    );
}

async fn an_account_has_a_name_of_its_own_and_a_role_of_the_platform(database: &Database) {
    let store = database.open().await;
    make(&*store, "eve", None).await;
    let root = root();
    let accounts = Accounts::of(&*store, &root, now());

    let twice = accounts.create(&eve(None)).await;
    let owner = accounts.create(&eve(Some(Role::Owner))).await;
    let nameless = accounts.rename(&name("eve"), "Eve\u{200b}").await;

    assert!(matches!(twice, Err(AccountError::Exists(_))));
    assert!(matches!(owner, Err(AccountError::Role { .. })));
    assert!(matches!(nameless, Err(AccountError::DisplayName(_))));
}

async fn the_last_operator_stays(database: &Database) {
    let store = database.open().await;
    make(&*store, "ada", Some(Role::PlatformOperator)).await;
    let root = root();
    let accounts = Accounts::of(&*store, &root, now());

    assert!(matches!(
        accounts.disable(&name("ada")).await,
        Err(AccountError::LastOperator(_))
    ));
    let demoted = accounts
        .set_platform_role(&name("ada"), Some(Role::Auditor))
        .await;
    assert!(matches!(demoted, Err(AccountError::LastOperator(_))));

    make(&*store, "bob", Some(Role::PlatformOperator)).await;
    accounts.disable(&name("ada")).await.unwrap();
    // Who is disabled runs nothing.
    assert!(matches!(
        accounts.disable(&name("bob")).await,
        Err(AccountError::LastOperator(_))
    ));
    accounts.enable(&name("ada")).await.unwrap();
    accounts.set_platform_role(&name("bob"), None).await.unwrap();
}

async fn of_two_operators_who_remove_each_other_one_stays(database: &Database) {
    let store = database.open().await;
    for operator in ["ada", "bob"] {
        make(&*store, operator, Some(Role::PlatformOperator)).await;
    }

    let removals = ["ada", "bob"].map(|operator| {
        let store = Arc::clone(&store);
        tokio::spawn(async move {
            Accounts::of(&*store, &root(), now())
                .disable(&name(operator))
                .await
                .is_ok()
        })
    });
    let mut removed = 0;
    for removal in removals {
        removed += u32::from(removal.await.unwrap());
    }

    assert_eq!(removed, 1);
}

async fn an_owner_manages_the_members_of_one_app_only(database: &Database) {
    let store = database.open().await;
    let (mine, other) = (make_app(&*store, "wx1").await, make_app(&*store, "wx2").await);
    make(&*store, "dev", None).await;
    let owner = owner(&store, &mine).await;
    let members = Members::of(&*store, &mine, &owner, now());

    members.set(&name("dev"), Role::Developer).await.unwrap();
    let listed = json!(members.list().await.unwrap());
    assert_eq!(listed, json!({ "dev": "developer", "own": "owner" }));
    members.remove(&name("dev")).await.unwrap();
    let root = root();
    let dev = Accounts::of(&*store, &root, now()).find(&name("dev")).await;
    assert_eq!(dev.unwrap().roles, Roles::default());

    let elsewhere = Members::of(&*store, &other, &owner, now());
    assert!(is_denied(&elsewhere.set(&name("own"), Role::Owner).await));
    assert!(is_denied(&elsewhere.list().await));
}

async fn a_member_has_an_account_and_a_role_of_apps(database: &Database) {
    let store = database.open().await;
    let app = make_app(&*store, "wx1").await;
    let owner = owner(&store, &app).await;
    let members = Members::of(&*store, &app, &owner, now());

    let operator = members.set(&name("own"), Role::PlatformOperator).await;
    let nobody = members.set(&name("nix"), Role::Auditor).await;

    assert!(matches!(operator, Err(AccountError::Role { .. })));
    assert!(matches!(nobody, Err(AccountError::Unknown(_))));
}

async fn an_apps_last_owner_stays_unless_an_operator_wants_it(database: &Database) {
    let store = database.open().await;
    let app = make_app(&*store, "wx1").await;
    make(&*store, "two", None).await;
    let owner = owner(&store, &app).await;
    let root = root();
    let operators = Members::of(&*store, &app, &root, now());
    operators.set(&name("two"), Role::Owner).await.unwrap();
    let members = Members::of(&*store, &app, &owner, now());

    // The other owner can't sign in.
    Accounts::of(&*store, &root, now())
        .disable(&name("two"))
        .await
        .unwrap();
    for role in [None, Some(Role::Developer)] {
        let left = match role {
            Some(role) => members.set(&name("own"), role).await,
            None => members.remove(&name("own")).await,
        };
        assert!(matches!(left, Err(AccountError::LastOwner { .. })));
    }
    Accounts::of(&*store, &root, now())
        .enable(&name("two"))
        .await
        .unwrap();
    members.set(&name("own"), Role::Auditor).await.unwrap();
    operators.remove(&name("two")).await.unwrap();

    assert_eq!(
        json!(operators.list().await.unwrap()),
        json!({ "own": "auditor" })
    );
}

async fn the_log_of_an_app_tells_nothing_of_a_members_other_apps(database: &Database) {
    let store = database.open().await;
    let (one, two) = (
        make_app(&*store, "wx1").await,
        make_app(&*store, "wxsecretproject").await,
    );
    make(&*store, "dev", None).await;
    let root = root();
    Members::of(&*store, &two, &root, now())
        .set(&name("dev"), Role::Owner)
        .await
        .unwrap();

    let members = Members::of(&*store, &one, &root, now()).because("joins".to_owned());
    members.set(&name("dev"), Role::Developer).await.unwrap();

    let row = &log(&*store).await[0].entry;
    assert_eq!(
        (row.action.as_str(), row.reason.as_deref()),
        ("member.set", Some("joins"))
    );
    assert_eq!(row.before, Some(json!({ "account": "dev", "role": null })));
    assert_eq!(row.after, Some(json!({ "account": "dev", "role": "developer" })));
}

async fn no_password_and_no_hash_is_in_the_log(database: &Database) {
    let store = database.open().await;
    let ada = person(&store, "ada", Some(Role::PlatformOperator)).await;
    let caller = ada.session.caller().unwrap();
    let accounts = Accounts::of(&*store, &caller, now());
    let invitation = accounts.invite(&name("ada")).await.unwrap();
    accounts
        .set_password(&name("ada"), &Hidden::new("a temporary one 17"), &PASSWORDS)
        .await
        .unwrap();
    sign_in(&store, "ada", PASSWORD, "192.0.2.7", now())
        .await
        .unwrap_err();
    // Who types the password into the field of the name.
    sign_in(&store, PASSWORD, "x", "192.0.2.8", now())
        .await
        .unwrap_err();

    let text = format!("{:?} {ada:?} {invitation:?}", log(&*store).await);

    let device = ada.device.as_ref().unwrap();
    let secrets = [
        PASSWORD,
        "temporary one",
        "argon2",
        ada.secret.reveal(),
        device.reveal(),
        ada.session.csrf().reveal(),
        invitation.secret.reveal(),
    ];
    for secret in secrets {
        assert!(!text.contains(secret), "{secret}");
    }
    assert!(text.contains("account.password"));
}

async fn the_first_start_makes_an_operator_once(database: &Database) {
    let store = database.open().await;

    let starts: Vec<_> = (0..4)
        .map(|_| {
            let store = Arc::clone(&store);
            tokio::spawn(async move { first_start(&*store, &name("admin"), now()).await.unwrap() })
        })
        .collect();
    let mut links = Vec::new();
    for start in starts {
        links.push(start.await.unwrap().unwrap().secret);
    }
    let made = actions(&*store).await;
    assert_eq!(
        made.iter().filter(|action| *action == "account.create").count(),
        1
    );

    let sessions = sessions(&store);
    let mut signed_in = 0;
    for link in &links {
        let used = sessions.redeem(link, &Hidden::new(PASSWORD), home(), now()).await;
        match used {
            Ok(_) => signed_in += 1,
            Err(SignInError::Link) => {}
            Err(other) => panic!("{other}"),
        }
    }
    assert_eq!(signed_in, 1, "the newest link is the only one");
    assert_eq!(
        first_start(&*store, &name("admin"), seconds(9)).await.unwrap(),
        None
    );
}

async fn an_identity_is_of_one_account(database: &Database) {
    let store = database.open().await;
    make(&*store, "ada", None).await;
    make(&*store, "bob", None).await;
    let root = root();
    let accounts = Accounts::of(&*store, &root, now());
    let email = || Some(Identity::Email("ada@example.com".to_owned()));

    accounts.link(&name("ada"), email()).await.unwrap();
    let taken = accounts
        .link(&name("bob"), Some(Identity::Email("Ada@Example.com".to_owned())))
        .await;
    assert!(matches!(taken, Err(AccountError::Linked(_))));

    accounts.link(&name("ada"), None).await.unwrap();
    let bob = accounts.link(&name("bob"), email()).await.unwrap();
    assert_eq!((bob.identity, bob.password), (email(), PasswordState::None));
}

async fn a_letter_that_becomes_ascii_in_lower_case_is_another_address(database: &Database) {
    let store = database.open().await;
    make(&*store, "kim", None).await;
    make(&*store, "eve", None).await;
    let root = root();
    let accounts = Accounts::of(&*store, &root, now());
    let email = |text: &str| Some(Identity::Email(text.to_owned()));

    accounts
        .link(&name("eve"), email("\u{212a}im@example.com"))
        .await
        .unwrap();

    let kim = accounts
        .link(&name("kim"), email("Kim@example.com"))
        .await
        .unwrap();
    assert_eq!(kim.identity, email("Kim@example.com"));
}

async fn each_denial_is_in_the_log_by_right_and_app(database: &Database) {
    let store = database.open().await;
    make(&*store, "dev", None).await;

    for _ in 0..20 {
        deny(&*store, Right::Write, "wx1").await;
    }
    for _ in 0..12 {
        deny(&*store, Right::Write, "wx1").await;
        deny(&*store, Right::Read, "wx2").await;
    }

    let told = denials(&*store).await;
    let write = |row: &&Value| row["right"] == "domains:write";
    assert_eq!(told.iter().filter(write).count(), 21);
    assert_eq!(told.iter().filter(|row| !write(row)).count(), 12);
    assert_eq!(told[0], json!({ "right": "domains:write", "times": 1 }));
    let skipped: u64 = told.iter().filter_map(|row| row["unwritten"].as_u64()).sum();
    assert_eq!(skipped, 11);
}

async fn denials_dont_fill_the_log(database: &Database) {
    let store = database.open().await;
    make(&*store, "dev", None).await;

    for number in 0..300 {
        deny(&*store, Right::Write, &format!("wx{number}")).await;
    }

    let told = denials(&*store).await;
    assert_eq!(told.len(), 201);
    assert_eq!(
        told[200],
        json!({ "right": "domains:write", "times": 1, "unwritten": 55 })
    );
}

async fn deny(store: &dyn Store, right: Right, app: &str) {
    let denied = Denied {
        actor: "dev".to_owned(),
        origin: Some("192.0.2.7".to_owned()),
        right,
        app: Some(app.to_owned()),
        missing: Missing::Role,
    };
    audit_denial(store, &denied, now()).await.unwrap();
}

/// What rows of denials say, the oldest first.
async fn denials(store: &dyn Store) -> Vec<Value> {
    let rows = log(store).await.into_iter().rev();
    let denied = rows.filter(|row| row.entry.action == "access.denied");
    denied.filter_map(|row| row.entry.after).collect()
}

/// Somebody who answers for an app, signed in.
async fn owner(store: &Arc<dyn Store>, app: &AppId) -> Caller {
    person(store, "own", None).await;
    let root = root();
    let members = Members::of(&**store, app, &root, now());
    members.set(&name("own"), Role::Owner).await.unwrap();
    let begun = sign_in(store, "own", PASSWORD, "192.0.2.7", now()).await.unwrap();
    begun.session.caller().unwrap()
}

fn eve(platform: Option<Role>) -> NewAccount {
    NewAccount {
        name: name("eve"),
        display_name: "Eve".to_owned(),
        platform,
    }
}

fn is_denied<T>(answer: &Result<T, AccountError>) -> bool {
    matches!(answer, Err(AccountError::Denied(_)))
}
