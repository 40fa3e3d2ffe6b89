//! The protocol's numbers, with the names that people know them by.

use std::fmt;

use serde::{Deserialize, Serialize};
use tls_parser::{TlsCipherEncMode, TlsCipherKx, TlsCipherMac, TlsCipherSuite};

/// A version of TLS.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
pub enum Version {
    /// RFC 2246.
    #[serde(rename = "1.0")]
    Tls10,
    /// RFC 4346.
    #[serde(rename = "1.1")]
    Tls11,
    /// RFC 5246.
    #[serde(rename = "1.2")]
    Tls12,
    /// RFC 8446.
    #[serde(rename = "1.3")]
    Tls13,
}

impl Version {
    /// All of them, the oldest first.
    pub const ALL: [Self; 4] = [Self::Tls10, Self::Tls11, Self::Tls12, Self::Tls13];

    /// Its number on the wire.
    #[must_use]
    pub const fn code(self) -> u16 {
        match self {
            Self::Tls10 => 0x0301,
            Self::Tls11 => 0x0302,
            Self::Tls12 => 0x0303,
            Self::Tls13 => 0x0304,
        }
    }

    /// The version of this number.
    #[must_use]
    pub fn of_code(code: u16) -> Option<Self> {
        Self::ALL.into_iter().find(|version| version.code() == code)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Tls10 => "TLS 1.0",
            Self::Tls11 => "TLS 1.1",
            Self::Tls12 => "TLS 1.2",
            Self::Tls13 => "TLS 1.3",
        })
    }
}

/// A cipher suite, by its number.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(transparent)]
pub struct Suite(pub u16);

impl Suite {
    /// Its name in the registry of the IANA, where it has one.
    #[must_use]
    pub fn name(self) -> Option<&'static str> {
        self.entry().map(|entry| entry.name)
    }

    /// Whether recordings stay secret when the server's key is lost: the key exchange is ephemeral.
    #[must_use]
    pub fn is_forward_secret(self) -> bool {
        self.entry().is_some_and(|entry| {
            matches!(
                entry.kx,
                TlsCipherKx::Dhe | TlsCipherKx::Ecdhe | TlsCipherKx::Eccpwd | TlsCipherKx::Tls13
            )
        })
    }

    /// Whether it encrypts and authenticates at once: GCM, CCM or ChaCha20-Poly1305.
    #[must_use]
    pub fn is_aead(self) -> bool {
        self.entry().is_some_and(|entry| entry.mac == TlsCipherMac::Aead)
    }

    /// Whether it encrypts with CBC.
    #[must_use]
    pub fn is_cbc(self) -> bool {
        self.entry()
            .is_some_and(|entry| entry.enc_mode == TlsCipherEncMode::Cbc)
    }

    /// How the keys are exchanged, where the suite settles that.
    pub(super) fn exchange(self) -> Option<TlsCipherKx> {
        self.entry().map(|entry| entry.kx)
    }

    /// Whether the client has a say in the group: ephemeral elliptic curves, and TLS 1.3 always.
    pub(crate) fn needs_group(self) -> bool {
        matches!(
            self.exchange(),
            Some(TlsCipherKx::Ecdhe | TlsCipherKx::Aecdh | TlsCipherKx::Tls13)
        )
    }

    /// Whether it exists before TLS 1.2.
    pub(super) fn is_old(self) -> bool {
        self.entry().is_some_and(|entry| {
            matches!(
                entry.mac,
                TlsCipherMac::Null | TlsCipherMac::HmacMd5 | TlsCipherMac::HmacSha1
            )
        })
    }

    fn entry(self) -> Option<&'static TlsCipherSuite> {
        TlsCipherSuite::from_id(self.0)
    }
}

macro_rules! named {
    ($(#[$doc:meta])* $name:ident($number:ty) { $($code:literal => $text:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
        #[serde(transparent)]
        pub struct $name(pub $number);

        impl $name {
            /// Its name in the registry of the IANA, where it is known here.
            #[must_use]
            pub const fn name(self) -> Option<&'static str> {
                match self.0 {
                    $($code => Some($text),)*
                    _ => None,
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                match self.name() {
                    Some(name) => f.write_str(name),
                    None => write!(f, "0x{:04x}", self.0),
                }
            }
        }
    };
}

impl fmt::Display for Suite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.write_str(name),
            None => write!(f, "0x{:04x}", self.0),
        }
    }
}

