//! The stream below HTTP: its bytes are counted, and the head of an HTTP/1.1 answer is kept as it was sent.

use std::io;
use std::mem::MaybeUninit;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use bytes::{Buf, Bytes};
use httparse::ParserConfig;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::weather::Rupture;
use crate::Fields;

/// A stream with a [`Meter`].
pub(crate) struct Wire<S> {
    stream: S,
    meter: Arc<Meter>,
}

/// What went over a wire.
#[derive(Debug, Default)]
pub(crate) struct Meter {
    sent: AtomicU64,
    received: AtomicU64,
    head: Mutex<Option<Vec<u8>>>,
    rupture: Option<Rupture>,
}

/// The server sends heads without end.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("the head of the answer is too long")]
pub(crate) struct HeadTooLong;

impl<S> Wire<S> {
    pub(super) const fn new(stream: S, meter: Arc<Meter>) -> Self {
        Self { stream, meter }
    }
}

impl Meter {
    /// Counts from nothing; the answers break off where the conditions say so.
    pub(super) fn new(rupture: Option<Rupture>) -> Self {
        Self {
            rupture,
            ..Self::default()
        }
    }

    /// Bytes sent and received so far.
    pub(crate) fn counts(&self) -> (u64, u64) {
        (
            self.sent.load(Ordering::Relaxed),
            self.received.load(Ordering::Relaxed),
        )
    }

    /// Begins to keep what comes in.
    pub(crate) fn keep_head(&self) {
        *self.lock() = Some(Vec::new());
    }

    /// The fields of the answer that came in since, informational ones passed over, as the server wrote them.
    ///
    /// hyper gives names in lower case only, while the platform shows them as they were sent.
    pub(crate) fn take_fields(&self) -> Option<Fields> {
        let mut rest = Bytes::from(self.lock().take()?);
        loop {
            let (status, length, fields) = parse_head(&rest)?;
            if status >= 200 || status == SWITCHING {
                return Some(fields);
            }
            rest.advance(length);
        }
    }

    /// Takes away what comes after the rupture; an error where it is one, and nothing is left.
    fn break_off(&self, before: usize, buf: &mut ReadBuf<'_>) -> io::Result<()> {
        let Some(rupture) = self.rupture else {
            return Ok(());
        };
        let left = rupture.after.saturating_sub(self.counts().1);
        let fresh = buf.filled().len() - before;
        let kept = usize::try_from(left).unwrap_or(usize::MAX).min(fresh);
        buf.set_filled(before + kept);
        match rupture.error {
            Some(kind) if kept == 0 && fresh > 0 => Err(kind.into()),
            _ => Ok(()),
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Vec<u8>>> {
        self.head.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn keep(&self, bytes: &[u8]) -> Result<(), HeadTooLong> {
        match self.lock().as_mut() {
            Some(head) if head.len() + bytes.len() > LONGEST_HEAD => Err(HeadTooLong),
            Some(head) => {
                head.extend_from_slice(bytes);
                Ok(())
            }
            None => Ok(()),
        }
    }
}

fn parse_head(bytes: &Bytes) -> Option<(u16, usize, Fields)> {
    let mut slots = [const { MaybeUninit::uninit() }; MOST_FIELDS];
    let mut response = httparse::Response::new(&mut []);
    let parsed = ParserConfig::default().parse_response_with_uninit_headers(&mut response, bytes, &mut slots);
    let httparse::Status::Complete(length) = parsed.ok()? else {
        return None;
    };
    let fields = Fields::parsed(bytes, response.headers);
    Some((response.code?, length, fields))
}

impl<S: AsyncRead + Unpin> AsyncRead for Wire<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(cx, buf);
        if read.is_ready() {
            self.meter.break_off(before, buf)?;
            let fresh = buf.filled().split_at(before).1;
            self.meter
                .received
                .fetch_add(fresh.len() as u64, Ordering::Relaxed);
            self.meter
                .keep(fresh)
                .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
        }
        read
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Wire<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, buf);
        self.count(&written);
        written
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, bufs);
        self.count(&written);
        written
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

impl<S> Wire<S> {
    fn count(&self, written: &Poll<io::Result<usize>>) {
        if let Poll::Ready(Ok(bytes)) = written {
            self.meter.sent.fetch_add(*bytes as u64, Ordering::Relaxed);
        }
    }
}

/// hyper refuses a head of 400 KiB by itself, but not any number of informational ones before it.
const LONGEST_HEAD: usize = 2 * 1024 * 1024;
pub(super) const MOST_FIELDS: usize = 256;
/// An informational status, but the last head on its connection.
const SWITCHING: u16 = 101;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_keep_the_servers_letter_case_past_an_early_hint() {
        let meter = Meter::default();
        meter.keep_head();
        let (first, second) = (
            b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nX-Request-ID: 1\r\n",
            b"Content-Type: text/plain\r\n\r\nbody",
        );
        meter.keep(first).unwrap();
        meter.keep(second).unwrap();

        let fields = meter.take_fields().unwrap();

        let fields: Vec<_> = fields.iter().collect();
        assert_eq!(
            fields,
            [
                ("X-Request-ID", "1".into()),
                ("Content-Type", "text/plain".into())
            ]
        );
    }
}
