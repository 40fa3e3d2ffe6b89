//! What an authority says of one certificate, as a server staples it (RFC 6960); pure.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha1::{Digest, Sha1};
use x509_parser::asn1_rs::{Any, BitString, Class, FromDer, Tag};
use x509_parser::certificate::X509Certificate;
use x509_parser::time::ASN1Time;
use x509_parser::verify::verify_signature;
use x509_parser::x509::AlgorithmIdentifier;

use crate::certificate::{Unreadable, moment, parse};

/// Whether a certificate is revoked, as far as the server itself tells it.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", tag = "state")]
pub enum Revocation {
    /// Nothing is stapled.
    NotStapled,
    /// What is stapled can't be read.
    Unreadable(Unreadable),
    /// The authority couldn't answer when it was asked.
    NoAnswer {
        /// Why, by its number (RFC 6960 §4.2.1): 1 malformed request, 2 internal error, 3 try later, 5 signature
        /// required, 6 unauthorized.
        status: u32,
    },
    /// The answer is about other certificates.
    ForAnother,
    /// An answer about this one.
    Told(Told),
}

/// An answer about a certificate.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Told {
    /// What is said.
    pub status: Status,
    /// Since when this is known to be right.
    pub this_update: Timestamp,
    /// Until when there will be another answer.
    pub next_update: Option<Timestamp>,
    /// Whether the issuer signed it, or somebody whom the issuer entitled to; unknown where the issuer wasn't sent.
    pub is_signed: Option<bool>,
}

impl Told {
    /// Whether the answer is neither of the future nor outdated.
    #[must_use]
    pub fn is_current(&self, now: Timestamp) -> bool {
        self.this_update <= now && self.next_update.is_none_or(|next| now <= next)
    }
}

/// What is said of a certificate.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase", tag = "said")]
pub enum Status {
    /// It isn't revoked.
    Good,
    /// It is revoked.
    Revoked {
        /// Since when.
        at: Timestamp,
        /// Why, by its number (RFC 5280 §5.3.1); 1 is a stolen key.
        reason: Option<u32>,
    },
    /// The authority doesn't know it.
    Unknown,
}

impl Revocation {
    /// Reads a stapled response about a certificate; the issuer, where it is known, vouches for it.
    #[must_use]
    pub fn read(staple: &[u8], certificate: &[u8], issuer: Option<&[u8]>) -> Self {
        read(staple, certificate, issuer).unwrap_or_else(Self::Unreadable)
    }
}

fn read(staple: &[u8], certificate: &[u8], issuer: Option<&[u8]>) -> Result<Revocation, Unreadable> {
    let certificate = parse(certificate)?;
    let mut response = Reader(staple).sequence()?;
    let status = small(&response.next()?)?;
    if status != SUCCESSFUL {
        return Ok(Revocation::NoAnswer { status });
    }
    let mut bytes = response.within(0)?.sequence()?;
    bytes.next()?;
    let basic = bytes.next()?.data;
    let mut basic = Reader(basic).sequence()?;
    let signed = basic.raw()?;
    let Some(mut told) = told(signed, &certificate)? else {
        return Ok(Revocation::ForAnother);
    };
    let issuer = issuer.map(parse).transpose()?;
    told.is_signed = issuer.map(|issuer| is_signed(signed, basic, &issuer));
    Ok(Revocation::Told(told))
}

/// What ResponseData says of the certificate.
fn told(signed: &[u8], certificate: &X509Certificate<'_>) -> Result<Option<Told>, Unreadable> {
    let mut data = Reader(signed).sequence()?;
    data.skip_version()?;
    data.next()?;
    data.next()?;
    let mut answers = data.sequence()?;
    for _ in 0..MOST_ANSWERS {
        if answers.is_empty() {
            break;
        }
        let mut answer = answers.sequence()?;
        if is_meant(answer.sequence()?, certificate)? {
            return Ok(Some(Told {
                status: status(&answer.next()?)?,
                this_update: time(answer.raw()?)?,
                next_update: answer.within(0).ok().map(|next| time(next.0)).transpose()?,
                is_signed: None,
            }));
        }
    }
    Ok(None)
}

/// Whether CertID names the certificate: its number, and its issuer's name where that is hashed with SHA-1, as it is
/// nearly everywhere.
fn is_meant(mut id: Reader<'_>, certificate: &X509Certificate<'_>) -> Result<bool, Unreadable> {
    id.next()?;
    let issuer_hash = id.next()?.data;
    id.next()?;
    let serial = id.next()?.data;
    let own_hash = Sha1::digest(certificate.issuer().as_raw());
    let is_issuer = issuer_hash.len() != own_hash.len() || issuer_hash == own_hash.as_slice();
    Ok(is_issuer && without_zeros(serial) == without_zeros(certificate.raw_serial()))
}

