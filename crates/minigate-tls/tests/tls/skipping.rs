//! Skipping the check, and what is never skipped (rules T6, S1 and S2).

use std::sync::Arc;

use minigate_policy::{Call, Debugging, DomainLists, Interface, Permit, Policy, Rule, WrittenLists};
use minigate_tls::{AtsDemand, CertificateFault, TlsFault};
use rcgen::{PKCS_RSA_SHA256, PublicKeyData, date_time_ymd};
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::CertificateDer;
use rustls::sign::{CertifiedKey, Signer, SigningKey, SingleCertAndKey};
use rustls::{ServerConfig, SignatureAlgorithm, SignatureScheme};

use crate::pki::{HOST, leaf, leaf_with, root, self_signed, server, trust, trust_der};
use crate::wire::{meet, meet_server};
use crate::{IOS, PLAIN, skipping};

#[test]
fn s1_passes_and_says_what_was_spared() {
    let root = root("Root");
    let site = leaf_with(&root, |params| params.not_after = date_time_ymd(2026, 11, 30));

    let met = meet(&trust(&root), skipping(PLAIN), &site);

    assert!(met.outcome.is_ok(), "{:?}", met.outcome);
    assert_eq!(met.spared.unwrap().rule(), Rule::T4);
}

#[test]
fn s1_spares_nothing_where_nothing_is_wrong() {
    let root = root("Root");

    let met = meet(&trust(&root), skipping(PLAIN), &leaf(&root));

    assert!(met.is_clean());
}

#[test]
fn s1_notes_each_connections_own_fault() {
    let root = root("Root");
    let trust = trust(&root);
    let wrong = leaf_with(&root, |params| params.subject_alt_names.clear());

    let first = meet(&trust, skipping(PLAIN), &wrong);
    let second = meet(&trust, skipping(PLAIN), &leaf(&root));

    assert_eq!(first.spared.unwrap().rule(), Rule::T3);
    assert_eq!(second.spared, None);
}

#[test]
fn s1_does_not_spare_a_server_that_has_copied_its_certificate() {
    let root = root("Root");
    let copied = leaf(&root).chain;

    let server = Arc::new(impostor(copied, SignatureScheme::ECDSA_NISTP256_SHA256));

    for check in [PLAIN, skipping(PLAIN)] {
        let met = meet_server(&trust(&root), check, HOST, &server);
        assert_eq!(met.outcome, Err(TlsFault::KeyNotProven));
    }
}

#[test]
fn t1_names_a_key_that_is_too_short_to_prove_anything() {
    let root = root("Root");
    let certificate = server().signed_by(&ShortKey::new(), &root).unwrap();
    let server = Arc::new(impostor(
        vec![certificate.der().clone()],
        SignatureScheme::RSA_PSS_SHA256,
    ));

    for check in [PLAIN, skipping(PLAIN)] {
        let fault = meet_server(&trust(&root), check, HOST, &server).refused();
        assert_eq!(fault, CertificateFault::WeakKey { bits: 1024 });
        assert_eq!(fault.net_error().number, -211);
    }
}

#[test]
fn t7_names_a_key_that_is_too_short_before_it_proves_nothing() {
    let root = root("Root");
    let certificate = server().signed_by(&ShortKey::new(), &root).unwrap();
    let chain = vec![certificate.der().clone()];
    let server = Arc::new(impostor(chain, SignatureScheme::RSA_PSS_SHA256));

    let fault = meet_server(&trust(&root), IOS, HOST, &server).refused();

    let key = "RSA-1024".to_owned();
    assert_eq!(
        fault,
        CertificateFault::Ats {
            unmet: AtsDemand::Key { key }
        }
    );
}

#[test]
fn t6_a_self_signed_certificate_fails_on_ios_with_the_check_skipped_too() {
    let site = self_signed(|_| {});
    let trust = trust(&root("Root"));

    let ios = meet(&trust, skipping(IOS), &site).refused();
    let android = meet(&trust, skipping(PLAIN), &site);

    assert_eq!(ios.rule(), Rule::T6);
    assert_eq!(android.spared.unwrap().rule(), Rule::T2);
}

#[test]
fn t6_no_other_fault_hides_a_self_signed_certificate() {
    let site = self_signed(|params| params.not_after = date_time_ymd(2026, 11, 30));

    let fault = meet(&trust(&root("Root")), skipping(IOS), &site).refused();

    assert_eq!(fault.rule(), Rule::T6);
}

#[test]
fn t6_trusting_a_self_signed_certificate_does_not_help_on_ios() {
    let site = self_signed(|_| {});

    let fault = meet(&trust_der(&site.chain[0]), IOS, &site).refused();

    assert_eq!(fault.rule(), Rule::T6);
}

#[test]
fn s2_a_release_never_skips() {
    let root = root("Root");
    let site = leaf_with(&root, |params| params.subject_alt_names.clear());
    let check = release_that_asks_to_skip().certificate_check();

    let fault = meet(&trust(&root), check, &site).refused();

    assert_eq!(fault.rule(), Rule::T3);
}

fn release_that_asks_to_skip() -> Permit {
    let lists = WrittenLists {
        request: vec![format!("https://{HOST}")],
        ..WrittenLists::default()
    };
    Policy::new("wx0123456789abcdef".parse().unwrap())
        .with_release("7".parse().unwrap())
        .with_lists(DomainLists::parse(&lists, 20).unwrap())
        .with_check_skipped(Debugging::On)
        .judge(&Call::new(Interface::Request, format!("https://{HOST}/")))
        .unwrap()
}

/// A server that has a certificate without the key.
fn impostor(chain: Vec<CertificateDer<'static>>, scheme: SignatureScheme) -> ServerConfig {
    let key = CertifiedKey::new(chain, Arc::new(Scribble(scheme)));
    ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_cert_resolver(Arc::new(SingleCertAndKey::from(key)))
}

/// Signs anything with nonsense.
#[derive(Clone, Copy, Debug)]
struct Scribble(SignatureScheme);

impl SigningKey for Scribble {
    fn choose_scheme(&self, _offered: &[SignatureScheme]) -> Option<Box<dyn Signer>> {
        Some(Box::new(*self))
    }

    fn algorithm(&self) -> SignatureAlgorithm {
        match self.0 {
            SignatureScheme::RSA_PSS_SHA256 => SignatureAlgorithm::RSA,
            _ => SignatureAlgorithm::ECDSA,
        }
    }
}

impl Signer for Scribble {
    fn sign(&self, _message: &[u8]) -> Result<Vec<u8>, rustls::Error> {
        Ok(vec![7; 128])
    }

    fn scheme(&self) -> SignatureScheme {
        self.0
    }
}

/// An RSA key of 1024 bits, of which there is only the public half.
struct ShortKey(Vec<u8>);

impl ShortKey {
    fn new() -> Self {
        let modulus = [[0x02, 0x81, 0x81, 0x00].as_slice(), &[0xc1; 128]].concat();
        let exponent = [0x02, 0x03, 0x01, 0x00, 0x01];
        Self([[0x30, 0x81, 0x89].as_slice(), &modulus, &exponent].concat())
    }
}

impl PublicKeyData for ShortKey {
    fn der_bytes(&self) -> &[u8] {
        &self.0
    }

    fn algorithm(&self) -> &'static rcgen::SignatureAlgorithm {
        &PKCS_RSA_SHA256
    }
}
