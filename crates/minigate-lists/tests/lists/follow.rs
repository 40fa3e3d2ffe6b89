//! A list that is followed.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::Timestamp;
use minigate_lists::{Follower, Problem, Refusal, Setup, SetupError};
use minigate_policy::{Call, Interface, Policy, Profile, Reason};

use crate::console::{Console, key, published, second, sequence, set, setup, until};

#[tokio::test]
async fn a_new_list_arrives_by_the_stream() {
    let key = key();
    let console = Console::start(&published(1, "a.com").seal(&key).unwrap(), &set(1, &[&key])).await;
    let mut setup = console.setup();
    setup.pace.poll = std::time::Duration::from_hours(1);

    let mut follower = Follower::start(setup).await.unwrap();
    assert_eq!(sequence(&follower.state()), 1);
    // The stream is open once the list was asked for again.
    while console.asked().0 < 2 {
        tokio::task::yield_now().await;
    }
    console.publish(&published(2, "b.com").seal(&key).unwrap());
    let state = until(&mut follower, |state| sequence(state) == 2).await;

    let policy = Policy::new("wx1".parse().unwrap())
        .with_lists(state.lists_for(&Profile::default(), Timestamp::now()));
    assert!(
        policy
            .judge(&Call::new(Interface::Request, "https://b.com/"))
            .is_ok()
    );
    let version = policy.lists().version().unwrap().to_owned();
    assert_eq!(version, format!("2 · http://{}", console.address()));
}

#[tokio::test]
async fn without_a_stream_the_list_is_asked_for_and_an_unchanged_one_isnt_sent() {
    let key = key();
    let list = published(1, "a.com").seal(&key).unwrap();
    let console = Console::with_stream(&list, &set(1, &[&key]), false).await;

    let mut follower = Follower::start(console.setup()).await.unwrap();
    while console.asked().1 < 2 {
        tokio::task::yield_now().await;
    }
    console.publish(&published(2, "b.com").seal(&key).unwrap());

    until(&mut follower, |state| sequence(state) == 2).await;
    let (asked, unchanged) = console.asked();
    assert!(asked - unchanged <= 2, "{asked} {unchanged}");
}

#[tokio::test]
async fn the_last_good_list_holds_while_the_console_is_away() {
    let key = key();
    let list = published(1, "a.com").seal(&key).unwrap();
    let console = Console::start(&list, &set(1, &[&key])).await;
    let mut follower = Follower::start(console.setup()).await.unwrap();
    while console.asked().0 < 2 {
        tokio::task::yield_now().await;
    }

    console.answer_with(503);
    let away = until(&mut follower, |state| state.problem.is_some()).await;
    console.answer_with(200);
    let back = until(&mut follower, |state| state.problem.is_none()).await;

    assert_eq!(*away.problem.unwrap(), Problem::Status { status: 503 });
    assert_eq!((away.held.unwrap().published.sequence, sequence(&back)), (1, 1));
}

#[tokio::test]
async fn d2_without_any_list_nothing_is_allowed() {
    let mut follower = Follower::start(setup("http://127.0.0.1:9")).await.unwrap();

    let state = follower.state();

    assert!(matches!(
        *state.problem.clone().unwrap(),
        Problem::Unreachable { .. }
    ));
    let policy = Policy::new("wx1".parse().unwrap())
        .with_lists(state.lists_for(&Profile::default(), Timestamp::now()));
    let denial = policy
        .judge(&Call::new(Interface::Request, "https://a.com/"))
        .unwrap_err();
    assert!(matches!(denial.reason(), Reason::NoLists { source } if source == "http://127.0.0.1:9"));
}

#[tokio::test]
async fn an_older_list_is_refused_and_the_newer_one_kept() {
    let key = key();
    let console = Console::start(&published(7, "a.com").seal(&key).unwrap(), &set(1, &[&key])).await;
    let mut setup = console.setup();
    setup.pace.lag = std::time::Duration::ZERO;
    let mut follower = Follower::start(setup).await.unwrap();

    console.publish(&published(6, "old.com").seal(&key).unwrap());
    let state = until(&mut follower, |state| state.problem.is_some()).await;

    assert_eq!(
        *state.problem.clone().unwrap(),
        Problem::Refused(Refusal::GoneBack { found: 6, seen: 7 })
    );
    assert_eq!(sequence(&state), 7);
}

#[tokio::test]
async fn an_older_list_that_caches_still_have_is_no_problem_and_confirms_nothing() {
    static NOW: AtomicI64 = AtomicI64::new(10);
    let key = key();
    let list = published(7, "a.com").seal(&key).unwrap();
    let console = Console::with_stream(&list, &set(1, &[&key]), false).await;
    let mut setup = console.setup();
    setup.clock = || second(NOW.load(Ordering::Relaxed));
    let mut follower = Follower::start(setup).await.unwrap();
    while console.asked().1 < 2 {
        tokio::task::yield_now().await;
    }

    console.publish(&published(6, "old.com").seal(&key).unwrap());
    let asked = console.asked().0;
    while console.asked().0 < asked + 3 {
        tokio::task::yield_now().await;
    }
    NOW.store(100, Ordering::Relaxed);
    while console.asked().0 < asked + 6 {
        tokio::task::yield_now().await;
    }

    let state = follower.state();
    assert_eq!(state.problem, None);
    let held = state.held.unwrap();
    assert_eq!((held.published.sequence, held.fetched_at), (7, second(10)));
}

