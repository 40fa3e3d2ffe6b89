//! Bodies that aren't what they seem.

use std::io::Write;

use bytes::Bytes;
use flate2::write::GzEncoder;
use flate2::{Compress, Compression, Crc, FlushCompress};

use crate::answer::{answer, head};
use crate::script::{Script, Steps};
use crate::signal::Pace;

/// A correct answer, its body of 60 bytes sent byte by byte.
pub fn slow_body(pace: Pace) -> Script {
    let head = head(200, [("content-type", "text/plain"), ("content-length", "60")]);
    Steps::over_tls()
        .read_request()
        .write(head)
        .write_slowly("a".repeat(60), pace)
        .close()
}

/// A body in chunks without an end.
pub fn endless_body() -> Script {
    let chunk = format!("4000\r\n{}\r\n", "a".repeat(16 << 10));
    let head = head(200, [("transfer-encoding", "chunked")]);
    Steps::over_tls()
        .read_request()
        .write(head)
        .write_forever(chunk)
        .close()
}

/// A valid gzip body of so many MiB of zeros, a thousandth of that on the wire.
pub fn gzip_bomb(mebibytes: usize) -> Script {
    let bomb = Bomb::of(mebibytes);
    let length = bomb.len().to_string();
    let head = head(200, [("content-encoding", "gzip"), ("content-length", &length)]);
    let start = Steps::over_tls().read_request().write(head).write(GZIP_HEAD);
    start
        .write_times(bomb.mebibyte, bomb.times)
        .write(bomb.end)
        .close()
}

/// A body that says to be coded a hundred times over.
pub fn gzip_of_gzip() -> Script {
    let codings = vec!["gzip"; 100].join(", ");
    says(answer(200, &[("content-encoding", &codings)], gzip(b"hello")))
}

/// A gzip body that is damaged in the middle.
pub fn broken_gzip() -> Script {
    let mut body = gzip("All work and no play. ".repeat(100).as_bytes());
    let middle = body.len() / 2;
    body.iter_mut()
        .skip(middle)
        .take(8)
        .for_each(|byte| *byte ^= 0xff);
    says(answer(200, &[("content-encoding", "gzip")], body))
}

/// `你好` in GBK, said to be UTF-8.
pub fn gbk_said_to_be_utf8() -> Script {
    says(answer(
        200,
        &[("content-type", "text/plain; charset=utf-8")],
        b"\xc4\xe3\xba\xc3",
    ))
}

/// JSON behind ten byte order marks (rule N7 takes one away).
pub fn ten_boms() -> Script {
    says(answer(
        200,
        &[("content-type", "application/json")],
        "\u{feff}".repeat(10) + "{}",
    ))
}

fn says(answer: Bytes) -> Script {
    Steps::over_tls().read_request().write(answer).close()
}

fn gzip(plain: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(plain).expect("memory can be written");
    encoder.finish().expect("memory can be written")
}

/// Repeats one compressed MiB: a full flush (RFC 1951 §3.2.4) makes it end on a byte and refer to nothing before it.
struct Bomb {
    mebibyte: Vec<u8>,
    times: usize,
    end: Vec<u8>,
}

impl Bomb {
    fn of(times: usize) -> Self {
        let plain = vec![0; 1 << 20];
        let mut mebibyte = Vec::with_capacity(8 << 10);
        Compress::new(Compression::best(), false)
            .compress_vec(&plain, &mut mebibyte, FlushCompress::Full)
            .expect("zeros can be compressed");
        let mut crc = Crc::new();
        let mut one = Crc::new();
        one.update(&plain);
        (0..times).for_each(|_| crc.combine(&one));
        let last_block = [0x03, 0x00];
        let end = [
            &last_block[..],
            &crc.sum().to_le_bytes(),
            &crc.amount().to_le_bytes(),
        ]
        .concat();
        Self { mebibyte, times, end }
    }

    fn len(&self) -> usize {
        GZIP_HEAD.len() + self.mebibyte.len() * self.times + self.end.len()
    }
}

// RFC 1952 §2.3: deflate, no flags, no time, an unknown system.
const GZIP_HEAD: &[u8] = &[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];

#[cfg(test)]
mod tests {
    use std::io::Read;

    use flate2::read::GzDecoder;

    use super::*;

    #[test]
    fn a_bomb_is_valid_gzip() {
        let bomb = Bomb::of(5);
        let packed = [GZIP_HEAD, &bomb.mebibyte.repeat(5), &bomb.end].concat();

        let mut plain = Vec::new();
        GzDecoder::new(packed.as_slice()).read_to_end(&mut plain).unwrap();

        assert_eq!(packed.len(), bomb.len());
        assert_eq!(plain, vec![0; 5 << 20]);
    }

    #[test]
    fn a_bomb_of_four_gibibytes_is_small() {
        assert!(Bomb::of(4 << 10).len() < 8 << 20);
    }
}