fn without_zeros(mut number: &[u8]) -> &[u8] {
    while let [0, rest @ ..] = number {
        number = rest;
    }
    number
}

fn status(value: &Any<'_>) -> Result<Status, Unreadable> {
    match value.header.tag().0 {
        0 => Ok(Status::Good),
        1 => {
            let mut revoked = Reader(value.data);
            Ok(Status::Revoked {
                at: time(revoked.raw()?)?,
                reason: revoked
                    .within(0)
                    .ok()
                    .map(|mut reason| small(&reason.next()?))
                    .transpose()?,
            })
        }
        2 => Ok(Status::Unknown),
        _ => Err(Unreadable::because("a status of no known kind")),
    }
}

/// Whether the issuer signed the data, or somebody whom it entitled to (RFC 6960 §4.2.2.2).
fn is_signed(data: &[u8], mut rest: Reader<'_>, issuer: &X509Certificate<'_>) -> bool {
    let Ok((after, algorithm)) = AlgorithmIdentifier::from_der(rest.0) else {
        return false;
    };
    let Ok((after, signature)) = BitString::from_der(after) else {
        return false;
    };
    rest.0 = after;
    let is_signed_by = |signer: &X509Certificate<'_>| {
        verify_signature(signer.public_key(), &algorithm, &signature, data).is_ok()
    };
    is_signed_by(issuer)
        || delegate(rest).is_some_and(|delegate| is_entitled(&delegate, issuer) && is_signed_by(&delegate))
}

fn delegate(mut rest: Reader<'_>) -> Option<X509Certificate<'_>> {
    let mut certificates = rest.within(0).ok()?.sequence().ok()?;
    parse(certificates.raw().ok()?).ok()
}

fn is_entitled(delegate: &X509Certificate<'_>, issuer: &X509Certificate<'_>) -> bool {
    let usage = delegate.extended_key_usage().ok().flatten();
    usage.is_some_and(|usage| usage.value.ocsp_signing)
        && delegate.verify_signature(Some(issuer.public_key())).is_ok()
}

fn time(der: &[u8]) -> Result<Timestamp, Unreadable> {
    let (_, time) = ASN1Time::from_der(der).map_err(Unreadable::because)?;
    Ok(moment(time.timestamp()))
}

fn small(value: &Any<'_>) -> Result<u32, Unreadable> {
    match value.data {
        [number] => Ok(u32::from(*number)),
        _ => Err(Unreadable::because("a number that is too long")),
    }
}

/// Values of DER one after another.
#[derive(Clone, Copy)]
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    const fn is_empty(self) -> bool {
        self.0.is_empty()
    }

    fn next(&mut self) -> Result<Any<'a>, Unreadable> {
        let (rest, value) = Any::from_der(self.0).map_err(Unreadable::because)?;
        self.0 = rest;
        Ok(value)
    }

    /// The next value with its head.
    fn raw(&mut self) -> Result<&'a [u8], Unreadable> {
        let before = self.0;
        self.next()?;
        let (value, _) = before.split_at(before.len() - self.0.len());
        Ok(value)
    }

    fn sequence(&mut self) -> Result<Self, Unreadable> {
        let value = self.next()?;
        if value.header.tag() == Tag::Sequence {
            Ok(Self(value.data))
        } else {
            Err(Unreadable::because("no sequence where one should be"))
        }
    }

    /// What stands within a tag of the context; nothing is taken where another tag comes.
    fn within(&mut self, number: u32) -> Result<Self, Unreadable> {
        let mut ahead = *self;
        let value = ahead.next()?;
        if value.header.class() != Class::ContextSpecific || value.header.tag().0 != number {
            return Err(Unreadable::because("another value than expected"));
        }
        *self = ahead;
        Ok(Self(value.data))
    }

    /// The version is only written down where it isn't the first.
    fn skip_version(&mut self) -> Result<(), Unreadable> {
        let mut ahead = *self;
        let first = ahead.next()?;
        // The responder's identity has the tags 1 and 2.
        if first.header.class() == Class::ContextSpecific && first.header.tag().0 == 0 {
            *self = ahead;
        }
        Ok(())
    }
}

const SUCCESSFUL: u32 = 0;
/// Servers staple one answer.
const MOST_ANSWERS: usize = 16;
