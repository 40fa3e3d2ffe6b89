//! Each server of the laboratory shows exactly its fault.

use std::fmt::Write;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use jiff::Timestamp;
use minigate_inspect::probe::{Bounds, Facts, Prober};
use minigate_testkit::FakeResolver;
use minigate_testkit::lab::{self, Fault, Lab, LabServer};

use crate::told::{certificates, protocols};

/// Where this fails rightly, the text that it shows is the new `laboratory.txt`.
#[tokio::test(flavor = "multi_thread")]
async fn t10_every_server_of_the_laboratory_shows_its_fault() {
    let lab = Lab::at(lab::now());
    let faults = lab::all();

    let found = join_all(faults.iter().map(|fault| probe(&lab, *fault))).await;

    let healthy = protocols(&found[0][0]);
    let mut told = String::new();
    for (fault, addresses) in faults.iter().zip(&found) {
        writeln!(told, "# {}: {}", fault.name, fault.description).unwrap();
        for facts in addresses {
            let protocols = protocols(facts);
            if fault.name != "complete" && protocols == healthy {
                writeln!(told, "protocols as `complete`").unwrap();
            } else {
                told.push_str(&protocols);
            }
            writeln!(told, "{}", certificates(facts)).unwrap();
        }
    }
    assert!(told == include_str!("laboratory.txt"), "{told}");
}

pub(crate) async fn probe(lab: &Lab, fault: Fault) -> Vec<Facts> {
    probe_server(&lab.start(fault).await).await
}

pub(crate) async fn probe_server(server: &LabServer) -> Vec<Facts> {
    let resolver = FakeResolver::new().with(server.host(), server.addresses().iter().map(SocketAddr::ip));
    let prober = Prober::new(Arc::new(resolver), bounds(server.name()));
    let now = Timestamp::try_from(lab::now()).unwrap();
    prober
        .ask(server.host(), server.addr().port(), now)
        .await
        .unwrap()
}

/// One server never goes on; the others are only slow where there are so many at once.
pub(crate) fn bounds(fault: &str) -> Bounds {
    let seconds = if fault == "slow_handshake" { 4 } else { 30 };
    Bounds {
        handshake: Duration::from_secs(seconds),
        ..Bounds::default()
    }
}
