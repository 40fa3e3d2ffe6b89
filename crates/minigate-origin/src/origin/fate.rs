//! How a connection ends that gets no answer.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::server::TlsStream;

/// A request gets no answer.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub(super) enum Unanswered {
    #[error("the connection is to be closed")]
    Closed,
    #[error("the connection is to be reset")]
    Reset,
}

/// Whether a connection is to be reset when it ends.
#[derive(Debug, Default)]
pub(super) struct Fate(AtomicBool);

impl Fate {
    pub(super) fn seal(&self, unanswered: Unanswered) {
        self.0
            .fetch_or(unanswered == Unanswered::Reset, Ordering::Relaxed);
    }
}

/// A connection that ends as its fate says.
pub(super) struct Fated {
    tls: TlsStream<TcpStream>,
    fate: Arc<Fate>,
}

impl Fated {
    pub(super) fn new(tls: TlsStream<TcpStream>) -> (Self, Arc<Fate>) {
        let fate = Arc::<Fate>::default();
        let own = Arc::clone(&fate);
        (Self { tls, fate: own }, fate)
    }
}

impl Drop for Fated {
    fn drop(&mut self) {
        if self.fate.0.load(Ordering::Relaxed) {
            // Without time to linger the system resets; where it can't be told, closing has to do.
            let _ = self.tls.get_ref().0.set_zero_linger();
        }
    }
}

impl AsyncRead for Fated {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.tls).poll_read(cx, buf)
    }
}

impl AsyncWrite for Fated {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.tls).poll_write(cx, buf)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.tls).poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.tls.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.tls).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.tls).poll_shutdown(cx)
    }
}
