//! A URL that is told of changes.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::Context;
use bytes::Bytes;
use http::header::{CONTENT_TYPE, USER_AGENT};
use http::{Request, Uri};
use http_body_util::Full;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use minigate_policy::CertificateCheck;
use minigate_tls::{Offer, Roots, Trust};
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use url::{Host, Url};

use super::backlog::Backlog;
use crate::output::Printer;
use crate::words;

/// Gets a POST for each change, one after the other and in a task of its own, so that a slow one doesn't hold up a round.
pub(super) struct Webhook {
    post: Arc<Post>,
    delivering: JoinHandle<()>,
}

/// What the task and its owner share.
struct Post {
    url: Uri,
    /// The URL's origin, for people: the rest of it may be a secret.
    name: String,
    client: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
    backlog: Mutex<Backlog>,
    wake: Notify,
    is_ending: AtomicBool,
    printer: Arc<Printer>,
}

impl Webhook {
    /// On a tokio runtime.
    pub(super) fn open(url: &Url, roots: &Roots, printer: Arc<Printer>) -> anyhow::Result<Self> {
        let name = url.origin().ascii_serialization();
        if url.scheme() == "http" && !is_loopback(url) {
            printer.warn(&words::check::plain_webhook(&name, printer.lang));
        }
        let post = Arc::new(Post {
            url: url
                .as_str()
                .parse()
                .with_context(|| words::cant_use(&name, printer.lang))?,
            name,
            client: client(roots),
            backlog: Mutex::default(),
            wake: Notify::new(),
            is_ending: AtomicBool::new(false),
            printer,
        });
        Ok(Self {
            delivering: tokio::spawn(Arc::clone(&post).deliver()),
            post,
        })
    }

    pub(super) fn take(&self, change: &str) {
        let oldest = self.post.backlog().push(change);
        if let Some(oldest) = oldest {
            self.post.tell_lost(&oldest);
        }
        self.try_again();
    }

    pub(super) fn try_again(&self) {
        self.post.wake.notify_one();
    }

    /// Waits for the task, which tries what is left once more.
    pub(super) async fn settle(&mut self) {
        self.post.is_ending.store(true, Ordering::Release);
        self.try_again();
        // What it came to shows in what is left.
        let _ = timeout(LONGEST_END, &mut self.delivering).await;
    }

    pub(super) fn tell_rest(self) {
        self.delivering.abort();
        let rest = self.post.backlog().drain();
        for change in rest {
            self.post.tell_lost(&change);
        }
    }
}

impl Post {
    async fn deliver(self: Arc<Self>) {
        loop {
            self.wake.notified().await;
            self.deliver_all().await;
            if self.is_ending.load(Ordering::Acquire) {
                return;
            }
        }
    }

    /// In their order, up to the first that isn't taken.
    async fn deliver_all(&self) {
        while let Some((number, change)) = self.front() {
            if let Err(reason) = self.deliver_one(&change).await {
                let waiting = self.backlog().len();
                let text = words::check::not_delivered(&self.name, reason, waiting, self.printer.lang);
                return self.printer.warn(&text);
            }
            self.backlog().settle(number);
        }
    }

    async fn deliver_one(&self, change: &str) -> Result<(), String> {
        let request = Request::post(self.url.clone())
            .header(CONTENT_TYPE, "application/json")
            .header(USER_AGENT, concat!("minigate/", env!("CARGO_PKG_VERSION")))
            .body(Full::from(change.to_owned()))
            .map_err(|error| error.to_string())?;
        let lang = self.printer.lang;
        let answer = timeout(LONGEST_POST, self.client.request(request)).await;
        let answer = answer.map_err(|_| words::check::silent_webhook(LONGEST_POST, lang))?;
        let answer = answer.map_err(|error| format!("{:#}", anyhow::Error::new(error)))?;
        if answer.status().is_success() {
            return Ok(());
        }
        Err(words::check::status_of_webhook(answer.status().as_u16(), lang))
    }

    fn front(&self) -> Option<(u64, Arc<str>)> {
        self.backlog().front()
    }

    fn backlog(&self) -> MutexGuard<'_, Backlog> {
        self.backlog.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tell_lost(&self, change: &str) {
        let text = words::check::never_delivered(&self.name, change, self.printer.lang);
        self.printer.warn(&text);
    }
}

/// Trusts what the check trusts, follows no redirect and keeps no connection.
fn client(roots: &Roots) -> Client<HttpsConnector<HttpConnector>, Full<Bytes>> {
    let check = CertificateCheck {
        skipped: false,
        ats: false,
        self_signed_never: false,
    };
    let handshake = Trust::new(roots.clone()).begin(check, Offer::None);
    let connector = HttpsConnectorBuilder::new()
        .with_tls_config((**handshake.config()).clone())
        .https_or_http()
        .enable_http1()
        .build();
    Client::builder(TokioExecutor::new())
        .pool_max_idle_per_host(0)
        .build(connector)
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

const LONGEST_POST: Duration = Duration::from_secs(10);
/// For all that is left when the watch ends.
const LONGEST_END: Duration = Duration::from_secs(10);
