//! Servers that don't take every connection: what is said of them is what is said of the same server with room.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::FutureExt;
use minigate_engine::Override;
use minigate_inspect::check::{Checker, Network, Subject, Terms, Unseen};
use minigate_inspect::matrix::{Beside, Cause, Matrix, Outcome, RowVerdict};
use minigate_inspect::probe::{Bounds, Facts, Prober};
use minigate_policy::{Interface, Policy};
use minigate_testkit::{Authority, FakeResolver, Leaf};
use minigate_tls::Roots;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::CertificateDer;
use rustls::server::Acceptor;
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use rustls::{CipherSuite, ServerConfig, SupportedCipherSuite};
use tokio::io::AsyncReadExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::Instant;
use tokio_rustls::LazyConfigAcceptor;

use crate::matrix::now;
use crate::told::{certificates, protocols};

/// As `openssl s_server -www` does.
#[tokio::test(start_paused = true)]
async fn a_server_that_takes_one_connection_at_a_time_is_seen_as_it_is() {
    let site = Site::new();
    let begun = Instant::now();

    let facts = site.ask(Door::OneByOne).await;

    assert!(
        begun.elapsed() <= Bounds::default().whole,
        "{:?}",
        begun.elapsed()
    );
    assert_same(&facts, &site.ask(Door::Open).await);
    assert_eq!(site.rows(&facts), site.rows(&site.ask(Door::Open).await));
}

