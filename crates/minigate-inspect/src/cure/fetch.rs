//! Gets certificates from where their authorities publish them.

mod http;

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use minigate_engine::{Override, ResolveError, Resolver};
use minigate_policy::{AddressClass, classify};
use rustls::pki_types::CertificateDer;
use serde::{Deserialize, Serialize};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout, timeout_at};
use url::{Host, Url};

use super::{Misfit, bundle};
use http::Answer;

/// Gets certificates from the URLs that certificates name.
///
/// Those URLs are a stranger's. So only plain HTTP on ports 80 and 443 is spoken, as authorities publish; every address
/// of a name has to be a public one, and one of those very addresses is dialled; a redirect is judged like the URL, and
/// there are two at most; an answer has 64 KiB at most, and all of a completion's fetches take ten seconds at most.
#[derive(Clone)]
pub struct Fetcher {
    resolver: Arc<dyn Resolver>,
    overrides: Vec<Override>,
}

impl Fetcher {
    /// Looks names up with a resolver.
    #[must_use]
    pub fn new(resolver: Arc<dyn Resolver>) -> Self {
        Self {
            resolver,
            overrides: Vec::new(),
        }
    }

    /// Takes these addresses instead of the resolver's, whatever they are: that is the operator's word. The ports of URLs
    /// are judged as ever.
    #[must_use]
    pub fn with_overrides(self, overrides: Vec<Override>) -> Self {
        Self { overrides, ..self }
    }

    /// The certificates that are published there; one at least.
    pub(super) async fn fetch(
        &self,
        url: &str,
        deadline: Instant,
    ) -> Result<Vec<CertificateDer<'static>>, Unfetched> {
        let file = timeout_at(deadline, self.follow(url)).await;
        let file = file.map_err(|_| Unfetched::TimedOut)??;
        match bundle::read(&file) {
            none if none.is_empty() => Err(Unfetched::NoCertificate),
            found => Ok(found),
        }
    }

    async fn follow(&self, url: &str) -> Result<Vec<u8>, Unfetched> {
        let mut url = Url::parse(url).map_err(|_| Unfetched::NotAUrl)?;
        for _ in 0..=MOST_REDIRECTS {
            match self.ask(&url).await? {
                Answer::Body(body) => return Ok(body),
                Answer::Moved(to) => url = url.join(&to).map_err(|_| Unfetched::NotAUrl)?,
            }
        }
        Err(Unfetched::TooManyRedirects {
            limit: MOST_REDIRECTS,
        })
    }

    async fn ask(&self, url: &Url) -> Result<Answer, Unfetched> {
        let tcp = connect(&self.addresses(url).await?).await?;
        http::ask(tcp, url).await
    }

    /// The sockets that a URL may lead to.
    async fn addresses(&self, url: &Url) -> Result<Vec<SocketAddr>, Unfetched> {
        if url.scheme() != "http" {
            let scheme = url.scheme().to_owned();
            return Err(Unfetched::NotPlain { scheme });
        }
        let (Some(host), port) = (url.host(), url.port().unwrap_or(80)) else {
            return Err(Unfetched::NotAUrl);
        };
        let name = host.to_string();
        // An override of every port is a word on the address, and not on whatever else listens there.
        if !PORTS.contains(&port) {
            return Err(Unfetched::OtherPort { port });
        }
        if let Some(own) = self.overrides.iter().find(|own| own.is_for(&name, port)) {
            return Ok(own.addresses(port));
        }
        let addresses = self.resolve(host).await?;
        if let Some(address) = addresses.iter().copied().find(|address| !is_public(*address)) {
            return Err(Unfetched::NotPublic { address });
        }
        let sockets = addresses.into_iter().take(MOST_ADDRESSES);
        Ok(sockets.map(|address| SocketAddr::new(address, port)).collect())
    }

    async fn resolve(&self, host: Host<&str>) -> Result<Vec<IpAddr>, Unfetched> {
        match host {
            Host::Ipv4(address) => Ok(vec![address.into()]),
            Host::Ipv6(address) => Ok(vec![address.into()]),
            Host::Domain(name) => {
                let found = self.resolver.resolve(name).await;
                found.map_err(|error| Unfetched::NoAddress {
                    reason: match error {
                        ResolveError::NotFound { .. } => None,
                        ResolveError::Failed { reason, .. } => Some(reason),
                    },
                })
            }
        }
    }
}

