//! A real client of another make sees what our probes see.

use std::net::SocketAddr;
use std::process::{Command, Stdio};
use std::sync::Arc;

use jiff::Timestamp;
use minigate_inspect::probe::{Bounds, Facts, Prober, SentChain, Version, VersionFacts};
use minigate_testkit::FakeResolver;
use minigate_testkit::lab::{self, Fault, Lab, LabServer};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use tokio::task::spawn_blocking;

#[tokio::test(flavor = "multi_thread")]
async fn t10_openssl_agrees_on_versions_and_chains() {
    if Command::new("openssl").arg("version").output().is_err() {
        eprintln!("left out: there is no openssl here");
        return;
    }
    let lab = Lab::at(lab::now());
    for fault in lab::all().into_iter().filter(|fault| is_comparable(*fault)) {
        let server = lab.start(fault).await;
        let facts = ask(&server).await;
        for version in Version::ALL {
            let seen = openssl(server.addr(), server.host(), version).await;
            assert_eq!(seen, chain(&facts, version), "{} with {version}", fault.name);
        }
    }
}

/// OpenSSL has no SEED any more, and waits for what never comes.
fn is_comparable(fault: Fault) -> bool {
    !["no_common_suite", "slow_handshake"].contains(&fault.name)
}

async fn ask(server: &LabServer) -> Facts {
    let prober = Prober::new(
        Arc::new(FakeResolver::new()),
        Bounds {
            listed: 0,
            ..Bounds::default()
        },
    );
    let now = Timestamp::try_from(lab::now()).unwrap();
    prober.ask_address(server.host(), server.addr(), now).await
}

fn chain(facts: &Facts, version: Version) -> Vec<CertificateDer<'_>> {
    let place = facts.version(version).and_then(VersionFacts::chain);
    let chain = place.and_then(|place| facts.chains.get(place));
    chain.map(SentChain::certificates).unwrap_or_default()
}

/// The certificates that OpenSSL is shown.
async fn openssl(address: SocketAddr, host: &'static str, version: Version) -> Vec<CertificateDer<'static>> {
    let shown = spawn_blocking(move || {
        Command::new("openssl")
            .args(["s_client", "-showcerts", "-cipher", "ALL:@SECLEVEL=0", "-connect"])
            .arg(address.to_string())
            .args(["-servername", host, flag(version)])
            .stdin(Stdio::null())
            .stderr(Stdio::null())
            .output()
    });
    let shown = shown.await.unwrap().unwrap().stdout;
    let text = String::from_utf8_lossy(&shown);
    // The server's own certificate is shown a second time behind the chain.
    let chain = text.split("Server certificate").next().unwrap_or_default();
    CertificateDer::pem_slice_iter(chain.as_bytes())
        .collect::<Result<_, _>>()
        .unwrap()
}

const fn flag(version: Version) -> &'static str {
    match version {
        Version::Tls10 => "-tls1",
        Version::Tls11 => "-tls1_1",
        Version::Tls12 => "-tls1_2",
        Version::Tls13 => "-tls1_3",
    }
}