#[tokio::test(start_paused = true)]
async fn a_server_that_turns_away_who_comes_beside_others_is_seen_as_it_is() {
    let site = Site::new();
    let open = site.ask(Door::Open).await;

    for room in 1..=4 {
        for farewell in [Farewell::Reset, Farewell::Close] {
            let facts = site.ask(Door::Room(room, farewell)).await;

            assert_same(&facts, &open);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn no_connection_that_is_lost_changes_what_is_seen() {
    let site = Site::new();
    let open = site.ask(Door::Open).await;

    for number in 0..40 {
        for farewell in [Farewell::Reset, Farewell::Close, Farewell::Silence] {
            let facts = site.ask(Door::Loses(number, farewell)).await;

            assert_same(&facts, &open);
        }
    }
}

/// A limit over a longer time.
#[tokio::test(start_paused = true)]
async fn what_a_server_takes_no_connection_for_stays_unknown() {
    let site = Site::new();
    let certain = site.rows(&site.ask(Door::Open).await);

    // One to see whether anybody is there, and four hellos.
    for number in 5..40 {
        for farewell in [Farewell::Reset, Farewell::Close, Farewell::Silence] {
            let facts = site.ask(Door::Only(number, farewell)).await;

            for (row, certain) in site.rows(&facts).iter().zip(&certain) {
                assert!(
                    is_unanswered(row) || row == certain,
                    "{number} {farewell:?} {row:?}\n{}",
                    protocols(&facts)
                );
            }
        }
    }
}

/// One connection a second: too few for all questions, and none of them is answered wrongly.
#[tokio::test(start_paused = true)]
async fn a_server_that_takes_few_connections_in_a_while_isnt_told_to_refuse() {
    let site = Site::new();
    let certain = site.rows(&site.ask(Door::Open).await);

    for pace in [50, 200, 490, 700, 1000, 1900] {
        let facts = site.ask(Door::Pace(Duration::from_millis(pace))).await;

        for (row, certain) in site.rows(&facts).iter().zip(&certain) {
            assert!(
                is_unanswered(row) || row == certain,
                "{pace} {row:?}\n{}",
                protocols(&facts)
            );
        }
    }
}

#[tokio::test(start_paused = true)]
async fn t10_a_server_of_which_nobody_can_tell_anything_has_no_grade() {
    let site = Site::new();
    let (address, _serving) = site.open(Door::Pace(Duration::from_secs(1))).await;
    let network = Network {
        resolver: Arc::new(FakeResolver::new()),
        overrides: vec![Override::host_to(HOST, address)],
        bounds: Bounds::default(),
        roots: Roots::preinstalled_on(site.roots.clone()).unwrap(),
        fetches: false,
    };
    let terms = Terms {
        policy: Policy::new("wx0123456789abcdef".parse().unwrap()),
        has_lists: false,
        filings: None,
        needed_too_many: Vec::new(),
    };

    let beside = Beside {
        roots: site.roots.clone(),
        ..Beside::default()
    };
    let report = Checker::new(network, Matrix::new(beside).unwrap())
        .check(&Subject::parse(HOST).unwrap(), &terms, now())
        .await;

    assert_eq!(
        (report.grade, &report.unseen),
        (None, &Some(Unseen::Unanswered)),
        "{:?}",
        report.findings
    );
}

/// As Windows does.
#[tokio::test(start_paused = true)]
async fn a_server_that_refuses_without_a_word_has_whole_lists() {
    let site = Site::new();

    for farewell in [Farewell::Reset, Farewell::Close] {
        let facts = site.ask(Door::Speechless(farewell)).await;

        for version in facts
            .versions
            .iter()
            .filter(|version| version.greeting.agreed().is_some())
        {
            assert!(version.suites.is_complete, "{}", protocols(&facts));
        }
        assert_eq!(site.rows(&facts), site.rows(&site.ask(Door::Open).await));
    }
}

#[tokio::test(start_paused = true)]
async fn a_server_without_a_word_for_anybody_costs_one_question_more() {
    let site = Site::new();
    let begun = Instant::now();

    let facts = site.ask(Door::Only(1, Farewell::Silence)).await;

    let handshake = Bounds::default().handshake;
    // The hellos, one of them again, and plain HTTP.
    assert!(begun.elapsed() <= handshake * 3, "{:?}", begun.elapsed());
    assert!(
        facts
            .versions
            .iter()
            .all(|version| version.greeting.agreed().is_none())
    );
}

/// Who comes in.
#[derive(Clone, Copy, Debug)]
enum Door {
    /// Everybody.
    Open,
    /// One after the other.
    OneByOne,
    /// So many at a time.
    Room(usize, Farewell),
    /// Everybody but this one.
    Loses(usize, Farewell),
    /// So many in all.
    Only(usize, Farewell),
    /// One in each such span.
    Pace(Duration),
    /// Who offers a suite that is taken.
    Speechless(Farewell),
}

/// What becomes of who doesn't come in.
#[derive(Clone, Copy, Debug)]
enum Farewell {
    Reset,
    Close,
    Silence,
}

impl Door {
    const fn refuses(self, number: usize, inside: usize, is_early: bool) -> Option<Farewell> {
        match self {
            Self::Pace(_) if is_early => Some(Farewell::Reset),
            Self::Room(room, farewell) if inside >= room => Some(farewell),
            Self::Loses(lost, farewell) if number == lost => Some(farewell),
            Self::Only(most, farewell) if number >= most => Some(farewell),
            _ => None,
        }
    }
}

impl Farewell {
    async fn bid(self, mut tcp: TcpStream) {
        match self {
            // What is closed with something unread is reset.
            Self::Reset => drop(tcp.readable().await),
            Self::Close => drop(tcp.read(&mut [0; 4096]).await),
            Self::Silence => while matches!(tcp.read(&mut [0; 4096]).await, Ok(1..)) {},
        }
    }
}

/// A server's certificates, and who trusts them.
struct Site {
    certified: Arc<CertifiedKey>,
    roots: Vec<CertificateDer<'static>>,
    matrix: Matrix,
}

impl Site {
    fn new() -> Self {
        let authority = Authority::at(minigate_testkit::lab::now()).unwrap();
        let roots = vec![authority.root_der().clone()];
        Self {
            certified: Leaf::for_name(HOST).rsa().issue(&authority),
            roots: roots.clone(),
            matrix: Matrix::new(Beside {
                roots,
                ..Beside::default()
            })
            .unwrap(),
        }
    }

    async fn ask(&self, door: Door) -> Facts {
        let (address, _serving) = self.open(door).await;
        let prober = Prober::new(Arc::new(FakeResolver::new()), Bounds::default());
        prober.ask_address(HOST, address, now()).await
    }

    async fn open(&self, door: Door) -> (SocketAddr, JoinSet<()>) {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let mut serving = JoinSet::new();
        serving.spawn(keep(door, listener, self.config()));
        (address, serving)
    }

    fn config(&self) -> Arc<ServerConfig> {
        let resolver = SingleCertAndKey::from(Arc::clone(&self.certified));
        let builder = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()));
        let builder = builder.with_safe_default_protocol_versions().unwrap();
        Arc::new(
            builder
                .with_no_client_auth()
                .with_cert_resolver(Arc::new(resolver)),
        )
    }

    fn rows(&self, facts: &Facts) -> Vec<RowVerdict> {
        self.matrix.judge(facts, Interface::Request, now())
    }
}

async fn keep(door: Door, listener: TcpListener, config: Arc<ServerConfig>) {
    let inside = Arc::<AtomicUsize>::default();
    let mut guests = JoinSet::new();
    let mut next = Instant::now();
    for number in 0.. {
        let (tcp, _) = listener.accept().await.unwrap();
        let is_early = Instant::now() < next;
        let refusal = door.refuses(number, inside.load(Ordering::Relaxed), is_early);
        if let (Door::Pace(pace), None) = (door, refusal) {
            next = Instant::now() + pace;
        }
        let guest = match refusal {
            Some(farewell) => farewell.bid(tcp).boxed(),
            None => serve(tcp, Arc::clone(&config), door, Place::new(&inside)).boxed(),
        };
        match door {
            Door::OneByOne => guest.await,
            _ => drop(guests.spawn(guest)),
        }
    }
}

/// Shakes hands, and then waits for the client to go.
async fn serve(tcp: TcpStream, config: Arc<ServerConfig>, door: Door, _place: Place) {
    let Ok(begun) = LazyConfigAcceptor::new(Acceptor::default(), tcp).await else {
        return;
    };
    if let Door::Speechless(farewell) = door
        && !begun.client_hello().cipher_suites().iter().any(is_taken)
    {
        let Farewell::Reset = farewell else { return };
        let tcp = begun.io;
        tcp.set_zero_linger().unwrap();
        return;
    }
    if let Ok(mut stream) = begun.into_stream(config).await {
        while matches!(stream.read(&mut [0; 4096]).await, Ok(1..)) {}
    }
}

/// By a server with a certificate for RSA.
fn is_taken(suite: &CipherSuite) -> bool {
    let provider = aws_lc_rs::default_provider();
    let mut suites = provider.cipher_suites.iter().map(SupportedCipherSuite::suite);
    suites.any(|known| known == *suite && !format!("{known:?}").contains("ECDSA"))
}

/// One who is inside.
struct Place(Arc<AtomicUsize>);

impl Place {
    fn new(inside: &Arc<AtomicUsize>) -> Self {
        inside.fetch_add(1, Ordering::Relaxed);
        Self(Arc::clone(inside))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

fn is_unanswered(row: &RowVerdict) -> bool {
    (row.outcome, &row.cause) == (Outcome::Unknown, &Some(Cause::Unanswered))
}

fn assert_same(facts: &Facts, open: &Facts) {
    assert_eq!(protocols(facts), protocols(open));
    assert_eq!(certificates(facts), certificates(open));
}

const HOST: &str = "api.example.com";