impl fmt::Debug for Fetcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fetcher")
            .field("overrides", &self.overrides)
            .finish_non_exhaustive()
    }
}

/// Why a URL gave nothing of use.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize, thiserror::Error)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", tag = "kind")]
#[non_exhaustive]
pub enum Unfetched {
    /// It is no URL with a host.
    #[error("it is no URL with a host")]
    NotAUrl,
    /// It isn't plain HTTP, over which authorities publish (RFC 5280 §8).
    #[error("`{scheme}` is not fetched, only `http`")]
    NotPlain {
        /// What it is.
        scheme: String,
    },
    /// Its port is one on which no authority publishes.
    #[error("port {port} is not 80 or 443")]
    OtherPort {
        /// That port.
        port: u16,
    },
    /// Its host has no address.
    #[error("{}", no_address(reason.as_deref()))]
    NoAddress {
        /// What the resolver says; none where it knows the name to have none.
        reason: Option<String>,
    },
    /// Its host has an address that isn't public.
    #[error("{address} is not a public address")]
    NotPublic {
        /// That address.
        address: IpAddr,
    },
    /// No connection came about.
    #[error("no connection: {reason}")]
    Unreachable {
        /// What the system says.
        reason: String,
    },
    /// The time was up.
    #[error("there was no answer in time")]
    TimedOut,
    /// The answer isn't HTTP, or breaks off.
    #[error("the answer is broken: {reason}")]
    Broken {
        /// How.
        reason: String,
    },
    /// The answer isn't 200.
    #[error("the answer is {status}")]
    Status {
        /// But this.
        status: u16,
    },
    /// It leads on and on.
    #[error("there are more than {limit} redirects")]
    TooManyRedirects {
        /// The bound.
        limit: usize,
    },
    /// The answer is longer than any certificate.
    #[error("the answer is longer than {limit} bytes")]
    TooLong {
        /// The bound.
        limit: usize,
    },
    /// What came is no certificate, nor several.
    #[error("what is published there is no certificate")]
    NoCertificate,
    /// What came isn't the certificate that is looked for.
    #[error("{misfit}")]
    Misfit {
        /// How it differs.
        misfit: Misfit,
    },
}

/// Dials the addresses that were judged, one after the other.
#[expect(
    clippy::disallowed_methods,
    reason = "no app's connection: the checker fetches what an authority publishes"
)]
async fn connect(addresses: &[SocketAddr]) -> Result<TcpStream, Unfetched> {
    let mut reason = "there is no address".to_owned();
    for address in addresses {
        match timeout(DIAL, TcpStream::connect(address)).await {
            Ok(Ok(tcp)) => return Ok(tcp),
            Ok(Err(error)) => reason = error.to_string(),
            Err(_) => return Err(Unfetched::TimedOut),
        }
    }
    Err(Unfetched::Unreachable { reason })
}

fn no_address(reason: Option<&str>) -> String {
    reason.map_or_else(
        || "its host has no address".to_owned(),
        |reason| format!("its host can't be looked up ({reason})"),
    )
}

fn is_public(address: IpAddr) -> bool {
    classify(address) == AddressClass::Public
}

/// What all fetches of a completion take at most.
pub(super) const WHOLE: Duration = Duration::from_secs(10);
/// What one address may take, so that one that swallows everything leaves time for the next.
const DIAL: Duration = Duration::from_secs(3);
const PORTS: [u16; 2] = [80, 443];
const MOST_REDIRECTS: usize = 2;
const MOST_ADDRESSES: usize = 8;
