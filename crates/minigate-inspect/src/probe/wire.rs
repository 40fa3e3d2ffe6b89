//! Connections to one address, each with its bounds.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::{Instant, sleep_until, timeout_at};

use super::bounds::Bounds;
use super::facts::Refusal;
use super::flight::{Flight, Landed};
use super::hello::Hello;

/// One address that is asked many things, a few at a time.
#[derive(Clone, Debug)]
pub(super) struct Wire {
    pub(super) address: SocketAddr,
    pub(super) bounds: Bounds,
    connections: Arc<Semaphore>,
    is_alone: bool,
    is_patient: bool,
    end: Instant,
}

/// A connection, and the right to have it.
pub(super) struct Line<'a> {
    pub(super) tcp: TcpStream,
    pub(super) place: Place<'a>,
}

/// The right to one of the connections; given back when it is dropped.
pub(super) type Place<'a> = Option<SemaphorePermit<'a>>;

impl Wire {
    pub(super) fn new(address: SocketAddr, bounds: Bounds) -> Self {
        Self {
            address,
            bounds,
            connections: Arc::new(Semaphore::new(bounds.connections.max(1))),
            is_alone: false,
            is_patient: false,
            end: Instant::now() + bounds.whole,
        }
    }

    /// The same address, one connection at a time; who is turned away comes again once.
    pub(super) fn alone(&self) -> Self {
        Self {
            connections: Arc::new(Semaphore::new(1)),
            is_alone: true,
            is_patient: true,
            ..self.clone()
        }
    }

    /// The same, where who is turned away doesn't come again.
    pub(super) fn at_once(&self) -> Self {
        Self {
            is_patient: false,
            ..self.clone()
        }
    }

    /// Connects as soon as there is a place.
    pub(super) async fn connect(&self) -> Result<Line<'_>, Refusal> {
        let place = self.connections.acquire().await.ok();
        if Instant::now() >= self.end {
            return Err(Refusal::NotAsked);
        }
        let connected = timeout_at(self.until(self.bounds.connect), dial(self.address)).await;
        let tcp = match connected {
            Ok(Ok(tcp)) => tcp,
            Ok(Err(error)) => return Err(unreachable(&error)),
            Err(_) => return Err(Refusal::Silent),
        };
        Ok(Line { tcp, place })
    }

    /// When a conversation that begins now has to be over.
    pub(super) fn deadline(&self) -> Instant {
        self.until(self.bounds.handshake)
    }

    fn until(&self, span: Duration) -> Instant {
        (Instant::now() + span).min(self.end)
    }

    /// Whether to ask once more, after a pause: a server that turns people away may have room again.
    pub(super) async fn pauses_after<T>(&self, answer: &Result<T, Refusal>) -> bool {
        let is_turned_away = answer.as_ref().is_err_and(Refusal::is_cut);
        if self.is_patient && is_turned_away {
            sleep_until(self.until(PAUSE)).await;
        }
        self.is_patient && is_turned_away
    }

    /// Ends a connection. Where there may be room for one only, the server has to end it too before the next one comes.
    pub(super) async fn part<S: AsyncRead + AsyncWrite + Unpin>(&self, stream: &mut S) {
        if !self.is_alone {
            return;
        }
        let limit = u64::try_from(self.bounds.bytes).unwrap_or(u64::MAX);
        let parted = async {
            stream.shutdown().await?;
            tokio::io::copy(&mut stream.take(limit), &mut tokio::io::sink()).await
        };
        // However it ends, it has ended.
        drop(timeout_at(self.until(PAUSE), parted).await);
    }

    /// Says hello on a connection of its own and reads the answer.
    pub(super) async fn greet(&self, hello: &Hello<'_>) -> Result<Landed, Refusal> {
        let answer = self.greet_once(hello).await;
        if self.pauses_after(&answer).await {
            return self.greet_once(hello).await;
        }
        answer
    }

    async fn greet_once(&self, hello: &Hello<'_>) -> Result<Landed, Refusal> {
        let mut line = self.connect().await?;
        let deadline = self.deadline();
        let mut flight = Flight::new(hello.version, self.bounds.bytes);
        let question = hello.to_bytes();
        let answer = converse(&mut line.tcp, &question, &mut flight);
        let answer = timeout_at(deadline, answer).await;
        self.part(&mut line.tcp).await;
        let landed = match answer {
            Ok(answer) => answer?,
            Err(_) => return Err(late(flight.received())),
        };
        if hello.suites.contains(&landed.0.suite) {
            Ok(landed)
        } else {
            Err(Refusal::OtherSuite {
                suite: landed.0.suite,
            })
        }
    }
}

async fn converse(tcp: &mut TcpStream, hello: &[u8], flight: &mut Flight) -> Result<Landed, Refusal> {
    tcp.write_all(hello).await.map_err(|error| broken(&error, 0))?;
    let mut piece = [0; PIECE];
    loop {
        let read = tcp.read(&mut piece).await;
        let count = read.map_err(|error| broken(&error, flight.received()))?;
        if count == 0 {
            return Err(cut_off(flight.received()));
        }
        if let Some(landed) = flight.take(piece.get(..count).unwrap_or_default())? {
            return Ok(landed);
        }
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "no app's connection: what is probed is what the person who runs the check has named"
)]
async fn dial(address: SocketAddr) -> io::Result<TcpStream> {
    let tcp = TcpStream::connect(address).await?;
    tcp.set_nodelay(true)?;
    Ok(tcp)
}

/// What the error of a connection means after so many bytes.
pub(super) fn broken(error: &io::Error, bytes: usize) -> Refusal {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => cut_off(bytes),
        io::ErrorKind::ConnectionReset | io::ErrorKind::ConnectionAborted | io::ErrorKind::BrokenPipe => {
            Refusal::Reset { bytes }
        }
        _ => unreachable(error),
    }
}

/// What the end of a connection means after so many bytes.
pub(super) const fn cut_off(bytes: usize) -> Refusal {
    match bytes {
        0 => Refusal::Closed,
        bytes => Refusal::CutOff { bytes },
    }
}

/// What the end of the time means after so many bytes.
pub(super) const fn late(bytes: usize) -> Refusal {
    match bytes {
        0 => Refusal::Silent,
        bytes => Refusal::Stalled { bytes },
    }
}

fn unreachable(error: &io::Error) -> Refusal {
    Refusal::Unreachable {
        reason: error.to_string(),
    }
}

const PIECE: usize = 4096;
/// For a server to see that a client has gone.
const PAUSE: Duration = Duration::from_millis(500);
