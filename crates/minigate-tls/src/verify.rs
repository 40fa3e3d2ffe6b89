//! The check of a server's certificates.

use std::sync::{Arc, OnceLock};

use minigate_policy::CertificateCheck;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, DigitallySignedStruct, OtherError, SignatureScheme};
use x509_parser::public_key::PublicKey;

use crate::CertificateFault;
use crate::ats;
use crate::chain::{self, Presented, is_self_signed};
use crate::diagnose::{diagnose, self_signed};
use crate::roots::Roots;

/// Where a connection's spared fault is noted.
pub(crate) type Noted = Arc<OnceLock<CertificateFault>>;

/// The web's verification, plus what a check demands beyond it; it never takes what the former refuses, unless it is
/// there to take note only (rule S1).
#[derive(Debug)]
pub(crate) struct Verifier {
    roots: Roots,
    check: CertificateCheck,
    noted: Option<Noted>,
}

impl Verifier {
    /// A verifier for any number of connections.
    pub(crate) const fn enforcing(roots: Roots, check: CertificateCheck) -> Self {
        Self {
            roots,
            check,
            noted: None,
        }
    }

    /// A verifier for one connection, which passes with a note of its fault.
    pub(crate) const fn noting(roots: Roots, check: CertificateCheck, noted: Noted) -> Self {
        Self {
            roots,
            check,
            noted: Some(noted),
        }
    }

    pub(crate) fn judge(&self, presented: &Presented<'_>) -> Result<(), CertificateFault> {
        // First, or a skipped check would note another fault and pass.
        if self.check.self_signed_never {
            forbid_self_signed(presented)?;
        }
        verify(self.roots.verifier(), presented).map_err(|error| diagnose(&error, presented, &self.roots))?;
        if self.check.ats {
            self.demand_ats(presented)?;
        }
        Ok(())
    }

    fn demand_ats(&self, presented: &Presented<'_>) -> Result<(), CertificateFault> {
        let is_preinstalled = || {
            self.roots
                .preinstalled()
                .is_some_and(|roots| verify(roots, presented).is_ok())
        };
        match ats::unmet(&chain::read(presented.leaf)?, &is_preinstalled) {
            Some(unmet) => Err(CertificateFault::Ats { unmet }),
            None => Ok(()),
        }
    }
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let presented = Presented {
            leaf: end_entity,
            others: intermediates,
            name: server_name,
            now,
        };
        match (self.judge(&presented), &self.noted) {
            (Ok(()), _) => {}
            (Err(fault), Some(noted)) if !is_forbidden(&fault) => {
                // Set once: a connection verifies one certificate.
                let _ = noted.set(fault);
            }
            (Err(fault), _) => return Err(refusal(fault)),
        }
        Ok(ServerCertVerified::assertion())
    }

    // With the check skipped too: who can't prove that the certificate is its own could have copied it.
    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.roots
            .verifier()
            .verify_tls12_signature(message, cert, dss)
            .map_err(|error| explain(error, cert))
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.roots
            .verifier()
            .verify_tls13_signature(message, cert, dss)
            .map_err(|error| explain(error, cert))
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.roots.verifier().supported_verify_schemes()
    }
}

fn verify(roots: &dyn ServerCertVerifier, presented: &Presented<'_>) -> Result<(), rustls::Error> {
    roots
        .verify_server_cert(
            presented.leaf,
            presented.others,
            presented.name,
            &[],
            presented.now,
        )
        .map(drop)
}

fn forbid_self_signed(presented: &Presented<'_>) -> Result<(), CertificateFault> {
    match chain::read(presented.leaf) {
        Ok(leaf) if is_self_signed(&leaf) => Err(self_signed(&leaf, true)),
        _ => Ok(()),
    }
}

const fn is_forbidden(fault: &CertificateFault) -> bool {
    matches!(fault, CertificateFault::SelfSigned { forbidden: true, .. })
}

/// The fault on its way through the TLS library, which tells the peer `certificate_unknown`: "some other issue"
/// (RFC 8446 §6.2).
///
/// The alerts that say more would cost the evidence, which can't be kept beside: a verifier of its own for each
/// connection would never resume a session.
fn refusal(fault: CertificateFault) -> rustls::Error {
    CertificateError::Other(OtherError(Arc::new(fault))).into()
}

/// A key that is too short fails as if it had signed wrongly; this tells the two apart.
fn explain(error: rustls::Error, leaf: &CertificateDer<'_>) -> rustls::Error {
    if error != rustls::Error::InvalidCertificate(CertificateError::BadSignature) {
        return error;
    }
    weak_key(leaf).map_or(error, refusal)
}

/// What is wrong with a key that is too short for any signature of its to be verified, checks skipped or not.
#[must_use]
pub fn weak_key(leaf: &CertificateDer<'_>) -> Option<CertificateFault> {
    let bits = rsa_bits(leaf).filter(|bits| *bits < LEAST_RSA_BITS)?;
    Some(CertificateFault::WeakKey { bits })
}

fn rsa_bits(leaf: &CertificateDer<'_>) -> Option<usize> {
    match chain::read(leaf).ok()?.public_key().parsed() {
        Ok(PublicKey::RSA(key)) => Some(key.key_size()),
        _ => None,
    }
}

/// The shortest RSA key with which a signature is verified at all.
const LEAST_RSA_BITS: usize = 2048;
