//! What an authority says of one certificate (RFC 6960).

use std::time::SystemTime;

use jiff::Timestamp;
use rcgen::SigningKey;
use sha1::{Digest, Sha1};
use x509_parser::certificate::X509Certificate;
use x509_parser::prelude::FromDer;

use super::der::{
    self, BIT_STRING, ENUMERATED, GENERALIZED_TIME, INTEGER, NULL, OBJECT_IDENTIFIER, OCTET_STRING, within,
};
use super::pki::{Ca, Pki};
use super::site::SERIAL;

/// What is said of the certificate.
#[derive(Clone, Copy, Debug)]
pub(super) enum Said {
    Good,
    /// Two days before now, since its key was stolen.
    Revoked,
}

/// A response of the lower intermediate about its leaf, made yesterday and good for six more days.
pub(super) fn staple(pki: &Pki, said: Said) -> Vec<u8> {
    let basic = der::sequence(&signed(&data(pki, said), &pki.lower));
    let bytes = der::sequence(&[
        der::value(OBJECT_IDENTIFIER, BASIC_RESPONSE),
        der::value(OCTET_STRING, &basic),
    ]);
    der::sequence(&[der::value(ENUMERATED, &[SUCCESSFUL]), within(0, &bytes)])
}

fn signed(data: &[u8], authority: &Ca) -> [Vec<u8>; 3] {
    let signature = authority.key().sign(data).expect("the authority can sign");
    [
        data.to_vec(),
        der::sequence(&[der::value(OBJECT_IDENTIFIER, ECDSA_WITH_SHA256)]),
        der::value(BIT_STRING, &[&[0], signature.as_slice()].concat()),
    ]
}

fn data(pki: &Pki, said: Said) -> Vec<u8> {
    let (_, issuer) = X509Certificate::from_der(pki.lower.der()).expect("the authority was just made");
    let key_hash = Sha1::digest(&issuer.public_key().subject_public_key.data);
    let single = der::sequence(&[
        certificate_id(issuer.subject().as_raw(), &key_hash),
        status(pki, said),
        moment(pki.day(-1)),
        within(0, &moment(pki.day(6))),
    ]);
    der::sequence(&[
        within(2, &der::value(OCTET_STRING, &key_hash)),
        moment(pki.day(-1)),
        der::sequence(&[single]),
    ])
}

fn certificate_id(issuer: &[u8], key_hash: &[u8]) -> Vec<u8> {
    let serial = SERIAL.to_be_bytes();
    let serial: Vec<u8> = serial.into_iter().skip_while(|byte| *byte == 0).collect();
    der::sequence(&[
        der::sequence(&[der::value(OBJECT_IDENTIFIER, SHA1), der::value(NULL, &[])]),
        der::value(OCTET_STRING, &Sha1::digest(issuer)),
        der::value(OCTET_STRING, key_hash),
        der::value(INTEGER, &serial),
    ])
}

fn status(pki: &Pki, said: Said) -> Vec<u8> {
    match said {
        Said::Good => vec![0x80, 0],
        Said::Revoked => {
            let reason = within(0, &der::value(ENUMERATED, &[KEY_COMPROMISE]));
            within(1, &[moment(pki.day(-2)), reason].concat())
        }
    }
}

fn moment(at: SystemTime) -> Vec<u8> {
    let at = Timestamp::try_from(at).expect("the moment lies in this age");
    der::value(
        GENERALIZED_TIME,
        at.strftime("%Y%m%d%H%M%SZ").to_string().as_bytes(),
    )
}

/// 1.3.6.1.5.5.7.48.1.1
const BASIC_RESPONSE: &[u8] = &[0x2B, 6, 1, 5, 5, 7, 0x30, 1, 1];
/// 1.2.840.10045.4.3.2
const ECDSA_WITH_SHA256: &[u8] = &[0x2A, 0x86, 0x48, 0xCE, 0x3D, 4, 3, 2];
/// 1.3.14.3.2.26
const SHA1: &[u8] = &[0x2B, 0x0E, 3, 2, 0x1A];
const SUCCESSFUL: u8 = 0;
const KEY_COMPROMISE: u8 = 1;
