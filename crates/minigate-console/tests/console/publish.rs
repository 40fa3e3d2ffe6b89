//! What runtimes get, and how soon.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Request, Response, StatusCode};
use http_body_util::{BodyExt, Empty};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use jiff::SignedDuration;
use minigate_console::Clock;
use minigate_console::app::{self, AppError};
use minigate_console::domains::Domains;
use minigate_console::grant::{self, Unreleased};
use minigate_console::keys::KeysError;
use minigate_console::publish::{PublishError, Publisher, Signed, StreamLimits};
use minigate_console::store::{Query, Store};
use minigate_console::{block, keys, publish};
use minigate_lists::{Follower, KeySet, KeyStage, Published, Setup, State};
use minigate_policy::{AppId, Domain, Era};

use crate::database::{Database, on_both};
use crate::domains::{app, by, publish as publish_version};
use crate::store::now;

on_both! {
    d2_a_change_reaches_a_runtime_through_another_process
    d2_two_processes_give_the_same_bytes
    d2_an_app_without_a_version_allows_nothing_and_an_unknown_one_is_refused
    d2_what_stands_above_the_lists_comes_with_them
    d2_a_list_never_goes_back_while_it_changes
    d2_runtimes_follow_a_rotation_of_keys
    d2_a_key_can_be_dropped_at_once_unless_it_signs
    d2_there_are_never_more_keys_than_runtimes_take
    d2_no_private_key_is_in_the_audit_log
    d2_a_known_list_isnt_sent_again_and_caches_are_told
    d2_caches_keep_no_older_set_of_keys_for_who_asks_for_a_signer
    d2_streams_are_limited_and_end_with_the_console
}

fn start(store: &Arc<dyn Store>) -> Arc<Publisher> {
    Publisher::new(Arc::clone(store), Clock::new(now), StreamLimits::default())
}

/// Serves a publisher on loopback.
async fn serve(publisher: &Arc<Publisher>) -> SocketAddr {
    let lists = publish::router(Arc::clone(publisher), HeaderMap::new());
    let lists = lists.merge(publish::streams(Arc::clone(publisher)));
    let router = axum::Router::new().nest("/lists", lists);
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, service).await });
    address
}

async fn read(publisher: &Publisher, store: &dyn Store, id: &AppId) -> (Published, Arc<Signed>) {
    let signed = publisher.published(id).await.unwrap();
    let set = keys::load_or_make(store, now()).await.unwrap().set(now());
    let text = std::str::from_utf8(&signed.bytes).unwrap();
    (Published::open(text, id, &set, now()).unwrap(), signed)
}

async fn follow(address: SocketAddr, id: &AppId) -> Follower {
    let mut setup = Setup::new(format!("http://{address}").parse().unwrap(), id.clone()).unwrap();
    setup.pace.poll = Duration::from_hours(1);
    Follower::start(setup).await.unwrap()
}

pub(crate) async fn until(follower: &mut Follower, mut is_so: impl FnMut(&State) -> bool) -> State {
    let waiting = async {
        loop {
            let state = follower.state();
            if is_so(&state) {
                return state;
            }
            follower.changed().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), waiting)
        .await
        .expect("the follower should have come so far")
}

pub(crate) fn version(state: &State) -> u32 {
    state.held.as_ref().map_or(0, |held| held.published.version)
}

async fn get(address: SocketAddr, path: &str, headers: &[(&str, &str)]) -> Response<hyper::body::Incoming> {
    let client: Client<_, Empty<Bytes>> = Client::builder(TokioExecutor::new()).build_http();
    let mut request = Request::get(format!("http://{address}{path}"));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    client.request(request.body(Empty::new()).unwrap()).await.unwrap()
}

fn headers(answer: &Response<hyper::body::Incoming>) -> HashMap<&str, &str> {
    let all = answer.headers().iter();
    all.map(|(name, value)| (name.as_str(), value.to_str().unwrap()))
        .collect()
}

