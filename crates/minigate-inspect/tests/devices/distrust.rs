//! Authorities before and after the day on which a program stopped trusting them (rule T9).

use jiff::Timestamp;
use minigate_inspect::{Condition, Distrusted, Program, devices, distrust, distrust_rules};
use minigate_policy::Rule;
use rcgen::{BasicConstraints, CertificateParams, DnType, DnValue, IsCa, Issuer, KeyPair, date_time_ymd};
use rustls::pki_types::CertificateDer;

use crate::support::{device, root};

const WOSIGN: &str = "4b22d5a6aec99f3c";
const STARTCOM: &str = "c766a9bef2d4071c";
const STARTCOM_REISSUED: &str = "e17890ee09a3fbf4";
const ENTRUST_G2: &str = "43df5774b03e7fef";
const GEOTRUST_GLOBAL: &str = "ff856a2d251dcd88";
const DIGICERT_GLOBAL_G2: &str = "cb3ccbb76031e5e0";
const CAMERFIRMA: &str = "063e4afac491dfd3";
const CHUNGHWA: &str = "c0a6f4dc63a24bfd";
const ISRG_ROOT_X1: &str = "96bcec06264976f3";

#[test]
fn t9_chrome_56_takes_old_certificates_of_wosign_and_startcom() {
    for authority in [WOSIGN, STARTCOM, STARTCOM_REISSUED] {
        let chain = |month| chain((2016, month, 1), &[authority]);

        assert!(judge("devtools", &chain(10), "2017-02-01").is_none());
        let verdict = judge("devtools", &chain(11), "2017-02-01").unwrap();
        assert_eq!(verdict.rule, Rule::T9);
        assert_eq!(verdict.by, Program::Chrome);
        assert_eq!(verdict.authority, "WoSign and StartCom");
        assert_eq!(verdict.since.to_string(), "2017-01-25T00:00:00Z");
        assert!(
            verdict
                .source
                .starts_with("https://security.googleblog.com/2016/10/")
        );
    }
}

#[test]
fn t9_nobody_distrusts_wosign_before_the_release_that_does() {
    let chain = chain((2016, 11, 1), &[WOSIGN]);

    assert!(judge("devtools", &chain, "2017-01-24").is_none());
}

#[test]
fn t9_chrome_61_takes_none_of_wosign_and_startcom() {
    let chain = chain((2015, 6, 1), &[WOSIGN]);

    assert!(judge("devtools", &chain, "2017-09-04").is_none());
    assert_eq!(
        judge("devtools", &chain, "2017-09-05").unwrap().condition,
        Condition::Always
    );
}

#[test]
fn t9_windows_takes_what_wosign_issued_before_its_day() {
    assert!(judge("windows", &chain((2017, 9, 1), &[WOSIGN]), "2018-01-01").is_none());
    assert!(judge("windows", &chain((2017, 10, 1), &[WOSIGN]), "2018-01-01").is_some());
}

#[test]
fn t9_chrome_takes_entrust_by_the_stamps_of_the_logs() {
    // Its validity begins after the day, as a certificate's may that was stamped before.
    let chain = chain((2024, 11, 20), &[ENTRUST_G2]);
    let stamped = |day| {
        distrust(
            device("devtools"),
            &chain,
            time("2025-01-01"),
            &[time("2024-11-30"), time(day)],
        )
    };

    assert!(stamped("2024-11-11").is_none());
    let verdict = stamped("2024-11-12").unwrap();
    assert_eq!((verdict.by, verdict.authority), (Program::Chrome, "Entrust"));
    assert!(
        judge("devtools", &chain, "2025-01-01").is_some(),
        "without a stamp its validity tells"
    );
}

#[test]
fn t9_apple_takes_entrust_by_its_validity() {
    assert!(judge("ios", &chain((2024, 11, 15), &[ENTRUST_G2]), "2025-06-01").is_none());
    assert!(judge("ios", &chain((2024, 11, 16), &[ENTRUST_G2]), "2025-06-01").is_some());
    assert!(judge("macos", &chain((2024, 11, 16), &[CAMERFIRMA]), "2025-06-01").is_some());
}

#[test]
fn t9_symantec_went_in_two_steps() {
    let (old, newer) = (
        chain((2016, 5, 1), &[GEOTRUST_GLOBAL]),
        chain((2016, 7, 1), &[GEOTRUST_GLOBAL]),
    );

    assert!(judge("devtools", &old, "2018-04-16").is_none());
    assert!(judge("devtools", &old, "2018-04-17").is_some());
    assert!(judge("devtools", &newer, "2018-04-17").is_none());
    assert_eq!(
        judge("devtools", &newer, "2018-10-16").unwrap().authority,
        "Symantec"
    );
}

