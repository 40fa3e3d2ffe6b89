//! What a check costs the servers that it looks at.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::future::BoxFuture;
use futures_util::{StreamExt, stream};
use minigate_engine::{ResolveError, Resolver};
use minigate_inspect::check::{Checker, Network, Report, Subject};
use minigate_inspect::probe::{Bounds, Facts, VersionFacts};
use minigate_testkit::lab::{self, Lab};
use minigate_tls::Roots;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::check::terms;
use crate::matrix::{matrix, now};

#[tokio::test(flavor = "multi_thread")]
async fn t10_a_check_connects_as_often_as_its_probes_need() {
    let lab = Lab::at(lab::now());
    let server = lab.start(lab::fault("complete")).await;
    let turnstile = Turnstile::before(server.addr()).await;
    let checker = checker(&lab);

    let report = check(&checker, server.host(), &turnstile).await;

    let facts = &report.addresses.first().unwrap().facts;
    assert_eq!(turnstile.passed.load(Ordering::Relaxed), needed(facts));
}

#[tokio::test(flavor = "multi_thread")]
async fn t10_two_hundred_hosts_are_checked_fifty_at_a_time() {
    let lab = Lab::at(lab::now());
    let server = lab.start(lab::fault("complete")).await;
    let turnstile = Turnstile::before(server.addr()).await;
    let checker = checker(&lab);

    let hosts = (0..HOSTS).map(|number| format!("host-{number}.example.com"));
    let checks = stream::iter(hosts).map(|host| {
        let (checker, turnstile) = (&checker, &turnstile);
        async move {
            let report = check(checker, &host, turnstile).await;
            report
                .addresses
                .first()
                .map_or(0, |address| needed(&address.facts))
        }
    });
    let needed: Vec<_> = timeout(PATIENCE, checks.buffer_unordered(AT_A_TIME).collect())
        .await
        .unwrap();

    assert!(needed.iter().all(|needed| *needed > SPEECHLESS), "{needed:?}");
    assert_eq!(needed.len(), HOSTS);
    assert_eq!(
        turnstile.passed.load(Ordering::Relaxed),
        needed.iter().sum::<usize>()
    );
}

/// One to see whether anybody is there, one without a name, and one for the call of the application. For each version a hello; where it is spoken, one more
/// for each suite, for each group and for the end of them, and two whole handshakes.
fn needed(facts: &Facts) -> usize {
    let of_version = |version: &VersionFacts| match version.greeting.agreed() {
        Some(_) => {
            let handshakes = if version.session.is_some() { 2 } else { 0 };
            1 + version.suites.list.len() + version.groups.list.len() + 1 + handshakes
        }
        None => 1,
    };
    3 + facts.versions.iter().map(of_version).sum::<usize>()
}

async fn check(checker: &Checker, host: &str, turnstile: &Turnstile) -> Report {
    let subject = Subject::parse(&format!("{host}:{}", turnstile.address.port())).unwrap();
    checker.check(&subject, &terms(), now()).await
}

fn checker(lab: &Lab) -> Checker {
    let network = Network {
        resolver: Arc::new(Loopback),
        overrides: Vec::new(),
        // Two cores and a debug build may take their time.
        bounds: Bounds {
            handshake: PATIENCE,
            whole: PATIENCE,
            ..Bounds::default()
        },
        roots: Roots::preinstalled_on(lab.roots()).unwrap(),
        fetches: false,
    };
    Checker::new(network, matrix(lab))
}

/// Every name is here.
struct Loopback;

impl Resolver for Loopback {
    fn resolve<'a>(&'a self, _host: &'a str) -> BoxFuture<'a, Result<Vec<IpAddr>, ResolveError>> {
        Box::pin(std::future::ready(Ok(vec![Ipv4Addr::LOCALHOST.into()])))
    }
}

/// Counts who goes through to a server.
struct Turnstile {
    address: SocketAddr,
    passed: Arc<AtomicUsize>,
    _serving: JoinSet<()>,
}

impl Turnstile {
    async fn before(server: SocketAddr) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let passed = Arc::<AtomicUsize>::default();
        let mut serving = JoinSet::new();
        serving.spawn(pass(listener, server, Arc::clone(&passed)));
        Self {
            address,
            passed,
            _serving: serving,
        }
    }
}

async fn pass(listener: TcpListener, server: SocketAddr, passed: Arc<AtomicUsize>) {
    let mut inside = JoinSet::new();
    while let Ok((client, _)) = listener.accept().await {
        while inside.try_join_next().is_some() {}
        passed.fetch_add(1, Ordering::Relaxed);
        inside.spawn(through(client, server));
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "it stands between a check and its server"
)]
async fn through(mut client: TcpStream, server: SocketAddr) {
    let mut server = TcpStream::connect(server).await.unwrap();
    // Who breaks off has gone through too.
    drop(copy_bidirectional(&mut client, &mut server).await);
}

const HOSTS: usize = 200;
const AT_A_TIME: usize = 50;
/// The connections to a server that speaks no version.
const SPEECHLESS: usize = 6;
const PATIENCE: Duration = Duration::from_secs(120);