async fn d2_a_change_reaches_a_runtime_through_another_process(database: &Database) {
    let (store, id) = app(database, false).await;
    publish_version(&Domains::of(&*store, &id), &["https://a.com"]).await;
    // With SQLite there is one process only.
    let other = match database {
        Database::Sqlite(_) => Arc::clone(&store),
        Database::Postgres(_) => database.open().await,
    };
    let address = serve(&start(&other)).await;
    let mut follower = follow(address, &id).await;
    assert_eq!(version(&follower.state()), 1);

    publish_version(&Domains::of(&*store, &id), &["https://b.com"]).await;
    let state = until(&mut follower, |state| version(state) == 2).await;

    assert_eq!(state.held.unwrap().published.lists.request, ["https://b.com"]);
}

async fn d2_two_processes_give_the_same_bytes(database: &Database) {
    let (store, id) = app(database, false).await;
    publish_version(&Domains::of(&*store, &id), &["https://a.com"]).await;
    let (one, other) = (start(&store), start(&store));

    let first = one.published(&id).await.unwrap();
    // A change of something else changes nothing here.
    let elsewhere = "wx2".parse().unwrap();
    app::create(&*store, &elsewhere, "Other", Era::Guide, false, &by("operator"))
        .await
        .unwrap();
    let second = other.published(&id).await.unwrap();
    let again = one.published(&id).await.unwrap();

    assert_eq!((&first.bytes, &first.etag), (&second.bytes, &second.etag));
    assert!(Arc::ptr_eq(&first, &again));
}

async fn d2_an_app_without_a_version_allows_nothing_and_an_unknown_one_is_refused(database: &Database) {
    let (store, id) = app(database, false).await;
    let publisher = start(&store);

    let (published, _) = read(&publisher, &*store, &id).await;
    let unknown = publisher.published(&"wx9".parse().unwrap()).await;

    assert_eq!((published.version, published.published_at), (0, None));
    assert!(published.lists.request.is_empty());
    assert!(matches!(unknown, Err(PublishError::App(AppError::Unknown(_)))));
}

async fn d2_what_stands_above_the_lists_comes_with_them(database: &Database) {
    let (store, id) = app(database, false).await;
    let publisher = start(&store);
    let (bare, _) = read(&publisher, &*store, &id).await;
    let end = now() + SignedDuration::from_hours(1);

    let evil = Domain::parse("evil.com").unwrap();
    block::add(&*store, &evil, "phishing", Some(end), &by("root"))
        .await
        .unwrap();
    let (blocked, _) = read(&publisher, &*store, &id).await;
    grant::give(&*store, &id, &[Unreleased::Trial], end, "a test", &by("alice"))
        .await
        .unwrap();
    let (granted, _) = read(&publisher, &*store, &id).await;
    grant::withdraw(&*store, &id, &by("alice")).await.unwrap();
    block::lift(&*store, &evil, &by("root")).await.unwrap();
    let (after, _) = read(&publisher, &*store, &id).await;

    assert_eq!(blocked.blocked[0].domain, "evil.com");
    assert_eq!(blocked.blocked[0].until, Some(end));
    assert!(granted.may_skip("trial".parse().unwrap(), now()));
    assert!(!granted.may_skip("develop".parse().unwrap(), now()));
    assert!(!after.may_skip("trial".parse().unwrap(), now()));
    assert!(after.blocked.is_empty());
    let sequences = [&bare, &blocked, &granted, &after].map(|list| list.sequence);
    assert!(sequences.is_sorted_by(|a, b| a < b), "{sequences:?}");
}

