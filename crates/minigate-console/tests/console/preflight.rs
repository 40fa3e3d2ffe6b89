//! Pre-flights of drafts, at the laboratory's servers.

use std::collections::BTreeSet;
use std::io::ErrorKind;
use std::net::{IpAddr, TcpListener};
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use minigate_console::By;
use minigate_console::app;
use minigate_console::block;
use minigate_console::domains::{Domains, DomainsError};
use minigate_console::filing::{self, Register};
use minigate_console::preflight::{self, Hosts, Inspector, Preflight, PreflightError, PreflightFault};
use minigate_console::store::{Change, Entry, Import, Store, StoreError};
use minigate_inspect::check::{Grade, Network};
use minigate_inspect::matrix::{Beside, Matrix};
use minigate_inspect::probe::Bounds;
use minigate_policy::diagnosis::Lang;
use minigate_policy::{AppId, Domain, Rule, WrittenLists};
use minigate_testkit::FakeResolver;
use minigate_testkit::lab::{self, Lab};
use minigate_tls::Roots;
use serde_json::json;

use crate::database::{Database, on_both};
use crate::domains::{app, approve, by_at, lists};
use crate::people::root;

on_both! {
    t10_a_draft_that_passes_can_be_published
    t4_certificates_of_effective_versions_are_known_by_their_end
    t4_certificates_are_told_without_reading_preflights
    t4_a_draft_that_names_an_expired_certificate_isnt_published
    d5_a_block_and_a_missing_filing_stand_against_an_entry
    t10_a_preflight_holds_for_its_entries_and_for_seven_days
    t10_one_preflight_runs_at_a_time_and_a_dead_one_makes_room
    d4_no_draft_leads_the_console_into_its_own_network
}

async fn t10_a_draft_that_passes_can_be_published(database: &Database) {
    let (store, id) = required(database).await;
    let domains = Domains::of(&*store, &id);
    let lab = Lab::at(lab::now());
    let server = lab.start(lab::fault("complete")).await;
    let entry = format!("https://{}:{}", server.host(), server.addr().port());
    domains.write(lists(&[&entry]), &alice()).await.unwrap();
    approve(&domains).await;

    let refused = domains.publish(&alice()).await.unwrap_err();
    let found = run(&store, &id, &inspector(&lab, server.host(), Hosts::Any)).await;
    domains.publish(&alice()).await.unwrap();

    assert!(
        matches!(refused, DomainsError::PreflightFailed(PreflightFault::Missing)),
        "{refused}"
    );
    assert!(found.is_passed, "{found:?}");
    let host = &found.hosts[0];
    assert_eq!(
        (host.grade, host.entry.as_str()),
        (Some(Grade::A), entry.as_str())
    );
    assert_eq!(host.devices.len(), minigate_inspect::devices().len());
    assert_eq!(host.addresses[0].address, server.addr().ip());
}

async fn t4_certificates_of_effective_versions_are_known_by_their_end(database: &Database) {
    let (store, id) = required(database).await;
    let found = publish_looked_at(&store, &id).await;

    let endings = preflight::ending(&*store, None, Timestamp::MAX, 10)
        .await
        .unwrap();
    let over = preflight::ending(&*store, None, at(), 10).await.unwrap();

    assert_eq!(endings[0].not_after, found.hosts[0].not_after.unwrap());
    assert_eq!(
        (&endings[0].entry, endings[0].app.as_str()),
        (&found.hosts[0].entry, id.as_str())
    );
    assert_eq!((endings.len(), over.len()), (1, 0));
    let kept = preflight::of_effective(&*store, &id).await.unwrap();
    assert_eq!(kept, Some(found));
}

async fn t4_certificates_are_told_without_reading_preflights(database: &Database) {
    let (store, id) = required(database).await;
    publish_looked_at(&store, &id).await;
    let large = format!("effective-preflight/{id}").parse().unwrap();
    let large = store.get(&large).await.unwrap().unwrap();
    let unreadable = Change::new(Entry::new("root", "test")).replace(&large, json!("unreadable"));
    store.commit(&unreadable, at()).await.unwrap();
    let [its_own, others] = [id.as_str(), "wx2"].map(|app| BTreeSet::from([app.to_owned()]));

    let of = async |apps| {
        let endings = preflight::ending(&*store, apps, Timestamp::MAX, 10);
        endings.await.unwrap()
    };

    let all = of(None).await;
    assert_eq!(all.len(), 1);
    assert_eq!(of(Some(&its_own)).await, all);
    assert_eq!(of(Some(&others)).await, []);
    assert_eq!(preflight::endings_of(&*store, &id).await.unwrap(), all);
}

