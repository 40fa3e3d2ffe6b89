//! Whose signatures are believed, and how keys change.

use minigate_lists::{Follower, Problem};
use minigate_policy::diagnosis::Lang;

use crate::console::{Console, key, published, sequence, set, until};

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
