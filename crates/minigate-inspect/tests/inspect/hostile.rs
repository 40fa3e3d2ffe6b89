//! Servers that mean harm: each probe ends within its bounds, and says what was wrong.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use jiff::Timestamp;
use minigate_inspect::probe::{
    Alert, Bounds, Facts, Greeting, Prober, Reach, Refusal, Session, Version, read_flight,
};
use minigate_testkit::lab::{self, Lab};
use minigate_testkit::{Authority, FakeResolver, Leaf, ScriptedServer, hostile};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout};

#[tokio::test(flavor = "multi_thread")]
async fn endless_answers_end_at_the_bound() {
    let warnings = record(ALERT, &[1, 112]).repeat(1000);
    let empty = record(HANDSHAKE, &[]).repeat(1000);
    let unfinished = [
        hello(),
        record(HANDSHAKE, &[CERTIFICATE, 0, 0xFF, 0xFF]),
        record(HANDSHAKE, &[7; 1 << 14]).repeat(9),
    ];

    let patient = Bounds {
        handshake: Duration::from_secs(30),
        ..bounds()
    };

    for flood in [warnings, empty, unfinished.concat()] {
        let server = Server::start(Hostile::Forever(flood)).await;

        let facts = ask(server.address, patient).await;

        assert_eq!(refusal(&facts), &Refusal::TooMuch { limit: BYTES });
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_drip_ends_in_time() {
    let flight = [hello(), certificates(100)].concat();
    let begun = Instant::now();

    let facts = probe(Hostile::Drip(flight)).await;

    assert!(
        matches!(refusal(&facts), Refusal::Stalled { bytes: 1.. }),
        "{:?}",
        refusal(&facts)
    );
    assert!(begun.elapsed() < Duration::from_secs(30));
}

#[tokio::test(flavor = "multi_thread")]
async fn silence_ends_in_time() {
    let facts = probe(Hostile::Drip(Vec::new())).await;

    assert_eq!(refusal(&facts), &Refusal::Silent);
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_together_ends_in_time() {
    let server = Server::start(Hostile::Drip(Vec::new())).await;
    let bounds = Bounds {
        handshake: Duration::from_secs(60),
        whole: Duration::from_secs(2),
        connections: 1,
        ..bounds()
    };

    let facts = timeout(Duration::from_secs(30), ask(server.address, bounds))
        .await
        .unwrap();

    assert_eq!(facts.versions[0].greeting, Greeting::Refused(Refusal::Silent));
    assert_eq!(facts.versions[3].greeting, Greeting::Refused(Refusal::NotAsked));
}

#[tokio::test(flavor = "multi_thread")]
async fn no_hostile_server_of_the_kit_holds_a_probe_up() {
    let authority = Authority::new().unwrap();
    let certified = Leaf::for_name("api.example.com").issue(&authority);
    let bounds = Bounds {
        handshake: Duration::from_millis(500),
        whole: Duration::from_secs(5),
        listed: 2,
        ..bounds()
    };

    let asked = hostile::all().into_iter().map(|hostile| {
        let certified = Arc::clone(&certified);
        async move {
            let server = ScriptedServer::start(certified, [hostile.script]).await;
            let facts = timeout(Duration::from_secs(60), ask(server.addr(), bounds)).await;
            assert!(facts.is_ok(), "{}", hostile.name);
        }
    });
    join_all(asked).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_port_that_nobody_listens_on_is_told() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);

    let facts = ask(address, bounds()).await;

    assert!(matches!(facts.reach, Reach::Unreachable { .. }));
    assert_eq!(facts.versions, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_is_asked_without_a_resolver_and_without_a_name() {
    let server = Lab::at(lab::now()).start(lab::fault("sni_dependent")).await;
    let prober = Prober::new(Arc::new(FakeResolver::new()), Bounds::default());
    let now = Timestamp::try_from(lab::now()).unwrap();

    let found = prober.ask("127.0.0.1", server.addr().port(), now).await.unwrap();
    let bracketed = prober.ask("[::1]", 1, now).await.unwrap();

    assert_eq!(found[0].chains.len(), 1);
    let session = found[0].version(Version::Tls13).unwrap().session.as_ref();
    assert!(session.and_then(Session::opened).is_some());
    assert_eq!(bracketed[0].host, "::1");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_clock_of_a_server_is_compared_with_ours() {
    let server = Lab::at(lab::now()).start(lab::fault("complete")).await;
    let prober = Prober::new(Arc::new(FakeResolver::new()), Bounds::default());
    let slow = Timestamp::try_from(lab::now() - Duration::from_secs(3600)).unwrap();

    let facts = prober.ask_address(server.host(), server.addr(), slow).await;

    let session = facts.version(Version::Tls12).unwrap().session.as_ref();
    let http = session.and_then(Session::opened).unwrap().http.as_ref().unwrap();
    // Our clock goes on while we ask.
    let ahead = http.clock_ahead.unwrap().as_secs();
    assert!((3500..=3600).contains(&ahead), "{ahead}");
}

#[tokio::test(flavor = "multi_thread")]
async fn facts_can_be_written_down_and_read_again() {
    let server = Lab::at(lab::now()).start(lab::fault("stapled")).await;
    let facts = ask(server.addr(), Bounds::default()).await;

    let written = serde_json::to_string(&facts).unwrap();

    assert_eq!(serde_json::from_str::<Facts>(&written).unwrap(), facts);
}

#[test]
fn ten_thousand_certificates_are_too_many() {
    let flight = [hello(), certificates(10_000), done()].concat();

    assert_eq!(
        read(&flight, BYTES),
        Err(Refusal::TooManyCertificates { limit: 64 })
    );
    assert_eq!(
        read(&flight, BYTES / 4),
        Err(Refusal::TooMuch { limit: BYTES / 4 })
    );
}

#[test]
fn lengths_that_lie_are_malformed() {
    let longer_list = message(CERTIFICATE, &[0, 1, 0, 0, 0, 1, 7]);
    let longer_record = [HANDSHAKE, 3, 3, 0xFF, 0xFF];
    let short_alert = record(ALERT, &[2]);
    let second_hello = hello();
    let early = certificates(1);

    for lie in [
        [hello(), longer_list].concat(),
        [hello(), longer_record.to_vec()].concat(),
        [hello(), short_alert].concat(),
        [hello(), second_hello].concat(),
        early,
    ] {
        assert!(
            matches!(read(&lie, BYTES), Err(Refusal::Malformed { .. })),
            "{:?}",
            read(&lie, BYTES)
        );
    }
}

#[test]
fn an_endless_message_is_refused_before_it_comes() {
    let flight = [hello(), record(HANDSHAKE, &[CERTIFICATE, 0xFF, 0xFF, 0xFF])].concat();

    assert_eq!(read(&flight, BYTES), Err(Refusal::TooMuch { limit: BYTES }));
}

#[test]
fn a_flight_is_the_same_however_it_is_cut_into_records() {
    let whole = [hello(), certificates(3), done()].concat();
    let messages = [hello(), certificates(3), done()]
        .map(|record| record[5..].to_vec())
        .concat();
    let cut: Vec<_> = messages
        .chunks(7)
        .flat_map(|part| record(HANDSHAKE, part))
        .collect();

    let (agreed, chain) = read_flight(Version::Tls12, &whole, BYTES).unwrap();

    assert_eq!(chain.0.len(), 3);
    assert_eq!(agreed.suite.0, 0x002F);
    assert_eq!(read_flight(Version::Tls12, &cut, BYTES), Ok((agreed, chain)));
}

#[test]
fn a_warning_is_noted_and_a_farewell_is_none() {
    let warned = [record(ALERT, &[1, 112]), hello(), done()].concat();
    let closed = record(ALERT, &[1, 0]);

    let (agreed, _) = read_flight(Version::Tls12, &warned, BYTES).unwrap();

    assert_eq!(agreed.warnings, [Alert(112)]);
    assert_eq!(read(&closed, BYTES), Err(Refusal::Alert { alert: Alert(0) }));
}

#[test]
fn what_is_no_tls_is_told_by_its_first_bytes() {
    assert_eq!(
        read(b"HTTP/1.1 400 Bad Request\r\n\r\n", BYTES),
        Err(Refusal::PlainHttp)
    );
    assert_eq!(
        read(b"SSH-2.0-OpenSSH_9.6\r\n", BYTES),
        Err(Refusal::NotTls {
            head: "5353482d322e302d4f70656e5353485f".to_owned()
        })
    );
    assert_eq!(read(b"", BYTES), Err(Refusal::Closed));
    assert_eq!(read(&hello()[..20], BYTES), Err(Refusal::CutOff { bytes: 20 }));
}

/// What a server does on every connection once it has been spoken to.
enum Hostile {
    /// Says this again and again.
    Forever(Vec<u8>),
    /// Says this byte by byte, then nothing.
    Drip(Vec<u8>),
}

struct Server {
    address: SocketAddr,
    _serving: JoinSet<()>,
}

impl Server {
    async fn start(hostile: Hostile) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let hostile = Arc::new(hostile);
        let mut serving = JoinSet::new();
        serving.spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((tcp, _)) = listener.accept().await {
                connections.spawn(harm(tcp, Arc::clone(&hostile)));
            }
        });
        Self {
            address,
            _serving: serving,
        }
    }
}

async fn harm(mut tcp: TcpStream, hostile: Arc<Hostile>) {
    let _ = tcp.read(&mut [0; 1024]).await;
    match &*hostile {
        Hostile::Forever(bytes) => while tcp.write_all(bytes).await.is_ok() {},
        Hostile::Drip(bytes) => {
            for byte in bytes {
                if tcp.write_u8(*byte).await.is_err() {
                    return;
                }
                sleep(Duration::from_millis(20)).await;
            }
            // The client has to give up.
            while matches!(tcp.read(&mut [0; 1024]).await, Ok(1..)) {}
        }
    }
}

/// For servers that say too little: a machine that is busy still says more in the time than they do.
async fn probe(hostile: Hostile) -> Facts {
    let server = Server::start(hostile).await;
    ask(server.address, bounds()).await
}

async fn ask(address: SocketAddr, bounds: Bounds) -> Facts {
    let prober = Prober::new(Arc::new(FakeResolver::new()), bounds);
    let now = Timestamp::try_from(lab::now()).unwrap();
    prober.ask_address("api.example.com", address, now).await
}

fn bounds() -> Bounds {
    Bounds {
        handshake: Duration::from_secs(2),
        whole: Duration::from_secs(20),
        bytes: BYTES,
        ..Bounds::default()
    }
}

fn refusal(facts: &Facts) -> &Refusal {
    facts.version(Version::Tls12).unwrap().greeting.refusal().unwrap()
}

fn read(bytes: &[u8], limit: usize) -> Result<(), Refusal> {
    read_flight(Version::Tls12, bytes, limit).map(drop)
}

/// A hello of TLS 1.2 with `TLS_RSA_WITH_AES_128_CBC_SHA`.
fn hello() -> Vec<u8> {
    let body = [&[3, 3][..], &[9; 32], &[0], &[0x00, 0x2F], &[0]].concat();
    message(2, &body)
}

/// Certificates of one byte each.
fn certificates(count: usize) -> Vec<u8> {
    let list = [0, 0, 1, 0x30].repeat(count);
    message(CERTIFICATE, &counted24(&list))
}

fn done() -> Vec<u8> {
    message(14, &[])
}

fn message(kind: u8, content: &[u8]) -> Vec<u8> {
    let message = [&[kind], counted24(content).as_slice()].concat();
    message
        .chunks(1 << 14)
        .flat_map(|part| record(HANDSHAKE, part))
        .collect()
}

fn counted24(content: &[u8]) -> Vec<u8> {
    let length = u32::try_from(content.len()).unwrap().to_be_bytes();
    [&length[1..], content].concat()
}

fn record(kind: u8, content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len()).unwrap().to_be_bytes();
    [&[kind, 3, 3], length.as_slice(), content].concat()
}

const ALERT: u8 = 21;
const HANDSHAKE: u8 = 22;
const CERTIFICATE: u8 = 11;
const BYTES: usize = 64 << 10;
