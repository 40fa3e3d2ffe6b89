//! Whose signatures are believed, and how keys change.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicI64, Ordering};

use minigate_lists::{Follower, KeyStage, Problem, Refusal, TokenError};
use minigate_policy::diagnosis::Lang;

use crate::console::{Console, key, published, retired, second, sequence, set, staged_set, until};

#[tokio::test]
async fn a_console_is_trusted_on_first_use_and_then_held_to_its_key() {
    let (key, foreign) = (key(), key());
    let folder = tempfile::tempdir().unwrap();
    let console = Console::start(&published(1, "a.com").seal(&key).unwrap(), &set(1, &[&key])).await;
    let address = console.address();
    let mut setup = console.setup();
    setup.cache = Some(folder.path().to_owned());
    drop(Follower::start(setup.clone()).await.unwrap());
    console.leave();

    let list = published(2, "evil.com").seal(&foreign).unwrap();
    let impostor = loop {
        // The first one's socket may take a moment to close.
        if std::net::TcpListener::bind(address).is_ok() {
            break Console::at(address, &list, &set(2, &[&foreign]), true).await;
        }
        tokio::task::yield_now().await;
    };
    let mut follower = Follower::start(setup).await.unwrap();

    let state = follower.state();
    assert_eq!(sequence(&state), 1);
    let problem = state.problem.unwrap();
    for lang in [Lang::En, Lang::Zh] {
        let told = problem.tell(lang) + &problem.remedy(lang).unwrap();
        for name in [key.public().thumbprint(), foreign.public().thumbprint()] {
            assert!(told.contains(name.as_str()), "{told}");
        }
    }
    drop(impostor);
}

#[tokio::test]
async fn damaged_keys_dont_make_another_console_trusted() {
    let (good, foreign) = (key(), key());
    let folder = tempfile::tempdir().unwrap();
    let console = Console::start(&published(1, "a.com").seal(&good).unwrap(), &set(1, &[&good])).await;
    let mut setup = console.setup();
    setup.cache = Some(folder.path().to_owned());
    drop(Follower::start(setup.clone()).await.unwrap());
    let keys = kept(folder.path(), "keys.json");
    console.publish(&published(2, "evil.com").seal(&foreign).unwrap());
    console.rotate(&set(2, &[&foreign]));

    for damage in ["{broken", "", "{}"] {
        std::fs::write(&keys, damage).unwrap();
        let state = Follower::start(setup.clone()).await.unwrap().state();

        assert!(state.held.is_none() && state.trusted.is_none(), "{damage}");
        let problem = state.problem.unwrap();
        for lang in [Lang::En, Lang::Zh] {
            let told = problem.tell(lang) + &problem.remedy(lang).unwrap();
            assert!(told.contains(keys.to_str().unwrap()), "{told}");
            assert!(told.contains("--console-key"), "{told}");
        }
        assert_eq!(std::fs::read_to_string(&keys).unwrap(), damage, "it stays");
    }
    setup.key = Some(good.public().thumbprint().clone());
    let named = Follower::start(setup.clone()).await.unwrap().state();
    assert!(matches!(&*named.problem.unwrap(), Problem::UnknownKeys { .. }));
    setup.key = None;
    std::fs::remove_file(&keys).unwrap();
    let anew = Follower::start(setup).await.unwrap().state();
    assert_eq!(sequence(&anew), 2);
}

#[tokio::test]
async fn a_list_that_was_changed_on_disk_is_told_of() {
    let key = key();
    let folder = tempfile::tempdir().unwrap();
    let console = Console::start(&published(1, "a.com").seal(&key).unwrap(), &set(1, &[&key])).await;
    let mut setup = console.setup();
    setup.cache = Some(folder.path().to_owned());
    drop(Follower::start(setup.clone()).await.unwrap());
    console.leave();
    let list = kept(folder.path(), ".list.json");
    let text = std::fs::read_to_string(&list).unwrap();
    let fetched = text.find("\",\"etag").unwrap();
    let changed = text[..fetched - 20].to_owned() + "AAAAAAAAAAAAAAAAAAAA" + &text[fetched..];

    for damage in ["{broken", &changed] {
        std::fs::write(&list, damage).unwrap();
        let state = Follower::start(setup.clone()).await.unwrap().state();

        assert!(state.held.is_none());
        let unused = state.unused.unwrap();
        for lang in [Lang::En, Lang::Zh] {
            assert!(unused.tell(lang).contains(list.to_str().unwrap()), "{unused}");
        }
    }
}

/// The file of a cache for one console whose name ends so.
fn kept(cache: &Path, end: &str) -> PathBuf {
    let console = std::fs::read_dir(cache).unwrap().next().unwrap().unwrap();
    let mut files = std::fs::read_dir(console.path()).unwrap();
    files
        .find_map(|file| Some(file.unwrap().path()).filter(|path| path.to_str().unwrap().ends_with(end)))
        .unwrap()
}

#[tokio::test]
async fn a_key_that_was_given_beforehand_is_demanded() {
    let (key, foreign) = (key(), key());
    let console = Console::start(&published(1, "a.com").seal(&key).unwrap(), &set(1, &[&key])).await;

    let mut setup = console.setup();
    setup.key = Some(key.public().thumbprint().clone());
    let good = Follower::start(setup.clone()).await.unwrap().state();
    setup.key = Some(foreign.public().thumbprint().clone());
    let bad = Follower::start(setup).await.unwrap().state();

    assert_eq!(sequence(&good), 1);
    assert!(bad.held.is_none());
    assert!(matches!(
        &*bad.problem.unwrap(),
        Problem::UnknownKeys { is_given: true, .. }
    ));
}

