//! Certificates that are judged without a handshake.

use jiff::Timestamp;
use minigate_policy::CertificateCheck;
use minigate_tls::{CertificateFault, way_up};

use crate::pki::{HOST, NOW, intermediate, leaf, root, trust};

#[test]
fn t2_a_chain_is_judged_as_a_handshake_would() {
    let root = root("Root");
    let middle = intermediate("Middle", &root);
    let site = leaf(&middle).with(&[&middle]);
    let trust = trust(&root);

    let whole = trust.judge(CHECK, &site.chain, HOST, now());
    let elsewhere = trust.judge(CHECK, &site.chain, "b.example.com", now());

    assert_eq!(whole, Ok(()));
    assert!(matches!(elsewhere, Err(CertificateFault::WrongName { .. })));
}

#[test]
fn t2_no_certificate_at_all_is_a_fault() {
    let judged = trust(&root("Root")).judge(CHECK, &[], HOST, now());

    assert!(matches!(judged, Err(CertificateFault::Malformed { .. })));
}

#[test]
fn t5_the_way_up_is_found_in_any_order() {
    let root = root("Root");
    let upper = intermediate("Upper", &root);
    let lower = intermediate("Lower", &upper);

    let in_order = leaf(&lower).with(&[&lower, &upper, &root]);
    let mixed = leaf(&lower).with(&[&root, &upper, &lower]);
    let gap = leaf(&lower).with(&[&upper]);

    assert_eq!(way_up(&in_order.chain), [0, 1, 2, 3]);
    assert_eq!(way_up(&mixed.chain), [0, 3, 2, 1]);
    assert_eq!(way_up(&gap.chain), [0]);
}

const CHECK: CertificateCheck = CertificateCheck {
    skipped: false,
    ats: false,
    self_signed_never: false,
};

fn now() -> Timestamp {
    Timestamp::from_second(NOW.try_into().unwrap()).unwrap()
}
