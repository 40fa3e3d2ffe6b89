//! Which connections resume a session of which others.

use std::sync::Arc;

use minigate_tls::Offer;
use rustls::HandshakeKind;

use crate::pki::{HOST, leaf, root, trust};
use crate::wire::{meet_offering, meet_server, serve};
use crate::{IOS, PLAIN, skipping};

#[test]
fn connections_of_the_same_check_and_offer_share_their_sessions() {
    let root = root("Root");
    let (trust, server) = (trust(&root), Arc::new(serve(&leaf(&root))));

    let first = meet_server(&trust, PLAIN, HOST, &server);
    let second = meet_server(&trust, PLAIN, HOST, &server);

    assert_eq!(first.outcome, Ok(HandshakeKind::Full));
    assert_eq!(second.outcome, Ok(HandshakeKind::Resumed));
}

#[test]
fn t7_no_session_crosses_to_another_check_or_offer() {
    let root = root("Root");
    let (trust, server) = (trust(&root), Arc::new(serve(&leaf(&root))));

    let first = meet_server(&trust, PLAIN, HOST, &server);
    let stricter = meet_server(&trust, IOS, HOST, &server);
    let other_offer = meet_offering(&trust, PLAIN, Offer::Http1, HOST, &server);

    for met in [first, stricter, other_offer] {
        assert_eq!(met.outcome, Ok(HandshakeKind::Full));
    }
}

#[test]
fn s1_a_skipped_check_neither_leaves_nor_takes_a_session() {
    let root = root("Root");
    let (trust, server) = (trust(&root), Arc::new(serve(&leaf(&root))));

    for check in [skipping(PLAIN), PLAIN, skipping(PLAIN)] {
        let met = meet_server(&trust, check, HOST, &server);
        assert_eq!(met.outcome, Ok(HandshakeKind::Full));
    }
}

#[test]
fn connections_share_one_configuration() {
    let root = root("Root");
    let trust = trust(&root);

    let (one, two) = (trust.begin(PLAIN, Offer::Http2), trust.begin(PLAIN, Offer::Http2));

    assert!(Arc::ptr_eq(one.config(), two.config()));
}
