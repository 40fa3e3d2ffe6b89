//! What the codec lets pass and RFC 6455 doesn't, found in the headers of frames before the codec sees them.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// A stream of a server's frames that breaks off before the first header that breaks the protocol.
pub(super) struct Guard<S> {
    stream: S,
    scanner: Scanner,
    found: Option<Violation>,
}

/// How the header of a frame breaks the protocol.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub(super) enum Violation {
    #[error("a frame is masked")]
    Masked,
    #[error("reserved bits of a frame are set")]
    ReservedBits,
    #[error("a frame has the unknown opcode {opcode}")]
    Opcode { opcode: u8 },
    #[error("a control frame is cut in pieces")]
    ControlInPieces,
    #[error("a control frame has more than 125 bytes")]
    ControlTooLong,
    #[error("the length of a frame isn't written in the shortest form")]
    Length,
    #[error("the most significant bit of a frame's length is set")]
    LengthSign,
}

impl<S> Guard<S> {
    pub(super) fn new(stream: S, deflate: bool) -> Self {
        Self {
            stream,
            scanner: Scanner {
                deflate,
                head: Vec::with_capacity(LONGEST_HEAD),
                payload: 0,
            },
            found: None,
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Guard<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if let Some(violation) = self.found {
            return Poll::Ready(Err(io::Error::new(io::ErrorKind::InvalidData, violation)));
        }
        let before = buf.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(cx, buf);
        if let Poll::Ready(Ok(())) = read {
            let fresh = buf.filled().split_at(before).1;
            if let Err((good, violation)) = self.scanner.scan(fresh) {
                self.found = Some(violation);
                buf.set_filled(before + good);
                if good == 0 {
                    return self.poll_read(cx, buf);
                }
            }
        }
        read
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Guard<S> {
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

/// Follows the frames in a stream of bytes, however it is cut.
struct Scanner {
    deflate: bool,
    head: Vec<u8>,
    /// Bytes that are left of the payload under way.
    payload: u64,
}

impl Scanner {
    /// Goes through the next bytes; where a header breaks the protocol, how many before its last byte are good.
    fn scan(&mut self, bytes: &[u8]) -> Result<(), (usize, Violation)> {
        let mut at = 0;
        while let Some(byte) = bytes.get(at) {
            if self.payload > 0 {
                let rest = (bytes.len() - at) as u64;
                let passed = self.payload.min(rest);
                self.payload -= passed;
                at += usize::try_from(passed).unwrap_or(usize::MAX);
                continue;
            }
            self.head.push(*byte);
            self.check().map_err(|violation| (at, violation))?;
            at += 1;
        }
        Ok(())
    }

    /// Judges what is there of a header; a whole one is turned into the length of its payload.
    fn check(&mut self) -> Result<(), Violation> {
        match *self.head.as_slice() {
            [first] => self.check_first(first),
            [first, second] => {
                check_second(first, second)?;
                if second < SHORT_16 {
                    self.end_head(u64::from(second));
                }
                Ok(())
            }
            [_, SHORT_16, high, low] => self.extended(u64::from(u16::from_be_bytes([high, low])), 126),
            [_, SHORT_64, a, b, c, d, e, f, g, h] => {
                self.extended(u64::from_be_bytes([a, b, c, d, e, f, g, h]), 1 << 16)
            }
            _ => Ok(()),
        }
    }

    fn check_first(&self, first: u8) -> Result<(), Violation> {
        let opcode = first & 0x0F;
        let may_be_deflated = self.deflate && matches!(opcode, 1 | 2);
        if first & 0x30 != 0 || first & 0x40 != 0 && !may_be_deflated {
            return Err(Violation::ReservedBits);
        }
        if !matches!(opcode, 0..=2 | 8..=10) {
            return Err(Violation::Opcode { opcode });
        }
        if is_control(first) && first & 0x80 == 0 {
            return Err(Violation::ControlInPieces);
        }
        Ok(())
    }

    fn extended(&mut self, length: u64, least: u64) -> Result<(), Violation> {
        if length < least {
            return Err(Violation::Length);
        }
        if length > i64::MAX as u64 {
            return Err(Violation::LengthSign);
        }
        self.end_head(length);
        Ok(())
    }

    fn end_head(&mut self, payload: u64) {
        self.head.clear();
        self.payload = payload;
    }
}

fn check_second(first: u8, second: u8) -> Result<(), Violation> {
    if second & 0x80 != 0 {
        return Err(Violation::Masked);
    }
    if is_control(first) && second >= SHORT_16 {
        return Err(Violation::ControlTooLong);
    }
    Ok(())
}

const fn is_control(first: u8) -> bool {
    first & 0x08 != 0
}

const SHORT_16: u8 = 126;
const SHORT_64: u8 = 127;
/// Without a mask, which no server's frame has.
const LONGEST_HEAD: usize = 10;

#[cfg(test)]
mod tests {
    use super::*;

    fn scan(deflate: bool, pieces: &[&[u8]]) -> Result<(), (usize, Violation)> {
        let mut scanner = Guard::new((), deflate).scanner;
        pieces.iter().try_for_each(|piece| scanner.scan(piece))
    }

    #[test]
    fn whole_frames_pass_however_they_are_cut() {
        let mut frames = vec![0x81, 2, b'h', b'i', 0x89, 0, 0x02, 126, 0, 200];
        frames.extend([7; 200]);
        frames.extend([0x80, 127, 0, 0, 0, 0, 0, 1, 0, 0]);
        frames.extend([7; 1 << 16]);
        frames.extend([0x88, 2, 3, 0xE8]);

        assert_eq!(scan(false, &[&frames]), Ok(()));
        let bytes: Vec<&[u8]> = frames.chunks(1).collect();
        assert_eq!(scan(false, &bytes), Ok(()));
    }

    #[test]
    fn each_violation_is_found_where_it_stands() {
        for (frame, at, violation) in [
            (&[0x81, 0x82, 1, 2, 3, 4][..], 1, Violation::Masked),
            (&[0x81, 0, 0xA1, 0], 2, Violation::ReservedBits),
            (&[0x91, 0], 0, Violation::ReservedBits),
            (&[0xC1, 0], 0, Violation::ReservedBits),
            (&[0x83, 0], 0, Violation::Opcode { opcode: 3 }),
            (&[0x8F, 0], 0, Violation::Opcode { opcode: 15 }),
            (&[0x09, 0], 0, Violation::ControlInPieces),
            (&[0x8A, 126, 0, 126], 1, Violation::ControlTooLong),
            (&[0x82, 126, 0, 125], 3, Violation::Length),
            (&[0x82, 127, 0, 0, 0, 0, 0, 0, 255, 255], 9, Violation::Length),
            (&[0x82, 127, 128, 0, 0, 0, 0, 0, 0, 0], 9, Violation::LengthSign),
        ] {
            assert_eq!(scan(false, &[frame]), Err((at, violation)), "{frame:?}");
        }
    }

    #[test]
    fn only_the_first_frame_of_a_message_may_be_marked_as_deflated() {
        assert_eq!(scan(true, &[&[0xC1, 0]]), Ok(()));
        for other in [0xC0, 0xC8, 0xC9, 0xCA] {
            assert_eq!(scan(true, &[&[other, 0]]), Err((0, Violation::ReservedBits)));
        }
    }
}
