//! What attackers of web pages try, against a console that is served.

mod connections;
mod forgery;
mod idor;
mod injection;
mod logs;
mod markup;
mod requests;
mod routes;
mod session;
mod tls;

use minigate_console::access::{Caller, Right, Role};
use minigate_console::account::{Accounts, NewAccount};
use minigate_console::{By, app, block};
use minigate_policy::{Domain, Era};

use crate::people::log;
use crate::served::{Browser, Served};
use crate::store::now;

/// A console with two apps, each with a version, and people of the first.
struct Ground {
    served: Served,
    operator: Browser,
    owner: Browser,
}

impl Ground {
    async fn on(database: &crate::database::Database) -> Self {
        let served = Served::on(database).await;
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
        }
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
        let accounts = Accounts::of(store, &root, now()).because(text);
        accounts.create(&new).await.unwrap();
        let domain = Domain::parse("blocked.example.com").unwrap();
        block::add(store, &domain, text, None, &by().because(text))
            .await
            .unwrap();
        let id = "wx3".parse().unwrap();
        app::create(store, &id, text, Era::Current, false, &by().because(text))
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
