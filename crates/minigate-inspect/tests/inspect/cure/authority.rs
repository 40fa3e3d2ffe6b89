//! Where the laboratory's authorities publish their certificates.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use minigate_engine::Override;
use minigate_inspect::cure::Fetcher;
use minigate_testkit::FakeResolver;
use rustls::pki_types::CertificateDer;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

/// A server of plain HTTP on loopback; ends when it is dropped.
pub(super) struct Publisher {
    pub(super) address: SocketAddr,
    _serving: JoinSet<()>,
}

impl Publisher {
    /// Publishes certificates by their URLs, whose host doesn't matter.
    pub(super) async fn start(certificates: BTreeMap<String, CertificateDer<'static>>) -> Self {
        let files = certificates.into_iter().map(|(url, der)| {
            let path = url.trim_start_matches("http://ca.example").to_owned();
            (path, der.to_vec())
        });
        Self::of(files.collect()).await
    }

    /// Publishes files by their paths.
    pub(super) async fn of(files: BTreeMap<String, Vec<u8>>) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let mut serving = JoinSet::new();
        serving.spawn(async move {
            while let Ok((tcp, _)) = listener.accept().await {
                answer(tcp, &files).await;
            }
        });
        Self {
            address,
            _serving: serving,
        }
    }

    /// A fetcher whose `ca.example` is here.
    pub(super) fn fetcher(&self) -> Fetcher {
        Fetcher::new(Arc::new(FakeResolver::new()))
            .with_overrides(vec![Override::host_to("ca.example", self.address)])
    }
}

async fn answer(mut tcp: TcpStream, files: &BTreeMap<String, Vec<u8>>) {
    let mut lines = BufReader::new(&mut tcp).lines();
    let asked = lines.next_line().await.ok().flatten().unwrap_or_default();
    while let Ok(Some(line)) = lines.next_line().await
        && !line.is_empty()
    {}
    let path = asked.split(' ').nth(1).unwrap_or_default();
    let (status, file) = files
        .get(path)
        .map_or(("404 Not Found", &[][..]), |file| ("200 OK", file));
    let head = format!(
        "HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        file.len()
    );
    // A client that breaks off is everyday life.
    drop(tcp.write_all(&[head.as_bytes(), file].concat()).await);
}
