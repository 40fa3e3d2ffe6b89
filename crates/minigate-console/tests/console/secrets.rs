//! AppSecrets, and the access tokens that are got with them.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use minigate_console::Hidden;
use minigate_console::access::{Right, Role};
use minigate_console::secret::{
    Access, AccessError, AccessToken, AppSecret, Credentials, Refresh, SecretError,
};
use minigate_console::store::Store;
use minigate_policy::AppId;

use crate::database::{Database, on_both};
use crate::people::{home, hours, log, make_app, origin, person, root, seconds};
use crate::store::now;

on_both! {
    a_secret_is_shown_once_and_only_to_who_manages_the_app
    a_secret_is_of_an_app_and_its_grace_is_a_day_at_most
    an_old_secret_ends_after_its_grace_with_what_it_got
    an_old_secret_without_a_grace_ends_at_once_with_what_it_got
    a_request_that_is_wrong_gets_the_platforms_code
    a_frozen_secret_gets_nothing_and_what_it_got_stays
    a_new_token_replaces_the_old_one_after_five_minutes
    a_stable_token_stays_the_same_until_it_is_renewed
    forcing_ends_the_old_token_but_not_within_30_seconds_nor_21_times_a_day
    the_tokens_of_both_apis_are_nothing_to_each_other
    of_many_who_force_at_once_all_get_the_same_token
    of_many_who_get_tokens_at_once_the_last_two_are_good
    a_token_of_one_app_is_none_of_another
    wrong_secrets_dont_use_the_quota_up
    no_secret_and_no_token_is_in_the_log_or_in_the_database
}

async fn a_secret_is_shown_once_and_only_to_who_manages_the_app(database: &Database) {
    let store = database.open().await;
    let app = make_app(&*store, "wx1").await;
    let auditor = person(&store, "aud", Some(Role::Auditor)).await;
    let auditor = auditor.session.caller().unwrap();
    let root = root();
    let denied = AppSecret::of(&*store, &app, &auditor, now());
    let allowed = AppSecret::of(&*store, &app, &root, now());

    let stranger = denied.rotate(SignedDuration::ZERO).await;
    let secret = allowed.rotate(SignedDuration::ZERO).await.unwrap();

    assert!(matches!(stranger, Err(SecretError::Denied(_))));
    assert!(matches!(denied.state().await, Err(SecretError::Denied(_))));
    assert_eq!(secret.reveal().len(), 32);
    assert_eq!(allowed.state().await.unwrap().unwrap().serial, 1);
}

async fn a_secret_is_of_an_app_and_its_grace_is_a_day_at_most(database: &Database) {
    let store = database.open().await;
    let app = make_app(&*store, "wx1").await;
    let nothing: AppId = "wx2".parse().unwrap();
    let root = root();
    let unknown = AppSecret::of(&*store, &nothing, &root, now());
    let known = AppSecret::of(&*store, &app, &root, now());

    let of_nothing = unknown.rotate(SignedDuration::ZERO).await;
    let before_the_first = known.freeze().await;
    let endless = known.rotate(SignedDuration::from_hours(25)).await;

    assert!(matches!(of_nothing, Err(SecretError::App(_))));
    assert!(matches!(before_the_first, Err(SecretError::None(_))));
    assert!(matches!(endless, Err(SecretError::Grace(_))));
}

async fn an_old_secret_ends_after_its_grace_with_what_it_got(database: &Database) {
    let (store, app, first) = app(database).await;
    let got = token(&store, &first, now()).await.unwrap();

    let second = rotate(&store, &app, SignedDuration::from_hours(1), now()).await;
    let with_first = token(&store, &first, seconds(3599)).await.unwrap();
    let with_second = token(&store, &second, seconds(3599)).await.unwrap();

    assert!(is_good(&store, &with_first, seconds(3599)).await);
    assert_eq!(token(&store, &first, hours(1)).await.unwrap_err().code(), 40_125);
    for token in [&got, &with_first] {
        assert!(!is_good(&store, token, hours(1)).await);
    }
    assert!(is_good(&store, &with_second, hours(1)).await);
}

