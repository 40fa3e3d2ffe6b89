//! An app, and somebody who owns it.

use jiff::{SignedDuration, Timestamp};
use minigate_console::access::{Caller, Right, Role, Scopes};
use minigate_console::account::{Accounts, Cost, Members, NewAccount, Passwords};
use minigate_console::secret::AppSecret;
use minigate_console::session::Sessions;
use minigate_console::token::{NewToken, Tokens};
use minigate_console::{Hidden, Origin, app, store};
use minigate_policy::Era;

/// What ann, the owner of an app, and its server show who they are with.
pub(crate) struct Known {
    pub(crate) session: String,
    pub(crate) token: String,
    pub(crate) id: String,
    pub(crate) secret: String,
}

pub(crate) async fn known(database: &str) -> Known {
    let store = store::open(database).await.unwrap();
    let (root, now) = (Caller::local("root"), Timestamp::now());
    let by = root.allow(Right::Operate, None, now).unwrap();
    let app_id = "wx1".parse().unwrap();
    app::create(&*store, &app_id, "Shop", Era::Current, false, &by)
        .await
        .unwrap();
    let accounts = Accounts::of(&*store, &root, now);
    let new = NewAccount {
        name: "ann".parse().unwrap(),
        display_name: "Ann".to_owned(),
        platform: None,
    };
    accounts.create(&new).await.unwrap();
    Members::of(&*store, &app_id, &root, now)
        .set(&new.name, Role::Owner)
        .await
        .unwrap();
    let invitation = accounts.invite(&new.name).await.unwrap();
    let cost = Cost {
        memory: 8,
        passes: 1,
        at_once: 1,
    };
    let passwords = Passwords::new(cost).unwrap();
    let origin = Origin::new("127.0.0.1".parse().unwrap());
    let begun = Sessions::of(&*store, &passwords)
        .redeem(
            &invitation.secret,
            &Hidden::new("forty two blue whales"),
            origin,
            now,
        )
        .await
        .unwrap();
    let wanted = NewToken {
        name: "test".to_owned(),
        scopes: Scopes {
            rights: [Right::Read, Right::Write].into(),
            apps: None,
        },
        ends_at: now + SignedDuration::from_hours(1),
    };
    let (token, secret) = Tokens::of(&*store)
        .create(&begun.session, &wanted, now)
        .await
        .unwrap();
    let app_secret = AppSecret::of(&*store, &app_id, &root, now);
    let app_secret = app_secret.rotate(SignedDuration::ZERO).await.unwrap();
    Known {
        session: begun.secret.reveal().to_owned(),
        token: secret.reveal().to_owned(),
        id: token.id,
        secret: app_secret.reveal().to_owned(),
    }
}
