//! A loopback server that follows scripts.

mod opening;
mod peer;
mod record;
mod request;
mod wire;

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs;
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::script::{Ending, Script};
use peer::Peer;
pub use record::Record;
pub use request::Received;

/// A server that does exactly what its scripts say and remembers what it received; ends when it is dropped.
///
/// It speaks HTTP/1.1 only, so that a script can be read; for h2 see [`polite`](crate::polite).
#[derive(Debug)]
pub struct ScriptedServer {
    addr: SocketAddr,
    record: watch::Receiver<Record>,
    // Aborts what it holds when it is dropped.
    _serving: JoinSet<()>,
}

impl ScriptedServer {
    /// Listens on a free port of 127.0.0.1 and presents `certified` whatever name it is asked for.
    ///
    /// The first connection follows the first script and so on; all further ones follow the last.
    ///
    /// # Panics
    /// When no port is free.
    pub async fn start(certified: Arc<CertifiedKey>, scripts: impl IntoIterator<Item = Script>) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
            .await
            .expect("a port of loopback is free");
        let addr = listener.local_addr().expect("a listener has an address");
        let (changes, record) = watch::channel(Record::default());
        let stage = Stage {
            scripts: scripts.into_iter().collect(),
            tls: config(certified),
            changes,
        };
        let mut serving = JoinSet::new();
        serving.spawn(accept_all(listener, Arc::new(stage)));
        Self {
            addr,
            record,
            _serving: serving,
        }
    }

    /// Where it listens.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// What it has received so far.
    pub fn record(&self) -> Record {
        self.record.borrow().clone()
    }

    /// The requests that it has received so far, in order of arrival.
    pub fn requests(&self) -> Vec<Received> {
        self.record.borrow().requests.clone()
    }

    /// Waits until what it has received is as expected.
    pub async fn until(&self, expected: impl FnMut(&Record) -> bool) -> Record {
        let mut record = self.record.clone();
        let reached = record
            .wait_for(expected)
            .await
            .expect("the server runs as long as its handle lives");
        reached.clone()
    }
}

/// What all connections of a server share.
struct Stage {
    scripts: Vec<Script>,
    tls: Arc<ServerConfig>,
    changes: watch::Sender<Record>,
}

async fn accept_all(listener: TcpListener, stage: Arc<Stage>) {
    let mut connections = JoinSet::new();
    for number in 0.. {
        let Ok((tcp, _)) = listener.accept().await else {
            return;
        };
        stage.changes.send_modify(|record| record.accepted += 1);
        connections.spawn(serve(Arc::clone(&stage), number, tcp));
    }
}

async fn serve(stage: Arc<Stage>, number: usize, tcp: TcpStream) {
    if let Some(script) = stage.scripts.get(number).or(stage.scripts.last()) {
        // A peer that breaks off is a script's everyday life; what matters of it is that the connection is over.
        let _ = follow(script, &stage, number, tcp).await;
    }
    stage.changes.send_modify(|record| record.over += 1);
}

async fn follow(script: &Script, stage: &Stage, number: usize, tcp: TcpStream) -> io::Result<()> {
    tcp.set_nodelay(true)?;
    let wire = opening::open(script.opening, tcp, &stage.tls).await?;
    stage
        .changes
        .send_modify(|record| record.server_names.extend(wire.server_name()));
    let mut peer = Peer::new(wire, number, &stage.changes);
    loop {
        for step in &script.steps {
            peer.perform(step).await?;
        }
        match script.ending {
            Ending::Again => {}
            Ending::Close => return peer.close().await,
            Ending::Cut => return peer.cut().await,
            Ending::Reset => return peer.reset(),
        }
    }
}

fn config(certified: Arc<CertifiedKey>) -> Arc<ServerConfig> {
    let mut config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("the provider knows TLS 1.2 and 1.3")
        .with_no_client_auth()
        .with_cert_resolver(Arc::new(Always(certified)));
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Arc::new(config)
}

/// Presents one certificate to everybody: whether it fits the name is the client's business.
#[derive(Debug)]
struct Always(Arc<CertifiedKey>);

impl ResolvesServerCert for Always {
    fn resolve(&self, _hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.0))
    }
}
