//! The API for programs, as a program uses it.

mod apps;
mod document;
mod drafts;
mod platform;
mod refusals;
mod tokens;

use std::collections::BTreeSet;
use std::sync::Arc;

use hyper::{Method, StatusCode};
use minigate_console::access::{Right, Role, Scopes};
use minigate_console::account::Members;
use minigate_console::store::Store;
use minigate_console::token::{NewToken, Tokens};
use serde_json::{Value, json};

use crate::database::Database;
use crate::people::{hours, name, person, root};
use crate::served::{Answer, Served};
use crate::store::now;

/// Someone's program.
pub(crate) struct Api {
    address: std::net::SocketAddr,
    pub(crate) secret: String,
}

async fn served(database: &Database) -> (Served, Arc<dyn Store>) {
    let store = database.open().await;
    let served = Served::with(Arc::clone(&store)).await;
    served.app("wx1").await;
    (served, store)
}

impl Api {
    /// A token of somebody with these roles, for two hours.
    pub(crate) async fn of(
        served: &Served,
        store: &Arc<dyn Store>,
        who: &str,
        apps: &[(&str, Role)],
        rights: &[Right],
    ) -> Self {
        Self::with_roles(served, store, who, None, apps, rights).await
    }

    pub(crate) async fn operator(served: &Served, store: &Arc<dyn Store>) -> Self {
        let operator = Some(Role::PlatformOperator);
        Self::with_roles(served, store, "operator", operator, &[], &Right::ALL).await
    }

    pub(crate) async fn with_roles(
        served: &Served,
        store: &Arc<dyn Store>,
        who: &str,
        platform: Option<Role>,
        apps: &[(&str, Role)],
        rights: &[Right],
    ) -> Self {
        let begun = person(store, who, platform).await;
        let root = root();
        for (app, role) in apps {
            let app = app.parse().unwrap();
            Members::of(&**store, &app, &root, now())
                .set(&name(who), *role)
                .await
                .unwrap();
        }
        let at = served.console.now();
        let new = NewToken {
            name: "test".to_owned(),
            scopes: Scopes {
                rights: rights.iter().copied().collect::<BTreeSet<_>>(),
                apps: None,
            },
            ends_at: at + jiff::SignedDuration::from_hours(2),
        };
        let (_, secret) = Tokens::of(&**store)
            .create(&begun.session, &new, at)
            .await
            .unwrap();
        Self {
            address: served.address,
            secret: secret.reveal().to_owned(),
        }
    }

    fn with(&self, secret: &str) -> Self {
        Self {
            address: self.address,
            secret: secret.to_owned(),
        }
    }

    /// A token that is made with this one, for an hour.
    async fn narrowed(&self, scopes: &[&str], apps: Option<&[&str]>) -> Self {
        let wanted = json!({ "name": "narrow", "scopes": scopes, "apps": apps, "endsAt": hours(1) });
        let made = self.post("/tokens", wanted).await;
        assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
        self.with(made.json()["secret"].as_str().unwrap())
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.ask(Method::GET, path, None, &[]).await
    }

    async fn put(&self, path: &str, body: Value) -> Answer {
        self.ask(Method::PUT, path, Some(body), &[]).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Answer {
        self.ask(Method::POST, path, Some(body), &[]).await
    }

    async fn post_nothing(&self, path: &str) -> Answer {
        self.ask(Method::POST, path, None, &[]).await
    }

    pub(crate) async fn patch(&self, path: &str, body: Value) -> Answer {
        self.ask(Method::PATCH, path, Some(body), &[]).await
    }

    async fn delete(&self, path: &str) -> Answer {
        self.ask(Method::DELETE, path, None, &[]).await
    }

    pub(crate) async fn ask(
        &self,
        method: Method,
        path: &str,
        body: Option<Value>,
        headers: &[(&str, &str)],
    ) -> Answer {
        let mut all = headers.to_vec();
        if body.is_some() && !headers.iter().any(|(name, _)| *name == "content-type") {
            all.push(("content-type", "application/json"));
        }
        let body = body.map(|body| body.to_string()).unwrap_or_default();
        self.send(method, path, body, &all).await
    }

    async fn send(&self, method: Method, path: &str, body: String, headers: &[(&str, &str)]) -> Answer {
        let bearer = format!("Bearer {}", self.secret);
        let mut all = headers.to_vec();
        all.push(("authorization", &bearer));
        let mut client = Served::client(self.address);
        client.ask(method, &format!("/api/v1{path}"), &all, body).await
    }
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }

    /// The type of a problem.
    pub(crate) fn kind(&self) -> String {
        self.json()["type"].as_str().unwrap_or_default().to_owned()
    }
}
