//! From a TCP connection to an HTTP connection.

use std::net::SocketAddr;
use std::sync::Arc;

use hyper::client::conn::{http1, http2};
use hyper_util::rt::{TokioIo, TokioTimer};
use minigate_policy::{Host, Permit};
use minigate_tls::{CertificateFault, Offer, Trust};
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::task::AbortHandle;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::hearing::Hearing;
use super::line::Record;
use super::outgoing::Outgoing;
use super::streams::Streams;
use super::transport::Wiring;
use super::weather::{Rupture, explain};
use super::wire::{MOST_FIELDS, Meter, Wire};
use crate::conditions::Cut;
use crate::journal::track::Track;
use crate::{Breach, Failure, Protocol, Step};

/// An HTTP connection. When its last holder drops it, it is closed.
pub(crate) struct Connection {
    pub(crate) sender: Sender,
    pub(crate) link: Arc<Link>,
}

/// The sending half of a connection.
pub(crate) enum Sender {
    Http1(http1::SendRequest<Outgoing>),
    Http2(http2::SendRequest<Outgoing>),
}

/// What is known of a connection.
pub(crate) struct Link {
    pub(crate) peer: SocketAddr,
    pub(crate) spared: Option<CertificateFault>,
    pub(crate) meter: Arc<Meter>,
    record: Option<Arc<Record>>,
    driver: AbortHandle,
    streams: Streams,
}

/// How a connection came to its other end.
pub(super) struct Route {
    pub(super) peer: SocketAddr,
    /// What becomes of the line, where it isn't ideal.
    pub(super) record: Option<Arc<Record>>,
    pub(super) rupture: Option<Rupture>,
}

impl Drop for Link {
    fn drop(&mut self) {
        self.driver.abort();
        self.streams.end();
    }
}

impl Link {
    /// What a call ends with whose network went away under it; anything else stays what it is.
    pub(crate) fn explain(&self, host: &str, failure: Failure) -> Failure {
        explain(self.record.as_deref(), host, failure)
    }

    /// Whether the network went away under the connection, and how.
    pub(crate) fn cut(&self) -> Option<Cut> {
        self.record.as_ref()?.cut()
    }

    /// What became of the line, where it isn't ideal.
    pub(crate) const fn record(&self) -> Option<&Arc<Record>> {
        self.record.as_ref()
    }
}

impl Connection {
    pub(crate) fn is_closed(&self) -> bool {
        let is_cut = self.link.cut().is_some();
        is_cut
            || match &self.sender {
                Sender::Http1(sender) => sender.is_closed(),
                Sender::Http2(sender) => sender.is_closed(),
            }
    }

    /// Whether it takes a request now; one that is still busy with its last exchange doesn't.
    pub(super) fn is_ready(&self) -> bool {
        let is_cut = self.link.cut().is_some();
        !is_cut
            && match &self.sender {
                Sender::Http1(sender) => sender.is_ready(),
                Sender::Http2(sender) => sender.is_ready(),
            }
    }

    /// Whether it has another holder.
    pub(super) fn is_in_use(&self) -> bool {
        Arc::strong_count(&self.link) > 1
    }

    /// Another holder of the same connection, where its protocol lets many use it at once.
    pub(super) fn share(&self) -> Option<Self> {
        match &self.sender {
            Sender::Http2(sender) => Some(Self {
                sender: Sender::Http2(sender.clone()),
                link: Arc::clone(&self.link),
            }),
            Sender::Http1(_) => None,
        }
    }
}

/// HTTP over TLS, in the protocol that ALPN agreed on.
pub(super) async fn secure(
    stream: Wiring,
    route: Route,
    permit: &Permit,
    trust: &Trust,
    protocol: Protocol,
    track: &Track,
) -> Result<Connection, Failure> {
    let (stream, spared) = tls(stream, permit, trust, protocol, track).await?;
    if stream.get_ref().1.alpn_protocol() == Some(HTTP2) {
        http2(stream, route, spared).await
    } else {
        http1(stream, route, spared).await
    }
}

/// TLS on top of `stream`, verified as the permit says (rules T1 to T7), and what would have failed if it weren't skipped.
pub(super) async fn tls(
    stream: Wiring,
    permit: &Permit,
    trust: &Trust,
    protocol: Protocol,
    track: &Track,
) -> Result<(TlsStream<Hearing<Wiring>>, Option<CertificateFault>), Failure> {
    let host = permit.target().host_str().to_owned();
    let handshake = trust.begin(permit.certificate_check(), offer(protocol));
    let stream = TlsConnector::from(Arc::clone(handshake.config()))
        .connect(server_name(permit)?, Hearing::new(stream))
        .into_fallible()
        .await
        .map_err(|(error, stream)| Failure::Insecure {
            host: host.clone(),
            fault: handshake.fault(&error, stream.heard()),
        })?;
    let (_, session) = stream.get_ref();
    let spared = handshake.spared(session);
    track.secured(session, spared.as_ref());
    Ok((stream, spared))
}

