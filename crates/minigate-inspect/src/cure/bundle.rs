//! Certificates as authorities publish them.

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use x509_parser::asn1_rs::{Any, FromBer, Oid, Tag};

use crate::certificate::parse;

/// The certificates of a file: one in DER, any number in PEM, or a PKCS#7 bundle of nothing else (RFC 5652 §5.1), as
/// RFC 5280 §4.2.2.1 has it. None where there are none that can be read; 32 at most.
pub(super) fn read(file: &[u8]) -> Vec<CertificateDer<'static>> {
    if parse(file).is_ok() {
        return vec![CertificateDer::from(file.to_vec())];
    }
    let mut found: Vec<_> = CertificateDer::pem_slice_iter(file)
        .map_while(Result::ok)
        .take(MOST)
        .collect();
    if found.is_empty() {
        found = pkcs7(file).unwrap_or_default();
    }
    found.retain(|der| parse(der).is_ok());
    found
}

/// ```text
/// ContentInfo ::= SEQUENCE { OID, [0] SignedData }
/// SignedData  ::= SEQUENCE { version, digestAlgorithms, encapContentInfo, [0] certificates, … }
/// ```
fn pkcs7(file: &[u8]) -> Option<Vec<CertificateDer<'static>>> {
    let (rest, kind) = Oid::from_ber(inside(file, Tag::Sequence)?).ok()?;
    if kind != SIGNED_DATA {
        return None;
    }
    let (_, wrapped) = Any::from_ber(rest).ok()?;
    let data = inside(wrapped.data, Tag::Sequence)?;
    let certificates =
        values(data).find(|(value, _)| value.header.is_contextspecific() && value.tag().0 == 0);
    let (certificates, _) = certificates?;
    let ders = values(certificates.data).map(|(_, der)| CertificateDer::from(der.to_vec()));
    Some(ders.take(MOST).collect())
}

fn inside(bytes: &[u8], tag: Tag) -> Option<&[u8]> {
    let (_, value) = Any::from_ber(bytes).ok()?;
    (value.tag() == tag).then_some(value.data)
}

/// Values one after the other, each with the bytes that it was read from.
fn values(mut bytes: &[u8]) -> impl Iterator<Item = (Any<'_>, &[u8])> {
    std::iter::from_fn(move || {
        let (rest, value) = Any::from_ber(bytes).ok()?;
        let read = bytes.get(..bytes.len() - rest.len())?;
        bytes = rest;
        Some((value, read))
    })
}

const SIGNED_DATA: Oid<'static> = x509_parser::der_parser::oid!(1.2.840.113549.1.7.2);
const MOST: usize = 32;
