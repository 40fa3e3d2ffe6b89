//! The numbers by which Chromium's network stack calls a failure.

use std::fmt;

/// A failure as Chromium's network stack, which the platform's clients use, names and numbers it.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct NetError {
    /// The name, `ERR_CERT_DATE_INVALID` for instance.
    pub name: &'static str,
    /// The number, negative.
    pub number: i32,
}

impl NetError {
    /// The connection was closed.
    pub const CONNECTION_CLOSED: Self = Self::new("ERR_CONNECTION_CLOSED", -100);
    /// The connection was reset.
    pub const CONNECTION_RESET: Self = Self::new("ERR_CONNECTION_RESET", -101);
    /// What the peer says isn't TLS, or breaks its rules.
    pub const SSL_PROTOCOL_ERROR: Self = Self::new("ERR_SSL_PROTOCOL_ERROR", -107);
    /// No common version or suite.
    pub const SSL_VERSION_OR_CIPHER_MISMATCH: Self = Self::new("ERR_SSL_VERSION_OR_CIPHER_MISMATCH", -113);
    /// The server asks for a client's certificate, or refuses it.
    pub const BAD_SSL_CLIENT_AUTH_CERT: Self = Self::new("ERR_BAD_SSL_CLIENT_AUTH_CERT", -117);
    /// The server doesn't know the name.
    pub const SSL_UNRECOGNIZED_NAME_ALERT: Self = Self::new("ERR_SSL_UNRECOGNIZED_NAME_ALERT", -159);
    /// The certificate is for other names.
    pub const CERT_COMMON_NAME_INVALID: Self = Self::new("ERR_CERT_COMMON_NAME_INVALID", -200);
    /// The certificate has expired or isn't valid yet.
    pub const CERT_DATE_INVALID: Self = Self::new("ERR_CERT_DATE_INVALID", -201);
    /// No trusted root stands behind the certificate.
    pub const CERT_AUTHORITY_INVALID: Self = Self::new("ERR_CERT_AUTHORITY_INVALID", -202);
    /// The certificate can't be read or used.
    pub const CERT_INVALID: Self = Self::new("ERR_CERT_INVALID", -207);
    /// A signature in the chain is too weak.
    pub const CERT_WEAK_SIGNATURE_ALGORITHM: Self = Self::new("ERR_CERT_WEAK_SIGNATURE_ALGORITHM", -208);
    /// A key in the chain is too short.
    pub const CERT_WEAK_KEY: Self = Self::new("ERR_CERT_WEAK_KEY", -211);
    /// The certificate is valid for too long.
    pub const CERT_VALIDITY_TOO_LONG: Self = Self::new("ERR_CERT_VALIDITY_TOO_LONG", -213);
    /// Something else failed.
    pub const FAILED: Self = Self::new("ERR_FAILED", -2);

    const fn new(name: &'static str, number: i32) -> Self {
        Self { name, number }
    }
}

impl fmt::Display for NetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}