named! {
    /// A group in which keys are exchanged, by its number.
    Group(u16) {
        19 => "secp192r1",
        21 => "secp224r1",
        22 => "secp256k1",
        23 => "secp256r1",
        24 => "secp384r1",
        25 => "secp521r1",
        26 => "brainpoolP256r1",
        27 => "brainpoolP384r1",
        28 => "brainpoolP512r1",
        29 => "x25519",
        30 => "x448",
        41 => "curveSM2",
        0x0100 => "ffdhe2048",
        0x0101 => "ffdhe3072",
        0x0102 => "ffdhe4096",
        0x0103 => "ffdhe6144",
        0x0104 => "ffdhe8192",
        0x11EB => "SecP256r1MLKEM768",
        0x11EC => "X25519MLKEM768",
        0x11ED => "SecP384r1MLKEM1024",
    }
}

named! {
    /// What a key exchange is signed with, by its number.
    Scheme(u16) {
        0x0101 => "rsa_pkcs1_md5",
        0x0201 => "rsa_pkcs1_sha1",
        0x0202 => "dsa_sha1",
        0x0203 => "ecdsa_sha1",
        0x0301 => "rsa_pkcs1_sha224",
        0x0303 => "ecdsa_sha224",
        0x0401 => "rsa_pkcs1_sha256",
        0x0402 => "dsa_sha256",
        0x0403 => "ecdsa_secp256r1_sha256",
        0x0501 => "rsa_pkcs1_sha384",
        0x0503 => "ecdsa_secp384r1_sha384",
        0x0601 => "rsa_pkcs1_sha512",
        0x0603 => "ecdsa_secp521r1_sha512",
        0x0708 => "sm2sig_sm3",
        0x0804 => "rsa_pss_rsae_sha256",
        0x0805 => "rsa_pss_rsae_sha384",
        0x0806 => "rsa_pss_rsae_sha512",
        0x0807 => "ed25519",
        0x0808 => "ed448",
        0x0809 => "rsa_pss_pss_sha256",
        0x080A => "rsa_pss_pss_sha384",
        0x080B => "rsa_pss_pss_sha512",
    }
}

named! {
    /// Why a server ends a handshake, by its number (RFC 8446 §6).
    Alert(u8) {
        0 => "close_notify",
        10 => "unexpected_message",
        20 => "bad_record_mac",
        21 => "decryption_failed",
        22 => "record_overflow",
        30 => "decompression_failure",
        40 => "handshake_failure",
        41 => "no_certificate",
        42 => "bad_certificate",
        43 => "unsupported_certificate",
        44 => "certificate_revoked",
        45 => "certificate_expired",
        46 => "certificate_unknown",
        47 => "illegal_parameter",
        48 => "unknown_ca",
        49 => "access_denied",
        50 => "decode_error",
        51 => "decrypt_error",
        60 => "export_restriction",
        70 => "protocol_version",
        71 => "insufficient_security",
        80 => "internal_error",
        86 => "inappropriate_fallback",
        90 => "user_canceled",
        100 => "no_renegotiation",
        109 => "missing_extension",
        110 => "unsupported_extension",
        111 => "certificate_unobtainable",
        112 => "unrecognized_name",
        113 => "bad_certificate_status_response",
        114 => "bad_certificate_hash_value",
        115 => "unknown_psk_identity",
        116 => "certificate_required",
        120 => "no_application_protocol",
    }
}

impl Alert {
    pub(crate) const HANDSHAKE_FAILURE: Self = Self(40);
    pub(crate) const PROTOCOL_VERSION: Self = Self(70);
    pub(crate) const INSUFFICIENT_SECURITY: Self = Self(71);
    pub(crate) const NO_APPLICATION_PROTOCOL: Self = Self(120);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_suite_tells_what_it_is() {
        let modern = Suite(0xC02F);
        let old = Suite(0x002F);

        assert_eq!(modern.to_string(), "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256");
        assert!(modern.is_forward_secret() && modern.is_aead() && !modern.is_old());
        assert!(!old.is_forward_secret() && old.is_cbc() && old.is_old());
        assert_eq!(Suite(0x0A0B).to_string(), "0x0a0b");
    }

    #[test]
    fn every_version_is_found_by_its_number() {
        for version in Version::ALL {
            assert_eq!(Version::of_code(version.code()), Some(version));
        }
        assert_eq!(Version::of_code(0x0300), None);
    }
}
