//! Asks a server what it speaks and what it presents, without believing a word of it.
//!
//! ```text
//! host ─► Resolver ─► each address ─┬─ hello of TLS 1.0 ─► greeting ─► suites, groups
//!                                   ├─ hello of TLS 1.1 ─► …
//!                                   ├─ hello of TLS 1.2 ─► … and whole handshakes: session, HTTP
//!                                   ├─ hello of TLS 1.3 ─► … and whole handshakes: session, HTTP
//!                                   └─ hello without a name ─► another chain?      ──► Facts
//! ```
//! What a connection was lost of is asked again, one question at a time, since a server may take no more.
//!
//! Nothing is judged here and nothing is printed. Hellos are made by hand, since no library offers what is broken; the
//! whole handshakes are the run time's own library's. Every answer is hostile: it is bounded in bytes, certificates and
//! time, and all that is wrong with it becomes a [`Refusal`].
//!
//! ```no_run
//! # async fn example() -> Result<(), minigate_engine::ResolveError> {
//! use std::sync::Arc;
//!
//! use minigate_engine::SystemResolver;
//! use minigate_inspect::probe::{Bounds, Prober, Version};
//!
//! let prober = Prober::new(Arc::new(SystemResolver), Bounds::default());
//! let now = jiff::Timestamp::now();
//! for facts in prober.ask("api.example.com", 443, now).await? {
//!     let agreed = facts.version(Version::Tls12).and_then(|facts| facts.greeting.agreed());
//!     println!("{}: TLS 1.2 {}", facts.address, if agreed.is_some() { "yes" } else { "no" });
//! }
//! # Ok(())
//! # }
//! ```

mod again;
mod bounds;
mod client;
mod facts;
mod flight;
mod found;
mod hello;
mod http;
mod listing;
mod metered;
mod numbers;
mod offer;
mod wire;

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use futures_util::{StreamExt, stream};
use jiff::Timestamp;
use minigate_engine::{ResolveError, Resolver};
use tokio::time::Instant;

pub use bounds::Bounds;
pub use facts::{
    Agreed, ClientCertificate, Der, Facts, Greeting, HttpAnswer, Offered, Opened, Reach, Refusal, SentChain,
    Session, VersionFacts,
};
pub use numbers::{Alert, Group, Scheme, Suite, Version};

use client::{Client, Naming};
use flight::Landed;
use found::{Chains, Found};
use hello::{Hello, Key};
use listing::List;
use wire::Wire;

/// Probes hosts.
#[derive(Clone)]
pub struct Prober {
    resolver: Arc<dyn Resolver>,
    bounds: Bounds,
}

impl Prober {
    /// Looks names up with a resolver and keeps within these bounds.
    #[must_use]
    pub fn new(resolver: Arc<dyn Resolver>, bounds: Bounds) -> Self {
        Self { resolver, bounds }
    }

    /// Asks every address of a host, of both families, [`Bounds::addresses`] at a time; in the resolver's order.
    ///
    /// Addresses beyond the sixty-fourth are left out.
    ///
    /// # Errors
    /// Where the host has no address.
    pub async fn ask(&self, host: &str, port: u16, now: Timestamp) -> Result<Vec<Facts>, ResolveError> {
        let begun = Instant::now();
        let host = without_brackets(host);
        let addresses = self.addresses(host).await?;
        let asked = addresses.into_iter().take(MOST_ADDRESSES).map(|address| {
            let now = later(now, begun);
            self.ask_address(host, SocketAddr::new(address, port), now)
        });
        Ok(stream::iter(asked)
            .buffered(self.bounds.addresses.max(1))
            .collect()
            .await)
    }

    /// Asks one address of a host; `now` is the moment of the first question, and the clock that the server's is compared with.
    pub async fn ask_address(&self, host: &str, address: SocketAddr, now: Timestamp) -> Facts {
        let wire = Wire::new(address, self.bounds);
        let begun = Instant::now();
        let host = without_brackets(host);
        let mut facts = Facts {
            host: host.to_owned(),
            address,
            asked_at: now,
            reach: reach(&wire).await,
            versions: Vec::new(),
            chains: Vec::new(),
            without_name: None,
            plain_http: None,
        };
        if matches!(facts.reach, Reach::Reached { .. }) {
            let probe = Probe {
                wire,
                host,
                now: Clock { now, begun },
            };
            probe.fill(&mut facts).await;
        }
        facts
    }

