//! Certificates as text.

use std::fmt::Write;
use std::sync::LazyLock;

use data_encoding::{BASE64, Encoding};
use rustls::pki_types::CertificateDer;

use crate::certificate::{name, parse};

/// A certificate (RFC 7468 §5.1).
pub(super) fn pem(der: &CertificateDer<'_>) -> String {
    let lines = WRAPPED.encode(der);
    format!("-----BEGIN CERTIFICATE-----\n{lines}-----END CERTIFICATE-----\n")
}

/// Certificates one after the other, each with a line before it that says whose it is (RFC 7468 §2 allows that).
pub(super) fn full_chain(chain: &[CertificateDer<'_>]) -> String {
    let mut text = String::new();
    for der in chain {
        // Writing to a string can't fail.
        let _ = write!(text, "# {}\n{}", subject(der), pem(der));
    }
    text
}

/// A name that stays on its line, whatever the certificate says.
fn subject(der: &CertificateDer<'_>) -> String {
    let subject = parse(der).map(|certificate| name(certificate.subject()));
    let subject = subject.unwrap_or_default();
    let is_plain = |letter: char| letter.is_alphanumeric() || " .-_*@()&',/:=".contains(letter);
    let plain = subject
        .chars()
        .map(|letter| if is_plain(letter) { letter } else { '?' });
    plain.take(LONGEST_NAME).collect()
}

static WRAPPED: LazyLock<Encoding> = LazyLock::new(|| {
    let mut wrapped = BASE64.specification();
    wrapped.wrap.width = 64;
    wrapped.wrap.separator = "\n".to_owned();
    // The width is a multiple of four, and the separator has no letter of base64: that is all it asks for.
    wrapped.encoding().unwrap_or(BASE64)
});

const LONGEST_NAME: usize = 200;
