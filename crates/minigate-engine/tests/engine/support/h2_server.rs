use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use h2::Reason;
use h2::server::{Connection, SendResponse};
use http::{Request, Response};
use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs;
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use super::{HOST, authority};

/// What an h2 server does to each request.
#[derive(Clone, Copy, Debug)]
pub(crate) enum H2Behaviour {
    /// Answers `ok`.
    Ok,
    /// Resets the stream instead of answering.
    ResetHead(Reason),
    /// Resets the stream in the middle of the body.
    ResetBody(Reason),
    /// Ends the connection with an error instead of answering.
    GoAway(Reason),
    /// Ends the connection in order while the second request is under way, without having looked at it.
    RefuseSecond,
    /// Answers with so many fields of a kibibyte.
    Fields(usize),
    /// Says a length and sends another.
    WrongLength,
    /// Never answers.
    Silence,
}

/// A server that speaks h2 only, and not always as it should.
pub(crate) struct H2Server {
    addr: SocketAddr,
    accepted: Arc<AtomicUsize>,
    _serving: JoinSet<()>,
}

impl H2Server {
    pub(crate) async fn start(behaviour: H2Behaviour) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let addr = listener.local_addr().unwrap();
        let accepted = Arc::<AtomicUsize>::default();
        let mut serving = JoinSet::new();
        serving.spawn(accept_all(listener, behaviour, Arc::clone(&accepted)));
        Self {
            addr,
            accepted,
            _serving: serving,
        }
    }

    pub(crate) fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// How many connections were accepted.
    pub(crate) fn accepted(&self) -> usize {
        self.accepted.load(Ordering::Relaxed)
    }
}

async fn accept_all(listener: TcpListener, behaviour: H2Behaviour, accepted: Arc<AtomicUsize>) {
    let tls = TlsAcceptor::from(config());
    let mut connections = JoinSet::new();
    while let Ok((tcp, _)) = listener.accept().await {
        let number = accepted.fetch_add(1, Ordering::Relaxed);
        let tls = tls.clone();
        connections.spawn(async move {
            if let Ok(stream) = tls.accept(tcp).await {
                serve(stream, behaviour, number).await;
            }
        });
    }
}

async fn serve(stream: TlsStream<TcpStream>, behaviour: H2Behaviour, number: usize) {
    let Ok(mut connection) = h2::server::handshake(stream).await else {
        return;
    };
    let mut waiting = Vec::new();
    let mut requests = 0;
    while let Some(Ok((request, respond))) = connection.accept().await {
        requests += 1;
        match behaviour {
            H2Behaviour::GoAway(reason) => connection.abrupt_shutdown(reason),
            H2Behaviour::RefuseSecond if number == 0 && requests == 2 => {
                leave(&mut connection, respond);
            }
            H2Behaviour::Silence => waiting.push((request, respond)),
            behaviour => answer(behaviour, &request, respond),
        }
    }
}

/// `REFUSED_STREAM` promises that nothing was processed (RFC 9113 §8.7).
fn leave(connection: &mut Connection<TlsStream<TcpStream>, Bytes>, mut respond: SendResponse<Bytes>) {
    respond.send_reset(Reason::REFUSED_STREAM);
    connection.graceful_shutdown();
}

fn answer(behaviour: H2Behaviour, _: &Request<h2::RecvStream>, mut respond: SendResponse<Bytes>) {
    let mut response = Response::new(());
    match behaviour {
        H2Behaviour::ResetHead(reason) => return respond.send_reset(reason),
        H2Behaviour::Fields(number) => {
            for n in 0..number {
                let name: http::HeaderName = format!("x-filler-{n}").parse().unwrap();
                response
                    .headers_mut()
                    .insert(name, "a".repeat(1024).parse().unwrap());
            }
        }
        H2Behaviour::WrongLength => {
            response
                .headers_mut()
                .insert("content-length", "100".parse().unwrap());
        }
        _ => {}
    }
    let Ok(mut body) = respond.send_response(response, false) else {
        return;
    };
    let cut = matches!(behaviour, H2Behaviour::ResetBody(_));
    let _ = body.send_data(Bytes::from_static(b"ok"), !cut);
    if let H2Behaviour::ResetBody(reason) = behaviour {
        body.send_reset(reason);
    }
}

fn config() -> Arc<ServerConfig> {
    let mut config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_cert_resolver(Arc::new(Always(authority().leaf(HOST).unwrap())));
    config.alpn_protocols = vec![b"h2".to_vec()];
    Arc::new(config)
}

#[derive(Debug)]
struct Always(Arc<CertifiedKey>);

impl ResolvesServerCert for Always {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.0))
    }
}
