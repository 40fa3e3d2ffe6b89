//! What is believed, and what isn't.

use data_encoding::BASE64URL_NOPAD;
use jiff::Timestamp;
use minigate_lists::{Blocked, KeySet, KeyStage, Published, Refusal, SigningKey, Skip, TokenError};
use minigate_policy::{Call, Interface, Policy, Profile, Release};

use crate::console::{key, key_set, published, retired, second, set, staged, staged_set};

fn open(signed: &str, keys: &[&SigningKey]) -> Result<Published, Refusal> {
    Published::open(signed, &"wx1".parse().unwrap(), &key_set(1, keys), second(0))
}

fn with_header(signed: &str, header: &str) -> String {
    let (_, rest) = signed.split_once('.').unwrap();
    format!("{}.{rest}", BASE64URL_NOPAD.encode(header.as_bytes()))
}

#[test]
fn the_same_content_and_key_give_the_same_bytes() {
    let key = key();

    let first = published(1, "a.com").seal(&key).unwrap();
    let second = published(1, "a.com").seal(&key).unwrap();

    assert_eq!(first, second);
    assert_eq!(open(&first, &[&key]).unwrap(), published(1, "a.com"));
}

#[test]
fn a_changed_list_is_refused() {
    let key = key();
    let signed = published(1, "a.com").seal(&key).unwrap();
    let other = published(1, "b.com").seal(&key).unwrap();
    let (header, _) = signed.split_once('.').unwrap();
    let (_, body) = other.split_once('.').unwrap();
    let (payload, _) = body.split_once('.').unwrap();
    let (_, signature) = signed.rsplit_once('.').unwrap();

    let refused = open(&format!("{header}.{payload}.{signature}"), &[&key]).unwrap_err();

    assert_eq!(refused, Refusal::Token(TokenError::Signature));
}

#[test]
fn a_list_of_an_unknown_key_is_refused_by_its_name() {
    let (known, unknown) = (key(), key());
    let signed = published(1, "a.com").seal(&unknown).unwrap();

    let refused = open(&signed, &[&known]).unwrap_err();

    let key = unknown.public().thumbprint().to_string();
    assert_eq!(refused, Refusal::Token(TokenError::UnknownKey { key }));
}

