//! A real client of another make sees what our probes see.

use std::fs;
use std::io::{self, BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use data_encoding::BASE64;
use jiff::Timestamp;
use minigate_inspect::probe::{Bounds, Facts, Group, Prober, SentChain, Suite, Version, VersionFacts};
use minigate_testkit::FakeResolver;
use minigate_testkit::lab::{self, Fault, Lab, LabServer};
use rcgen::{CertificateParams, KeyPair};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use tokio::task::spawn_blocking;

use crate::presented::{CHECK, trust};

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

#[tokio::test(flavor = "multi_thread")]
async fn t10_openssl_agrees_on_the_verdict() {
    if Command::new("openssl").arg("version").output().is_err() {
        eprintln!("left out: there is no openssl here");
        return;
    }
    let lab = Lab::at(lab::now());
    let (trust, folder) = (trust(&lab.roots()), tempfile::tempdir().unwrap());
    // OpenSSL takes a common name where there are no other names, which RFC 9525 §2.1 forbids.
    let judged = lab::all()
        .into_iter()
        .filter(|fault| fault.name != "name_only_in_cn");
    for fault in judged.filter(|fault| is_comparable(*fault)) {
        let server = lab.start(fault).await;
        let facts = ask(&server).await;
        let Some(chain) = facts.chain().map(SentChain::certificates) else {
            continue;
        };

        let ours = trust.judge(CHECK, &chain, server.host(), facts.asked_at);

        let theirs = openssl_verifies(folder.path(), &lab.roots(), &chain, server.host());
        assert_eq!(ours.is_ok(), theirs, "{}: {ours:?}", fault.name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn t10_a_server_of_openssl_is_probed_as_it_is_set_up() {
    let folder = tempfile::tempdir().unwrap();
    let Ok(server) = OpensslServer::start(folder.path()) else {
        eprintln!("left out: there is no openssl here that serves");
        return;
    };
    // It serves one connection at a time, and answers `GET` only.
    let bounds = Bounds {
        connections: 1,
        handshake: Duration::from_secs(2),
        ..Bounds::default()
    };
    let prober = Prober::new(Arc::new(FakeResolver::new()), bounds);

    let facts = prober
        .ask_address("api.example.com", server.address, Timestamp::UNIX_EPOCH)
        .await;

    for version in Version::ALL {
        let facts = facts.version(version).unwrap();
        assert!(
            facts.greeting.agreed().is_some(),
            "{version}: {:?}",
            facts.greeting
        );
        assert!(facts.suites.is_complete && facts.groups.is_complete, "{version}");
    }
    let groups = |version| facts.version(version).unwrap().groups.list.clone();
    assert_eq!(groups(Version::Tls10), [Group(29), Group(23)]);
    assert_eq!(groups(Version::Tls13), [Group(29), Group(23), Group(0x0100)]);
    let suites = &facts.version(Version::Tls10).unwrap().suites.list;
    assert!(suites.starts_with(&[Suite(0xC009), Suite(0xC00A)]), "{suites:?}");
    assert_eq!(facts.chains.len(), 1);
}

/// By these roots, at the laboratory's moment, and with keys and signatures of 112 bits at least.
fn openssl_verifies(
    folder: &Path,
    roots: &[CertificateDer<'_>],
    chain: &[CertificateDer<'_>],
    host: &str,
) -> bool {
    let (leaf, others) = chain.split_at(1);
    for (name, certificates) in [("roots", roots), ("leaf", leaf), ("others", others)] {
        let pems: String = certificates.iter().map(|der| pem(der)).collect();
        fs::write(folder.join(name), pems).unwrap();
    }
    let moment = Timestamp::try_from(lab::now()).unwrap().as_second().to_string();
    let mut openssl = Command::new("openssl");
    openssl
        .args([
            "verify",
            "-no-CApath",
            "-no-CAstore",
            "-auth_level",
            "2",
            "-purpose",
            "sslserver",
        ])
        .args(["-attime", &moment, "-verify_hostname", host, "-CAfile", "roots"])
        .current_dir(folder);
    if !others.is_empty() {
        openssl.args(["-untrusted", "others"]);
    }
    openssl.arg("leaf").output().unwrap().status.success()
}

pub(crate) fn pem(der: &[u8]) -> String {
    let base64 = BASE64.encode(der);
    format!("-----BEGIN CERTIFICATE-----\n{base64}\n-----END CERTIFICATE-----\n")
}

/// A server of OpenSSL, which ends when it is dropped.
pub(crate) struct OpensslServer {
    pub(crate) address: SocketAddr,
    process: Child,
}

impl OpensslServer {
    pub(crate) fn start(folder: &Path) -> io::Result<Self> {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(["api.example.com".to_owned()]).unwrap();
        let certificate = params.self_signed(&key).unwrap();
        fs::write(folder.join("site.pem"), certificate.pem() + &key.serialize_pem())?;
        let mut process = Command::new("openssl")
            .args(["s_server", "-accept", "127.0.0.1:0", "-www", "-cert"])
            .arg(folder.join("site.pem"))
            .args([
                "-cipher",
                "ALL:!aNULL:@SECLEVEL=0",
                "-groups",
                "X25519:P-256:ffdhe2048",
            ])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let stdout = process.stdout.take().unwrap();
        let mut lines = BufReader::new(stdout).lines().map_while(Result::ok);
        let address = lines.find_map(|line| line.strip_prefix("ACCEPT ")?.parse().ok());
        let address = address.ok_or(io::ErrorKind::Unsupported)?;
        Ok(Self { address, process })
    }
}

impl Drop for OpensslServer {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
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
