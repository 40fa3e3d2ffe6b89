//! A console that is served on loopback, and a browser without a screen.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, LazyLock};

use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper::header::{COOKIE, HeaderMap, HeaderValue, LOCATION, SET_COOKIE};
use hyper::{Method, Request, StatusCode};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use minigate_console::access::{Caller, Right, Role};
use minigate_console::account::{AccountName, Accounts, Cost, Members, NewAccount};
use minigate_console::app;
use minigate_console::preflight::{Hosts, Inspector};
use minigate_console::serve::serve;
use minigate_console::store::Store;
use minigate_console::{Clock, Console, Settings, router};
use minigate_policy::Era;
use minigate_testkit::lab::{self, Lab};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio_rustls::TlsAcceptor;

use crate::database::Database;
use crate::preflight::inspector;
use crate::store::now;

/// A console on a port of its own; it ends with the test.
pub(crate) struct Served {
    pub(crate) console: Arc<Console>,
    pub(crate) address: SocketAddr,
    _stop: oneshot::Sender<()>,
}

/// An answer, read whole.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

/// What keeps cookies and sends forms.
pub(crate) struct Browser {
    address: SocketAddr,
    client: Client<HttpConnector, Full<Bytes>>,
    pub(crate) cookies: BTreeMap<String, String>,
}

impl Served {
    pub(crate) async fn on(database: &Database) -> Self {
        Self::with(database.open().await).await
    }

    pub(crate) async fn with(store: Arc<dyn Store>) -> Self {
        Self::by(store, Clock::new(now)).await
    }

    pub(crate) async fn by(store: Arc<dyn Store>, clock: Clock) -> Self {
        Self::made(store, clock, None, |_| {}).await
    }

    pub(crate) async fn with_inspector(store: Arc<dyn Store>, inspector: Arc<Inspector>) -> Self {
        Self::set_up(store, None, |settings| settings.inspector = inspector).await
    }

    pub(crate) async fn set_up(
        store: Arc<dyn Store>,
        tls: Option<TlsAcceptor>,
        edit: impl FnOnce(&mut Settings),
    ) -> Self {
        Self::made(store, Clock::new(now), tls, edit).await
    }

    async fn made(
        store: Arc<dyn Store>,
        clock: Clock,
        tls: Option<TlsAcceptor>,
        edit: impl FnOnce(&mut Settings),
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let mut settings = settings(address);
        edit(&mut settings);
        let console = Console::new(store, clock, settings).unwrap();
        let router = router(Arc::clone(&console));
        let (stop, stopped) = oneshot::channel::<()>();
        tokio::spawn(serve(listener, tls, router, async {
            let _ = stopped.await;
        }));
        Self {
            console,
            address,
            _stop: stop,
        }
    }

    pub(crate) fn browser(&self) -> Browser {
        Self::client(self.address)
    }

    /// What asks at an address.
    pub(crate) fn client(address: SocketAddr) -> Browser {
        Browser {
            address,
            client: Client::builder(TokioExecutor::new()).build_http(),
            cookies: BTreeMap::new(),
        }
    }
}

/// Of a console without TLS there, whose passwords cost next to nothing.
pub(crate) fn settings(address: SocketAddr) -> Settings {
    Settings {
        public_url: format!("http://{address}/").parse().unwrap(),
        trusted_proxies: Vec::new(),
        metrics_for: Vec::new(),
        provider: None,
        register: None,
        password_cost: Cost {
            memory: 8,
            passes: 1,
            at_once: 4,
        },
        inspector: nobody(),
    }
}

impl Browser {
    pub(crate) async fn get(&mut self, path: &str) -> Answer {
        self.ask(Method::GET, path, &[], String::new()).await
    }

    /// Sends a form as the console's own page would.
    pub(crate) async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let origin = format!("http://{}", self.address);
        let headers = [
            ("content-type", "application/x-www-form-urlencoded"),
            ("origin", origin.as_str()),
        ];
        self.ask(Method::POST, path, &headers, form(fields)).await
    }

    pub(crate) async fn ask(
        &mut self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: String,
    ) -> Answer {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("http://{}{path}", self.address));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if !self.cookies.is_empty() {
            let cookies = self.cookies.iter().map(|(name, value)| format!("{name}={value}"));
            request = request.header(COOKIE, cookies.collect::<Vec<_>>().join("; "));
        }
        let request = request.body(Full::new(Bytes::from(body))).unwrap();
        let response = self.client.request(request).await.unwrap();
        let (parts, body) = response.into_parts();
        for cookie in parts.headers.get_all(SET_COOKIE) {
            self.remember(cookie);
        }
        let body = body.collect().await.unwrap().to_bytes();
        Answer {
            status: parts.status,
            headers: parts.headers,
            body: String::from_utf8_lossy(&body).into_owned(),
        }
    }

    fn remember(&mut self, cookie: &HeaderValue) {
        let text = cookie.to_str().unwrap();
        let (name, value) = text.split(';').next().unwrap().split_once('=').unwrap();
        if text.contains("Max-Age=0") || value.is_empty() {
            self.cookies.remove(name);
        } else {
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
    }
}

