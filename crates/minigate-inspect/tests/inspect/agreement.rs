//! What a check says of a server, and what becomes of a call to it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use futures_util::{StreamExt, stream};
use http::Method;
use jiff::Timestamp;
use minigate_engine::{Engine, Event, Exchange, Failure, Outcome as Settled, Override, Setup};
use minigate_inspect::matrix::{Cause, Outcome, RowVerdict, runtime};
use minigate_inspect::probe::{Facts, Prober, Refusal};
use minigate_policy::{
    Call, Debugging, DomainLists, Era, Interface, Platform, Policy, Profile, Rule, WrittenLists,
};
use minigate_testkit::FakeResolver;
use minigate_testkit::lab::{self, Draw, Lab, LabServer};
use minigate_tls::{CertificateFault, TlsFault};

use crate::laboratory::bounds;
use crate::presented::trust;

/// One verifier, whoever asks: servers that nobody thought up, and those of the laboratory.
#[tokio::test(flavor = "multi_thread")]
async fn t10_check_and_run_time_never_disagree_about_a_server() {
    let lab = Lab::at(lab::now());

    let found: Vec<_> = stream::iter((0..SERVERS).chain(ONCE_MISTAKEN))
        .map(|seed| drawn(&lab, seed))
        .buffer_unordered(AT_A_TIME)
        .collect()
        .await;

    let disagreements: String = found
        .into_iter()
        .flatten()
        .filter_map(Pair::disagreement)
        .collect();
    assert!(disagreements.is_empty(), "{disagreements}");
}

#[tokio::test(flavor = "multi_thread")]
async fn t10_check_and_run_time_agree_about_every_server_of_the_laboratory() {
    let lab = Lab::at(lab::now());

    let found: Vec<_> = stream::iter(lab::all())
        .map(|fault| faulty(&lab, fault))
        .buffer_unordered(AT_A_TIME)
        .collect()
        .await;

    let disagreements: String = found
        .into_iter()
        .flatten()
        .filter_map(Pair::disagreement)
        .collect();
    assert!(disagreements.is_empty(), "{disagreements}");
}

/// A server's row, and the call.
struct Pair {
    told: String,
    row: RowVerdict,
    settled: Settled,
}

impl Pair {
    fn disagreement(self) -> Option<String> {
        let Self { told, row, settled } = self;
        (!agree(&row, &settled)).then(|| format!("{told}\n  check: {row:?}\n  call: {settled:?}\n"))
    }
}

fn agree(row: &RowVerdict, settled: &Settled) -> bool {
    match (row.outcome, settled) {
        // Whose time is up is the app's to say, so a check has no rule for it.
        (Outcome::Fails, Err(Failure::TimedOut { .. })) => is_silence(row.cause.as_ref()),
        (Outcome::Works | Outcome::Warning, Ok(_)) => true,
        (Outcome::Fails, Err(failure)) => {
            let cause = row.cause.as_ref().unwrap();
            cause.rule() == rule(failure) && fault_of_row(cause) == fault_of_call(failure)
        }
        _ => false,
    }
}

fn is_silence(cause: Option<&Cause>) -> bool {
    matches!(
        cause,
        Some(Cause::NoHandshake {
            refusal: Refusal::Silent | Refusal::Stalled { .. }
        })
    )
}

/// N8 stands for no rule: the call got no answer.
fn rule(failure: &Failure) -> Option<Rule> {
    Some(failure.rule()).filter(|rule| *rule != Rule::N8)
}

fn fault_of_row(cause: &Cause) -> Option<&CertificateFault> {
    match cause {
        Cause::Certificate { fault } => Some(fault),
        _ => None,
    }
}

fn fault_of_call(failure: &Failure) -> Option<&CertificateFault> {
    match failure {
        Failure::Insecure {
            fault: TlsFault::Certificate(fault),
            ..
        } => Some(fault),
        _ => None,
    }
}

async fn drawn(lab: &Lab, seed: u64) -> Vec<Pair> {
    let draw = Draw::of(seed);
    let server = lab.start_drawn(&draw).await;
    let prober = Prober::new(Arc::new(FakeResolver::new()), bounds("drawn"));
    let facts = prober.ask_address(server.host(), server.addr(), now()).await;
    pairs(&format!("server {seed}: {draw:?}"), lab, &server, &facts).await
}

async fn faulty(lab: &Lab, fault: lab::Fault) -> Vec<Pair> {
    let server = lab.start(fault).await;
    let prober = Prober::new(Arc::new(FakeResolver::new()), bounds(fault.name));
    let mut pairs = Vec::new();
    for address in server.addresses() {
        let facts = &prober.ask_address(server.host(), *address, now()).await;
        let told = format!("{} at {address}", fault.name);
        pairs.extend(self::pairs(&told, lab, &server, facts).await);
    }
    pairs
}

/// The same server on each platform.
async fn pairs(told: &str, lab: &Lab, server: &LabServer, facts: &Facts) -> Vec<Pair> {
    let mut pairs = Vec::new();
    for (platform, skip) in [
        (Platform::Android, None),
        (Platform::Ios, None),
        (Platform::Devtools, None),
        (Platform::Ios, Some(Debugging::On)),
    ] {
        let policy = policy(server.host(), platform, skip);
        let call = Call::new(Interface::Request, format!("https://{}/", server.host()));
        let call = call.with_timeout(Some(patience(server)));
        let permit = policy.judge(&call).unwrap();
        let check = permit.certificate_check();
        let engine = engine(lab, &policy, server.host(), facts.address);
        let settled = settle(engine.start(permit, Exchange::new(Method::GET))).await;
        pairs.push(Pair {
            told: format!("{told}, {check:?}"),
            row: runtime(facts, &trust(&lab.roots()), check, now()),
            settled,
        });
    }
    pairs
}

fn policy(host: &str, platform: Platform, skip: Option<Debugging>) -> Policy {
    let profile = Profile::new(Era::Guide, platform);
    let written = WrittenLists {
        request: vec![format!("https://{host}")],
        ..WrittenLists::default()
    };
    let policy = Policy::new("wx0123456789abcdef".parse().unwrap())
        .with_profile(profile.clone())
        .with_lists(DomainLists::parse_for(&written, &profile).unwrap());
    match skip {
        Some(debugging) => policy.with_check_skipped(debugging),
        None => policy,
    }
}

fn engine(lab: &Lab, policy: &Policy, host: &str, address: SocketAddr) -> Engine {
    let mut setup = Setup::new(policy.profile().clone(), trust(&lab.roots()));
    setup.resolver = Arc::new(FakeResolver::new());
    setup.overrides = vec![Override::host_to(host, address)];
    Engine::new(setup)
}

async fn settle(mut task: minigate_engine::Task) -> Settled {
    loop {
        if let Event::Settled(settled) = task.next().await.unwrap() {
            return *settled;
        }
    }
}

/// One server of the laboratory never goes on; the others are only slow where there are so many at once.
fn patience(server: &LabServer) -> Duration {
    Duration::from_secs(if server.name() == "slow_handshake" { 2 } else { 30 })
}

fn now() -> Timestamp {
    Timestamp::try_from(lab::now()).unwrap()
}

const SERVERS: u64 = 240;
/// Servers beyond those about which the two have disagreed.
const ONCE_MISTAKEN: [u64; 1] = [2659];
const AT_A_TIME: usize = 8;
