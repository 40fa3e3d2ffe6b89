//! Which device trusts which root: what is publicly known must come out of the collected data.

use std::collections::BTreeSet;

use minigate_inspect::{Device, Holding, Presence, Root, Store, devices, roots, stores};
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;

use crate::support::{device, root};

const ISRG_ROOT_X1: &str = "96bcec06264976f3";
const ISRG_ROOT_X2: &str = "69729b8e15a86efc";
const DST_ROOT_CA_X3: &str = "0687260331a72403";
const GLOBALSIGN_R1: &str = "ebd41040e4bb3ec7";
const SSL_COM_RSA: &str = "85666a562ee0be5c";
const DIGINOTAR: &str = "0d136e439f0ab6e9";

#[test]
fn t2_isrg_root_x1_came_with_android_7_1_1() {
    let facts = by_device(ISRG_ROOT_X1);

    assert_eq!(
        facts,
        [
            "ios: present",
            "android-4: since Android 7.1.1",
            "android-5: since Android 7.1.1",
            "android-7.0: since Android 7.1.1",
            "android-7.1: present",
            "android-8: present",
            "android-10: present",
            "android-14: present",
            "devtools: present",
            "windows: present",
            "macos: present",
        ]
    );
}

#[test]
fn t2_dst_root_x3_carried_lets_encrypt_on_old_android_and_is_gone() {
    let facts = by_device(DST_ROOT_CA_X3);

    assert_eq!(facts[0], "ios: until iOS 15.1, macOS 12.1");
    assert_eq!(
        facts[1..6],
        [
            "android-4",
            "android-5",
            "android-7.0",
            "android-7.1",
            "android-8"
        ]
        .map(present)
    );
    assert_eq!(facts[6], present("android-10"));
    assert_eq!(facts[7], "android-14: until Android 13");
    assert_eq!(facts[8], "devtools: absent");
}

#[test]
fn t2_isrg_root_x2_came_with_android_14() {
    let facts = by_device(ISRG_ROOT_X2);

    assert_eq!(facts[6], "android-10: since Android 14");
    assert_eq!(facts[7], present("android-14"));
}

#[test]
fn t2_ssl_com_came_within_a_row() {
    let facts = by_device(SSL_COM_RSA);

    assert_eq!(facts[4], "android-7.1: since Android 9");
    assert_eq!(facts[5], "android-8: partly, since Android 9");
    assert_eq!(facts[6], present("android-10"));
}

#[test]
fn t2_globalsign_r1_was_everywhere_until_late_2025() {
    let facts = by_device(GLOBALSIGN_R1);

    assert_eq!(facts[1], present("android-4"));
    assert_eq!(facts[6], present("android-10"));
    assert_eq!(facts[7], "android-14: partly, until Android 16");
    assert_eq!(facts[8], "devtools: absent");
}

#[test]
fn t9_the_stores_let_go_of_wosign_and_startcom() {
    for (sha256, first) in [
        ("4b22d5a6aec99f3c", "Android 5.0"),
        ("c766a9bef2d4071c", "Android 4.1"),
    ] {
        let held: Vec<_> = stores()
            .iter()
            .filter(|store| store.family == "android" && store.holds(root(sha256).der()) == Holding::Yes)
            .collect();

        assert_eq!(held.first().map(|store| store.name.as_str()), Some(first));
        assert_eq!(held.last().map(|store| store.name.as_str()), Some("Android 8.0"));
    }
}

#[test]
fn t9_a_list_of_blocked_certificates_is_not_a_store() {
    let blocked = root_if_known(DIGINOTAR);

    assert!(blocked.is_none(), "no store of these years has it");
}

#[test]
fn t2_roots_of_the_user_count_on_android_below_7_only() {
    let phones = devices()
        .iter()
        .filter(|device| device.id().starts_with("android") && device.user_roots());

    assert_eq!(
        phones.map(Device::id).collect::<Vec<_>>(),
        ["android-4", "android-5"]
    );
}

#[test]
fn t2_what_no_copy_tells_is_unknown() {
    // VeriSign's third class, in 4.4 and without the identifier by which the copy of 4.0 was made.
    let verisign = root("eb04cf5eb1f39afa");

    assert!(matches!(
        device("android-4").holds(verisign.der()),
        Presence::Unknown
    ));
    assert!(matches!(
        device("android-5").holds(verisign.der()),
        Presence::Present
    ));
}

