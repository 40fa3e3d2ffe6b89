//! From a permit to a connection.

mod connect;
mod handshake;
mod hearing;
mod line;
mod outgoing;
mod overrides;
mod pool;
mod resolve;
mod streams;
mod transport;
mod upgrade;
mod weather;
mod wire;

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use futures_util::FutureExt;
use http::Method;
use minigate_policy::{Host, Permit};
use minigate_tls::Trust;

use crate::journal::track::Track;
use crate::{Cue, Failure, Phase, Protocol, Rehearsal, Step, TcpDelay};
use handshake::Route;
use pool::{Key, Pool};
use transport::Wiring;
use weather::Attempt;

pub(crate) use handshake::{Connection, Link, Sender};
pub(crate) use line::Record;
pub(crate) use outgoing::{Listener, Outgoing};
pub use overrides::{Override, OverrideError};
pub use resolve::{AddressSource, ResolveError, Resolver, SystemResolver};
pub use transport::{Stream, Transport};
pub(crate) use upgrade::{Nothing, Upgrading};
pub(crate) use weather::{Weather, explain};
pub(crate) use wire::{HeadTooLong, Meter};

/// Opens an app's connections; nothing else does, and nothing is dialled without a permit.
pub(crate) struct Dialer {
    resolver: Arc<dyn Resolver>,
    overrides: Vec<Override>,
    trust: Trust,
    transport: Option<Arc<dyn Transport>>,
    weather: Weather,
    rehearsal: Option<Arc<dyn Rehearsal>>,
    pool: Pool,
}

/// A connection for one exchange, and whether it has served one before.
pub(crate) struct Lease {
    pub(crate) connection: Connection,
    pub(crate) reused: bool,
    key: Key,
}

/// Whether a connection of an earlier call will do.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Freshness {
    Any,
    New,
}

impl Dialer {
    /// What a dialer needs of an app's setup.
    pub(crate) fn new(
        resolver: Arc<dyn Resolver>,
        overrides: Vec<Override>,
        trust: Trust,
        transport: Option<Arc<dyn Transport>>,
        weather: Weather,
        rehearsal: Option<Arc<dyn Rehearsal>>,
    ) -> Self {
        Self {
            resolver,
            overrides,
            trust,
            transport,
            weather,
            rehearsal,
            pool: Pool::default(),
        }
    }

    /// Lets a recording that is played have its say; each hop asks for it once, before anything else.
    ///
    /// # Errors
    /// What was recorded, or that nothing was.
    pub(crate) async fn rehearse(
        &self,
        permit: &Permit,
        method: &Method,
        track: &Track,
    ) -> Result<(), Failure> {
        let Some(rehearsal) = &self.rehearsal else {
            return Ok(());
        };
        match rehearsal.cue(method, permit.target().url()) {
            Cue::Dial => Ok(()),
            Cue::Fail(failure) => Err(*failure),
            Cue::Wait(phase) => {
                track.wait_in(phase);
                std::future::pending().await
            }
        }
    }

    /// A connection to where the permit goes, from the pool or newly dialled.
    pub(crate) async fn lease(
        &self,
        permit: &Permit,
        protocol: Protocol,
        freshness: Freshness,
        track: &Track,
    ) -> Result<Lease, Failure> {
        let key = Key::of(permit, protocol);
        if freshness == Freshness::Any
            && let Some(lease) = self.reuse(&key, track)
        {
            return Ok(lease);
        }
        track.wait_in(Phase::Connect);
        let turn = self.pool.turn(&key).await;
        if turn.is_some()
            && freshness == Freshness::Any
            && let Some(lease) = self.reuse(&key, track)
        {
            return Ok(lease);
        }
        // Boxed, since most calls use a connection that is there and needn't carry the states of a handshake around.
        let connection = Box::pin(self.dial(permit, protocol, track)).await?;
        self.pool.learn(&key, &connection);
        Ok(Lease {
            connection,
            reused: false,
            key,
        })
    }

    /// Takes a connection back whose exchange is over and clean.
    pub(crate) fn give_back(&self, lease: Lease) {
        self.pool.put(lease.key, lease.connection);
    }

    fn reuse(&self, key: &Key, track: &Track) -> Option<Lease> {
        let connection = self.pool.take(key)?;
        track.reused(&connection.link);
        Some(Lease {
            connection,
            reused: true,
            key: key.clone(),
        })
    }