async fn an_old_secret_without_a_grace_ends_at_once_with_what_it_got(database: &Database) {
    let (store, app, first) = app(database).await;
    let got = token(&store, &first, now()).await.unwrap();

    let second = rotate(&store, &app, SignedDuration::ZERO, now()).await;

    assert_eq!(token(&store, &first, now()).await.unwrap_err().code(), 40_125);
    assert!(!is_good(&store, &got, now()).await);
    assert!(token(&store, &second, now()).await.is_ok());
}

async fn a_request_that_is_wrong_gets_the_platforms_code(database: &Database) {
    let (store, app, secret) = app(database).await;
    let access = Access::of(&*store);
    let (wrong, none) = (Hidden::new("0".repeat(32)), Hidden::new(""));
    let grant = "client_credential";

    let requests = [
        ("password", "wx1", &secret, 40_002),
        (grant, "", &secret, 41_002),
        (grant, "wx 1", &secret, 40_013),
        (grant, "wx2", &secret, 40_013),
        (grant, "wx1", &none, 41_004),
        (grant, "wx1", &wrong, 40_125),
    ];
    for (grant_type, appid, secret, code) in requests {
        let credentials = Credentials {
            grant_type,
            appid,
            secret,
        };
        let refused = access.token(&credentials, home(), now()).await.unwrap_err();
        let stable = access
            .stable_token(&credentials, Refresh::Force, home(), now())
            .await;
        assert_eq!(
            (refused.code(), stable.unwrap_err().code()),
            (code, code),
            "{refused}"
        );
    }

    let nets = Some(vec!["192.0.2.0/28".parse().unwrap()]);
    AppSecret::of(&*store, &app, &root(), now())
        .allow_from(nets)
        .await
        .unwrap();
    let credentials = credentials(&secret);
    assert!(access.token(&credentials, home(), now()).await.is_ok());
    let elsewhere = access
        .token(&credentials, origin("192.0.2.16"), now())
        .await
        .unwrap_err();
    assert_eq!(
        (elsewhere.code(), elsewhere.to_string().as_str()),
        (40_164, "invalid ip 192.0.2.16, not in whitelist")
    );

    for (token, code) in [
        ("", 41_001),
        ("junk", 40_014),
        ("mga.wx1.1.junk", 40_001),
        ("mgs.wx9.1.x.y", 40_001),
    ] {
        let refused = access
            .caller(&Hidden::new(token), home(), now())
            .await
            .unwrap_err();
        assert_eq!(refused.code(), code, "{token}");
    }
}

async fn a_frozen_secret_gets_nothing_and_what_it_got_stays(database: &Database) {
    let (store, app, secret) = app(database).await;
    let got = token(&store, &secret, now()).await.unwrap();
    let root = root();
    let of_app = AppSecret::of(&*store, &app, &root, now());

    of_app.freeze().await.unwrap();
    assert_eq!(token(&store, &secret, now()).await.unwrap_err().code(), 40_243);
    assert!(is_good(&store, &got, now()).await);
    of_app.unfreeze().await.unwrap();
    assert!(token(&store, &secret, now()).await.is_ok());
}

async fn a_new_token_replaces_the_old_one_after_five_minutes(database: &Database) {
    let (store, _, secret) = app(database).await;

    let first = token(&store, &secret, now()).await.unwrap();
    assert_eq!(first.expires_in, 7200);
    assert!(is_good(&store, &first, seconds(7199)).await);
    assert_eq!(code(&store, &first, seconds(7200)).await, 42_001);

    let second = token(&store, &secret, seconds(60)).await.unwrap();
    assert!(is_good(&store, &first, seconds(359)).await && is_good(&store, &second, seconds(359)).await);
    assert_eq!(code(&store, &first, seconds(360)).await, 40_001);
    token(&store, &secret, seconds(90)).await.unwrap();
    assert_eq!(code(&store, &first, seconds(90)).await, 40_001);
}

async fn a_stable_token_stays_the_same_until_it_is_renewed(database: &Database) {
    let (store, _, secret) = app(database).await;

    let first = stable(&store, &secret, Refresh::Normal, now()).await.unwrap();
    let same = stable(&store, &secret, Refresh::Normal, seconds(6899))
        .await
        .unwrap();
    assert_eq!((&same.token, same.expires_in), (&first.token, 301));
    let renewed = stable(&store, &secret, Refresh::Normal, seconds(6900))
        .await
        .unwrap();
    assert_ne!(renewed.token, first.token);
    assert_eq!(renewed.expires_in, 7200);
    assert!(is_good(&store, &first, seconds(7199)).await && is_good(&store, &renewed, seconds(7199)).await);
    assert!(!is_good(&store, &first, seconds(7200)).await);
}

