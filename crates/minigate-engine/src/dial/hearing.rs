//! What a server has said so far, told from its first byte.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use minigate_tls::Heard;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// A stream that remembers the first byte that came over it.
pub(super) struct Hearing<S> {
    stream: S,
    first: Option<u8>,
}

impl<S> Hearing<S> {
    pub(super) const fn new(stream: S) -> Self {
        Self { stream, first: None }
    }

    /// Whether the server has answered the hello with its own.
    pub(super) fn heard(&self) -> Heard {
        match self.first {
            Some(HANDSHAKE) => Heard::Hello,
            _ => Heard::NoHello,
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Hearing<S> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = buf.filled().len();
        let polled = Pin::new(&mut this.stream).poll_read(cx, buf);
        if this.first.is_none() {
            this.first = buf.filled().get(before).copied();
        }
        polled
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Hearing<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

/// The content type of a record with handshake messages (RFC 8446 §5.1).
const HANDSHAKE: u8 = 22;
