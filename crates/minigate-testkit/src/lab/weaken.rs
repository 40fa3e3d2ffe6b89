//! Certificates that are signed as none should be.

use rustls::pki_types::CertificateDer;
use x509_parser::certificate::X509Certificate;
use x509_parser::prelude::FromDer;

use super::der::{self, BIT_STRING, NULL, OBJECT_IDENTIFIER};
use super::rsa::{Hash, RsaKey};

/// Signs a certificate of an RSA authority again, with another hash; it says so in both places (RFC 5280 §4.1.1.2).
pub(super) fn sign_again(
    certificate: &CertificateDer<'_>,
    hash: Hash,
    authority: &RsaKey,
) -> CertificateDer<'static> {
    let (_, parsed) = X509Certificate::from_der(certificate).expect("the certificate was just made");
    // Both identifiers have one length, so nothing else in the certificate moves.
    let content = replaced(
        parsed.tbs_certificate.as_ref(),
        &algorithm(Hash::Sha256),
        &algorithm(hash),
    );
    let signature = authority.sign_with(hash, &content);
    let signature = der::value(BIT_STRING, &[&[0], signature.as_slice()].concat());
    der::sequence(&[content, algorithm(hash), signature]).into()
}

fn algorithm(hash: Hash) -> Vec<u8> {
    let identifier = [PKCS_1, &[hash.arc()]].concat();
    der::sequence(&[der::value(OBJECT_IDENTIFIER, &identifier), der::value(NULL, &[])])
}

fn replaced(content: &[u8], old: &[u8], new: &[u8]) -> Vec<u8> {
    let at = content
        .windows(old.len())
        .position(|window| window == old)
        .expect("an RSA authority signs with SHA-256");
    let (before, rest) = content.split_at(at);
    let (_, after) = rest.split_at(old.len());
    [before, new, after].concat()
}

/// 1.2.840.113549.1.1
const PKCS_1: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01];
