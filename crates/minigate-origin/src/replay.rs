//! A loopback server that plays a recording.

mod answer;
mod encode;
mod exchange;
mod http1;
mod http2;
mod names;
mod request;
mod socket;

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use minigate_har::Cassette;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use crate::authority::Authority;
use names::Names;

/// A running replay of a recording; dropping it ends every connection and task of it.
///
/// ```no_run
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// use std::sync::{Arc, Mutex};
/// use minigate_har::{Cassette, Har};
/// use minigate_origin::{Authority, Replay, Speed};
///
/// let har = Har::parse(&std::fs::read("x.har")?)?;
/// let cassette = Arc::new(Mutex::new(Cassette::new(har)?));
/// let replay = Replay::start(cassette, &Arc::new(Authority::new()?), Speed::AtOnce).await?;
/// // Connect to `replay.addr()` with a client that trusts the authority.
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Replay {
    addr: SocketAddr,
    // Aborts what it holds when it is dropped.
    _serving: JoinSet<()>,
}

/// When an answer of a recording comes.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Speed {
    /// As soon as it is asked for.
    #[default]
    AtOnce,
    /// After the time that the server took.
    AsRecorded,
}

/// What all connections of a replay share.
struct Stage {
    cassette: Arc<Mutex<Cassette>>,
    names: Names,
    speed: Speed,
}

impl Replay {
    /// Listens on a free port of 127.0.0.1 and answers as the recording says: status, fields with their order and letter
    /// case, framing, codings, bodies that break off, and the messages of sockets.
    ///
    /// It speaks TLS and plain HTTP on the same port; h2 where the recording has it and the client offers it. What isn't
    /// recorded ends in a closed connection: ask [`Cassette::cue`] before.
    ///
    /// # Errors
    /// When no port can be bound, or the TLS library has no protocol version.
    pub async fn start(
        cassette: Arc<Mutex<Cassette>>,
        authority: &Arc<Authority>,
        speed: Speed,
    ) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let addr = listener.local_addr()?;
        let names = Names::of(&lock(&cassette), authority).map_err(io::Error::other)?;
        let stage = Arc::new(Stage {
            cassette,
            names,
            speed,
        });
        let mut serving = JoinSet::new();
        serving.spawn(exchange::accept_all(listener, stage));
        Ok(Self {
            addr,
            _serving: serving,
        })
    }

    /// Where it listens.
    #[must_use]
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }
}

impl Stage {
    /// How long to wait before an answer.
    fn delay(&self, recorded_ms: f64) -> Duration {
        match self.speed {
            Speed::AtOnce => Duration::ZERO,
            Speed::AsRecorded => Duration::try_from_secs_f64(recorded_ms.max(0.0) / 1000.0)
                .map_or(LONGEST_WAIT, |wait| wait.min(LONGEST_WAIT)),
        }
    }
}

fn lock(cassette: &Mutex<Cassette>) -> MutexGuard<'_, Cassette> {
    cassette.lock().unwrap_or_else(PoisonError::into_inner)
}

const LONGEST_WAIT: Duration = Duration::from_secs(10 * 60);