fn server_name(permit: &Permit) -> Result<ServerName<'static>, Failure> {
    match permit.target().host() {
        Host::Address(address) => Ok(ServerName::from(address)),
        Host::Name(name) => ServerName::try_from(name.clone()).map_err(|error| Failure::Internal {
            reason: format!("`{name}` can't be a server name: {error}"),
        }),
    }
}

/// HTTP without TLS, which only the local network and skipped checks allow.
pub(super) async fn plain(stream: Wiring, route: Route) -> Result<Connection, Failure> {
    http1(stream, route, None).await
}

async fn http1(
    stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
    route: Route,
    spared: Option<CertificateFault>,
) -> Result<Connection, Failure> {
    let Route {
        peer,
        record,
        rupture,
    } = route;
    let meter = Arc::new(Meter::new(rupture));
    let io = TokioIo::new(Wire::new(stream, Arc::clone(&meter)));
    let (sender, connection) = http1::Builder::new()
        .max_headers(MOST_FIELDS)
        .handshake(io)
        .await
        .map_err(|error| broken(peer, &error))?;
    // How it ends shows in the exchange that it was for.
    let driver = tokio::spawn(async move { connection.await.unwrap_or_default() }).abort_handle();
    Ok(Connection {
        sender: Sender::Http1(sender),
        link: Arc::new(Link {
            peer,
            spared,
            meter,
            record,
            driver,
            streams: Streams::default(),
        }),
    })
}

async fn http2(
    stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
    route: Route,
    spared: Option<CertificateFault>,
) -> Result<Connection, Failure> {
    let Route {
        peer,
        record,
        rupture,
    } = route;
    let meter = Arc::new(Meter::new(rupture));
    let io = TokioIo::new(Wire::new(stream, Arc::clone(&meter)));
    let streams = Streams::default();
    let (sender, connection) = http2::Builder::new(streams.clone())
        .timer(TokioTimer::new())
        .initial_stream_window_size(STREAM_WINDOW)
        .initial_connection_window_size(CONNECTION_WINDOW)
        .max_frame_size(LARGEST_FRAME)
        .max_header_list_size(LARGEST_HEAD)
        .handshake(io)
        .await
        .map_err(|error| broken(peer, &error))?;
    let driver = tokio::spawn(async move { connection.await.unwrap_or_default() }).abort_handle();
    Ok(Connection {
        sender: Sender::Http2(sender),
        link: Arc::new(Link {
            peer,
            spared,
            meter,
            record,
            driver,
            streams,
        }),
    })
}

pub(super) fn broken(peer: SocketAddr, error: &hyper::Error) -> Failure {
    Failure::Broken {
        host: peer.to_string(),
        breach: Breach::Malformed {
            reason: error.to_string(),
        },
    }
}

const fn offer(protocol: Protocol) -> Offer {
    match protocol {
        Protocol::Http1 => Offer::Http1,
        Protocol::Http2 => Offer::Http2,
    }
}

impl Track {
    fn secured(&self, session: &rustls::ClientConnection, spared: Option<&CertificateFault>) {
        self.time(|timing, now| {
            timing.tls_end = Some(now);
            timing.connect_end = Some(now);
        });
        let version = session
            .protocol_version()
            .and_then(|version| version.as_str())
            .unwrap_or("unknown");
        let suite = session
            .negotiated_cipher_suite()
            .and_then(|suite| suite.suite().as_str());
        let protocol = session
            .alpn_protocol()
            .and_then(|name| simdutf8::basic::from_utf8(name).ok());
        self.step(&Step::Secured {
            version,
            suite: suite.unwrap_or("unknown"),
            protocol,
            spared,
        });
    }
}

const HTTP2: &[u8] = b"h2";

/// The default windows of 64 KiB cost three quarters of the speed.
const STREAM_WINDOW: u32 = 2 * 1024 * 1024;
const CONNECTION_WINDOW: u32 = 4 * 1024 * 1024;
const LARGEST_FRAME: u32 = 64 * 1024;
const LARGEST_HEAD: u32 = 256 * 1024;
