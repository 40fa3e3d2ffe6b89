//! Hosts that a draft names, looked at.

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use jiff::Timestamp;
use minigate_engine::{Override, ResolveError, Resolver};
use minigate_inspect::check::{Checker, Network, Subject, Terms};
use minigate_inspect::matrix::Matrix;
use minigate_policy::diagnosis::Lang;
use minigate_policy::{AddressClass, Interface, Rule, classify};
use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout_at};

use super::HostCheck;
use crate::bulk::Fault;

/// Which hosts pre-flights may connect to.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Hosts {
    /// Those all of whose addresses are public: whoever can write a draft can't have the console look into its own network.
    #[default]
    Public,
    /// Any, as an intranet's platform needs it.
    Any,
}

/// Looks at hosts for every pre-flight of a console, 8 at a time over all of them, 60 s each.
pub struct Inspector {
    checker: Checker,
    resolver: Arc<dyn Resolver>,
    overrides: Vec<Override>,
    hosts: Hosts,
    places: Semaphore,
}

/// Resolves names whose addresses are all public, and no other. The checker dials what it resolved here, so a name that
/// answers otherwise the next time leads nowhere.
struct PublicOnly(Arc<dyn Resolver>);

impl Inspector {
    /// Reaches hosts in this way, and judges them for these devices. The overrides of the network are the operator's word,
    /// which isn't judged.
    #[must_use]
    pub fn new(network: Network, matrix: Matrix, hosts: Hosts) -> Self {
        let resolver = Arc::clone(&network.resolver);
        let overrides = network.overrides.clone();
        let guarded: Arc<dyn Resolver> = match hosts {
            Hosts::Public => Arc::new(PublicOnly(Arc::clone(&resolver))),
            Hosts::Any => Arc::clone(&resolver),
        };
        let network = Network {
            resolver: guarded,
            ..network
        };
        Self {
            checker: Checker::new(network, matrix),
            resolver,
            overrides,
            hosts,
            places: Semaphore::new(AT_ONCE),
        }
    }

    /// Looks at one host, until a moment at the latest.
    pub(super) async fn look(
        &self,
        entry: &str,
        interfaces: &[Interface],
        terms: &Terms,
        now: Timestamp,
        end: Instant,
    ) -> HostCheck {
        let late = || HostCheck::unseen(entry, interfaces, "too-late", &too_late());
        let Ok(Ok(_place)) = timeout_at(end, self.places.acquire()).await else {
            return late();
        };
        let Ok(subject) = Subject::parse(entry) else {
            return late();
        };
        let subject = subject.called_by(interfaces);
        let end = end.min(Instant::now() + LONGEST);
        let looked = timeout_at(end, self.look_at(entry, &subject, terms, now)).await;
        looked.unwrap_or_else(|_| late())
    }

    async fn look_at(&self, entry: &str, subject: &Subject, terms: &Terms, now: Timestamp) -> HostCheck {
        if let Some(address) = self.inner_address(subject).await {
            let fault = not_public(subject.host(), address);
            return HostCheck::unseen(entry, subject.interfaces(), "not-public", &fault);
        }
        let policy = terms.policy.clone();
        let policy = match self.hosts {
            Hosts::Public => policy.with_public_redirects(),
            Hosts::Any => policy.with_private_hosts(vec![subject.host().to_owned()]),
        };
        let terms = Terms {
            policy,
            ..terms.clone()
        };
        HostCheck::of(entry, &self.checker.check(subject, &terms, now).await)
    }

    /// The first address that isn't public, where that matters; asked first so that people are told of it.
    async fn inner_address(&self, subject: &Subject) -> Option<IpAddr> {
        let (host, port) = (subject.host(), subject.port());
        if self.hosts == Hosts::Any || self.overrides.iter().any(|given| given.is_for(host, port)) {
            return None;
        }
        let addresses = self.resolver.resolve(host).await.ok()?;
        first_inner(&addresses)
    }
}

impl fmt::Debug for Inspector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Inspector")
            .field("checker", &self.checker)
            .field("hosts", &self.hosts)
            .finish_non_exhaustive()
    }
}

impl Resolver for PublicOnly {
    fn resolve<'a>(&'a self, host: &'a str) -> BoxFuture<'a, Result<Vec<IpAddr>, ResolveError>> {
        async move {
            let addresses = self.0.resolve(host).await?;
            match first_inner(&addresses) {
                None => Ok(addresses),
                Some(address) => Err(ResolveError::Failed {
                    host: host.to_owned(),
                    reason: format!("{address} is no public address"),
                }),
            }
        }
        .boxed()
    }
}

fn first_inner(addresses: &[IpAddr]) -> Option<IpAddr> {
    let inner = addresses
        .iter()
        .find(|address| classify(**address) != AddressClass::Public);
    inner.copied()
}

fn not_public(host: &str, address: IpAddr) -> Fault {
    Fault::new(
        Some(Rule::D4),
        |lang| match lang {
            Lang::En => format!("`{host}` resolves to {address}, which isn't public"),
            Lang::Zh => format!("`{host}` 解析到 {address}，不是公网地址"),
        },
        |lang| match lang {
            Lang::En => format!("let `{host}` resolve to public addresses only"),
            Lang::Zh => format!("让 `{host}` 只解析到公网地址"),
        },
    )
}

fn too_late() -> Fault {
    Fault::new(
        None,
        |lang| {
            lang.pick("there was no time left to look at it", "没有足够的时间检查该主机")
                .to_owned()
        },
        |lang| lang.pick("run the pre-flight again", "重新预检").to_owned(),
    )
}

/// Over all pre-flights.
const AT_ONCE: usize = 8;
const LONGEST: Duration = Duration::from_secs(60);
