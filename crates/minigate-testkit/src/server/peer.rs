//! The other end of a connection, as a script deals with it.

use std::io;

use bytes::{Bytes, BytesMut};
use data_encoding::BASE64;
use sha1::{Digest, Sha1};
use tokio::sync::watch;

use super::record::Record;
use super::request::{Head, Received};
use super::wire::Wire;
use crate::answer::head;
use crate::frame::Frame;
use crate::script::Step;
use crate::signal::Pace;

pub(super) struct Peer<'a> {
    wire: Wire,
    number: usize,
    changes: &'a watch::Sender<Record>,
    /// Received and not yet read by a step.
    pending: BytesMut,
}

impl<'a> Peer<'a> {
    pub(super) fn new(wire: Wire, number: usize, changes: &'a watch::Sender<Record>) -> Self {
        Self {
            wire,
            number,
            changes,
            pending: BytesMut::new(),
        }
    }

    /// An error means that the peer left.
    pub(super) async fn perform(&mut self, step: &Step) -> io::Result<()> {
        match step {
            Step::ReadSome => self.receive().await,
            Step::ReadHead => self.read_head().await,
            Step::ReadRequest => self.read_request().await,
            Step::Upgrade { fields } => self.upgrade(fields).await,
            Step::ReadFrame => self.read_frame().await.map(drop),
            Step::ReadClose => self.read_close().await,
            Step::Write { bytes, times } => self.write(bytes, *times).await,
            Step::WriteSlowly { bytes, pace } => self.write_slowly(bytes, pace).await,
            Step::Wait(pace) => self.wait(pace).await,
            Step::AwaitPeerClose => self.await_close().await,
        }
    }

    pub(super) async fn close(self) -> io::Result<()> {
        self.wire.close().await
    }

    pub(super) async fn cut(self) -> io::Result<()> {
        self.wire.cut().await
    }

    pub(super) fn reset(self) -> io::Result<()> {
        self.wire.reset()
    }

    async fn read_head(&mut self) -> io::Result<()> {
        let head = self.head().await?;
        self.record(head.into_received(self.number, Bytes::new()));
        Ok(())
    }

    async fn read_request(&mut self) -> io::Result<()> {
        let head = self.head().await?;
        let body = loop {
            if let Some(body) = head.take_body(&mut self.pending)? {
                break body;
            }
            self.receive().await?;
        };
        self.record(head.into_received(self.number, body));
        Ok(())
    }

    async fn upgrade(&mut self, fields: &[(String, String)]) -> io::Result<()> {
        let received = self.head().await?.into_received(self.number, Bytes::new());
        let accept = accept_of(received.header("sec-websocket-key").unwrap_or_default());
        self.record(received);
        let own = [
            ("Upgrade", "websocket"),
            ("Connection", "Upgrade"),
            ("Sec-WebSocket-Accept", accept.as_str()),
        ];
        let fields = fields.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        self.wire.write(&head(101, own.into_iter().chain(fields))).await
    }

    async fn read_frame(&mut self) -> io::Result<Frame> {
        let frame = loop {
            if let Some(frame) = Frame::take(self.number, &mut self.pending) {
                break frame;
            }
            self.receive().await?;
        };
        self.changes
            .send_modify(|record| record.frames.push(frame.clone()));
        Ok(frame)
    }

    async fn read_close(&mut self) -> io::Result<()> {
        while self.read_frame().await?.opcode() != CLOSE {}
        Ok(())
    }

    async fn head(&mut self) -> io::Result<Head> {
        loop {
            if let Some(head) = Head::take(&mut self.pending)? {
                return Ok(head);
            }
            self.receive().await?;
        }
    }

    async fn write(&mut self, bytes: &Bytes, times: usize) -> io::Result<()> {
        for _ in 0..times {
            self.wire.write(bytes).await?;
        }
        Ok(())
    }

    async fn write_slowly(&mut self, bytes: &Bytes, pace: &Pace) -> io::Result<()> {
        for byte in bytes.chunks(1) {
            self.wait(pace).await?;
            self.wire.write(byte).await?;
        }
        Ok(())
    }

    async fn wait(&mut self, pace: &Pace) -> io::Result<()> {
        // Both may be dropped: a signal stays told, and what was received is in `pending`.
        tokio::select! {
            () = pace.wait() => Ok(()),
            left = self.receive_all() => left,
        }
    }

    async fn await_close(&mut self) -> io::Result<()> {
        loop {
            self.receive().await?;
            self.pending.clear();
        }
    }

    async fn receive_all(&mut self) -> io::Result<()> {
        loop {
            self.receive().await?;
        }
    }

    async fn receive(&mut self) -> io::Result<()> {
        match self.wire.read(&mut self.pending).await? {
            0 => Err(io::ErrorKind::UnexpectedEof.into()),
            _ => Ok(()),
        }
    }

    fn record(&self, received: Received) {
        self.changes.send_modify(|record| record.requests.push(received));
    }
}

/// The answer to a handshake's key (RFC 6455 §4.2.2).
fn accept_of(key: &str) -> String {
    BASE64.encode(&Sha1::new().chain_update(key).chain_update(GUID).finalize())
}

const GUID: &str = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
const CLOSE: u8 = 8;
