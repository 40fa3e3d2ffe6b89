//! Every certificate shape, as a real client judges it.

use minigate_testkit::{Authority, Leaf, ScriptedServer, Steps};

use crate::client::{self, NAME};

#[tokio::test]
async fn right_certificates_are_accepted() {
    let leaf = || Leaf::for_name(NAME);
    let shapes = [
        ("plain", leaf()),
        ("wildcard", leaf().wildcard()),
        ("rsa", leaf().rsa()),
        ("one intermediate", leaf().with_intermediates(1)),
        ("two intermediates", leaf().with_intermediates(2)),
        ("ends in nine days", leaf().valid_days(-80..9)),
    ];
    for (shape, leaf) in shapes {
        assert_eq!(judged(&leaf).await, Ok(()), "{shape}");
    }
}

#[tokio::test]
async fn wrong_certificates_are_refused_for_their_reason() {
    let leaf = || Leaf::for_name(NAME);
    let shapes = [
        ("certificate expired", leaf().expired()),
        ("certificate not valid yet", leaf().not_yet_valid()),
        ("not valid for name", leaf().wrong_name()),
        ("not valid for name", leaf().common_name_only()),
        ("UnknownIssuer", leaf().self_signed()),
        ("UnknownIssuer", leaf().from_unknown_root()),
        ("UnknownIssuer", leaf().with_intermediates(1).incomplete()),
        ("UnknownIssuer", leaf().with_intermediates(2).incomplete()),
        ("UnknownIssuer", leaf().from_unknown_root().with_intermediates(1)),
    ];
    for (reason, leaf) in shapes {
        let refused = judged(&leaf).await.unwrap_err();

        assert!(refused.contains(reason), "{leaf:?}: {refused}");
    }
}

#[test]
fn a_complete_chain_is_sent_from_leaf_to_root_without_the_root() {
    let authority = Authority::new().unwrap();

    let complete = Leaf::for_name(NAME).with_intermediates(2).issue(&authority);
    let incomplete = Leaf::for_name(NAME)
        .with_intermediates(2)
        .incomplete()
        .issue(&authority);

    assert_eq!((complete.cert.len(), incomplete.cert.len()), (3, 1));
    assert!(!complete.cert.contains(authority.root_der()));
}

async fn judged(leaf: &Leaf) -> Result<(), String> {
    let authority = Authority::new().unwrap();
    let script = Steps::over_tls().await_peer_close().close();
    let server = ScriptedServer::start(leaf.issue(&authority), [script]).await;
    match client::connect(server.addr(), &authority, &[]).await {
        Ok(_) => Ok(()),
        Err(error) => Err(error.to_string()),
    }
}
