//! Who loses the right to publish while a register of filings is being asked publishes nothing.

use std::sync::Arc;

use async_trait::async_trait;
use hyper::{Method, StatusCode};
use jiff::SignedDuration;
use minigate_console::access::{Right, Role};
use minigate_console::account::{Accounts, Members};
use minigate_console::domains::Domains;
use minigate_console::filing::{Filing, FilingRegister};
use minigate_console::secret::AppSecret;
use minigate_console::store::Store;
use minigate_policy::{AppId, Domain};
use serde_json::{Value, json};
use tokio::sync::Mutex;

use crate::database::{Database, on_both};
use crate::domains::{approve, by, lists};
use crate::people::{name, root};
use crate::rest::Api;
use crate::served::{Browser, Served};
use crate::store::now;

on_both! {
    d2_who_is_disabled_while_filings_are_asked_publishes_nothing
    d2_whose_role_is_taken_while_filings_are_asked_publishes_nothing
    d2_a_server_whose_secret_is_replaced_while_filings_are_asked_publishes_nothing
}

/// What happens while a register is asked.
#[derive(Clone, Copy, Debug)]
enum Event {
    Disabled,
    Removed,
    Rotated,
}

/// Says yes, and lets something happen meanwhile, once.
#[derive(Debug)]
struct Meanwhile {
    store: Arc<dyn Store>,
    event: Mutex<Option<Event>>,
}

async fn d2_who_is_disabled_while_filings_are_asked_publishes_nothing(database: &Database) {
    let (served, id) = served(database, Event::Disabled).await;
    let mut ann = served.signed_in("ann", None, &[("wx1", Role::Owner)]).await;
    approved(&served, &id).await;

    let answer = publish(&mut ann).await;

    assert_eq!(answer, StatusCode::CONFLICT);
    assert_eq!(effective(&served, &id).await, 0);
}

async fn d2_whose_role_is_taken_while_filings_are_asked_publishes_nothing(database: &Database) {
    let (served, id) = served(database, Event::Removed).await;
    let store = database.open().await;
    let ann = Api::of(&served, &store, "ann", &[("wx1", Role::Owner)], &Right::ALL).await;
    approved(&served, &id).await;
    let seen = ann.get("/apps/wx1/draft").await;
    let revision = [("if-match", seen.headers["etag"].to_str().unwrap())];

    let path = "/apps/wx1/draft/publish";
    let answer = ann.ask(Method::POST, path, Some(json!({})), &revision).await;

    assert_eq!(answer.status, StatusCode::CONFLICT, "{}", answer.body);
    assert_eq!(effective(&served, &id).await, 0);
}

async fn d2_a_server_whose_secret_is_replaced_while_filings_are_asked_publishes_nothing(database: &Database) {
    let (served, id) = served(database, Event::Rotated).await;
    let root = root();
    let secret = AppSecret::of(served.console.store(), &id, &root, now());
    let secret = secret.rotate(SignedDuration::ZERO).await.unwrap();
    let mut server = served.browser();
    let path = "/cgi-bin/token?grant_type=client_credential&appid=wx1&secret=";
    let got = server.get(&format!("{path}{}", secret.reveal())).await;
    let got: Value = serde_json::from_str(&got.body).unwrap();
    let token = got["access_token"].as_str().unwrap();
    let body = json!({ "action": "add", "requestdomain": ["https://a.com"] }).to_string();

    let path = format!("/wxa/modify_domain?access_token={token}");
    let answer = server.ask(Method::POST, &path, &[], body).await;

    let answer: Value = serde_json::from_str(&answer.body).unwrap();
    assert_eq!(answer["errcode"], -1, "{answer}");
    assert_eq!(effective(&served, &id).await, 0);
}

async fn served(database: &Database, event: Event) -> (Served, AppId) {
    let store = database.open().await;
    let register = Meanwhile {
        store: Arc::clone(&store),
        event: Mutex::new(Some(event)),
    };
    let served = Served::set_up(store, None, |settings| {
        settings.register = Some(Arc::new(register));
    })
    .await;
    served.app("wx1").await;
    (served, "wx1".parse().unwrap())
}

async fn approved(served: &Served, id: &AppId) {
    let domains = Domains::of(served.console.store(), id);
    domains
        .write(lists(&["https://a.com"]), &by("alice"))
        .await
        .unwrap();
    approve(&domains).await;
}

async fn publish(browser: &mut Browser) -> StatusCode {
    let page = "/apps/wx1/draft";
    let fields = [("step", "publish"), ("reason", "")];
    browser
        .submit(page, &format!("{page}/step"), &fields)
        .await
        .status
}

async fn effective(served: &Served, id: &AppId) -> u32 {
    let app = minigate_console::app::find(served.console.store(), id).await;
    app.unwrap().effective
}

#[async_trait]
impl FilingRegister for Meanwhile {
    async fn licence(&self, _: &Domain) -> Filing {
        if let Some(event) = self.event.lock().await.take() {
            event.happen(&*self.store).await;
        }
        Filing::Filed {
            licence: String::new(),
        }
    }
}

impl Event {
    async fn happen(self, store: &dyn Store) {
        let (root, id) = (root(), "wx1".parse().unwrap());
        match self {
            Self::Disabled => {
                let accounts = Accounts::of(store, &root, now());
                accounts.disable(&name("ann")).await.unwrap();
            }
            Self::Removed => {
                let members = Members::of(store, &id, &root, now());
                members.remove(&name("ann")).await.unwrap();
            }
            Self::Rotated => {
                let secret = AppSecret::of(store, &id, &root, now());
                secret.rotate(SignedDuration::ZERO).await.unwrap();
            }
        }
    }
}
