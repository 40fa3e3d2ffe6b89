//! A ClientHello of our own making, since no library offers what is broken.

use super::numbers::{Group, Suite, Version};

/// What a hello says; everything else in it is always the same.
#[derive(Clone, Debug)]
pub(super) struct Hello<'a> {
    /// The one version that it offers.
    pub(super) version: Version,
    /// The host that it names (SNI).
    pub(super) name: Option<&'a str>,
    /// The preferred one first.
    pub(super) suites: &'a [Suite],
    /// The preferred one first.
    pub(super) groups: &'a [Group],
    /// Whether it brings a key for X25519 along; without one, a server of TLS 1.3 says which group it wants.
    pub(super) key: Key,
}

/// Whether a hello brings a key along.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Key {
    Brought,
    Left,
}

impl Hello<'_> {
    /// The hello in a record of its own.
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let legacy_version = self.version.code().min(Version::Tls12.code());
        let body = [
            &legacy_version.to_be_bytes()[..],
            &random(),
            // With TLS 1.3 for devices in between that know 1.2 only (RFC 8446 §D.4), before it for no reason.
            &counted8(if self.version == Version::Tls13 {
                &[0x5A; 32]
            } else {
                &[]
            }),
            &counted16(&self.suites()),
            &counted8(&[NO_COMPRESSION]),
            &counted16(&self.extensions()),
        ]
        .concat();
        let message = [&[CLIENT_HELLO], counted24(&body).as_slice()].concat();
        // Old servers refuse records of a version that they don't know.
        [&[HANDSHAKE, 3, 1], counted16(&message).as_slice()].concat()
    }

    fn suites(&self) -> Vec<u8> {
        let suites = self.suites.iter().map(|suite| suite.0);
        numbers(suites.chain([SECURE_RENEGOTIATION]))
    }

    fn extensions(&self) -> Vec<u8> {
        let mut all = Vec::new();
        if let Some(name) = self.name {
            all.extend(extension(SERVER_NAME, &server_name(name)));
        }
        if !self.groups.is_empty() {
            let groups = numbers(self.groups.iter().map(|group| group.0));
            all.extend(extension(GROUPS, &counted16(&groups)));
        }
        all.extend(extension(POINT_FORMATS, &counted8(&[UNCOMPRESSED])));
        all.extend(extension(STATUS_REQUEST, &[OCSP, 0, 0, 0, 0]));
        all.extend(extension(PROTOCOLS, &protocols()));
        if self.version >= Version::Tls12 {
            let schemes = numbers(SCHEMES.iter().copied());
            all.extend(extension(SIGNATURE_ALGORITHMS, &counted16(&schemes)));
        }
        all.extend(match self.version {
            Version::Tls13 => self.newest(),
            _ => older(),
        });
        all
    }

    fn newest(&self) -> Vec<u8> {
        let share = match self.key {
            Key::Brought => [&X25519.to_be_bytes()[..], &counted16(&random())].concat(),
            Key::Left => Vec::new(),
        };
        [
            extension(
                SUPPORTED_VERSIONS,
                &counted8(&Version::Tls13.code().to_be_bytes()),
            ),
            extension(KEY_EXCHANGE_MODES, &counted8(&[WITH_DIFFIE_HELLMAN])),
            extension(KEY_SHARE, &counted16(&share)),
        ]
        .concat()
    }
}

fn older() -> Vec<u8> {
    [
        extension(STAMPS, &[]),
        extension(EXTENDED_MASTER_SECRET, &[]),
        extension(SESSION_TICKET, &[]),
    ]
    .concat()
}

/// Nothing secret depends on it: any 32 bytes are a public key of X25519, and no handshake of ours goes on.
fn random() -> [u8; 32] {
    let mut random = [0; 32];
    fastrand::fill(&mut random);
    random
}

fn server_name(name: &str) -> Vec<u8> {
    counted16(&[&[HOST_NAME], counted16(name.as_bytes()).as_slice()].concat())
}

fn protocols() -> Vec<u8> {
    counted16(&[counted8(b"h2"), counted8(b"http/1.1")].concat())
}

fn extension(kind: u16, content: &[u8]) -> Vec<u8> {
    [&kind.to_be_bytes(), counted16(content).as_slice()].concat()
}

fn numbers(numbers: impl Iterator<Item = u16>) -> Vec<u8> {
    numbers.flat_map(u16::to_be_bytes).collect()
}

fn counted8(content: &[u8]) -> Vec<u8> {
    counted::<1>(content)
}

fn counted16(content: &[u8]) -> Vec<u8> {
    counted::<2>(content)
}

fn counted24(content: &[u8]) -> Vec<u8> {
    counted::<3>(content)
}

/// Content with its length in front, in so many bytes; everything in a hello is short enough.
fn counted<const N: usize>(content: &[u8]) -> Vec<u8> {
    let length = content.len().to_be_bytes();
    let (_, length) = length.split_at(length.len() - N);
    [length, content].concat()
}

const HANDSHAKE: u8 = 22;
const CLIENT_HELLO: u8 = 1;
const NO_COMPRESSION: u8 = 0;
const SERVER_NAME: u16 = 0;
const HOST_NAME: u8 = 0;
const STATUS_REQUEST: u16 = 5;
const OCSP: u8 = 1;
const GROUPS: u16 = 10;
const POINT_FORMATS: u16 = 11;
const UNCOMPRESSED: u8 = 0;
const SIGNATURE_ALGORITHMS: u16 = 13;
const PROTOCOLS: u16 = 16;
const STAMPS: u16 = 18;
const EXTENDED_MASTER_SECRET: u16 = 23;
const SESSION_TICKET: u16 = 35;
const SUPPORTED_VERSIONS: u16 = 43;
const KEY_EXCHANGE_MODES: u16 = 45;
const WITH_DIFFIE_HELLMAN: u8 = 1;
const KEY_SHARE: u16 = 51;
const X25519: u16 = 29;
/// Says that renegotiation would be secure, in the form that servers without extensions take (RFC 5746 §3.3).
const SECURE_RENEGOTIATION: u16 = 0x00FF;
/// Every signature that there is, the better ones first.
const SCHEMES: &[u16] = &[
    0x0403, 0x0503, 0x0603, 0x0807, 0x0808, 0x0804, 0x0805, 0x0806, 0x0809, 0x080A, 0x080B, 0x0401, 0x0501,
    0x0601, 0x0708, 0x0303, 0x0301, 0x0203, 0x0201, 0x0402, 0x0202, 0x0101,
];
