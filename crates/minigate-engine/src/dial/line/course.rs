use std::io;
use std::sync::Arc;

use bytes::BytesMut;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use super::Record;
use crate::Clock;
use crate::conditions::{Direction, Freight, Lane};

/// One direction of a line.
pub(super) struct Course {
    lane: Lane,
    record: Arc<Record>,
    clock: Clock,
}

impl Course {
    pub(super) fn new(direction: Direction, record: Arc<Record>, clock: Clock) -> Self {
        Self {
            lane: Lane::new(direction),
            record,
            clock,
        }
    }

    /// Carries what `from` gives to `to`, each packet in its time, until the last has arrived.
    pub(super) async fn run(
        mut self,
        mut from: impl AsyncRead + Unpin,
        mut to: impl AsyncWrite + Unpin,
    ) -> Result<(), io::ErrorKind> {
        let mut buffer = BytesMut::new();
        let mut goes_on = true;
        loop {
            self.record.outlook.unsilenced().await;
            while let Some(freight) = self.lane.take(self.clock.now()) {
                match freight {
                    Freight::Bytes(bytes) => to.write_all(&bytes).await.map_err(|error| error.kind())?,
                    Freight::End(None) => return to.shutdown().await.map_err(|error| error.kind()),
                    Freight::End(Some(kind)) => return Err(kind),
                }
            }
            let has_room = self.lane.has_room(&self.record.outlook.network());
            let next = self.lane.next();
            buffer.reserve(PIECE);
            // Nothing is lost by dropping a read that isn't done.
            tokio::select! {
                read = from.read_buf(&mut buffer), if goes_on && has_room => {
                    goes_on = matches!(read, Ok(1..));
                    self.send(&read, &mut buffer);
                }
                () = self.clock.sleep_until(next.unwrap_or_else(|| self.clock.now())), if next.is_some() => {}
            }
        }
    }

    fn send(&mut self, read: &io::Result<usize>, buffer: &mut BytesMut) {
        let outlook = &self.record.outlook;
        let (network, now) = (outlook.network(), self.clock.now());
        let mut bottleneck = outlook.bottleneck();
        match read {
            Ok(1..) => {
                let bytes = buffer.split().freeze();
                let lost = self.lane.send(bytes, &mut bottleneck, &network, now);
                self.record.lose(lost);
            }
            Ok(_) => self.lane.end(None, &mut bottleneck, &network, now),
            Err(error) => self.lane.end(Some(error.kind()), &mut bottleneck, &network, now),
        }
    }
}

const PIECE: usize = 16 * 1024;
