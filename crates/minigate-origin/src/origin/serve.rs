//! Connections, from accept to the last reply.

use std::error::Error;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::header::CONTENT_LENGTH;
use http::{Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::body::{Frame, Incoming};
use hyper::server::conn::{http1, http2};
use hyper::service::service_fn;
use hyper::upgrade::OnUpgrade;
use hyper_util::rt::{TokioIo, TokioTimer};
use serde_json::json;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use super::Respond;
use super::fate::{Fated, Unanswered};
use super::log::Log;
use super::socket::{self, Agreed};
use super::streams::Streams;
use crate::asked::Asked;
use crate::reply::{Ending, Reply};

/// What all connections of an origin share.
pub(super) struct Site {
    pub(super) respond: Arc<dyn Respond>,
    pub(super) log: Arc<Log>,
    pub(super) tls: TlsAcceptor,
}

/// Serves until it is dropped, and its connections with it.
pub(super) async fn accept_all(listener: TcpListener, site: Arc<Site>) {
    let mut connections = JoinSet::new();
    loop {
        // Both arms may be dropped: neither an accepted connection nor an ended task is lost by it.
        tokio::select! {
            accepted = listener.accept(), if connections.len() < MAX_CONNECTIONS => match accepted {
                Ok((tcp, _)) => { connections.spawn(serve(Arc::clone(&site), tcp)); }
                Err(error) => pause_after(&error).await,
            },
            Some(_) = connections.join_next() => {}
        }
    }
}

/// Out of file descriptors, `accept` fails at once, again and again.
async fn pause_after(error: &io::Error) {
    tracing::warn!(%error, "can't accept a connection");
    sleep(ACCEPT_PAUSE).await;
}

async fn serve(site: Arc<Site>, tcp: TcpStream) {
    let served = match timeout(HANDSHAKE_WAIT, handshake(&site, tcp)).await {
        Ok(Ok(tls)) => exchange(site, tls).await,
        Ok(Err(error)) => Err(error.into()),
        Err(elapsed) => Err(elapsed.into()),
    };
    if let Err(error) = served {
        tracing::debug!(%error, "a connection ended early");
    }
}

async fn handshake(site: &Site, tcp: TcpStream) -> io::Result<TlsStream<TcpStream>> {
    tcp.set_nodelay(true)?;
    site.tls.accept(tcp).await
}

async fn exchange(site: Arc<Site>, tls: TlsStream<TcpStream>) -> Result<(), Box<dyn Error + Send + Sync>> {
    let is_h2 = tls.get_ref().1.alpn_protocol() == Some(b"h2");
    let agreed = Arc::<Mutex<Option<Agreed>>>::default();
    let slot = Arc::clone(&agreed);
    let (stream, fate) = Fated::new(tls);
    let keeps = site.respond.keeps_connections();
    let service = service_fn(move |request| {
        let answered = respond(Arc::clone(&site), Arc::clone(&slot), request);
        let fate = Arc::clone(&fate);
        async move { answered.await.inspect_err(|unanswered| fate.seal(*unanswered)) }
    });
    if is_h2 {
        h2().serve_connection(TokioIo::new(stream), service).await?;
        return Ok(());
    }
    let connection = h1()
        .keep_alive(keeps)
        .serve_connection(TokioIo::new(stream), service);
    connection.with_upgrades().await?;
    let agreed = agreed.lock().unwrap_or_else(PoisonError::into_inner).take();
    match agreed {
        Some(agreed) => agreed.talk().await,
        None => Ok(()),
    }
}

/// The socket that a connection becomes, if it does.
type Slot = Arc<Mutex<Option<Agreed>>>;

fn h1() -> http1::Builder {
    let mut h1 = http1::Builder::new();
    h1.timer(TokioTimer::new())
        .header_read_timeout(HEAD_WAIT)
        .max_header_size(MAX_HEAD);
    h1
}

fn h2() -> http2::Builder<Streams> {
    let mut h2 = http2::Builder::new(Streams::default());
    h2.timer(TokioTimer::new())
        .keep_alive_interval(HEAD_WAIT)
        .max_header_list_size(MAX_HEAD as u32)
        .initial_stream_window_size(H2_STREAM_WINDOW)
        .initial_connection_window_size(H2_CONNECTION_WINDOW);
    h2
}

async fn respond(
    site: Arc<Site>,
    slot: Slot,
    mut request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, Unanswered> {
    let upgrade = request.extensions_mut().remove::<OnUpgrade>();
    let (mut asked, body) = Asked::of(request);
    let method = asked.method.clone();
    let reply = match receive(body).await {
        Ok((body, length)) => {
            asked.body = body;
            asked.length = length;
            let mut reply = site.respond.reply(&asked);
            *slot.lock().unwrap_or_else(PoisonError::into_inner) = socket::agree(&asked, &mut reply, upgrade);
            site.log.add(asked.clone());
            // Even no time at all would wait for the timer's next tick.
            if !reply.delay.is_zero() {
                site.respond.pause(&asked, reply.delay).await;
            }
            reply
        }
        Err(refusal) => refusal,
    };
    match reply.ending {
        Ending::Answered => Ok(to_response(&method, reply)),
        Ending::Closed => Err(Unanswered::Closed),
        Ending::Reset => Err(Unanswered::Reset),
    }
}

/// Reads a body to its end: as much of it as is kept, and its whole length.
async fn receive(mut body: Incoming) -> Result<(Bytes, u64), Reply> {
    let (mut kept, mut length) = (BytesMut::new(), 0);
    while let Some(frame) = next_frame(&mut body).await? {
        if let Ok(piece) = frame.into_data() {
            length += piece.len() as u64;
            let room = MAX_KEPT - kept.len();
            kept.extend_from_slice(piece.get(..room).unwrap_or(&piece));
        }
    }
    Ok((kept.freeze(), length))
}

async fn next_frame(body: &mut Incoming) -> Result<Option<Frame<Bytes>>, Reply> {
    match timeout(BODY_WAIT, body.frame()).await {
        Ok(frame) => frame
            .transpose()
            .map_err(|_| refusal(StatusCode::BAD_REQUEST, "the body broke off")),
        Err(_) => Err(refusal(
            StatusCode::REQUEST_TIMEOUT,
            "nothing of the body came for 30 s",
        )),
    }
}

fn refusal(status: StatusCode, error: &str) -> Reply {
    Reply::json(status, &json!({ "error": error }))
}

fn to_response(method: &Method, reply: Reply) -> Response<Full<Bytes>> {
    let length = reply.body.len();
    // hyper leaves out the body by itself over HTTP/1.1 only.
    let body = if method == Method::HEAD {
        Bytes::new()
    } else {
        reply.body
    };
    let mut response = Response::new(Full::new(body));
    *response.status_mut() = reply.status;
    *response.headers_mut() = reply.headers;
    if method == Method::HEAD {
        response.headers_mut().insert(CONTENT_LENGTH, length.into());
    }
    response
}

const MAX_CONNECTIONS: usize = 512;
const MAX_HEAD: usize = 64 << 10;
const MAX_KEPT: usize = 16 << 20;
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);
const HANDSHAKE_WAIT: Duration = Duration::from_secs(10);
const HEAD_WAIT: Duration = Duration::from_secs(30);
const BODY_WAIT: Duration = Duration::from_secs(30);
// Of the default windows, 64 KiB, a client that measures would see the latency instead of its own speed.
const H2_STREAM_WINDOW: u32 = 2 << 20;
const H2_CONNECTION_WINDOW: u32 = 4 << 20;