    /// A new connection that is to become a socket, and never serves anything else.
    pub(crate) async fn upgrading(
        &self,
        permit: &Permit,
        delay: TcpDelay,
        track: &Track,
    ) -> Result<Upgrading, Failure> {
        let attempt = self.attempt(permit, track)?;
        let dialling = async {
            let (stream, route) = self.reach(&attempt, permit, delay, track).await?;
            if permit.target().scheme().is_secure() {
                track.enter(Phase::Handshake);
                let (stream, _) = handshake::tls(stream, permit, &self.trust, Protocol::Http1, track).await?;
                upgrade::begin(stream, route).await
            } else {
                upgrade::begin(stream, route).await
            }
        };
        attempt.survive(dialling).await
    }

    async fn dial(&self, permit: &Permit, protocol: Protocol, track: &Track) -> Result<Connection, Failure> {
        let attempt = self.attempt(permit, track)?;
        let dialling = async {
            let (stream, route) = self.reach(&attempt, permit, TcpDelay::Off, track).await?;
            if permit.target().scheme().is_secure() {
                track.enter(Phase::Handshake);
                handshake::secure(stream, route, permit, &self.trust, protocol, track).await
            } else {
                handshake::plain(stream, route).await
            }
        };
        attempt.survive(dialling).await
    }

    fn attempt<'a>(&'a self, permit: &'a Permit, track: &'a Track) -> Result<Attempt<'a>, Failure> {
        track.step(&Step::Dialling);
        self.weather.attempt(permit.target().host_str(), track)
    }

    /// Resolves once, judges what was found, and connects to exactly that.
    async fn reach(
        &self,
        attempt: &Attempt<'_>,
        permit: &Permit,
        delay: TcpDelay,
        track: &Track,
    ) -> Result<(Wiring, Route), Failure> {
        let addresses = self.addresses(attempt, permit, track).await?;
        track.enter(Phase::Connect);
        let host = permit.target().host_str();
        let open = |address| self.open(attempt, address, delay).boxed();
        let (stream, peer) = connect::first_of(host, &addresses, open).await?;
        track.connected(peer);
        let (stream, record) = attempt.line(stream);
        let route = Route {
            peer,
            record,
            rupture: attempt.rupture(),
        };
        Ok((stream, route))
    }

    async fn open(&self, attempt: &Attempt<'_>, address: SocketAddr, delay: TcpDelay) -> io::Result<Wiring> {
        attempt.connect().await?;
        match &self.transport {
            Some(transport) => transport.connect(address).await.map(Wiring::Host),
            None => connect::tcp(address, delay).await,
        }
    }

    async fn addresses(
        &self,
        attempt: &Attempt<'_>,
        permit: &Permit,
        track: &Track,
    ) -> Result<Vec<SocketAddr>, Failure> {
        let port = permit.target().effective_port();
        let name = match permit.target().host() {
            Host::Address(address) => return Ok(vec![SocketAddr::new(address, port)]),
            Host::Name(name) => name,
        };
        track.enter(Phase::Resolve);
        attempt.look_up().await?;
        if let Some(found) = self.overrides.iter().find(|entry| entry.is_for(&name, port)) {
            let addresses = found.addresses(port);
            let hosts: Vec<_> = addresses.iter().map(SocketAddr::ip).collect();
            track.resolved(&name, &hosts, AddressSource::Override);
            return Ok(addresses);
        }
        let answers: Vec<IpAddr> = self.resolver.resolve(&name).await?;
        track.resolved(&name, &answers, AddressSource::Resolver);
        let admitted = permit.admit(&answers)?;
        if admitted.is_empty() {
            return Err(ResolveError::NotFound { host: name }.into());
        }
        Ok(admitted
            .iter()
            .map(|address| SocketAddr::new(*address, port))
            .collect())
    }
}

impl Track {
    fn connected(&self, peer: SocketAddr) {
        self.time(|timing, now| {
            timing.connected = Some(now);
            timing.connect_end = Some(now);
            timing.peer = Some(peer);
        });
        self.step(&Step::Connected { peer });
    }

    fn resolved(&self, host: &str, addresses: &[IpAddr], source: AddressSource) {
        self.time(|timing, now| timing.resolve_end = Some(now));
        self.step(&Step::Resolved {
            host,
            addresses,
            source,
        });
    }

    fn reused(&self, link: &Link) {
        self.time(|timing, _| {
            timing.peer = Some(link.peer);
            timing.reused = true;
        });
        self.step(&Step::Reused {
            peer: link.peer,
            spared: link.spared.as_ref(),
        });
    }
}
