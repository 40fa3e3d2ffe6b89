//! App Transport Security, enforced and noted (rule T7).

use std::sync::Arc;

use minigate_policy::Rule;
use minigate_tls::{AtsDemand, CertificateFault, TlsFault};
use rcgen::{KeyPair, PKCS_ECDSA_P384_SHA384, PKCS_ED25519, PKCS_RSA_SHA256, RsaKeySize, date_time_ymd};
use rustls::CipherSuite;
use rustls::crypto::{CryptoProvider, aws_lc_rs};

use crate::pki::{Ca, HOST, authority, intermediate, leaf, leaf_with, leaf_with_key, root, trust};
use crate::wire::{Met, meet, meet_server, serve_with};
use crate::{IOS, PLAIN, skipping};

#[test]
fn t7_takes_what_meets_every_demand() {
    let root = root("Root");
    let r3 = intermediate("R3", &root);

    for key in [p384(), rsa(), KeyPair::generate().unwrap()] {
        let site = leaf_with_key(&r3, &key, |_| {}).with(&[&r3]);
        let met = meet(&trust(&root), IOS, &site);
        assert!(met.is_clean(), "{:?}", met.outcome);
    }
}

#[test]
fn t7_wants_a_lifetime_of_825_days_at_most() {
    let root = root("Root");
    let site = |last_day| {
        leaf_with(&root, |params| {
            params.not_before = date_time_ymd(2026, 11, 1);
            // Two years and 95 days later less a second is the 825th day.
            params.not_after = date_time_ymd(2029, 2, last_day) - std::time::Duration::from_secs(1);
        })
    };

    let longest = meet(&trust(&root), IOS, &site(3));
    let longer = meet(&trust(&root), IOS, &site(4)).refused();

    assert!(longest.is_clean(), "{:?}", longest.outcome);
    assert_eq!(
        longer,
        unmet(AtsDemand::Lifetime {
            days: 826,
            limit: 825
        })
    );
    assert_eq!((longer.rule(), longer.net_error().number), (Rule::T7, -213));
}

#[test]
fn t7_wants_server_auth_where_others_do_without() {
    let root = root("Root");
    let site = leaf_with(&root, |params| params.extended_key_usages.clear());

    let android = meet(&trust(&root), PLAIN, &site);
    let ios = meet(&trust(&root), IOS, &site).refused();

    assert!(android.is_clean());
    assert_eq!(ios, unmet(AtsDemand::Purpose));
}

#[test]
fn t7_asks_old_certificates_neither_for_a_purpose_nor_for_a_lifetime() {
    let root = root("Root");
    let site = leaf_with(&root, |params| {
        params.extended_key_usages.clear();
        params.not_before = date_time_ymd(2019, 6, 30);
    });

    let met = meet(&trust(&root), IOS, &site);

    assert!(met.is_clean(), "{:?}", met.outcome);
}

#[test]
fn t7_names_a_key_that_is_not_on_the_list() {
    let root = root("Root");
    let key = KeyPair::generate_for(&PKCS_ED25519).unwrap();

    let fault = meet(&trust(&root), IOS, &leaf_with_key(&root, &key, |_| {})).refused();

    assert_eq!(
        fault.to_string(),
        "App Transport Security is not met: the server's key is ed25519, not RSA-2048 or ECC-256 at least"
    );
}

#[test]
fn t7_names_a_signature_that_is_not_on_the_list() {
    let issuer = Ca::self_signed(authority("Root"), KeyPair::generate_for(&PKCS_ED25519).unwrap()).unwrap();

    let fault = meet(&trust(&issuer), IOS, &leaf(&issuer)).refused();

    assert!(
        matches!(fault, CertificateFault::Ats { unmet: AtsDemand::Signature { algorithm } } if algorithm == "ed25519")
    );
}

#[test]
fn t7_offers_no_chacha_with_tls_1_2_and_says_why_nothing_fits() {
    let root = root("Root");
    let server = Arc::new(serve_with(chacha_only(), &leaf(&root)));

    let android = meet_server(&trust(&root), PLAIN, HOST, &server);
    let ios = meet_server(&trust(&root), IOS, HOST, &server);

    assert!(android.is_clean(), "{:?}", android.outcome);
    assert_eq!(ios.outcome, Err(TlsFault::NoCommonSuite { ats: true }));
}

#[test]
fn t7_is_noted_where_the_check_is_skipped() {
    let root = root("Root");
    let no_purpose = leaf_with(&root, |params| params.extended_key_usages.clear());
    let chacha = Arc::new(serve_with(chacha_only(), &leaf(&root)));

    let purpose = meet(&trust(&root), skipping(IOS), &no_purpose);
    let suite = meet_server(&trust(&root), skipping(IOS), HOST, &chacha);

    assert_eq!(spared(purpose), unmet(AtsDemand::Purpose));
    assert_eq!(
        spared(suite),
        unmet(AtsDemand::Suite {
            suite: CipherSuite::TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256
        })
    );
}

fn spared(met: Met) -> CertificateFault {
    assert!(met.outcome.is_ok(), "{:?}", met.outcome);
    met.spared.unwrap()
}

const fn unmet(unmet: AtsDemand) -> CertificateFault {
    CertificateFault::Ats { unmet }
}

fn p384() -> KeyPair {
    KeyPair::generate_for(&PKCS_ECDSA_P384_SHA384).unwrap()
}

fn rsa() -> KeyPair {
    KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048).unwrap()
}

/// TLS 1.2 with ChaCha20 and nothing else.
fn chacha_only() -> CryptoProvider {
    let mut provider = aws_lc_rs::default_provider();
    let is_chacha = |name: &str| name.starts_with("TLS_ECDHE") && name.contains("CHACHA");
    let suites = &mut provider.cipher_suites;
    suites.retain(|suite| suite.suite().as_str().is_some_and(is_chacha));
    provider
}
