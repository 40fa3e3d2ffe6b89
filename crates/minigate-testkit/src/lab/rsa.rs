//! RSA without the demands of a library that is fit for use.
//!
//! The TLS library neither takes keys of 1024 bits nor signs with MD5 or SHA-1, and rightly so. Servers that have such
//! certificates exist, so the laboratory signs by plain exponentiation: right, slow, and open to every side channel.

use md5::Md5;
use num_bigint::BigUint;
use rcgen::{PKCS_RSA_SHA256, PublicKeyData, SignatureAlgorithm, SigningKey};
use sha1::Sha1;
use sha2::{Digest, Sha256};
use x509_parser::asn1_rs::{FromDer, Integer, Sequence};

use super::der::{self, INTEGER};

/// A key of which everybody knows the secret, since it lies in the repository.
#[derive(Clone, Debug)]
pub(super) struct RsaKey {
    modulus: BigUint,
    secret: BigUint,
    /// RSAPublicKey (RFC 8017 §A.1.1).
    public: Vec<u8>,
}

/// What is signed of a message.
#[derive(Clone, Copy, Debug)]
pub(super) enum Hash {
    Md5,
    Sha1,
    Sha256,
}

impl RsaKey {
    /// A key of 1024 bits: `openssl genrsa -traditional 1024 | openssl rsa -traditional -outform DER`.
    pub(super) fn short() -> Self {
        Self::read(include_bytes!("rsa1024.der"))
    }

    /// A server's key of 2048 bits, made in the same way.
    pub(super) fn usual() -> Self {
        Self::read(include_bytes!("rsa2048.der"))
    }

    /// An authority's key of 2048 bits, made in the same way.
    pub(super) fn authority() -> Self {
        Self::read(include_bytes!("authority2048.der"))
    }

    /// Reads an RSAPrivateKey (RFC 8017 §A.1.2).
    fn read(der: &[u8]) -> Self {
        let (_, key) = Sequence::from_der(der).expect("the fixture is a sequence");
        let mut rest = key.content.as_ref();
        let mut next = || {
            let (left, number) = Integer::from_der(rest).expect("the fixture holds numbers");
            rest = left;
            BigUint::from_bytes_be(number.as_ref())
        };
        let (_version, modulus, exponent, secret) = (next(), next(), next(), next());
        Self {
            public: der::sequence(&[integer(&modulus), integer(&exponent)]),
            modulus,
            secret,
        }
    }

    /// Signs a message (RSASSA-PKCS1-v1_5, RFC 8017 §8.2.1).
    pub(super) fn sign_with(&self, hash: Hash, message: &[u8]) -> Vec<u8> {
        let length = self.modulus.bits().div_ceil(8) as usize;
        let info = hash.info(message);
        let padding = vec![0xFF; length - info.len() - 3];
        let padded = [&[0, 1], padding.as_slice(), &[0], &info].concat();
        let signature = BigUint::from_bytes_be(&padded)
            .modpow(&self.secret, &self.modulus)
            .to_bytes_be();
        [vec![0; length - signature.len()], signature].concat()
    }
}

impl Hash {
    /// The last arc of its object identifier below `pkcs-1` (RFC 8017 §A.2.4).
    pub(super) const fn arc(self) -> u8 {
        match self {
            Self::Md5 => 4,
            Self::Sha1 => 5,
            Self::Sha256 => 11,
        }
    }

    /// DigestInfo (RFC 8017 §9.2).
    fn info(self, message: &[u8]) -> Vec<u8> {
        match self {
            Self::Md5 => [MD5_INFO, &Md5::digest(message)].concat(),
            Self::Sha1 => [SHA1_INFO, &Sha1::digest(message)].concat(),
            Self::Sha256 => [SHA256_INFO, &Sha256::digest(message)].concat(),
        }
    }
}

impl PublicKeyData for RsaKey {
    fn der_bytes(&self) -> &[u8] {
        &self.public
    }

    fn algorithm(&self) -> &'static SignatureAlgorithm {
        &PKCS_RSA_SHA256
    }
}

impl SigningKey for RsaKey {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, rcgen::Error> {
        Ok(self.sign_with(Hash::Sha256, message))
    }
}

fn integer(number: &BigUint) -> Vec<u8> {
    let bytes = number.to_bytes_be();
    // The first bit is the sign.
    let sign: &[u8] = if bytes.first().is_some_and(|byte| byte & 0x80 != 0) {
        &[0]
    } else {
        &[]
    };
    der::value(INTEGER, &[sign, &bytes].concat())
}

const MD5_INFO: &[u8] = b"\x30\x20\x30\x0c\x06\x08\x2a\x86\x48\x86\xf7\x0d\x02\x05\x05\x00\x04\x10";
const SHA1_INFO: &[u8] = b"\x30\x21\x30\x09\x06\x05\x2b\x0e\x03\x02\x1a\x05\x00\x04\x14";
const SHA256_INFO: &[u8] = b"\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\x04\x20";
