//! A register of filings that is asked over HTTPS.

use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http::header::{ACCEPT, USER_AGENT};
use http::{Request, StatusCode};
use http_body_util::{BodyExt, Empty, LengthLimitError, Limited};
use minigate_policy::Domain;
use minigate_policy::diagnosis::Lang;
use minigate_tls::Roots;
use serde::Deserialize;
use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout};
use url::Url;

use super::cache::Cache;
use super::{Filing, FilingRegister, FilingUnknown, LastAnswer, Service};
use crate::https::{Https, client, is_guarded, origin, unguarded};

/// A service that answers `GET URL?domain=example.com` with `{"filed": true, "licence": "…"}`.
///
/// A question takes 5 s at most, 4 are asked at a time, and their connections are used again. No redirect is followed.
/// A filing is believed for 24 hours, the want of one for 1 hour, at most 10,000 answers at once. Whatever goes
/// wrong is [`Filing::Unknown`] with its reason, and is asked again the next time.
pub struct HttpRegister {
    url: Url,
    client: Https<Empty<Bytes>>,
    places: Semaphore,
    cache: Mutex<Cache>,
    last: Mutex<Option<(Instant, Option<FilingUnknown>)>>,
}

/// The URL is none at which a register can be asked.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum HttpRegisterError {
    /// It can't be read.
    #[error("the register's URL can't be read: {reason}")]
    Url {
        /// What is wrong with it.
        reason: String,
    },
    /// It isn't `https`, and `http` only goes to this machine.
    #[error("{}", unguarded(.origin, Lang::En))]
    Plain {
        /// Its scheme, host and port: the rest may be a secret.
        origin: String,
    },
    /// It has a domain of its own, and which of the two a register answers for is the register's choice.
    #[error(
        "the register's URL has a parameter `domain={domain}` already, and is asked by adding the domain: leave it out"
    )]
    HasDomain {
        /// Which one.
        domain: String,
    },
}

#[derive(Deserialize)]
struct Answer {
    filed: bool,
    #[serde(default)]
    licence: Option<String>,
}

impl HttpRegisterError {
    /// What is wrong, for people.
    #[must_use]
    pub fn tell(&self, lang: Lang) -> String {
        match (lang, self) {
            (Lang::En, _) => self.to_string(),
            (Lang::Zh, Self::Url { reason }) => format!("无法读取备案库的 URL（{reason}）"),
            (Lang::Zh, Self::Plain { origin }) => unguarded(origin, lang),
            (Lang::Zh, Self::HasDomain { domain }) => {
                format!("备案库的 URL 已有参数 `domain={domain}`，查询时会加上域名：请去掉该参数")
            }
        }
    }
}

impl HttpRegister {
    /// The service at a URL, whose certificate these roots have to vouch for.
    ///
    /// # Errors
    /// [`HttpRegisterError`].
    pub fn open(url: &str, roots: &Roots) -> Result<Self, HttpRegisterError> {
        let url = Url::parse(url).map_err(|error| HttpRegisterError::Url {
            reason: error.to_string(),
        })?;
        if !is_guarded(&url) {
            return Err(HttpRegisterError::Plain { origin: origin(&url) });
        }
        if let Some((_, domain)) = url.query_pairs().find(|(name, _)| name == ASKED_BY) {
            return Err(HttpRegisterError::HasDomain {
                domain: domain.into_owned(),
            });
        }
        Ok(Self {
            url,
            client: client(roots, AT_ONCE),
            places: Semaphore::new(AT_ONCE),
            cache: Mutex::default(),
            last: Mutex::default(),
        })
    }

    async fn ask(&self, domain: &Domain) -> Result<Filing, FilingUnknown> {
        let Ok(_place) = self.places.acquire().await else {
            return Err(FilingUnknown::NotAsked);
        };
        timeout(LONGEST, self.ask_now(domain))
            .await
            .unwrap_or(Err(FilingUnknown::TimedOut {
                seconds: LONGEST.as_secs(),
            }))
    }

    async fn ask_now(&self, domain: &Domain) -> Result<Filing, FilingUnknown> {
        let mut url = self.url.clone();
        url.query_pairs_mut().append_pair(ASKED_BY, domain.as_str());
        let request = Request::get(url.as_str())
            .header(ACCEPT, "application/json")
            .header(USER_AGENT, concat!("minigate/", env!("CARGO_PKG_VERSION")))
            .body(Empty::new())
            .map_err(|error| unreachable(&error))?;
        let answer = self.client.request(request).await;
        let answer = answer.map_err(|error| unreachable(&error))?;
        if answer.status() != StatusCode::OK {
            return Err(FilingUnknown::Status {
                status: answer.status().as_u16(),
            });
        }
        let body = Limited::new(answer.into_body(), LONGEST_ANSWER).collect().await;
        read(&body.map_err(|error| broken(error.as_ref()))?.to_bytes())
    }

    fn note(&self, fault: Option<&FilingUnknown>) {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        *last = Some((Instant::now(), fault.cloned()));
    }

    fn cache(&self) -> MutexGuard<'_, Cache> {
        self.cache.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl FilingRegister for HttpRegister {
    async fn licence(&self, registrable: &Domain) -> Filing {
        let known = self.cache().get(registrable, Instant::now());
        if let Some(known) = known {
            return known;
        }
        let filing = self.ask(registrable).await;
        self.note(filing.as_ref().err());
        let filing = filing.unwrap_or_else(|why| Filing::Unknown { why });
        self.cache().put(registrable, &filing, Instant::now());
        filing
    }

    fn service(&self) -> Option<Service> {
        let last = self.last.lock().unwrap_or_else(PoisonError::into_inner).clone();
        Some(Service {
            origin: origin(&self.url),
            last: last.map(|(at, fault)| LastAnswer {
                ago: at.elapsed(),
                fault,
            }),
        })
    }
}

impl fmt::Debug for HttpRegister {
    /// The origin only: the rest of the URL may be a secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpRegister")
            .field("origin", &self.url.origin().ascii_serialization())
            .finish_non_exhaustive()
    }
}

fn read(body: &[u8]) -> Result<Filing, FilingUnknown> {
    let answer = serde_json::from_slice::<Answer>(body);
    let answer = answer.map_err(|error| FilingUnknown::NotUnderstood {
        reason: error.to_string(),
    })?;
    if !answer.filed {
        return Ok(Filing::NotFiled);
    }
    let licence = answer.licence.unwrap_or_default();
    Ok(Filing::Filed {
        licence: licence.chars().take(LONGEST_LICENCE).collect(),
    })
}

fn broken(error: &(dyn std::error::Error + 'static)) -> FilingUnknown {
    if error.is::<LengthLimitError>() {
        return FilingUnknown::TooLong {
            limit: LONGEST_ANSWER,
        };
    }
    unreachable(error)
}

/// The innermost cause says most.
fn unreachable(error: &(dyn std::error::Error + 'static)) -> FilingUnknown {
    let causes = std::iter::successors(Some(error), |error| error.source());
    FilingUnknown::Unreachable {
        reason: causes.last().unwrap_or(error).to_string(),
    }
}

const ASKED_BY: &str = "domain";
const LONGEST: Duration = Duration::from_secs(5);
const LONGEST_ANSWER: usize = 64 << 10;
const LONGEST_LICENCE: usize = 200;
const AT_ONCE: usize = 4;
