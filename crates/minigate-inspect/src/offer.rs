//! What a client offers in its hello, and what certificates it takes.

use jiff::civil::Date;
use rustls::{CipherSuite, NamedGroup, ProtocolVersion, SignatureScheme};
use serde::Deserialize;

use crate::registry;

/// What a device's TLS offers, by default and without the app's doing.
///
/// Where a row of the matrix stands for several versions of a system, this is what each of them has.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Offer {
    /// What it is called in the data.
    pub id: String,
    /// The library or class that makes the connection.
    pub stack: String,
    /// The versions that are on, the oldest first.
    #[serde(deserialize_with = "registry::versions")]
    pub versions: Vec<ProtocolVersion>,
    /// The suites that are on.
    #[serde(deserialize_with = "registry::suites")]
    pub suites: Vec<CipherSuite>,
    /// The groups for the key exchange.
    #[serde(deserialize_with = "registry::groups")]
    pub groups: Vec<NamedGroup>,
    /// The signatures that it names; none before TLS 1.2, which has no list of them.
    #[serde(deserialize_with = "registry::schemes")]
    pub schemes: Vec<SignatureScheme>,
    /// Whether it names the host that it wants (SNI).
    pub sni: bool,
    /// The shortest RSA key that it takes in a certificate, in bits.
    pub least_rsa_bits: u32,
    /// Whether it takes certificates signed with SHA-1.
    pub sha1_certificates: bool,
    /// Whether it takes certificates signed with MD5.
    pub md5_certificates: bool,
    /// Where all this is written down.
    pub sources: Vec<String>,
    /// When the sources were read.
    pub date: Date,
    /// What the sources leave open.
    pub note: String,
}

impl Offer {
    /// Whether it speaks a version.
    #[must_use]
    pub fn speaks(&self, version: ProtocolVersion) -> bool {
        self.versions.contains(&version)
    }

    /// Whether it offers a suite.
    #[must_use]
    pub fn has_suite(&self, suite: CipherSuite) -> bool {
        self.suites.contains(&suite)
    }

    /// Whether it offers a group.
    #[must_use]
    pub fn has_group(&self, group: NamedGroup) -> bool {
        self.groups.contains(&group)
    }
}
