use minigate_inspect::chain::Sent;
use minigate_inspect::check::Report;
use minigate_policy::diagnosis::Lang;

use super::html;
use crate::output::check::tests::report;

#[tokio::test(flavor = "multi_thread")]
async fn t10_a_page_answers_first_and_draws_what_is_missing() {
    let report = report("one_intermediate_missing").await;

    let page = html(std::slice::from_ref(&report), Lang::En);

    let places = [
        "Fails on 8 of 11 devices (iOS (current)",
        "The server leaves out the intermediate certificate",
        "Append it to the certificate file",
        r#"<table class="matrix">"#,
        r#"<li class="missing">"#,
        r#"<table class="ats">"#,
        r#"<table class="protocols">"#,
        "https://api.example.com",
    ];
    let places = places.map(|text| (text, page.find(text)));
    assert!(places.is_sorted_by_key(|(_, place)| *place), "{places:?}");
    assert!(places.iter().all(|(_, place)| place.is_some()), "{places:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_loads_and_runs_nothing() {
    let report = report("complete").await;

    for lang in [Lang::En, Lang::Zh] {
        let page = html(&[report.clone(), report.clone()], lang);

        assert!(page.contains("default-src 'none'; style-src 'unsafe-inline'"));
        for loading in [
            "<script", "<link", "<img", "<iframe", "src=", "url(", "@import", "href=\"h",
        ] {
            assert!(!page.contains(loading), "{loading}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn s4_a_page_is_in_one_language() {
    let report = report("two_addresses").await;

    let page = html(std::slice::from_ref(&report), Lang::Zh);

    assert!(page.contains(r#"<html lang="zh-CN">"#));
    for english in [
        "Fails",
        "The certificates",
        "fails",
        "sent as",
        "not met",
        "Works",
    ] {
        assert!(!page.contains(english), "{english}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn addresses_that_agree_are_shown_once_and_others_apart() {
    let report = report("two_addresses").await;
    let both = format!(
        "{}, {}",
        report.addresses[0].facts.address, report.addresses[1].facts.address
    );

    let page = html(std::slice::from_ref(&report), Lang::En);

    assert_eq!(page.matches(r#"<table class="matrix">"#).count(), 2);
    assert_eq!(page.matches(r#"<ol class="chain">"#).count(), 2);
    // What they speak, and App Transport Security.
    assert_eq!(page.matches(&format!("At {both}")).count(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn names_out_of_certificates_are_neither_markup_nor_endless() {
    let mut report = report("duplicate_certificates").await;
    poison(&mut report);

    let page = html(&[report], Lang::En);

    assert!(!page.contains("<script>"));
    assert!(!page.contains('\u{202e}'));
    assert!(!page.contains(&"x".repeat(1_001)));
    assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;\\u{202e}"));
}

/// Writes what an attacker could into whatever a certificate and a server name.
fn poison(report: &mut Report) {
    let text = format!("\"'><script>alert(1)</script>\u{202e}\n{}", "x".repeat(10_000));
    report.target.clone_from(&text);
    report.host.clone_from(&text);
    for address in &mut report.addresses {
        let leaf = address.leaf.as_mut().expect("a leaf");
        leaf.names = vec![text.clone(); 1_000];
        leaf.common_name = Some(text.clone());
        leaf.purposes = vec![text.clone(); 1_000];
        for sent in &mut address.chain.as_mut().expect("a chain").sent {
            if let Sent::Read(facts) = sent {
                facts.subject.clone_from(&text);
                facts.issuer.clone_from(&text);
                facts.key_id = Some(text.clone());
                facts.signature.algorithm.clone_from(&text);
            }
        }
        for row in address
            .verdicts
            .iter_mut()
            .flat_map(|verdicts| &mut verdicts.rows)
        {
            row.cause = Some(minigate_inspect::matrix::Cause::RootAbsent {
                root: text.clone(),
                since: Some(text.clone()),
                until: None,
            });
        }
    }
}