    async fn addresses(&self, host: &str) -> Result<Vec<IpAddr>, ResolveError> {
        match host.parse() {
            Ok(address) => Ok(vec![address]),
            Err(_) => self.resolver.resolve(host).await,
        }
    }
}

impl fmt::Debug for Prober {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Prober")
            .field("bounds", &self.bounds)
            .finish_non_exhaustive()
    }
}

impl Facts {
    /// What a version came to; none where nobody answers.
    #[must_use]
    pub fn version(&self, version: Version) -> Option<&VersionFacts> {
        self.versions.iter().find(|facts| facts.version == version)
    }

    /// Whether the server wants its clients' certificates, by any version.
    #[must_use]
    pub fn client_certificate(&self) -> ClientCertificate {
        let wanted = self.versions.iter().map(VersionFacts::client_certificate);
        wanted.max().unwrap_or(ClientCertificate::NotAsked)
    }

    /// The chain that most clients get: that of the newest version that shows one.
    #[must_use]
    pub fn chain(&self) -> Option<&SentChain> {
        let place = self.versions.iter().rev().find_map(VersionFacts::chain)?;
        self.chains.get(place)
    }

    /// What is stapled to that chain.
    #[must_use]
    pub fn staple(&self) -> Option<&Der> {
        self.versions.iter().rev().find_map(VersionFacts::staple)
    }
}

impl VersionFacts {
    /// Whether the server wants its clients' certificates, by this version.
    #[must_use]
    pub fn client_certificate(&self) -> ClientCertificate {
        match (&self.session, self.greeting.agreed()) {
            (Some(Session::Opened(opened)), _) => opened.client_certificate,
            (Some(Session::Refused(_)), Some(agreed)) if agreed.asks_client_certificate => {
                ClientCertificate::Demanded
            }
            (None, Some(agreed)) if agreed.asks_client_certificate => ClientCertificate::Asked,
            _ => ClientCertificate::NotAsked,
        }
    }

    /// The OCSP response that this version staples.
    #[must_use]
    pub fn staple(&self) -> Option<&Der> {
        let of_session = self.session.as_ref().and_then(Session::opened);
        let of_session = of_session.and_then(|opened| opened.staple.as_ref());
        of_session.or_else(|| self.greeting.agreed().and_then(|agreed| agreed.staple.as_ref()))
    }

    /// The place of this version's chain among [`Facts::chains`].
    #[must_use]
    pub fn chain(&self) -> Option<usize> {
        let of_session = self.session.as_ref().and_then(Session::opened);
        let of_session = of_session.and_then(|opened| opened.chain);
        of_session.or_else(|| self.greeting.agreed().and_then(|agreed| agreed.chain))
    }
}

/// Reads a server's recorded first flight as the answer to a hello of this version: what is agreed, and the chain.
///
/// # Errors
/// As a [`Greeting`] is refused; [`Refusal::Closed`] or [`Refusal::CutOff`] where the flight isn't whole.
pub fn read_flight(version: Version, bytes: &[u8], limit: usize) -> Result<(Agreed, SentChain), Refusal> {
    let mut flight = flight::Flight::new(version, limit);
    match flight.take(bytes)? {
        Some((agreed, chain)) => Ok((agreed, SentChain(chain))),
        None => Err(wire::cut_off(bytes.len())),
    }
}

/// What is asked of one address.
struct Probe<'a> {
    wire: Wire,
    host: &'a str,
    now: Clock,
}

/// The caller's clock, which goes on with tokio's.
#[derive(Clone, Copy)]
struct Clock {
    now: Timestamp,
    begun: Instant,
}

impl<'a> Probe<'a> {
    /// The same questions, one at a time.
    fn alone(&self) -> Self {
        Self {
            wire: self.wire.alone(),
            ..*self
        }
    }

    /// The same questions, each asked once.
    fn at_once(&self) -> Self {
        Self {
            wire: self.wire.at_once(),
            ..*self
        }
    }

    async fn fill(&self, facts: &mut Facts) {
        let [a, b, c, d] = Version::ALL;
        let (a, b, c, d) = tokio::join!(self.version(a), self.version(b), self.version(c), self.version(d));
        let mut found = [a, b, c, d];
        again::settle(self, &mut found).await;
        let mut chains = Chains::default();
        facts.versions = found.map(|found| found.settle(&mut chains)).into();
        facts.without_name = self.without_name(&facts.versions, &mut chains).await;
        facts.chains = chains.into_inner();
        if facts.versions.iter().all(|facts| isnt_tls(&facts.greeting)) {
            facts.plain_http = self.plain_http().await;
        }
    }