async fn forcing_ends_the_old_token_but_not_within_30_seconds_nor_21_times_a_day(database: &Database) {
    let (store, _, secret) = app(database).await;
    let old = stable(&store, &secret, Refresh::Force, now()).await.unwrap();

    let first = stable(&store, &secret, Refresh::Force, now()).await.unwrap();
    assert_ne!(first.token, old.token);
    assert_eq!(code(&store, &old, now()).await, 40_001);
    let early = stable(&store, &secret, Refresh::Force, seconds(29))
        .await
        .unwrap();
    assert_eq!((&early.token, early.expires_in), (&first.token, 7171));

    for number in 1..20 {
        stable(&store, &secret, Refresh::Force, seconds(30 * number))
            .await
            .unwrap();
    }
    let too_often = stable(&store, &secret, Refresh::Force, seconds(600))
        .await
        .unwrap_err();
    assert_eq!(too_often.code(), 45_009);
    assert!(
        stable(&store, &secret, Refresh::Normal, seconds(600))
            .await
            .is_ok()
    );
    // The next day begins at midnight, in UTC.
    let tomorrow = now() + SignedDuration::from_secs(86_400 - now().as_second() % 86_400);
    assert!(stable(&store, &secret, Refresh::Normal, tomorrow).await.is_ok());
    assert!(stable(&store, &secret, Refresh::Force, tomorrow).await.is_ok());
}

async fn the_tokens_of_both_apis_are_nothing_to_each_other(database: &Database) {
    let (store, _, secret) = app(database).await;
    let stays = stable(&store, &secret, Refresh::Normal, now()).await.unwrap();
    let plain = token(&store, &secret, now()).await.unwrap();

    for number in 1..4 {
        token(&store, &secret, seconds(number)).await.unwrap();
    }
    assert!(is_good(&store, &stays, seconds(400)).await);
    assert!(!is_good(&store, &plain, seconds(400)).await);
    let last = token(&store, &secret, seconds(400)).await.unwrap();
    stable(&store, &secret, Refresh::Force, seconds(400))
        .await
        .unwrap();
    assert!(is_good(&store, &last, seconds(400)).await);
}

async fn of_many_who_force_at_once_all_get_the_same_token(database: &Database) {
    let (store, _, secret) = app(database).await;
    let old = stable(&store, &secret, Refresh::Normal, now()).await.unwrap();
    // As several processes: PostgreSQL has several, a file of SQLite one.
    let other = if matches!(database, Database::Postgres(_)) {
        database.open().await
    } else {
        Arc::clone(&store)
    };

    let requests: Vec<_> = (0..12)
        .map(|number| {
            let store = Arc::clone(if number % 2 == 0 { &store } else { &other });
            let secret = secret.clone();
            tokio::spawn(async move {
                stable(&store, &secret, Refresh::Force, now())
                    .await
                    .unwrap()
                    .token
            })
        })
        .collect();
    let mut tokens = Vec::new();
    for request in requests {
        tokens.push(request.await.unwrap().reveal().to_owned());
    }
    tokens.dedup();

    assert_eq!(tokens.len(), 1);
    assert_ne!(tokens[0], old.token.reveal());
    assert!(!is_good(&store, &old, now()).await);
}

async fn of_many_who_get_tokens_at_once_the_last_two_are_good(database: &Database) {
    let (store, _, secret) = app(database).await;

    let requests: Vec<_> = (0..12)
        .map(|_| {
            let (store, secret) = (Arc::clone(&store), secret.clone());
            tokio::spawn(async move { token(&store, &secret, now()).await.unwrap() })
        })
        .collect();
    let mut good = 0;
    let mut tokens = Vec::new();
    for request in requests {
        tokens.push(request.await.unwrap());
    }
    for token in &tokens {
        good += u32::from(is_good(&store, token, now()).await);
    }

    assert_eq!(good, 2);
}