/// Publishes a host that was looked at.
async fn publish_looked_at(store: &Arc<dyn Store>, id: &AppId) -> Preflight {
    let domains = Domains::of(&**store, id);
    let lab = Lab::at(lab::now());
    let server = lab.start(lab::fault("complete")).await;
    let entry = format!("https://{}:{}", server.host(), server.addr().port());
    domains.write(lists(&[&entry]), &alice()).await.unwrap();
    approve(&domains).await;
    let found = run(store, id, &inspector(&lab, server.host(), Hosts::Any)).await;
    let none = preflight::ending(&**store, None, Timestamp::MAX, 10).await;
    assert_eq!(none.unwrap(), []);
    domains.publish(&alice()).await.unwrap();
    found
}

async fn t4_a_draft_that_names_an_expired_certificate_isnt_published(database: &Database) {
    let (store, id) = required(database).await;
    let domains = Domains::of(&*store, &id);
    let lab = Lab::at(lab::now());
    let server = lab.start(lab::fault("expired")).await;
    let port = server.addr().port();
    let request = format!("https://{}:{port}", server.host());
    let both = WrittenLists {
        upload_file: vec![request.clone()],
        ..lists(&[&request])
    };
    domains.write(both, &alice()).await.unwrap();
    approve(&domains).await;

    let found = run(&store, &id, &inspector(&lab, server.host(), Hosts::Any)).await;
    let refused = domains.publish(&alice()).await.unwrap_err();

    assert_eq!(
        (found.is_passed, found.hosts.len(), found.entries.len()),
        (false, 1, 2)
    );
    let worst = &found.hosts[0].findings[0];
    assert_eq!(worst.fault.rule, Some(Rule::T4));
    assert_ne!(worst.fault.reason_en, worst.fault.reason_zh);
    let is_not_passed = |fault: &PreflightFault| matches!(fault, PreflightFault::NotPassed { .. });
    assert!(
        matches!(&refused, DomainsError::PreflightFailed(fault) if is_not_passed(fault)),
        "{refused}"
    );
    assert_ne!(refused.tell(Lang::En), refused.tell(Lang::Zh));
}

async fn d5_a_block_and_a_missing_filing_stand_against_an_entry(database: &Database) {
    let (store, id) = required(database).await;
    let domains = Domains::of(&*store, &id);
    let entries = [
        "https://a.filed.com",
        "https://b.unfiled.com",
        "https://c.blocked.com",
    ];
    domains.write(lists(&entries), &alice()).await.unwrap();
    let register = Register::from_csv("filed.com\nblocked.com\n").unwrap();
    filing::import(&*store, register, Import::Replace, &alice())
        .await
        .unwrap();
    let blocked = Domain::parse("blocked.com").unwrap();
    block::add(&*store, &blocked, "phishing", None, &alice())
        .await
        .unwrap();
    let lab = Lab::at(lab::now());

    let found = run(&store, &id, &inspector(&lab, "nobody.com", Hosts::Public)).await;

    let faults: Vec<_> = found.entries.iter().map(|entry| &entry.faults).collect();
    assert_eq!(faults[0], &[]);
    assert_eq!(faults[1][0].rule, Some(Rule::D5));
    assert!(faults[2][0].reason_en.contains("phishing"));
    assert!(!found.is_passed && found.hosts.iter().all(|host| host.grade.is_none()));
    assert_eq!(found.hosts[0].findings[0].name, "unseen");
}

async fn t10_a_preflight_holds_for_its_entries_and_for_seven_days(database: &Database) {
    let (store, id) = required(database).await;
    let domains = Domains::of(&*store, &id);
    let lab = Lab::at(lab::now());
    let server = lab.start(lab::fault("complete")).await;
    let entry = format!("https://{}:{}", server.host(), server.addr().port());
    let inspector = inspector(&lab, server.host(), Hosts::Any);
    domains.write(lists(&[&entry]), &alice()).await.unwrap();
    run(&store, &id, &inspector).await;
    let days = |days: i64| by_at("alice", at() + SignedDuration::from_hours(24 * days));

    domains
        .write(lists(&[&entry, "https://new.com"]), &alice())
        .await
        .unwrap();
    approve(&domains).await;
    let other = domains.publish(&alice()).await.unwrap_err();
    domains.write(lists(&[&entry]), &alice()).await.unwrap();
    approve(&domains).await;
    let old = domains.publish(&days(8)).await.unwrap_err();

    let fault = |error| match error {
        DomainsError::PreflightFailed(fault) => fault,
        other => panic!("{other}"),
    };
    assert_eq!(fault(other), PreflightFault::Missing);
    assert!(matches!(fault(old), PreflightFault::TooOld { .. }));
    domains.publish(&days(6)).await.unwrap();
}