#[test]
fn t9_apple_left_a_window_to_symantec_until_2020() {
    let [before, within, after] =
        [(2016, 5, 1), (2017, 1, 1), (2018, 1, 1)].map(|day| chain(day, &[GEOTRUST_GLOBAL]));

    assert!(judge("ios", &before, "2018-07-31").is_none());
    assert!(judge("ios", &before, "2018-08-01").is_some());
    assert!(judge("ios", &after, "2018-08-01").is_some());
    assert!(judge("ios", &within, "2020-02-24").is_none());
    assert_eq!(
        judge("ios", &within, "2020-02-25").unwrap().condition,
        Condition::Always
    );
}

#[test]
fn t9_authorities_below_symantec_that_others_run_stay_trusted() {
    let chain = chain((2016, 5, 1), &[DIGICERT_GLOBAL_G2, GEOTRUST_GLOBAL]);

    assert!(judge("devtools", &chain, "2020-01-01").is_none());
}

#[test]
fn t9_chrome_139_stops_chunghwa() {
    let chain = chain((2025, 9, 1), &[CHUNGHWA]);

    assert!(judge("devtools", &chain, "2025-08-04").is_none());
    assert_eq!(
        judge("devtools", &chain, "2025-09-02").unwrap().authority,
        "Chunghwa Telecom"
    );
}

#[test]
fn t9_the_store_of_android_knows_no_dates() {
    let chain = chain((2024, 12, 1), &[ENTRUST_G2]);

    for device in devices()
        .iter()
        .filter(|device| device.id().starts_with("android"))
    {
        assert!(
            distrust(device, &chain, time("2026-01-01"), &[]).is_none(),
            "{}",
            device.id()
        );
    }
}

#[test]
fn t9_a_root_that_the_chain_leaves_out_counts_by_its_name() {
    let chain = [issued_by("AffirmTrust", "AffirmTrust Commercial")];

    let verdict = judge("devtools", &chain, "2025-01-01").unwrap();

    assert_eq!(verdict.authority, "Entrust");
}

#[test]
fn t9_others_are_trusted_and_noise_says_nothing() {
    assert!(judge("devtools", &chain((2026, 1, 1), &[ISRG_ROOT_X1]), "2026-02-01").is_none());
    assert!(judge("devtools", &[], "2026-02-01").is_none());
    assert!(
        judge(
            "devtools",
            &[CertificateDer::from(vec![0x30, 0x80])],
            "2026-02-01"
        )
        .is_none()
    );
}

#[test]
fn every_rule_of_distrust_names_keys_and_a_source() {
    for rule in distrust_rules() {
        assert!(
            rule.roots().count() > 0 || rule.authority == "DigiNotar",
            "{}",
            rule.id
        );
        assert!(rule.source.starts_with("https://"), "{}", rule.id);
        assert!(!rule.authority.is_empty());
    }
    for program in [
        Program::Chrome,
        Program::Apple,
        Program::Microsoft,
        Program::Mozilla,
    ] {
        assert!(
            distrust_rules().iter().any(|rule| rule.program == program),
            "{program}"
        );
    }
}

fn judge(id: &str, chain: &[CertificateDer<'_>], date: &str) -> Option<Distrusted> {
    distrust(device(id), chain, time(date), &[])
}

/// A leaf whose validity begins that day, and these roots above it.
fn chain((year, month, day): (i32, u8, u8), above: &[&str]) -> Vec<CertificateDer<'static>> {
    let mut params = CertificateParams::new(["a.example".to_owned()]).unwrap();
    params.not_before = date_time_ymd(year, month, day);
    let leaf = params.self_signed(&KeyPair::generate().unwrap()).unwrap();
    let above = above.iter().map(|sha256| root(sha256).der().clone());
    std::iter::once(leaf.der().clone()).chain(above).collect()
}

/// A leaf of December 2024 whose issuer calls itself so.
fn issued_by(organization: &str, name: &str) -> CertificateDer<'static> {
    let mut params = CertificateParams::new([]).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.distinguished_name = rcgen::DistinguishedName::new();
    for (kind, value) in [
        (
            DnType::CountryName,
            DnValue::PrintableString("US".try_into().unwrap()),
        ),
        (DnType::OrganizationName, organization.into()),
        (DnType::CommonName, name.into()),
    ] {
        params.distinguished_name.push(kind, value);
    }
    let issuer = Issuer::new(params, KeyPair::generate().unwrap());
    let mut leaf = CertificateParams::new(["a.example".to_owned()]).unwrap();
    leaf.not_before = date_time_ymd(2024, 12, 1);
    leaf.signed_by(&KeyPair::generate().unwrap(), &issuer)
        .unwrap()
        .der()
        .clone()
}

fn time(day: &str) -> Timestamp {
    format!("{day}T12:00:00Z").parse().unwrap()
}
