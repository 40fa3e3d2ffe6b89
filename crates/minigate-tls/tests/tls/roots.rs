//! Where roots come from, and what is said where there are none.

use minigate_tls::{RootSource, Roots, RootsError};
use rcgen::KeyPair;

use crate::PLAIN;
use crate::pki::{leaf, root, trust, trust_sources};
use crate::wire::meet;

#[test]
fn t2_the_bundled_roots_are_there_without_a_file() {
    assert!(Roots::load(&[RootSource::Bundled]).is_ok());
}

#[test]
fn t2_roots_of_every_source_add_up() {
    let (one, two) = (root("One"), root("Two"));
    let both = added(&format!("{}\n{}", one.pem(), two.pem()));

    let trust = trust_sources(&[RootSource::Bundled, both]);

    for authority in [&one, &two] {
        assert!(meet(&trust, PLAIN, &leaf(authority)).is_clean());
    }
}

#[test]
fn t2_a_root_is_read_from_der_too() {
    let root = root("Root");

    assert!(meet(&trust(&root), PLAIN, &leaf(&root)).is_clean());
}

#[test]
fn nothing_to_trust_is_an_error() {
    assert_eq!(Roots::load(&[]).unwrap_err(), RootsError::Empty);
}

#[test]
fn a_file_without_a_certificate_is_named() {
    let key = KeyPair::generate().unwrap().serialize_pem();

    let error = Roots::load(&[added(&key)]).unwrap_err();

    assert_eq!(error.to_string(), "`roots.pem` holds no certificate");
}

#[test]
fn the_certificate_that_cannot_be_read_is_counted() {
    let broken = "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n";

    let error = Roots::load(&[added(&format!("{}\n{broken}", root("One").pem()))]).unwrap_err();

    assert!(
        error
            .to_string()
            .starts_with("certificate 2 of `roots.pem` can't be read"),
        "{error}"
    );
}

#[test]
fn broken_pem_is_named() {
    let error = Roots::load(&[added("-----BEGIN CERTIFICATE-----\nMIIB")]).unwrap_err();

    assert!(matches!(error, RootsError::BrokenPem { name, .. } if name == "roots.pem"));
}

fn added(pem: &str) -> RootSource {
    RootSource::Added {
        name: "roots.pem".to_owned(),
        content: pem.as_bytes().to_vec(),
    }
}
