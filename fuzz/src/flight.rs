//! What a server says first is read within its bounds, whatever it is, and so is what it presents.

use jiff::Timestamp;
use minigate_inspect::chain::ChainFacts;
use minigate_inspect::leaf::{LeafFacts, NameMatch};
use minigate_inspect::probe::{Der, SentChain, Version, read_flight};

/// Plays bytes, of which the first says what the others are, and panics where something doesn't hold.
///
/// 0 to 3: a flight of TLS 1.0 to 1.3. 4: a certificate, sent twice. 5: a response about a certificate, whose length in two
/// bytes stands in front.
pub fn play(bytes: &[u8]) {
    let Some((kind, bytes)) = bytes.split_first() else {
        return;
    };
    match kind {
        0..=3 => land(Version::ALL[usize::from(*kind)], bytes),
        4 => present(&SentChain(vec![Der(bytes.to_vec()); 2]), None),
        5 => staple(bytes),
        _ => {}
    }
}

fn land(version: Version, bytes: &[u8]) {
    let Ok((agreed, chain)) = read_flight(version, bytes, LIMIT) else {
        return;
    };
    assert_eq!(agreed.version, version);
    assert!(chain.0.len() <= 64);
    assert!(chain.0.iter().map(|der| der.0.len()).sum::<usize>() <= bytes.len());
    present(&chain, agreed.staple.as_ref());
}

fn staple(bytes: &[u8]) {
    let Some((length, bytes)) = bytes.split_first_chunk() else {
        return;
    };
    let length = usize::from(u16::from_be_bytes(*length));
    if let Some((certificate, staple)) = bytes.split_at_checked(length) {
        let chain = SentChain(vec![Der(certificate.to_vec()); 2]);
        present(&chain, Some(&Der(staple.to_vec())));
    }
}

fn present(chain: &SentChain, staple: Option<&Der>) {
    let facts = ChainFacts::read(chain);
    assert_eq!(facts.sent.len(), chain.0.len());
    assert!(facts.way.iter().all(|place| *place < chain.0.len()));
    // Each certificate is on the way or isn't needed; a root is both.
    for place in 1..chain.0.len() {
        let is_superfluous = facts.superfluous.iter().any(|one| one.place == place);
        assert!(is_superfluous || facts.way.contains(&place));
    }
    let Ok(leaf) = LeafFacts::read(chain, staple, HOST, Timestamp::UNIX_EPOCH) else {
        return;
    };
    // The verification may read less than we do, and then says so.
    let is_named = leaf.names.iter().any(|name| name == HOST);
    assert!(
        !is_named || leaf.name_match.is_match() || matches!(leaf.name_match, NameMatch::Unreadable { .. })
    );
}

const HOST: &str = "api.example.com";
const LIMIT: usize = 16 << 10;
