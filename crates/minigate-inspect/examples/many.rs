//! Checks many hosts at a time against a server in another process, and prints time, round trips and memory.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a measurement that can't be set up fails, and its figures are for a terminal"
)]

use std::io::{self, BufRead, BufReader};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use futures_util::future::BoxFuture;
use futures_util::{StreamExt, stream};
use jiff::Timestamp;
use minigate_engine::{ResolveError, Resolver};
use minigate_inspect::check::{Checker, Network, Subject, Terms};
use minigate_inspect::matrix::{Beside, Matrix};
use minigate_inspect::probe::Bounds;
use minigate_policy::Policy;
use minigate_testkit::lab::{self, Lab};
use minigate_tls::{RootSource, Roots};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{Instant, sleep};

const AT_A_TIME: usize = 50;
const DELAY: Duration = Duration::from_millis(50);

#[tokio::main]
async fn main() {
    if std::env::args().nth(1).as_deref() == Some("serve") {
        serve().await;
    } else {
        measure().await;
    }
}

/// Until nobody listens any more.
async fn serve() {
    let lab = Lab::at(SystemTime::now());
    let server = lab.start(lab::fault("complete")).await;
    println!("{}", server.addr());
    tokio::task::spawn_blocking(|| io::stdin().lines().count())
        .await
        .unwrap();
}

async fn measure() {
    let server = Server::start();
    println!("one host: {} round trips", round_trips(server.address).await);
    for hosts in [200, 1_000, 5_000] {
        let begun = Instant::now();
        let bytes = check_all(hosts, server.address).await;
        println!(
            "{hosts} hosts, {AT_A_TIME} at a time: {:.1} s, {} KiB a report, peak {} MiB",
            begun.elapsed().as_secs_f64(),
            bytes / hosts / 1024,
            peak().map_or_else(|| "?".to_owned(), |kib| (kib / 1024).to_string())
        );
    }
}

/// The time that one check takes over a long way, counted in the time for there and back.
async fn round_trips(server: SocketAddr) -> u128 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let far = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            tokio::spawn(carry(client, server));
        }
    });
    let begun = Instant::now();
    check("api.example.com", far, &checker()).await;
    begun.elapsed().as_millis() / (2 * DELAY.as_millis())
}

/// The connection itself is there at once, so its round trip is added.
async fn carry(client: TcpStream, server: SocketAddr) {
    sleep(2 * DELAY).await;
    let server = TcpStream::connect(server).await.unwrap();
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    tokio::join!(late(from_client, to_server), late(from_server, to_client));
}

async fn late(mut from: impl AsyncRead + Unpin, mut to: impl AsyncWrite + Unpin) {
    let mut piece = vec![0; 64 << 10];
    while let Ok(length @ 1..) = from.read(&mut piece).await {
        sleep(DELAY).await;
        if to
            .write_all(piece.get(..length).unwrap_or_default())
            .await
            .is_err()
        {
            return;
        }
    }
    sleep(DELAY).await;
    drop(to.shutdown().await);
}

/// Gives how long all reports are together; each is dropped once it is written.
async fn check_all(hosts: usize, server: SocketAddr) -> usize {
    let checker = checker();
    let names = (0..hosts).map(|number| format!("host-{number}.example.com"));
    let checks = stream::iter(names).map(|host| {
        let checker = &checker;
        async move { check(&host, server, checker).await }
    });
    checks
        .buffer_unordered(AT_A_TIME)
        .fold(0, |sum, length| std::future::ready(sum + length))
        .await
}

async fn check(host: &str, server: SocketAddr, checker: &Checker) -> usize {
    let subject = Subject::parse(&format!("{host}:{}", server.port())).unwrap();
    let report = checker.check(&subject, &terms(), Timestamp::now()).await;
    assert!(report.unseen.is_none(), "{:?}", report.unseen);
    serde_json::to_vec(&report).unwrap().len()
}

fn checker() -> Checker {
    let network = Network {
        resolver: Arc::new(Loopback),
        overrides: Vec::new(),
        bounds: Bounds::default(),
        roots: Roots::load(&[RootSource::Bundled]).unwrap(),
        fetches: false,
    };
    Checker::new(network, Matrix::new(Beside::default()).unwrap())
}

fn terms() -> Terms {
    Terms {
        policy: Policy::new("wx0123456789abcdef".parse().unwrap()),
        has_lists: false,
        filings: None,
        needed_too_many: Vec::new(),
    }
}

/// Every name is here.
struct Loopback;

impl Resolver for Loopback {
    fn resolve<'a>(&'a self, _host: &'a str) -> BoxFuture<'a, Result<Vec<IpAddr>, ResolveError>> {
        Box::pin(std::future::ready(Ok(vec![Ipv4Addr::LOCALHOST.into()])))
    }
}

/// A server in another process, so that its memory isn't counted; ends when it is dropped.
struct Server {
    address: SocketAddr,
    process: Child,
}

impl Server {
    fn start() -> Self {
        let mut process = Command::new(std::env::current_exe().unwrap())
            .arg("serve")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let address = line.trim().parse().unwrap();
        Self { address, process }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The most memory that the process has held so far, in KiB; Linux tells.
fn peak() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.split_whitespace().next()?.parse().ok()
}
