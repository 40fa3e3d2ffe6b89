//! What is written of the laboratory's servers.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use minigate_engine::SystemResolver;
use minigate_inspect::check::{Checker, Network, Report, Subject, Terms};
use minigate_inspect::matrix::{Beside, Matrix};
use minigate_inspect::probe::Bounds;
use minigate_policy::Policy;
use minigate_testkit::lab::{self, Lab};
use minigate_tls::Roots;

/// Checks a server with this fault.
pub(super) async fn report(fault: &str) -> Report {
    let lab = Lab::at(lab::now());
    let server = lab.start(lab::fault(fault)).await;
    check(&lab, server.host(), server.addresses()).await
}

/// Checks a server with this fault as another target.
pub(super) async fn of_target(fault: &str, target: &str) -> Report {
    let lab = Lab::at(lab::now());
    let server = lab.start(lab::fault(fault)).await;
    check(&lab, target, server.addresses()).await
}

/// Checks a port that nobody listens on.
pub(super) async fn unseen() -> Report {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let closed = listener.local_addr().unwrap();
    drop(listener);
    check(&Lab::at(lab::now()), "api.example.com", &[closed]).await
}

async fn check(lab: &Lab, target: &str, at: &[SocketAddr]) -> Report {
    let there = format!("*:*:{}", addresses(at));
    let network = Network {
        resolver: Arc::new(SystemResolver),
        overrides: vec![there.parse().unwrap()],
        bounds: Bounds {
            handshake: Duration::from_secs(20),
            ..Bounds::default()
        },
        roots: Roots::preinstalled_on(lab.roots()).unwrap(),
        fetches: false,
    };
    let matrix = Matrix::new(Beside {
        roots: lab.roots(),
        added: Vec::new(),
        rules: Vec::new(),
    });
    let terms = Terms {
        policy: Policy::new("wx0123456789abcdef".parse().unwrap()),
        has_lists: false,
        filings: None,
        needed_too_many: Vec::new(),
    };
    let checker = Checker::new(network, matrix.unwrap());
    let now = Timestamp::try_from(lab::now()).unwrap();
    checker.check(&Subject::parse(target).unwrap(), &terms, now).await
}

fn addresses(addresses: &[SocketAddr]) -> String {
    let port = addresses.first().unwrap().port();
    let each = addresses.iter().map(|address| match address.ip() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => format!("[{address}]"),
    });
    format!("{}:{port}", each.collect::<Vec<_>>().join(","))
}