    async fn version(&self, version: Version) -> Found {
        let greeting = self.greet(version, self.name()).await;
        let mut found = Found::new(version, greeting);
        if let Ok((agreed, _)) = &found.greeting {
            (found.suites, found.groups, found.session) = tokio::join!(
                listing::suites(&self.wire, self.name(), agreed, List::default()),
                listing::groups(&self.wire, self.name(), agreed, List::default()),
                self.session(version)
            );
        }
        found
    }

    async fn greet(&self, version: Version, name: Option<&str>) -> Result<Landed, Refusal> {
        let hello = Hello {
            version,
            name,
            suites: &offer::suites(version),
            groups: &offer::groups(version),
            key: Key::Brought,
        };
        self.wire.greet(&hello).await
    }

    async fn session(&self, version: Version) -> Option<Result<client::Witnessed, Refusal>> {
        let client = Client::new(&self.wire, self.host, version, Naming::Named)?;
        Some(client.open(|| self.now.read()).await)
    }

    async fn without_name(&self, versions: &[VersionFacts], chains: &mut Chains) -> Option<Greeting> {
        let agreed = versions.iter().rev().filter_map(|facts| facts.greeting.agreed());
        let versions: Vec<_> = agreed.map(|agreed| agreed.version).collect();
        // Up to TLS 1.2 the certificates can be read without a whole handshake.
        let readable = versions.iter().find(|version| **version != Version::Tls13);
        let version = *readable.or_else(|| versions.first())?;
        let mut answer = self.greet_unnamed(version).await;
        if answer.as_ref().is_err_and(Refusal::is_lost) {
            answer = self.alone().greet_unnamed(version).await;
        }
        Some(chains.greeting(answer))
    }

    async fn greet_unnamed(&self, version: Version) -> Result<Landed, Refusal> {
        match version {
            Version::Tls13 => self.witness_unnamed(version).await,
            Version::Tls10 | Version::Tls11 | Version::Tls12 => self.greet(version, None).await,
        }
    }

    async fn witness_unnamed(&self, version: Version) -> Result<Landed, Refusal> {
        let Some(client) = Client::new(&self.wire, self.host, version, Naming::Unnamed) else {
            return Err(Refusal::NotAsked);
        };
        let (opened, chain) = client.chain().await?;
        Ok((opened.to_agreed(version), chain))
    }

    async fn plain_http(&self) -> Option<u16> {
        let mut line = self.wire.connect().await.ok()?;
        let head = http::ask(&mut line.tcp, self.host, self.wire.deadline()).await;
        head.ok().map(|head| head.status)
    }

    /// An address isn't named (RFC 6066 §3).
    fn name(&self) -> Option<&'a str> {
        self.host.parse::<IpAddr>().is_err().then_some(self.host)
    }
}

impl Clock {
    fn read(self) -> Timestamp {
        later(self.now, self.begun)
    }
}

async fn reach(wire: &Wire) -> Reach {
    let begun = Instant::now();
    match wire.connect().await {
        Ok(_) => Reach::Reached {
            took: begun.elapsed().try_into().unwrap_or_default(),
        },
        Err(Refusal::Unreachable { reason }) => Reach::Unreachable { reason },
        Err(_) => Reach::TimedOut,
    }
}

/// Whether an answer leaves it open that the port speaks another protocol.
const fn isnt_tls(greeting: &Greeting) -> bool {
    matches!(
        greeting,
        Greeting::Refused(
            Refusal::PlainHttp
                | Refusal::NotTls { .. }
                | Refusal::Closed
                | Refusal::Reset { bytes: 0 }
                | Refusal::Silent
        )
    )
}

/// A URL writes an IPv6 address in brackets (RFC 3986 §3.2.2).
fn without_brackets(host: &str) -> &str {
    let inner = host.strip_prefix('[').and_then(|inner| inner.strip_suffix(']'));
    inner.unwrap_or(host)
}

fn later(now: Timestamp, begun: Instant) -> Timestamp {
    now.checked_add(begun.elapsed()).unwrap_or(now)
}

const MOST_ADDRESSES: usize = 64;
