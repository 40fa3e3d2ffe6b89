//! WebSocket frames (RFC 6455 §5.2), right and wrong, as bytes for a script to write and as a script reads them.

use bytes::{BufMut, Bytes, BytesMut};

/// A server's frame with this first byte (FIN, RSV, opcode) and the shortest form of its length.
pub fn frame(first: u8, payload: impl AsRef<[u8]>) -> Bytes {
    let payload = payload.as_ref();
    let mut frame = BytesMut::new();
    frame.put_u8(first);
    match payload.len() {
        length @ 0..=125 => frame.put_u8(length as u8),
        length @ 126..=0xFFFF => {
            frame.put_u8(126);
            frame.put_u16(length as u16);
        }
        length => {
            frame.put_u8(127);
            frame.put_u64(length as u64);
        }
    }
    frame.put_slice(payload);
    frame.freeze()
}

/// A close frame with a code and a reason.
pub fn close_frame(code: u16, reason: &str) -> Bytes {
    frame(0x88, [&code.to_be_bytes(), reason.as_bytes()].concat())
}

/// A frame that a server received, its mask undone.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Frame {
    /// On which connection, counted from 0.
    pub connection: usize,
    /// FIN, RSV and opcode.
    pub first: u8,
    /// Whether it was masked, as every client's frame must be.
    pub masked: bool,
    /// The payload.
    pub payload: Bytes,
}

impl Frame {
    /// Takes a frame off the front, once it is there as a whole.
    pub(crate) fn take(connection: usize, pending: &mut BytesMut) -> Option<Self> {
        let [first, second] = *pending.first_chunk()?;
        let (length, mut at) = match second & 0x7F {
            126 => (u64::from(u16::from_be_bytes(part(pending, 2)?)), 4),
            127 => (u64::from_be_bytes(part(pending, 2)?), 10),
            short => (u64::from(short), 2),
        };
        let masked = second & 0x80 != 0;
        let mask: [u8; 4] = if masked { part(pending, at)? } else { [0; 4] };
        at += if masked { 4 } else { 0 };
        let end = at + usize::try_from(length).ok()?;
        if pending.len() < end {
            return None;
        }
        let bytes = pending.split_to(end);
        let payload = bytes.iter().skip(at).zip(mask.iter().cycle());
        Some(Self {
            connection,
            first,
            masked,
            payload: payload.map(|(byte, mask)| byte ^ mask).collect(),
        })
    }

    /// The opcode.
    pub fn opcode(&self) -> u8 {
        self.first & 0x0F
    }

    /// The code of a close frame that has one.
    pub fn close_code(&self) -> Option<u16> {
        let code = self.payload.first_chunk().map(|code| u16::from_be_bytes(*code));
        code.filter(|_| self.opcode() == 8)
    }
}

fn part<const N: usize>(bytes: &[u8], at: usize) -> Option<[u8; N]> {
    bytes.get(at..)?.first_chunk().copied()
}
