//! Connections, from accept to what they speak.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use minigate_har::{Ask, Entry};
use rustls::server::Acceptor;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use tokio_rustls::LazyConfigAcceptor;
use url::Url;

use super::{Stage, http1, http2, lock};

/// Serves until it is dropped, and its connections with it.
pub(super) async fn accept_all(listener: TcpListener, stage: Arc<Stage>) {
    let mut connections = JoinSet::new();
    loop {
        // Both arms may be dropped: neither an accepted connection nor an ended task is lost by it.
        tokio::select! {
            accepted = listener.accept(), if connections.len() < MOST => match accepted {
                Ok((tcp, _)) => { connections.spawn(serve(Arc::clone(&stage), tcp)); }
                // Out of file descriptors, `accept` fails at once, again and again.
                Err(error) => {
                    tracing::warn!(%error, "can't accept a connection");
                    sleep(PAUSE).await;
                }
            },
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn serve(stage: Arc<Stage>, tcp: TcpStream) {
    if let Err(error) = speak(&stage, tcp).await {
        tracing::debug!(%error, "a connection ended early");
    }
}

async fn speak(stage: &Arc<Stage>, tcp: TcpStream) -> Result<(), Box<dyn Error + Send + Sync>> {
    tcp.set_nodelay(true)?;
    let mut first = [0];
    timeout(WAIT, tcp.peek(&mut first)).await??;
    if first != [HANDSHAKE] {
        return http1::serve(stage, "http", tcp).await;
    }
    let start = timeout(WAIT, LazyConfigAcceptor::new(Acceptor::default(), tcp)).await??;
    let name = start.client_hello().server_name().unwrap_or_default().to_owned();
    let Some(config) = stage.names.config(&name) else {
        return Err(format!("`{name}` isn't in the recording").into());
    };
    let tls = timeout(WAIT, start.into_stream(config)).await??;
    if tls.get_ref().1.alpn_protocol() == Some(b"h2") {
        http2::serve(stage, tls).await
    } else {
        http1::serve(stage, "https", tls).await
    }
}

impl Stage {
    /// The entry that answers a request.
    pub(super) fn play(&self, method: &str, url: &Url, mime: &str, body: &[u8]) -> Option<Entry> {
        let ask = Ask {
            method,
            url,
            mime,
            body,
        };
        lock(&self.cassette).play(&ask).map(|take| take.entry.clone())
    }
}

/// The first byte of a TLS connection (RFC 8446 §5.1).
const HANDSHAKE: u8 = 22;
const MOST: usize = 512;
const PAUSE: Duration = Duration::from_millis(50);
const WAIT: Duration = Duration::from_secs(10);
