//! Connections: how many, how long, and how they end.

mod tls;

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::GracefulShutdown;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tower_service::Service;

pub use tls::{TlsError, acceptor};

/// Who is at the other end of a connection; each request carries it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Peer(pub IpAddr);

/// Serves requests until it is asked to stop; what has begun may then end within [`GRACE`].
///
/// A connection that doesn't send a request's head within 30 seconds, or its TLS handshake within 10, is closed, and at
/// most 8,192 are open at once; more wait to be accepted.
///
/// # Errors
/// Never by what a client does; where the listener fails for good.
pub async fn serve(
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    router: Router,
    stop: impl Future<Output = ()>,
) -> io::Result<()> {
    let seats = Arc::new(Semaphore::new(MOST_CONNECTIONS));
    let graceful = GracefulShutdown::new();
    let mut stop = std::pin::pin!(stop);
    loop {
        let accepted = tokio::select! {
            () = &mut stop => break,
            accepted = accept(&listener, &seats) => accepted,
        };
        match accepted {
            Ok((stream, address, seat)) => {
                let tls = tls.clone();
                let router = router.clone();
                let watcher = graceful.watcher();
                let peer = Peer(address.ip().to_canonical());
                tokio::spawn(async move {
                    let _seat = seat;
                    match tls {
                        None => converse(stream, router, peer, watcher).await,
                        Some(tls) => {
                            if let Ok(Ok(stream)) = timeout(HANDSHAKE, tls.accept(stream)).await {
                                converse(stream, router, peer, watcher).await;
                            }
                        }
                    }
                });
            }
            Err(error) => rest_after(error).await?,
        }
    }
    drop(listener);
    // What is still open by then is closed with the process.
    let _ = timeout(GRACE, graceful.shutdown()).await;
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

async fn converse<S>(stream: S, router: Router, peer: Peer, watcher: hyper_util::server::graceful::Watcher)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let service = service_fn(move |request: Request<Incoming>| {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(peer);
        router.clone().call(request)
    });
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD)
        .max_buf_size(LONGEST_HEAD);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(100)
        .max_header_list_size(LONGEST_HEAD as u32)
        .keep_alive_interval(Some(Duration::from_secs(30)))
        .keep_alive_timeout(Duration::from_secs(20));
    let connection = builder
        .serve_connection_with_upgrades(TokioIo::new(stream), service)
        .into_owned();
    // What a client does wrong is its own affair.
    let _ = watcher.watch(connection).await;
}

/// How long requests have to end once the console is asked to stop.
pub const GRACE: Duration = Duration::from_secs(20);
const HANDSHAKE: Duration = Duration::from_secs(10);
const HEAD: Duration = Duration::from_secs(30);
const LONGEST_HEAD: usize = 32 * 1024;
const MOST_CONNECTIONS: usize = 8_192;