impl Answer {
    /// Where it sends the browser.
    pub(crate) fn location(&self) -> &str {
        self.headers
            .get(LOCATION)
            .map_or("", |value| value.to_str().unwrap())
    }

    /// The page with what it shows as code between backticks, as its sentences are written.
    pub(crate) fn in_words(&self) -> String {
        self.body.replace("<code>", "`").replace("</code>", "`")
    }

    /// The value of a hidden field.
    pub(crate) fn field(&self, name: &str) -> &str {
        let begin = format!("name=\"{name}\" value=\"");
        let (_, rest) = self.body.split_once(&begin).expect("the field");
        rest.split('"').next().unwrap()
    }
}

pub(crate) fn form(fields: &[(&str, &str)]) -> String {
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.extend_pairs(fields);
    form.finish()
}

/// Knows no host.
fn nobody() -> Arc<Inspector> {
    static NOBODY: LazyLock<Arc<Inspector>> = LazyLock::new(|| {
        let lab = Lab::at(lab::now());
        Arc::new(inspector(&lab, "nobody.com", Hosts::Public))
    });
    Arc::clone(&NOBODY)
}

/// What everybody's password is.
pub(crate) const PASSWORD: &str = "correct horse battery";

impl Served {
    /// Somebody with these roles, who has set a password and is signed in.
    pub(crate) async fn signed_in(
        &self,
        name: &str,
        platform: Option<Role>,
        apps: &[(&str, Role)],
    ) -> Browser {
        let root = Caller::local("root");
        let accounts = Accounts::of(self.console.store(), &root, now());
        let name: AccountName = name.parse().unwrap();
        let new = NewAccount {
            name: name.clone(),
            display_name: name.to_string(),
            platform,
        };
        accounts.create(&new).await.unwrap();
        for (app, role) in apps {
            let app = app.parse().unwrap();
            let members = Members::of(self.console.store(), &app, &root, now());
            members.set(&name, *role).await.unwrap();
        }
        let invitation = accounts.invite(&name).await.unwrap();
        let mut browser = self.browser();
        let path = format!("/invited/{}", invitation.secret.reveal());
        let answer = browser
            .post(&path, &[("password", PASSWORD), ("again", PASSWORD)])
            .await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
        browser
    }

    /// An app without domains.
    pub(crate) async fn app(&self, id: &str) {
        let by = Caller::local("root").allow(Right::Operate, None, now()).unwrap();
        let id = id.parse().unwrap();
        app::create(self.console.store(), &id, "Shop", Era::Current, false, &by)
            .await
            .unwrap();
    }
}

impl Browser {
    /// Sends a form of a page that is signed in.
    pub(crate) async fn submit(&mut self, page: &str, path: &str, fields: &[(&str, &str)]) -> Answer {
        let shown = self.get(page).await;
        let mut all = vec![("csrf", shown.field("csrf"))];
        // What the page's own forms send along.
        for name in ["revision", "opened"] {
            if shown.body.contains(&format!("name=\"{name}\"")) {
                all.push((name, shown.field(name)));
            }
        }
        all.extend_from_slice(fields);
        self.post(path, &all).await
    }

    /// The same of a form that can have a file.
    pub(crate) async fn submit_parts(&mut self, page: &str, path: &str, fields: &[(&str, &str)]) -> Answer {
        let csrf = self.get(page).await.field("csrf").to_owned();
        let (kind, body) = parts(Some(&csrf), fields);
        let headers = [("content-type", kind.as_str())];
        self.ask(Method::POST, path, &headers, body).await
    }
}

/// A form with its type, in which the field `file` is one.
pub(crate) fn parts(csrf: Option<&str>, fields: &[(&str, &str)]) -> (String, String) {
    let all = csrf
        .map(|token| ("csrf", token))
        .into_iter()
        .chain(fields.iter().copied());
    let mut body = String::new();
    for (name, value) in all {
        let file = if name == "file" {
            "; filename=\"file.txt\""
        } else {
            ""
        };
        body +=
            &format!("--edge\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n{value}\r\n");
    }
    body += "--edge--\r\n";
    ("multipart/form-data; boundary=edge".to_owned(), body)
}
