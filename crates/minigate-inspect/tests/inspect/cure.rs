//! A server that is changed as it is told to becomes well.

mod authority;
mod hostile;
#[cfg(unix)]
mod software;

use futures_util::future::join_all;
use jiff::Timestamp;
use minigate_inspect::chain::{ChainFacts, Why};
use minigate_inspect::cure::{Completion, Ending, Fetcher, Means, Need, Source, WhyNot, complete};
use minigate_inspect::matrix::{Beside, Cause, Matrix, Outcome, RowVerdict};
use minigate_inspect::probe::{Alert, Der, Facts, Refusal, SentChain, Version};
use minigate_policy::Interface;
use minigate_policy::diagnosis::Lang;
use minigate_testkit::lab::{self, Chain, Lab};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, date_time_ymd};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

use crate::laboratory::{probe, probe_server};
use authority::Publisher;

#[tokio::test(flavor = "multi_thread")]
async fn t5_the_printed_cure_turns_every_faulty_chain_green() {
    let lab = Lab::at(lab::now());
    let publisher = Publisher::start(lab.published()).await;
    let healthy = rows(&lab, &probe(&lab, lab::fault("complete")).await.remove(0));
    let is_well = |rows: &[RowVerdict]| *rows == healthy;

    for name in FAULTY_CHAINS {
        let fault = lab::fault(name);
        let faulty = probe(&lab, fault).await.remove(0);
        let cure = complete(
            faulty.chain().unwrap(),
            means(&lab.roots(), Some(&publisher.fetcher())),
        )
        .await;
        assert!(cure.is_needed(), "{name}");

        let printed = cure.full_chain.unwrap();
        let cured = probe_server(&lab.start_with(fault, parse(&printed)).await)
            .await
            .remove(0);

        assert!(is_well(&rows(&lab, &cured)), "{name}: {:#?}", rows(&lab, &cured));
        let again = complete(cured.chain().unwrap(), means(&lab.roots(), None)).await;
        assert!(!again.is_needed(), "{name}: {again:?}");
        assert_eq!(again.full_chain.as_deref(), Some(printed.as_str()), "{name}");
    }
    for name in [
        "one_intermediate_missing",
        "two_intermediates_missing",
        "wrong_order",
    ] {
        let faulty = probe(&lab, lab::fault(name)).await.remove(0);
        assert!(!is_well(&rows(&lab, &faulty)), "{name} is no fault");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn t5_each_missing_certificate_is_named_with_its_pem_and_where_it_was_found() {
    let lab = Lab::at(lab::now());
    let publisher = Publisher::start(lab.published()).await;

    let cure = cured(&lab, "two_intermediates_missing", Some(&publisher.fetcher())).await;

    let [lower, upper] = cure.missing.as_slice() else {
        panic!("{cure:?}");
    };
    assert_eq!(
        (lower.subject.as_str(), lower.issued.as_str()),
        (LOWER, "api.example.com")
    );
    assert_eq!((upper.subject.as_str(), upper.issued.as_str()), (UPPER, LOWER));
    assert_eq!(lower.urls, ["http://ca.example/lower.der"]);
    assert_eq!(lower.key_id.as_ref().unwrap().len(), 40);
    let url = "http://ca.example/upper.der".to_owned();
    assert_eq!(upper.source, Some(Source::Fetched { url }));
    let pems = [lower, upper].map(|missing| parse(missing.pem.as_ref().unwrap()).remove(0));
    assert_eq!(pems.as_slice(), lab.intermediates());
    assert_eq!(
        cure.end,
        Ending::Root {
            name: "Lab Root".to_owned()
        }
    );
    let subjects: Vec<_> = comments(cure.full_chain.as_ref().unwrap());
    assert_eq!(
        subjects,
        [
            "# api.example.com",
            "# Lab Lower Intermediate",
            "# Lab Upper Intermediate"
        ]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn t5_offline_nothing_is_fetched_and_where_it_can_be_had_is_said() {
    let lab = Lab::at(lab::now());

    let cure = cured(&lab, "two_intermediates_missing", None).await;

    assert_eq!((cure.end, cure.full_chain), (Ending::Open, None));
    assert_eq!(cure.missing.len(), 1);
    let missing = cure.missing.first().unwrap();
    assert_eq!((&missing.pem, &missing.why_not), (&None, &Some(WhyNot::Offline)));
    let [en, zh] = [Lang::En, Lang::Zh].map(|lang| missing.tell(lang));
    assert!(
        en.remedies[0].ends_with("it is published at http://ca.example/lower.der"),
        "{en:?}"
    );
    assert!(zh.remedies[0].contains("http://ca.example/lower.der"), "{zh:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn t5_what_another_address_sends_is_not_fetched() {
    let lab = Lab::at(lab::now());
    let [whole, bare] = probe(&lab, lab::fault("two_addresses")).await.try_into().unwrap();
    let at_hand = whole.chains;

    let cure = complete(
        bare.chain().unwrap(),
        Means {
            at_hand: &at_hand,
            ..means(&lab.roots(), None)
        },
    )
    .await;

    let sources: Vec<_> = cure
        .missing
        .iter()
        .map(|missing| missing.source.clone())
        .collect();
    assert_eq!(sources, [Some(Source::AtHand), Some(Source::AtHand)]);
    assert!(cure.full_chain.is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn t5_an_unknown_root_needs_no_completion() {
    let lab = Lab::at(lab::now());
    let publisher = Publisher::start(lab.published()).await;
    let fetcher = publisher.fetcher();

    let private = cured(&lab, "private_root", Some(&fetcher)).await;
    let self_signed = cured(&lab, "self_signed_leaf", Some(&fetcher)).await;
    let complete_chain = probe(&lab, lab::fault("complete")).await.remove(0);
    let of_nobody = complete(complete_chain.chain().unwrap(), means(&[], Some(&fetcher))).await;

    let name = "Lab Private Root".to_owned();
    assert_eq!(
        (&private.missing, private.end),
        (&Vec::new(), Ending::UnknownRoot { name })
    );
    assert_eq!(self_signed.end, Ending::SelfSigned);
    // Its authority publishes the root too, which isn't to be sent.
    let name = "Lab Root".to_owned();
    assert_eq!(
        (&of_nobody.missing, of_nobody.end),
        (&Vec::new(), Ending::UnknownRoot { name })
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn t5_superfluous_certificates_are_named_with_the_reason() {
    let lab = Lab::at(lab::now());

    let extra = cured(&lab, "extra_certificates", None).await;
    let twice = cured(&lab, "duplicate_certificates", None).await;
    let root = cured(&lab, "root_sent_along", None).await;

    let of = |cure: &Completion| -> Vec<_> {
        let left_out = cure.superfluous.iter();
        left_out.map(|one| (one.place, one.why)).collect()
    };
    assert_eq!(of(&extra), [(3, Why::Unrelated), (4, Why::Unrelated)]);
    assert_eq!(
        of(&twice),
        [(3, Why::Duplicate { of: 0 }), (4, Why::Duplicate { of: 1 })]
    );
    assert_eq!(of(&root), [(3, Why::Root)]);
    let told = extra.tell(Lang::En).remove(0);
    assert_eq!(told.headline, "the server sends 2 certificates that nobody needs");
    assert!(
        told.seen[1].starts_with("number 5, `Lab Private Root`"),
        "{told:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn t5_a_namesake_that_was_sent_is_replaced_by_the_real_issuer() {
    let (lab, other) = (Lab::at(lab::now()), Lab::at(lab::now()));
    let publisher = Publisher::start(lab.published()).await;
    let faulty = probe(&lab, lab::fault("two_intermediates_missing"))
        .await
        .remove(0);
    let mut sent = faulty.chain().unwrap().clone();
    sent.0
        .extend(other.intermediates().iter().map(|der| Der(der.to_vec())));

    let cure = complete(&sent, means(&lab.roots(), Some(&publisher.fetcher()))).await;

    let chain = parse(cure.full_chain.as_ref().unwrap());
    assert_eq!(chain.get(1..).unwrap(), lab.intermediates());
    let places: Vec<_> = cure.superfluous.iter().map(|one| (one.place, one.why)).collect();
    assert_eq!(places, [(1, Why::Unrelated), (2, Why::Unrelated)]);
}

#[tokio::test]
async fn t5_of_an_intermediate_and_its_renewal_the_one_that_is_valid_stays() {
    let authority = |name: &str, end: i32| {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.not_after = date_time_ymd(end, 1, 1);
        params
    };
    let key = || KeyPair::generate().unwrap();
    let root = CertifiedIssuer::self_signed(authority("Root", 2040), key()).unwrap();
    let renewed = CertifiedIssuer::signed_by(authority("R3", 2035), key(), &root).unwrap();
    let ended = authority("R3", 2020).signed_by(renewed.key(), &root).unwrap();
    let mut params = CertificateParams::new(["api.example.com".to_owned()]).unwrap();
    params.not_after = date_time_ymd(2030, 1, 1);
    let leaf = params.signed_by(&key(), &renewed).unwrap();
    let sent = [leaf.der(), ended.der(), renewed.der()];
    let sent = SentChain(sent.map(|der| Der(der.to_vec())).into());

    let cure = complete(&sent, means(&[root.der().clone()], None)).await;

    assert_eq!(ChainFacts::read(&sent).way, [0, 2]);
    let places: Vec<_> = cure.superfluous.iter().map(|one| one.place).collect();
    assert_eq!(places, [1]);
    assert_eq!(
        parse(&cure.full_chain.unwrap()),
        [leaf.der().clone(), renewed.der().clone()]
    );
}

#[tokio::test]
async fn t5_a_cross_signed_root_stays_though_the_older_root_is_gone() {
    let authority = |name: &str| {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params
    };
    let key = || KeyPair::generate().unwrap();
    let old = CertifiedIssuer::self_signed(authority("Old Root"), key()).unwrap();
    let new = CertifiedIssuer::self_signed(authority("New Root"), key()).unwrap();
    let crossed = authority("New Root").signed_by(new.key(), &old).unwrap();
    let leaf = CertificateParams::new(["api.example.com".to_owned()]).unwrap();
    let leaf = leaf.signed_by(&key(), &new).unwrap();
    let sent = SentChain([&leaf, &crossed].map(|one| Der(one.der().to_vec())).into());

    let cure = complete(&sent, means(&[new.der().clone()], None)).await;

    assert!(!cure.is_needed(), "{cure:?}");
    let name = "New Root".to_owned();
    assert_eq!(cure.end, Ending::Root { name });
    assert_eq!(
        parse(&cure.full_chain.unwrap()),
        [leaf.der().clone(), crossed.der().clone()]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn t10_every_cause_of_the_laboratory_leads_to_what_must_change() {
    let lab = Lab::at(lab::now());
    let found = join_all(lab::all().into_iter().map(|fault| probe(&lab, fault))).await;

    for (fault, facts) in lab::all().iter().zip(&found) {
        let Some((_, need)) = NEEDS.iter().find(|(name, _)| *name == fault.name) else {
            continue;
        };
        let rows = rows(&lab, facts.last().unwrap());
        let worst = rows.iter().filter(|row| row.outcome == Outcome::Fails);
        let mut needs = worst.filter_map(|row| row.cause.as_ref()).map(Need::of);
        assert!(needs.any(|found| found == *need), "{}: {rows:#?}", fault.name);
    }
}

#[test]
fn t8_a_need_is_only_what_the_server_can_change() {
    let no_common_version = |device: &[Version]| Cause::NoCommonVersion {
        device: device.to_vec(),
        server: vec![Version::Tls11],
    };
    let refused = |number| Cause::NoHandshake {
        refusal: Refusal::Alert { alert: Alert(number) },
    };
    let version = Version::Tls10;

    for (cause, need) in [
        (no_common_version(&[Version::Tls10]), Some(Need::OldVersions)),
        (
            no_common_version(&[Version::Tls10, Version::Tls12]),
            Some(Need::Versions),
        ),
        // The phone knows nothing newer.
        (Cause::OldVersion { version }, None),
        (refused(70), Some(Need::Versions)),
        // The server doesn't know the name, for instance.
        (refused(112), None),
        (Cause::TimedOut, None),
        (Cause::NoChain, None),
        (Cause::OfferUnknown, None),
    ] {
        assert_eq!(Need::of(&cause), need, "{cause:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn s4_every_cure_can_be_written_down_and_is_told_in_both_languages() {
    let lab = Lab::at(lab::now());
    let found = join_all(lab::all().into_iter().map(|fault| probe(&lab, fault))).await;

    for chain in found.iter().flatten().flat_map(|facts| &facts.chains) {
        let cure = complete(chain, means(&lab.roots(), None)).await;
        let written = serde_json::to_string(&cure).unwrap();
        assert_eq!(serde_json::from_str::<Completion>(&written).unwrap(), cure);
        let told = [Lang::En, Lang::Zh].map(|lang| cure.tell(lang).len());
        assert_eq!(told[0] > 0, cure.is_needed(), "{cure:?}");
        assert_eq!(told[0], told[1]);
    }
}

async fn cured(lab: &Lab, fault: &str, fetcher: Option<&Fetcher>) -> Completion {
    let facts = probe(lab, lab::fault(fault)).await.remove(0);
    complete(facts.chain().unwrap(), means(&lab.roots(), fetcher)).await
}

fn means<'a>(roots: &'a [CertificateDer<'static>], fetcher: Option<&'a Fetcher>) -> Means<'a> {
    Means {
        at_hand: &[],
        roots,
        fetcher,
        now: now(),
    }
}

fn now() -> Timestamp {
    Timestamp::try_from(lab::now()).unwrap()
}

fn parse(pem: &str) -> Chain {
    CertificateDer::pem_slice_iter(pem.as_bytes())
        .collect::<Result<_, _>>()
        .unwrap()
}

fn comments(pem: &str) -> Vec<&str> {
    pem.lines().filter(|line| line.starts_with('#')).collect()
}

/// Each device's verdict by each interface.
fn rows(lab: &Lab, facts: &Facts) -> Vec<RowVerdict> {
    let beside = Beside {
        roots: lab.roots(),
        added: Vec::new(),
        ..Beside::default()
    };
    let matrix = Matrix::new(beside).unwrap();
    let interfaces = [
        Interface::Request,
        Interface::UploadFile,
        Interface::ConnectSocket,
    ];
    let rows = interfaces.map(|interface| matrix.judge(facts, interface, now()));
    rows.concat()
}

const LOWER: &str = "Lab Lower Intermediate";
const UPPER: &str = "Lab Upper Intermediate";
const FAULTY_CHAINS: [&str; 6] = [
    "one_intermediate_missing",
    "two_intermediates_missing",
    "wrong_order",
    "extra_certificates",
    "duplicate_certificates",
    "root_sent_along",
];
/// What the last address of a server needs.
const NEEDS: [(&str, Option<Need>); 15] = [
    ("one_intermediate_missing", Some(Need::FullChain)),
    ("two_intermediates_missing", Some(Need::FullChain)),
    ("two_addresses", Some(Need::FullChain)),
    ("self_signed_leaf", Some(Need::NewCertificate)),
    ("private_root", Some(Need::NewCertificate)),
    ("expired", Some(Need::NewCertificate)),
    ("not_yet_valid", None),
    ("wrong_name", Some(Need::NewCertificate)),
    ("sha1", Some(Need::NewCertificate)),
    ("rsa_1024", Some(Need::NewCertificate)),
    ("tls10_only", Some(Need::Versions)),
    ("no_common_suite", Some(Need::Suites)),
    ("plain_http", Some(Need::Tls)),
    ("slow_handshake", None),
    ("client_certificate", Some(Need::NoClientCertificates)),
];
