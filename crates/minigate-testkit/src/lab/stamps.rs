//! Proofs that a certificate was published.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rcgen::CustomExtension;

use super::der::{self, OCTET_STRING};

/// The stamps of two logs, the second an hour after the first (RFC 6962 §3.3); nobody has signed them.
pub(super) fn stamps(first: SystemTime) -> CustomExtension {
    let second = first + Duration::from_secs(60 * 60);
    let list = [stamp(0x11, first), stamp(0x22, second)].concat();
    let content = der::value(OCTET_STRING, &counted(&list));
    CustomExtension::from_oid_content(STAMPS, content)
}

fn stamp(log: u8, at: SystemTime) -> Vec<u8> {
    let at = at.duration_since(UNIX_EPOCH).unwrap_or_default().as_millis() as u64;
    let content = [
        &[VERSION_1][..],
        &[log; 32],
        &at.to_be_bytes(),
        &counted(&[]),
        &ECDSA_WITH_SHA256,
        &counted(&[0; 8]),
    ];
    counted(&content.concat())
}

fn counted(content: &[u8]) -> Vec<u8> {
    [&(content.len() as u16).to_be_bytes(), content].concat()
}

const STAMPS: &[u64] = &[1, 3, 6, 1, 4, 1, 11129, 2, 4, 2];
const VERSION_1: u8 = 0;
const ECDSA_WITH_SHA256: [u8; 2] = [4, 3];