#[tokio::test]
async fn a_client_follows_a_rotation_through_two_steps() {
    let [first, second, third] = [key(), key(), key()];
    let console = Console::start(&published(1, "a.com").seal(&first).unwrap(), &set(1, &[&first])).await;
    let mut setup = console.setup();
    setup.key = Some(first.public().thumbprint().clone());
    let mut follower = Follower::start(setup).await.unwrap();

    console.rotate(&set(2, &[&first, &second]));
    console.publish(&published(2, "b.com").seal(&second).unwrap());
    until(&mut follower, |state| sequence(state) == 2).await;
    console.rotate(&set(3, &[&second, &third]));
    console.publish(&published(3, "c.com").seal(&third).unwrap());
    let state = until(&mut follower, |state| sequence(state) == 3).await;

    let trusted = state.trusted.unwrap();
    let names: Vec<_> = [&second, &third]
        .map(|key| key.public().thumbprint().clone())
        .into();
    assert_eq!((&trusted.keys, trusted.sequence), (&names, 3));
}

#[tokio::test]
async fn an_older_set_of_keys_is_refused() {
    let [old, new] = [key(), key()];
    let console = Console::start(&published(1, "a.com").seal(&new).unwrap(), &set(5, &[&old, &new])).await;
    let mut follower = Follower::start(console.setup()).await.unwrap();

    console.rotate(&set(4, &[&old]));
    console.publish(&published(2, "b.com").seal(&key()).unwrap());
    let state = until(&mut follower, |state| state.problem.is_some()).await;

    assert_eq!(
        *state.problem.clone().unwrap(),
        Problem::KeysGoneBack { found: 4, seen: 5 }
    );
    assert_eq!(sequence(&state), 1);
}

#[tokio::test]
async fn a_client_that_knows_a_key_as_announced_follows_once_it_signs() {
    let [first, second] = [key(), key()];
    let before = [(&first, KeyStage::Signing), (&second, KeyStage::Announced)];
    let list = published(1, "a.com").seal(&first).unwrap();
    let console = Console::start(&list, &staged_set(1, &before)).await;
    let mut follower = Follower::start(console.setup()).await.unwrap();

    let after = [
        (&first, retired(i64::from(u32::MAX))),
        (&second, KeyStage::Signing),
    ];
    console.rotate(&staged_set(2, &after));
    console.publish(&published(2, "b.com").seal(&second).unwrap());
    let state = until(&mut follower, |state| sequence(state) == 2).await;

    assert_eq!(state.problem, None);
    let signer = second.public().thumbprint().to_string();
    assert!(console.signers().contains(&signer), "past the caches");
}

#[tokio::test]
async fn a_key_that_has_ended_vouches_for_nothing() {
    let [old, new, foreign] = [key(), key(), key()];
    let keys = [(&old, retired(50)), (&new, KeyStage::Signing)];
    let list = published(1, "a.com").seal(&new).unwrap();
    let console = Console::start(&list, &staged_set(1, &keys)).await;
    let mut setup = console.setup();
    setup.clock = || second(100);
    let mut follower = Follower::start(setup).await.unwrap();

    console.rotate(&set(2, &[&old, &foreign]));
    console.publish(&published(2, "evil.com").seal(&foreign).unwrap());
    let state = until(&mut follower, |state| state.problem.is_some()).await;

    let trusted = vec![new.public().thumbprint().clone()];
    let problem = state.problem.clone().unwrap();
    assert!(
        matches!(&*problem, Problem::UnknownKeys { trusted: told, .. } if *told == trusted),
        "{problem}"
    );
    assert_eq!(sequence(&state), 1);
}

#[tokio::test]
async fn a_list_whose_key_ends_stays_the_last_good_one_and_nobody_confirms_it() {
    static NOW: AtomicI64 = AtomicI64::new(10);
    let [old, new] = [key(), key()];
    let keys = [(&old, retired(50)), (&new, KeyStage::Signing)];
    let list = published(1, "a.com").seal(&old).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let console = Console::start(&list, &staged_set(1, &keys)).await;
    let mut setup = console.setup();
    setup.cache = Some(folder.path().to_owned());
    setup.clock = || second(NOW.load(Ordering::Relaxed));
    let mut follower = Follower::start(setup.clone()).await.unwrap();
    assert_eq!(follower.state().problem, None);

    NOW.store(100, Ordering::Relaxed);
    console.publish(&list);
    let state = until(&mut follower, |state| state.problem.is_some()).await;
    console.leave();
    drop(follower);
    let later = Follower::start(setup).await.unwrap().state();

    let ended = TokenError::EndedKey {
        key: old.public().thumbprint().clone(),
        until: second(50),
    };
    assert_eq!(*state.problem.unwrap(), Problem::Refused(Refusal::Token(ended)));
    for held in [state.held.unwrap(), later.held.unwrap()] {
        assert_eq!((held.published.sequence, held.fetched_at), (1, second(10)));
    }
}