async fn a_token_of_one_app_is_none_of_another(database: &Database) {
    let (store, app, secret) = app(database).await;
    let other = make_app(&*store, "wx2").await;
    rotate(&store, &other, SignedDuration::ZERO, now()).await;
    let got = token(&store, &secret, now()).await.unwrap();

    let (of, caller) = Access::of(&*store)
        .caller(&got.token, home(), now())
        .await
        .unwrap();
    assert_eq!((&of, caller.actor()), (&app, "app:wx1"));
    assert!(caller.may(Right::Publish, Some(&app)) && !caller.may(Right::Manage, Some(&app)));
    assert!(!caller.may(Right::Read, Some(&other)) && !caller.may(Right::Operate, None));
    // A token that says of itself that it is another app's.
    let forged = Hidden::new(got.token.reveal().replacen("wx1", "wx2", 1));
    let refused = Access::of(&*store)
        .caller(&forged, home(), now())
        .await
        .unwrap_err();
    assert_eq!(refused.code(), 40_001);
}

async fn wrong_secrets_dont_use_the_quota_up(database: &Database) {
    let (store, _, secret) = app(database).await;
    let minute = "stable-minute/wx1".parse().unwrap();
    store
        .keep(&minute, &serde_json::json!(9_999), seconds(60))
        .await
        .unwrap();

    let wrong = stable(&store, &Hidden::new("0".repeat(32)), Refresh::Normal, now()).await;
    assert!(matches!(wrong, Err(AccessError::Secret)));
    assert!(stable(&store, &secret, Refresh::Normal, now()).await.is_ok());
    assert_eq!(
        stable(&store, &secret, Refresh::Normal, now())
            .await
            .unwrap_err()
            .code(),
        45_011
    );
    assert!(
        stable(&store, &secret, Refresh::Normal, seconds(60))
            .await
            .is_ok()
    );
}

async fn no_secret_and_no_token_is_in_the_log_or_in_the_database(database: &Database) {
    let (store, app, secret) = app(database).await;
    let plain = token(&store, &secret, now()).await.unwrap();
    let stays = stable(&store, &secret, Refresh::Normal, now()).await.unwrap();

    let mut text = format!("{:?} {plain:?} {stays:?} {secret:?}", log(&*store).await);
    for key in ["access/wx1/mga/1", "access/wx1/mgs/1"] {
        text += &store
            .kept(&key.parse().unwrap(), now())
            .await
            .unwrap()
            .unwrap()
            .to_string();
    }
    let record = store
        .get(&format!("secret/{app}").parse().unwrap())
        .await
        .unwrap();
    text += &record.unwrap().body.to_string();

    for hidden in [&secret, &plain.token, &stays.token] {
        assert!(!text.contains(hidden.reveal()));
    }
}

async fn app(database: &Database) -> (Arc<dyn Store>, AppId, Hidden) {
    let store = database.open().await;
    let app = make_app(&*store, "wx1").await;
    let secret = rotate(&store, &app, SignedDuration::ZERO, now()).await;
    (store, app, secret)
}

async fn rotate(store: &Arc<dyn Store>, app: &AppId, grace: SignedDuration, at: Timestamp) -> Hidden {
    AppSecret::of(&**store, app, &root(), at)
        .rotate(grace)
        .await
        .unwrap()
}

async fn token(store: &Arc<dyn Store>, secret: &Hidden, at: Timestamp) -> Result<AccessToken, AccessError> {
    Access::of(&**store).token(&credentials(secret), home(), at).await
}

async fn stable(
    store: &Arc<dyn Store>,
    secret: &Hidden,
    refresh: Refresh,
    at: Timestamp,
) -> Result<AccessToken, AccessError> {
    Access::of(&**store)
        .stable_token(&credentials(secret), refresh, home(), at)
        .await
}

async fn is_good(store: &Arc<dyn Store>, token: &AccessToken, at: Timestamp) -> bool {
    Access::of(&**store)
        .caller(&token.token, home(), at)
        .await
        .is_ok()
}

async fn code(store: &Arc<dyn Store>, token: &AccessToken, at: Timestamp) -> i32 {
    Access::of(&**store)
        .caller(&token.token, home(), at)
        .await
        .unwrap_err()
        .code()
}

const fn credentials(secret: &Hidden) -> Credentials<'_> {
    Credentials {
        grant_type: "client_credential",
        appid: "wx1",
        secret,
    }
}
