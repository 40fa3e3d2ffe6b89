//! What attackers of web pages try, against a console that is served.

mod connections;
mod forgery;
mod idor;
mod injection;
mod logs;
mod markup;
mod operations;
mod requests;
mod routes;
mod session;
mod tls;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use minigate_console::access::{Caller, Right, Role};
use minigate_console::account::{Accounts, NewAccount};
use minigate_console::secret::AppSecret;
use minigate_console::{By, Clock, app, block};
use minigate_policy::{Domain, Era};

use crate::database::Database;
use crate::people::{log, seconds};
use crate::rest::Api;
use crate::served::{Browser, Served};
use crate::store::now;

/// A console with two apps, each with a version, and people of the first.
struct Ground {
    served: Served,
    operator: Browser,
    owner: Browser,
    passed: Arc<AtomicI64>,
}

impl Ground {
    async fn on(database: &Database) -> Self {
        let passed = Arc::new(AtomicI64::new(0));
        let clock = Arc::clone(&passed);
        let clock = Clock::new(move || seconds(clock.load(Ordering::Relaxed)));
        let served = Served::by(database.open().await, clock).await;
        served.app("wx1").await;
        served.app("wx2").await;
        let mut operator = served
            .signed_in("root", Some(Role::PlatformOperator), &[("wx2", Role::Owner)])
            .await;
        let mut owner = served.signed_in("ann", None, &[("wx1", Role::Owner)]).await;
        publish(&mut owner, "wx1", "https://one.example.com").await;
        publish(&mut operator, "wx2", "https://two.example.com").await;
        Self {
            served,
            operator,
            owner,
            passed,
        }
    }

    /// Lets a second pass, in which a token can ask so often.
    fn pass(&self) {
        self.passed.fetch_add(1, Ordering::Relaxed);
    }

    /// A token that can do whatever its owner can.
    async fn token(&self, database: &Database, who: &str, platform: Option<Role>, apps: &[&str]) -> String {
        let apps: Vec<_> = apps.iter().map(|app| (*app, Role::Owner)).collect();
        let store = database.open().await;
        Api::with_roles(&self.served, &store, who, platform, &apps, &Right::ALL)
            .await
            .secret
    }

    /// The AppSecret of an app.
    async fn app_secret(&self, app: &str) -> String {
        let (id, root) = (app.parse().unwrap(), Caller::local("root"));
        let secret = AppSecret::of(self.served.console.store(), &id, &root, now());
        let secret = secret.rotate(jiff::SignedDuration::ZERO).await.unwrap();
        secret.reveal().to_owned()
    }

    /// What has been done so far, without what was refused.
    async fn deeds(&self) -> Vec<String> {
        let rows = log(self.served.console.store()).await.into_iter();
        let done = rows
            .filter(|row| !row.entry.action.ends_with(".denied") && !row.entry.action.ends_with(".refused"));
        done.map(|row| format!("{:?}", row.entry)).collect()
    }

    /// Puts a text wherever one can be kept.
    async fn plant(&self, text: &str) {
        let root = Caller::local("root");
        let new = NewAccount {
            name: "eve".parse().unwrap(),
            display_name: text.to_owned(),
            platform: None,
        };
        let store = self.served.console.store();
        let accounts = Accounts::of(store, &root, now()).because(text.to_owned());
        accounts.create(&new).await.unwrap();
        let domain = Domain::parse("blocked.example.com").unwrap();
        block::add(store, &domain, text, None, &by().because(text.to_owned()))
            .await
            .unwrap();
        let id = "wx3".parse().unwrap();
        app::create(
            store,
            &id,
            text,
            Era::Current,
            false,
            &by().because(text.to_owned()),
        )
        .await
        .unwrap();
    }
}

fn by() -> By {
    Caller::local("root").allow(Right::Operate, None, now()).unwrap()
}

async fn publish(browser: &mut Browser, app: &str, entry: &str) {
    let draft = format!("/apps/{app}/draft");
    let saved = browser
        .submit(&draft, &draft, &[("request", entry), ("do", "save")])
        .await;
    assert!(saved.status.is_redirection(), "{}", saved.body);
    for step in ["submit", "approve", "publish"] {
        let fields = [("step", step), ("reason", "first")];
        let done = browser.submit(&draft, &format!("{draft}/step"), &fields).await;
        assert!(done.status.is_redirection(), "{step}: {}", done.body);
    }
}