async fn t10_one_preflight_runs_at_a_time_and_a_dead_one_makes_room(database: &Database) {
    let (store, id) = required(database).await;
    let domains = Domains::of(&*store, &id);
    domains
        .write(lists(&["https://a.nobody.com"]), &alice())
        .await
        .unwrap();
    let lab = Lab::at(lab::now());
    let inspector = inspector(&lab, "nobody.com", Hosts::Public);

    let dead = preflight::begin(&*store, &id, &alice()).await.unwrap();
    let second = preflight::begin(&*store, &id, &alice()).await.unwrap_err();
    let PreflightError::Running(running) = second else {
        panic!("{second}")
    };
    assert_eq!(
        preflight::running(&*store, &id, at()).await.unwrap().as_ref(),
        Some(&running)
    );
    let a_minute_later = at() + SignedDuration::from_secs(60);
    assert_eq!(
        preflight::running(&*store, &id, a_minute_later).await.unwrap(),
        None
    );
    let later = by_at("bob", a_minute_later);
    let alive = preflight::begin(&*store, &id, &later).await.unwrap();
    let lost = dead.run(&*store, &inspector, None).await.unwrap_err();
    let found = alive.run(&*store, &inspector, None).await.unwrap();

    assert!(
        matches!(lost, PreflightError::Store(StoreError::Conflict { .. })),
        "{lost}"
    );
    let kept = preflight::of_draft(&*store, &id, &found.lists).await.unwrap();
    assert_eq!(kept.unwrap().by, "bob");
    assert_eq!(preflight::running(&*store, &id, later.at()).await.unwrap(), None);
}

async fn d4_no_draft_leads_the_console_into_its_own_network(database: &Database) {
    let (store, id) = required(database).await;
    let domains = Domains::of(&*store, &id);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let port = listener.local_addr().unwrap().port();
    let entries = ["plain", "mixed", "turning"].map(|name| format!("https://{name}.evil.com:{port}"));
    let entries: Vec<_> = entries.iter().map(String::as_str).collect();
    domains.write(lists(&entries), &alice()).await.unwrap();
    let here: IpAddr = "127.0.0.1".parse().unwrap();
    let mapped: IpAddr = "::ffff:10.0.0.1".parse().unwrap();
    let public: IpAddr = "8.8.8.8".parse().unwrap();
    // The last answers otherwise once it has been judged.
    let resolver = FakeResolver::new()
        .with("plain.evil.com", [here])
        .with("mixed.evil.com", [public, mapped])
        .with("turning.evil.com", [public])
        .with("turning.evil.com", [here]);
    let inspector = inspector_with(&Lab::at(lab::now()), resolver, Hosts::Public);

    let found = run(&store, &id, &inspector).await;

    let named = |host: &str| {
        let host = found
            .hosts
            .iter()
            .find(|check| check.entry.contains(host))
            .unwrap();
        (host.grade, host.findings[0].name.as_str())
    };
    assert_eq!(named("plain"), (None, "not-public"));
    assert_eq!(named("mixed"), (None, "not-public"));
    assert_eq!(named("turning"), (None, "unseen"));
    assert!(!found.is_passed);
    let nobody = listener.accept().unwrap_err();
    assert_eq!(nobody.kind(), ErrorKind::WouldBlock, "nobody has connected");
}

async fn required(database: &Database) -> (Arc<dyn Store>, AppId) {
    let (store, id) = app(database, false).await;
    let wanted = app::Settings {
        preflight_required: Some(true),
        ..app::Settings::default()
    };
    app::set(&*store, &id, wanted, &root(), &alice()).await.unwrap();
    (store, id)
}

async fn run(store: &Arc<dyn Store>, id: &AppId, inspector: &Inspector) -> Preflight {
    let started = preflight::begin(&**store, id, &alice()).await.unwrap();
    started.run(&**store, inspector, None).await.unwrap()
}

pub(crate) fn inspector(lab: &Lab, host: &str, hosts: Hosts) -> Inspector {
    let here: IpAddr = "127.0.0.1".parse().unwrap();
    inspector_with(lab, FakeResolver::new().with(host, [here]), hosts)
}

fn inspector_with(lab: &Lab, resolver: FakeResolver, hosts: Hosts) -> Inspector {
    let network = Network {
        resolver: Arc::new(resolver),
        overrides: Vec::new(),
        bounds: Bounds::default(),
        roots: Roots::preinstalled_on(lab.roots()).unwrap(),
        fetches: false,
    };
    let beside = Beside {
        roots: lab.roots(),
        ..Beside::default()
    };
    Inspector::new(network, Matrix::new(beside).unwrap(), hosts)
}

fn at() -> Timestamp {
    lab::now().try_into().unwrap()
}

fn alice() -> By {
    by_at("alice", at())
}
