//! The requests to a provider.

use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use http_body_util::{BodyExt, Full, Limited};
use minigate_tls::Roots;
use openidconnect::{AsyncHttpClient, HttpRequest, HttpResponse};
use tokio::time::timeout;
use url::Url;

use crate::https::{Https, client, is_guarded};

/// Each takes 10 s and 1 MiB at most; no redirect is followed, and `http` only goes to this machine.
pub(super) struct Http(Https<Full<Bytes>>);

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
        Self(client(roots, 0))
    }

    async fn call_now(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let url = Url::parse(&request.uri().to_string());
        if !url.is_ok_and(|url| is_guarded(&url)) {
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

const LONGEST: Duration = Duration::from_secs(10);
const LONGEST_ANSWER: usize = 1 << 20;
