//! Connections: how many, how long, and how they end.

mod clients;
mod in_flight;
mod tls;

use std::convert::Infallible;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, Response};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use ipnet::IpNet;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;
use tokio_io_timeout::TimeoutStream;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower_service::Service;

use clients::Clients;
use in_flight::InFlight;
pub use tls::{Half, Identity, TlsError, acceptor};

/// Who is at the other end of a connection; each request carries it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Peer(pub IpAddr);

/// How long clients may take, and how many there may be.
#[derive(Clone, Debug)]
pub struct Limits {
    /// For the handshake of TLS: 10 seconds.
    pub handshake: Duration,
    /// For the head of a request, from when the connection was made or the request before it was answered: 30 seconds.
    pub head: Duration,
    /// For a client to take anything more of an answer that waits for it: 30 seconds.
    pub stall: Duration,
    /// Connections at once: 8,192. More wait to be accepted.
    pub connections: usize,
    /// Connections at once from one address: 1,024. More are closed, so that one client can't take the place of all.
    pub connections_of_one: usize,
    /// Who may have any number of them: proxies, since they come for many.
    pub crowds: Vec<IpNet>,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            handshake: Duration::from_secs(10),
            head: Duration::from_secs(30),
            stall: Duration::from_secs(30),
            connections: 8_192,
            connections_of_one: 1_024,
            crowds: Vec::new(),
        }
    }
}

/// Serves requests within the default [`Limits`] until it is asked to stop; what has begun may then end within [`GRACE`].
///
/// # Errors
/// Never by what a client does; where the listener fails for good.
pub async fn serve(
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    router: Router,
    stop: impl Future<Output = ()>,
) -> io::Result<()> {
    serve_within(listener, tls, router, Limits::default(), stop).await
}

/// Serves requests within limits until it is asked to stop.
///
/// # Errors
/// As [`serve`].
pub async fn serve_within(
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    router: Router,
    limits: Limits,
    stop: impl Future<Output = ()>,
) -> io::Result<()> {
    let seats = Arc::new(Semaphore::new(limits.connections));
    let clients = Arc::new(Clients::default());
    let connections = TaskTracker::new();
    let ending = CancellationToken::new();
    let mut stop = pin!(stop);
    loop {
        let accepted = tokio::select! {
            () = &mut stop => break,
            accepted = accept(&listener, &seats) => accepted,
        };
        match accepted {
            Ok((stream, address, seat)) => {
                let peer = Peer(address.ip().to_canonical());
                let Some(admitted) = clients.admit(peer.0, &limits) else {
                    continue;
                };
                let limits = limits.clone();
                let (tls, router, ending) = (tls.clone(), router.clone(), ending.clone());
                connections.spawn(async move {
                    let (_seat, _admitted) = (seat, admitted);
                    let head = limits.head;
                    let stream = impatient(stream, limits.stall);
                    match tls {
                        None => converse(stream, router, peer, head, &ending).await,
                        Some(tls) => {
                            if let Ok(Ok(stream)) = timeout(limits.handshake, tls.accept(stream)).await {
                                converse(stream, router, peer, head, &ending).await;
                            }
                        }
                    }
                });
            }
            Err(error) => rest_after(error).await?,
        }
    }
    drop(listener);
    ending.cancel();
    connections.close();
    // What is still open by then is closed with the process.
    let _ = timeout(GRACE, connections.wait()).await;
    Ok(())
}

async fn accept(
    listener: &TcpListener,
    seats: &Arc<Semaphore>,
) -> io::Result<(TcpStream, SocketAddr, OwnedSemaphorePermit)> {
    let seat = Arc::clone(seats).acquire_owned().await;
    let seat = seat.map_err(io::Error::other)?;
    let (stream, address) = listener.accept().await?;
    // An answer is one write; waiting for more of it costs its reader a round trip.
    let _ = stream.set_nodelay(true);
    Ok((stream, address, seat))
}

/// What fails where nothing that is written to it is taken for so long.
fn impatient(stream: TcpStream, stall: Duration) -> Pin<Box<TimeoutStream<TcpStream>>> {
    let mut stream = TimeoutStream::new(stream);
    stream.set_write_timeout(Some(stall));
    Box::pin(stream)
}

/// A client that goes away while it is accepted, or too many open files: neither ends the server.
async fn rest_after(error: io::Error) -> io::Result<()> {
    match error.kind() {
        io::ErrorKind::InvalidInput | io::ErrorKind::NotConnected => Err(error),
        _ => {
            tracing::warn!(%error, "a connection could not be accepted");
            tokio::time::sleep(Duration::from_millis(50)).await;
            Ok(())
        }
    }
}

/// Answers until the client goes, says nothing for too long, or the console ends.
async fn converse<S>(stream: S, router: Router, peer: Peer, head: Duration, ending: &CancellationToken)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let in_flight = Arc::new(InFlight::new());
    let counted = Arc::clone(&in_flight);
    let service = service_fn(move |request| answer(request, router.clone(), peer, Arc::clone(&counted)));
    let protocols = protocols(head);
    let mut connection = pin!(protocols.serve_connection_with_upgrades(TokioIo::new(stream), service));
    // What a client does wrong is its own affair.
    tokio::select! {
        _ = &mut connection => return,
        () = in_flight.idle(head) => {}
        () = ending.cancelled() => {}
    }
    connection.as_mut().graceful_shutdown();
    // HTTP/2 waits for the client to have heard of it.
    tokio::select! {
        _ = connection => {}
        () = in_flight.idle(head) => {}
    }
}

async fn answer(
    request: Request<Incoming>,
    mut router: Router,
    peer: Peer,
    in_flight: Arc<InFlight>,
) -> Result<Response<Body>, Infallible> {
    let in_flight = in_flight.begin();
    let mut request = request.map(Body::new);
    request.extensions_mut().insert(peer);
    let response = router.call(request).await?;
    // It is in flight as long as the answer's body.
    Ok(response.map(|body| {
        Body::new(body.map_err(move |error| {
            let _ = &in_flight;
            error
        }))
    }))
}

fn protocols(head: Duration) -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(head)
        .max_buf_size(LONGEST_HEAD);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(100)
        .max_header_list_size(LONGEST_HEAD as u32)
        .keep_alive_interval(Some(Duration::from_secs(30)))
        .keep_alive_timeout(Duration::from_secs(20));
    builder
}

/// How long requests have to end once the console is asked to stop.
pub const GRACE: Duration = Duration::from_secs(20);
const LONGEST_HEAD: usize = 32 * 1024;
