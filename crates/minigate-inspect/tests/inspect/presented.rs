//! What is read of the certificates that the laboratory's servers present, and what the verification says of them.

use std::fmt::Write;
use std::sync::Arc;

use futures_util::future::join_all;
use jiff::Timestamp;
use minigate_inspect::chain::{ChainFacts, End};
use minigate_inspect::leaf::{LeafFacts, NameMatch};
use minigate_inspect::ocsp::Revocation;
use minigate_inspect::probe::{Facts, SentChain};
use minigate_policy::CertificateCheck;
use minigate_testkit::lab::{self, Lab, LabServer};
use minigate_tls::{CertificateFault, Heard, Offer, RootSource, Roots, TlsFault, Trust};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::time_provider::TimeProvider;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use crate::laboratory::probe;

/// Where this fails rightly, the text that it shows is the new `presented.txt`.
#[tokio::test(flavor = "multi_thread")]
async fn t5_every_chain_of_the_laboratory_is_read_as_it_is() {
    let lab = Lab::at(lab::now());
    let trust = trust(&lab.roots());
    let faults = lab::all();

    let found = join_all(faults.iter().map(|fault| probe(&lab, *fault))).await;

    let mut told = String::new();
    for (fault, addresses) in faults.iter().zip(&found) {
        writeln!(told, "# {}: {}", fault.name, fault.description).unwrap();
        for facts in addresses.iter().filter(|facts| facts.chain().is_some()) {
            told.push_str(&tell(facts, &trust));
        }
        told.push('\n');
    }
    assert!(told == include_str!("presented.txt"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn t1_the_chain_that_is_probed_is_judged_as_the_run_time_judges_the_server() {
    let lab = Lab::at(lab::now());
    let trust = trust(&lab.roots());
    let mut compared = 0;

    for fault in lab::all() {
        let server = lab.start(fault).await;
        let facts = &probe(&lab, fault).await[0];
        let Some(chain) = facts.chain() else { continue };
        let called = call(&server, &trust).await;
        let judged = judge(chain, facts, &trust);
        match called {
            Ok(()) => assert_eq!(judged, Ok(()), "{}", fault.name),
            Err(TlsFault::Certificate(fault_of_call)) => {
                assert_eq!(judged, Err(fault_of_call), "{}", fault.name);
            }
            // Nothing is known of the certificates where the protocol already fails.
            Err(_) => continue,
        }
        compared += 1;
    }

    assert!(compared > 25, "{compared}");
}

#[tokio::test(flavor = "multi_thread")]
async fn t5_a_server_that_sends_what_was_missing_is_accepted() {
    let lab = Lab::at(lab::now());
    let trust = trust(&lab.roots());
    let fault = lab::fault("two_intermediates_missing");
    let facts = &probe(&lab, fault).await[0];
    let sent = facts.chain().unwrap();
    assert!(judge(sent, facts, &trust).is_err());

    let leaf = CertificateDer::from(sent.0[0].0.clone());
    let whole = [vec![leaf], lab.intermediates()].concat();
    let cured = lab.start_with(fault, whole).await;

    assert_eq!(call(&cured, &trust).await, Ok(()));
}

#[test]
fn bytes_that_are_no_certificate_are_told_as_such() {
    let chain = SentChain(vec![minigate_inspect::probe::Der(vec![0x30, 0x82, 0xFF, 0xFF])]);

    let facts = ChainFacts::read(&chain);
    let leaf = LeafFacts::read(&chain, None, "api.example.com", Timestamp::UNIX_EPOCH);

    assert_eq!(facts.end, End::Unreadable);
    assert!(leaf.is_err());
}

#[test]
fn t3_no_name_counts_in_a_certificate_that_the_verification_cannot_read() {
    let mut params = rcgen::CertificateParams::new(["api.example.com".to_owned()]).unwrap();
    let mut unknown = rcgen::CustomExtension::from_oid_content(&[1, 3, 6, 1, 4, 1, 99999], vec![5, 0]);
    unknown.set_criticality(true);
    params.custom_extensions = vec![unknown];
    let key = rcgen::KeyPair::generate().unwrap();
    let der = params.self_signed(&key).unwrap().der().to_vec();
    let chain = SentChain(vec![minigate_inspect::probe::Der(der)]);

    let leaf = LeafFacts::read(&chain, None, "api.example.com", now()).unwrap();

    assert_eq!(leaf.names, ["api.example.com"]);
    assert!(
        matches!(leaf.name_match, NameMatch::Unreadable { .. }),
        "{:?}",
        leaf.name_match
    );
}

fn tell(facts: &Facts, trust: &Trust) -> String {
    let sent = facts.chain().unwrap();
    let chain = ChainFacts::read(sent);
    let leaf = LeafFacts::read(sent, facts.staple(), &facts.host, now()).unwrap();
    let mut told = String::new();
    writeln!(
        told,
        "way {:?}, in order {}, {}",
        chain.way,
        chain.is_in_order,
        end(&chain.end)
    )
    .unwrap();
    for one in &chain.superfluous {
        writeln!(told, "superfluous {}: {:?}", one.place, one.why).unwrap();
    }
    tell_leaf(&mut told, &leaf);
    match judge(sent, facts, trust) {
        Ok(()) => writeln!(told, "accepted").unwrap(),
        Err(fault) => writeln!(told, "{}: {fault}", fault.rule()).unwrap(),
    }
    told
}

fn tell_leaf(told: &mut String, leaf: &LeafFacts) {
    let LeafFacts {
        certificate,
        lifetime,
        ..
    } = leaf;
    writeln!(told, "names {:?}, {:?}", leaf.names, leaf.name_match).unwrap();
    writeln!(
        told,
        "{} to {}, {} days of {:?}, {} left, too long from {:?}",
        certificate.not_before,
        certificate.not_after,
        lifetime.days,
        lifetime.limit,
        lifetime.days_left,
        lifetime.too_long_from
    )
    .unwrap();
    let (key, signature) = (&certificate.key, &certificate.signature);
    writeln!(
        told,
        "{:?} {:?}, {} {:?}, for {:?}",
        key.kind, key.bits, signature.algorithm, signature.hash, leaf.purposes
    )
    .unwrap();
    writeln!(
        told,
        "{} stamps since {:?}, must staple {}, {}",
        leaf.stamps.logs.len(),
        leaf.stamps.earliest,
        leaf.must_staple,
        revocation(&leaf.revocation)
    )
    .unwrap();
    writeln!(
        told,
        "asked at {:?}, listed at {:?}",
        certificate.ocsp_urls, certificate.crl_urls
    )
    .unwrap();
}

fn revocation(revocation: &Revocation) -> String {
    match revocation {
        Revocation::Told(answer) => format!(
            "{:?}, signed {:?}, current {}",
            answer.status,
            answer.is_signed,
            answer.is_current(now())
        ),
        other => format!("{other:?}"),
    }
}

/// Key identifiers are new in each run.
fn end(end: &End) -> String {
    match end {
        End::NotSent(wanted) => format!(
            "not sent: {} with {} above {}, from {:?}",
            wanted.subject,
            if wanted.key_id.is_some() {
                "a key"
            } else {
                "no key"
            },
            wanted.issued,
            wanted.urls
        ),
        other => format!("{other:?}"),
    }
}

fn judge(chain: &SentChain, facts: &Facts, trust: &Trust) -> Result<(), CertificateFault> {
    trust.judge(CHECK, &chain.certificates(), &facts.host, now())
}

/// A handshake as the run time makes it.
async fn call(server: &LabServer, trust: &Trust) -> Result<(), TlsFault> {
    let handshake = trust.begin(CHECK, Offer::Http2);
    let name = ServerName::try_from(server.host()).unwrap();
    let connector = TlsConnector::from(Arc::clone(handshake.config()));
    let tcp = connect(server).await;
    match connector.connect(name, tcp).await {
        Ok(_) => Ok(()),
        Err(error) => Err(handshake.fault(&error, Heard::Hello)),
    }
}

#[expect(clippy::disallowed_methods, reason = "the test itself calls")]
async fn connect(server: &LabServer) -> TcpStream {
    TcpStream::connect(server.addr()).await.unwrap()
}

pub(crate) fn trust(roots: &[CertificateDer<'static>]) -> Trust {
    let sources = roots.iter().map(|root| RootSource::Added {
        name: "root.der".to_owned(),
        content: root.to_vec(),
    });
    let sources: Vec<_> = sources.collect();
    Trust::with_clock(Roots::load(&sources).unwrap(), Arc::new(Still))
}

fn now() -> Timestamp {
    Timestamp::try_from(lab::now()).unwrap()
}

#[derive(Debug)]
struct Still;

impl TimeProvider for Still {
    fn current_time(&self) -> Option<UnixTime> {
        Some(UnixTime::since_unix_epoch(std::time::Duration::from_secs(
            now().as_second().try_into().unwrap(),
        )))
    }
}

pub(crate) const CHECK: CertificateCheck = CertificateCheck {
    skipped: false,
    ats: false,
    self_signed_never: false,
};
