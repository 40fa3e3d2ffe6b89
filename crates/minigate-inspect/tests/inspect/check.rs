//! Whole checks of the laboratory's servers.

use std::fmt::Write;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;

use futures_util::future::join_all;
use minigate_engine::{Override, ResolveError, Resolver};
use minigate_inspect::Severity;
use minigate_inspect::check::{Checker, Finding, Grade, Network, Purpose, Report, Subject, Terms, Unseen};
use minigate_inspect::probe::Bounds;
use minigate_policy::diagnosis::Lang;
use minigate_policy::{DomainLists, Filings, Interface, Policy, WrittenLists};
use minigate_testkit::FakeResolver;
use minigate_testkit::lab::{self, Fault, Lab};
use minigate_tls::Roots;

use crate::laboratory::bounds;
use crate::matrix::{matrix, now};

/// Run with `UPDATE_TABLES=1` to write the table anew.
#[tokio::test(flavor = "multi_thread")]
async fn t10_every_server_of_the_laboratory_has_its_grade_and_findings() {
    let lab = Lab::at(lab::now());
    let faults = lab::all();

    let reports = join_all(faults.iter().map(|fault| check(&lab, *fault))).await;

    let mut told = String::new();
    for (fault, report) in faults.iter().zip(&reports) {
        let grade = report
            .grade
            .map_or_else(|| "-".to_owned(), |grade| grade.to_string());
        writeln!(told, "{grade} {}: {}", fault.name, fault.description).unwrap();
        for finding in &report.findings {
            writeln!(told, "  {}", line(finding)).unwrap();
        }
    }
    if std::env::var_os("UPDATE_TABLES").is_some() {
        std::fs::write(
            concat!(env!("CARGO_MANIFEST_DIR"), "/tests/inspect/check.txt"),
            &told,
        )
        .unwrap();
        return;
    }
    assert!(told == include_str!("check.txt"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn s4_every_finding_is_told_in_both_languages_with_what_to_do() {
    let lab = Lab::at(lab::now());

    let reports = join_all(lab::all().into_iter().map(|fault| check(&lab, fault))).await;

    for finding in reports.iter().flat_map(|report| &report.findings) {
        for told in [finding.tell(Lang::En), finding.tell(Lang::Zh)] {
            assert!(!told.headline.is_empty() && !told.remedies.is_empty(), "{told:?}");
            assert_eq!(told.rule, finding.rule());
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn t10_no_grade_hides_a_failure() {
    let lab = Lab::at(lab::now());

    let reports = join_all(lab::all().into_iter().map(|fault| check(&lab, fault))).await;

    for report in reports {
        let fails = report.worst() == Some(Severity::Fail);
        assert_eq!(
            report.grade == Some(Grade::F),
            fails && report.unseen.is_none(),
            "{}",
            report.target
        );
        let breaks = report
            .findings
            .iter()
            .any(|finding| finding.breaks && finding.severity >= Severity::Warn);
        assert!(
            !breaks || report.grade.is_none_or(|grade| grade >= Grade::C),
            "{}",
            report.target
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn s4_what_most_phones_fail_for_is_to_be_done_first() {
    let lab = Lab::at(lab::now());

    let report = check(&lab, lab::fault("tls12_without_forward_secrecy")).await;

    let order: Vec<_> = report
        .findings
        .iter()
        .map(|finding| (finding.severity, finding.devices.len()))
        .collect();
    assert!(order.len() > 2 && order.is_sorted_by(|a, b| a >= b), "{order:?}");
}

#[tokio::test]
async fn t10_a_name_without_an_address_couldnt_be_looked_at() {
    let lab = Lab::at(lab::now());
    let nobody = ResolveError::NotFound {
        host: "gone.example.com".to_owned(),
    };
    let resolver = FakeResolver::new().with_failure("gone.example.com", nobody);
    let checker = checker(&lab, resolver, Vec::new());

    let report = checker.check(&subject("gone.example.com"), &terms(), now()).await;

    assert_eq!(report.grade, None);
    assert!(matches!(report.unseen, Some(Unseen::NoAddress { .. })));
    assert!(report.findings.is_empty());
}

#[tokio::test]
async fn t10_what_a_resolver_says_is_evidence_and_not_the_sentence() {
    let lab = Lab::at(lab::now());
    let failed = ResolveError::Failed {
        host: "gone.example.com".to_owned(),
        reason: "no such name".to_owned(),
    };
    let resolver = FakeResolver::new().with_failure("gone.example.com", failed);
    let checker = checker(&lab, resolver, Vec::new());

    let report = checker.check(&subject("gone.example.com"), &terms(), now()).await;

    let unseen = report.unseen.unwrap();
    assert_eq!(
        [Lang::En, Lang::Zh].map(|lang| unseen.tell(lang).headline),
        [
            "`gone.example.com` can't be looked up (no such name)",
            "无法解析 `gone.example.com`（no such name）"
        ]
    );
}

#[tokio::test]
async fn t10_a_port_that_nobody_listens_on_couldnt_be_looked_at() {
    let lab = Lab::at(lab::now());
    let closed = closed_port().await;
    let nowhere = Override::host_to("api.example.com", closed);
    let checker = checker(&lab, FakeResolver::new(), vec![nowhere]);

    let report = checker.check(&subject("api.example.com"), &terms(), now()).await;

    assert_eq!(report.grade, None);
    assert!(matches!(report.unseen, Some(Unseen::Unreachable { .. })));
}

#[tokio::test]
async fn d3_to_d6_an_origin_that_cant_be_configured_is_a_failure() {
    for (target, expected) in [
        ("http://api.example.com/", "D3 wrong-scheme"),
        ("ws://api.example.com/", "D3 wrong-scheme"),
        ("https://93.184.216.34/", "D4 no-domain"),
        ("https://0x5db8d822/", "D4 no-domain"),
        ("https://[::ffff:93.184.216.34]/", "D4 no-domain"),
        ("https://api.localhost/", "D4 no-domain"),
        ("https://api.example.com./", "D4 no-domain"),
        ("https://api.weixin.qq.com/cgi-bin/token", "D6 reserved-host"),
        ("https://unfiled.example.org/", "D5 not-filed"),
    ] {
        let report = unreachable(target).await;

        let found: Vec<_> = report.findings.iter().map(line).collect();
        assert!(
            found
                .iter()
                .any(|line| line.starts_with(&format!("fail {expected}"))),
            "{target}: {found:?}"
        );
    }
}

#[tokio::test]
async fn d4_a_name_that_leads_into_the_local_network_is_a_failure() {
    let lab = Lab::at(lab::now());
    let addresses = [IpAddr::V4(Ipv4Addr::LOCALHOST), "93.184.216.34".parse().unwrap()];
    let resolver = FakeResolver::new().with("api.example.com", addresses);
    let checker = checker(&lab, resolver, Vec::new());

    let report = checker
        .check(&subject("api.example.com:1"), &terms(), now())
        .await;

    let found: Vec<_> = report.findings.iter().map(line).collect();
    assert!(
        found
            .iter()
            .any(|line| line.starts_with("fail D4 private-address")),
        "{found:?}"
    );
}

#[tokio::test]
async fn d1_a_host_that_the_apps_lists_lack_is_a_failure_for_those_interfaces() {
    let written = WrittenLists {
        request: vec!["https://api.example.com".to_owned()],
        ..WrittenLists::default()
    };
    let terms = Terms {
        policy: terms()
            .policy
            .with_lists(DomainLists::parse(&written, 20).unwrap()),
        has_lists: true,
        filings: None,
        needed_too_many: Vec::new(),
    };
    let lab = Lab::at(lab::now());
    let server = lab.start(lab::fault("complete")).await;
    let there = Override::host_to("api.example.com", server.addr());
    let checker = checker(&lab, FakeResolver::new(), vec![there]);

    let report = checker
        .check(&subject("https://api.example.com/items"), &terms, now())
        .await;

    let refused = report
        .findings
        .iter()
        .find(|finding| finding.name() == "not-listed")
        .unwrap();
    let interfaces: Vec<_> = refused
        .interfaces
        .iter()
        .map(|interface| interface.name())
        .collect();
    assert_eq!(
        (refused.severity, interfaces),
        (Severity::Fail, vec!["uploadFile", "downloadFile"])
    );
}

#[tokio::test]
async fn t11_an_image_needs_no_list_and_the_same_certificate() {
    let written = WrittenLists {
        request: vec!["https://other.example.com".to_owned()],
        ..WrittenLists::default()
    };
    let terms = Terms {
        policy: terms()
            .policy
            .with_lists(DomainLists::parse(&written, 20).unwrap()),
        has_lists: true,
        filings: Some(Arc::new(Filings::parse("qq.com,2\n").unwrap())),
        needed_too_many: vec![(Interface::DownloadFile, 21)],
    };
    let lab = Lab::at(lab::now());
    for (fault, grade) in [("complete", Grade::A), ("one_intermediate_missing", Grade::F)] {
        let server = lab.start(lab::fault(fault)).await;
        let there = Override::host_to(server.host(), server.addr());
        let checker = checker(&lab, FakeResolver::new(), vec![there]);
        let image = subject(&format!("https://{}/a.png", server.host())).as_resource();

        let report = checker.check(&image, &terms, now()).await;

        assert_eq!(
            (report.grade, report.purpose),
            (Some(grade), Purpose::Resource),
            "{fault}"
        );
        assert_eq!(
            (report.entries.len(), report.interfaces),
            (0, vec![Interface::DownloadFile])
        );
        let rules = report.findings.iter().filter_map(Finding::rule);
        let of_lists: Vec<_> = rules.filter(|rule| rule.id().starts_with('D')).collect();
        assert_eq!(of_lists, [], "{fault}");
    }
}

#[tokio::test]
async fn t11_an_image_without_tls_is_a_warning_and_a_reserved_host_a_failure() {
    for (target, expected) in [
        (
            "http://img.example.com/a.png",
            vec!["warn T11 resource-without-tls"],
        ),
        (
            "http://api.weixin.qq.com/a.png",
            vec!["fail D6 reserved-host", "warn T11 resource-without-tls"],
        ),
        ("https://93.184.216.34/a.png", vec![]),
    ] {
        let report = unreachable_as(subject(target).as_resource()).await;

        let found = report.findings.iter().filter(|finding| finding.rule().is_some());
        let found: Vec<_> = found.map(line).collect();
        assert_eq!(found, expected, "{target}");
    }
}

pub(crate) async fn check(lab: &Lab, fault: Fault) -> Report {
    let server = lab.start(fault).await;
    let there = format!("{}:443:{}", server.host(), addresses(server.addresses()));
    let network = Network {
        resolver: Arc::new(FakeResolver::new()),
        overrides: vec![there.parse().unwrap()],
        bounds: bounds(fault.name),
        roots: Roots::preinstalled_on(lab.roots()).unwrap(),
        fetches: false,
    };
    let checker = Checker::new(network, matrix(lab));
    checker.check(&subject(server.host()), &terms(), now()).await
}

fn addresses(addresses: &[SocketAddr]) -> String {
    let port = addresses.first().unwrap().port();
    let each = addresses.iter().map(|address| match address.ip() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => format!("[{address}]"),
    });
    let each: Vec<_> = each.collect();
    format!("{}:{port}", each.join(","))
}

/// A check of what has no address; the entry is judged all the same.
async fn unreachable(target: &str) -> Report {
    unreachable_as(subject(target)).await
}

async fn unreachable_as(subject: Subject) -> Report {
    let lab = Lab::at(lab::now());
    let closed = closed_port().await;
    let nowhere = format!("*:*:{}:{}", closed.ip(), closed.port());
    let terms = Terms {
        filings: Some(Arc::new(Filings::parse("example.com,1\nqq.com,2\n").unwrap())),
        ..terms()
    };
    let checker = checker(&lab, FakeResolver::new(), vec![nowhere.parse().unwrap()]);
    checker.check(&subject, &terms, now()).await
}

async fn closed_port() -> SocketAddr {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    listener.local_addr().unwrap()
}

fn checker(lab: &Lab, resolver: impl Resolver + 'static, overrides: Vec<Override>) -> Checker {
    let network = Network {
        resolver: Arc::new(resolver),
        overrides,
        bounds: Bounds::default(),
        roots: Roots::preinstalled_on(lab.roots()).unwrap(),
        fetches: false,
    };
    Checker::new(network, matrix(lab))
}

pub(crate) fn terms() -> Terms {
    Terms {
        policy: Policy::new("wx0123456789abcdef".parse().unwrap()),
        has_lists: false,
        filings: None,
        needed_too_many: Vec::new(),
    }
}

fn subject(text: &str) -> Subject {
    Subject::parse(text).unwrap()
}

fn line(finding: &Finding) -> String {
    let rule = finding.rule().map_or("-", |rule| rule.id());
    let devices = finding.devices.join(" ");
    let mut line = format!("{} {rule} {}", finding.severity.name(), finding.name());
    if !devices.is_empty() {
        line += &format!(": {devices}");
    }
    line
}
