//! The requests to a provider.

use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use http_body_util::{BodyExt, Full, Limited};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use minigate_policy::CertificateCheck;
use minigate_tls::{Offer, Roots, Trust};
use openidconnect::{AsyncHttpClient, HttpRequest, HttpResponse};
use tokio::time::timeout;

/// Each takes 10 s and 1 MiB at most; no redirect is followed, and `http` only goes to this machine.
pub(super) struct Http(Client<HttpsConnector<HttpConnector>, Full<Bytes>>);

/// Why a request fails.
#[derive(Debug, thiserror::Error)]
pub(super) enum HttpError {
    #[error("its URL has to be https; http is for this machine only")]
    Plain,
    #[error("it didn't answer within {} s", LONGEST.as_secs())]
    TimedOut,
    #[error(transparent)]
    Unreachable(#[from] hyper_util::client::legacy::Error),
    #[error("its answer can't be read: {0}")]
    Body(Box<dyn std::error::Error + Send + Sync>),
}

impl Http {
    pub(super) fn new(roots: &Roots) -> Self {
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
        Self(
            Client::builder(TokioExecutor::new())
                .pool_max_idle_per_host(0)
                .build(connector),
        )
    }

    async fn call_now(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let uri = request.uri();
        if uri.scheme_str() != Some("https") && !is_loopback(uri.host().unwrap_or_default()) {
            return Err(HttpError::Plain);
        }
        let answer = self.0.request(request.map(Full::from)).await?;
        let (parts, body) = answer.into_parts();
        let body = Limited::new(body, LONGEST_ANSWER).collect().await;
        let body = body.map_err(HttpError::Body)?.to_bytes();
        Ok(HttpResponse::from_parts(parts, body.to_vec()))
    }
}

impl<'a> AsyncHttpClient<'a> for Http {
    type Error = HttpError;
    type Future = BoxFuture<'a, Result<HttpResponse, HttpError>>;

    fn call(&'a self, request: HttpRequest) -> Self::Future {
        Box::pin(async move {
            let answer = timeout(LONGEST, self.call_now(request)).await;
            answer.unwrap_or(Err(HttpError::TimedOut))
        })
    }
}

impl fmt::Debug for Http {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Http")
    }
}

fn is_loopback(host: &str) -> bool {
    let address = host.trim_matches(['[', ']']).parse::<std::net::IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

const LONGEST: Duration = Duration::from_secs(10);
const LONGEST_ANSWER: usize = 1 << 20;