#[tokio::test]
async fn an_unknown_app_is_told_as_such() {
    let key = key();
    let console = Console::start("", &set(1, &[&key])).await;
    console.answer_with(404);

    let mut follower = Follower::start(console.setup()).await.unwrap();

    let problem = follower.state().problem.unwrap();
    assert!(matches!(&*problem, Problem::UnknownApp { app } if app.as_str() == "wx1"));
}

/// Follows once with a cache, and gives its address for a console that is away by then.
async fn cached(folder: &Path, list: &str, keys: &str) -> Setup {
    let console = Console::start(list, keys).await;
    let mut setup = console.setup();
    setup.cache = Some(folder.to_owned());
    let mut follower = Follower::start(setup.clone()).await.unwrap();
    assert!(follower.state().unkept.is_none());
    console.leave();
    setup
}

fn list_file(folder: &Path) -> PathBuf {
    let console = std::fs::read_dir(folder).unwrap().next().unwrap().unwrap();
    console.path().join("wx1.list.json")
}

#[tokio::test]
async fn a_list_outlives_the_process_and_keeps_its_age() {
    let key = key();
    let folder = tempfile::tempdir().unwrap();
    let mut setup = cached(
        folder.path(),
        &published(3, "a.com").seal(&key).unwrap(),
        &set(1, &[&key]),
    )
    .await;
    let before = Timestamp::now();
    setup.clock = || Timestamp::now() + jiff::SignedDuration::from_hours(1);

    let mut follower = Follower::start(setup).await.unwrap();

    let state = follower.state();
    assert!(state.problem.is_some());
    let held = state.held.unwrap();
    assert_eq!(held.published, published(3, "a.com"));
    assert!(held.fetched_at <= before);
}

#[tokio::test]
async fn the_disk_learns_of_a_confirmation_now_and_then_and_at_the_end() {
    static NOW: AtomicI64 = AtomicI64::new(10);
    let key = key();
    let folder = tempfile::tempdir().unwrap();
    let list = published(1, "a.com").seal(&key).unwrap();
    let console = Console::with_stream(&list, &set(1, &[&key]), false).await;
    let mut setup = console.setup();
    setup.cache = Some(folder.path().to_owned());
    setup.clock = || second(NOW.load(Ordering::Relaxed));
    let mut follower = Follower::start(setup).await.unwrap();
    let age = |follower: &mut Follower| follower.state().held.unwrap().fetched_at;
    let kept = || std::fs::read_to_string(list_file(folder.path())).unwrap();

    for (now, on_disk) in [(100, 10), (400, 400), (500, 400)] {
        NOW.store(now, Ordering::Relaxed);
        while age(&mut follower) != second(now) {
            tokio::task::yield_now().await;
        }
        let asked = console.asked().0;
        while console.asked().0 < asked + 2 {
            tokio::task::yield_now().await;
        }
        assert!(kept().contains(&second(on_disk).to_string()), "{now}: {}", kept());
    }
    drop(follower);
    while !kept().contains(&second(500).to_string()) {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_cache_that_somebody_changed_is_no_list() {
    let (key, foreign) = (key(), key());
    let folder = tempfile::tempdir().unwrap();
    let setup = cached(
        folder.path(),
        &published(3, "a.com").seal(&key).unwrap(),
        &set(1, &[&key]),
    )
    .await;
    let file = list_file(folder.path());
    let forged = published(4, "evil.com").seal(&foreign).unwrap();
    let forged = serde_json::json!({ "signed": forged, "etag": null, "fetchedAt": "2026-01-01T00:00:00Z" });

    for content in [forged.to_string(), "{".to_owned(), String::new()] {
        std::fs::write(&file, content).unwrap();
        let mut follower = Follower::start(setup.clone()).await.unwrap();
        assert!(follower.state().held.is_none());
    }
}

#[tokio::test]
async fn a_disk_that_keeps_nothing_is_told_and_the_list_holds() {
    let key = key();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    let console = Console::start(&published(1, "a.com").seal(&key).unwrap(), &set(1, &[&key])).await;
    let mut setup = console.setup();
    setup.cache = Some(file);

    let mut follower = Follower::start(setup).await.unwrap();

    let state = follower.state();
    assert!(matches!(&*state.unkept.clone().unwrap(), Problem::Cache { .. }));
    assert_eq!(sequence(&state), 1);
}

#[test]
fn plain_http_is_for_this_machine_only() {
    let open = |address: &str| Setup::new(address.parse().unwrap(), "wx1".parse().unwrap());

    for address in [
        "https://console.example.com",
        "http://localhost:8080/under",
        "http://[::1]:1",
    ] {
        assert!(open(address).is_ok(), "{address}");
    }
    for address in [
        "http://console.example.com",
        "ftp://localhost",
        "https://u:p@console.example.com",
        "https://console.example.com/?a",
    ] {
        assert!(matches!(open(address), Err(SetupError::Address(_))), "{address}");
    }
}