#[test]
fn a_known_keys_name_on_anothers_signature_is_refused() {
    let (known, unknown) = (key(), key());
    let signed = published(1, "a.com").seal(&unknown).unwrap();
    let name = known.public().thumbprint();
    let header = format!(r#"{{"typ":"minigate-list+jws","alg":"EdDSA","kid":"{name}"}}"#);

    let refused = open(&with_header(&signed, &header), &[&known]).unwrap_err();

    assert_eq!(refused, Refusal::Token(TokenError::Signature));
}

#[test]
fn no_algorithm_but_eddsa_and_no_other_kind_is_taken() {
    let key = key();
    let signed = published(1, "a.com").seal(&key).unwrap();
    let name = key.public().thumbprint();

    for header in [
        format!(r#"{{"typ":"minigate-list+jws","alg":"none","kid":"{name}"}}"#),
        format!(r#"{{"typ":"minigate-list+jws","alg":"HS256","kid":"{name}"}}"#),
        format!(r#"{{"typ":"minigate-list+jws","alg":"EdDSA","kid":"{name}","crit":["b64"]}}"#),
        format!(r#"{{"typ":"minigate-keys+jws","alg":"EdDSA","kid":"{name}"}}"#),
        format!(r#"{{"alg":"EdDSA","kid":"{name}"}}"#),
    ] {
        let refused = open(&with_header(&signed, &header), &[&key]).unwrap_err();
        assert!(
            matches!(
                refused,
                Refusal::Token(TokenError::Malformed { .. } | TokenError::OtherKind { .. })
            ),
            "{header}: {refused}"
        );
    }
    let (unsigned, _) = signed.rsplit_once('.').unwrap();
    assert!(open(&format!("{unsigned}."), &[&key]).is_err());
}

#[test]
fn another_apps_list_is_refused() {
    let key = key();
    let mut other = published(1, "a.com");
    other.app = "wx2".to_owned();

    let refused = open(&other.seal(&key).unwrap(), &[&key]).unwrap_err();

    assert!(matches!(refused, Refusal::OtherApp { found, .. } if found == "wx2"));
}

#[test]
fn a_list_that_breaks_a_rule_is_refused() {
    let key = key();

    let address = published(1, "1.2.3.4").seal(&key).unwrap();
    let mut block = published(1, "a.com");
    block.blocked.push(Blocked {
        domain: "not a domain".to_owned(),
        until: None,
    });

    assert!(matches!(open(&address, &[&key]), Err(Refusal::Lists(_))));
    assert!(matches!(
        open(&block.seal(&key).unwrap(), &[&key]),
        Err(Refusal::Blocked(_))
    ));
}

#[test]
fn noise_is_refused() {
    let key = key();
    for noise in [
        "",
        ".",
        "..",
        "a.b.c",
        "null",
        &".".repeat(100),
        &"a".repeat(2 * 1024 * 1024),
    ] {
        assert!(open(noise, &[&key]).is_err());
        assert!(KeySet::open(noise, second(0), |_| true).is_err());
    }
}

#[test]
fn a_set_of_keys_is_believed_for_any_of_its_signatures() {
    let (old, new, foreign) = (key(), key(), key());
    let signed = set(3, &[&old, &new]);

    for trusted in [&old, &new] {
        let opened = KeySet::open(&signed, second(0), |name| name == trusted.public().thumbprint()).unwrap();
        assert_eq!(opened, key_set(3, &[&old, &new]));
    }
    let refused = KeySet::open(&signed, second(0), |name| name == foreign.public().thumbprint());
    assert!(matches!(refused, Err(TokenError::UnknownKey { .. })));
}

#[test]
fn a_retired_key_signs_nothing_that_is_good_after_its_end() {
    let (old, new) = (key(), key());
    let stages = [(&old, retired(50)), (&new, KeyStage::Signing)];
    let (keys, signed) = (staged(1, &stages), published(1, "a.com").seal(&old).unwrap());
    let app = "wx1".parse().unwrap();

    let before = Published::open(&signed, &app, &keys, second(49));
    let after = Published::open(&signed, &app, &keys, second(50)).unwrap_err();
    let trusts_old = |name: &minigate_lists::Thumbprint| name == old.public().thumbprint();
    let set_before = KeySet::open(&staged_set(1, &stages), second(49), trusts_old);
    let set_after = KeySet::open(&staged_set(1, &stages), second(50), trusts_old);

    assert_eq!(before.unwrap(), published(1, "a.com"));
    let ended = TokenError::EndedKey {
        key: old.public().thumbprint().clone(),
        until: second(50),
    };
    assert_eq!(after, Refusal::Token(ended));
    assert!(set_before.is_ok());
    assert!(matches!(set_after, Err(TokenError::UnknownKey { .. })));
}

#[test]
fn an_announced_key_signs_no_list_but_vouches_for_the_next_set() {
    let (old, next) = (key(), key());
    let stages = [(&old, KeyStage::Signing), (&next, KeyStage::Announced)];
    let signed = published(1, "a.com").seal(&next).unwrap();

    let list = Published::open(&signed, &"wx1".parse().unwrap(), &staged(1, &stages), second(0));
    let set = KeySet::open(&staged_set(1, &stages), second(0), |name| {
        name == next.public().thumbprint()
    });

    let key = next.public().thumbprint().clone();
    assert_eq!(list.unwrap_err(), Refusal::Token(TokenError::EarlyKey { key }));
    assert_eq!(set.unwrap(), staged(1, &stages));
}

#[test]
fn a_set_has_no_more_keys_than_clients_take() {
    let keys: Vec<_> = (0..=KeySet::MOST_KEYS).map(|_| key()).collect();
    let all: Vec<_> = keys.iter().collect();
    let (fits, larger) = (&all[1..], &all[..]);

    let opened = KeySet::open(&set(1, fits), second(0), |_| true);
    let refused = key_set(1, larger).seal(&keys);
    let signed_too_often = key_set(1, fits).seal(&keys);

    assert_eq!(opened.unwrap(), key_set(1, fits));
    assert!(refused.unwrap_err().to_string().contains("16 keys"));
    assert!(signed_too_often.is_err());
}

#[test]
fn a_key_in_a_set_cant_go_by_anothers_name() {
    let (known, foreign) = (key(), key());
    let signed = set(1, &[&foreign]);
    let mut document: serde_json::Value = serde_json::from_str(&signed).unwrap();
    let payload = document["payload"].as_str().unwrap();
    let payload = String::from_utf8_lossy(&BASE64URL_NOPAD.decode(payload.as_bytes()).unwrap()).into_owned();
    let names = [&foreign, &known].map(|key| key.public().thumbprint().to_string());
    let payload = payload.replace(&names[0], &names[1]);
    document["payload"] = BASE64URL_NOPAD.encode(payload.as_bytes()).into();

    assert!(KeySet::open(&document.to_string(), second(0), |_| true).is_err());
}

#[test]
fn s2_a_leave_to_skip_ends_and_is_never_for_a_release() {
    let moment = |seconds| Timestamp::from_second(seconds).unwrap();
    let mut list = published(1, "a.com");
    list.skip = Some(Skip {
        until: moment(10),
        develop: true,
        trial: false,
    });

    assert!(list.may_skip(Release::Develop, moment(9)));
    assert!(!list.may_skip(Release::Develop, moment(10)));
    for release in [Release::Trial, Release::Review, "7".parse().unwrap()] {
        assert!(!list.may_skip(release, moment(0)), "{release}");
    }
}

#[test]
fn d2_a_block_ends_at_its_moment() {
    let moment = |seconds| Timestamp::from_second(seconds).unwrap();
    let mut list = published(1, "a.com");
    list.blocked.push(Blocked {
        domain: "a.com".to_owned(),
        until: Some(moment(10)),
    });
    let is_allowed = |now| {
        let lists = list.lists_for(&Profile::default(), now).unwrap();
        let policy = Policy::new("wx1".parse().unwrap()).with_lists(lists);
        policy
            .judge(&Call::new(Interface::Request, "https://a.com/"))
            .is_ok()
    };

    assert!(!is_allowed(moment(9)));
    assert!(is_allowed(moment(10)));
    assert_eq!(list.next_end(moment(0)), Some(moment(10)));
    assert_eq!(list.next_end(moment(10)), None);
}