async fn d2_a_list_never_goes_back_while_it_changes(database: &Database) {
    let (store, id) = app(database, false).await;
    let publisher = start(&store);
    publisher.published(&id).await.unwrap();
    let readers: Vec<_> = (0..4)
        .map(|_| {
            let (publisher, id) = (Arc::clone(&publisher), id.clone());
            tokio::spawn(async move {
                let mut last = 0;
                for _ in 0..300 {
                    let sequence = publisher.published(&id).await.unwrap().sequence;
                    assert!(sequence >= last, "{sequence} after {last}");
                    last = sequence;
                    tokio::task::yield_now().await;
                }
            })
        })
        .collect();

    let evil = Domain::parse("evil.com").unwrap();
    for _ in 0..20 {
        block::add(&*store, &evil, "phishing", None, &by("root"))
            .await
            .unwrap();
        // Whoever has made a change sees it.
        assert_eq!(read(&publisher, &*store, &id).await.0.blocked.len(), 1);
        block::lift(&*store, &evil, &by("root")).await.unwrap();
        assert_eq!(read(&publisher, &*store, &id).await.0.blocked.len(), 0);
    }

    for reader in readers {
        reader.await.unwrap();
    }
}

async fn d2_runtimes_follow_a_rotation_of_keys(database: &Database) {
    let (store, id) = app(database, false).await;
    let address = serve(&start(&store)).await;
    let mut follower = follow(address, &id).await;
    let before = keys::load_or_make(&*store, now()).await.unwrap();

    let hold = SignedDuration::from_hours(1);
    assert!(keys::rotate(&*store, hold, &by("root")).await.is_err());
    keys::announce(&*store, &by("root")).await.unwrap();
    assert!(keys::announce(&*store, &by("root")).await.is_err());
    let after = keys::rotate(&*store, hold, &by("root")).await.unwrap();
    publish_version(&Domains::of(&*store, &id), &["https://a.com"]).await;
    let state = until(&mut follower, |state| version(state) == 1).await;

    let name = |keys: &keys::Keys| keys.signing().unwrap().public().thumbprint().clone();
    assert_ne!(name(&before), name(&after));
    assert!(state.trusted.unwrap().keys.contains(&name(&after)));
    let stages: Vec<_> = after.set(now()).keys.iter().map(|key| key.stage).collect();
    let until = now() + hold;
    assert_eq!(stages, [KeyStage::Retired { until }, KeyStage::Signing]);
    assert_eq!(after.set(until).keys.len(), 1);
}

async fn d2_a_key_can_be_dropped_at_once_unless_it_signs(database: &Database) {
    let (store, _) = app(database, false).await;
    let root = by("root");
    let first = keys::announce(&*store, &root).await.unwrap().set(now());
    let [signs, announced] = [0, 1].map(|place| first.keys[place].key.thumbprint().clone());

    let refused = keys::retire(&*store, &signs, &root).await;
    let without = keys::retire(&*store, &announced, &root).await.unwrap();
    let unknown = keys::retire(&*store, &announced, &root).await;
    keys::announce(&*store, &root).await.unwrap();
    keys::rotate(&*store, keys::USUAL_HOLD, &root).await.unwrap();
    let after = keys::retire(&*store, &signs, &root).await.unwrap();

    assert!(matches!(refused, Err(KeysError::Signs { key }) if key == signs));
    assert_eq!(without.set(now()).keys.len(), 1);
    assert!(matches!(unknown, Err(KeysError::Unknown { key }) if key == announced));
    let stages: Vec<_> = after.set(now()).keys.iter().map(|key| key.stage).collect();
    assert_eq!(stages, [KeyStage::Signing]);
}

async fn d2_there_are_never_more_keys_than_runtimes_take(database: &Database) {
    let (store, id) = app(database, false).await;
    let root = by("root");
    let address = serve(&start(&store)).await;
    let first = keys::load_or_make(&*store, now()).await.unwrap().set(now());
    for days in 1..16 {
        keys::announce(&*store, &root).await.unwrap();
        let hold = SignedDuration::from_hours(24 * days);
        keys::rotate(&*store, hold, &root).await.unwrap();
    }

    let full = keys::announce(&*store, &root).await.unwrap_err();
    let state = follow(address, &id).await.state();
    let oldest = first.keys[0].key.thumbprint();
    keys::retire(&*store, oldest, &root).await.unwrap();
    let after = keys::announce(&*store, &root).await.unwrap();

    let next = now() + SignedDuration::from_hours(24);
    assert!(
        matches!(&full, KeysError::Full { key, until } if key == oldest && *until == next),
        "{full}"
    );
    assert_eq!(state.problem, None);
    assert_eq!(after.set(now()).keys.len(), KeySet::MOST_KEYS);
}

