//! The streams that connections are made of.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_util::future::BoxFuture;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

use super::line::Line;

/// Opens streams where TCP isn't wanted: a host that owns its sockets, or a test that has none.
///
/// It stands below everything: it is asked for exactly those addresses that were resolved and admitted, and what
/// comes over its streams is treated as what comes over TCP.
pub trait Transport: Send + Sync {
    /// Opens a stream to an address.
    ///
    /// # Errors
    /// Those of connecting; their kind decides what the app is told.
    fn connect(&self, peer: SocketAddr) -> BoxFuture<'static, io::Result<Box<dyn Stream>>>;
}

/// Bytes both ways.
pub trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

/// What a connection's bytes go over.
pub(crate) enum Wiring {
    Tcp(TcpStream),
    Host(Box<dyn Stream>),
    Line(Line),
}

impl Wiring {
    fn stream(self: Pin<&mut Self>) -> Pin<&mut dyn Stream> {
        match self.get_mut() {
            Self::Tcp(stream) => Pin::new(stream),
            Self::Host(stream) => Pin::new(stream),
            Self::Line(stream) => Pin::new(stream),
        }
    }
}

impl AsyncRead for Wiring {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        self.stream().poll_read(cx, buf)
    }
}

impl AsyncWrite for Wiring {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        self.stream().poll_write(cx, buf)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.stream().poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        matches!(self, Self::Tcp(_))
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.stream().poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.stream().poll_shutdown(cx)
    }
}
