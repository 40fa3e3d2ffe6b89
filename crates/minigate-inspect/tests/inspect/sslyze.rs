//! Another checker sees what ours sees.

mod report;

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use data_encoding::BASE64;
use jiff::Timestamp;
use minigate_inspect::chain::ChainFacts;
use minigate_inspect::leaf::LeafFacts;
use minigate_inspect::probe::{
    Bounds, ClientCertificate, Facts, Greeting, Prober, SentChain, Suite, Version,
};
use minigate_testkit::FakeResolver;
use minigate_testkit::lab::{self, Fault, Lab, LabServer};
use minigate_tls::{RootSource, Roots, Trust};
use sha2::{Digest, Sha256};
use tokio::task::spawn_blocking;

use crate::laboratory::bounds;
use crate::oracle::{OpensslServer, pem};
use crate::presented::CHECK;
use report::{Deployment, Report, Scan, names};

/// `MINIGATE_SSLYZE` is the program's path; `.ci/sslyze` installs it.
#[tokio::test(flavor = "multi_thread")]
async fn t10_sslyze_agrees_on_protocols_and_certificates() {
    let Some(program) = std::env::var_os("MINIGATE_SSLYZE") else {
        eprintln!("left out: MINIGATE_SSLYZE names no sslyze");
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let lab = Lab::at(today());
    let mut servers = Vec::new();
    for fault in lab::all().into_iter().filter(|fault| is_whole(*fault)) {
        servers.push(lab.start(fault).await);
    }
    let openssl = OpensslServer::start(folder.path()).unwrap();

    let targets = servers
        .iter()
        .flat_map(targets)
        .chain([target(HOST, openssl.address)]);
    let scans = scan(program, folder.path(), &lab, targets.collect()).await;

    let trust = trust(&lab);
    let mut differences = String::new();
    for server in &servers {
        for address in server.addresses() {
            let facts = probe(server.host(), *address, bounds(server.name())).await;
            differences.extend(difference(
                server.name(),
                &facts,
                scans.get(address).unwrap(),
                &trust,
            ));
        }
    }
    // It serves one connection at a time, and answers `GET` only.
    let one_by_one = Bounds {
        connections: 1,
        handshake: Duration::from_secs(2),
        ..Bounds::default()
    };
    let facts = probe(HOST, openssl.address, one_by_one).await;
    differences.extend(difference(
        "openssl",
        &facts,
        scans.get(&openssl.address).unwrap(),
        &trust,
    ));
    assert!(differences.is_empty(), "{differences}");
}

/// Whether its handshakes come to an end; sslyze looks at nothing before that.
fn is_whole(fault: Fault) -> bool {
    ![
        "rsa_1024",
        "tls10_only",
        "tls11_only",
        "tls12_cbc_only",
        "tls12_without_forward_secrecy",
        "old_and_new",
        "no_common_suite",
        "cut_off",
        "plain_http",
        "slow_handshake",
    ]
    .contains(&fault.name)
}

fn targets(server: &LabServer) -> Vec<String> {
    let addresses = server.addresses().iter();
    addresses.map(|address| target(server.host(), *address)).collect()
}

fn target(host: &str, address: SocketAddr) -> String {
    format!("{host}:{}{{{}}}", address.port(), address.ip())
}

/// sslyze validates by the machine's clock.
fn today() -> SystemTime {
    Timestamp::now().into()
}

async fn probe(host: &str, address: SocketAddr, bounds: Bounds) -> Facts {
    let prober = Prober::new(Arc::new(FakeResolver::new()), bounds);
    prober.ask_address(host, address, Timestamp::now()).await
}

/// What sslyze finds at each address.
async fn scan(
    program: OsString,
    folder: &Path,
    lab: &Lab,
    targets: Vec<String>,
) -> BTreeMap<SocketAddr, Scan> {
    let (roots, report) = (folder.join("roots.pem"), folder.join("report.json"));
    fs::write(&roots, pems(lab)).unwrap();
    let mut command = Command::new(program);
    command
        .args([
            "--quiet",
            "--mozilla_config",
            "disable",
            "--certinfo",
            "--elliptic_curves",
        ])
        .args([
            "--tlsv1",
            "--tlsv1_1",
            "--tlsv1_2",
            "--tlsv1_3",
            "--certinfo_ca_file",
        ])
        .arg(roots)
        .arg("--json_out")
        .arg(&report)
        .args(targets);
    let ran = spawn_blocking(move || command.output()).await.unwrap().unwrap();
    let said = String::from_utf8_lossy(&ran.stderr);
    assert!(report.exists(), "{said}");
    let report: Report = serde_json::from_slice(&fs::read(report).unwrap()).unwrap();
    let scans = report.server_scan_results.into_iter();
    scans.map(|scan| (scan.address(), scan)).collect()
}

fn pems(lab: &Lab) -> String {
    lab.roots().iter().map(|root| pem(root)).collect()
}

/// What both look at.
#[derive(Debug, PartialEq)]
struct Seen {
    versions: Vec<Version>,
    suites: BTreeMap<Version, BTreeSet<String>>,
    groups: BTreeSet<String>,
    /// Hashes, in the order in which the certificates were sent.
    chain: Vec<String>,
    chain_without_name: Vec<String>,
    /// Each certificate issued the one before it.
    is_in_order: bool,
    is_accepted: bool,
    is_stapled: bool,
    must_staple: bool,
    stamps: usize,
    client_certificate: ClientCertificate,
}

/// What the two see differently.
fn difference(name: &str, facts: &Facts, scan: &Scan, trust: &Trust) -> Option<String> {
    assert_eq!(scan.scan_status, "COMPLETED", "{name}");
    let probe = of_probe(facts, scan, trust);
    let sslyze = beyond_its_client(name, &probe, of_sslyze(scan));
    (probe != sslyze).then(|| format!("{name}\n  probe: {probe:?}\n  sslyze: {sslyze:?}\n"))
}

/// Without what sslyze's own client keeps from it.
fn beyond_its_client(name: &str, probe: &Seen, sslyze: Seen) -> Seen {
    match name {
        // The library with which it asks for most suites of TLS 1.2 doesn't know this kind of key.
        "ed25519" => Seen {
            suites: probe.suites.clone(),
            ..sslyze
        },
        // It offers one group at a time, with which it takes no key of another curve before TLS 1.3.
        "tls12_only" => Seen {
            groups: probe.groups.clone(),
            ..sslyze
        },
        _ => sslyze,
    }
}

fn of_probe(facts: &Facts, scan: &Scan, trust: &Trust) -> Seen {
    let chain = facts.chain().unwrap();
    let leaf = LeafFacts::read(chain, facts.staple(), &facts.host, facts.asked_at).unwrap();
    let read = ChainFacts::read(chain);
    let asked_groups = scan.asked_groups();
    let spoken = || {
        facts
            .versions
            .iter()
            .filter(|facts| facts.greeting.agreed().is_some())
    };
    let groups = spoken()
        .flat_map(|facts| &facts.groups.list)
        .map(ToString::to_string);
    Seen {
        versions: spoken().map(|facts| facts.version).collect(),
        suites: spoken()
            .map(|facts| {
                (
                    facts.version,
                    facts.suites.list.iter().map(Suite::to_string).collect(),
                )
            })
            .collect(),
        groups: groups.filter(|group| asked_groups.contains(group)).collect(),
        chain: hashes(chain),
        chain_without_name: unnamed(facts).map(hashes).unwrap_or_default(),
        is_in_order: read.is_in_order && read.way.len() == read.sent.len(),
        is_accepted: trust
            .judge(CHECK, &chain.certificates(), &facts.host, facts.asked_at)
            .is_ok(),
        is_stapled: facts.staple().is_some(),
        must_staple: leaf.must_staple,
        stamps: leaf.stamps.logs.len(),
        client_certificate: facts.client_certificate(),
    }
}

fn unnamed(facts: &Facts) -> Option<&SentChain> {
    let place = facts.without_name.as_ref().and_then(Greeting::agreed)?.chain?;
    facts.chains.get(place)
}

fn hashes(chain: &SentChain) -> Vec<String> {
    chain
        .0
        .iter()
        .map(|der| BASE64.encode(&Sha256::digest(&der.0)))
        .collect()
}

fn of_sslyze(scan: &Scan) -> Seen {
    let certificates = &scan.scan_result.certificate_info.result;
    let deployment = certificates.certificate_deployments.first().unwrap();
    let spoken: Vec<_> = scan
        .suites()
        .into_iter()
        .filter(|(_, suites)| suites.is_tls_version_supported)
        .collect();
    Seen {
        versions: spoken.iter().map(|(version, _)| *version).collect(),
        suites: spoken
            .iter()
            .map(|(version, suites)| (*version, suites.accepted()))
            .collect(),
        groups: names(&scan.groups().supported_curves),
        chain: deployment.hashes(),
        chain_without_name: certificates
            .certificate_deployment_with_sni_disabled
            .as_ref()
            .map(Deployment::hashes)
            .unwrap_or_default(),
        is_in_order: deployment.received_chain_has_valid_order == Some(true),
        is_accepted: deployment.is_accepted(),
        is_stapled: deployment.ocsp_response.is_some(),
        must_staple: deployment.leaf_certificate_has_must_staple_extension,
        stamps: deployment
            .leaf_certificate_signed_certificate_timestamps_count
            .unwrap_or_default(),
        client_certificate: match scan.connectivity_result.client_auth_requirement.as_str() {
            "REQUIRED" => ClientCertificate::Demanded,
            "OPTIONAL" => ClientCertificate::Asked,
            _ => ClientCertificate::NotAsked,
        },
    }
}

fn trust(lab: &Lab) -> Trust {
    let source = RootSource::Added {
        name: "roots.pem".to_owned(),
        content: pems(lab).into_bytes(),
    };
    Trust::new(Roots::load(&[source]).unwrap())
}

const HOST: &str = "api.example.com";
