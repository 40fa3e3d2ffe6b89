//! Each server of the laboratory, on each device.

use std::collections::BTreeMap;
use std::fmt::Write;

use data_encoding::HEXLOWER;
use futures_util::future::join_all;
use jiff::Timestamp;
use minigate_inspect::DistrustRule;
use minigate_inspect::matrix::{Beside, Cause, Matrix, Outcome, RowVerdict};
use minigate_inspect::probe::{
    Agreed, Facts, Greeting, Offered, Reach, SentChain, Session, Suite, Version, VersionFacts,
};
use minigate_policy::Interface;
use minigate_policy::diagnosis::Lang;
use minigate_testkit::lab::{self, Lab};
use sha2::{Digest, Sha256};
use x509_parser::certificate::X509Certificate;
use x509_parser::prelude::FromDer;

use crate::laboratory::probe;

/// Run with `UPDATE_TABLES=1` to write the table anew.
#[tokio::test(flavor = "multi_thread")]
async fn t10_every_server_of_the_laboratory_has_its_verdict_on_each_device() {
    let lab = Lab::at(lab::now());
    let faults = lab::all();
    let matrix = matrix(&lab);

    let found = join_all(faults.iter().map(|fault| probe(&lab, *fault))).await;

    let mut told = String::new();
    for (fault, addresses) in faults.iter().zip(&found) {
        writeln!(told, "# {}: {}", fault.name, fault.description).unwrap();
        for facts in addresses {
            told.push_str(&table(&matrix, facts));
        }
    }
    if std::env::var_os("UPDATE_TABLES").is_some() {
        std::fs::write(
            concat!(env!("CARGO_MANIFEST_DIR"), "/tests/inspect/matrix.txt"),
            &told,
        )
        .unwrap();
        return;
    }
    assert!(told == include_str!("matrix.txt"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn s4_every_verdict_can_be_written_down_and_is_told_in_both_languages() {
    let lab = Lab::at(lab::now());
    let matrix = matrix(&lab);

    let found = join_all(lab::all().into_iter().map(|fault| probe(&lab, fault))).await;

    for facts in found.iter().flatten() {
        for row in matrix.judge(facts, Interface::UploadFile, now()) {
            let written = serde_json::to_string(&row).unwrap();
            assert_eq!(
                serde_json::from_str::<RowVerdict>(&written).unwrap(),
                row,
                "{written}"
            );
            assert_eq!(row.cause.is_none(), row.outcome == Outcome::Works);
            for told in row
                .cause
                .iter()
                .flat_map(|cause| [cause.tell(Lang::En), cause.tell(Lang::Zh)])
            {
                assert!(!told.headline.is_empty() && !told.remedies.is_empty(), "{told:?}");
            }
        }
    }
}

#[test]
fn t2_a_root_that_only_later_versions_have_is_named_with_them() {
    let matrix = Matrix::new(Beside::default()).unwrap();
    // A root that vouches for itself is the shortest chain that leads to a real one.
    let root = minigate_inspect::roots()
        .iter()
        .find(|root| root.name() == "ISRG Root X1")
        .unwrap();
    let facts = presenting(root.der());

    let rows = matrix.judge(&facts, Interface::UploadFile, now());

    let cause = |id: &str| rows.iter().find(|row| row.device == id).unwrap().cause.clone();
    let Some(Cause::RootAbsent { root, since, until }) = cause("android-5") else {
        panic!("{:?}", cause("android-5"));
    };
    assert_eq!(root, "ISRG Root X1");
    assert_eq!((since.as_deref(), until), (Some("Android 7.1.1"), None));
    assert!(!matches!(cause("android-7.1"), Some(Cause::RootAbsent { .. })));
}

#[test]
fn t2_a_root_that_some_versions_of_a_row_have_names_these_and_the_others() {
    let matrix = Matrix::new(Beside::default()).unwrap();
    let split = minigate_inspect::roots().iter().find_map(|root| {
        let rows = matrix.judge(&presenting(root.der()), Interface::UploadFile, now());
        let row = rows.into_iter().find(|row| row.device == "android-14")?;
        match row.cause {
            Some(Cause::RootPartly { with, without, .. }) => Some((row.outcome, with, without)),
            _ => None,
        }
    });

    let (outcome, with, without) = split.unwrap();
    assert_eq!(outcome, Outcome::Fails);
    assert!(!with.is_empty() && !without.is_empty());
    assert!(with.iter().all(|version| !without.contains(version)));
}

#[test]
fn t2_a_missing_root_is_told_before_the_end_of_the_certificate() {
    let matrix = Matrix::new(Beside::default()).unwrap();
    let root = minigate_inspect::roots()
        .iter()
        .find(|root| root.name() == "ISRG Root X1")
        .unwrap();
    let long_after: Timestamp = "2040-01-01T00:00:00Z".parse().unwrap();

    let rows = matrix.judge(&presenting(root.der()), Interface::UploadFile, long_after);

    let old = rows.iter().find(|row| row.device == "android-5").unwrap();
    assert!(matches!(old.cause, Some(Cause::RootAbsent { .. })), "{old:?}");
}

#[test]
fn t8_a_list_that_a_bound_has_ended_proves_nothing() {
    let matrix = Matrix::new(Beside::default()).unwrap();
    let mut facts = presenting(&[]);
    let Some(Greeting::Agreed(agreed)) = facts.versions.first_mut().map(|version| &mut version.greeting)
    else {
        panic!("the server agrees");
    };
    agreed.suite = NO_PHONE_HAS;
    facts.versions[0].suites.list = vec![NO_PHONE_HAS];
    let verdict = |facts: &Facts| {
        let rows = matrix.judge(facts, Interface::Request, now());
        let row = rows.into_iter().find(|row| row.device == "ios").unwrap();
        (row.outcome, row.cause.unwrap())
    };

    let whole = verdict(&facts);
    facts.versions[0].suites.is_complete = false;
    let ended = verdict(&facts);

    assert!(
        matches!(whole, (Outcome::Fails, Cause::NoCommonSuite { .. })),
        "{whole:?}"
    );
    assert_eq!(ended, (Outcome::Unknown, Cause::Unanswered));
}

#[tokio::test(flavor = "multi_thread")]
async fn t1_a_server_that_cant_prove_its_key_fails_everywhere() {
    let lab = Lab::at(lab::now());
    let mut facts = probe(&lab, lab::fault("complete")).await.remove(0);
    for session in facts
        .versions
        .iter_mut()
        .filter_map(|version| version.session.as_mut())
    {
        if let Session::Opened(opened) = session {
            opened.proves_key = false;
        }
    }

    let rows = matrix(&lab).judge(&facts, Interface::Request, now());

    for row in rows {
        assert_eq!(
            (row.outcome, row.cause),
            (Outcome::Fails, Some(Cause::KeyNotProven))
        );
    }
}

/// The laboratory's roots come with every device, and three programs distrust one of them.
pub(crate) fn matrix(lab: &Lab) -> Matrix {
    let root = lab.distrusted_root();
    let (_, read) = X509Certificate::from_der(&root).unwrap();
    let key = HEXLOWER.encode(&Sha256::digest(read.public_key().raw));
    let since = Timestamp::try_from(lab.distrusted_since()).unwrap();
    let rule = |program: &str| {
        let text = format!(
            "[[rule]]\nid = \"lab\"\nauthority = \"Lab Distrusted\"\nprogram = \"{program}\"\nin_force = \"{since}\"\n\
             not_before_after = \"{since}\"\nsource = \"the laboratory\"\nsource_date = \"2026-10-02\"\nkeys = [\"{key}\"]\n"
        );
        DistrustRule::read(&text).unwrap()
    };
    let rules = ["apple", "chrome", "microsoft"]
        .into_iter()
        .flat_map(rule)
        .collect();
    Matrix::new(Beside {
        roots: lab.roots(),
        added: Vec::new(),
        rules,
    })
    .unwrap()
}

/// The devices by what they come to, for an interface with a stack of its own and one with the system's.
fn table(matrix: &Matrix, facts: &Facts) -> String {
    let mut text = String::new();
    for interface in [
        Interface::Request,
        Interface::UploadFile,
        Interface::ConnectSocket,
    ] {
        let mut by_verdict = BTreeMap::<_, Vec<_>>::new();
        for row in matrix.judge(facts, interface, now()) {
            by_verdict.entry(told(&row)).or_default().push(row.device);
        }
        writeln!(text, "{interface}").unwrap();
        for (verdict, devices) in by_verdict {
            writeln!(text, "  {verdict}\n    {}", devices.join(" ")).unwrap();
        }
    }
    text
}

fn told(row: &RowVerdict) -> String {
    let version = row
        .version
        .map_or_else(String::new, |version| format!(", {version}"));
    let Some(cause) = &row.cause else {
        return format!("{:?}{version}", row.outcome);
    };
    let told = cause.tell(Lang::En);
    let rule = told.rule.map_or("-", |rule| rule.id());
    let seen = told.seen.iter().find(|seen| seen.starts_with("ATS"));
    let seen = seen.map_or_else(String::new, |seen| format!(" ({seen})"));
    format!("{:?}{version}, {rule}: {}{seen}", row.outcome, told.headline)
}

pub(crate) fn now() -> Timestamp {
    Timestamp::try_from(lab::now()).unwrap()
}

/// A server of TLS 1.2 that presents one certificate.
fn presenting(certificate: &[u8]) -> Facts {
    let suite = Suite(0xC02F);
    let agreed: Agreed = serde_json::from_value(serde_json::json!({
        "version": "1.2", "suite": suite, "group": 23, "primeBits": null, "scheme": 0x0401, "protocol": null,
        "chain": 0, "staple": null, "stamps": 0, "asksClientCertificate": false, "hasSessionId": false,
        "promisesTicket": false, "renegotiatesSecurely": true, "extendsMasterSecret": true, "warnings": [],
    }))
    .unwrap();
    Facts {
        host: "api.example.com".to_owned(),
        address: ([127, 0, 0, 1], 443).into(),
        asked_at: now(),
        reach: Reach::Reached {
            took: jiff::SignedDuration::ZERO,
        },
        versions: vec![VersionFacts {
            version: Version::Tls12,
            greeting: Greeting::Agreed(agreed),
            suites: Offered {
                list: vec![suite],
                is_complete: true,
            },
            groups: Offered::default(),
            session: None,
        }],
        chains: vec![SentChain(vec![minigate_inspect::probe::Der(
            certificate.to_vec(),
        )])],
        without_name: None,
        plain_http: None,
    }
}

/// TLS_RSA_WITH_SEED_CBC_SHA.
const NO_PHONE_HAS: Suite = Suite(0x0096);
