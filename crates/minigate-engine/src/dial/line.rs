//! A connection's bytes under conditions that are not ideal.

mod course;

use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, DuplexStream, ReadBuf, duplex, split};
use tokio::sync::oneshot;
use tokio::task::AbortHandle;

use super::transport::Stream;
use crate::Clock;
use crate::conditions::{Cut, Direction, Outlook};
use course::Course;

/// A stream whose bytes arrive as the conditions will have it.
///
/// Shutting it down waits until all that was written has arrived; dropping it closes the stream below at once.
pub(crate) struct Line {
    near: DuplexStream,
    arrived: oneshot::Receiver<()>,
    record: Arc<Record>,
    carrier: AbortHandle,
}

/// What became of a line.
pub(crate) struct Record {
    outlook: Outlook,
    lost: AtomicU64,
    end: OnceLock<End>,
}

/// Why nothing comes over a line any more.
#[derive(Clone, Copy, Debug)]
enum End {
    Cut(Cut),
    Failed(io::ErrorKind),
}

impl Line {
    pub(super) fn new(far: Box<dyn Stream>, outlook: Outlook, clock: &Clock) -> Self {
        let (near, inner) = duplex(BUFFER);
        let (done, arrived) = oneshot::channel();
        let record = Arc::new(Record {
            outlook,
            lost: AtomicU64::new(0),
            end: OnceLock::new(),
        });
        let carrying = carry(far, inner, Arc::clone(&record), clock.clone(), done);
        Self {
            near,
            arrived,
            record,
            carrier: tokio::spawn(carrying).abort_handle(),
        }
    }

    pub(crate) fn record(&self) -> Arc<Record> {
        Arc::clone(&self.record)
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.carrier.abort();
    }
}

/// Carries bytes both ways until the stream below has ended or all connections are cut.
async fn carry(
    far: Box<dyn Stream>,
    near: DuplexStream,
    record: Arc<Record>,
    clock: Clock,
    done: oneshot::Sender<()>,
) {
    let (from_far, to_far) = split(far);
    let (from_near, to_near) = split(near);
    let course = |direction| Course::new(direction, Arc::clone(&record), clock.clone());
    let up = async {
        // Where the other end takes nothing more, it may still have something to say.
        let _ = course(Direction::Up).run(from_near, to_far).await;
        drop(done);
        std::future::pending::<()>().await;
    };
    let end = tokio::select! {
        biased;
        cut = record.outlook.cut() => Some(End::Cut(cut)),
        () = up => None,
        ended = course(Direction::Down).run(from_far, to_near) => ended.err().map(End::Failed),
    };
    if let Some(end) = end {
        let _ = record.end.set(end);
    }
}

impl Record {
    /// How many packets were lost.
    pub(crate) fn lost(&self) -> u64 {
        self.lost.load(Ordering::Relaxed)
    }

    fn lose(&self, packets: u32) {
        self.lost.fetch_add(u64::from(packets), Ordering::Relaxed);
    }

    /// How the network went away under the line, where it did.
    pub(crate) fn cut(&self) -> Option<Cut> {
        self.outlook.is_cut()
    }

    /// The error that stands for the end, where it isn't an orderly one.
    fn error(&self) -> Option<io::Error> {
        let kind = match self.end.get()? {
            End::Cut(Cut::Reset) => io::ErrorKind::ConnectionReset,
            End::Cut(Cut::Lost | Cut::Switched) => io::ErrorKind::NetworkDown,
            End::Failed(kind) => *kind,
        };
        Some(kind.into())
    }

    fn or_error<T>(&self, done: io::Result<T>) -> io::Result<T> {
        done.map_err(|error| self.error().unwrap_or(error))
    }
}

impl AsyncRead for Line {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let read = ready!(Pin::new(&mut self.near).poll_read(cx, buf));
        let is_end = read.is_ok() && buf.filled().len() == before && buf.remaining() > 0;
        match self.record.error().filter(|_| is_end) {
            Some(error) => Poll::Ready(Err(error)),
            None => Poll::Ready(self.record.or_error(read)),
        }
    }
}

impl AsyncWrite for Line {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let written = ready!(Pin::new(&mut self.near).poll_write(cx, buf));
        Poll::Ready(self.record.or_error(written))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.near).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(Pin::new(&mut self.near).poll_shutdown(cx))?;
        // The sender is dropped when everything has arrived.
        Pin::new(&mut self.arrived).poll(cx).map(|_| Ok(()))
    }
}

const BUFFER: usize = 64 * 1024;
