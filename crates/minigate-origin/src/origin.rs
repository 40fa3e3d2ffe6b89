//! A loopback HTTPS server that lives as long as its handle.

mod fate;
mod log;
mod names;
mod serve;
mod socket;
mod streams;

use std::collections::BTreeSet;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::task::JoinSet;

use crate::asked::Asked;
use crate::authority::Authority;
use crate::certificate::Certificate;
use crate::reply::Reply;
use log::Log;
use names::ServedNames;
use serve::Site;
pub(crate) use socket::accept_of;
pub(crate) use streams::Streams;

/// A running mock origin; dropping it ends every connection and task of it.
///
/// ```no_run
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// use std::sync::Arc;
/// use minigate_origin::{Answers, Authority, Origin};
///
/// let authority = Arc::new(Authority::new()?);
/// let origin = Origin::start(Answers::load("mock")?, &authority).await?;
/// // Connect to `origin.addr()` with a client that trusts `authority.root_der()`.
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Origin {
    addr: SocketAddr,
    domains: BTreeSet<String>,
    log: Arc<Log>,
    // Aborts what it holds when it is dropped.
    _serving: JoinSet<()>,
}

impl Origin {
    /// Listens on a free port of 127.0.0.1 and serves HTTP/1.1 and h2, whichever ALPN settles.
    ///
    /// A handshake without SNI, or for a name that isn't served, is refused. A client has 10 s for the handshake and
    /// 30 s each for a head of at most 64 KiB and for every piece of a body. A body may have any size; no more than its
    /// first 16 MiB are kept, and conditions see. 512 connections are served at a time, and the rest
    /// wait.
    ///
    /// # Errors
    /// When no port can be bound, or the TLS library has no protocol version.
    pub async fn start(respond: impl Respond, authority: &Arc<Authority>) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let addr = listener.local_addr()?;
        let domains = respond.domains();
        let respond: Arc<dyn Respond> = Arc::new(respond);
        let tls = ServedNames::new(Arc::clone(authority), Arc::clone(&respond))
            .config()
            .map_err(io::Error::other)?;
        let log = Arc::<Log>::default();
        let site = Site {
            respond,
            log: Arc::clone(&log),
            tls: tls.into(),
        };
        let mut serving = JoinSet::new();
        serving.spawn(serve::accept_all(listener, Arc::new(site)));
        Ok(Self {
            addr,
            domains,
            log,
            _serving: serving,
        })
    }

    /// Where it listens.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// The names that it answers for, in lower case.
    pub fn domains(&self) -> &BTreeSet<String> {
        &self.domains
    }

    /// What it was asked, oldest first: the last 1024 requests, fewer when their bodies pass 64 MiB together.
    pub fn log(&self) -> Vec<Asked> {
        self.log.read()
    }
}

/// What an origin says: canned answers, a recording, or a test's own idea.
pub trait Respond: Send + Sync + 'static {
    /// The names to answer for, in lower case; asked once, at the start.
    fn domains(&self) -> BTreeSet<String>;

    /// Whether a name is answered for; asked at each handshake.
    fn serves(&self, name: &str) -> bool {
        self.domains().contains(name)
    }

    /// The certificate that a name shows; asked at each handshake.
    fn certificate(&self, _name: &str) -> Certificate {
        Certificate::Good
    }

    /// The reply to a request; must not block.
    fn reply(&self, asked: &Asked) -> Reply;

    /// Waits for as long as a reply is to be delayed: in real time, unless it knows a clock of its own.
    fn pause(&self, _asked: &Asked, span: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        Box::pin(tokio::time::sleep(span))
    }

    /// Whether a connection serves more than one request.
    fn keeps_connections(&self) -> bool {
        true
    }
}
