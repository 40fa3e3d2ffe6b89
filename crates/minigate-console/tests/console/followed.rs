//! Runtimes that follow a whole console over TLS.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use minigate_console::domains::Domains;
use minigate_console::serve::{Identity, acceptor, serve};
use minigate_console::store::Store;
use minigate_console::{Clock, Console, Settings, keys, router};
use minigate_lists::{Follower, Setup};
use minigate_policy::AppId;
use minigate_testkit::Authority;
use rcgen::{CertificateParams, KeyPair};
use rustls::crypto::aws_lc_rs::default_provider;
use rustls::{ClientConfig, RootCertStore};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

use crate::database::{Database, on_both};
use crate::domains::{app, by, publish};
use crate::publish::{until, version};
use crate::served::settings;
use crate::store::now;

on_both! {
    d2_t1_a_runtime_hears_of_each_version_over_tls
    d2_a_runtime_follows_through_a_restart_of_the_console
    d2_a_runtime_that_trusts_the_old_key_follows_both_steps_of_a_rotation
}

/// A console behind its own TLS.
struct Secured {
    address: SocketAddr,
    console: Arc<Console>,
    stop: oneshot::Sender<()>,
    serving: JoinHandle<()>,
}

impl Secured {
    async fn start(store: Arc<dyn Store>, authority: &Authority, address: &str) -> Self {
        let listener = TcpListener::bind(address).await.unwrap();
        let address = listener.local_addr().unwrap();
        let settings = Settings {
            public_url: format!("https://localhost:{}/", address.port()).parse().unwrap(),
            ..settings(address)
        };
        let console = Console::new(store, Clock::new(now), settings).unwrap();
        let router = router(Arc::clone(&console));
        let (stop, stopped) = oneshot::channel::<()>();
        let publisher = Arc::clone(console.publisher());
        let serving = serve(listener, Some(tls(authority)), router, async move {
            let _ = stopped.await;
            publisher.stop();
        });
        Self {
            address,
            console,
            stop,
            serving: tokio::spawn(async { serving.await.unwrap() }),
        }
    }

    async fn stop(self) {
        drop(self.stop);
        self.serving.await.unwrap();
    }

    /// Asks of its own accord only after an hour: whatever comes sooner, the stream has told.
    async fn follow(&self, id: &AppId, authority: &Authority) -> Follower {
        let url = format!("https://localhost:{}", self.address.port());
        let mut setup = Setup::new(url.parse().unwrap(), id.clone()).unwrap();
        setup.tls = Arc::new(trusting(authority));
        setup.pace.poll = Duration::from_hours(1);
        setup.pace.refresh = Duration::from_hours(1);
        setup.pace.retry = Duration::from_millis(20);
        Follower::start(setup).await.unwrap()
    }
}

fn tls(authority: &Authority) -> TlsAcceptor {
    let key = KeyPair::generate().unwrap();
    let leaf = CertificateParams::new(["localhost".to_owned()]).unwrap();
    let leaf = leaf.signed_by(&key, authority.issuer()).unwrap();
    let identity = Identity::read(leaf.pem().as_bytes(), key.serialize_pem().as_bytes());
    acceptor(identity.unwrap()).unwrap()
}

fn trusting(authority: &Authority) -> ClientConfig {
    let mut roots = RootCertStore::empty();
    roots.add(authority.root_der().clone()).unwrap();
    ClientConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth()
}

async fn d2_t1_a_runtime_hears_of_each_version_over_tls(database: &Database) {
    let (store, id) = app(database, false).await;
    publish(&Domains::of(&*store, &id), &["https://a.com"]).await;
    // Where several processes may share the database, another one publishes.
    let served = match database {
        Database::Sqlite(_) => Arc::clone(&store),
        Database::Postgres(_) => database.open().await,
    };
    let authority = Authority::new().unwrap();
    let console = Secured::start(served, &authority, "127.0.0.1:0").await;
    let mut follower = console.follow(&id, &authority).await;
    let stranger = console.follow(&id, &Authority::new().unwrap()).await.state();
    assert_eq!(version(&follower.state()), 1);

    for number in 2..5 {
        let domain = format!("https://b{number}.com");
        publish(&Domains::of(&*store, &id), &[&domain]).await;
        let state = until(&mut follower, |state| version(state) == number).await;
        assert_eq!(state.held.unwrap().published.lists.request, [domain]);
    }

    assert!(stranger.held.is_none() && stranger.problem.is_some());
    drop(follower);
    console.stop().await;
}

async fn d2_a_runtime_follows_through_a_restart_of_the_console(database: &Database) {
    let (store, id) = app(database, false).await;
    publish(&Domains::of(&*store, &id), &["https://a.com"]).await;
    let authority = Authority::new().unwrap();
    let console = Secured::start(Arc::clone(&store), &authority, "127.0.0.1:0").await;
    let address = console.address.to_string();
    let mut follower = console.follow(&id, &authority).await;

    console.stop().await;
    let away = until(&mut follower, |state| state.problem.is_some()).await;
    publish(&Domains::of(&*store, &id), &["https://b.com"]).await;
    let _console = Secured::start(Arc::clone(&store), &authority, &address).await;
    until(&mut follower, |state| {
        version(state) == 2 && state.problem.is_none()
    })
    .await;
    publish(&Domains::of(&*store, &id), &["https://c.com"]).await;
    until(&mut follower, |state| version(state) == 3).await;

    assert_eq!(version(&away), 1);
}

async fn d2_a_runtime_that_trusts_the_old_key_follows_both_steps_of_a_rotation(database: &Database) {
    let (store, id) = app(database, false).await;
    let authority = Authority::new().unwrap();
    let console = Secured::start(Arc::clone(&store), &authority, "127.0.0.1:0").await;
    let mut follower = console.follow(&id, &authority).await;
    let store = console.console.store();
    let mut old = Vec::new();

    for number in 1..3 {
        let announced = keys::announce(store, &by("root")).await.unwrap();
        old.push(announced.signing().unwrap().public().thumbprint().clone());
        let rotated = keys::rotate(store, keys::USUAL_HOLD, &by("root")).await.unwrap();
        let signing = rotated.signing().unwrap().public().thumbprint().clone();
        publish(&Domains::of(store, &id), &[&format!("https://a{number}.com")]).await;
        let state = until(&mut follower, |state| version(state) == number).await;
        assert!(state.trusted.unwrap().keys.contains(&signing));
    }
    for name in &old {
        keys::retire(store, name, &by("root")).await.unwrap();
    }
    publish(&Domains::of(store, &id), &["https://b.com"]).await;
    let state = until(&mut follower, |state| version(state) == 3).await;

    assert_eq!(state.problem, None);
}