#[test]
fn a_root_counts_by_subject_and_key() {
    // StartCom's root was issued anew with the same key; Apple's list of today has the second of GTS Root R1 only.
    let (first, second) = (root("2a575471e31340bc"), root("d947432abde7b7fa"));
    assert_eq!(first.name(), second.name());

    for device in devices() {
        let [first, second] = [first, second].map(|root| format!("{:?}", device.holds(root.der())));
        assert_eq!(first, second, "{}", device.id());
    }
}

#[test]
fn what_cannot_be_read_is_nowhere() {
    let noise = CertificateDer::from(vec![0x30, 0x82, 0xff, 0xff, 0]);

    for device in devices() {
        assert!(matches!(
            device.holds(&noise),
            Presence::Absent {
                since: None,
                until: None
            }
        ));
    }
}

#[test]
fn every_row_has_anchors_that_a_verifier_takes() {
    for device in devices() {
        let anchors: Vec<_> = device.anchors().collect();
        let mut store = RootCertStore::empty();

        for anchor in &anchors {
            store.add((*anchor).clone()).unwrap();
            assert!(matches!(device.holds(anchor), Presence::Present));
        }
        assert!(
            (90..200).contains(&anchors.len()) || device.id() == "windows",
            "{}: {}",
            device.id(),
            anchors.len()
        );
    }
}

#[test]
fn every_store_has_what_was_collected() {
    assert_eq!(roots().len(), 503);
    for store in stores() {
        assert_eq!(store.anchors().count(), store.roots, "{}", store.id);
        assert!(store.roots > 80, "{}", store.id);
    }
    // Counted by Chromium's and SSLyze's maintainers.
    let counts = [
        "android-7.0",
        "android-10",
        "android-14",
        "apple-ios-26",
        "chrome-33",
    ]
    .map(|id| {
        let found = stores().iter().find(|store| store.id == id);
        found.unwrap().roots
    });
    assert_eq!(counts, [148, 138, 134, 156, 104]);
}

#[test]
fn the_stores_of_a_family_are_in_order_of_time() {
    for pair in stores().windows(2) {
        if pair[0].family == pair[1].family {
            assert!(pair[0].date <= pair[1].date, "{} and {}", pair[0].id, pair[1].id);
        }
    }
}

#[test]
fn a_certificate_leads_to_the_roots_that_it_names() {
    let isrg = root(ISRG_ROOT_X1);

    let issuers = Root::issuers_of(isrg.der());

    assert_eq!(
        issuers.iter().map(|root| root.sha256()).collect::<Vec<_>>(),
        [isrg.sha256()]
    );
}

#[test]
fn mozillas_store_agrees_with_the_one_that_is_compiled_in() {
    let ours: BTreeSet<_> = latest("mozilla")
        .anchors()
        .map(|root| root.der().clone())
        .map(anchor)
        .collect();
    let bundled = webpki_roots::TLS_SERVER_ROOTS.iter();
    let bundled: BTreeSet<_> = bundled
        .map(|anchor| (anchor.subject.to_vec(), anchor.subject_public_key_info.to_vec()))
        .collect();

    // certifi leaves out some that have only just come; nothing else may differ.
    assert_eq!(ours.difference(&bundled).count(), 0);
    assert!(
        bundled.difference(&ours).count() <= 5,
        "{}",
        bundled.difference(&ours).count()
    );
}

fn by_device(sha256: &str) -> Vec<String> {
    let root = root(sha256).der();
    let fact = |device: &Device| format!("{}: {}", device.id(), words(device.holds(root)));
    devices().iter().map(fact).collect()
}

fn words(presence: Presence) -> String {
    match presence {
        Presence::Present => "present".to_owned(),
        Presence::Unknown => "unknown".to_owned(),
        Presence::Absent { since, until } => span("absent", since, until),
        Presence::Partly { since, until } => format!("partly, {}", span("with gaps", since, until)),
    }
}

fn span(otherwise: &str, since: Option<&Store>, until: Option<&Store>) -> String {
    match (since, until) {
        (Some(since), _) => format!("since {}", since.name),
        (None, Some(until)) => format!("until {}", until.name),
        (None, None) => otherwise.to_owned(),
    }
}

fn present(id: &str) -> String {
    format!("{id}: present")
}

fn root_if_known(sha256: &str) -> Option<&'static Root> {
    roots().iter().find(|root| root.sha256().starts_with(sha256))
}

fn latest(family: &str) -> &'static Store {
    stores().iter().rfind(|store| store.family == family).unwrap()
}

fn anchor(root: CertificateDer<'static>) -> (Vec<u8>, Vec<u8>) {
    let mut store = RootCertStore::empty();
    store.add(root).unwrap();
    let anchor = store.roots.pop().unwrap();
    (anchor.subject.to_vec(), anchor.subject_public_key_info.to_vec())
}