async fn d2_no_private_key_is_in_the_audit_log(database: &Database) {
    let (store, _) = app(database, false).await;
    let keys = keys::announce(&*store, &by("root")).await.unwrap();

    let query = Query {
        most: 10,
        ..Query::default()
    };
    let log = format!("{:?}", store.log(&query).await.unwrap());

    let name = keys.signing().unwrap().public().thumbprint();
    assert!(log.contains("keys.make") && log.contains("keys.announce") && log.contains(name.as_str()));
    assert!(!log.contains("pkcs8"), "{log}");
}

async fn d2_a_known_list_isnt_sent_again_and_caches_are_told(database: &Database) {
    let (store, id) = app(database, false).await;
    let address = serve(&start(&store)).await;
    let path = format!("/lists/{id}");

    let first = get(address, &path, &[]).await;
    let tag = headers(&first)["etag"].to_owned();
    let known = format!("\"other\", W/{tag}");
    let second = get(address, &path, &[("if-none-match", &known)]).await;
    let named = get(address, &format!("{path}?tag={}", tag.trim_matches('"')), &[]).await;
    let stale = get(address, &format!("{path}?tag=other"), &[]).await;
    let unknown = get(address, "/lists/wx9", &[]).await;

    assert_eq!(first.status(), StatusCode::OK);
    assert_eq!(headers(&first)["content-type"], "application/jose");
    assert!(headers(&first)["cache-control"].contains("max-age=60"));
    assert_eq!(second.status(), StatusCode::NOT_MODIFIED);
    assert_eq!(headers(&second)["etag"], tag);
    assert!(headers(&named)["cache-control"].contains("immutable"));
    assert_eq!(headers(&stale)["cache-control"], "no-store");
    assert_eq!(unknown.status(), StatusCode::NOT_FOUND);
    assert_eq!(headers(&unknown)["content-type"], "application/problem+json");
}

async fn d2_caches_keep_no_older_set_of_keys_for_who_asks_for_a_signer(database: &Database) {
    let (store, _) = app(database, false).await;
    let address = serve(&start(&store)).await;
    let set = keys::announce(&*store, &by("root")).await.unwrap().set(now());
    let [signs, announced] = [0, 1].map(|place| set.keys[place].key.thumbprint());

    let plain = get(address, "/lists/keys", &[]).await;
    let signing = get(address, &format!("/lists/keys?signer={signs}"), &[]).await;
    let early = get(address, &format!("/lists/keys?signer={announced}"), &[]).await;
    keys::rotate(&*store, keys::USUAL_HOLD, &by("root"))
        .await
        .unwrap();
    let rotated = get(address, &format!("/lists/keys?signer={announced}"), &[]).await;

    for answer in [&plain, &signing, &rotated] {
        assert!(headers(answer)["cache-control"].contains("max-age=60"));
    }
    assert_eq!(headers(&early)["cache-control"], "no-store");
}

async fn d2_streams_are_limited_and_end_with_the_console(database: &Database) {
    let (store, id) = app(database, false).await;
    let limits = StreamLimits {
        total: 10,
        per_address: 1,
    };
    let publisher = Publisher::new(Arc::clone(&store), Clock::new(now), limits);
    let address = serve(&publisher).await;
    let path = format!("/lists/{id}/events");

    let mut open = get(address, &path, &[]).await;
    let first = open
        .body_mut()
        .frame()
        .await
        .unwrap()
        .unwrap()
        .into_data()
        .unwrap();
    let refused = get(address, &path, &[]).await;
    publisher.stop();
    let rest = open.into_body().collect().await.unwrap().to_bytes();

    assert!(first.starts_with(b"event: published\ndata: {\"sequence\":"));
    assert_eq!(refused.status(), StatusCode::TOO_MANY_REQUESTS);
    assert!(rest.is_empty());
}
