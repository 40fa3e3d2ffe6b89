//! The few values of DER that the certificate library doesn't write.

/// A value with its tag and length in front (X.690 §8.1).
pub(super) fn value(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut head = vec![tag];
    match content.len() {
        short @ 0..0x80 => head.push(short as u8),
        long @ 0x80..0x100 => head.extend([0x81, long as u8]),
        long => head.extend([0x82, (long >> 8) as u8, long as u8]),
    }
    [head.as_slice(), content].concat()
}

/// Values one after another.
pub(super) fn sequence(parts: &[Vec<u8>]) -> Vec<u8> {
    value(SEQUENCE, &parts.concat())
}

/// A value within a tag of its context.
pub(super) fn within(number: u8, content: &[u8]) -> Vec<u8> {
    value(CONSTRUCTED | number, content)
}

pub(super) const INTEGER: u8 = 0x02;
pub(super) const BIT_STRING: u8 = 0x03;
pub(super) const OCTET_STRING: u8 = 0x04;
pub(super) const NULL: u8 = 0x05;
pub(super) const OBJECT_IDENTIFIER: u8 = 0x06;
pub(super) const ENUMERATED: u8 = 0x0A;
pub(super) const GENERALIZED_TIME: u8 = 0x18;
const SEQUENCE: u8 = 0x30;
const CONSTRUCTED: u8 = 0xA0;
