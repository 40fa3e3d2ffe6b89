//! A connection, with or without TLS.

use std::io;

use bytes::BytesMut;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::server::TlsStream;

pub(super) enum Wire {
    Clear(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
}

impl Wire {
    pub(super) fn server_name(&self) -> Option<String> {
        match self {
            Self::Clear(_) => None,
            Self::Tls(tls) => tls.get_ref().1.server_name().map(str::to_owned),
        }
    }

    /// Nothing is lost when the wait is dropped.
    pub(super) async fn read(&mut self, buffer: &mut BytesMut) -> io::Result<usize> {
        match self {
            Self::Clear(tcp) => tcp.read_buf(buffer).await,
            Self::Tls(tls) => tls.read_buf(buffer).await,
        }
    }

    pub(super) async fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        match self {
            Self::Clear(tcp) => tcp.write_all(bytes).await,
            Self::Tls(tls) => {
                tls.write_all(bytes).await?;
                tls.flush().await
            }
        }
    }

    /// With TLS, `close_notify` goes first.
    pub(super) async fn close(self) -> io::Result<()> {
        match self {
            Self::Clear(tcp) => end(tcp).await,
            Self::Tls(mut tls) => {
                tls.shutdown().await?;
                drain(tls.into_inner().0).await
            }
        }
    }

    pub(super) async fn cut(self) -> io::Result<()> {
        end(self.into_tcp()).await
    }

    pub(super) fn reset(self) -> io::Result<()> {
        self.into_tcp().set_zero_linger()
    }

    fn into_tcp(self) -> TcpStream {
        match self {
            Self::Clear(tcp) => tcp,
            Self::Tls(tls) => tls.into_inner().0,
        }
    }
}

async fn end(mut tcp: TcpStream) -> io::Result<()> {
    tcp.shutdown().await?;
    drain(tcp).await
}

/// A socket that is dropped with bytes unread resets the connection, and the peer may lose the end of what it was sent.
async fn drain(mut tcp: TcpStream) -> io::Result<()> {
    let mut rest = BytesMut::new();
    while tcp.read_buf(&mut rest).await? > 0 {
        rest.clear();
    }
    Ok(())
}
