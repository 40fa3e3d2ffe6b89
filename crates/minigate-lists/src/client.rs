//! The requests to a console.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{ACCEPT, ETAG, IF_NONE_MATCH, USER_AGENT};
use http::{HeaderValue, Request, Response, StatusCode, Uri};
use http_body_util::{BodyExt, Empty, Limited};
use hyper::body::Incoming;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client as HttpClient;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use jiff::Timestamp;
use minigate_policy::AppId;
use rustls::{ClientConfig, RootCertStore};
use tokio::time::timeout;
use url::{Host, Url};

use crate::Thumbprint;
use crate::follow::Pace;
use crate::problem::Problem;
use crate::token::MOST;

/// Which list to follow, and how.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Setup {
    console: Url,
    app: AppId,
    /// A key of the console that is known beforehand; without one, the console's keys are trusted on first use.
    pub key: Option<Thumbprint>,
    /// The folder in which lists and keys outlive the process; without one, they don't.
    pub cache: Option<PathBuf>,
    /// How the console's certificate is verified; by the roots of Mozilla's set at first.
    pub tls: Arc<ClientConfig>,
    /// When it asks.
    pub pace: Pace,
    /// What the time is.
    pub clock: fn() -> Timestamp,
}

/// A console that can't be followed.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum SetupError {
    /// Not `https://host[:port][/path]`; `http` is for this machine only.
    #[error("`{0}` is no console's address: write https://host, with http for this machine only")]
    Address(String),
    /// TLS can't be set up.
    #[error("can't set up TLS: {0}")]
    Tls(String),
}

impl Setup {
    /// Follows the list of an app.
    ///
    /// # Errors
    /// [`SetupError::Address`] where the address is neither https nor on this machine; [`SetupError::Tls`].
    pub fn new(console: Url, app: AppId) -> Result<Self, SetupError> {
        let console = base(console)?;
        let roots = RootCertStore {
            roots: webpki_roots::TLS_SERVER_ROOTS.to_vec(),
        };
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let tls = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| SetupError::Tls(error.to_string()))?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Self {
            console,
            app,
            key: None,
            cache: None,
            tls: Arc::new(tls),
            pace: Pace::default(),
            clock: Timestamp::now,
        })
    }

    /// The console's address.
    #[must_use]
    pub const fn console(&self) -> &Url {
        &self.console
    }

    /// The app.
    #[must_use]
    pub const fn app(&self) -> &AppId {
        &self.app
    }
}

/// The address without what doesn't belong to it, its path ending in a slash.
fn base(mut console: Url) -> Result<Url, SetupError> {
    let is_good = match console.scheme() {
        "https" => console.has_host(),
        "http" => is_loopback(&console),
        _ => false,
    };
    let is_plain = console.username().is_empty()
        && console.password().is_none()
        && console.query().is_none()
        && console.fragment().is_none();
    if !is_good || !is_plain {
        let shown = console.origin().ascii_serialization();
        return Err(SetupError::Address(shown));
    }
    if !console.path().ends_with('/') {
        let path = format!("{}/", console.path());
        console.set_path(&path);
    }
    Ok(console)
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// Asks one console for one app's list; follows no redirect.
pub(crate) struct Client {
    http: HttpClient<HttpsConnector<HttpConnector>, Empty<Bytes>>,
    list: Uri,
    events: Uri,
    keys: Uri,
    app: AppId,
}

/// A list as the console gives it.
pub(crate) enum Given {
    New { signed: String, etag: Option<String> },
    Unchanged,
}

impl Client {
    pub(crate) fn new(setup: &Setup) -> Result<Self, SetupError> {
        let mut tls = (*setup.tls).clone();
        // The connector sets those of the versions that it speaks.
        tls.alpn_protocols.clear();
        let connector = HttpsConnectorBuilder::new()
            .with_tls_config(tls)
            .https_or_http()
            .enable_http1()
            .build();
        let mut builder = HttpClient::builder(TokioExecutor::new());
        builder.pool_timer(TokioTimer::new()).pool_max_idle_per_host(1);
        let uri = |path: &str| {
            let text = format!("{}lists/{path}", setup.console);
            let uri: Result<Uri, _> = text.parse();
            uri.map_err(|_| SetupError::Address(text))
        };
        Ok(Self {
            http: builder.build(connector),
            list: uri(setup.app.as_str())?,
            events: uri(&format!("{}/events", setup.app))?,
            keys: uri("keys")?,
            app: setup.app.clone(),
        })
    }

    /// The app's list, if it isn't the one with this ETag; the one that an event named, past the caches in between.
    pub(crate) async fn list(&self, known: Option<&str>, named: Option<&str>) -> Result<Given, Problem> {
        let named = named.and_then(|tag| format!("{}?tag={tag}", self.list).parse().ok());
        let uri = named.as_ref().unwrap_or(&self.list);
        let answer = within(self.ask(uri, "application/jose", known)).await?;
        match answer.status() {
            StatusCode::NOT_MODIFIED if known.is_some() => Ok(Given::Unchanged),
            StatusCode::OK => {
                let etag = answer.headers().get(ETAG);
                let etag = etag.and_then(|tag| tag.to_str().ok()).map(str::to_owned);
                let signed = within(text(answer)).await?;
                Ok(Given::New { signed, etag })
            }
            status => Err(self.refused(status)),
        }
    }

    /// The console's signed set of keys; the one in which a key signs, past the caches that have an older one.
    pub(crate) async fn keys(&self, signer: Option<&Thumbprint>) -> Result<String, Problem> {
        let named = signer.and_then(|key| format!("{}?signer={key}", self.keys).parse().ok());
        let uri = named.as_ref().unwrap_or(&self.keys);
        let answer = within(self.ask(uri, "application/jose+json", None)).await?;
        match answer.status() {
            StatusCode::OK => within(text(answer)).await,
            status => Err(Problem::Status {
                status: status.as_u16(),
            }),
        }
    }

    /// The stream that tells of new lists.
    pub(crate) async fn events(&self) -> Result<Incoming, Problem> {
        let answer = within(self.ask(&self.events, "text/event-stream", None)).await?;
        match answer.status() {
            StatusCode::OK => Ok(answer.into_body()),
            status => Err(self.refused(status)),
        }
    }

    async fn ask(
        &self,
        uri: &Uri,
        wanted: &'static str,
        known: Option<&str>,
    ) -> Result<Response<Incoming>, Problem> {
        let mut request = Request::new(Empty::new());
        uri.clone_into(request.uri_mut());
        let headers = request.headers_mut();
        headers.insert(ACCEPT, HeaderValue::from_static(wanted));
        headers.insert(USER_AGENT, HeaderValue::from_static(NAME));
        if let Some(tag) = known.and_then(|tag| HeaderValue::from_str(tag).ok()) {
            headers.insert(IF_NONE_MATCH, tag);
        }
        self.http
            .request(request)
            .await
            .map_err(|error| unreachable(&error))
    }

    fn refused(&self, status: StatusCode) -> Problem {
        match status {
            StatusCode::NOT_FOUND => Problem::UnknownApp {
                app: self.app.clone(),
            },
            status => Problem::Status {
                status: status.as_u16(),
            },
        }
    }
}

async fn within<T>(asking: impl Future<Output = Result<T, Problem>>) -> Result<T, Problem> {
    let answer = timeout(LONGEST_ANSWER, asking).await;
    answer.unwrap_or_else(|_| {
        Err(Problem::Unreachable {
            reason: format!("no answer within {LONGEST_ANSWER:?}"),
        })
    })
}

async fn text(answer: Response<Incoming>) -> Result<String, Problem> {
    let broken = |reason: String| Problem::Answer { reason };
    let body = Limited::new(answer.into_body(), MOST).collect().await;
    let body = body.map_err(|error| broken(error.to_string()))?.to_bytes();
    let text = simdutf8::basic::from_utf8(&body).map_err(|error| broken(error.to_string()))?;
    Ok(text.to_owned())
}

fn unreachable(error: &dyn std::error::Error) -> Problem {
    let mut reason = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        reason = format!("{reason}: {error}");
        cause = error.source();
    }
    Problem::Unreachable { reason }
}

const NAME: &str = concat!("minigate/", env!("CARGO_PKG_VERSION"));
const LONGEST_ANSWER: Duration = Duration::from_secs(10);
